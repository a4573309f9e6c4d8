/**
 * Loss recovery: what an acknowledgement, a timer or a congestion mark means for the scoreboard and the window.
 *
 * Phases: open (nothing amiss), disorder (something came out of order), congestion window reduced (after an ECN mark or
 * a repaired tail loss), recovery (retransmitting after loss was detected), loss (after the retransmission timer).
 *
 * @module
 */

import type { TcpConfig } from "../config/config.ts";
import { AckSample, type CongestionControl } from "../congestion/control.ts";
import type { CongestionReason, RecoveryPhase } from "../base/observer.ts";
import { seqAfter, seqAtOrAfter, type SeqNumber, type Timestamp } from "../base/seq.ts";
import { type Instant, type Micros, micros } from "../base/units.ts";
import { Delivery } from "./delivery.ts";
import { ForwardRto } from "./f_rto.ts";
import { InFlight } from "./scoreboard.ts";
import { Mark } from "./mark.ts";
import type { AckFacts } from "./loss_recovery.ts";
import { ProportionalRateReduction } from "./prr.ts";
import { Rack } from "./rack.ts";
import { markLostByCount, markNextHole } from "./rfc6675.ts";
import { TailLossProbe } from "./tail_loss_probe.ts";
import { UndoEvidence } from "./undo.ts";

/** RFC 5682 2.1, step 3a: segments of the window with which recovery goes on when the time-out was needed. */
const FORWARD_RTO_WINDOW = 3;

/** Loss recovery of one connection. */
export class Recovery {
  readonly inFlight: InFlight = new InFlight();
  readonly delivery: Delivery = new Delivery();
  readonly rack: Rack;
  readonly tailProbe: TailLossProbe = new TailLossProbe();
  readonly #config: TcpConfig;
  readonly #control: CongestionControl;
  readonly #prr = new ProportionalRateReduction();
  readonly #undo = new UndoEvidence();
  readonly #sample = new AckSample();

  phase: RecoveryPhase = "open";
  /** SND.NXT when the present reduction began. */
  recoveryPoint: SeqNumber;
  dupAcks = 0;
  /** Octets that duplicate ACKs without SACK stand for. */
  #presumedReceived = 0;
  /** After how long RACK wants to look again; 0: not. */
  reorderingWait: Micros = micros(0);
  /** Whether the last acknowledgement showed that the time-out was needless: its back-off is to be taken back. */
  timeoutWasSpurious = false;
  readonly #forwardRto: ForwardRto;
  /** SND.UNA when the retransmission timer fired last. */
  #timedOutAt: SeqNumber | null = null;
  /** SND.NXT when the window was reduced last, or the timer fired; null once something beyond it was acknowledged. */
  #reducedAt: SeqNumber | null = null;
  owesReduced = false;
  /** The timer fired, and the oldest segment has not been sent again yet. */
  #mustRepeat = false;
  /** Why the window changed last. */
  changeReason: CongestionReason = "initial-window";

  /** `mss`: octets of payload of a full segment. */
  constructor(config: TcpConfig, control: CongestionControl, iss: SeqNumber, mss: number) {
    this.inFlight.segmentSize = mss;
    this.#config = config;
    this.#control = control;
    this.#forwardRto = new ForwardRto(config.recovery.forwardRtoEvidence);
    this.rack = new Rack(iss, config.retransmission.dupThresh);
    this.recoveryPoint = iss;
  }

