/**
 * The IPv6 header and its extension headers (RFC 8200), as far as TCP needs them.
 *
 * @module
 */

import { IPV6_ADDRESS_LENGTH } from "../base/address.ts";
import type { DropReason } from "../base/observer.ts";
import type { Segment } from "../base/segment.ts";
import { PROTOCOL_TCP } from "./checksum.ts";
import { octetAt, putUint16, uint16At } from "./octets.ts";

const VERSION_OFFSET = 0;
const FLOW_LABEL_LOW_OFFSET = 2;
const PAYLOAD_LENGTH_OFFSET = 4;
const NEXT_HEADER_OFFSET = 6;
const HOP_LIMIT_OFFSET = 7;

/** Where the source address stands in the header. */
export const IPV6_SOURCE_OFFSET = 8;

/** Where the destination address stands in the header. */
export const IPV6_DESTINATION_OFFSET = 24;

/** Octets of an IPv6 header without extension headers, as we send it. */
export const IPV6_HEADER_LENGTH = 40;

/** The most octets behind the header that its payload length field can name. */
export const IPV6_MAX_PAYLOAD = 65_535;

const VERSION = 6 << 4;

const HOP_BY_HOP_OPTIONS = 0;
const ROUTING = 43;
const FRAGMENT = 44;
const DESTINATION_OPTIONS = 60;

/** Extension headers are counted in these, and are never shorter. */
const EXTENSION_UNIT = 8;
/** More extension headers than any sensible packet has, each kind at most once or twice (RFC 8200 4.1). */
const MAX_EXTENSION_HEADERS = 8;
const EXTENSION_LENGTH_OFFSET = 1;
const SEGMENTS_LEFT_OFFSET = 3;
const FRAGMENT_FIELD_OFFSET = 2;
/** The fragment's offset and the "more fragments" flag. */
const FRAGMENT_BITS = 0xfff9;

const OPTIONS_OFFSET = 2;
const OPTION_PAD1 = 0;
const OPTION_JUMBO_PAYLOAD = 0xc2;
/** Set in options that a node may not skip when it does not know them (RFC 8200 4.2). */
const OPTION_ACTION_BITS = 0xc0;

/**
 * Reads the header of the packet in the `length` octets from `at` on into `out`: addresses, ECN, DSCP, hop limit; what follows
 * it and its extension headers becomes `out`'s payload.
 *
 * @returns null, or why the packet is not used; then `out` is not to be used either
 */
export function decodeIpv6(packet: Uint8Array, length: number, out: Segment, at = 0): DropReason | null {
  if (length < IPV6_HEADER_LENGTH) return "truncated";
  const packetLength = ipv6End(packet, length, at);
  if (packetLength > length) return "truncated";
  const end = at + packetLength;
  const transport = findInIpv6(packet, at, end, PROTOCOL_TCP);
  if (typeof transport === "string") return transport;
  const trafficClass = uint16At(packet, at + VERSION_OFFSET) >> 4 & 0xff;
  out.family = 6;
  out.addresses = packet;
  out.sourceOffset = at + IPV6_SOURCE_OFFSET;
  out.destinationOffset = at + IPV6_DESTINATION_OFFSET;
  out.ecn = trafficClass & 3;
  out.dscp = trafficClass >> 2;
  out.hopLimit = octetAt(packet, at + HOP_LIMIT_OFFSET);
  out.payload.set(packet, transport, end - transport);
  return null;
}

/** Writes a header at `offset` for `payloadLength` octets behind it, with no flow label and no extension header. */
export function encodeIpv6(
  segment: Segment,
  protocol: number,
  payloadLength: number,
  into: Uint8Array,
  offset: number,
): void {
  const trafficClass = segment.dscp << 2 | segment.ecn & 3;
  putUint16(into, offset + VERSION_OFFSET, VERSION << 8 | trafficClass << 4);
  putUint16(into, offset + FLOW_LABEL_LOW_OFFSET, 0);
  putUint16(into, offset + PAYLOAD_LENGTH_OFFSET, payloadLength);
  into[offset + NEXT_HEADER_OFFSET] = protocol;
  into[offset + HOP_LIMIT_OFFSET] = segment.hopLimit;
  for (let i = 0; i < IPV6_ADDRESS_LENGTH; i++) {
    into[offset + IPV6_SOURCE_OFFSET + i] = octetAt(segment.addresses, segment.sourceOffset + i);
    into[offset + IPV6_DESTINATION_OFFSET + i] = octetAt(segment.addresses, segment.destinationOffset + i);
  }
}

