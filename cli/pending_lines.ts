/**
 * Lines of a connection's story that wait for their turn: what comes after the handshake, with what the peer has sent before its
 * FIN.
 *
 * @module
 */

import type { Mark, Output } from "./output.ts";
import { PayloadLines } from "./payload_lines.ts";

/** A line that waits; `isFin` for the peer's FIN, before which all that it sent is shown. */
interface PendingLine {
  readonly mark: Mark;
  readonly text: string;
  readonly isFin: boolean;
}

/** Octets of the peer's that are shown in full; the rest is only counted. */
const SHOWN_OCTETS = 16 << 10;

/** The lines of one connection. */
export class PendingLines {
  readonly #output: Output;
  readonly #lines: PendingLine[] = [];
  readonly #payloadLines: PayloadLines;
  #shownOctets = 0;
  #hiddenOctets = 0;

  /** `showsPayload`: whether of what arrives more than the amount may be told. */
  constructor(output: Output, showsPayload: boolean) {
    this.#output = output;
    this.#payloadLines = new PayloadLines(showsPayload);
  }

  /** Another line. `isFin`: it tells of the peer's FIN. */
  add(mark: Mark, text: string, isFin = false): void {
    this.#lines.push({ mark, text, isFin });
  }

  /** Another line in place of the last one that says `text`, if that still waits. */
  replace(text: string, mark: Mark, instead: string): void {
    const index = this.#lines.findLastIndex((line) => line.text === text);
    if (index >= 0) this.#lines[index] = { mark, text: instead, isFin: false };
  }

  /** The last line says less than the one that comes in its place. */
  removeLast(): void {
    this.#lines.pop();
  }

  /** The peer sent this. Copies. */
  received(octets: Uint8Array): void {
    const shown = octets.subarray(0, Math.max(0, SHOWN_OCTETS - this.#shownOctets));
    this.#shownOctets += shown.length;
    this.#hiddenOctets += octets.length - shown.length;
    if (shown.length === 0) return;
    const text = this.#payloadLines.of(shown);
    const fin = this.#lines.findIndex((line) => line.isFin);
    this.#lines.splice(fin < 0 ? this.#lines.length : fin, 0, { mark: "received", text, isFin: false });
  }

  /** Writes what waits. */
  flush(): void {
    for (const { mark, text, isFin } of this.#lines) {
      if (isFin) this.tellHidden();
      this.#output.line(mark, text);
    }
    this.#lines.length = 0;
  }

  /** Says how much of what the peer sent has not been shown. */
  tellHidden(): void {
    if (this.#hiddenOctets === 0) return;
    this.#output.line("received", `Received ${this.#hiddenOctets} more bytes, not shown`);
    this.#hiddenOctets = 0;
  }
}
