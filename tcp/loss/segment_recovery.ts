/**
 * Loss recovery counted in segments, with the rules that Linux has where the RFCs leave room: when a reduction is taken
 * back, how reordering is measured, what a time-out marks as lost, how the window comes down.
 *
 * @module
 */

import type { TcpConfig } from "../config/config.ts";
import type { RoundTripNews, SegmentControl } from "../congestion/segment_control.ts";
import type { CongestionReason, RecoveryPhase } from "../base/observer.ts";
import {
  seqAfter,
  seqAtOrAfter,
  seqAtOrBefore,
  seqBefore,
  seqDistance,
  type SeqNumber,
  type Timestamp,
} from "../base/seq.ts";
import { elapsed, type Instant, instant, type Micros, micros, NEVER } from "../base/units.ts";
import type { Delivery } from "./delivery.ts";
import type { InFlight } from "./scoreboard.ts";
import { Mark } from "./mark.ts";
import type { AckFacts, LossRecovery, SegmentFigures } from "./loss_recovery.ts";
import { judge, type Permission } from "./segment_phases.ts";
import { SegmentState } from "./segment_state.ts";
import type { TailLossProbe } from "./tail_loss_probe.ts";

/** Loss recovery of one connection. */
export class SegmentRecovery implements LossRecovery {
  readonly inFlight: InFlight;
  readonly delivery: Delivery;
  readonly tailProbe: TailLossProbe;
  dupAcks = 0;
  prefersNewData = false;
  holdsRetransmissions = false;
  /** Whether the peer seems to have thrown away what it had reported: the retransmission timer is to come soon. */
  suspectsReneging = false;

  readonly #state: SegmentState;
  readonly #control: SegmentControl;
  #deliveredInAll = 0;
  #lostBefore = 0;
  /** The highest that was reported before the acknowledgement at hand. */
  #highestBefore: SeqNumber;
  #lastSentAt: Instant = instant(-1);
  #probeReportedTwice = false;
  /** When the oldest and the newest of what this acknowledgement reported by SACK were sent. */
  #oldestReportedAt: Instant = NEVER;
  #newestReportedAt: Instant = NEVER;
  readonly #news: RoundTripNews;

  /** `mss`: octets of payload of a full segment. */
  constructor(config: TcpConfig, control: SegmentControl, iss: SeqNumber, mss: number) {
    this.#state = new SegmentState(config, control, iss);
    this.#control = control;
    this.inFlight = this.#state.inFlight;
    this.delivery = this.#state.delivery;
    this.tailProbe = this.#state.tailProbe;
    this.inFlight.segmentSize = mss;
    this.#highestBefore = iss;
    this.#news = { rtt: micros(0), una: iss, sndNxt: iss, smoothedRtt: micros(0), now: instant(0) };
  }

  get phase(): RecoveryPhase {
    return this.#state.phase;
  }

  get recoveryPoint(): SeqNumber {
    return this.#state.recoveryPoint;
  }

  get reorderingWait(): Micros {
    return this.#state.reorderingWait;
  }

  get timeoutWasSpurious(): boolean {
    return this.#state.timeoutWasSpurious;
  }

  get changeReason(): CongestionReason {
    return this.#state.changeReason;
  }

  get pipe(): number {
    return Math.max(0, this.inFlight.pipe);
  }

  get figures(): SegmentFigures {
    const { inFlight } = this;
    return {
      outstanding: inFlight.totalSegments,
      sacked: this.#state.sacked,
      lost: inFlight.lostSegments,
      resent: inFlight.resentSegments,
      reordering: this.#state.reordering,
      reorderingsSeen: this.#state.reorderingsSeen,
    };
  }

