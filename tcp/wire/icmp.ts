/**
 * ICMP errors that quote a TCP segment (RFC 792; RFC 1191 for the MTU; RFC 4443 for IPv6), to and from
 * {@link IcmpError} records. Everything else that ICMP carries is refused.
 *
 * @module
 */

import {
  addressFromOctets,
  type Family,
  type IpAddress,
  IPV4_ADDRESS_LENGTH,
  IPV6_ADDRESS_LENGTH,
} from "../base/address.ts";
import type { IcmpError, IcmpErrorKind } from "../base/icmp_error.ts";
import { Segment } from "../base/segment.ts";
import { seqNumber } from "../base/seq.ts";
import { checksumOf, foldSum, PROTOCOL_TCP, sumOctets } from "./checksum.ts";
import {
  encodeIpv4,
  findTcpInIpv4,
  IPV4_DESTINATION_OFFSET,
  IPV4_HEADER_LENGTH,
  IPV4_SOURCE_OFFSET,
  ipv4End,
  ipv4HeaderLength,
  refuseIpv4,
} from "./ipv4.ts";
import {
  encodeIpv6,
  findInIpv6,
  IPV6_DESTINATION_OFFSET,
  IPV6_HEADER_LENGTH,
  IPV6_SOURCE_OFFSET,
  ipv6End,
} from "./ipv6.ts";
import { int32At, octetAt, putInt32, putUint16, uint16At } from "./octets.ts";
import { encodePacketHeaders } from "./packet.ts";

/** Protocol number of ICMP (RFC 792). */
const PROTOCOL_ICMP = 1;

/** Next header number of ICMPv6 (RFC 4443 1). */
const PROTOCOL_ICMPV6 = 58;

const TYPE_OFFSET = 0;
const CODE_OFFSET = 1;
const CHECKSUM_OFFSET = 2;
/** What the type makes of it: ICMPv6's MTU or pointer in 32 bits, ICMP's pointer in the first octet. */
const PARAMETER_OFFSET = 4;
const ICMPV4_MTU_OFFSET = 6;
const QUOTE_OFFSET = 8;

const IPV6_ADDRESSES_LENGTH = 32;
const MAX_INT32 = 0x7fff_ffff;

/** Octets of the quoted TCP header that a router must at least give: ports and sequence number (RFC 792). */
const LEAST_TCP_QUOTE = 8;
const DESTINATION_PORT_OFFSET = 2;
const SEQUENCE_OFFSET = 4;

/** Types of ICMP errors. */
const ICMPV4 = {
  unreachable: 3,
  sourceQuench: 4,
  timeExceeded: 11,
  parameterProblem: 12,
} as const;

/** The code of ICMPv4's "unreachable" that says: too big, and not to be fragmented. */
const ICMPV4_FRAGMENTATION_NEEDED = 4;

const ICMPV6 = { unreachable: 1, packetTooBig: 2, timeExceeded: 3, parameterProblem: 4 } as const;

/** What an ICMP type and code are about; null when it is no error (or a redirect, which is none of TCP's business). */
export function icmpErrorKind(family: Family, type: number, code: number): IcmpErrorKind | null {
  if (family === 4) {
    switch (type) {
      case ICMPV4.unreachable:
        return code === ICMPV4_FRAGMENTATION_NEEDED ? "packet too big" : "unreachable";
      case ICMPV4.sourceQuench:
        return "source quench";
      case ICMPV4.timeExceeded:
        return "time exceeded";
      case ICMPV4.parameterProblem:
        return "parameter problem";
      default:
        return null;
    }
  }
  switch (type) {
    case ICMPV6.unreachable:
      return "unreachable";
    case ICMPV6.packetTooBig:
      return "packet too big";
    case ICMPV6.timeExceeded:
      return "time exceeded";
    case ICMPV6.parameterProblem:
      return "parameter problem";
    default:
      return null;
  }
}

