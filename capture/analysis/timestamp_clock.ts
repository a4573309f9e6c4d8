/**
 * The clock behind one end's timestamps (RFC 7323 4): how fast it goes.
 *
 * @module
 */

import { ticksBetween } from "../../trace/acknowledging.ts";

/** Shorter spans say too little, µs. */
const LEAST_SPAN = 20_000;

/** Learns the pace of a clock from the timestamps that pass. */
export class TimestampClock {
  #firstValue = 0;
  #firstAt = -1;
  #lastValue = 0;
  #lastAt = -1;
  #latest: number | null = null;

  /** A timestamp passed. */
  add(value: number, at: number): void {
    if (this.#latest === null || ticksBetween(this.#latest, value) > 0) this.#latest = value;
    if (Number.isNaN(at)) return;
    if (this.#firstAt < 0) {
      this.#firstAt = at;
      this.#firstValue = value;
    }
    if (at < this.#lastAt || value - this.#lastValue < 0) return;
    this.#lastAt = at;
    this.#lastValue = value;
  }

  /** The latest timestamp so far; null: there is none. */
  get latest(): number | null {
    return this.#latest;
  }

  /** Microseconds of a tick; Infinity until they are known. */
  get tick(): number {
    const span = this.#lastAt - this.#firstAt;
    const ticks = this.#lastValue - this.#firstValue;
    return span < LEAST_SPAN || ticks <= 0 ? Infinity : span / ticks;
  }
}
