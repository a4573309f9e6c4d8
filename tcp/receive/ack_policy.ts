/**
 * When to acknowledge, and what an acknowledgement reports: delayed and immediate ACKs (RFC 9293 3.8.6.3, RFC 5681 4.2),
 * SACK and DSACK blocks (RFC 2018, RFC 2883).
 *
 * @module
 */

import { AckPace } from "./ack_pace.ts";
import { AckQueue } from "./ack_queue.ts";
import type { TcpConfig } from "../config/config.ts";
import type { SendReason } from "../base/observer.ts";
import type { DataOutcome, Receiver } from "./receiver.ts";
import { MAX_SACK_BLOCKS, Option, type Segment } from "../base/segment.ts";
import { NO_INT32 } from "../base/empty.ts";
import type { RangeSet } from "../buffer/range_set.ts";
import {
  seqAfter,
  seqDistance,
  seqInWindow,
  type SeqNumber,
  seqNumber,
  seqToInt32,
  type Timestamp,
} from "../base/seq.ts";
import { after, type Instant, instant, type Micros } from "../base/units.ts";

/**
 * Segments of a turn from which on they are bulk. Stacks that count ACKs have small windows, and seldom so many segments under
 * way at once.
 */
export const BULK_TURN = 32;

/**
 * Octets in order, one after another without any disorder, after which bulk is calm; and how many octets one ACK of a turn may
 * cover then, about what devices merge into one packet.
 */
export const CALM_AFTER = 16 << 20;
export const MOST_IN_CALM = 64 << 10;

/** Reasons of duplicate ACKs: the sender may count these (RFC 5681 3.2). */
const DUPLICATES: ReadonlySet<SendReason> = new Set([
  "ack-out-of-order",
  "ack-too-many-gaps",
  "ack-duplicate-segment",
]);

/** What is acknowledged at once, each segment by an ACK of its own, whatever else arrives in the same turn. */
const APART: ReadonlySet<SendReason> = new Set([
  ...DUPLICATES,
  "ack-gap-filled",
  "ack-quick",
  "ack-alternate-segment",
  "ack-unacceptable",
  "ack-old-timestamp",
]);

/** Decides about acknowledgements of one connection. */
export class AckPolicy {
  /** How ACKs follow the traffic; null: they do not, `delayedAckTime` and `quickAcks` hold. */
  readonly pace: AckPace | null;
  /** Full segments per ACK (SHLD-19); may change while the connection is open. */
  segmentsPerAck: number;
  /** Segments that arrive in one turn, in order and undisturbed, and that one ACK may cover. */
  readonly #mostInBulk: number;
  /** Whether segments count for an ACK whatever their length. */
  readonly #countsSegments: boolean;
  /** ACKs that fell due before the latest segment, each of which must be a segment of its own. */
  readonly kept: AckQueue = new AckQueue();
  /** Those of them that data of ours cannot take the place of. */
  #apartKept = 0;
  /** Segments in order to be acknowledged at once: at the start and after disorder, and how many are left. */
  readonly #mostQuickAcks: number;
  #quickAcks: number;
  #immediate: SendReason | null = null;
  /** Whether there is news of the window that is worth an ACK. */
  #isWindowUpdateDue = false;
  /** Until when each second segment is acknowledged by itself. */
  #disturbedUntil: Instant = instant(-1);
  /** Whether all that was due has been sent since the last segment: the next begins a turn. */
  #turnIsOver = true;
  /** The segments that arrived in the present turn, and how many of them one ACK may cover at most. */
  #arrivedInTurn = 0;
  #mostCovered = 0;
  /** Octets in order since the last disorder, as far as they count. */
  #undisturbed = 0;
  /** Octets in order that were not acknowledged yet. */
  #unacknowledged = 0;
  /** Arrivals with data since the last ACK; the segments that they were on the wire; and those that it covered. */
  #arrived = 0;
  #segments = 0;
  #covered = 0;
  /** Numbers inside the ranges that grew most recently, the newest first. */
  #recent: Int32Array = NO_INT32;
  #recentCount = 0;
  /** Whether what came twice is to be reported, and what that is. */
  #reportsDuplicate = false;
  #duplicateStart: SeqNumber = seqNumber(0);
  #duplicateEnd: SeqNumber = seqNumber(0);

