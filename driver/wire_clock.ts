/**
 * Turns the kernel's time stamps into moments of the loop's clock.
 *
 * @module
 */

import { wallClockMicros } from "../ffi/clocks.ts";
import { after, type Instant, instant, NEVER, seconds } from "../tcp/single.ts";
import type { Clock } from "./clock.ts";

/** How old the difference between the two clocks may be: it stays as it is but for somebody who sets one. */
const LONGEST_AGE = seconds(1);

/** Tries to read both clocks in one go; the one that took least time counts, for a thread may lose its processor in between. */
const TRIES = 3;

/** Microseconds between two readings of the loop's clock that are close enough to ask no more. */
const CLOSE_ENOUGH = 2;

/**
 * Microseconds since 1970 at the origin of a clock: what to add to its moments to have the wall clock's.
 *
 * @param wallClock microseconds since 1970
 */
export function epochOf(clock: Clock, wallClock: () => number = wallClockMicros): number {
  let best = Infinity;
  let epoch = 0;
  for (let i = 0; i < TRIES && best > CLOSE_ENOUGH; i++) {
    const before = clock();
    const wall = wallClock();
    const took = clock() - before;
    if (took >= best) continue;
    best = took;
    epoch = wall - before - took / 2;
  }
  return epoch;
}

/** The loop's clock beside the kernel's. */
export class WireClock {
  readonly #clock: Clock;
  readonly #wallClock: () => number;
  #epoch = 0;
  /** The clock as it was last read: stamps of before need no look at it, and in bulk nearly all are. */
  #read: Instant = instant(-Infinity);
  #askAgain: Instant = instant(-Infinity);

  /** `wallClock`: what the stamps are read off. */
  constructor(clock: Clock, wallClock: () => number = wallClockMicros) {
    this.#clock = clock;
    this.#wallClock = wallClock;
  }

  /**
   * The moment of a stamp of a packet that did not come before `earliest`. What seems to lie before that, or in the future,
   * was stamped when the wall clock was another one.
   *
   * @param stamp microseconds since 1970; 0: there is none, and the moment is NEVER
   */
  momentOf(stamp: number, earliest: Instant): Instant {
    if (stamp === 0) return NEVER;
    let moment = Math.round(stamp - this.#epoch);
    if (moment >= earliest && moment <= this.#read) return instant(moment);
    const now = this.#read = this.#clock();
    if (now >= this.#askAgain) {
      this.#compare(now);
      moment = Math.round(stamp - this.#epoch);
    }
    if (moment < earliest || moment > now) {
      this.#compare(now);
      moment = Math.min(Math.max(Math.round(stamp - this.#epoch), earliest), now);
    }
    return instant(moment);
  }

  /** The stamp of a moment, by the clocks' last comparison: microseconds since 1970. */
  stampOf(moment: Instant): number {
    return moment + this.#epoch;
  }

  #compare(now: Instant): void {
    this.#epoch = epochOf(this.#clock, this.#wallClock);
    this.#askAgain = after(now, LONGEST_AGE);
  }
}
