/**
 * Packets built by hand, and what else the tests of ffi/ share.
 *
 * @module
 */

import { F_GETFD } from "../../ffi/constants.ts";
import { ETIMEDOUT } from "../../ffi/errno.ts";
import { loadLibc } from "../../ffi/libc.ts";
import { type Endpoint, formatSockaddr, PollSet, StreamSocket, SystemError } from "../../ffi/mod.ts";
import { enterTestNetwork } from "./private_network.ts";

export const FIN = 0x01;
export const SYN = 0x02;
export const RST = 0x04;
export const ACK = 0x10;

/** A TCP segment to build, or as read from a packet. */
export interface TestSegment {
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly sequence: number;
  readonly acknowledgment: number;
  readonly flags: number;
  readonly payload: Uint8Array;
}

/** Enters a private network for this test file, and says in a test's name why not where that fails. */
export function kernelTests(): (
  name: string,
  body: () => void | Promise<void>,
  options?: Pick<Deno.TestDefinition, "sanitizeOps" | "sanitizeResources">,
) => void {
  const refusal = enterTestNetwork();
  return (name, body, options = {}) => {
    if (refusal === undefined) Deno.test({ name, fn: body, ...options });
    else Deno.test({ name: `${name} (ignored: ${refusal})`, ignore: true, fn: body });
  };
}

/** Writes the packet into `out` and returns its length; the IPv4 header's checksum is left to the kernel. */
export function buildPacket(
  out: Uint8Array,
  from: Endpoint,
  to: Endpoint,
  segment: Partial<TestSegment>,
): number {
  const version = from.address.family;
  const start = version === 4 ? 20 : 40;
  const payload = segment.payload ?? new Uint8Array();
  const length = start + 20 + payload.length;
  out.fill(0, 0, start + 20);
  const view = new DataView(out.buffer, out.byteOffset);
  if (version === 4) {
    view.setUint8(0, 0x45);
    view.setUint16(2, length);
    view.setUint8(8, 64);
    view.setUint8(9, 6);
  } else {
    view.setUint32(0, 0x60000000);
    view.setUint16(4, length - start);
    view.setUint8(6, 6);
    view.setUint8(7, 64);
  }
  const addressLength = from.address.octets.length;
  out.set(from.address.octets, start - 2 * addressLength);
  out.set(to.address.octets, start - addressLength);
  view.setUint16(start, from.port);
  view.setUint16(start + 2, to.port);
  view.setUint32(start + 4, segment.sequence ?? 0);
  view.setUint32(start + 8, segment.acknowledgment ?? 0);
  view.setUint16(start + 12, 0x5000 | (segment.flags ?? 0));
  view.setUint16(start + 14, 65_535);
  out.set(payload, start + 20);
  view.setUint16(start + 16, checksum(out.subarray(start - 2 * addressLength, length), length - start + 6));
  return length;
}

/** Reads the TCP segment of a packet that starts at its IP header. */
export function readPacket(packet: Uint8Array): TestSegment {
  const first = packet[0] ?? 0;
  const start = first >> 4 === 4 ? (first & 0xf) * 4 : 40;
  const view = new DataView(packet.buffer, packet.byteOffset);
  return {
    sourcePort: view.getUint16(start),
    destinationPort: view.getUint16(start + 2),
    sequence: view.getUint32(start + 4),
    acknowledgment: view.getUint32(start + 8),
    flags: view.getUint8(start + 13),
    payload: packet.slice(start + (view.getUint8(start + 12) >> 4) * 4),
  };
}

/** Internet checksum (RFC 1071) of `bytes`, with `more` added: the protocol's number and the length, here. */
function checksum(bytes: Uint8Array, more: number): number {
  let sum = more;
  for (let i = 0; i < bytes.length; i++) sum += (bytes[i] ?? 0) << (i % 2 === 0 ? 8 : 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

/** Every segment that arrives until none has come for `quiet` milliseconds. */
export async function segmentsUntilQuiet(
  device: { readonly descriptor: number; readonly inbound: Uint8Array; receive(): number },
  quiet: number,
): Promise<TestSegment[]> {
  const segments: TestSegment[] = [];
  using set = new PollSet(1);
  set.add(device.descriptor);
  do {
    for (let length = device.receive(); length > 0; length = device.receive()) {
      segments.push(readPacket(device.inbound.subarray(0, length)));
    }
  } while (await set.wait(quiet) > 0);
  return segments;
}

/** Blocks until the descriptor is readable. @throws Error after half a minute */
export function untilReadable(descriptor: number): void {
  using set = new PollSet(1);
  set.add(descriptor);
  if (set.poll(30_000) === 0) throw new Error("Nothing arrived within half a minute");
}

/** The next packet, for which it waits: the kernel may have put off what was just sent. @returns its length */
export function arrived(device: { readonly descriptor: number; receive(): number }): number {
  const length = device.receive();
  if (length > 0) return length;
  untilReadable(device.descriptor);
  return device.receive();
}

/** How many of the first 1,024 descriptors are open. */
export function openDescriptors(): number {
  let count = 0;
  for (let descriptor = 0; descriptor < 1024; descriptor++) {
    if (loadLibc().fcntl(descriptor, F_GETFD, 0) >= 0) count++;
  }
  return count;
}

/** Connects and blocks this thread until that is done. @throws SystemError ECONNREFUSED, ETIMEDOUT after `milliseconds` */
export function connectBlocking(remote: Endpoint, milliseconds: number, local?: Endpoint): StreamSocket {
  const socket = StreamSocket.connect(remote, local);
  try {
    if (socket.finishConnect(milliseconds)) return socket;
    throw new SystemError("connect", ETIMEDOUT, formatSockaddr(remote));
  } catch (error) {
    socket[Symbol.dispose]();
    throw error;
  }
}

/** send(2) with this flag: the last octet is urgent (RFC 9293 3.8.5). */
const MSG_OOB = 1;

/** Sends octets of which the last is urgent. */
export function sendUrgent({ descriptor }: StreamSocket, octets: Uint8Array): void {
  const length = BigInt(octets.length);
  loadLibc().send(descriptor, Deno.UnsafePointer.of(octets.slice()), length, MSG_OOB);
}
