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
const UDP_LENGTH = 8;
const VXLAN_LENGTH = 8;
const GENEVE_LENGTH = 8;
const GENEVE_OPTION_UNIT = 4;
const GTP_LENGTH = 8;
const GTP_OPTIONAL_FIELDS = 7;
const GTP_OPTIONAL_LENGTH = 4;
const GTP_USER_PACKET = 255;

const UDP_TUNNELS: Readonly<Record<number, LayerName>> = {
  4789: "vxlan",
  // Of Linux before the number was assigned.
  8472: "vxlan",
  6081: "geneve",
  2152: "gtp",
  // RFC 8086.
  4754: "gre",
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
  return byEtherType(cursor, type);
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
