/**
 * Loss recovery: what an acknowledgement, a timer or a congestion mark means for the scoreboard and the window.
 *
 * Phases: open (nothing amiss), disorder (something came out of order), congestion window reduced (after an ECN mark or
 * a repaired tail loss), recovery (retransmitting after loss was detected), loss (after the retransmission timer).
 *
 * @module
 */

import type { TcpConfig } from "../config/config.ts";
import type { CongestionControl } from "../congestion/control.ts";
import type { CongestionReason, RecoveryPhase, SendReason } from "../base/observer.ts";
import { seqAtOrAfter, seqDistance, type SeqNumber, type Timestamp } from "../base/seq.ts";
import { type Instant, instant } from "../base/units.ts";
import type { AckSample } from "./ack_sample.ts";
import { DupAcks } from "./dup_acks.ts";
import { ForwardRto } from "./f_rto.ts";
import { isRepairing, LossDetection } from "./loss_detection.ts";
import { Mark } from "./mark.ts";
import { MtuProbe } from "./mtu_probe.ts";
import { Rack } from "./rack.ts";
import { Scoreboard } from "./scoreboard.ts";
import { TailLossProbe } from "./tail_loss_probe.ts";
import { UndoEvidence } from "./undo.ts";
import { WindowReduction } from "./window_reduction.ts";

/** RFC 5682 2.1, step 3a: segments of the window with which recovery goes on when the timeout was genuine. */
const FORWARD_RTO_WINDOW = 3;

/** RFC 5682 3.1, step 2a: the same when the ACK that says so covers all that was out. */
const WINDOW_WHEN_COVERED = 2;

/** Loss recovery of one connection. */
export class Recovery {
  readonly scoreboard: Scoreboard;
  /** The acknowledgement at hand, or the state at a timer; of another connection's when none is. */
  readonly ack: AckSample;
  readonly rack: Rack;
  readonly tailProbe: TailLossProbe = new TailLossProbe();
  readonly detection: LossDetection;
  readonly mtuProbe: MtuProbe = new MtuProbe();
  readonly reduction: WindowReduction;
  readonly #config: TcpConfig;
  readonly #control: CongestionControl;
  readonly #dupAcks = new DupAcks();
  readonly #undo = new UndoEvidence();
  readonly #forwardRto: ForwardRto;

  phase: RecoveryPhase = "open";
  /** RecoveryPoint of RFC 6675: SND.NXT when the present phase began. */
  recoveryPoint: SeqNumber;
  /** Whether the last acknowledgement showed that the timeout was spurious: its back-off is to be undone. */
  timeoutWasSpurious = false;
  /** Octets of the window after the acknowledgement at most. */
  #mostAfterTimeout = Infinity;
  /** Whether the acknowledgement has undone a reduction. */
  #isReasonSet = false;
  /** Why the window changed last. */
  changeReason: CongestionReason = "initial-window";
  /** SND.UNA when the retransmission timer fired last. */
  #timedOutAt: SeqNumber | null = null;
  /** The timer fired, and the oldest segment has not been sent again yet. */
  #mustResend = false;
  /** What the window let out, and had not gone, when the first ACK of the turn came; null: none has. */
  #unusedBefore: number | null = null;

