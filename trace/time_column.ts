/**
 * The moments that lines begin with: since the first event, since the line before, or of the wall clock.
 *
 * @module
 */

import { secondsText, wallClockText } from "./format.ts";

/** What the moments are counted from. */
export type TimeReference = "relative" | "absolute" | "delta";

/** Columns of a span in seconds: a day has 86,400. */
const WIDTH = 11;

/** Writes the moments of one output's lines, in the order in which they are asked for. */
export class TimeColumn {
  readonly #reference: TimeReference | undefined;
  readonly #epoch: number | null;
  #first: number | null = null;
  #last: number | null = null;

  /**
   * `reference`: relative where nobody says. `epoch`: microseconds from 1970 to moment 0; without it there is no wall clock,
   * and moments are relative.
   */
  constructor(reference?: TimeReference, epoch: number | null = null) {
    this.#reference = reference;
    this.#epoch = epoch;
  }

  /** The moment of the line that comes next. */
  text(time: number): string {
    if (Number.isNaN(time)) return secondsText(time).padStart(WIDTH);
    const first = this.#first ??= time;
    const last = this.#last ?? time;
    this.#last = time;
    if (this.#reference === "absolute" && this.#epoch !== null) return wallClockText(this.#epoch + time);
    return secondsText(time - (this.#reference === "delta" ? last : first)).padStart(WIDTH);
  }

  /** Notes the first event's moment, whether a line is written for it or not. */
  begin(time: number): void {
    if (!Number.isNaN(time)) this.#first ??= time;
  }
}
