/**
 * What the network says about segments that it did not carry, as the core takes it: ICMP errors, from the kernel's socket or
 * of our own making.
 *
 * @module
 */

import { SystemError } from "../ffi/errno.ts";
import { IcmpSocket } from "../ffi/icmp_socket.ts";
import { nextHopTo } from "../ffi/neighbour.ts";
import { type Flow, routeTo } from "../ffi/route.ts";
import type { IpAddress } from "../ffi/sockaddr.ts";
import {
  addressFromOctets,
  type Connection,
  decodeIcmpPacket,
  decodeIcmpv6Message,
  IcmpError,
  type Instant,
  IPV4_ADDRESS_LENGTH,
  IPV6_ADDRESS_LENGTH,
  type Segment,
} from "../tcp/single.ts";
import type { Loop } from "./loop.ts";

/** What takes the network's errors: a connection, or a host. */
export interface IcmpSide {
  /** An ICMP error about a segment of ours. */
  icmpArrives(error: IcmpError, now: Instant): void;
}

/**
 * A socket for ICMP errors about our segments. Null: not to be had; then trouble shows by timeouts only.
 *
 * @param localPort the port that those segments come from; 0 for any
 */
export function openIcmp(family: 4 | 6, localPort: number): IcmpSocket | null {
  try {
    return IcmpSocket.open(family, localPort);
  } catch (error) {
    if (error instanceof SystemError) return null;
    throw error;
  }
}

/** Has the loop hand the socket's errors to the core. @returns ends that when disposed of */
export function reportIcmp(socket: IcmpSocket | null, family: 4 | 6, loop: Loop, side: IcmpSide): Disposable {
  if (socket === null) return { [Symbol.dispose]: (): void => {} };
  const error = new IcmpError();
  const tell = (now: Instant): void => side.icmpArrives(error, now);
  return loop.watch(socket.descriptor, () => {
    for (let length = socket.receive(); length > 0; length = socket.receive()) {
      const isSound = family === 4
        ? decodeIcmpPacket(socket.inbound, length, error)
        : decodeIcmpv6Message(socket.inbound, length, socket.sender, error);
      if (!isSound) continue;
      findOwn(error);
      loop.takeBeside(socket.inboundStamp, tell);
    }
  });
}

/** Whoever sent the segment is who reports: our own kernel, about a neighbour or by a rule of this host's. */
function findOwn(error: IcmpError): void {
  const own = endOf(error, error.sourceOffset);
  if (error.reporter === null || !error.reporter.octets.every((octet, i) => octet === own.octets[i])) return;
  error.reporter = null;
  const { family, type, code } = error;
  const isAboutHost = family === 4 ? type === 3 && code === 1 : type === 1 && code === 3;
  if (isAboutHost) error.silentNeighbour = silentNeighbour(endOf(error, error.destinationOffset));
}

/** The next hop towards the destination, if it does not answer; null: it does, or was not asked, or nobody knows. */
function silentNeighbour(destination: IpAddress): IpAddress | null {
  try {
    const { hop, isSilent } = nextHopTo({ destination });
    return isSilent ? hop : null;
  } catch (error) {
    if (error instanceof SystemError) return null;
    throw error;
  }
}

/**
 * Tells the core of a segment that was too long for the interface, as a router would: in the form of an ICMP error with the
 * MTU that interface and route have now, or none when there is no way any more.
 *
 * @param destination where the segment was to go. @default its destination address (without the scope of link-local ones)
 */
export function reportTooLong(
  side: IcmpSide,
  segment: Segment,
  now: Instant,
  destination: IpAddress = endOf(segment, segment.destinationOffset),
): void {
  const error = tooLong(segment.family, knownMtu({ destination, destinationPort: segment.destinationPort }));
  error.addresses = segment.addresses;
  error.sourceOffset = segment.sourceOffset;
  error.destinationOffset = segment.destinationOffset;
  error.sourcePort = segment.sourcePort;
  error.destinationPort = segment.destinationPort;
  error.seq = segment.seq;
  side.icmpArrives(error, now);
}

/** Tells a connection that this host takes packets of `mtu` octets at most from now on, in the form of an ICMP error. */
export function reportMtu(connection: Connection, family: 4 | 6, mtu: number, now: Instant): void {
  const error = tooLong(family, mtu);
  error.seq = connection.sndUna;
  connection.icmpArrives(error, now);
}

function tooLong(family: 4 | 6, mtu: number): IcmpError {
  const error = new IcmpError();
  error.family = family;
  error.kind = "packet too big";
  error.type = family === 4 ? 3 : 2;
  error.code = family === 4 ? 4 : 0;
  error.mtu = mtu;
  return error;
}

/** One of two addresses. */
function endOf({ addresses, family }: Segment | IcmpError, offset: number): IpAddress {
  const length = family === 4 ? IPV4_ADDRESS_LENGTH : IPV6_ADDRESS_LENGTH;
  return addressFromOctets(addresses.subarray(offset, offset + length));
}

/** 0: not known. */
function knownMtu(flow: Flow): number {
  try {
    return routeTo(flow).mtu;
  } catch (error) {
    if (error instanceof SystemError) return 0;
    throw error;
  }
}
