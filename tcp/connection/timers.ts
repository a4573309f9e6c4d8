/**
 * The fixed set of deadlines of one connection.
 *
 * @module
 */

import { TIMER_NAMES } from "../base/observer.ts";
import { after, type Instant, type Micros, NEVER } from "../base/units.ts";

/** The timers by name; the values are indexes into {@link TIMER_NAMES}. */
export const Timer = {
  retransmission: 0,
  tailLossProbe: 1,
  reordering: 2,
  persist: 3,
  delayedAck: 4,
  keepAlive: 5,
  timeWait: 6,
  finWait2: 7,
  connect: 8,
  userTimeout: 9,
} as const;

/** One of the timers. */
export type Timer = typeof Timer[keyof typeof Timer];

/** What {@link Timers.nextDue} returns when no timer is due. */
export const NO_TIMER = -1;

const TIMER_COUNT = TIMER_NAMES.length;

/** Where the cached minimum lies, behind the deadlines: in a typed array it makes no garbage. */
const NEXT = TIMER_COUNT;

/** Deadlines of one connection's timers; NEVER for those that do not run. */
export class Timers {
  readonly #deadlines: Float64Array = new Float64Array(TIMER_COUNT + 1).fill(NEVER);

  /** Starts a timer, or moves it when it runs. A deadline in the past is due at once; NEVER stops the timer. */
  set(timer: Timer, deadline: Instant): void {
    const deadlines = this.#deadlines;
    const before = deadlines[timer] as number;
    if (before === deadline) return;
    const next = deadlines[NEXT] as number;
    deadlines[timer] = deadline;
    if (deadline <= next) deadlines[NEXT] = deadline;
    else if (before === next) this.#findNext();
  }

  /** Starts a timer, or moves it when it runs: it is due `span` after `now`. */
  setAfter(timer: Timer, now: Instant, span: Micros): void {
    this.set(timer, after(now, span));
  }

  /** Stops a timer; nothing when it does not run. */
  clear(timer: Timer): void {
    this.set(timer, NEVER);
  }

  /** Stops all timers. */
  clearAll(): void {
    this.#deadlines.fill(NEVER);
  }

  /** Whether a timer runs. */
  isRunning(timer: Timer): boolean {
    return this.#deadlines[timer] !== NEVER;
  }

  /** When a timer fires; NEVER when it does not run. */
  deadline(timer: Timer): Instant {
    return this.#deadlines[timer] as Instant;
  }

  /** The earliest deadline; NEVER when no timer runs. */
  next(): Instant {
    return this.#deadlines[NEXT] as Instant;
  }

  /**
   * Stops the timer with the earliest deadline at or before `now` and returns it; {@link NO_TIMER} when none is due. Of
   * equal deadlines the timer named first in {@link Timer} comes first. Call it until there is none.
   */
  nextDue(now: Instant): Timer | typeof NO_TIMER {
    const deadlines = this.#deadlines;
    const next = deadlines[NEXT] as number;
    if (next > now || next === NEVER) return NO_TIMER;
    let timer = 0;
    while (deadlines[timer] !== next) timer++;
    deadlines[timer] = NEVER;
    this.#findNext();
    return timer as Timer;
  }

  #findNext(): void {
    const deadlines = this.#deadlines;
    let next: number = NEVER;
    for (let timer = 0; timer < TIMER_COUNT; timer++) {
      const deadline = deadlines[timer] as number;
      if (deadline < next) next = deadline;
    }
    deadlines[NEXT] = next;
  }
}