  constructor(config: TcpConfig) {
    this.segmentsPerAck = config.acknowledging.segmentsPerAck;
    this.#mostInBulk = config.acknowledging.segmentsPerAckInBulk;
    this.#quickAcks = this.#mostQuickAcks = config.acknowledging.quickAcks;
    this.#countsSegments = config.acknowledging.ackDelay === "every second segment";
    this.pace = config.acknowledging.ackDelay === "adaptive" ? new AckPace() : null;
  }

  /** Why an ACK is due now; null when none is. */
  get immediate(): SendReason | null {
    return this.#immediate;
  }

  /** Whether something was received that no segment of ours has acknowledged. */
  get isPending(): boolean {
    return this.#unacknowledged > 0 || this.#immediate !== null;
  }

  /** Octets in order that were not acknowledged yet. */
  get unacknowledged(): number {
    return this.#unacknowledged;
  }

  /** Segments with data that the latest segment of ours acknowledged, and none before it. */
  get covered(): number {
    return this.#covered;
  }

  /** Whether the next segment to be sent is an ACK that must not carry data: it would not count (RFC 5681 2). */
  get isApartDue(): boolean {
    return this.#apartKept > 0 || this.isDuplicateDue;
  }

  /** Whether the ACK that is due says the same number again: then it says the same window again (RFC 5681 2). */
  get isDuplicateDue(): boolean {
    return this.#immediate !== null && this.#unacknowledged === 0 && DUPLICATES.has(this.#immediate);
  }

  /** Whether the next ACK leaves the announced window as it is: a duplicate, unless its window is news itself. */
  get holdsWindow(): boolean {
    return this.kept.length > 0 || this.isDuplicateDue && !this.#isWindowUpdateDue;
  }

  /** Asks for an ACK now. The reason given first stands, unless the new one wants an ACK of its own. */
  acknowledgeNow(reason: SendReason): void {
    if (reason === "ack-window-update") this.#isWindowUpdateDue = true;
    const before = this.#immediate;
    if (reason === before) return;
    if (before === null || APART.has(reason) && !APART.has(before)) this.#immediate = reason;
  }

  /** The user answers what it receives: an ACK can ride on the answer. */
  expectAnswers(): void {
    this.#quickAcks = 0;
  }

  /** All that was due has been sent, ACKs included: what arrives from now on is of another turn. */
  turnEnds(): void {
    this.#turnIsOver = true;
  }

