/**
 * Whole packets: IP header, TCP header, options, payload, to and from {@link Segment} records.
 *
 * Decoding copies nothing and makes no objects; whatever the octets are, it returns a reason and never throws.
 *
 * @module
 */

import type { DropReason } from "../base/observer.ts";
import type { Segment } from "../base/segment.ts";
import {
  checksumOf,
  type ChecksumPolicy,
  foldSum,
  PROTOCOL_TCP,
  sumOctets,
  sumPayload,
  sumPseudoHeader,
} from "./checksum.ts";
import {
  decodeHeader,
  encodeHeader,
  TCP_CHECKSUM_OFFSET,
  TCP_HEADER_LENGTH,
  tcpHeaderLength,
} from "./header.ts";
import { decodeIpv4, encodeIpv4, IPV4_HEADER_LENGTH, IPV4_MAX_PACKET } from "./ipv4.ts";
import { decodeIpv6, encodeIpv6, IPV6_HEADER_LENGTH, IPV6_MAX_PAYLOAD } from "./ipv6.ts";
import * as words from "./octets.ts";
import { decodeOptions, encodeOptions, optionsLength } from "./options.ts";

// Bound here: what is imported is looked up at each use (tests/bench/profiles/core.md).
const { octetAt, putUint16, uint16At } = words;

/**
 * What the encoder puts into TCP's checksum field: `complete`, or `unfinished`: only the pseudo-header's sum,
 * uncomplemented, which an offloading device completes.
 */
export type ChecksumForm = "complete" | "unfinished";

/**
 * Reads the IPv4 or IPv6 packet in the `length` octets of `packet` from `at` on. `out` then borrows `packet`: addresses and
 * payload stay where they are. Octets behind the IP packet's end are a frame's padding, and ignored.
 *
 * @returns null, or why the packet is not used; then `out` is not to be used either
 */
export function decodePacket(
  packet: Uint8Array,
  length: number,
  out: Segment,
  checksums: ChecksumPolicy,
  at = 0,
): DropReason | null {
  const present = Math.min(length, packet.length - at);
  if (present < 1) return "truncated";
  const version = octetAt(packet, at) >> 4;
  if (version !== 4 && version !== 6) return "bad-ip-header";
  const refusal = version === 4 ? decodeIpv4(packet, present, out, at) : decodeIpv6(packet, present, out, at);
  if (refusal !== null) return refusal;
  return decodeTcp(packet, out.payload.offset, out.payload.length, out, checksums);
}

/**
 * Reads the TCP segment of `length` octets at `offset` of `octets` where there is no IP header before it. Its IP facts
 * (family, addresses and their offsets, ECN, DSCP, hop limit) stand in `out` already. `out` then borrows `octets`.
 *
 * @returns null, or why the segment is not used; then `out` is not to be used either
 */
export function decodeTcpSegment(
  octets: Uint8Array,
  offset: number,
  length: number,
  out: Segment,
  checksums: ChecksumPolicy,
): DropReason | null {
  return decodeTcp(octets, offset, Math.min(length, octets.length - offset), out, checksums);
}

/** Octets of the packet that {@link encodePacket} makes of the segment. */
export function packetLength(segment: Segment): number {
  return ipHeaderLength(segment) + TCP_HEADER_LENGTH + optionsLength(segment) + segment.payload.length;
}

/**
 * Writes the segment as an IP packet of its family at `offset` of `into`, checksums complete (MUST-2), payload copied.
 *
 * @returns octets written
 * @throws RangeError when `into` has no room for it, or IP cannot name its length
 */
export function encodePacket(segment: Segment, into: Uint8Array, offset = 0): number {
  const ipLength = ipHeaderLength(segment);
  checkRoom(ipLength + tcpLengthOf(segment), into, offset);
  encodeIp(segment, into, offset);
  return ipLength + encodeTcpSegment(segment, into, offset + ipLength);
}

/**
 * Writes the segment's IP and TCP headers only, as of a packet that has its payload behind them: for devices that
 * gather it from where it lies. The complete checksum covers it there.
 *
 * @returns octets written
 * @throws RangeError when `into` has no room for them, or IP cannot name the packet's length
 */
export function encodePacketHeaders(
  segment: Segment,
  into: Uint8Array,
  offset: number,
  checksum: ChecksumForm,
): number {
  const ipLength = ipHeaderLength(segment);
  encodeIp(segment, into, offset);
  return ipLength + encodeTcpHeader(segment, into, offset + ipLength, checksum);
}

