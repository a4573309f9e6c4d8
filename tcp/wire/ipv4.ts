/**
 * The IPv4 header (RFC 791 3.1), as far as TCP needs it.
 *
 * @module
 */

import { IPV4_ADDRESS_LENGTH } from "../base/address.ts";
import type { DropReason } from "../base/observer.ts";
import type { Segment } from "../base/segment.ts";
import { checksumOf, PROTOCOL_TCP, sumOctets } from "./checksum.ts";
import * as words from "./octets.ts";

// Bound here: what is imported is looked up at each use (tests/bench/profiles/core.md).
const { octetAt, putUint16, uint16At } = words;

const VERSION_AND_LENGTH_OFFSET = 0;
const TRAFFIC_CLASS_OFFSET = 1;
const TOTAL_LENGTH_OFFSET = 2;
const IDENTIFICATION_OFFSET = 4;
const FRAGMENT_OFFSET = 6;
const TIME_TO_LIVE_OFFSET = 8;
const PROTOCOL_OFFSET = 9;
const CHECKSUM_OFFSET = 10;

/** Where the source address stands in the header. */
export const IPV4_SOURCE_OFFSET = 12;

/** Where the destination address stands in the header. */
export const IPV4_DESTINATION_OFFSET = 16;

/** Octets of an IPv4 header without options, as we send it. */
export const IPV4_HEADER_LENGTH = 20;

/** The longest packet that the total length field can name, octets. */
export const IPV4_MAX_PACKET = 65_535;

const VERSION = 4 << 4;
const WORD_OCTETS = 4;
const DO_NOT_FRAGMENT = 0x4000;
/** The "more fragments" flag and the fragment's offset. */
const FRAGMENT_BITS = 0x3fff;

/**
 * Reads the header of the packet in the `length` octets from `at` on into `out`: addresses, ECN, DSCP, TTL; what it
 * carries becomes `out`'s payload.
 *
 * @returns null, or why the packet is not used; then `out` is not to be used either
 */
export function decodeIpv4(packet: Uint8Array, length: number, out: Segment, at = 0): DropReason | null {
  const refusal = refuseIpv4(packet, length, PROTOCOL_TCP, at);
  if (refusal !== null) return refusal;
  const trafficClass = octetAt(packet, at + TRAFFIC_CLASS_OFFSET);
  const headerLength = ipv4HeaderLength(packet, at);
  out.family = 4;
  out.addresses = packet;
  out.sourceOffset = at + IPV4_SOURCE_OFFSET;
  out.destinationOffset = at + IPV4_DESTINATION_OFFSET;
  out.ecn = trafficClass & 3;
  out.dscp = trafficClass >> 2;
  out.hopLimit = octetAt(packet, at + TIME_TO_LIVE_OFFSET);
  out.payload.set(packet, at + headerLength, ipv4End(packet, length, at) - headerLength);
  return null;
}

/**
 * Writes a header without options at `offset` for a packet of `packetLength` octets in all. It must not be fragmented,
 * and so needs no identification (RFC 6864 4.1).
 */
export function encodeIpv4(
  segment: Segment,
  protocol: number,
  packetLength: number,
  into: Uint8Array,
  offset: number,
): void {
  into[offset + VERSION_AND_LENGTH_OFFSET] = VERSION | IPV4_HEADER_LENGTH / WORD_OCTETS;
  into[offset + TRAFFIC_CLASS_OFFSET] = segment.dscp << 2 | segment.ecn & 3;
  putUint16(into, offset + TOTAL_LENGTH_OFFSET, packetLength);
  putUint16(into, offset + IDENTIFICATION_OFFSET, 0);
  putUint16(into, offset + FRAGMENT_OFFSET, DO_NOT_FRAGMENT);
  into[offset + TIME_TO_LIVE_OFFSET] = segment.hopLimit;
  into[offset + PROTOCOL_OFFSET] = protocol;
  putUint16(into, offset + CHECKSUM_OFFSET, 0);
  for (let i = 0; i < IPV4_ADDRESS_LENGTH; i++) {
    into[offset + IPV4_SOURCE_OFFSET + i] = octetAt(segment.addresses, segment.sourceOffset + i);
    into[offset + IPV4_DESTINATION_OFFSET + i] = octetAt(segment.addresses, segment.destinationOffset + i);
  }
  putUint16(into, offset + CHECKSUM_OFFSET, checksumOf(sumOctets(into, offset, IPV4_HEADER_LENGTH)));
}

/**
 * Why the packet in the `length` octets from `at` on is of no use to whoever awaits `protocol`, or null. The header's own
 * checksum must be right; options are passed over (MUST-50).
 */
export function refuseIpv4(
  packet: Uint8Array,
  length: number,
  protocol: number,
  at = 0,
): DropReason | null {
  if (length < IPV4_HEADER_LENGTH) return "truncated";
  const headerLength = ipv4HeaderLength(packet, at);
  const end = ipv4End(packet, length, at);
  if (headerLength < IPV4_HEADER_LENGTH || end < headerLength) return "bad-ip-header";
  if (end > length) return "truncated";
  // RFC 1122 3.2.1.2: no exception for devices, which leave this sum to nobody.
  if (checksumOf(sumOctets(packet, at, headerLength)) !== 0) return "bad-ip-checksum";
  if (octetAt(packet, at + PROTOCOL_OFFSET) !== protocol) return "not-tcp";
  return isFragment(packet, at) ? "fragment" : null;
}

/**
 * After how many of the `length` octets from `at` on the packet ends. A packet that a device merged beyond 65,535 octets has no total
 * length, and ends with the octets; others may be followed by a frame's padding.
 */
export function ipv4End(packet: Uint8Array, length: number, at = 0): number {
  return uint16At(packet, at + TOTAL_LENGTH_OFFSET) || length;
}

/** Octets of the header at `offset`, options included, as its first octet has it. */
export function ipv4HeaderLength(packet: Uint8Array, offset: number): number {
  return (octetAt(packet, offset + VERSION_AND_LENGTH_OFFSET) & 0xf) * WORD_OCTETS;
}

/**
 * Where TCP's header starts in a packet that starts at `at` and may be cut off at `end`, as ICMP errors quote it; -1 when
 * there is none. Neither length nor checksum is looked at: routers change them before they quote.
 */
export function findTcpInIpv4(packet: Uint8Array, at: number, end: number): number {
  if (at + IPV4_HEADER_LENGTH > end || octetAt(packet, at + VERSION_AND_LENGTH_OFFSET) >> 4 !== 4) return -1;
  const headerLength = ipv4HeaderLength(packet, at);
  if (headerLength < IPV4_HEADER_LENGTH || octetAt(packet, at + PROTOCOL_OFFSET) !== PROTOCOL_TCP) return -1;
  return isFragment(packet, at) ? -1 : at + headerLength;
}

function isFragment(packet: Uint8Array, at: number): boolean {
  return (uint16At(packet, at + FRAGMENT_OFFSET) & FRAGMENT_BITS) !== 0;
}
