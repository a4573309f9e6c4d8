/**
 * Frames of IEEE 802.11, with or without the radiotap header before them.
 *
 * @module
 */

import { type Cursor, CUT_SHORT, type LayerName } from "./layer.ts";

const RADIOTAP_LEAST = 8;
const RADIOTAP_LENGTH_OFFSET = 2;
const RADIOTAP_PRESENT_OFFSET = 4;
/** More words of presence bits follow. */
const RADIOTAP_EXTENDED = 0x80;
const PRESENT_TSFT = 1;
const PRESENT_FLAGS = 2;
const TSFT_LENGTH = 8;
/** The frame check sequence is at the frame's end; octets are between header and body. */
const FLAG_FCS = 0x10;
const FLAG_PADDED = 0x20;
const FCS_LENGTH = 4;

const HEADER_LENGTH = 24;
const TYPE_BITS = 0x0c;
const TYPE_DATA = 0x08;
const SUBTYPE_QOS = 0x80;
const SUBTYPE_NO_DATA = 0x40;
const TO_AND_FROM_SYSTEM = 0x03;
const PROTECTED = 0x40;
const ORDERED = 0x80;
const FOURTH_ADDRESS = 6;
const QOS_LENGTH = 2;
const HT_LENGTH = 4;
const AGGREGATE = 0x80;

/** A frame of IEEE 802.11 behind a radiotap header, whose fields are in little-endian order (radiotap.org). */
export function radiotap(cursor: Cursor): LayerName | null {
  if (!cursor.has(RADIOTAP_LEAST)) return cursor.give(CUT_SHORT);
  const length = cursor.uint8(RADIOTAP_LENGTH_OFFSET) | cursor.uint8(RADIOTAP_LENGTH_OFFSET + 1) << 8;
  if (length < RADIOTAP_LEAST) return cursor.give("malformed radiotap headers");
  const flags = radiotapFlags(cursor);
  cursor.at += length;
  if ((flags & FLAG_FCS) !== 0) cursor.end -= FCS_LENGTH;
  return (flags & FLAG_PADDED) === 0 ? "802.11" : "padded 802.11";
}

function radiotapFlags(cursor: Cursor): number {
  const present = cursor.uint8(RADIOTAP_PRESENT_OFFSET);
  if ((present & PRESENT_FLAGS) === 0) return 0;
  let at = RADIOTAP_PRESENT_OFFSET;
  while ((cursor.uint8(at + 3) & RADIOTAP_EXTENDED) !== 0 && cursor.has(at + 8)) at += 4;
  at += 4;
  // The fields are aligned to their own size.
  if ((present & PRESENT_TSFT) !== 0) at = Math.ceil(at / TSFT_LENGTH) * TSFT_LENGTH + TSFT_LENGTH;
  return cursor.uint8(at);
}

/** A frame of IEEE 802.11. */
export function dot11(cursor: Cursor): LayerName | null {
  return dataFrame(cursor, 1);
}

/** The same with octets between its header and its body, so that the latter is aligned. */
export function paddedDot11(cursor: Cursor): LayerName | null {
  return dataFrame(cursor, 4);
}

function dataFrame(cursor: Cursor, alignment: number): LayerName | null {
  if (!cursor.has(HEADER_LENGTH)) return cursor.give("802.11 control frames");
  const control = cursor.uint8(0);
  const flags = cursor.uint8(1);
  if ((control & TYPE_BITS) !== TYPE_DATA) return cursor.give("802.11 management and control frames");
  if ((control & SUBTYPE_NO_DATA) !== 0) return cursor.give("802.11 frames without data");
  if ((flags & PROTECTED) !== 0) return cursor.give("encrypted 802.11 frames");
  let length = HEADER_LENGTH;
  if ((flags & TO_AND_FROM_SYSTEM) === TO_AND_FROM_SYSTEM) length += FOURTH_ADDRESS;
  if ((control & SUBTYPE_QOS) !== 0) {
    if ((cursor.uint8(length) & AGGREGATE) !== 0) return cursor.give("aggregated 802.11 frames");
    length += QOS_LENGTH;
    if ((flags & ORDERED) !== 0) length += HT_LENGTH;
  }
  cursor.at += Math.ceil(length / alignment) * alignment;
  return "llc";
}
