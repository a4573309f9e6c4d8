/**
 * What one arriving acknowledgement delivered: amounts, the newest segment delivered, the round-trip time.
 *
 * Filled by the scoreboard, record by record; read by loss detection, recovery and congestion control.
 *
 * @module
 */

import { seqAdd, seqAfter, type SeqNumber, seqNumber } from "../base/seq.ts";
import { elapsed, type Instant, instant, type Micros, micros, NEVER } from "../base/units.ts";
import { Mark } from "./mark.ts";

/** Whether one transmission came after another: later sent, or of the same moment and further on (RFC 8985 6.2). */
export function sentAfter(sentAtA: Instant, endA: SeqNumber, sentAtB: Instant, endB: SeqNumber): boolean {
  return sentAtA > sentAtB || (sentAtA === sentAtB && seqAfter(endA, endB));
}

/** The bookkeeping of deliveries: totals of the connection, and the figures of the acknowledgement at hand. */
export class Delivery {
  /** When the acknowledgement at hand arrived. */
  now: Instant = instant(0);
  /** Octets that it delivered, cumulatively or by SACK. */
  octets = 0;
  /** Octets that it acknowledged cumulatively. */
  acknowledgedOctets = 0;
  /** Whether it delivered a record that was never retransmitted. */
  original = false;
  /** End of the furthest such record. */
  originalEnd: SeqNumber = seqNumber(0);
  /** Whether it acknowledged, cumulatively, a record that had been retransmitted. */
  acknowledgedResent = false;
  /** When the oldest cumulatively acknowledged, never retransmitted record was sent; NEVER when there is none. */
  oldestSentAt: Instant = NEVER;
  /**
   * When the newest segment delivered (by time, then by place) was sent, and its end; and when the one was that was looked
   * at last. Without retransmissions that were answered sooner than any round trip took: what was delivered was their
   * original (RFC 8985 6.2, step 2). Negative: there is none.
   */
  newestSentAt: Instant = instant(-1);
  newestEnd: SeqNumber = seqNumber(0);
  lastSentAt: Instant = instant(-1);
  /** The least round trip of late, before the acknowledgement at hand; 0: none. */
  minimumRtt: Micros = micros(0);
  /** Lowest end of a never retransmitted record delivered; for the detection of reordering. */
  lowestOriginalEnd: SeqNumber = seqNumber(0);
  /** Where that record starts. */
  lowestOriginalStart: SeqNumber = seqNumber(0);
  /**
   * When the record that {@link delivered} or {@link acknowledged} is about to be told of was sent last. In a field, because
   * a number beyond an int32 leaves garbage behind as an argument.
   */
  recordSentAt: Instant = NEVER;

  /** Begins the account of a new acknowledgement. */
  begin(now: Instant, minimumRtt: Micros): void {
    this.now = now;
    this.octets = 0;
    this.acknowledgedOctets = 0;
    this.original = false;
    this.acknowledgedResent = false;
    this.oldestSentAt = NEVER;
    this.newestSentAt = instant(-1);
    this.lastSentAt = instant(-1);
    this.minimumRtt = minimumRtt;
  }

  /** The record at hand was reported received for the first time. */
  delivered(octets: number, end: SeqNumber, marks: number): void {
    const sentAt = this.recordSentAt;
    this.octets += octets;
    const resent = (marks & Mark.everResent) !== 0;
    if (!resent) {
      if (!this.original || seqAfter(end, this.originalEnd)) this.originalEnd = end;
      if (!this.original || seqAfter(this.lowestOriginalEnd, end)) {
        this.lowestOriginalEnd = end;
        this.lowestOriginalStart = seqAdd(end, -octets);
      }
      this.original = true;
    }
    if (resent && elapsed(sentAt, this.now) < this.minimumRtt) return;
    this.lastSentAt = sentAt;
    if (this.newestSentAt < 0 || sentAfter(sentAt, end, this.newestSentAt, this.newestEnd)) {
      this.newestSentAt = sentAt;
      this.newestEnd = end;
    }
  }

  /** The record at hand was acknowledged cumulatively. `isNews`: SACK had not reported it before; else it times nothing. */
  acknowledged(octets: number, isNews: boolean, everResent: boolean): void {
    this.acknowledgedOctets += octets;
    if (everResent) this.acknowledgedResent = true;
    else if (isNews) {
      if (this.oldestSentAt === NEVER) this.oldestSentAt = this.recordSentAt;
    }
  }

  /**
   * Round-trip time by Karn's rule (RFC 6298 3). 0: none, also when but one of the records acknowledged had been
   * retransmitted: the others may have waited at the receiver until it came.
   */
  get roundTrip(): Micros {
    if (this.oldestSentAt === NEVER || this.acknowledgedResent) return micros(0);
    return micros(Math.max(0, elapsed(this.oldestSentAt, this.now)));
  }
}
