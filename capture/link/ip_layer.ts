/**
 * IPv4 and IPv6 as tunnels and as what carries TCP: finds the innermost packet and what it holds.
 *
 * Checksums are not looked at: captures at an end that offloads have none.
 *
 * @module
 */

import { type Cursor, CUT_SHORT, type LayerName } from "./layer.ts";

/** Protocol numbers (IANA). */
export const Protocol = {
  hopByHop: 0,
  icmp: 1,
  ipv4: 4,
  tcp: 6,
  udp: 17,
  ipv6: 41,
  routing: 43,
  fragment: 44,
  gre: 47,
  authentication: 51,
  icmpv6: 58,
  destinationOptions: 60,
} as const;

/** Names of protocols that are often seen beside TCP. */
const NAMES: Readonly<Record<number, string>> = {
  2: "IGMP",
  17: "UDP",
  46: "RSVP",
  50: "ESP",
  59: "IPv6 without payload",
  89: "OSPF",
  103: "PIM",
  112: "VRRP",
  132: "SCTP",
};

const IPV4_HEADER = 20;
const IPV6_HEADER = 40;
const IPV4_SOURCE = 12;
const IPV4_DESTINATION = 16;
const IPV6_SOURCE = 8;
const IPV6_DESTINATION = 24;
const ADDRESS_6 = 16;
/** Kinds of routing header (IANA), and where their addresses begin. */
const ROUTING_SOURCE = 0;
const ROUTING_TO_HOME = 2;
const ROUTING_SEGMENTS = 4;
const ROUTING_FIXED = 8;
/** Options for a destination (RFC 8200 4.2, RFC 6275 6.3). */
const PAD_1 = 0;
const HOME_ADDRESS = 0xc9;
const WORD_OCTETS = 4;
const EXTENSION_UNIT = 8;
/** "More fragments", and the offset in units of 8 octets. */
const FRAGMENT_BITS = 0x3fff;
const FRAGMENT_BITS_6 = 0xfff9;
const MOST_EXTENSIONS = 8;

/** What is said of a fragment of IP: the reassembly decides. */
export const FRAGMENT = "IP fragments";

/** An IP packet of either family, as its first octet has it. */
export function ipLayer(cursor: Cursor): LayerName | null {
  const version = cursor.uint8(0) >> 4;
  if (version === 4) return ipv4(cursor);
  if (version === 6) return ipv6(cursor);
  return cursor.give(cursor.has(1) ? `IP version ${version}` : CUT_SHORT);
}

function ipv4(cursor: Cursor): LayerName | null {
  if (!cursor.has(IPV4_HEADER)) return cursor.give(CUT_SHORT);
  const headerLength = (cursor.uint8(0) & 0xf) * WORD_OCTETS;
  // 0: merged by a device beyond what the field can say.
  const total = cursor.uint16(2) || cursor.end - cursor.at;
  if (headerLength < IPV4_HEADER || total < headerLength) return cursor.give("malformed IP headers");
  cursor.ip = cursor.at;
  cursor.source = cursor.at + IPV4_SOURCE;
  cursor.destination = cursor.at + IPV4_DESTINATION;
  cursor.protocol = cursor.uint8(9);
  // What was cut off by a tool that does not say so is behind the frame's end.
  cursor.end = cursor.at + total;
  if ((cursor.uint16(6) & FRAGMENT_BITS) !== 0) return cursor.give(FRAGMENT);
  cursor.at += headerLength;
  return byProtocol(cursor);
}

function ipv6(cursor: Cursor): LayerName | null {
  if (!cursor.has(IPV6_HEADER)) return cursor.give(CUT_SHORT);
  cursor.ip = cursor.at;
  cursor.source = cursor.at + IPV6_SOURCE;
  cursor.destination = cursor.at + IPV6_DESTINATION;
  const length = cursor.uint16(4);
  // 0: a jumbogram, or merged by a device.
  if (length > 0) cursor.end = cursor.at + IPV6_HEADER + length;
  let next = cursor.uint8(6);
  cursor.at += IPV6_HEADER;
  for (let i = 0; i < MOST_EXTENSIONS; i++) {
    const extension = extensionLength(cursor, next);
    if (extension === 0) break;
    if (!cursor.has(EXTENSION_UNIT)) return cursor.give(CUT_SHORT);
    if (next === Protocol.fragment && (cursor.uint16(2) & FRAGMENT_BITS_6) !== 0) {
      return cursor.give(FRAGMENT);
    }
    findAddresses(cursor, next, extension);
    next = cursor.uint8(0);
    cursor.at += extension;
  }
  cursor.protocol = next;
  return byProtocol(cursor);
}

/**
 * Extensions may have the addresses of the ends instead of the header: of a packet that is on its way through others (RFC 8200
 * 8.1, RFC 8754 2) or to or from somebody who is not at home (RFC 6275 6.3, 6.4).
 */
function findAddresses(cursor: Cursor, kind: number, length: number): void {
  if (kind === Protocol.routing && cursor.uint8(3) > 0) {
    const last = length - ADDRESS_6;
    const [type, list] = [cursor.uint8(2), cursor.at + ROUTING_FIXED];
    if (type === ROUTING_TO_HOME || type === ROUTING_SEGMENTS) cursor.destination = list;
    else if (type === ROUTING_SOURCE && last >= ROUTING_FIXED) cursor.destination = cursor.at + last;
  }
  if (kind !== Protocol.destinationOptions) return;
  for (let at = 2; at + 1 < length;) {
    const option = cursor.uint8(at);
    if (option === HOME_ADDRESS) cursor.source = cursor.at + at + 2;
    at += option === PAD_1 ? 1 : 2 + cursor.uint8(at + 1);
  }
}

/** Octets of the extension header of this kind at the cursor; 0: it is none. */
function extensionLength(cursor: Cursor, kind: number): number {
  switch (kind) {
    case Protocol.hopByHop:
    case Protocol.routing:
    case Protocol.destinationOptions:
      return (cursor.uint8(1) + 1) * EXTENSION_UNIT;
    case Protocol.fragment:
      return EXTENSION_UNIT;
    case Protocol.authentication:
      return (cursor.uint8(1) + 2) * WORD_OCTETS;
    default:
      return 0;
  }
}

/** What stands at the cursor, behind the IP header. */
function byProtocol(cursor: Cursor): LayerName | null {
  cursor.transport = cursor.at;
  switch (cursor.protocol) {
    case Protocol.tcp:
    case Protocol.icmp:
    case Protocol.icmpv6:
      return null;
    case Protocol.ipv4:
    case Protocol.ipv6:
      cursor.tunnels.push("IP in IP");
      return "ip";
    case Protocol.gre:
      return "gre";
    case Protocol.udp:
      return "udp";
    default:
      return cursor.give(NAMES[cursor.protocol] ?? `IP protocol ${cursor.protocol}`);
  }
}
