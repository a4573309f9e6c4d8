/**
 * The kinds of link of capture files (LINKTYPE_ numbers of tcpdump.org), and how a frame of each begins.
 *
 * @module
 */

import { byEtherType } from "./ether_types.ts";
import { type Cursor, CUT_SHORT, type Layer, type LayerName } from "./layer.ts";

const NULL_HEADER_LENGTH = 4;
const COOKED_HEADER_LENGTH = 16;
const COOKED_TYPE_OFFSET = 14;
const COOKED2_HEADER_LENGTH = 20;
const COOKED2_PACKET_TYPE_OFFSET = 10;
const PACKET_TO_US = 0;
const PACKET_FROM_US = 4;
const CISCO_HDLC_LENGTH = 4;
const CISCO_HDLC = 0x8f;
const CISCO_HDLC_UNICAST = 0x0f;
const FDDI_HEADER = 13;
const TOKEN_RING_HEADER = 14;
const TOKEN_RING_SOURCE_OFFSET = 8;
const TOKEN_RING_ROUTING_OFFSET = 14;
const PKTAP_LENGTH_OFFSET = 0;
const PKTAP_LINK_TYPE_OFFSET = 8;
const PPI_LENGTH_OFFSET = 2;
const PPI_LINK_TYPE_OFFSET = 4;
const PFLOG_ALIGNMENT = 4;
const IPNET_HEADER = 24;
const NFLOG_HEADER = 4;
const NFLOG_ATTRIBUTE_HEADER = 4;
const NFLOG_ALIGNMENT = 4;
const NFLOG_PAYLOAD = 9;
const JUNIPER_HEADER = 4;
const JUNIPER_EXTENDED = 0x80;
const JUNIPER_WITHOUT_LINK = 2;
const JUNIPER_INBOUND = 1;
/** Both hardware addresses, then a header with an Ethernet type. */
const INFINIBAND_TYPE_OFFSET = 40;
const INFINIBAND_LENGTH = 44;

/** The layers that only begin a frame. */
export const LINK_LAYERS = {
  "bsd": bsdNull,
  "ppp in hdlc": pppSerial,
  "ppp with direction": pppWithDirection,
  "token ring": tokenRing,
  "fddi": fddi,
  "cooked": linuxCooked,
  "cooked 2": linuxCooked2,
  "pflog": pflog,
  "ipnet": ipnet,
  "pktap": pktap,
  "ppi": ppi,
  "nflog": nflog,
  "infiniband": infiniband,
  "juniper": juniper,
} satisfies Partial<Record<LayerName, Layer>>;

/** How frames of each kind of link are read. */
export const LINK_TYPES: Readonly<Record<number, LayerName>> = {
  0: "bsd",
  1: "ethernet",
  6: "token ring",
  9: "ppp",
  10: "fddi",
  // DLT_RAW of OpenBSD and of others, as files have it that were not written by libpcap.
  12: "ip",
  14: "ip",
  50: "ppp in hdlc",
  51: "pppoe",
  101: "ip",
  104: "ppp in hdlc",
  105: "802.11",
  108: "bsd",
  113: "cooked",
  117: "pflog",
  127: "radiotap",
  166: "ppp with direction",
  178: "juniper",
  192: "ppi",
  204: "ppp with direction",
  226: "ipnet",
  228: "ip",
  229: "ip",
  239: "nflog",
  242: "infiniband",
  258: "pktap",
  276: "cooked 2",
};

/** Four octets of an address family, in the order of the host that captured: the IP version tells as much. */
function bsdNull(cursor: Cursor): LayerName | null {
  cursor.at += NULL_HEADER_LENGTH;
  return "ip";
}

function linuxCooked(cursor: Cursor): LayerName | null {
  if (!cursor.has(COOKED_HEADER_LENGTH)) return cursor.give(CUT_SHORT);
  cursor.direction = cookedDirection(cursor.uint16(0));
  const type = cursor.uint16(COOKED_TYPE_OFFSET);
  cursor.at += COOKED_HEADER_LENGTH;
  return byCookedType(cursor, type);
}

function linuxCooked2(cursor: Cursor): LayerName | null {
  if (!cursor.has(COOKED2_HEADER_LENGTH)) return cursor.give(CUT_SHORT);
  cursor.direction = cookedDirection(cursor.uint8(COOKED2_PACKET_TYPE_OFFSET));
  const type = cursor.uint16(0);
  cursor.at += COOKED2_HEADER_LENGTH;
  return byCookedType(cursor, type);
}

/** Small numbers are kinds of frame without a type: 4 is LLC. */
function byCookedType(cursor: Cursor, type: number): LayerName | null {
  if (type === 4) return "llc";
  return type < 0x600 ? cursor.give(`cooked frame type ${type}`) : byEtherType(cursor, type);
}

function cookedDirection(packetType: number): Cursor["direction"] {
  if (packetType === PACKET_FROM_US) return "sent";
  return packetType === PACKET_TO_US ? "arrived" : null;
}

