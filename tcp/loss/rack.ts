/**
 * Recent acknowledgement: loss detection by time, RFC 8985 6. What was sent long enough before something that has been
 * delivered, and is not delivered itself, is lost.
 *
 * @module
 */

import { seqAfter, seqBefore, seqDistance, type SeqNumber, seqNumber } from "../base/seq.ts";
import { elapsed, type Instant, instant, type Micros, micros } from "../base/units.ts";
import { type AckSample, sentAfter } from "./ack_sample.ts";
import { NONE } from "./records.ts";
import type { Scoreboard } from "./scoreboard.ts";

/** Recoveries for which a widened reordering window is kept (RFC 8985 6.2, step 4). */
const WINDOW_PERSISTENCE = 16;

/** Segments of reordering beyond which no more is assumed. */
const MOST_REORDERING = 300;

/** RACK's variables, named as in RFC 8985 5.3 where it names them. */
export class Rack {
  /** RACK.xmit_ts: when the newest delivered segment was sent. */
  sentAt: Instant = instant(-1);
  /** RACK.end_seq: its end. */
  end: SeqNumber = seqNumber(0);
  /** Which transmission that was. */
  #serial = 0;
  /** RACK.rtt: the round trip that the segment looked at last showed. */
  rtt: Micros = micros(0);
  /** How many segments may arrive out of order before it means loss. */
  reordering: number;
  /** How often segments were seen to be reordered; RACK.reordering_seen when not 0. */
  reorderings = 0;
  #fack: SeqNumber;
  #windowMultiplier = 1;
  #windowPersistence = WINDOW_PERSISTENCE;
  /** RACK.dsack_round: a D-SACK has been counted in the round trip that ends here; null: none has. */
  #dsackRoundEnd: SeqNumber | null = null;

  /** `dupThresh`: what {@link reordering} begins with. */
  constructor(iss: SeqNumber, dupThresh: number) {
    this.#fack = iss;
    this.reordering = dupThresh;
  }

  /** Learns from what an acknowledgement delivered (steps 1 to 3). */
  update(ack: AckSample): void {
    const { una } = ack;
    if (this.#dsackRoundEnd !== null && !seqBefore(una, this.#dsackRoundEnd)) this.#dsackRoundEnd = null;
    if (ack.deliversOriginal) {
      if (seqBefore(ack.lowestOriginalEnd, this.#fack)) this.reorderings++;
      if (seqAfter(ack.originalEnd, this.#fack)) this.#fack = ack.originalEnd;
    }
    if (ack.newestSentAt < 0) return;
    this.rtt = micros(Math.max(0, elapsed(ack.lastSentAt, ack.arrivedAt)));
    if (this.sentAt < 0 || sentAfter(ack.newestSerial, ack.newestEnd, this.#serial, this.end)) {
      this.sentAt = ack.newestSentAt;
      this.#serial = ack.newestSerial;
      this.end = ack.newestEnd;
    }
  }

  /** The degree of reordering follows what was seen: how far behind the furthest segment delivered one came that was late. */
  measureReordering(ack: AckSample): void {
    if (this.reorderings === 0 || !ack.deliversOriginal) return;
    const distance = Math.ceil(seqDistance(ack.lowestOriginalStart, this.#fack) / ack.mss);
    if (distance > this.reordering) this.reordering = Math.min(distance, MOST_REORDERING);
  }

  /** Widens the reordering window when a DSACK shows a spurious retransmission, once a round trip (step 4). */
  duplicateReported(sndNxt: SeqNumber): void {
    if (this.#dsackRoundEnd !== null) return;
    this.#dsackRoundEnd = sndNxt;
    this.#windowMultiplier++;
    this.#windowPersistence = WINDOW_PERSISTENCE;
  }

  /** A recovery has ended: a widened window is kept for some of them, then forgotten. */
  recoveryEnded(): void {
    if (--this.#windowPersistence <= 0) this.#windowMultiplier = 1;
  }

  /** How long to wait for what may only be late (step 4). */
  reorderingWindow(inRecovery: boolean, enoughDuplicates: boolean, minRtt: Micros, srtt: Micros): Micros {
    if (this.reorderings === 0 && (inRecovery || enoughDuplicates)) return micros(0);
    return micros(Math.min(this.#windowMultiplier * minRtt / 4, srtt));
  }

  /**
   * Marks what is lost by now (step 5).
   * @returns the time after which the last of what was overtaken will be lost if nothing comes; 0 when nothing was
   */
  detectLosses(scoreboard: Scoreboard, window: Micros, now: Instant): Micros {
    if (this.sentAt < 0) return micros(0);
    const { records, sentOrder } = scoreboard;
    for (let slot = sentOrder.nextToOvertake; slot !== NONE; slot = sentOrder.nextToOvertake) {
      if (!sentAfter(this.#serial, this.end, records.serial(slot), records.until(slot))) break;
      sentOrder.overtake();
    }
    // The order is that of sending: what waits longer than the first comes behind it.
    while (sentOrder.overtaken !== NONE) {
      const { first } = sentOrder;
      if (this.#remaining(records.sentAt(first), window, now) > 0) break;
      scoreboard.markLost(first, "retransmit-rack");
    }
    const { overtaken } = sentOrder;
    return micros(overtaken === NONE ? 0 : this.#remaining(records.sentAt(overtaken), window, now));
  }

  /** Marks what the retransmission timer says is lost: the oldest, and all that is overdue (RFC 8985 6.3). */
  markTimedOut(scoreboard: Scoreboard, window: Micros, now: Instant): void {
    const { records, sentOrder } = scoreboard;
    scoreboard.markLost(records.first, "retransmit-timeout");
    for (let slot = sentOrder.first; slot !== NONE; slot = sentOrder.first) {
      if (this.#remaining(records.sentAt(slot), window, now) > 0) break;
      scoreboard.markLost(slot, "retransmit-timeout");
    }
  }

  #remaining(sentAt: Instant, window: Micros, now: Instant): number {
    return sentAt + this.rtt + window - now;
  }
}
