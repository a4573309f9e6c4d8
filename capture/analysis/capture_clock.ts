/**
 * The times of a capture: counted from its first packet that has one, and never backwards. NaN is a moment that is not known: what
 * is computed from it is not known either.
 *
 * @module
 */

import type { CapturedPacket } from "../capture.ts";

const NANOS_PER_MICRO = 1_000;
/** Packets of several queues or interfaces may be written a little out of order, µs; a clock is set by more. */
const MOST_DISORDER = 10_000;

/** What is to be said of a packet's time; null: nothing. */
export type ClockRemark = { readonly code: "clock-step" | "packet-order"; readonly step: number } | null;

/** Makes moments of time stamps. */
export class CaptureClock {
  #start: bigint | null;
  /** µs that the clock was set back by, so far. */
  #shift = 0;
  #last = 0;
  #now = 0;
  #hasToldOrder = false;

  /** `start`: nanoseconds since 1970-01-01 UTC; null: the moment of the first packet that has one. */
  constructor(start: bigint | null) {
    this.#start = start;
  }

  /** The moment of the packet, µs since the first one; NaN: not known. */
  get now(): number {
    return this.#now;
  }

  /** The last moment that is known; NaN: there is none. */
  get last(): number {
    return this.#start === null ? NaN : this.#last;
  }

  /** Takes the time stamp of the next packet. */
  take({ time, isUntimed }: CapturedPacket): ClockRemark {
    this.#now = NaN;
    if (isUntimed === true) return null;
    this.#start ??= time;
    const at = Number(time - this.#start) / NANOS_PER_MICRO + this.#shift;
    const step = this.#last - at;
    this.#now = this.#last = Math.max(this.#last, at);
    if (step <= 0) return null;
    if (step > MOST_DISORDER) {
      this.#shift += step;
      return { code: "clock-step", step };
    }
    if (this.#hasToldOrder) return null;
    this.#hasToldOrder = true;
    return { code: "packet-order", step };
  }
}
