/**
 * What follows a type field of Ethernet: IP, and whatever stands between a frame and its IP packet.
 *
 * @module
 */

import { type Cursor, CUT_SHORT, type LayerName } from "./layer.ts";

const TYPE_OFFSET = 12;
const HEADER_LENGTH = 14;
const VLAN_TAG_LENGTH = 4;
/** Below this a type field is a length, and LLC follows (IEEE 802.3 3.2.6). */
const LEAST_TYPE = 0x600;
const LLC_LENGTH = 3;
const SNAP_LENGTH = 5;
const SNAP_SAP = 0xaa;
const IP_SAP = 0x06;
const LABEL_LENGTH = 4;
const BOTTOM_OF_STACK = 1;
const PPPOE_LENGTH = 6;
const PPP_IPV4 = 0x21;
const PPP_IPV6 = 0x57;
const PPP_MPLS = 0x281;
const PPP_ADDRESS_AND_CONTROL = 0xff03;
/** RFC 1661 2: a protocol whose first octet is odd is sent as one octet where both ends agreed. */
const COMPRESSED_BIT = 1;
const NSH_LENGTH_UNIT = 4;
const VNTAG_LENGTH = 6;
const PBB_LENGTH = 4;
const WCCP_LENGTH = 4;

const LAYERS: Readonly<Record<number, LayerName>> = {
  0x0800: "ip",
  0x86dd: "ip",
  // 802.1Q and 802.1ad tags, and the type of old QinQ.
  0x8100: "vlan",
  0x88a8: "vlan",
  0x9100: "vlan",
  0x8847: "mpls",
  0x8848: "mpls",
  0x8864: "pppoe",
  0x6558: "ethernet",
  0x880b: "ppp",
  0x894f: "nsh",
  0x8926: "vntag",
  0x88e7: "pbb",
  0x883e: "wccp",
};

/** Names of what is often seen and holds no TCP. */
const NAMES: Readonly<Record<number, string>> = {
  0x0806: "ARP",
  0x8863: "PPPoE discovery",
  0x88cc: "LLDP",
  0x8809: "slow protocols (LACP)",
  0x888e: "EAP over LAN",
  0x88e5: "MACsec",
};

/** An Ethernet frame. */
export function ethernet(cursor: Cursor): LayerName | null {
  if (!cursor.has(HEADER_LENGTH)) return cursor.give(CUT_SHORT);
  const type = cursor.uint16(TYPE_OFFSET);
  cursor.at += HEADER_LENGTH;
  return byEtherType(cursor, type);
}

/** What follows a type field that has been read. */
export function byEtherType(cursor: Cursor, type: number): LayerName | null {
  if (type < LEAST_TYPE) {
    cursor.end = Math.min(cursor.end, cursor.at + type);
    return "llc";
  }
  const layer = LAYERS[type];
  if (layer !== undefined) return layer;
  return cursor.give(NAMES[type] ?? `ethertype 0x${type.toString(16).padStart(4, "0")}`);
}

/** IEEE 802.2, with the sub-network access protocol where it names an Ethernet type. */
export function llc(cursor: Cursor): LayerName | null {
  if (!cursor.has(LLC_LENGTH)) return cursor.give(CUT_SHORT);
  const sap = cursor.uint8(0);
  cursor.at += LLC_LENGTH;
  if (sap === IP_SAP) return "ip";
  if (sap !== SNAP_SAP) return cursor.give(sap === 0x42 ? "spanning tree" : `LLC SAP 0x${sap.toString(16)}`);
  if (!cursor.has(SNAP_LENGTH)) return cursor.give(CUT_SHORT);
  const type = cursor.uint16(3);
  cursor.at += SNAP_LENGTH;
  return byEtherType(cursor, Math.max(type, LEAST_TYPE));
}

export function vlan(cursor: Cursor): LayerName | null {
  if (!cursor.has(VLAN_TAG_LENGTH)) return cursor.give(CUT_SHORT);
  const type = cursor.uint16(2);
  cursor.at += VLAN_TAG_LENGTH;
  return byEtherType(cursor, type);
}

/** 802.1BR's predecessor of Cisco and VMware: four octets of virtual interfaces before the type. */
export function vntag(cursor: Cursor): LayerName | null {
  if (!cursor.has(VNTAG_LENGTH)) return cursor.give(CUT_SHORT);
  const type = cursor.uint16(4);
  cursor.at += VNTAG_LENGTH;
  return byEtherType(cursor, type);
}

/** IEEE 802.1ah: a service tag, then the frame of a customer. */
export function pbb(cursor: Cursor): LayerName | null {
  cursor.at += PBB_LENGTH;
  return "ethernet";
}

/** What a cache is sent by WCCP (draft-wilson-wrec-wccp-v2 4.12): since version 2 with a header of its own. */
export function wccp(cursor: Cursor): LayerName | null {
  if (cursor.uint8(0) >> 4 !== 4) cursor.at += WCCP_LENGTH;
  return "ip";
}

/** RFC 3032: nothing names what is below the labels, so its first octet must tell. */
export function mpls(cursor: Cursor): LayerName | null {
  for (let isLast = false; !isLast; cursor.at += LABEL_LENGTH) {
    if (!cursor.has(LABEL_LENGTH)) return cursor.give(CUT_SHORT);
    isLast = (cursor.uint8(2) & BOTTOM_OF_STACK) !== 0;
  }
  const version = cursor.uint8(0) >> 4;
  if (version === 4 || version === 6) return "ip";
  // RFC 4385 3: a control word of zeros before an Ethernet pseudowire.
  if (version !== 0 || !cursor.has(LABEL_LENGTH)) return cursor.give("MPLS payload");
  cursor.at += LABEL_LENGTH;
  return "ethernet";
}

/** RFC 2516 4. */
export function pppoe(cursor: Cursor): LayerName | null {
  if (!cursor.has(PPPOE_LENGTH)) return cursor.give(CUT_SHORT);
  cursor.end = Math.min(cursor.end, cursor.at + PPPOE_LENGTH + cursor.uint16(4));
  cursor.at += PPPOE_LENGTH;
  return "ppp";
}

/** RFC 1661 2, RFC 1662 3.1: with or without address and control, with a protocol of one or two octets. */
export function ppp(cursor: Cursor): LayerName | null {
  if (!cursor.has(2)) return cursor.give(CUT_SHORT);
  if (cursor.uint16(0) === PPP_ADDRESS_AND_CONTROL) cursor.at += 2;
  const isCompressed = (cursor.uint8(0) & COMPRESSED_BIT) !== 0;
  const protocol = isCompressed ? cursor.uint8(0) : cursor.uint16(0);
  cursor.at += isCompressed ? 1 : 2;
  if (protocol === PPP_IPV4 || protocol === PPP_IPV6) return "ip";
  if (protocol === PPP_MPLS) return "mpls";
  return cursor.give(`PPP protocol 0x${protocol.toString(16).padStart(4, "0")}`);
}

/** RFC 8300 2. */
export function nsh(cursor: Cursor): LayerName | null {
  if (!cursor.has(4)) return cursor.give(CUT_SHORT);
  const next = cursor.uint8(3);
  cursor.at += (cursor.uint8(1) & 0x3f) * NSH_LENGTH_UNIT;
  if (next === 1 || next === 2) return "ip";
  return next === 3 ? "ethernet" : cursor.give("NSH payload");
}