  /**
   * A segment arrives: whether the ACK that is due must not cover it as well. A turn is what arrives between two times that
   * all is sent that is due. ACKs of a turn are merged (RFC 9293 3.10.7.4, MUST-58) only in undisturbed bulk, since a sender
   * learns from each ACK that something has arrived: not at the start, while anything is in disorder, in the round trip
   * after, or where little came in the turn before. In calm bulk it is octets that count, and what came in the turn before does not.
   */
  mustGoBefore(segment: Segment, rcvNxt: SeqNumber, now: Instant): boolean {
    if (this.#turnIsOver) this.#beginTurn();
    this.#arrivedInTurn++;
    const reason = this.#immediate;
    if (reason === null || this.kept.isFull) return false;
    // A duplicate ACK that acknowledges something new would be none.
    if (seqAfter(segment.seq, rcvNxt)) return true;
    // RFC 2883 4: what came twice is reported once, so that no later report may take its place.
    if (this.#reportsDuplicate) return true;
    if (reason !== "ack-second-segment") return APART.has(reason);
    if (segment.payload.length === 0) return false;
    if (now < this.#disturbedUntil) return true;
    return this.#arrived >= this.#mostCovered && !this.#isCalm;
  }

  /** Whether nothing has been out of order for so long that the ACK which is due may cover yet another segment. */
  get #isCalm(): boolean {
    return this.#undisturbed >= CALM_AFTER && this.#unacknowledged < MOST_IN_CALM &&
      this.#mostInBulk > this.segmentsPerAck;
  }

  #beginTurn(): void {
    const most = this.#arrivedInTurn < BULK_TURN ? 0 : this.#mostInBulk;
    this.#mostCovered = Math.max(this.segmentsPerAck, most);
    this.#turnIsOver = false;
    this.#arrivedInTurn = 0;
  }

  /** Keeps the ACK that is due as it would be sent now; `blocks` has its SACK blocks, `echo` is TS.Recent. */
  keep(receiver: Receiver, blocks: Segment, echo: Timestamp): void {
    if (this.#immediate === null) return;
    if (this.#immediate !== "ack-second-segment") this.#apartKept++;
    this.kept.push(this.#immediate, receiver.rcvNxt, echo, this.#segments, blocks);
    this.#settle();
  }

  /** Puts the oldest ACK that was kept on `out`. @returns why it fell due */
  takeKept(out: Segment): SendReason {
    const { reason, covered } = this.kept;
    if (reason !== "ack-second-segment") this.#apartKept--;
    this.#covered = covered;
    this.kept.shiftTo(out);
    return reason;
  }

  /** Data of so many segments were taken: `delivered` octets moved RCV.NXT on. `roundTrip`: of the path. */
  dataTaken(
    outcome: DataOutcome,
    delivered: number,
    segments: number,
    receiver: Receiver,
    roundTrip: Micros,
    now: Instant,
  ): void {
    const { fullSegment } = receiver;
    this.#arrived++;
    this.#segments += segments;
    this.#unacknowledged += delivered;
    if (this.#undisturbed < CALM_AFTER) this.#undisturbed += delivered;
    if (outcome !== "in order") this.#disturb(after(now, roundTrip));
    switch (outcome) {
      case "in order":
        // The peer must know of a window that closed because more was kept than it let in.
        if (receiver.isOverfull) this.acknowledgeNow("ack-beyond-window");
        if (receiver.isMoreThanHalfFull && this.#unacknowledged > fullSegment) this.pace?.calm();
        if (this.#isQuick) {
          this.#quickAcks--;
          this.acknowledgeNow("ack-quick");
        } else if (this.#countsSegments && this.#reportsDuplicate) {
          this.acknowledgeNow("ack-partly-duplicate");
        } else if (
          this.#unacknowledged > (this.segmentsPerAck - 1) * fullSegment &&
          (this.pace === null || receiver.window.holds)
        ) {
          this.acknowledgeNow("ack-second-segment");
        } else if (this.#countsSegments && this.#arrived >= this.segmentsPerAck) {
          this.acknowledgeNow("ack-alternate-segment");
        }
        break;
      case "gap filled":
        this.acknowledgeNow("ack-gap-filled");
        break;
      case "out of order":
        this.acknowledgeNow("ack-out-of-order");
        break;
      case "duplicate":
        this.acknowledgeNow("ack-duplicate-segment");
        break;
      case "too many gaps":
        this.acknowledgeNow("ack-too-many-gaps");
        break;
      case "no room":
        this.acknowledgeNow("ack-beyond-window");
        break;
    }
  }

  /** Disorder: the sender may begin again with a small window, which grows by ACKs. */
  #disturb(until: Instant): void {
    this.#disturbedUntil = until;
    this.#undisturbed = 0;
    this.#quickAcks = this.#mostQuickAcks;
  }

  get #isQuick(): boolean {
    return this.pace === null ? this.#quickAcks > 0 : this.pace.isQuick;
  }

  /**
   * The user took data; `unread` octets are left. Where ACKs follow the traffic, what waited for the user to make room is
   * acknowledged now: more than a full segment, or the end of something.
   */
  dataRead(unread: number, fullSegment: number): void {
    if (this.pace === null || !this.isPending) return;
    if (this.#unacknowledged > fullSegment) this.acknowledgeNow("ack-second-segment");
    else if (unread === 0 && this.pace.allRead()) this.acknowledgeNow("ack-window-update");
  }

  /** Notes which octets came twice, for the first SACK block (RFC 2883 4). */
  reportDuplicate(start: SeqNumber, end: SeqNumber): void {
    this.#reportsDuplicate = true;
    this.#duplicateStart = start;
    this.#duplicateEnd = end;
  }

  /** What came twice is not reported: what follows says more. */
  forgetDuplicate(): void {
    this.#reportsDuplicate = false;
  }

  /** Notes where the newest out-of-order data lies (RFC 2018 4: the first block has it). */
  noteOutOfOrder(seq: SeqNumber): void {
    for (let i = Math.min(this.#recentCount, MAX_SACK_BLOCKS - 1); i > 0; i--) {
      this.#note(i, this.#noted(i - 1));
    }
    this.#note(0, seq);
    this.#recentCount = Math.min(this.#recentCount + 1, MAX_SACK_BLOCKS);
  }

  /** A segment with an acknowledgement of everything went out. */
  acknowledged(): void {
    this.#covered = this.#segments;
    // Those of the segments that data of ours acknowledge by the way.
    this.kept.clear();
    this.#isWindowUpdateDue = false;
    this.#settle();
  }

  /** What was due until now is said. */
  #settle(): void {
    this.pace?.acknowledged(this.isPending);
    this.#unacknowledged = 0;
    this.#arrived = 0;
    this.#segments = 0;
    this.#immediate = null;
  }

  /** Adds SACK blocks to an outgoing segment, at most `most`: the duplicate first, then the newest ranges. */
  writeSackBlocks(out: Segment, ranges: RangeSet, most: number): void {
    let count = 0;
    if (this.#reportsDuplicate) {
      writeBlock(out, count++, this.#duplicateStart, this.#duplicateEnd);
      this.#reportsDuplicate = false;
    }
    let kept = 0;
    for (let i = 0; i < this.#recentCount; i++) {
      const seq = this.#noted(i);
      const index = ranges.indexAfter(seq);
      if (index >= ranges.count || seqAfter(ranges.start(index), seq)) continue;
      const start = ranges.start(index);
      // Ranges merge: an older note may lie in a range that a newer one has named already.
      if (this.#names(kept, start, ranges.end(index))) continue;
      this.#note(kept++, seq);
      if (count < most) writeBlock(out, count++, start, ranges.end(index));
    }
    this.#recentCount = kept;
    count = this.#writeOlderRanges(out, ranges, count, most);
    out.sackBlockCount = count;
    if (count > 0) out.options |= Option.selectiveAck;
  }

  /** More ranges may wait than notes were kept of: as room is left they are named too, so that none is forgotten. */
  #writeOlderRanges(out: Segment, ranges: RangeSet, blocks: number, most: number): number {
    let count = blocks;
    for (let i = 0; i < ranges.count && count < most && this.#recentCount < MAX_SACK_BLOCKS; i++) {
      if (this.#names(this.#recentCount, ranges.start(i), ranges.end(i))) continue;
      this.#note(this.#recentCount++, ranges.start(i));
      writeBlock(out, count++, ranges.start(i), ranges.end(i));
    }
    return count;
  }

  /** Whether one of the first `kept` notes lies in the range. */
  #names(kept: number, start: SeqNumber, end: SeqNumber): boolean {
    for (let i = 0; i < kept; i++) {
      if (seqInWindow(this.#noted(i), start, seqDistance(start, end))) return true;
    }
    return false;
  }

  #noted(index: number): SeqNumber {
    return seqNumber(this.#recent[index] as number);
  }

  #note(index: number, seq: SeqNumber): void {
    // Most connections never get here.
    if (this.#recent === NO_INT32) this.#recent = new Int32Array(MAX_SACK_BLOCKS);
    this.#recent[index] = seqToInt32(seq);
  }
}

function writeBlock(out: Segment, index: number, start: SeqNumber, end: SeqNumber): void {
  out.sackEdges[2 * index] = seqToInt32(start);
  out.sackEdges[2 * index + 1] = seqToInt32(end);
}