  /** Octets thought to be in the network. */
  get pipe(): number {
    return Math.max(0, this.inFlight.pipe - this.#presumedReceived);
  }

  congestionRoom(): number {
    const mayCountDuplicates = this.#config.retransmission.limitedTransmit || this.phase !== "disorder";
    const used = mayCountDuplicates ? this.pipe : this.inFlight.totalOctets;
    const room = this.#control.cwnd - used;
    const least = this.#mustRepeat ? this.#control.cwnd : -Infinity;
    return Math.min(Math.max(room, least), this.#forwardRto.newOctetsLeft);
  }

  get prefersNewData(): boolean {
    return this.#forwardRto.prefersNewData;
  }

  get holdsRetransmissions(): boolean {
    return this.#forwardRto.holdsRetransmissions;
  }

  /** Octets known or presumed to have been received beyond a hole. */
  get #octetsBeyondHole(): number {
    return this.inFlight.sackedOctets + this.#presumedReceived;
  }

  /** Whether the window is on its way down, so that proportional rate reduction decides. */
  get isReducing(): boolean {
    return this.phase === "recovery" || this.phase === "congestion window reduced";
  }

  /** Notes new octets sent. */
  sent(start: SeqNumber, end: SeqNumber, now: Instant, marks: number): void {
    const before = this.inFlight.totalOctets;
    this.inFlight.push(start, end, now, marks);
    if (this.isReducing) this.#prr.sent(this.inFlight.totalOctets - before);
    this.#forwardRto.newTextSent(this.inFlight.totalOctets - before);
  }

  /** Notes that a record was sent again, carrying `value` as its timestamp. */
  resent(index: number, now: Instant, value: Timestamp | null): void {
    if (this.isReducing) this.#prr.sent(this.inFlight.length(index));
    this.inFlight.markResent(index, now);
    this.#undo.resent(this.inFlight.start(index), this.inFlight.end(index), value);
    this.#forwardRto.textRepeated();
    this.#mustRepeat = false;
  }

  /** An acceptable acknowledgement arrived; the scoreboard and `delivery` have taken it in. */
  ackArrived(ack: AckFacts): void {
    this.timeoutWasSpurious = false;
    if (this.#reducedAt !== null && seqAfter(ack.una, this.#reducedAt)) this.#reducedAt = null;
    const lostBefore = this.inFlight.lostOctets;
    this.#countDuplicates(ack);
    this.rack.update(this.delivery);
    if (this.#config.recovery.reorderingDegree === "measured") {
      this.rack.measureReordering(this.delivery, ack.mss);
    }
    if (ack.reportsDuplicate) {
      this.rack.duplicateReported(ack.una, ack.sndNxt);
      this.#undo.duplicateReported(ack.duplicateLeft, ack.duplicateRight);
    }
    this.#checkTailProbe(ack);
    const wasReducing = this.isReducing;
    const hasReduced = !this.#undoIfSpurious(ack) && this.#leavePhase(ack);
    this.#detectLosses(ack);
    const showedLoss = this.inFlight.lostOctets > lostBefore;
    if (this.inFlight.hasLostToResend && this.phase !== "loss" && this.phase !== "recovery") {
      this.#enterRecovery(ack);
    }
    const isCalm = this.phase === "open" || this.phase === "disorder";
    if (ack.echoesMark && isCalm && this.#reducedAt === null) this.#answerEcho(ack);
    // RFC 5681 3.2, step 6: the ACK that ends the reduction leaves the window at the threshold.
    if (hasReduced && !this.isReducing) return;
    const { changeReason } = this;
    this.#adjustWindow(ack, showedLoss);
    if (this.isReducing && !wasReducing) this.changeReason = changeReason;
  }

  /** The reordering timer fired (RFC 8985 6.2). */
  reorderingTimerFired(ack: AckFacts): void {
    this.delivery.begin(ack.now, ack.minimumRtt);
    this.#detectLosses(ack);
    if (!this.inFlight.hasLostToResend || this.phase === "loss" || this.phase === "recovery") return;
    this.#enterRecovery(ack);
    this.#reduceProportionally(ack, false);
  }

  /** The retransmission timer fired with something in flight (RFC 5681 3.1, RFC 6298 5.4). */
  timedOut(ack: AckFacts): void {
    const isRepeated = this.phase === "loss" && ack.una === this.#timedOutAt;
    this.delivery.begin(ack.now, ack.minimumRtt);
    this.#presumedReceived = 0;
    this.dupAcks = 0;
    if (this.inFlight.count > 0 && (this.inFlight.marks(0) & 1) !== 0) this.inFlight.forgetSacks();
    if (!isRepeated) {
      this.#undo.arm();
      this.#control.timedOut(this.#flightSize, ack.now);
    }
    this.#markAllLost(ack);
    // RFC 5682 2.1, step 1: not while an earlier time-out is being repaired.
    if (this.#config.retransmission.forwardRto && this.phase !== "loss") this.#forwardRto.begin();
    else this.#forwardRto.end();
    this.#timedOutAt = ack.una;
    this.owesReduced = true;
    this.phase = "loss";
    this.recoveryPoint = this.#reducedAt = ack.sndNxt;
    this.tailProbe.end = null;
    // RFC 5681 3.1: one segment, and the oldest goes out whatever younger ones are still under way.
    this.#control.setWindow(ack.mss);
    this.#mustRepeat = true;
    this.changeReason = "retransmission-timeout";
  }

  /** The path takes smaller segments now: what was too long is lost, without congestion being to blame (RFC 1191). */
  pathMtuShrank(mss: number): void {
    this.inFlight.segmentSize = mss;
    for (let index = 0; index < this.inFlight.count; index++) {
      if (this.inFlight.length(index) > mss && (this.inFlight.marks(index) & 1) === 0) {
        this.inFlight.markLost(index, "retransmit-path-mtu");
      }
    }
  }

  /**
   * With SACK a duplicate ACK is one with news (RFC 6675 2); without, one as in RFC 5681 2, which says that one more
   * segment has arrived somewhere.
   */
  #countDuplicates(ack: AckFacts): void {
    const advanced = ack.una !== ack.priorUna;
    if (advanced) this.dupAcks = 0;
    else if (ack.selective ? ack.newlySacked > 0 : ack.isDuplicate) this.dupAcks++;
    if (ack.selective) return;
    if (advanced) {
      const beyondFirst = Math.max(0, this.delivery.acknowledgedOctets - ack.mss);
      const isCalm = this.phase === "open" || this.phase === "disorder";
      const counted = Math.min(this.#presumedReceived, beyondFirst);
      // RFC 9937 6.2: what duplicates stood for is not delivered again.
      this.delivery.octets -= counted;
      this.#presumedReceived = isCalm ? 0 : this.#presumedReceived - counted;
    }
    const { inFlight } = this;
    const hole = inFlight.count === 0 ? 0 : Math.max(inFlight.lostOctets, inFlight.length(0));
    // RFC 5681 3.2, step 4: more than what is out beyond the hole cannot have arrived, whatever the number of ACKs.
    const most = Math.max(0, inFlight.totalOctets - hole);
    const before = Math.min(this.#presumedReceived, most);
    const isNews = !advanced && ack.isDuplicate;
    this.#presumedReceived = isNews ? Math.min(before + ack.mss, most) : before;
    this.delivery.octets += this.#presumedReceived - before;
  }

  #detectLosses(ack: AckFacts): void {
    this.reorderingWait = micros(0);
    const dupThresh = this.rack.reordering;
    if (ack.selective && this.#config.retransmission.rack) {
      const window = this.rack.reorderingWindow(
        this.phase === "recovery" || this.phase === "loss",
        this.inFlight.sackedSegments >= dupThresh,
        ack.minimumRtt,
        ack.smoothedRtt,
      );
      this.reorderingWait = this.rack.detectLosses(this.inFlight, window, ack.now);
    } else if (ack.selective) {
      markLostByCount(this.inFlight, dupThresh, ack.mss);
      // RFC 6675 4, NextSeg (3): when there is nothing else to send, the next hole goes out on suspicion.
      if (this.phase === "recovery" && !ack.hasSendableText) markNextHole(this.inFlight);
      // RFC 6675 5, step (1).
      const isEnough = this.dupAcks >= dupThresh && this.phase !== "recovery" && this.phase !== "loss";
      if (isEnough && (this.inFlight.marks(0) & Mark.lost) === 0) {
        this.inFlight.markLost(0, "retransmit-sack");
      }
    } else {
      this.#detectLossesWithoutSack(ack);
    }
    if (this.phase === "open" && this.#octetsBeyondHole > 0) this.phase = "disorder";
    if (this.phase === "disorder" && this.#octetsBeyondHole === 0) this.phase = "open";
  }

  #detectLossesWithoutSack(ack: AckFacts): void {
    if (this.inFlight.count === 0) return;
    if (this.phase === "recovery") {
      // RFC 6582 3.2, step 3, partial acknowledgement: the next hole starts where it ends.
      if (ack.una !== ack.priorUna) this.inFlight.markLost(0, "retransmit-partial-ack");
      return;
    }
    // RFC 6582 3.2, step 2: duplicates of what was sent before the last recovery do not start another.
    const isCareful = this.#reducedAt === null || ack.una === this.#reducedAt;
    if (this.phase !== "loss" && this.dupAcks >= this.rack.reordering && isCareful) {
      this.inFlight.markLost(0, "retransmit-duplicate-acks");
    }
  }

  #enterRecovery(ack: AckFacts): void {
    if (this.phase !== "congestion window reduced") {
      this.#undo.arm();
      this.#reduce(ack);
    }
    this.phase = "recovery";
    this.recoveryPoint = ack.sndNxt;
    this.changeReason = "fast-recovery";
  }

  /** A congestion mark was echoed (RFC 3168 6.1.2). Until CWR has arrived every ACK echoes it: one reduction for all. */
  #answerEcho(ack: AckFacts): void {
    this.#reduce(ack);
    this.#undo.disarm();
    this.phase = "congestion window reduced";
    this.recoveryPoint = ack.sndNxt;
    this.changeReason = "ecn-echo";
  }

  /** The window is to come down to a new threshold, led there by {@link #reduceProportionally}. */
  #reduce(ack: AckFacts): void {
    this.#control.reduce(this.#flightSize, ack.now);
    this.#prr.begin(this.#recoverFlightSize(ack));
    this.#reducedAt = ack.sndNxt;
    this.owesReduced = true;
  }

  /** Ends a phase whose end the acknowledgement reached. Returns whether the window has come down by that. */
  #leavePhase(ack: AckFacts): boolean {
    if (this.phase === "loss") this.#judgeTimeout(ack);
    const reached = seqAtOrAfter(ack.una, this.recoveryPoint);
    if (!reached || this.phase === "open" || this.phase === "disorder") return false;
    const { isReducing } = this;
    if (isReducing) {
      this.#control.setWindow(Math.max(this.#control.ssthresh, ack.mss));
      this.#control.recoveryEnded(ack.now);
      this.rack.recoveryEnded();
      this.changeReason = "recovery-ended";
    }
    this.phase = "open";
    this.#forwardRto.end();
    this.#presumedReceived = 0;
    return isReducing;
  }

  /** RFC 5682. */
  #judgeTimeout(ack: AckFacts): void {
    const { inFlight } = this;
    const coversRepeated = inFlight.count === 0 || (inFlight.marks(0) & Mark.everResent) === 0;
    const verdict = this.#forwardRto.acknowledged(ack, this.delivery, this.recoveryPoint, coversRepeated);
    if (verdict === "needless") {
      this.#undoReduction();
      this.timeoutWasSpurious = true;
    } else if (verdict === "needed") {
      this.#control.setWindow(Math.min(this.#control.cwnd, FORWARD_RTO_WINDOW * ack.mss));
    }
  }

