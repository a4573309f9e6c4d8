/**
 * The variables of loss recovery that is counted in segments, and the changes that several of its events share.
 *
 * @module
 */

import type { TcpConfig } from "../config/config.ts";
import type { SegmentControl } from "../congestion/segment_control.ts";
import type { CongestionReason, RecoveryPhase, SendReason } from "../base/observer.ts";
import { seqAfter, seqDistance, type SeqNumber } from "../base/seq.ts";
import { type Micros, micros } from "../base/units.ts";
import { Delivery } from "./delivery.ts";
import { InFlight } from "./scoreboard.ts";
import { Mark } from "./mark.ts";
import type { AckFacts } from "./loss_recovery.ts";
import { markLostByCount } from "./rfc6675.ts";
import { SegmentRack } from "./segment_rack.ts";
import { SegmentUndo } from "./segment_undo.ts";
import { TailLossProbe } from "./tail_loss_probe.ts";

/** Segments of reordering beyond which no more is assumed. */
const MOST_REORDERING = 300;

/** What recovery knows. Amounts are segments. */
export class SegmentState {
  readonly config: TcpConfig;
  readonly control: SegmentControl;
  readonly inFlight: InFlight = new InFlight();
  readonly delivery: Delivery = new Delivery();
  readonly tailProbe: TailLossProbe = new TailLossProbe();
  readonly rack: SegmentRack = new SegmentRack();
  readonly undo: SegmentUndo = new SegmentUndo();
  phase: RecoveryPhase = "open";
  recoveryPoint: SeqNumber;
  reordering: number;
  reorderingsSeen = 0;
  /** What duplicate ACKs without SACK stand for. */
  presumed = 0;
  /** F-RTO is finding out whether the time-out was spurious (RFC 5682). */
  forwardRto = false;
  /** Time-outs since SND.UNA moved last. */
  timeoutsInRow = 0;
  prrDelivered = 0;
  prrOut = 0;
  /** Presumed lost so far, each time that it was. */
  lostInAll = 0;
  /** Delivered by the acknowledgement at hand without SACK. */
  presumedDelivered = 0;
  /** End of the highest segment that was ever reported by SACK, or SND.UNA. */
  highestReported: SeqNumber;
  reorderingWait: Micros = micros(0);
  timeoutWasSpurious = false;
  /** The window came down and no new text has said so. */
  owesReduced = false;
  changeReason: CongestionReason = "initial-window";

  constructor(config: TcpConfig, control: SegmentControl, iss: SeqNumber) {
    this.config = config;
    this.control = control;
    this.recoveryPoint = iss;
    this.highestReported = iss;
    this.reordering = config.retransmission.dupThresh;
  }

  /** Thought to be in the network. */
  get pipe(): number {
    return this.inFlight.pipeSegments - this.presumed;
  }

  /** Reported, or presumed, to have arrived beyond a hole. */
  get sacked(): number {
    return this.inFlight.sackedSegments + this.presumed;
  }

  /** Whether the window is on its way down. */
  get isReducing(): boolean {
    return this.phase === "recovery" || this.phase === "congestion window reduced";
  }

  /** Whether something outstanding was sent again. */
  get hasResent(): boolean {
    if (this.inFlight.resentSegments > 0) return true;
    return this.inFlight.count > 0 && (this.inFlight.marks(0) & Mark.everResent) !== 0;
  }

  /** Presumes a record lost, unless it is delivered or waits to be sent again. */
  markLost(index: number, cause: SendReason): void {
    const marks = this.inFlight.marks(index);
    if ((marks & Mark.sacked) !== 0 || (marks & (Mark.lost | Mark.resent)) === Mark.lost) return;
    this.lostInAll += this.inFlight.segments(index);
    this.inFlight.markLost(index, cause);
  }

  /** RFC 8985 6.2 with SACK; by counting with SACK and without RACK; RFC 6582 3.2 without SACK. */
  findLosses(ack: AckFacts): void {
    if (this.inFlight.count === 0) return;
    if (!ack.selective) return this.findLossesWithoutSack(ack);
    if (!this.config.retransmission.rack) return markLostByCount(this.inFlight, this.reordering, ack.mss);
    if (!this.rack.advanced) return;
    const window = this.#reorderingWindow(ack);
    this.reorderingWait = this.rack.detectLosses(
      this.inFlight,
      window,
      ack.now,
      (index) => this.markLost(index, "retransmit-rack"),
    );
  }

  findLossesWithoutSack(ack: AckFacts): void {
    const isPartial = this.phase === "recovery" && ack.una !== ack.priorUna;
    const isEnough = this.phase !== "recovery" && this.phase !== "loss" && this.sacked >= this.reordering;
    if (!isPartial && !isEnough) return;
    if ((this.inFlight.marks(0) & Mark.lost) !== 0) return;
    if (this.inFlight.segments(0) > 1) this.inFlight.splitAfter(0, ack.mss);
    this.markLost(0, isPartial ? "retransmit-partial-ack" : "retransmit-duplicate-acks");
  }

