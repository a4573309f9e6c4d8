/**
 * What one acknowledgement says and shows: filled in by whoever takes it in and by the scoreboard, record by record; read
 * by loss detection, recovery and congestion control.
 *
 * @module
 */

import type { CongestionSample } from "../congestion/control.ts";
import { seqAdd, seqAfter, type SeqNumber, seqNumber, type Timestamp } from "../base/seq.ts";
import { elapsed, type Instant, instant, type Micros, micros, milliseconds, NEVER } from "../base/units.ts";
import { Mark } from "./mark.ts";

/**
 * Whether one transmission came after another (RFC 8985 6.2): by their serial numbers, for many are of one moment; of two
 * parts of the same the one further on.
 */
export function sentAfter(serialA: number, endA: SeqNumber, serialB: number, endB: SeqNumber): boolean {
  const later = serialA - serialB | 0;
  return later > 0 || (later === 0 && seqAfter(endA, endB));
}

/**
 * How much sooner than in the shortest round trip, of few, a repetition may be answered: by what a busy host adds to each of those,
 * at most an eighth, which is half of RACK's window (RFC 8985 6.2, step 4).
 */
const RTT_NOISE = milliseconds(2);
const MOST_NOISE = 1 / 8;

/** One record for all connections of a host, valid until the next acknowledgement or timer of any of them. */
export class AckSample implements CongestionSample {
  now: Instant = instant(0);
  /** When the ACK arrived at the host, where that is known to have been before `now`. */
  arrivedAt: Instant = instant(0);
  /** Octets of payload of a full segment. */
  mss = 1;
  /** SND.UNA before and after. */
  priorUna: SeqNumber = seqNumber(0);
  una: SeqNumber = seqNumber(0);
  sndNxt: SeqNumber = seqNumber(0);
  /** Whether SACK was agreed. */
  selective = false;
  srtt: Micros = micros(0);
  minRtt: Micros = micros(0);

  // What it says.

  /** Whether it is a duplicate by RFC 5681 2. */
  isDuplicate = false;
  /** Whether it says nothing new and carries nothing, whatever is outstanding (RFC 8985 7.4.2). */
  isBare = false;
  /** Whether it reports a segment received twice (RFC 2883), and which octets. */
  reportsDuplicate = false;
  duplicateLeft: SeqNumber = seqNumber(0);
  duplicateRight: SeqNumber = seqNumber(0);
  /** The timestamp echoed; null without timestamps. */
  echo: Timestamp | null = null;
  /** When the tick of the echoed timestamp ended, while it is of what is being acknowledged; NEVER: it says nothing. */
  echoedUntil: Instant = NEVER;
  /** Whether the echo does not tell which of two transmissions it answers: Karn's rule holds. */
  isAmbiguous = false;
  /** Whether it echoes a congestion mark, ECN being agreed. */
  echoesMark = false;
  /** Octets of new data that wait and that the peer's window lets out. */
  sendableOctets = 0;
  /** Octets that earlier ACKs of the same turn have let out, and that have not gone yet. */
  letOutOctets = 0;
  isCwndLimited = false;

  // What it delivered.

  /** FlightSize before it. */
  flightSize = 0;
  ackedOctets = 0;
  deliveredOctets = 0;
  /** Octets newly reported by SACK. */
  newlySacked = 0;
  /** Whether it delivered a record that was never retransmitted: end of the furthest and of the lowest, start of the lowest. */
  deliversOriginal = false;
  /** Octets of such records. */
  originalOctets = 0;
  originalEnd: SeqNumber = seqNumber(0);
  lowestOriginalEnd: SeqNumber = seqNumber(0);
  lowestOriginalStart: SeqNumber = seqNumber(0);
  /** Whether it acknowledged, cumulatively, a record that had been retransmitted. */
  acknowledgesResent = false;
  /** When the newest of those was made anew, which is what its timestamp says; negative when there is none. */
  lastResentAt: Instant = instant(-1);
  /** When the oldest record that it acknowledged was sent for the first time; NEVER: it acknowledged none. */
  firstSentAt: Instant = NEVER;
  /** When the oldest cumulatively acknowledged, never retransmitted record was sent; NEVER when there is none. */
  oldestSentAt: Instant = NEVER;
  /**
   * When the newest transmission delivered was sent, its serial number and its end; and when the one was that was looked
   * at last. Without retransmissions of which an earlier transmission arrived (RFC 8985 6.2, step 2). Negative: there is
   * none.
   */
  newestSentAt: Instant = instant(-1);
  newestSerial = 0;
  newestEnd: SeqNumber = seqNumber(0);
  lastSentAt: Instant = instant(-1);

