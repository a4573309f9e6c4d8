/**
 * A received payload as both programs show it.
 *
 * @module
 */

import { hex, pythonBytes, terminalText } from "../trace/escape.ts";

/** Shows what one peer sends, piece by piece: a character whose octets come in two pieces is shown with the second. */
export class PayloadLines {
  readonly #decoder = new TextDecoder("utf-8", { ignoreBOM: true });

  /** The three lines that show a piece: its octets as Python writes them, as digits and as text. */
  of(octets: Uint8Array): readonly [raw: string, digits: string, text: string] {
    return [
      `    Raw bytes: ${pythonBytes(octets)}`,
      `    Hex: ${hex(octets)}`,
      `    Text: ${terminalText(this.#decoder.decode(octets, { stream: true }))}`,
    ];
  }
}
