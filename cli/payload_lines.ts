/**
 * A received payload as both programs show it.
 *
 * @module
 */

import { hex, pythonBytes, terminalText } from "../trace/escape.ts";

/** Shows what one peer sends, piece by piece: a character whose octets come in two pieces is shown with the second. */
export class PayloadLines {
  readonly #decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  readonly #isShown: boolean;

  /** `isShown`: whether more than the amount may be told. */
  constructor(isShown: boolean) {
    this.#isShown = isShown;
  }

  /** The lines about a piece: how long it is, and its octets as Python writes them, as digits and as text. */
  of(octets: Uint8Array): string {
    const amount = `Received ${octets.length} ${octets.length === 1 ? "byte" : "bytes"}`;
    if (!this.#isShown) return amount;
    return [
      `${amount}:`,
      `    Raw bytes: ${pythonBytes(octets)}`,
      `    Hex: ${hex(octets)}`,
      `    Text: ${terminalText(this.#decoder.decode(octets, { stream: true }))}`,
    ].join("\n");
  }
}
