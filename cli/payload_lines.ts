/**
 * A received payload as both programs show it.
 *
 * @module
 */

import { hex, octetsText, pythonBytes } from "../trace/escape.ts";

/** The three lines that show a received payload: its octets as Python writes them, as digits and as text. */
export function payloadLines(octets: Uint8Array): readonly [raw: string, digits: string, text: string] {
  return [
    `    Raw bytes: ${pythonBytes(octets)}`,
    `    Hex: ${hex(octets)}`,
    `    Text: ${octetsText(octets)}`,
  ];
}
