/**
 * The fixed set of deadlines of one connection, and the retransmission timer, which is one of them and has a kind.
 *
 * @module
 */

import type { TimerName } from "../base/observer.ts";
import { after, type Instant, type Micros, NEVER } from "../base/units.ts";

/** The timers; those that are due at the same moment fire in this order. */
export const Timer = {
  /** See {@link RetransmissionTimer}. */
  retransmission: 0,
  override: 1,
  delayedAck: 2,
  keepAlive: 3,
  timeWait: 4,
  finWait2: 5,
  connect: 6,
  userTimeout: 7,
  pacing: 8,
} as const;

/** One of the timers. */
export type Timer = typeof Timer[keyof typeof Timer];

/** What {@link Timers.nextDue} returns when no timer is due. */
export const NO_TIMER = -1;

const TIMER_COUNT = Object.keys(Timer).length;

/** Where the cached minimum lies, behind the deadlines: in an array of numbers it makes no garbage. */
const NEXT = TIMER_COUNT;

/** No timer runs. Copies of it stay arrays of plain numbers: half of a typed array's memory, and less of it apart. */
const NONE_RUNS: readonly number[] = Array.from({ length: TIMER_COUNT + 1 }, () => NEVER);

/** Deadlines of one connection's timers; NEVER for those that do not run. */
export class Timers {
  readonly #deadlines: number[] = NONE_RUNS.slice();

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

/** What the retransmission timer is for. */
export type RetransmissionKind = Extract<
  TimerName,
  "retransmission" | "tail loss probe" | "reordering" | "persist"
>;

/**
 * The retransmission timer: one timer with a kind, since these exclude each other (RFC 8985 8). A tail loss probe and RACK's
 * wait for what may only be late come before the retransmission timeout, which is due after them; behind a window that lets
 * nothing out there is no timeout, but the persist timer.
 */
export class RetransmissionTimer {
  readonly #timers: Timers;
  #kind: RetransmissionKind = "retransmission";
  #timeoutAt: Instant = NEVER;
  /** Since when a tail loss probe is waited for, and whether for the probe of a single segment. */
  #probeFrom: Instant = NEVER;
  #isProbeOfSingle = false;

  /** The timer whose deadline is {@link Timer.retransmission} of `timers`. */
  constructor(timers: Timers) {
    this.#timers = timers;
  }

  /** What it is for, or was for when it ran last. */
  get kind(): RetransmissionKind {
    return this.#kind;
  }

  /** When it fires; NEVER when it does not run. */
  get deadline(): Instant {
    return this.#timers.deadline(Timer.retransmission);
  }

  /** When the retransmission timeout is due, which a probe or a wait may come before; NEVER: none is. */
  get timeoutAt(): Instant {
    return this.hasTimeout ? this.#timeoutAt : NEVER;
  }

  /** Whether a retransmission timeout is due, next or after what comes before it. */
  get hasTimeout(): boolean {
    return this.#kind !== "persist" && this.#timers.isRunning(Timer.retransmission);
  }

  /** Whether it runs and is of this kind. */
  is(kind: RetransmissionKind): boolean {
    return this.#kind === kind && this.#timers.isRunning(Timer.retransmission);
  }

  /** Runs until the retransmission timeout, `span` after `now`, whatever it was for. */
  startTimeout(now: Instant, span: Micros): void {
    this.#kind = "retransmission";
    this.#timeoutAt = after(now, span);
    this.#timers.setAfter(Timer.retransmission, now, span);
  }

  /** The retransmission timeout, which is due, is `span` after `now` instead; what comes before it comes as it would. */
  postponeTimeout(now: Instant, span: Micros): void {
    this.#timeoutAt = after(now, span);
    if (this.#kind === "retransmission") this.#timers.setAfter(Timer.retransmission, now, span);
  }

  /** Runs until the window is to be probed, `span` after `now`, whatever it was for. */
  startPersist(now: Instant, span: Micros): void {
    this.#kind = "persist";
    this.#timers.setAfter(Timer.retransmission, now, span);
  }

  /** Whether a tail loss probe is waited for since `now`, as {@link probeAfter} would have it. */
  probesFrom(now: Instant, isSingle: boolean): boolean {
    return this.#probeFrom === now && this.#isProbeOfSingle === isSingle && this.#kind === "tail loss probe";
  }

  /**
   * A tail loss probe comes `span` after `now` and before the timeout, or in place of one that is due no later (RFC 8985 7.2).
   * What ends the wait for it leaves the timeout as it was. `isSingle`: one segment is all that is out.
   */
  probeAfter(now: Instant, span: Micros, isSingle: boolean): void {
    this.#kind = "tail loss probe";
    this.#probeFrom = now;
    this.#isProbeOfSingle = isSingle;
    if (now + span < this.#timeoutAt) this.#timers.setAfter(Timer.retransmission, now, span);
    else this.#timers.set(Timer.retransmission, this.#timeoutAt);
  }

  /** RACK's wait comes before the timeout, until `span` after `now`; one that would end no sooner does not. */
  waitFor(now: Instant, span: Micros): void {
    if (now + span >= this.#timeoutAt) return this.resumeTimeout();
    this.#kind = "reordering";
    this.#timers.setAfter(Timer.retransmission, now, span);
  }

  /** What came before the timeout is over or called off: the timeout is next, when it was due already. */
  resumeTimeout(): void {
    this.#kind = "retransmission";
    this.#timers.set(Timer.retransmission, this.#timeoutAt);
  }

  /** Stops it, whatever it is for. */
  stop(): void {
    this.#timers.clear(Timer.retransmission);
  }
}
