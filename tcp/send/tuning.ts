/**
 * Send buffer auto-tuning: the buffer is to hold what may leave until it is measured again, and no more. What lies in a large
 * one has left the processor's cache when it is sent; and a program that may give everything at once waits nowhere else.
 *
 * @module
 */

import { elapsed, type Instant, instant, type Micros, micros, milliseconds } from "../base/units.ts";

/** Octets to begin with: a few of the longest segments, and still in any core's own cache. */
export const FIRST_SEND_BUFFER = 1 << 19;

/**
 * What was acknowledged in a round left in the one before. In slow start twice as much is under way since, and four times as
 * much may leave before the next round is over (RFC 5681 3.1).
 */
const ROUND_TRIPS_HELD = 4;

/** Over round trips shorter than {@link SHORTEST_ROUND} to be late by one costs nothing: what is under way, and as much again. */
const SHORT_ROUND_TRIPS_HELD = 2;

/**
 * A round trip takes this long at least, whatever the network's: two programs have their turns in it. Where one writes to memory
 * what the other has just read, as over loopback, they also hinder each other less with more of it. Measured.
 */
const SHORTEST_ROUND_TRIP = micros(250);

/** Octets that a buffer over such round trips grows to at most: more has left any core's own cache. */
const LARGEST_OF_SHORT = 1 << 21;

/** Shortest time over which a rate is taken: acknowledgements come in bursts. */
const SHORTEST_ROUND = milliseconds(1);

/** Measures how fast octets are acknowledged, and sizes the buffer by it. */
export class SendTuning {
  readonly #limitMax: number;
  #octetsInRound = 0;
  #roundStart: Instant = instant(-1);

  constructor(limitMax: number) {
    this.#limitMax = limitMax;
  }

  /**
   * The buffer's limit after `octets` more have been acknowledged; never less than `limit`.
   *
   * @param roundTrip the shortest one seen: what a longer one holds more stands in queues. 0: not known
   */
  limitAfter(octets: number, limit: number, roundTrip: Micros, now: Instant): number {
    if (this.#limitMax <= limit || roundTrip === 0) return limit;
    if (this.#roundStart < 0) this.#roundStart = now;
    this.#octetsInRound += octets;
    const time = elapsed(this.#roundStart, now);
    if (time < Math.max(roundTrip, SHORTEST_ROUND)) return limit;
    const isShort = roundTrip < SHORTEST_ROUND;
    const held = isShort ? SHORT_ROUND_TRIPS_HELD : ROUND_TRIPS_HELD;
    const wanted = held * this.#octetsInRound * Math.max(roundTrip, SHORTEST_ROUND_TRIP) / time;
    const most = isShort ? Math.min(this.#limitMax, LARGEST_OF_SHORT) : this.#limitMax;
    this.#octetsInRound = 0;
    this.#roundStart = now;
    // In doublings, because the ring's memory grows so.
    return wanted > limit ? Math.max(limit, Math.min(most, 2 * limit)) : limit;
  }
}