/**
 * Reads the IPv4 or IPv6 packet in the first `length` octets into `out`, which then borrows `packet`.
 *
 * @returns whether it is a sound ICMP error that quotes a TCP segment; otherwise `out` is not to be used
 */
export function decodeIcmpPacket(packet: Uint8Array, length: number, out: IcmpError): boolean {
  const present = Math.min(length, packet.length);
  const version = octetAt(packet, 0) >> 4;
  if (version === 4) {
    if (refuseIpv4(packet, present, PROTOCOL_ICMP) !== null) return false;
    const start = ipv4HeaderLength(packet, 0);
    const end = ipv4End(packet, present);
    if (checksumOf(sumOctets(packet, start, end - start)) !== 0) return false;
    if (!decodeMessage(packet, start, end, 4, out)) return false;
    out.reporter = sourceOf(packet, IPV4_SOURCE_OFFSET, IPV4_ADDRESS_LENGTH);
    return true;
  }
  if (version !== 6 || present < IPV6_HEADER_LENGTH) return false;
  const end = ipv6End(packet, present);
  if (end > present) return false;
  const start = findInIpv6(packet, 0, end, PROTOCOL_ICMPV6);
  if (typeof start === "string") return false;
  if (icmpv6Checksum(packet, 0, start, end) !== 0 || !decodeMessage(packet, start, end, 6, out)) return false;
  out.reporter = sourceOf(packet, IPV6_SOURCE_OFFSET, IPV6_ADDRESS_LENGTH);
  return true;
}

function sourceOf(packet: Uint8Array, at: number, length: number): IpAddress {
  return addressFromOctets(packet.subarray(at, at + length));
}

/**
 * Reads the ICMPv6 message in the first `length` octets into `out`, which then borrows `message`: what a raw IPv6 socket
 * delivers, without IP header, its checksum checked by the kernel.
 *
 * @param reporter where it came from
 * @returns whether it is an ICMP error that quotes a TCP segment; otherwise `out` is not to be used
 */
export function decodeIcmpv6Message(
  message: Uint8Array,
  length: number,
  reporter: IpAddress,
  out: IcmpError,
): boolean {
  if (!decodeMessage(message, 0, Math.min(length, message.length), 6, out)) return false;
  out.reporter = reporter;
  return true;
}

/**
 * Writes the IP packet by which the destination of `about` would report it: type, code, MTU and pointer are those of
 * `error`, the quote is of `about`'s headers. For tests and simulated networks.
 *
 * @returns octets written
 * @throws RangeError when `into` has no room for it
 */
export function encodeIcmpPacket(error: IcmpError, about: Segment, into: Uint8Array, offset = 0): number {
  const ipLength = about.family === 4 ? IPV4_HEADER_LENGTH : IPV6_HEADER_LENGTH;
  const message = offset + ipLength;
  const quoteLength = encodePacketHeaders(about, into, message + QUOTE_OFFSET, "complete");
  const length = QUOTE_OFFSET + quoteLength;
  const outer = new Segment();
  outer.family = about.family;
  outer.addresses = about.addresses;
  outer.sourceOffset = about.destinationOffset;
  outer.destinationOffset = about.sourceOffset;
  into[message + TYPE_OFFSET] = error.type;
  into[message + CODE_OFFSET] = error.code;
  putUint16(into, message + CHECKSUM_OFFSET, 0);
  encodeParameter(error, about.family, into, message);
  if (about.family === 4) {
    encodeIpv4(outer, PROTOCOL_ICMP, ipLength + length, into, offset);
    putUint16(into, message + CHECKSUM_OFFSET, checksumOf(sumOctets(into, message, length)));
  } else {
    encodeIpv6(outer, PROTOCOL_ICMPV6, length, into, offset);
    putUint16(into, message + CHECKSUM_OFFSET, icmpv6Checksum(into, offset, message, message + length));
  }
  return ipLength + length;
}

