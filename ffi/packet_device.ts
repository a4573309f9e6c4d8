/**
 * What every way of sending and receiving whole IP packets offers to its user.
 *
 * @module
 */

import { MAX_IP_PACKET } from "./constants.ts";

/** Octets of the IPv4 header that the core writes: without options (RFC 791 3.1). */
export const IPV4_HEADER_LENGTH = 20;

/** Octets of the IPv6 header that the core writes: without extensions (RFC 8200 3). */
export const IPV6_HEADER_LENGTH = 40;

/** TCP header octets that are always counted on: all the options there can be. */
const LONGEST_TCP_HEADER = 60;

/** What became of a packet handed over for sending. */
export type SendResult =
  /** The kernel took it. */
  | "sent"
  /** No room now: wait until the descriptor is writable and offer it again. */
  | "full"
  /** Longer than the path's MTU: make it smaller. */
  | "too long"
  /** It was lost on this host: no route, an interface down, a firewall rule. A soft error: the connection may go on. */
  | "unreachable";

/** Sends and receives IP packets, header included, without blocking and without allocating. */
export interface PacketDevice extends Disposable {
  /** For poll. May change. */
  readonly descriptor: number;
  /** Octets of the largest IP packet it takes. */
  readonly mtu: number;
  /** Where `receive` puts the packet; owned by the device, overwritten by the next `receive`, may be another each time. */
  readonly inbound: Uint8Array;
  /** Where in `inbound` it puts it. @default 0 */
  readonly inboundOffset?: number;
  /** When the kernel received that packet: microseconds of CLOCK_REALTIME, see `wallClockMicros`. @default 0, it did not say */
  readonly inboundStamp?: number;
  /** What the device knows of the TCP checksum of the packet received last. @default "unknown" */
  readonly inboundChecksum?: InboundChecksum;
  /** Payload octets of each segment that was merged into the packet received last. @default 0, it is one segment */
  readonly inboundSegmentSize?: number;
  /** The next packet's length in `inbound`, 0 when none is waiting. @throws SystemError */
  receive(): number;
  /**
   * Where the caller builds the packet to send; owned by the device, read during `send` only. Other devices may have the same:
   * what stands there is sent at once or built again.
   */
  readonly outbound: Uint8Array;
  /** Sends the first `length` octets of `outbound`. @throws SystemError for what is not in SendResult */
  send(length: number): SendResult;
  /** For poll, where room for sending shows elsewhere than arrivals. May change. @default `descriptor` */
  readonly outboundDescriptor?: number;
  /** Takes text as the core lends it, and ACKs. May come and go. @default null, nobody does */
  readonly gathering?: SegmentGatherer | null;
  /** Sends many packets at once. @default null, one after another */
  readonly batch?: PacketBatch | null;
}

/** Octets where they lie, in one part or two: `firstPartLength` from `offset` of `octets` on, the rest from its start on. */
export interface OctetPieces {
  /** What the first part lies in. */
  readonly octets: Uint8Array;
  /** Where it begins. */
  readonly offset: number;
  /** In all. */
  readonly length: number;
  /** Of the first part. */
  readonly firstPartLength: number;
}

/** Packets that leave with one call, each of headers that the caller builds and of payload that lies elsewhere. */
export interface PacketBatch {
  /** Packets that it takes. */
  readonly capacity: number;
  /** Where the headers are built: those of packet `index` from `headersOffset(index)` on, 120 octets at most. */
  readonly headers: Uint8Array;
  /** What became of the first packet that did not go, after a `send` of none. */
  readonly refusal: SendResult;
  /** Where the headers of packet `index` begin in `headers`. */
  headersOffset(index: number): number;
  /** Makes a packet of the headers and of payload, which is read when it is sent. */
  put(index: number, headersLength: number, payload: OctetPieces): void;
  /** Sends packets in order. @returns how many went; 0: see `refusal` @throws SystemError for what is not in SendResult */
  send(from: number, count: number): number;
}

/** What a device knows of a received packet's TCP checksum. */
export type InboundChecksum =
  /** It was right on the wire. */
  | "verified"
  /** It was left to a device to finish: the packet was never on a wire that could damage it. */
  | "unfinished"
  /** Nobody has looked. */
  | "unknown";

/** Gathers what it sends from where it lies, has it cut into segments and their checksums done. */
export interface SegmentGatherer {
  /** Where the caller builds the headers; owned by the device, read during `sendGathered` only. */
  readonly outbound: Uint8Array;
  /**
   * Sends a segment whose IP and TCP headers are the first `headersLength` octets of `outbound`, with the pseudo-header's
   * sum for a checksum. Its payload is read during the call only.
   *
   * @param segmentSize payload octets of each segment on the wire; 0: this is one already
   * @throws SystemError for what is not in SendResult
   */
  sendGathered(headersLength: number, payload: OctetPieces, segmentSize: number): SendResult;
}

/** A {@link SegmentGatherer} with a descriptor of its own. */
export interface GatheringDevice extends SegmentGatherer, Disposable {
  /** For poll. */
  readonly descriptor: number;
  /** Payload octets of the longest segment that it takes. */
  readonly segmentLimit: number;
}

/** Payload octets of the longest segment that fits into one IP packet: with all the headers there can be it has 65,535 octets. */
export function packetSegmentLimit(family: 4 | 6): number {
  const ipHeaderLength = family === 4 ? IPV4_HEADER_LENGTH : IPV6_HEADER_LENGTH;
  return MAX_IP_PACKET - ipHeaderLength - LONGEST_TCP_HEADER;
}
