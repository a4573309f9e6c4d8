/**
 * Sending TCP by packet socket with the kernel's own offloads: segments of up to 64 KiB go out for the device to cut and
 * to checksum. AF_PACKET with PACKET_VNET_HDR, packet(7). What comes in, `PacketRing` receives.
 *
 * @module
 */

import {
  AF_PACKET,
  ETH_P_IP,
  ETH_P_IPV6,
  MSG_DONTWAIT,
  PACKET_BUFFER_LENGTH,
  PACKET_VNET_HDR,
  SO_MARK,
  SO_SNDBUF,
  SO_SNDBUFFORCE,
  SOCK_CLOEXEC,
  SOCK_NONBLOCK,
  SOCK_RAW,
  SOL_PACKET,
  SOL_SOCKET,
} from "./constants.ts";
import { check, lastErrno, SystemError } from "./errno.ts";
import { enlargeBuffer, FileDescriptor, orClose, setOption } from "./file_descriptor.ts";
import {
  MESSAGE_VECTOR_LENGTH,
  MESSAGE_WORDS,
  putEnvelope,
  putPieces,
  VECTOR_WORDS,
} from "./gathered_message.ts";
import { type Libc, loadLibc } from "./libc.ts";
import { placeOf, Places, putAddress } from "./memory.ts";
import { HARDWARE_ADDRESS_LENGTH } from "./link.ts";
import type { NextHop } from "./neighbour.ts";
import {
  type GatheringDevice,
  IPV4_HEADER_LENGTH,
  IPV6_HEADER_LENGTH,
  type OctetPieces,
  packetSegmentLimit,
  type SendResult,
} from "./packet_device.ts";
import { BUFFER_SIZE } from "./raw_socket.ts";
import { sendResult, sentAfterAll } from "./socket_errors.ts";
import type { Endpoint } from "./sockaddr.ts";
import {
  GSO_ECN,
  GSO_NONE,
  GSO_TCPV4,
  GSO_TCPV6,
  NEEDS_CHECKSUM,
  VNET_CHECKSUM_OFFSET,
  VNET_CHECKSUM_START,
  VNET_FLAGS,
  VNET_GSO_SIZE,
  VNET_GSO_TYPE,
  VNET_HEADER_LENGTH,
  VNET_LENGTH,
} from "./virtio_header.ts";

/** How to open a packet socket. */
export interface PacketSocketOptions {
  /** Our end of the connection. */
  readonly local: Endpoint;
  /** Where the frames go; with the address of the next hop. */
  readonly nextHop: NextHop;
  /** The mark of our packets; needs CAP_NET_ADMIN. @default 0, none */
  readonly mark?: number;
}

/** Where the checksum field stands in the TCP header, RFC 9293 3.1; and CWR in its octet of flags. */
const TCP_CHECKSUM_OFFSET = 16;
const TCP_FLAGS_OFFSET = 13;
const TCP_CWR = 0x80;

const ETHERNET_HEADER_LENGTH = 14;
const ETHERNET_TYPE_OFFSET = 12;

/** Octets before the IP header. */
const FRONT_LENGTH = VNET_LENGTH + ETHERNET_HEADER_LENGTH;

// struct sockaddr_ll, <linux/if_packet.h>: u16 family, u16 protocol (network order), i32 interface, u16 hardware type,
// octets of packet type and address length, 8 of address
const SOCKADDR_LL_LENGTH = 20;

/** A packet socket of one connection, sending to one next hop. Packets start at their IP header in both directions. */
export class PacketSocket implements GatheringDevice {
  readonly segmentLimit: number;
  readonly outbound: Uint8Array<ArrayBuffer>;
  /** Why the last "unreachable" packet could not leave; kept until the next such one. */
  softError: SystemError | undefined;

  readonly #libc: Libc = loadLibc();
  readonly #descriptor: FileDescriptor;
  readonly #ipHeaderLength: number;
  readonly #gsoType: number;
  readonly #address: Uint8Array<ArrayBuffer>;
  /** The frame that goes out: virtio header, Ethernet header, and what the caller puts into `outbound`. */
  readonly #frame: Uint8Array<ArrayBuffer> = new Uint8Array(FRONT_LENGTH + PACKET_BUFFER_LENGTH);
  readonly #frameHeader: DataView<ArrayBuffer> = new DataView(this.#frame.buffer);
  readonly #message: Uint32Array<ArrayBuffer> = new Uint32Array(MESSAGE_WORDS);
  readonly #messagePointer: Deno.PointerValue;
  readonly #vector: Uint32Array<ArrayBuffer> = new Uint32Array(VECTOR_WORDS);
  readonly #places = new Places();