  congestionRoom(): number {
    const { segments, cwnd } = this.#control;
    return (segments - this.#state.pipe) * (cwnd / segments);
  }

  /** Whether the window is filled. */
  get isWindowFull(): boolean {
    return this.#state.pipe >= this.#control.segments;
  }

  /** Round-trip time by Karn's rule from what this acknowledgement acknowledged or reported; 0: none (RFC 6298 3). */
  get roundTrip(): Micros {
    const { delivery } = this;
    if (delivery.oldestSentAt !== NEVER && !delivery.acknowledgedResent) return delivery.roundTrip;
    return this.#oldestReportedAt === NEVER ? micros(0) : elapsed(this.#oldestReportedAt, delivery.now);
  }

  get #newestRoundTrip(): Micros {
    const { delivery } = this;
    const sentAt = this.#newestReportedAt !== NEVER
      ? this.#newestReportedAt
      : delivery.acknowledgedResent
      ? NEVER
      : delivery.newestAcknowledgedAt;
    return sentAt === NEVER ? micros(0) : micros(Math.max(1, elapsed(sentAt, delivery.now)));
  }

  sent(start: SeqNumber, end: SeqNumber, now: Instant, marks: number): void {
    const state = this.#state;
    if (this.inFlight.count === 0) this.delivery.totalAt = now;
    if (state.pipe <= 0) this.#control.transmissionBegan(this.#lastSentAt, now);
    const before = this.inFlight.totalSegments;
    this.inFlight.push(start, end, now, this.delivery, marks);
    if (state.isReducing) state.prrOut += this.inFlight.totalSegments - before;
    this.#lastSentAt = now;
    if (this.prefersNewData) this.holdsRetransmissions = true;
  }

  resent(index: number, now: Instant, value: Timestamp | null, isProbe: boolean): void {
    if (isProbe) return this.inFlight.markProbed(index, now, this.delivery);
    const state = this.#state;
    const segments = this.inFlight.segments(index);
    if (state.isReducing) state.prrOut += segments;
    this.inFlight.markResent(index, now, this.delivery);
    state.undo.resent(segments, value);
    if (this.prefersNewData) {
      this.prefersNewData = false;
      state.forwardRto = false;
    }
  }

  /** An acknowledgement is about to be taken in; `una`: SND.UNA before it; `minimumRtt`: the least round trip so far. */
  beginAck(now: Instant, una: SeqNumber, minimumRtt: Micros): void {
    this.delivery.begin(now);
    this.delivery.minimumRtt = minimumRtt;
    this.#oldestReportedAt = NEVER;
    this.#newestReportedAt = NEVER;
    this.#probeReportedTwice = false;
    this.#lostBefore = this.#state.lostInAll;
    this.#highestBefore = this.inFlight.sackedSegments > 0 ? this.#state.highestReported : una;
    this.#state.presumedDelivered = 0;
    this.suspectsReneging = false;
  }

  /** A duplicate was reported (RFC 2883): its edges, and SND.UNA before the acknowledgement that reports it. */
  takeDuplicateReport(left: SeqNumber, right: SeqNumber, priorUna: SeqNumber, mss: number): void {
    const { inFlight, tailProbe } = this;
    const { undo, rack, reorderingsSeen } = this.#state;
    if (tailProbe.end === right) this.#probeReportedTwice = true;
    else if (reorderingsSeen > 0) rack.duplicateReported();
    const { marker } = undo;
    if (marker === null) return;
    if (!seqAfter(right, priorUna)) {
      if (seqAfter(right, marker)) undo.reportedTwice(Math.max(1, Math.ceil(seqDistance(left, right) / mss)));
      return;
    }
    for (let index = inFlight.indexAtOrAfter(left); index < inFlight.count; index++) {
      if (seqAfter(inFlight.end(index), right)) break;
      const wasResent = (inFlight.marks(index) & Mark.everResent) !== 0;
      if (wasResent && seqAfter(inFlight.end(index), marker)) undo.reportedTwice(inFlight.segments(index));
    }
  }

  /** The blocks of one acknowledgement were given to the scoreboard: what does that say of reordering? */
  blocksTaken(mss: number): void {
    const { delivery } = this;
    const state = this.#state;
    this.#oldestReportedAt = delivery.oldestOriginalAt;
    this.#newestReportedAt = delivery.newestOriginalAt;
    if (delivery.segments === 0) return;
    const before = this.#highestBefore;
    state.noteHighestReported();
    if (state.phase === "loss" && state.undo.marker === null) return;
    if (delivery.original && seqBefore(delivery.lowestOriginalStart, before)) {
      state.noteReordering(delivery.lowestOriginalStart, mss);
    }
  }

