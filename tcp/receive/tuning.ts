/**
 * Receive buffer auto-tuning: the buffer is to hold what a peer in slow start may send, so that the window never is
 * what holds the peer back while the user keeps reading.
 *
 * @module
 */

import { after, elapsed, type Instant, instant, type Micros, micros } from "../base/units.ts";

/**
 * What was read in a round was sent in the one before. In slow start twice as much is under way since, and the window that is
 * announced now is for what is sent after that: four times as much (RFC 5681 3.1).
 */
const ROUND_TRIPS_HELD = 4;

/** Measures how fast the user takes octets out of the buffer, and sizes the buffer by it. */
export class WindowTuning {
  #limitMax: number;
  #octetsInRound = 0;
  /** How long what came in this round waited at most, between the kernel's receiving it and the core's. */
  #longestWait: Micros = micros(0);
  #roundStart: Instant = instant(-1);

  constructor(limitMax: number) {
    this.#limitMax = limitMax;
  }

  /** The user has sized the buffer: it stays as it is. */
  stop(): void {
    this.#limitMax = 0;
  }

  /** Data waited so long between the kernel's receiving it and the core's: to the peer, that is part of the round trip. */
  waited(wait: Micros): void {
    if (wait > this.#longestWait) this.#longestWait = wait;
  }

  /** The buffer's limit after `octetsRead` more have been read; never less than `limit`. `roundTrip` 0: not known. */
  limitAfter(octetsRead: number, limit: number, roundTrip: Micros, now: Instant): number {
    if (this.#limitMax <= limit || roundTrip === 0) return limit;
    this.#octetsInRound += octetsRead;
    if (this.#roundStart < 0) this.#roundStart = now;
    const wanted = ROUND_TRIPS_HELD * this.#octetsInRound;
    if (elapsed(after(this.#roundStart, roundTrip), now) >= this.#longestWait) {
      this.#octetsInRound = 0;
      this.#longestWait = micros(0);
      this.#roundStart = now;
    }
    // Before the round is over, too: what calls for more by then calls for it already, and the peer sends on meanwhile.
    return wanted > limit ? Math.min(this.#limitMax, wanted) : limit;
  }
}