  private constructor(descriptor: FileDescriptor, options: PacketSocketOptions) {
    const isV4 = options.local.address.family === 4;
    this.#descriptor = descriptor;
    this.#ipHeaderLength = isV4 ? IPV4_HEADER_LENGTH : IPV6_HEADER_LENGTH;
    this.#gsoType = isV4 ? GSO_TCPV4 : GSO_TCPV6;
    this.segmentLimit = packetSegmentLimit(options.local.address.family);
    this.outbound = this.#frame.subarray(FRONT_LENGTH);
    this.#messagePointer = Deno.UnsafePointer.of(this.#message);
    const protocol = isV4 ? ETH_P_IP : ETH_P_IPV6;
    this.#frameHeader.setUint16(VNET_LENGTH + ETHERNET_TYPE_OFFSET, protocol);
    this.#frameHeader.setUint16(VNET_CHECKSUM_OFFSET, TCP_CHECKSUM_OFFSET, true);
    this.#frameHeader.setUint16(VNET_CHECKSUM_START, ETHERNET_HEADER_LENGTH + this.#ipHeaderLength, true);
    this.setNextHop(options.nextHop);
    this.#address = linkAddress(protocol, options.nextHop.interfaceIndex);
    putEnvelope(this.#message, placeOf(this.#address), SOCKADDR_LL_LENGTH, placeOf(this.#vector));
    putAddress(this.#vector, 0, placeOf(this.#frame));
  }

  /**
   * Opens the socket. It receives nothing.
   *
   * @throws SystemError EPERM without CAP_NET_RAW
   * @throws RangeError when the next hop is not one that Ethernet frames can be sent to
   */
  static open(options: PacketSocketOptions): PacketSocket {
    checkNextHop(options.nextHop);
    return openLinkSocket((descriptor, number) => {
      const { mark = 0 } = options;
      enlargeBuffer(number, SO_SNDBUFFORCE, SO_SNDBUF, BUFFER_SIZE);
      if (mark !== 0) setOption(number, SOL_SOCKET, SO_MARK, mark | 0, "setsockopt SO_MARK");
      return new PacketSocket(descriptor, options);
    });
  }

  get descriptor(): number {
    return this.#descriptor.number;
  }

  sendGathered(headersLength: number, payload: OctetPieces, segmentSize: number): SendResult {
    this.#putOffload(headersLength, segmentSize);
    this.#message[MESSAGE_VECTOR_LENGTH] = putPieces(
      this.#vector,
      0,
      FRONT_LENGTH + headersLength,
      this.#places,
      payload,
    );
    return this.#sendMessage();
  }

  /** From now on frames go to this next hop, on the same interface. @throws RangeError as `open` */
  setNextHop(hop: NextHop): void {
    const { address } = checkNextHop(hop);
    this.#frame.set(address, VNET_LENGTH);
    this.#frame.set(hop.ownAddress, VNET_LENGTH + HARDWARE_ADDRESS_LENGTH);
  }

  [Symbol.dispose](): void {
    this.#descriptor.close();
  }

  /** Leaves the checksum, and the cutting if there is to be one, to the device. */
  #putOffload(headersLength: number, segmentSize: number): void {
    const header = this.#frameHeader;
    const flags = this.outbound[this.#ipHeaderLength + TCP_FLAGS_OFFSET] ?? 0;
    const ecn = (flags & TCP_CWR) !== 0 ? GSO_ECN : 0;
    this.#frame[VNET_FLAGS] = NEEDS_CHECKSUM;
    this.#frame[VNET_GSO_TYPE] = segmentSize === 0 ? GSO_NONE : this.#gsoType | ecn;
    header.setUint16(VNET_HEADER_LENGTH, ETHERNET_HEADER_LENGTH + headersLength, true);
    header.setUint16(VNET_GSO_SIZE, segmentSize, true);
    header.setUint16(VNET_CHECKSUM_START, ETHERNET_HEADER_LENGTH + this.#ipHeaderLength, true);
    header.setUint16(VNET_CHECKSUM_OFFSET, TCP_CHECKSUM_OFFSET, true);
  }

  #sendMessage(): SendResult {
    if (this.#sendOnce() >= 0) return "sent";
    return sentAfterAll(() => this.#sendOnce()) >= 0 ? "sent" : this.#notSent(lastErrno());
  }

  #sendOnce(): number {
    return this.#libc.sendmsg(this.#descriptor.number, this.#messagePointer, MSG_DONTWAIT);
  }

  #notSent(errno: number): SendResult {
    const result = sendResult(errno, "sendmsg AF_PACKET");
    if (result === "unreachable") this.softError = new SystemError("sendmsg AF_PACKET", errno);
    return result;
  }
}

function checkNextHop(hop: NextHop): { readonly address: Uint8Array<ArrayBuffer> } {
  const { address, ownAddress, kind } = hop;
  if (kind === "other" || ownAddress.length !== HARDWARE_ADDRESS_LENGTH) {
    throw new RangeError(`Cannot send frames on interface ${hop.interfaceIndex}: it is not an Ethernet`);
  }
  if (address === null || address.length !== HARDWARE_ADDRESS_LENGTH) {
    throw new RangeError(
      `Cannot send frames on interface ${hop.interfaceIndex}: the next hop is not resolved`,
    );
  }
  return { address };
}

/**
 * Opens a socket of AF_PACKET with a virtio header before each packet, and closes it should `prepare` throw. It receives
 * nothing until it is bound to a protocol.
 *
 * @throws SystemError EPERM without CAP_NET_RAW; what `prepare` throws
 */
export function openLinkSocket<T>(prepare: (descriptor: FileDescriptor, number: number) => T): T {
  const type = SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC;
  const descriptor = new FileDescriptor(check("socket AF_PACKET", loadLibc().socket(AF_PACKET, type, 0)));
  return orClose(descriptor, (number) => {
    setOption(number, SOL_PACKET, PACKET_VNET_HDR, 1, "setsockopt PACKET_VNET_HDR");
    return prepare(descriptor, number);
  });
}

/** Where a packet socket sends to, or what it receives: struct sockaddr_ll. @param interfaceIndex 0: every interface */
export function linkAddress(protocol: number, interfaceIndex: number): Uint8Array<ArrayBuffer> {
  const address = new Uint8Array(SOCKADDR_LL_LENGTH);
  const view = new DataView(address.buffer);
  view.setUint16(0, AF_PACKET, true);
  view.setUint16(2, protocol);
  view.setInt32(4, interfaceIndex, true);
  return address;
}