  /**
   * Of the record that {@link delivered} or {@link acknowledged} is about to be called for: when it was sent last, and
   * that made, and first; and its last transmission. In fields, because a number beyond an int32 leaves garbage behind as an argument.
   */
  recordSentAt: Instant = NEVER;
  recordMadeAt: Instant = NEVER;
  recordFirstSentAt: Instant = NEVER;
  recordSerial = 0;

  /** Begins anew: nothing was said and nothing delivered. */
  begin(now: Instant): void {
    this.now = now;
    this.arrivedAt = now;
    this.isDuplicate = false;
    this.isBare = false;
    this.reportsDuplicate = false;
    this.echo = null;
    this.echoedUntil = NEVER;
    this.isAmbiguous = false;
    this.echoesMark = false;
    this.sendableOctets = 0;
    this.letOutOctets = 0;
    this.isCwndLimited = false;
    this.ackedOctets = 0;
    this.deliveredOctets = 0;
    this.newlySacked = 0;
    this.deliversOriginal = false;
    this.originalOctets = 0;
    this.acknowledgesResent = false;
    this.lastResentAt = instant(-1);
    this.firstSentAt = NEVER;
    this.oldestSentAt = NEVER;
    this.newestSentAt = instant(-1);
    this.lastSentAt = instant(-1);
  }

  /** Whether it moved SND.UNA. */
  get advanced(): boolean {
    return this.una !== this.priorUna;
  }

  /** The record at hand was reported received for the first time. */
  delivered(octets: number, end: SeqNumber, marks: number): void {
    const sentAt = this.recordSentAt;
    this.deliveredOctets += octets;
    const resent = (marks & Mark.everResent) !== 0;
    if (!resent) {
      if (!this.deliversOriginal || seqAfter(end, this.originalEnd)) this.originalEnd = end;
      if (!this.deliversOriginal || seqAfter(this.lowestOriginalEnd, end)) {
        this.lowestOriginalEnd = end;
        this.lowestOriginalStart = seqAdd(end, -octets);
      }
      this.deliversOriginal = true;
      this.originalOctets += octets;
    }
    if (resent && this.#isOfEarlier()) return;
    this.lastSentAt = sentAt;
    if (this.newestSentAt < 0 || sentAfter(this.recordSerial, end, this.newestSerial, this.newestEnd)) {
      this.newestSentAt = sentAt;
      this.newestSerial = this.recordSerial;
      this.newestEnd = end;
    }
  }

  /**
   * RFC 8985 6.2, step 2: what arrived is not what was sent again last, by the echo, or since it came too soon. The echo is of
   * when that was made, for on a busy host the clock may have ticked until it left. The minimum is of a few samples at first:
   * what comes a little sooner is no proof.
   */
  #isOfEarlier(): boolean {
    const { echoedUntil, minRtt } = this;
    return this.recordFirstSentAt < echoedUntil && echoedUntil <= this.recordMadeAt ||
      elapsed(this.recordSentAt, this.arrivedAt) < minRtt - Math.min(RTT_NOISE, minRtt * MOST_NOISE);
  }

  /** The record at hand was acknowledged cumulatively. `isNews`: SACK had not reported it before; else it times nothing. */
  acknowledged(octets: number, isNews: boolean, everResent: boolean): void {
    this.ackedOctets += octets;
    if (this.firstSentAt === NEVER) this.firstSentAt = this.recordFirstSentAt;
    if (everResent) {
      this.acknowledgesResent = true;
      if (isNews && this.recordMadeAt > this.lastResentAt) this.lastResentAt = this.recordMadeAt;
    } else if (isNews && this.oldestSentAt === NEVER) this.oldestSentAt = this.recordSentAt;
  }

  /**
   * RFC 3465 2.3: after a timeout, without SACK, nobody knows how much of what was never sent again had arrived before: all of it
   * counts as one segment.
   */
  discountOriginals(): void {
    const least = Math.min(this.deliveredOctets, this.mss);
    this.deliveredOctets = Math.max(this.deliveredOctets - this.originalOctets, least);
  }

  /**
   * Notes whether it may answer a repetition although it echoes the original: the ACK of the original may be what was lost, and
   * not every peer reports by D-SACK that a segment came twice (RFC 3522 3.2, step (5)). `echoedUntil`: when the tick of its
   * echo ended.
   */
  judgeEcho(echoedUntil: Instant): void {
    this.isAmbiguous = this.lastResentAt >= 0 && echoedUntil <= this.lastResentAt;
  }

  /**
   * Round-trip time by Karn's rule (RFC 6298 3). 0: none, also when but one of the records acknowledged had been
   * retransmitted: the others may have waited at the receiver until it came.
   */
  get rtt(): Micros {
    if (this.oldestSentAt === NEVER || this.acknowledgesResent) return micros(0);
    return micros(Math.max(0, elapsed(this.oldestSentAt, this.arrivedAt)));
  }
}