/** @throws RangeError when IP cannot name the packet's length */
function encodeIp(segment: Segment, into: Uint8Array, offset: number): void {
  const ipLength = ipHeaderLength(segment);
  const tcpLength = tcpLengthOf(segment);
  if (segment.family === 4 ? ipLength + tcpLength > IPV4_MAX_PACKET : tcpLength > IPV6_MAX_PAYLOAD) {
    throw new RangeError(`Cannot send ${tcpLength} octets of TCP in one IPv${segment.family} packet`);
  }
  if (segment.family === 4) encodeIpv4(segment, PROTOCOL_TCP, ipLength + tcpLength, into, offset);
  else encodeIpv6(segment, PROTOCOL_TCP, tcpLength, into, offset);
}

/**
 * Writes the segment without an IP header at `offset` of `into`, checksum complete, payload copied: what a raw IPv6
 * socket takes.
 *
 * @returns octets written
 * @throws RangeError when `into` has no room for it
 */
export function encodeTcpSegment(segment: Segment, into: Uint8Array, offset = 0): number {
  const length = tcpLengthOf(segment);
  checkRoom(length, into, offset);
  const header = encodeFields(segment, into, offset);
  segment.payload.copyTo(into, offset + header);
  // Where the copy lies: in one part, and in the processor's cache.
  const sum = sumPseudoHeader(segment, length) + sumOctets(into, offset, length);
  putUint16(into, offset + TCP_CHECKSUM_OFFSET, checksumOf(foldSum(sum)));
  return length;
}

/**
 * Writes the segment's TCP header only, with its options, at `offset` of `into`. The checksum is that of the whole
 * segment, whose payload it reads where it lies.
 *
 * @returns octets written: 20 to 60
 * @throws RangeError when `into` has no room for it
 */
export function encodeTcpHeader(
  segment: Segment,
  into: Uint8Array,
  offset: number,
  checksum: ChecksumForm,
): number {
  checkRoom(TCP_HEADER_LENGTH + optionsLength(segment), into, offset);
  const headerLength = encodeFields(segment, into, offset);
  const pseudoHeader = sumPseudoHeader(segment, headerLength + segment.payload.length);
  const field = checksum === "unfinished"
    ? pseudoHeader
    : checksumOf(foldSum(pseudoHeader + sumOctets(into, offset, headerLength) + sumPayload(segment)));
  putUint16(into, offset + TCP_CHECKSUM_OFFSET, field);
  return headerLength;
}

/** Writes header and options, with a checksum of 0. @returns octets written */
function encodeFields(segment: Segment, into: Uint8Array, offset: number): number {
  const headerLength = TCP_HEADER_LENGTH + optionsLength(segment);
  encodeHeader(segment, headerLength, into, offset);
  encodeOptions(segment, into, offset + TCP_HEADER_LENGTH);
  return headerLength;
}

/** `length` octets from `at` are there. */
function decodeTcp(
  octets: Uint8Array,
  at: number,
  length: number,
  out: Segment,
  checksums: ChecksumPolicy,
): DropReason | null {
  if (length < TCP_HEADER_LENGTH) return "truncated";
  const headerLength = tcpHeaderLength(octets, at);
  if (headerLength < TCP_HEADER_LENGTH || headerLength > length) return "bad-data-offset";
  out.checksumUnfinished = false;
  if (checksums !== "trust" && !checksumIsGood(octets, at, length, out, checksums)) return "bad-checksum";
  decodeHeader(octets, at, out);
  out.payload.set(octets, at + headerLength, length - headerLength);
  out.segmentSize = 0;
  decodeOptions(octets, at + TCP_HEADER_LENGTH, at + headerLength, out);
  return null;
}

/** MUST-3. Says in `out` whether it is good only in that a device was to finish it. */
function checksumIsGood(
  octets: Uint8Array,
  at: number,
  length: number,
  out: Segment,
  checksums: ChecksumPolicy,
): boolean {
  const pseudoHeader = sumPseudoHeader(out, length);
  if (checksums === "verify" && uint16At(octets, at + TCP_CHECKSUM_OFFSET) === pseudoHeader) {
    out.checksumUnfinished = true;
    return true;
  }
  return checksumOf(foldSum(pseudoHeader + sumOctets(octets, at, length))) === 0;
}

function ipHeaderLength(segment: Segment): number {
  return segment.family === 4 ? IPV4_HEADER_LENGTH : IPV6_HEADER_LENGTH;
}

function tcpLengthOf(segment: Segment): number {
  return TCP_HEADER_LENGTH + optionsLength(segment) + segment.payload.length;
}

function checkRoom(length: number, into: Uint8Array, offset: number): void {
  if (offset + length > into.length) {
    throw new RangeError(
      `Cannot encode ${length} octets at offset ${offset} of ${into.length}: make the buffer larger`,
    );
  }
}