  /** Takes the reduction back when the acknowledgement shows that nothing had been lost. Returns whether it did. */
  #undoIfSpurious(ack: AckFacts): boolean {
    if (!this.#config.retransmission.undo || !this.#undo.isArmed) return false;
    const byEcho = ack.una !== ack.priorUna && this.delivery.acknowledgedResent &&
      this.#undo.echoIsOlder(ack.echo);
    if (!byEcho && !this.#undo.allResentWereDuplicates) return false;
    this.timeoutWasSpurious = this.phase === "loss";
    this.#undoReduction();
    return true;
  }

  #undoReduction(): void {
    this.inFlight.forgetLosses();
    this.#control.undo();
    this.#undo.disarm();
    this.owesReduced = false;
    this.#forwardRto.end();
    this.#presumedReceived = 0;
    this.phase = "open";
    this.changeReason = "spurious-retransmission";
  }

  /** RFC 8985 7.4: what the acknowledgement of a tail loss probe tells. */
  #checkTailProbe(ack: AckFacts): void {
    if (!this.tailProbe.repairedLoss(ack.una, ack.reportsDuplicate, ack.isDuplicate)) return;
    if (this.phase !== "open" && this.phase !== "disorder") return;
    this.#control.reduce(this.#flightSize, ack.now);
    this.#reducedAt = ack.sndNxt;
    this.owesReduced = true;
    this.#control.setWindow(this.#control.ssthresh);
    this.#control.recoveryEnded(ack.now);
    this.changeReason = "recovery-ended";
  }

  #markAllLost(ack: AckFacts): void {
    if (ack.selective && this.#config.retransmission.rack && this.rack.sentAt >= 0) {
      const window = this.rack.reorderingWindow(true, true, ack.minimumRtt, ack.smoothedRtt);
      this.rack.markTimedOut(this.inFlight, window, ack.now);
      return;
    }
    for (let index = 0; index < this.inFlight.count; index++) {
      if ((this.inFlight.marks(index) & 1) === 0) this.inFlight.markLost(index, "retransmit-timeout");
    }
  }

  /** RFC 9937 6. */
  #reduceProportionally(ack: AckFacts, isSafe: boolean): void {
    const threshold = this.#control.ssthresh;
    const window = this.#prr.windowAfter(this.delivery.octets, this.pipe, threshold, isSafe, ack.mss);
    // RFC 6582 3.2, step 3: a partial ACK sends the next hole again, whatever the window.
    const isPartial = !ack.selective && this.phase === "recovery" && ack.una !== ack.priorUna;
    const least = isPartial ? this.pipe + ack.mss : 0;
    // RFC 3168 6.1.2: an echo opens no window, not even from one segment to the threshold of two.
    const most = ack.echoesMark ? this.#control.cwnd : Infinity;
    this.#control.setWindow(Math.max(Math.min(window, most), least));
  }

  /** What was outstanding before the acknowledgement at hand. */
  get #outstandingBefore(): number {
    return this.inFlight.totalOctets + this.delivery.acknowledgedOctets;
  }

  /** FlightSize, but for what limited transmit added beyond the window (RFC 5681 3.2). */
  get #flightSize(): number {
    const { cwnd } = this.#control;
    return this.#config.recovery.ssthreshFrom === "cwnd" ? cwnd : Math.min(this.#outstandingBefore, cwnd);
  }

  /** RecoverFS of RFC 9937 6.1: what was outstanding before the acknowledgement, less what had been reported by SACK. */
  #recoverFlightSize(ack: AckFacts): number {
    return this.#outstandingBefore - (this.inFlight.sackedOctets - ack.newlySacked);
  }

  #adjustWindow(ack: AckFacts, showedLoss: boolean): void {
    const delivered = this.delivery;
    if (this.isReducing) {
      if (delivered.octets === 0) return;
      this.#reduceProportionally(ack, ack.una !== ack.priorUna && !showedLoss);
      this.changeReason = "proportional-rate-reduction";
      return;
    }
    if (ack.una === ack.priorUna || ack.echoesMark) return;
    const wasSlowStart = this.#control.cwnd < this.#control.ssthresh;
    const sample = this.#sample;
    sample.ackedOctets = delivered.acknowledgedOctets;
    sample.deliveredOctets = delivered.octets;
    sample.una = ack.una;
    sample.sndNxt = ack.sndNxt;
    sample.rtt = delivered.roundTrip;
    sample.smoothedRtt = ack.smoothedRtt;
    sample.isWindowLimited = ack.windowLimited;
    sample.now = ack.now;
    const thresholdBefore = this.#control.ssthresh;
    this.#control.acknowledged(sample);
    const endedSlowStart = wasSlowStart && this.#control.ssthresh < thresholdBefore;
    this.changeReason = endedSlowStart
      ? "slow-start-exit"
      : wasSlowStart
      ? "slow-start"
      : "congestion-avoidance";
  }
}
