/**
 * When to acknowledge, and what an acknowledgement reports: delayed and immediate ACKs (RFC 9293 3.8.6.3, RFC 5681 4.2),
 * SACK and DSACK blocks (RFC 2018, RFC 2883).
 *
 * @module
 */

import { AckPace } from "./ack_pace.ts";
import type { TcpConfig } from "../config/config.ts";
import type { SendReason } from "../base/observer.ts";
import type { Receiver, TextOutcome } from "./receiver.ts";
import { MAX_SACK_BLOCKS, Option, type Segment } from "../base/segment.ts";
import { seqToInt32 } from "../base/seq.ts";

/** "No duplicate to report." */
const NO_DUPLICATE = -1;

/** Decides about acknowledgements of one connection. */
export class Acknowledging {
  /** How ACKs follow the traffic; null: they do not, `delayedAckTime` and `quickAcks` hold. */
  readonly pace: AckPace | null;
  /** Full segments per ACK (SHLD-19); may change while the connection is open. */
  segmentsPerAck: number;
  #quickAcks: number;
  #immediate: SendReason | null = null;
  #owedDuplicates = 0;
  /** Octets in order that were not acknowledged yet. */
  #unacknowledged = 0;
  /** Stream offsets inside the ranges that grew most recently, the newest first. */
  readonly #recent: Float64Array = new Float64Array(MAX_SACK_BLOCKS);
  #recentCount = 0;
  #duplicateStart = NO_DUPLICATE;
  #duplicateEnd = NO_DUPLICATE;

