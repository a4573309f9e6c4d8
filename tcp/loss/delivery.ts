/**
 * What one arriving acknowledgement delivered: amounts, the newest segment delivered, the round-trip time, the rate.
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
  /** Octets delivered since the connection began. */
  totalOctets = 0;
  /** When the last of them were. */
  totalAt: Instant = instant(0);

  /** When the acknowledgement at hand arrived. */
  now: Instant = instant(0);
  /** Octets that it delivered, cumulatively or by SACK. */
  octets = 0;
  /** The same in wire segments. */
  segments = 0;
  /** Wire segments that it acknowledged cumulatively. */
  acknowledgedSegments = 0;
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
  /** When the newest of them was sent. */
  newestAcknowledgedAt: Instant = NEVER;
  /** When the oldest never retransmitted record delivered, cumulatively or by SACK, was sent; and the newest. */
  oldestOriginalAt: Instant = NEVER;
  newestOriginalAt: Instant = NEVER;
  /** Newest transmission delivered (by time, then by place), its end and whether it was a retransmission. */
  newestSentAt: Instant = instant(-1);
  newestEnd: SeqNumber = seqNumber(0);
  newestResent = false;
  /** When what was delivered last in sequence was sent, and the newest: without what {@link minimumRtt} rules out. */
  lastCredibleAt: Instant = NEVER;
  newestCredibleAt: Instant = NEVER;
  newestCredibleEnd: SeqNumber = seqNumber(0);
  /** A retransmission answered sooner than this was answered for its original (RFC 8985 6.2, step 2). */
  minimumRtt: Micros = micros(0);
  /** Lowest end of a never retransmitted record delivered; for the detection of reordering. */
  lowestOriginalEnd: SeqNumber = seqNumber(0);
  /** Where that record starts. */
  lowestOriginalStart: SeqNumber = seqNumber(0);
  /** Delivery rate that it shows, octets per second; 0: unknown. */
  rate = 0;
  /** Whether that rate was held down by the user. */
  rateIsApplicationLimited = false;

  /**
   * The record that {@link delivered} or {@link acknowledged} is about to be told of: when it was sent last, and the totals
   * at that time. In fields, because numbers beyond an int32 leave garbage behind as arguments.
   */
  recordSentAt: Instant = NEVER;
  recordDeliveredBefore = 0;
  recordDeliveredAt: Instant = NEVER;

  /** Begins the account of a new acknowledgement. */
  begin(now: Instant): void {
    this.now = now;
    this.octets = 0;
    this.segments = 0;
    this.acknowledgedSegments = 0;
    this.acknowledgedOctets = 0;
    this.original = false;
    this.acknowledgedResent = false;
    this.oldestSentAt = NEVER;
    this.newestAcknowledgedAt = NEVER;
    this.oldestOriginalAt = NEVER;
    this.newestOriginalAt = NEVER;
    this.newestSentAt = instant(-1);
    this.lastCredibleAt = NEVER;
    this.newestCredibleAt = NEVER;
    this.newestResent = false;
    this.rate = 0;
    this.rateIsApplicationLimited = false;
  }

  /** The record at hand was reported received for the first time. */
  delivered(octets: number, segments: number, end: SeqNumber, marks: number): void {
    const sentAt = this.recordSentAt;
    this.octets += octets;
    this.segments += segments;
    this.totalOctets += octets;
    this.totalAt = this.now;
    const resent = (marks & Mark.everResent) !== 0;
    if (!resent) {
      if (!this.original || seqAfter(end, this.originalEnd)) this.originalEnd = end;
      if (!this.original || seqAfter(this.lowestOriginalEnd, end)) {
        this.lowestOriginalEnd = end;
        this.lowestOriginalStart = seqAdd(end, -octets);
      }
      if (!this.original) this.oldestOriginalAt = sentAt;
      this.newestOriginalAt = sentAt;
      this.original = true;
    }
    if (!resent || elapsed(sentAt, this.now) >= this.minimumRtt) {
      const isNewest = this.newestCredibleAt === NEVER ||
        sentAfter(sentAt, end, this.newestCredibleAt, this.newestCredibleEnd);
      if (isNewest) {
        this.newestCredibleAt = sentAt;
        this.newestCredibleEnd = end;
      }
      this.lastCredibleAt = sentAt;
    }
    if (this.newestSentAt < 0 || sentAfter(sentAt, end, this.newestSentAt, this.newestEnd)) {
      this.newestSentAt = sentAt;
      this.newestEnd = end;
      this.newestResent = resent;
      const interval = Math.max(elapsed(sentAt, this.now), elapsed(this.recordDeliveredAt, this.now));
      this.rate = interval > 0 ? (this.totalOctets - this.recordDeliveredBefore) * 1e6 / interval : 0;
      this.rateIsApplicationLimited = (marks & Mark.applicationLimited) !== 0;
    }
  }

  /** The record at hand was acknowledged cumulatively. `isNews`: SACK had not reported it before; else it times nothing. */
  acknowledged(octets: number, isNews: boolean, everResent: boolean): void {
    this.acknowledgedOctets += octets;
    if (everResent) this.acknowledgedResent = true;
    else if (isNews) {
      if (this.oldestSentAt === NEVER) this.oldestSentAt = this.recordSentAt;
      this.newestAcknowledgedAt = this.recordSentAt;
    }
  }

  /**
   * Round-trip time by Karn's rule (RFC 6298 3). 0: none, also when but one of the records acknowledged had been
   * retransmitted: the others may have waited at the receiver until it came.
   */
  get roundTrip(): Micros {
    if (this.oldestSentAt === NEVER || this.acknowledgedResent) return micros(0);
    return elapsed(this.oldestSentAt, this.now);
  }
}
