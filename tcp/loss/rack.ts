/**
 * Recent acknowledgement: loss detection by time, RFC 8985 6. What was sent long enough before something that has been
 * delivered, and is not delivered itself, is lost.
 *
 * @module
 */

import { seqAfter, seqBefore, seqDistance, type SeqNumber, seqNumber } from "../base/seq.ts";
import { elapsed, type Instant, instant, type Micros, micros } from "../base/units.ts";
import { type Delivery, sentAfter } from "./delivery.ts";
import type { InFlight } from "./scoreboard.ts";
import { Mark } from "./mark.ts";

/** Recoveries for which a widened reordering window is kept (RFC 8985 6.2, step 4). */
const WINDOW_PERSISTENCE = 16;

/** Segments of reordering beyond which no more is assumed. */
const MOST_REORDERING = 300;

/** Whether the marks say: not delivered, and not already waiting to be sent again. */
function mayBeLost(marks: number): boolean {
  return (marks & Mark.sacked) === 0 && (marks & (Mark.lost | Mark.resent)) !== Mark.lost;
}

/** RACK's variables, named as in RFC 8985 5.2 where it names them. */
export class Rack {
  /** RACK.xmit_ts: when the newest delivered segment was sent. */
  sentAt: Instant = instant(-1);
  /** RACK.end_seq: its end. */
  end: SeqNumber = seqNumber(0);
  /** RACK.rtt: the round trip it showed. */
  rtt: Micros = micros(0);
  /** RACK.reordering_seen. */
  reorderingSeen = false;
  /** How many segments may arrive out of order before it means loss. */
  reordering: number;
  /** How often segments were seen to be reordered. */
  reorderings = 0;
  #fack: SeqNumber;
  #windowMultiplier = 1;
  #windowPersistence = WINDOW_PERSISTENCE;
  #dsackRoundEnd: SeqNumber | null = null;

  /** `dupThresh`: what {@link reordering} begins with. */
  constructor(iss: SeqNumber, dupThresh: number) {
    this.#fack = iss;
    this.reordering = dupThresh;
  }

  /** Learns from what an acknowledgement delivered (steps 1 to 3). */
  update(delivery: Delivery): void {
    if (delivery.original) {
      if (seqBefore(delivery.lowestOriginalEnd, this.#fack)) {
        this.reorderingSeen = true;
        this.reorderings++;
      }
      if (seqAfter(delivery.originalEnd, this.#fack)) this.#fack = delivery.originalEnd;
    }
    if (delivery.newestSentAt < 0) return;
    this.rtt = elapsed(delivery.lastSentAt, delivery.now);
    if (this.sentAt < 0 || sentAfter(delivery.newestSentAt, delivery.newestEnd, this.sentAt, this.end)) {
      this.sentAt = delivery.newestSentAt;
      this.end = delivery.newestEnd;
    }
  }

  /** The degree of reordering follows what was seen: how far behind the furthest segment delivered one came that was late. */
  measureReordering(delivery: Delivery, mss: number): void {
    if (!this.reorderingSeen || !delivery.original) return;
    const distance = Math.ceil(seqDistance(delivery.lowestOriginalStart, this.#fack) / mss);
    if (distance > this.reordering) this.reordering = Math.min(distance, MOST_REORDERING);
  }

  /** Widens the reordering window when a DSACK shows a needless retransmission, once a round trip (step 4). */
  duplicateReported(sndUna: SeqNumber, sndNxt: SeqNumber): void {
    if (this.#dsackRoundEnd !== null && seqBefore(sndUna, this.#dsackRoundEnd)) return;
    this.#dsackRoundEnd = sndNxt;
    this.#windowMultiplier++;
    this.#windowPersistence = WINDOW_PERSISTENCE;
  }

  /** A recovery has ended: a widened window is kept for some of them, then forgotten. */
  recoveryEnded(): void {
    if (--this.#windowPersistence <= 0) {
      this.#windowPersistence = WINDOW_PERSISTENCE;
      this.#windowMultiplier = 1;
    }
  }

  /** How long to wait for what may only be late (step 4). */
  reorderingWindow(inRecovery: boolean, enoughDuplicates: boolean, minimumRtt: Micros, srtt: Micros): Micros {
    if (!this.reorderingSeen && (inRecovery || enoughDuplicates)) return micros(0);
    return micros(Math.min(this.#windowMultiplier * minimumRtt / 4, srtt));
  }

  /**
   * Marks what is lost by now (step 5).
   * @returns the time after which the next record will be lost if nothing comes; 0 when none waits.
   */
  detectLosses(inFlight: InFlight, window: Micros, now: Instant): Micros {
    if (this.sentAt < 0) return micros(0);
    let wait = 0;
    for (let index = 0; index < inFlight.count; index++) {
      if (!mayBeLost(inFlight.marks(index))) continue;
      const sentAt = inFlight.sentAt(index);
      if (!sentAfter(this.sentAt, this.end, sentAt, inFlight.end(index))) {
        if ((inFlight.marks(index) & Mark.everResent) === 0) break;
        continue;
      }
      const remaining = sentAt + this.rtt + window - now;
      if (remaining <= 0) inFlight.markLost(index, "retransmit-rack");
      else wait = Math.max(wait, remaining);
    }
    return micros(wait);
  }

  /** Marks what the retransmission timer says is lost: the oldest, and all that is overdue (RFC 8985 6.3). */
  markTimedOut(inFlight: InFlight, window: Micros, now: Instant): void {
    for (let index = 0; index < inFlight.count; index++) {
      if (!mayBeLost(inFlight.marks(index))) continue;
      const overdue = inFlight.sentAt(index) + this.rtt + window - now <= 0;
      if (index === 0 || overdue) inFlight.markLost(index, "retransmit-timeout");
    }
  }
}
