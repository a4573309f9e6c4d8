/**
 * RACK (RFC 8985 6) for recovery that counts segments, with the details of Linux: reordering is measured in segments, and
 * a widened window is forgotten when recoveries end without a duplicate report.
 *
 * @module
 */

import { type SeqNumber, seqNumber } from "../base/seq.ts";
import { elapsed, type Instant, instant, type Micros, micros, NEVER } from "../base/units.ts";
import { type Delivery, sentAfter } from "./delivery.ts";
import type { InFlight } from "./scoreboard.ts";
import { Mark } from "./mark.ts";

/** RFC 8985 6.2, step 4: recoveries for which a widened window is kept. */
const WINDOW_PERSISTENCE = 16;
const MOST_STEPS = 255;

/** RACK's variables. */
export class SegmentRack {
  /** RACK.rtt of RFC 8985. */
  rtt: Micros = micros(0);
  /** Whether something was delivered since losses were last looked for. */
  advanced = false;
  #sentAt: Instant = instant(-1);
  #end: SeqNumber = seqNumber(0);
  #steps = 1;
  #persistence = 0;
  #duplicateSeen = false;
  /** Segments delivered when the window was last widened. */
  #widenedAt = 0;

  /** RFC 8985 6.2, steps 1 and 2; the round trip is that of what was delivered last, be it newest or not. */
  update(delivery: Delivery): void {
    const { lastCredibleAt, newestCredibleAt, newestCredibleEnd } = delivery;
    if (lastCredibleAt === NEVER) return;
    this.advanced = true;
    this.rtt = elapsed(lastCredibleAt, delivery.now);
    if (this.#sentAt < 0 || sentAfter(newestCredibleAt, newestCredibleEnd, this.#sentAt, this.#end)) {
      this.#sentAt = newestCredibleAt;
      this.#end = newestCredibleEnd;
    }
  }

  /** A segment sent again was received twice, and not as a probe. */
  duplicateReported(): void {
    this.#duplicateSeen = true;
  }

  /** Step 4: widens the window at most once a round trip. Segments delivered in all, and before what was just delivered. */
  adaptWindow(deliveredInAll: number, deliveredAtSending: number): void {
    if (deliveredAtSending < this.#widenedAt) this.#duplicateSeen = false;
    if (this.#duplicateSeen) {
      this.#steps = Math.min(MOST_STEPS, this.#steps + 1);
      this.#duplicateSeen = false;
      this.#widenedAt = deliveredInAll;
      this.#persistence = WINDOW_PERSISTENCE;
    } else if (this.#persistence === 0) {
      this.#steps = 1;
    }
  }

  /** A recovery ended and was not taken back. */
  recoveryEnded(): void {
    if (this.#persistence > 0) this.#persistence--;
  }

  /** A recovery was taken back for duplicates: the window is kept longer. */
  recoveryUndone(): void {
    this.#persistence = Math.min(WINDOW_PERSISTENCE, this.#persistence + 1);
  }

  /** How long to wait for what may only be late. */
  reorderingWindow(minimumRtt: Micros, smoothedRtt: Micros): Micros {
    return micros(Math.min(Math.floor(minimumRtt / 4) * this.#steps, smoothedRtt));
  }

  /** Marks what is lost by now (step 5). @returns how long until the last of the others is; 0: none waits */
  detectLosses(inFlight: InFlight, window: Micros, now: Instant, lost: (index: number) => void): Micros {
    this.advanced = false;
    let wait = 0;
    for (let index = 0; index < inFlight.count; index++) {
      const marks = inFlight.marks(index);
      if ((marks & Mark.sacked) !== 0 || (marks & (Mark.lost | Mark.resent)) === Mark.lost) continue;
      const sentAt = inFlight.sentAt(index);
      if (!sentAfter(this.#sentAt, this.#end, sentAt, inFlight.end(index))) {
        if ((marks & Mark.everResent) === 0) break;
        continue;
      }
      const remaining = this.remaining(sentAt, window, now);
      if (remaining <= 0) lost(index);
      else wait = Math.max(wait, remaining);
    }
    return micros(wait);
  }

  /** How long until something sent at `sentAt` counts as lost. */
  remaining(sentAt: Instant, window: Micros, now: Instant): number {
    return this.rtt + window - elapsed(sentAt, now);
  }
}
