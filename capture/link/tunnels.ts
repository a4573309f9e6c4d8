/**
 * Tunnels inside IP packets: GRE, and those that are known by their UDP port.
 *
 * @module
 */

import { byEtherType } from "./ether_types.ts";
import { type Cursor, CUT_SHORT, type LayerName } from "./layer.ts";

const GRE_LENGTH = 4;
const GRE_CHECKSUM = 0x8000;
const GRE_KEY = 0x2000;
const GRE_SEQUENCE = 0x1000;
const GRE_ACKNOWLEDGMENT = 0x0080;
const GRE_VERSION = 7;
const GRE_FIELD = 4;
/** Without a type of its own, ERSPAN says by the protocol field that a mirrored frame follows. */
const ERSPAN_I_OR_II = 0x88be;
const ERSPAN_III = 0x22eb;
const ERSPAN_II_LENGTH = 8;
const ERSPAN_III_LENGTH = 12;
/** Frames of 802.11 between Aruba's access points and their controllers, one protocol for each queue. */
const ARUBA_FIRST = 0x8200;
const ARUBA_LAST = 0x82ff;
const UDP_LENGTH = 8;
const VXLAN_LENGTH = 8;
const GENEVE_LENGTH = 8;
const GENEVE_OPTION_UNIT = 4;
const GTP_LENGTH = 8;
const GTP_OPTIONAL_FIELDS = 7;
const GTP_OPTIONAL_LENGTH = 4;
const GTP_USER_PACKET = 255;
const TEREDO_ORIGIN = 0;
const TEREDO_ORIGIN_LENGTH = 8;
const TEREDO_AUTHENTICATION = 1;
const TEREDO_AUTHENTICATION_LENGTH = 13;
const L2TP_CONTROL = 0x8000;
const L2TP_LENGTH = 0x4000;
const L2TP_SEQUENCE = 0x0800;
const L2TP_OFFSET = 0x0200;
const L2TP_VERSION = 0xf;
const L2TP_IDENTIFIERS = 4;

const UDP_TUNNELS: Readonly<Record<number, LayerName>> = {
  4789: "vxlan",
  // Of Linux before the number was assigned.
  8472: "vxlan",
  6081: "geneve",
  2152: "gtp",
  // RFC 8086, RFC 7510.
  4754: "gre",
  6635: "mpls",
  4790: "vxlan-gpe",
  3544: "teredo",
  1701: "l2tp",
};

/** RFC 2784, RFC 2890; version 1 as RFC 2637 has it. */
export function gre(cursor: Cursor): LayerName | null {
  if (!cursor.has(GRE_LENGTH)) return cursor.give(CUT_SHORT);
  const flags = cursor.uint16(0);
  const type = cursor.uint16(2);
  cursor.at += GRE_LENGTH;
  const isEnhanced = (flags & GRE_VERSION) === 1;
  for (const field of [GRE_CHECKSUM, GRE_KEY, GRE_SEQUENCE]) {
    if ((flags & field) !== 0) cursor.at += GRE_FIELD;
  }
  if (isEnhanced && (flags & GRE_ACKNOWLEDGMENT) !== 0) cursor.at += GRE_FIELD;
  cursor.tunnels.push("GRE");
  if (isEnhanced) return "ppp";
  if (type === ERSPAN_I_OR_II || type === ERSPAN_III) {
    if (type === ERSPAN_III) cursor.at += ERSPAN_III_LENGTH;
    else if ((flags & GRE_SEQUENCE) !== 0) cursor.at += ERSPAN_II_LENGTH;
    return "ethernet";
  }
  return type >= ARUBA_FIRST && type <= ARUBA_LAST ? "802.11" : byEtherType(cursor, type);
}

/** UDP, as far as it carries a tunnel. */
export function byUdpPort(cursor: Cursor): LayerName | null {
  if (!cursor.has(UDP_LENGTH)) return cursor.give(CUT_SHORT);
  const layer = UDP_TUNNELS[cursor.uint16(2)] ?? UDP_TUNNELS[cursor.uint16(0)];
  if (layer === undefined) return cursor.give("UDP");
  cursor.at += UDP_LENGTH;
  return layer;
}

/** RFC 7348 5. */
export function vxlan(cursor: Cursor): LayerName | null {
  cursor.at += VXLAN_LENGTH;
  cursor.tunnels.push("VXLAN");
  return "ethernet";
}

/** VXLAN with a field for what follows (draft-ietf-nvo3-vxlan-gpe). */
export function vxlanGpe(cursor: Cursor): LayerName | null {
  const next = cursor.uint8(3);
  cursor.at += VXLAN_LENGTH;
  cursor.tunnels.push("VXLAN-GPE");
  if (next === 1 || next === 2) return "ip";
  return next === 4 ? "nsh" : next === 3 ? "ethernet" : cursor.give("VXLAN-GPE payload");
}

/** IPv6 through NAT (RFC 4380 5.1.1), perhaps behind an authentication and where it comes from. */
export function teredo(cursor: Cursor): LayerName | null {
  if (cursor.uint16(0) === TEREDO_AUTHENTICATION) {
    cursor.at += TEREDO_AUTHENTICATION_LENGTH + cursor.uint8(2) + cursor.uint8(3);
  }
  if (cursor.uint16(0) === TEREDO_ORIGIN) cursor.at += TEREDO_ORIGIN_LENGTH;
  if (cursor.uint8(0) >> 4 !== 6) return cursor.give("UDP");
  cursor.tunnels.push("Teredo");
  return "ip";
}

/** Data messages of version 2 carry PPP (RFC 2661 3.1). */
export function l2tp(cursor: Cursor): LayerName | null {
  const flags = cursor.uint16(0);
  if ((flags & L2TP_VERSION) !== 2) return cursor.give("UDP");
  if ((flags & L2TP_CONTROL) !== 0) return cursor.give("L2TP control messages");
  cursor.at += 2 + ((flags & L2TP_LENGTH) !== 0 ? 2 : 0) + L2TP_IDENTIFIERS +
    ((flags & L2TP_SEQUENCE) !== 0 ? 4 : 0);
  if ((flags & L2TP_OFFSET) !== 0) cursor.at += 2 + cursor.uint16(0);
  cursor.tunnels.push("L2TP");
  return "ppp";
}

/** RFC 8926 3.4. */
export function geneve(cursor: Cursor): LayerName | null {
  const options = (cursor.uint8(0) & 0x3f) * GENEVE_OPTION_UNIT;
  const type = cursor.uint16(2);
  cursor.at += GENEVE_LENGTH + options;
  cursor.tunnels.push("Geneve");
  return byEtherType(cursor, type);
}

/** 3GPP TS 29.281 5.1, user packets only; extension headers end with a type of 0. */
export function gtp(cursor: Cursor): LayerName | null {
  const flags = cursor.uint8(0);
  if (cursor.uint8(1) !== GTP_USER_PACKET) return cursor.give("GTP signalling");
  cursor.at += GTP_LENGTH;
  if ((flags & GTP_OPTIONAL_FIELDS) !== 0) {
    cursor.at += GTP_OPTIONAL_LENGTH;
    let next = cursor.uint8(-1);
    while (next !== 0 && cursor.has(1) && cursor.uint8(0) > 0) {
      cursor.at += cursor.uint8(0) * 4;
      next = cursor.uint8(-1);
    }
  }
  cursor.tunnels.push("GTP");
  return "ip";
}