  /** `mss`: octets of payload of a full segment; `ack`: for the acknowledgement at hand, shared with other connections. */
  constructor(config: TcpConfig, control: CongestionControl, iss: SeqNumber, mss: number, ack: AckSample) {
    this.ack = ack;
    this.scoreboard = new Scoreboard(iss, mss);
    this.#config = config;
    this.#control = control;
    this.#forwardRto = new ForwardRto(config.recovery.forwardRtoEvidence);
    this.rack = new Rack(iss, config.retransmission.dupThresh);
    this.reduction = new WindowReduction(config, control, this.scoreboard.octets);
    this.detection = new LossDetection(config, this.scoreboard, this.rack, this.#dupAcks);
    this.recoveryPoint = iss;
  }

  /** Duplicate ACKs since SND.UNA moved last (RFC 5681 3.2). */
  get dupAcks(): number {
    return this.#dupAcks.count;
  }

  /** Octets thought to be in the network (RFC 6675 4). */
  get pipe(): number {
    return Math.max(0, this.scoreboard.octets.pipe - this.#dupAcks.octets);
  }

  /** Octets per second at which the congestion control has data leave; 0: at once. */
  get pacingRate(): number {
    const { pacingRate = 0 } = this.#control;
    return pacingRate > 0 ? pacingRate : 0;
  }

  /** The congestion window. Less than a full segment would let nothing out ever again, and so would what is no number. */
  get #window(): number {
    const { cwnd } = this.#control;
    const { segmentSize } = this.scoreboard;
    return cwnd >= segmentSize ? cwnd : segmentSize;
  }

  /** Octets that the congestion window lets out now; negative when it shrank. */
  congestionRoom(): number {
    const cwnd = this.#window;
    const countsDuplicates = this.phase !== "disorder" || this.#config.retransmission.limitedTransmit;
    const room = cwnd - (countsDuplicates ? this.pipe : this.scoreboard.octets.total);
    if (this.phase !== "loss" && !this.#mustResend) return room;
    return Math.min(this.#mustResend ? Math.max(room, cwnd) : room, this.#forwardRto.newOctetsLeft);
  }

  /** An ACK arrives: what others of its turn have let out and has not gone, when `sendable` octets of new data may. */
  letOut(sendable: number): number {
    const { lost, resent } = this.scoreboard.octets;
    const unused = Math.max(0, Math.min(this.congestionRoom(), lost - resent + sendable));
    this.#unusedBefore ??= unused;
    return this.pacingRate > 0 ? 0 : Math.max(0, unused - this.#unusedBefore);
  }

  /** All that was due has been sent: the next ACK is the first of another turn. */
  turnEnds(): void {
    this.#unusedBefore = null;
  }

  /** F-RTO asks for new data instead of retransmissions (RFC 5682 2.1, step 2b). */
  get prefersNewData(): boolean {
    return this.phase === "loss" && this.#forwardRto.prefersNewData;
  }

  /** Nothing is sent again until the next acknowledgement: new data were sent instead (F-RTO). */
  get holdsRetransmissions(): boolean {
    return this.#forwardRto.holdsRetransmissions;
  }

  /** Whether the window is on its way down, so that proportional rate reduction decides. */
  get isReducing(): boolean {
    return this.phase === "recovery" || this.phase === "congestion window reduced";
  }

  /** Whether losses are being repaired. */
  get isRepairing(): boolean {
    return isRepairing(this.phase);
  }

  get #isCalm(): boolean {
    return this.phase === "open" || this.phase === "disorder";
  }

  /** Notes new octets sent; `marks` of {@link Mark}. Returns the slot of their record. */
  sent(start: SeqNumber, end: SeqNumber, now: Instant, marks: number): number {
    if (this.phase !== "open") {
      const octets = seqDistance(start, end);
      if (this.isReducing) this.reduction.sent(octets);
      this.#forwardRto.newDataSent(octets);
    }
    return this.scoreboard.push(start, end, now, marks);
  }

  /** Notes that a record was sent again, carrying `value` as its timestamp; null: none. */
  resent(slot: number, now: Instant, value: Timestamp | null): void {
    const { records } = this.scoreboard;
    if (this.isReducing) this.reduction.sent(records.length(slot));
    this.scoreboard.markResent(slot, now);
    this.#undo.resent(records.start(slot), records.until(slot), value);
    this.#forwardRto.resent();
    this.#mustResend = false;
  }

  /** An acceptable acknowledgement arrived; the scoreboard has taken it in. */
  ackArrived(): void {
    const { ack, scoreboard } = this;
    this.timeoutWasSpurious = false;
    this.#mostAfterTimeout = Infinity;
    this.#isReasonSet = false;
    const { reduction } = this;
    if (reduction.at !== null) reduction.ackArrived(ack);
    const lostBefore = scoreboard.octets.lost;
    this.#dupAcks.ackArrived(ack, scoreboard, !this.#isCalm);
    this.rack.update(ack);
    if (this.#config.recovery.reorderingDegree === "measured") this.rack.measureReordering(ack);
    if (ack.reportsDuplicate) {
      this.rack.duplicateReported(ack.sndNxt);
      this.#undo.duplicateReported(ack.duplicateLeft, ack.duplicateRight);
    }
    this.#checkTailProbe();
    const wasReducing = this.isReducing;
    const wasRepairing = this.isRepairing;
    const hasReduced = !this.#undoIfSpurious() && this.#leavePhase();
    this.#detectLosses(wasRepairing);
    const showedLoss = scoreboard.octets.lost > lostBefore;
    if (ack.echoesMark && this.#isCalm && reduction.at === null) this.#answerEcho();
    // RFC 5681 3.2, step 6: the ACK that ends the reduction leaves the window at the threshold.
    if (hasReduced && !this.isReducing) return;
    const { changeReason } = this;
    this.#adjustWindow(showedLoss);
    if (this.#isReasonSet || (this.isReducing && !wasReducing)) this.changeReason = changeReason;
    if (this.#control.cwnd <= this.#mostAfterTimeout) return;
    this.#control.cwnd = this.#mostAfterTimeout;
    this.changeReason = "slow-start-after-timeout";
  }

  /** The reordering timer fired (RFC 8985 6.2). */
  reorderingTimeout(): void {
    const { phase } = this;
    this.#detectLosses();
    if (this.phase === "recovery" && phase !== "recovery") this.#reduceProportionally(false);
  }

  /** The retransmission timer fired with something in flight (RFC 5681 3.1, RFC 6298 5.4). */
  retransmissionTimeout(): void {
    const { ack, scoreboard } = this;
    const { records } = scoreboard;
    const isRepeated = this.phase === "loss" && ack.una === this.#timedOutAt;
    this.#dupAcks.forget();
    this.#dupAcks.count = 0;
    if (!scoreboard.isEmpty && (records.marks(records.first) & Mark.sacked) !== 0) scoreboard.forgetSacks();
    if (!isRepeated) {
      // RFC 4015 3.1: a recovery from one timeout is taken back as a whole or not at all, also when another segment times out in it.
      if (this.phase === "loss") this.#undo.disarm();
      else this.#undo.arm(ack.una);
      this.#control.timeout(this.reduction.sampleOfFlight(ack));
    }
    this.detection.markTimedOut(ack);
    // RFC 5682 2.1, step 1: not while an earlier timeout of another segment is being repaired; nor, with SACK (3.1), any loss.
    const isRepairing = this.phase === "loss" || ack.selective && this.isRepairing;
    const mayTell = !isRepairing || this.#forwardRto.awaitsFirstAck;
    if (this.#config.retransmission.forwardRto && mayTell) this.#forwardRto.begin();
    else this.#forwardRto.end();
    this.#timedOutAt = ack.una;
    this.reduction.noted(ack);
    this.phase = "loss";
    this.recoveryPoint = ack.sndNxt;
    this.tailProbe.end = null;
    // RFC 5681 3.1: one segment, and the oldest goes out whatever younger ones are still under way.
    this.#control.cwnd = ack.mss;
    this.#mustResend = true;
    this.changeReason = "retransmission-timeout";
  }

  /**
   * Segments are shorter from now on: what was too long is lost, without congestion being to blame (RFC 1191 6.4). It goes as the
   * window lets it, where the RFC would let one segment out and wait for its ACK.
   */
  segmentsShrank(mss: number, cause: SendReason): void {
    const { scoreboard } = this;
    const { records } = scoreboard;
    scoreboard.segmentSize = mss;
    for (let slot = records.first; slot !== records.end; slot = records.next(slot)) {
      if (records.length(slot) > mss) scoreboard.markLost(slot, cause);
    }
  }

  /**
   * What is in flight took a way that leads nowhere, which is not the network's fault: all of it is to go again at once, as
   * if it had never left. A timeout that it caused is undone.
   */
  wayChanged(): void {
    const { records } = this.scoreboard;
    if (this.phase === "loss") this.#undoReduction();
    this.tailProbe.end = null;
    for (let slot = records.first; slot !== records.end; slot = records.next(slot)) {
      this.scoreboard.markLost(slot, "retransmit-other-way");
    }
    this.#control.cwnd = Math.max(this.#control.cwnd, this.scoreboard.octets.total);
  }

  /** The peer's window opens after probes: it took nothing of what lies there, and congestion is not to blame. */
  windowOpened(): void {
    const { records } = this.scoreboard;
    for (let slot = records.first; slot !== records.end; slot = records.next(slot)) {
      this.scoreboard.markLost(slot, "retransmit-refused");
    }
  }

  /**
   * Looks for losses, and enters recovery when something is lost. `wasRepairing`: a repair may have
   * ended just now, and what was found to be lost meanwhile is another loss.
   */
  #detectLosses(wasRepairing = false): void {
    const { ack, scoreboard } = this;
    const { octets } = scoreboard;
    const lossesBefore = scoreboard.losses;
    scoreboard.lostRetransmissionSentAt = instant(-1);
    const { reduction } = this;
    const mayBeOfLastRecovery = reduction.at !== null && ack.una !== reduction.at;
    this.detection.detect(ack, this.phase, mayBeOfLastRecovery);
    const beyondHole = octets.sacked + this.#dupAcks.octets;
    if (this.phase === "open" && beyondHole > 0) this.phase = "disorder";
    if (this.phase === "disorder" && beyondHole === 0) this.phase = "open";
    const isNewLoss = scoreboard.losses > lossesBefore || wasRepairing && scoreboard.hasLost;
    const lostAgain = ack.selective && this.#config.recovery.reducesForLostRetransmissions &&
      scoreboard.lostRetransmissionSentAt >= reduction.time;
    // RFC 4821 7.6.2: a probe that alone is lost is no congestion.
    if (isNewLoss && !this.isRepairing && this.mtuProbe.isOnlyLoss(scoreboard)) return;
    if (isNewLoss && !this.isRepairing) this.#fastRetransmit();
    // RFC 5681 4.3, RFC 8985 3.4: a retransmission that was lost is a second sign of congestion.
    else if (lostAgain && this.isRepairing && !this.mtuProbe.isLost(scoreboard)) {
      reduction.begin(ack);
      if (this.phase === "recovery") this.recoveryPoint = ack.sndNxt;
      else this.#control.cwnd = Math.min(this.#control.cwnd, this.#control.ssthresh);
    }
  }

  /** RFC 5681 3.2, RFC 6675 5, step (4): recovery begins; what is lost goes out as the window lets it. */
  #fastRetransmit(): void {
    if (this.phase !== "congestion window reduced") {
      this.#undo.arm(this.ack.una);
      this.reduction.begin(this.ack);
    }
    this.phase = "recovery";
    this.recoveryPoint = this.ack.sndNxt;
    this.changeReason = "fast-recovery";
  }

  /**
   * A congestion mark was echoed (RFC 3168 6.1.2). Until CWR has arrived every ACK echoes it: one reduction for all. A window of one
   * segment goes on with one in a round trip, as systems have it, where the RFC would wait for the retransmission timer each time.
   */
  #answerEcho(): void {
    this.reduction.begin(this.ack);
    this.#undo.disarm();
    this.phase = "congestion window reduced";
    this.recoveryPoint = this.ack.sndNxt;
    this.changeReason = "ecn-echo";
  }

  /** Ends a phase whose end the acknowledgement reached. Returns whether the window has come down by that. */
  #leavePhase(): boolean {
    if (this.phase === "loss") this.#judgeTimeout();
    if (this.#isCalm || !seqAtOrAfter(this.ack.una, this.recoveryPoint)) return false;
    const { isReducing } = this;
    if (isReducing) {
      this.#control.cwnd = Math.max(this.#control.ssthresh, this.ack.mss);
      this.rack.recoveryEnded();
      this.changeReason = "recovery-ended";
    }
    this.phase = "open";
    this.#forwardRto.end();
    this.#dupAcks.forget();
    return isReducing;
  }

  /** RFC 5682. */
  #judgeTimeout(): void {
    const { ack, scoreboard } = this;
    const { records } = scoreboard;
    const coversResent = scoreboard.isEmpty || (records.marks(records.first) & Mark.everResent) === 0;
    const verdict = this.#forwardRto.ackArrived(ack, this.recoveryPoint, coversResent);
    if (verdict === "spurious") {
      this.#undoReduction();
      this.timeoutWasSpurious = true;
      return;
    }
    if (!ack.selective && this.#control.cwnd < this.#control.ssthresh) ack.discountOriginals();
    if (verdict === "genuine") {
      const most = FORWARD_RTO_WINDOW * ack.mss;
      // Nobody knows how much of what the ACK covers had arrived before: the window does not grow by all of it, but on Linux.
      if (this.#config.recovery.forwardRtoEvidence === "any ACK") {
        this.#control.cwnd = Math.min(this.#control.cwnd, most);
      } else {
        const isCovered = seqAtOrAfter(ack.una, this.recoveryPoint);
        this.#mostAfterTimeout = isCovered ? WINDOW_WHEN_COVERED * ack.mss : most;
      }
    }
  }

  /** Undoes the reduction when the acknowledgement shows that nothing had been lost. Returns whether it did. */
  #undoIfSpurious(): boolean {
    const { ack, scoreboard } = this;
    if (!this.#config.retransmission.undo || !this.#undo.isArmed) return false;
    const byEcho = ack.acknowledgesResent && this.#undo.echoIsOlder(ack.echo);
    // All that looked lost arrived before anything was sent again.
    const byItself = !this.#isCalm && !this.#undo.hasResent && scoreboard.octets.lost === 0;
    if (!byEcho && !byItself && !this.#undo.allResentWereDuplicates) return false;
    this.timeoutWasSpurious = this.phase === "loss";
    this.#undoReduction();
    return true;
  }

  #undoReduction(): void {
    this.scoreboard.forgetLosses();
    this.#undo.disarm();
    // RFC 4015 3.4, step (9): with a congestion mark echoed beside it the reduction stands; only nothing was lost.
    if (!this.ack.echoesMark) {
      this.#control.undo();
      this.reduction.cwrPending = false;
    }
    this.#forwardRto.end();
    this.#dupAcks.forget();
    this.#mustResend = false;
    this.phase = "open";
    this.#isReasonSet = true;
    this.changeReason = "spurious-retransmission";
  }

  /** RFC 8985 7.4: what the acknowledgement of a tail loss probe tells. */
  #checkTailProbe(): void {
    if (!this.tailProbe.repairedLoss(this.ack) || !this.#isCalm) return;
    this.reduction.setThreshold(this.ack);
    this.#control.cwnd = Math.max(this.#control.ssthresh, this.ack.mss);
    this.#isReasonSet = true;
    this.changeReason = "tail-loss-repaired";
  }

  /** RFC 9937. */
  #reduceProportionally(isSafe: boolean): void {
    this.#control.cwnd = this.reduction.windowAfter(this.ack, this.pipe, isSafe, this.phase === "recovery");
  }

  /**
   * RFC 5681 3.1: the window grows when SND.UNA moves, by all that was not acknowledged before: what SACK reported meanwhile
   * counts then. Where reordering is measured it counts at once, when more of it was seen than means loss, and else not at all.
   */
  #mayGrow(): boolean {
    const { ack } = this;
    const { recovery, retransmission } = this.#config;
    if (recovery.reorderingDegree === "measured") {
      return ack.advanced || this.rack.reordering > retransmission.dupThresh;
    }
    if (this.#isCalm) this.#dupAcks.carryOver(ack);
    return ack.advanced;
  }

  #adjustWindow(showedLoss: boolean): void {
    const { ack } = this;
    const control = this.#control;
    if (this.isReducing) {
      if (ack.deliveredOctets === 0) return;
      this.#reduceProportionally(ack.advanced && !showedLoss);
      this.changeReason = "proportional-rate-reduction";
      return;
    }
    if (ack.echoesMark || !this.#mayGrow()) return;
    const { cwnd, ssthresh, isConservative = false } = control;
    const phase = isConservative ? "conservative-slow-start" : "slow-start";
    control.ackReceived(ack);
    const exits = cwnd < ssthresh && control.ssthresh < ssthresh;
    this.changeReason = exits ? "slow-start-exit" : cwnd < ssthresh ? phase : "congestion-avoidance";
  }
}