  /** What `ack` covers leaves the scoreboard. */
  acknowledge(ack: SeqNumber, facts: AckFacts): void {
    const { inFlight, delivery } = this;
    const state = this.#state;
    const before = this.#highestBefore;
    inFlight.acknowledge(ack, delivery);
    if (seqAfter(ack, state.highestReported)) state.highestReported = ack;
    if (!facts.selective) return;
    const low = delivery.lowestOriginalStart;
    if (delivery.original && seqBefore(low, before) && seqAtOrAfter(ack, delivery.lowestOriginalEnd)) {
      state.noteReordering(low, facts.mss);
    }
    this.suspectsReneging = inFlight.count > 0 && (inFlight.marks(0) & Mark.sacked) !== 0;
  }

  ackArrived(ack: AckFacts): void {
    const { delivery } = this;
    const state = this.#state;
    const advanced = ack.una !== ack.priorUna;
    state.timeoutWasSpurious = false;
    state.reorderingWait = micros(0);
    this.holdsRetransmissions = false;
    this.prefersNewData = false;
    if (advanced) state.timeoutsInRow = 0;
    if (!ack.selective && advanced) state.removePresumed(delivery.acknowledgedSegments, ack.mss);
    state.rack.update(delivery);
    state.rack.adaptWindow(this.#deliveredInAll + delivery.segments, this.#deliveredInAll);
    this.#tellGrowth(ack);
    this.#checkTailProbe(ack, advanced);
    const hasNews = ack.carriesText || ack.updatesWindow || delivery.acknowledgedSegments > 0;
    const isDuplicate = !hasNews && !advanced && !ack.reportsDuplicate;
    this.dupAcks = advanced ? 0 : this.dupAcks + (isDuplicate ? 1 : 0);
    if (
      !hasNews || ack.newlySacked > 0 || ack.echoesMark || ack.reportsDuplicate || state.phase !== "open"
    ) {
      this.#permit(judge(state, ack, isDuplicate));
    }
    this.#adjustWindow(ack, advanced);
  }

  /** An acknowledgement from before SND.UNA came with SACK blocks that may be news. */
  staleAckArrived(ack: AckFacts): void {
    const state = this.#state;
    state.reorderingWait = micros(0);
    if (this.inFlight.count === 0 && !ack.reportsDuplicate) return;
    state.rack.update(this.delivery);
    this.#permit(judge(state, ack, false));
    this.#deliveredInAll += this.delivery.segments;
  }

  reorderingTimerFired(ack: AckFacts): void {
    const state = this.#state;
    const pipeBefore = state.pipe;
    const lostBefore = state.lostInAll;
    state.reorderingWait = micros(0);
    state.rack.advanced = true;
    state.findLosses(ack);
    this.holdsRetransmissions = false;
    if (state.pipe === pipeBefore || state.phase === "recovery") return;
    state.enterRecovery(ack);
    if (state.lostInAll > lostBefore) state.reduceWindow(1, false);
  }

  timedOut(ack: AckFacts): void {
    const state = this.#state;
    const { phase } = state;
    const isNew = phase !== "recovery" && phase !== "loss";
    this.#markTimedOut(ack);
    const isCalm = phase === "open" || phase === "disorder";
    if (
      isCalm || seqAtOrBefore(state.recoveryPoint, ack.una) || phase === "loss" && state.timeoutsInRow === 0
    ) {
      state.undo.threshold = this.#control.rememberedThreshold(state.isReducing);
      this.#control.lowerThreshold();
      state.armUndo(ack.una);
    }
    this.#control.lossBegan();
    this.#control.segments = Math.max(0, state.pipe) + 1;
    this.#control.credit = 0;
    if (isCalm && state.sacked >= state.config.retransmission.dupThresh) {
      state.reordering = Math.min(state.reordering, state.config.retransmission.dupThresh);
    }
    state.phase = "loss";
    state.owesReduced = true;
    state.recoveryPoint = ack.sndNxt;
    state.tailProbe.end = null;
    state.forwardRto = state.config.retransmission.forwardRto && (isNew || state.timeoutsInRow > 0);
    state.timeoutsInRow++;
    state.changeReason = "retransmission-timeout";
    this.prefersNewData = false;
    this.holdsRetransmissions = false;
  }

  get owesReduced(): boolean {
    return this.#state.owesReduced;
  }

  set owesReduced(owes: boolean) {
    this.#state.owesReduced = owes;
  }

  pathMtuShrank(mss: number): void {
    const { inFlight } = this;
    const state = this.#state;
    for (let index = 0; index < inFlight.count; index++) {
      if (inFlight.length(index) > mss) state.markLost(index, "retransmit-path-mtu");
    }
    inFlight.segmentSize = mss;
    if (inFlight.lostSegments === 0 || state.phase === "loss") return;
    // Congestion is not to blame: the window stays, and what was too long goes out again.
    state.phase = "loss";
    state.undo.marker = null;
    state.forwardRto = false;
    state.recoveryPoint = inFlight.end(inFlight.count - 1);
    if (Number.isFinite(this.#control.threshold)) {
      this.#control.threshold = this.#control.rememberedThreshold(false);
    }
  }

  /** RFC 8985 6.3: the oldest is lost, and of the others what is overdue. Without SACK all of it is. */
  #markTimedOut(ack: AckFacts): void {
    const { inFlight } = this;
    const state = this.#state;
    if (inFlight.count === 0) return;
    const isReneging = (inFlight.marks(0) & Mark.sacked) !== 0;
    if (isReneging) inFlight.forgetSacks();
    state.presumed = 0;
    const keepsRecent = !isReneging && ack.selective && state.config.retransmission.rack;
    for (let index = 0; index < inFlight.count; index++) {
      const isRecent = keepsRecent && index > 0 &&
        state.rack.remaining(inFlight.sentAt(index), micros(0), ack.now) > 0;
      if (!isRecent) state.markLost(index, "retransmit-timeout");
    }
  }

  #permit(permission: Permission): void {
    this.prefersNewData = permission === "new";
  }