function encodeParameter(error: IcmpError, family: Family, into: Uint8Array, message: number): void {
  const kind = icmpErrorKind(family, error.type, error.code);
  putInt32(into, message + PARAMETER_OFFSET, 0);
  if (kind === "packet too big") {
    if (family === 4) putUint16(into, message + ICMPV4_MTU_OFFSET, error.mtu);
    else putInt32(into, message + PARAMETER_OFFSET, error.mtu);
  } else if (kind === "parameter problem") {
    if (family === 4) into[message + PARAMETER_OFFSET] = error.pointer;
    else putInt32(into, message + PARAMETER_OFFSET, error.pointer);
  }
}

/** The message lies from `at` to `end`. */
function decodeMessage(octets: Uint8Array, at: number, end: number, family: Family, out: IcmpError): boolean {
  const quote = at + QUOTE_OFFSET;
  if (quote > end) return false;
  const type = octetAt(octets, at + TYPE_OFFSET);
  const code = octetAt(octets, at + CODE_OFFSET);
  const kind = icmpErrorKind(family, type, code);
  if (kind === null || !decodeQuote(octets, quote, end, family, out)) return false;
  out.kind = kind;
  out.type = type;
  out.code = code;
  out.mtu = 0;
  out.pointer = 0;
  out.silentNeighbour = null;
  if (kind === "packet too big") {
    out.mtu = family === 4
      ? uint16At(octets, at + ICMPV4_MTU_OFFSET)
      : cappedInt32At(octets, at + PARAMETER_OFFSET);
  } else if (kind === "parameter problem") {
    out.pointer = family === 4
      ? octetAt(octets, at + PARAMETER_OFFSET)
      : cappedInt32At(octets, at + PARAMETER_OFFSET);
  }
  return true;
}

/** Reads the quoted packet, of which at least the IP header and 8 octets of TCP must be there. */
function decodeQuote(octets: Uint8Array, at: number, end: number, family: Family, out: IcmpError): boolean {
  const tcp = family === 4 ? findTcpInIpv4(octets, at, end) : findTcpInQuotedIpv6(octets, at, end);
  if (tcp < 0 || tcp + LEAST_TCP_QUOTE > end) return false;
  out.family = family;
  out.addresses = octets;
  out.sourceOffset = at + (family === 4 ? IPV4_SOURCE_OFFSET : IPV6_SOURCE_OFFSET);
  out.destinationOffset = at + (family === 4 ? IPV4_DESTINATION_OFFSET : IPV6_DESTINATION_OFFSET);
  out.sourcePort = uint16At(octets, tcp);
  out.destinationPort = uint16At(octets, tcp + DESTINATION_PORT_OFFSET);
  out.seq = seqNumber(int32At(octets, tcp + SEQUENCE_OFFSET));
  return true;
}

/** An unsigned 32-bit number; what int32 cannot hold counts as the most that it can. */
function cappedInt32At(octets: Uint8Array, at: number): number {
  const value = int32At(octets, at);
  return value < 0 ? MAX_INT32 : value;
}

function findTcpInQuotedIpv6(octets: Uint8Array, at: number, end: number): number {
  if (at + IPV6_HEADER_LENGTH > end || octetAt(octets, at) >> 4 !== 6) return -1;
  const tcp = findInIpv6(octets, at, end, PROTOCOL_TCP);
  return typeof tcp === "string" ? -1 : tcp;
}

/** The checksum of the message from `at` to `end` in the packet at `packetAt` (RFC 4443 2.3); 0 when it holds a right one. */
function icmpv6Checksum(packet: Uint8Array, packetAt: number, at: number, end: number): number {
  const pseudoHeader = sumOctets(packet, packetAt + IPV6_SOURCE_OFFSET, IPV6_ADDRESSES_LENGTH) +
    PROTOCOL_ICMPV6 + (end - at);
  return checksumOf(foldSum(pseudoHeader + sumOctets(packet, at, end - at)));
}