  constructor(config: TcpConfig) {
    this.segmentsPerAck = config.acknowledging.segmentsPerAck;
    this.#quickAcks = config.acknowledging.quickAcks;
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

  /** Asks for an ACK now. The reason given first stands. */
  acknowledgeNow(reason: SendReason): void {
    this.#immediate ??= reason;
  }

  /** Acknowledges the next segments at once: after a quiet time or disorder the sender needs each ACK. */
  acknowledgeQuickly(segments: number): void {
    this.#quickAcks = Math.max(this.#quickAcks, segments);
  }

  /** The user answers what it receives: an ACK can ride on the answer. */
  expectAnswers(): void {
    this.#quickAcks = 0;
  }

  /** Text was taken: `delivered` octets moved RCV.NXT on. `owed`: each of these ACKs must be a segment of its own. */
  textTaken(outcome: TextOutcome, delivered: number, receiver: Receiver, mayCombine: boolean): void {
    const { fullSegment } = receiver;
    this.#unacknowledged += delivered;
    // RCV.NXT has moved on: duplicates of what it was can no longer be sent, only of what it is, which would mislead.
    if (delivered > 0) this.#owedDuplicates = 0;
    switch (outcome) {
      case "in order":
        // The peer must know of a window that closed because more was kept than it let in.
        if (receiver.isOverfull) this.acknowledgeNow("ack-beyond-window");
        if (receiver.isMoreThanHalfFull && this.#unacknowledged > fullSegment) this.pace?.calm();
        if (this.#isQuick) {
          this.#quickAcks--;
          this.acknowledgeNow("ack-quick");
        } else if (
          this.#unacknowledged > (this.segmentsPerAck - 1) * fullSegment &&
          (this.pace === null || receiver.windowHolds)
        ) {
          this.acknowledgeNow("ack-second-segment");
        }
        break;
      case "gap filled":
        this.acknowledgeNow("ack-gap-filled");
        break;
      case "out of order":
        // An ACK that is due already is for what came before this segment, and no duplicate or another's.
        if (this.#immediate !== null && !mayCombine) this.#owedDuplicates++;
        this.acknowledgeNow("ack-out-of-order");
        break;
      case "duplicate":
        this.acknowledgeNow("ack-duplicate-segment");
        break;
      case "no room":
        this.acknowledgeNow("ack-beyond-window");
        break;
    }
  }

  get #isQuick(): boolean {
    return this.pace === null ? this.#quickAcks > 0 : this.pace.isQuick;
  }

  /**
   * The user took text; `unread` octets are left. Where ACKs follow the traffic, what waited for the user to make room is
   * acknowledged now: more than a full segment, or the end of something.
   */
  textRead(unread: number, fullSegment: number): void {
    if (this.pace === null || !this.isPending) return;
    if (this.#unacknowledged > fullSegment) this.acknowledgeNow("ack-second-segment");
    else if (unread === 0 && this.pace.allRead()) this.acknowledgeNow("ack-window-update");
  }

  /** Notes which octets came twice, for the first SACK block (RFC 2883 4). Stream offsets. */
  reportDuplicate(start: number, end: number): void {
    this.#duplicateStart = start;
    this.#duplicateEnd = end;
  }

  /** What came twice is not reported: what follows says more. */
  forgetDuplicate(): void {
    this.#duplicateStart = NO_DUPLICATE;
  }

  /** Notes where the newest out-of-order text lies (RFC 2018 4: the first block has it). Stream offset. */
  noteOutOfOrder(offset: number): void {
    for (let i = Math.min(this.#recentCount, MAX_SACK_BLOCKS - 1); i > 0; i--) {
      this.#recent[i] = this.#recent[i - 1] as number;
    }
    this.#recent[0] = offset;
    this.#recentCount = Math.min(this.#recentCount + 1, MAX_SACK_BLOCKS);
  }

  /** A segment with an acknowledgement of everything went out. */
  acknowledged(): void {
    this.pace?.acknowledged(this.isPending);
    this.#unacknowledged = 0;
    if (this.#owedDuplicates > 0) this.#owedDuplicates--;
    else this.#immediate = null;
  }

  /** Adds SACK blocks to an outgoing segment, at most `most`: the duplicate first, then the newest ranges. */
  writeSackBlocks(out: Segment, receiver: Receiver, most: number): void {
    let count = 0;
    if (this.#duplicateStart !== NO_DUPLICATE) {
      writeBlock(out, count++, receiver, this.#duplicateStart, this.#duplicateEnd);
      this.#duplicateStart = NO_DUPLICATE;
    }
    const ranges = receiver.outOfOrder;
    let kept = 0;
    for (let i = 0; i < this.#recentCount; i++) {
      const offset = this.#recent[i] as number;
      const index = ranges.indexAfter(offset);
      if (index >= ranges.count || ranges.start(index) > offset) continue;
      const start = ranges.start(index);
      // Ranges merge: an older note may lie in a range that a newer one has named already.
      if (this.#names(receiver, kept, start, ranges.end(index))) continue;
      this.#recent[kept++] = offset;
      if (count < most) writeBlock(out, count++, receiver, start, ranges.end(index));
    }
    this.#recentCount = kept;
    count = this.#writeOlderRanges(out, receiver, count, most);
    out.sackBlockCount = count;
    if (count > 0) out.options |= Option.selectiveAck;
  }

  /** More ranges may wait than notes were kept of: as room is left they are named too, so that none is forgotten. */
  #writeOlderRanges(out: Segment, receiver: Receiver, blocks: number, most: number): number {
    const ranges = receiver.outOfOrder;
    let count = blocks;
    for (let i = 0; i < ranges.count && count < most && this.#recentCount < MAX_SACK_BLOCKS; i++) {
      if (this.#names(receiver, this.#recentCount, ranges.start(i), ranges.end(i))) continue;
      this.#recent[this.#recentCount++] = ranges.start(i);
      writeBlock(out, count++, receiver, ranges.start(i), ranges.end(i));
    }
    return count;
  }

  #names(receiver: Receiver, kept: number, start: number, end: number): boolean {
    if (receiver.outOfOrder.count === 0) return true;
    for (let i = 0; i < kept; i++) {
      const offset = this.#recent[i] as number;
      if (offset >= start && offset < end) return true;
    }
    return false;
  }
}

function writeBlock(out: Segment, index: number, receiver: Receiver, start: number, end: number): void {
  out.sackEdges[2 * index] = seqToInt32(receiver.seqOf(start));
  out.sackEdges[2 * index + 1] = seqToInt32(receiver.seqOf(end));
}