  #reorderingWindow(ack: AckFacts): Micros {
    const isHasty = this.phase === "recovery" || this.phase === "loss" || this.sacked >= this.reordering;
    if (this.reorderingsSeen === 0 && isHasty) return micros(0);
    return this.rack.reorderingWindow(ack.minimumRtt, ack.smoothedRtt);
  }

  /** Something arrived that had been thought lost or late: how far from its place it came. */
  noteReordering(low: SeqNumber, mss: number): void {
    const distance = seqDistance(low, this.highestReported);
    if (distance <= 0) return;
    if (distance > this.reordering * mss) {
      this.reordering = Math.min(Math.ceil(distance / mss), MOST_REORDERING);
    }
    this.reorderingsSeen++;
  }

  /** The window is to come down (RFC 9937): threshold now, window by {@link reduceWindow}. */
  beginReduction(ack: AckFacts): void {
    this.recoveryPoint = ack.sndNxt;
    this.tailProbe.end = null;
    this.owesReduced = true;
    this.prrDelivered = 0;
    this.prrOut = 0;
    this.control.credit = 0;
    this.control.lowerThreshold();
  }

  /** A reduction that was not taken back is over: the window is where it was to come to. */
  endReduction(): void {
    if (Number.isFinite(this.control.threshold)) this.control.segments = this.control.threshold;
    this.changeReason = "recovery-ended";
  }

  enterRecovery(ack: AckFacts): void {
    this.undo.threshold = 0;
    this.armUndo(ack.una);
    if (!this.isReducing) {
      if (!ack.echoesMark) this.undo.threshold = this.control.rememberedThreshold(false);
      this.beginReduction(ack);
    }
    this.phase = "recovery";
    this.changeReason = "fast-recovery";
  }

  armUndo(una: SeqNumber): void {
    const probes = this.tailProbe.end !== null && this.tailProbe.isRetransmission ? 1 : 0;
    this.undo.arm(una, this.inFlight.resentSegments + probes);
  }

  /** RFC 9937 6, rounded to segments. `isSafe`: SND.UNA moved, and nothing more was lost. */
  reduceWindow(delivered: number, isSafe: boolean): void {
    if (delivered <= 0) return;
    const { control } = this;
    this.prrDelivered += delivered;
    const missing = control.threshold - this.pipe;
    let allowed: number;
    if (missing < 0) {
      allowed = Math.ceil(control.threshold * this.prrDelivered / control.windowBefore) - this.prrOut;
    } else {
      allowed = Math.max(this.prrDelivered - this.prrOut, delivered) + (isSafe ? 1 : 0);
      allowed = Math.min(missing, allowed);
    }
    // The first acknowledgement of a recovery always lets the retransmission out.
    allowed = Math.max(allowed, this.prrOut === 0 ? 1 : 0);
    control.segments = Math.max(1, this.pipe + allowed);
    this.changeReason = "proportional-rate-reduction";
  }

  /** Nothing is amiss any more, or only order. */
  keepOpen(ack: AckFacts): void {
    const isDisorderly = this.sacked + this.inFlight.lostSegments > 0 || this.hasResent;
    const phase = isDisorderly ? "disorder" : "open";
    if (phase === this.phase) return;
    this.phase = phase;
    this.recoveryPoint = ack.sndNxt;
  }

  /** Takes the reduction back. `forgetLosses`: what was presumed lost is not. */
  undoReduction(forgetLosses: boolean): void {
    if (forgetLosses) this.inFlight.forgetLosses();
    if (this.undo.threshold > 0) {
      this.control.restore(this.undo.threshold);
      this.owesReduced = false;
    }
    this.undo.marker = null;
    this.rack.advanced = true;
    this.changeReason = "spurious-retransmission";
  }

  /**
   * RFC 6582 3.2, step 4: without SACK, duplicates of what was sent before the recovery must not begin another, so the
   * phase goes on until something beyond it is acknowledged. What was sent again is not forgotten meanwhile: the next
   * ACK would find that nothing was, and take a reduction back that was due (some versions of Linux do).
   */
  mustHoldPhase(ack: AckFacts): boolean {
    return !ack.selective && ack.una === this.recoveryPoint;
  }

  /** Without SACK a duplicate ACK says that one more segment has arrived somewhere. */
  presumeReceived(ack: AckFacts, isDuplicate: boolean): void {
    if (!isDuplicate) return;
    const before = this.presumed;
    this.presumed++;
    if (this.#boundPresumed()) this.#reorderingWithoutSack(0, ack.mss);
    this.presumedDelivered += Math.max(0, this.presumed - before);
  }

  /** One acknowledged segment filled the hole, the others are those that duplicates had stood for. */
  removePresumed(acknowledged: number, mss: number): void {
    if (acknowledged > 0) {
      this.presumedDelivered += Math.max(acknowledged - this.presumed, 1);
      this.presumed = Math.max(0, this.presumed - (acknowledged - 1));
    }
    if (this.#boundPresumed()) this.#reorderingWithoutSack(acknowledged, mss);
  }

  /** More duplicates than what can have arrived: some were late. Returns whether there were. */
  #boundPresumed(): boolean {
    const outstanding = this.inFlight.totalSegments;
    const holes = Math.min(Math.max(this.inFlight.lostSegments, 1), outstanding);
    if (this.presumed + holes <= outstanding) return false;
    this.presumed = outstanding - holes;
    return true;
  }

  #reorderingWithoutSack(acknowledged: number, _mss: number): void {
    this.reordering = Math.min(this.inFlight.totalSegments + acknowledged, MOST_REORDERING);
    this.reorderingsSeen++;
  }

  /** The records that an acknowledgement at hand delivered, furthest first, moved the highest that was reported. */
  noteHighestReported(): void {
    const { inFlight } = this;
    for (let index = inFlight.count - 1; index >= 0; index--) {
      if ((inFlight.marks(index) & Mark.sacked) === 0) continue;
      if (seqAfter(inFlight.end(index), this.highestReported)) this.highestReported = inFlight.end(index);
      return;
    }
  }
}