/**
 * After how many of the `length` octets from `at` on, at least a header's 40, the packet ends. A payload length of 0 stands for more
 * than 65,535 octets, in a jumbogram (RFC 2675) or a packet that a device merged: it ends with the octets.
 */
export function ipv6End(packet: Uint8Array, length: number, at = 0): number {
  const payloadLength = uint16At(packet, at + PAYLOAD_LENGTH_OFFSET);
  return payloadLength === 0 ? length : IPV6_HEADER_LENGTH + payloadLength;
}

/**
 * Where the header of `protocol` starts in the packet that starts at `at` and ends at `end`, behind the extension
 * headers; or why the packet is of no use to whoever awaits that protocol.
 */
export function findInIpv6(
  packet: Uint8Array,
  at: number,
  end: number,
  protocol: number,
): number | DropReason {
  let kind = octetAt(packet, at + NEXT_HEADER_OFFSET);
  let header = at + IPV6_HEADER_LENGTH;
  for (let i = 0; i <= MAX_EXTENSION_HEADERS; i++) {
    if (kind === protocol) return header;
    if (!isExtensionHeader(kind)) return "not-tcp";
    if (header + EXTENSION_UNIT > end) return "truncated";
    const length = extensionLength(packet, kind, header);
    if (header + length > end) return "truncated";
    const refusal = refuseExtension(packet, kind, header, length, i === 0);
    if (refusal !== null) return refusal;
    kind = octetAt(packet, header);
    header += length;
  }
  return "bad-ip-header";
}

function extensionLength(packet: Uint8Array, kind: number, at: number): number {
  if (kind === FRAGMENT) return EXTENSION_UNIT;
  return (octetAt(packet, at + EXTENSION_LENGTH_OFFSET) + 1) * EXTENSION_UNIT;
}

/** Why an extension header, which is there in full, may not be passed over; null when it may. */
function refuseExtension(
  packet: Uint8Array,
  kind: number,
  at: number,
  length: number,
  first: boolean,
): DropReason | null {
  switch (kind) {
    case FRAGMENT:
      // RFC 6946 4: a fragment that is the whole packet needs no reassembly.
      return (uint16At(packet, at + FRAGMENT_FIELD_OFFSET) & FRAGMENT_BITS) === 0 ? null : "fragment";
    case ROUTING:
      // RFC 8200 4.4: passed over only where the route ends, whatever its type.
      return octetAt(packet, at + SEGMENTS_LEFT_OFFSET) === 0 ? null : "bad-ip-header";
    case HOP_BY_HOP_OPTIONS:
      // RFC 8200 4.3: nowhere but right behind the IPv6 header.
      if (!first) return "bad-ip-header";
  }
  return optionsMayBeSkipped(packet, at + OPTIONS_OFFSET, at + length) ? null : "bad-ip-header";
}

/** Whether each option from `at` to `end` is of a kind that may be skipped unknown, or merely names a length. */
function optionsMayBeSkipped(packet: Uint8Array, at: number, end: number): boolean {
  let option = at;
  while (option < end) {
    const kind = octetAt(packet, option);
    if (kind === OPTION_PAD1) {
      option++;
      continue;
    }
    if ((kind & OPTION_ACTION_BITS) !== 0 && kind !== OPTION_JUMBO_PAYLOAD) return false;
    if (option + 1 >= end) return false;
    option += 2 + octetAt(packet, option + 1);
  }
  return option === end;
}

function isExtensionHeader(kind: number): boolean {
  return kind === HOP_BY_HOP_OPTIONS || kind === ROUTING || kind === FRAGMENT || kind === DESTINATION_OPTIONS;
}