/** PPP in HDLC-like framing, or Cisco's HDLC, whose protocol is an Ethernet type. */
function pppSerial(cursor: Cursor): LayerName | null {
  const address = cursor.uint8(0);
  if (address !== CISCO_HDLC && address !== CISCO_HDLC_UNICAST) return "ppp";
  const type = cursor.uint16(2);
  cursor.at += CISCO_HDLC_LENGTH;
  return byEtherType(cursor, type);
}

/** An octet of direction before PPP: 0 received, 1 sent. */
function pppWithDirection(cursor: Cursor): LayerName | null {
  const isFramed = cursor.uint16(0) === 0xff03;
  if (!isFramed) cursor.at += cursor.uint8(0) <= 1 ? 1 : 0;
  return "ppp";
}

function fddi(cursor: Cursor): LayerName | null {
  cursor.at += FDDI_HEADER;
  return "llc";
}

/** With a routing field where the highest bit of the source says so (IEEE 802.5 3.2.4). */
function tokenRing(cursor: Cursor): LayerName | null {
  const hasRoute = (cursor.uint8(TOKEN_RING_SOURCE_OFFSET) & 0x80) !== 0;
  const route = hasRoute ? cursor.uint8(TOKEN_RING_ROUTING_OFFSET) & 0x1f : 0;
  cursor.at += TOKEN_RING_HEADER + route;
  return "llc";
}

/** OpenBSD's packet filter log: a header that says its length, padded. */
function pflog(cursor: Cursor): LayerName | null {
  cursor.at += Math.ceil(cursor.uint8(0) / PFLOG_ALIGNMENT) * PFLOG_ALIGNMENT;
  return "ip";
}

function ipnet(cursor: Cursor): LayerName | null {
  cursor.at += IPNET_HEADER;
  return "ip";
}

/** Linux's netfilter log: attributes, in the order of octets of the host that captured, one of which is the packet. */
function nflog(cursor: Cursor): LayerName | null {
  cursor.at += NFLOG_HEADER;
  while (cursor.has(NFLOG_ATTRIBUTE_HEADER)) {
    // Lengths are short, so that the octet that is 0 shows the order.
    const isLittle = cursor.uint16(2) >> 8 !== 0;
    const length = isLittle ? cursor.uint8(0) | cursor.uint8(1) << 8 : cursor.uint16(0);
    const type = isLittle ? cursor.uint8(2) | cursor.uint8(3) << 8 : cursor.uint16(2);
    if (length < NFLOG_ATTRIBUTE_HEADER) break;
    if (type === NFLOG_PAYLOAD) {
      cursor.end = Math.min(cursor.end, cursor.at + length);
      cursor.at += NFLOG_ATTRIBUTE_HEADER;
      return "ip";
    }
    cursor.at += Math.ceil(length / NFLOG_ALIGNMENT) * NFLOG_ALIGNMENT;
  }
  return cursor.give("netfilter log without packet");
}

/** IP over InfiniBand (RFC 4391 6). */
function infiniband(cursor: Cursor): LayerName | null {
  if (!cursor.has(INFINIBAND_LENGTH)) return cursor.give(CUT_SHORT);
  const type = cursor.uint16(INFINIBAND_TYPE_OFFSET);
  cursor.at += INFINIBAND_LENGTH;
  return byEtherType(cursor, type);
}

/** Ethernet as Juniper's routers capture it: a magic number, flags, and extensions whose length is said. */
function juniper(cursor: Cursor): LayerName | null {
  const flags = cursor.uint8(3);
  cursor.direction = (flags & JUNIPER_INBOUND) !== 0 ? "arrived" : "sent";
  cursor.at += JUNIPER_HEADER;
  if ((flags & JUNIPER_EXTENDED) !== 0) cursor.at += 2 + cursor.uint16(0);
  if ((flags & JUNIPER_WITHOUT_LINK) === 0) return "ethernet";
  cursor.at += NULL_HEADER_LENGTH;
  return "ip";
}

/** Apple's: any kind of link behind a header in little-endian order. */
function pktap(cursor: Cursor): LayerName | null {
  return behindHeader(cursor, PKTAP_LENGTH_OFFSET, PKTAP_LINK_TYPE_OFFSET);
}

/** Per-packet information: any kind of link behind a header in little-endian order. */
function ppi(cursor: Cursor): LayerName | null {
  return behindHeader(cursor, PPI_LENGTH_OFFSET, PPI_LINK_TYPE_OFFSET);
}

function behindHeader(cursor: Cursor, lengthOffset: number, linkTypeOffset: number): LayerName | null {
  const length = cursor.uint8(lengthOffset) | cursor.uint8(lengthOffset + 1) << 8;
  const linkType = cursor.uint8(linkTypeOffset) | cursor.uint8(linkTypeOffset + 1) << 8;
  cursor.at += Math.max(length, 1);
  return LINK_TYPES[linkType] ?? cursor.give(`link type ${linkType}`);
}