  #tellGrowth(ack: AckFacts): void {
    const news = this.#news;
    news.rtt = this.#newestRoundTrip;
    news.una = ack.una;
    news.sndNxt = ack.sndNxt;
    news.smoothedRtt = ack.smoothedRtt;
    news.now = ack.now;
    this.#control.measured(news);
  }

  /** RFC 8985 7.4. */
  #checkTailProbe(ack: AckFacts, advanced: boolean): void {
    const { tailProbe } = this;
    const state = this.#state;
    if (tailProbe.end === null || seqBefore(ack.una, tailProbe.end)) return;
    if (!tailProbe.isRetransmission || this.#probeReportedTwice) {
      tailProbe.end = null;
    } else if (seqAfter(ack.una, tailProbe.end)) {
      state.beginReduction(ack);
      state.phase = "congestion window reduced";
      state.endReduction();
      state.keepOpen(ack);
    } else if (!advanced && !ack.carriesText && !ack.updatesWindow && ack.newlySacked === 0) {
      tailProbe.end = null;
    }
  }

  /** In slow start half the window must be in use for it to grow. */
  #isHalfUsed(outstanding: number): boolean {
    return this.#control.isSlowStart && this.#control.segments < 2 * outstanding;
  }

  #adjustWindow(ack: AckFacts, advanced: boolean): void {
    const { delivery } = this;
    const state = this.#state;
    const delivered = ack.selective ? delivery.segments : state.presumedDelivered;
    this.#deliveredInAll += delivered;
    if (state.isReducing) {
      const showedLoss = state.lostInAll > this.#lostBefore;
      return state.reduceWindow(delivered, advanced && !showedLoss);
    }
    const acknowledgedText = delivery.acknowledgedSegments > 0;
    const mayGrow = state.reordering > state.config.retransmission.dupThresh
      ? acknowledgedText || ack.newlySacked > 0
      : acknowledgedText;
    if (!mayGrow || !(ack.windowLimited || this.#isHalfUsed(ack.mostOutstanding))) return;
    state.changeReason = this.#control.isSlowStart ? "slow-start" : "congestion-avoidance";
    this.#control.grow(delivered, ack.now);
  }
}
