/**
 * CUBIC, RFC 9438: in congestion avoidance the window is a cubic function of the time since the last reduction.
 *
 * @module
 */

import { after, elapsed, type Instant, instant, type Micros, toSeconds } from "../base/units.ts";
import type { CongestionControl, CongestionOptions, CongestionSample } from "./control.ts";
import { Window } from "./window.ts";

/** RFC 9438 5: segments per cubed second. */
export const CUBIC_C = 0.4;

/** RFC 9438 4.6: multiplicative decrease. */
export const CUBIC_BETA = 0.7;

/** RFC 9438 4.3: segments per round trip that make a Reno-like window with CUBIC's decrease as fast as Reno. */
export const CUBIC_ALPHA = (3 * (1 - CUBIC_BETA)) / (1 + CUBIC_BETA);

/** RFC 9438 4.3: alpha once the estimate has reached the window before the reduction. */
const RENO_ALPHA = 1;

/** RFC 9438 4.2: the window grows at most by this factor in a round trip. */
const MAX_TARGET_FACTOR = 1.5;

/** RFC 9438 4.7: fast convergence lowers W_max to this part of the window. */
const FAST_CONVERGENCE_FACTOR = (1 + CUBIC_BETA) / 2;

/** The variables of RFC 9438 4.1.2 that belong to a stage of congestion avoidance. Windows are octets. */
class Stage {
  /** W_max; 0: not known (no loss so far, or a timeout). */
  wMax = 0;
  /** Seconds from the start of the stage to W_max. */
  k = 0;
  /** t_epoch, moved on by the time that does not count. */
  epochStart: Instant = instant(0);
  /** Whether the stage began; it does with the first ACK of congestion avoidance. */
  isRunning = false;
  /** Octets of a segment when the stage began: the way to W_max is another in segments of another size. */
  mss = 1;
  /** W_est, the window that Reno would have. */
  wEst = 0;
  /** cwnd_prior; 0 before the first reduction, which makes alpha 1 as the cwnd of then does (RFC 9438 4.10). */
  cwndPrior = 0;

  copyFrom(other: Stage): void {
    this.wMax = other.wMax;
    this.k = other.k;
    this.epochStart = other.epochStart;
    this.isRunning = other.isRunning;
    this.mss = other.mss;
    this.wEst = other.wEst;
    this.cwndPrior = other.cwndPrior;
  }
}

/** The congestion control of RFC 9438, with HyStart++ in slow start when asked for. */
export class Cubic implements CongestionControl {
  readonly name = "cubic";
  readonly #window: Window;
  readonly #stage: Stage = new Stage();
  readonly #stageBefore: Stage = new Stage();
  readonly #fastConvergence: boolean;
  #lastAck: Instant;

  /**
   * Starts in slow start with the initial window. Without fast convergence for paths that no other connection shares
   * (RFC 9438 4.7).
   */
  constructor(options: CongestionOptions, fastConvergence = true) {
    this.#window = new Window(options);
    this.#fastConvergence = fastConvergence;
    this.#lastAck = options.now;
  }

  get cwnd(): number {
    return Math.floor(this.#window.cwnd);
  }

  set cwnd(octets: number) {
    this.#window.cwnd = octets;
  }

  get ssthresh(): number {
    return this.#window.ssthresh;
  }

  get isConservative(): boolean {
    return this.#window.isConservative;
  }

  ackReceived(ack: CongestionSample): void {
    const window = this.#window;
    const octets = window.isSlowStart ? window.slowStart(ack) : ack.deliveredOctets;
    // RFC 9438 5.8: time in which the window was not the limit does not count
    if (!ack.isCwndLimited) this.idle(elapsed(this.#lastAck, ack.now), false);
    else if (!window.isSlowStart) this.#congestionAvoidance(octets, ack);
    this.#lastAck = ack.now;
  }

  lossDetected(loss: CongestionSample): void {
    const stage = this.#stage;
    const { cwnd } = this.#window;
    this.#stageBefore.copyFrom(stage);
    // RFC 9438 4.7
    stage.wMax = this.#fastConvergence && cwnd < stage.wMax ? cwnd * FAST_CONVERGENCE_FACTOR : cwnd;
    stage.cwndPrior = cwnd;
    stage.isRunning = false;
    this.#window.reduce(Math.round(loss.flightSize * CUBIC_BETA), loss.mss);
  }

  /** RFC 9438 4.8: the curve is forgotten. */
  timeout(loss: CongestionSample): void {
    this.lossDetected(loss);
    this.#stage.wMax = 0;
  }

  /** RFC 9438 4.9: the curve goes on where it was. */
  undo(): void {
    if (this.#window.undo()) this.#stage.copyFrom(this.#stageBefore);
  }

  idle(span: Micros, isLong: boolean): void {
    this.#lastAck = after(this.#lastAck, span);
    if (this.#stage.isRunning) this.#stage.epochStart = after(this.#stage.epochStart, span);
    if (!isLong) return;
    this.#window.restart();
    this.#stage.isRunning = false;
  }

  #congestionAvoidance(octets: number, ack: CongestionSample): void {
    const stage = this.#stage;
    const window = this.#window;
    if (!stage.isRunning || stage.mss !== ack.mss) this.#beginStage(ack);
    const { cwnd } = window;
    const share = Math.min(1, octets / cwnd);
    // RFC 9438 4.3 (4)
    stage.wEst += (stage.wEst >= stage.cwndPrior ? RENO_ALPHA : CUBIC_ALPHA) * ack.mss * share;
    const t = toSeconds(elapsed(stage.epochStart, ack.now));
    if (this.#wCubic(t) < stage.wEst) {
      // RFC 9438 4.3, Reno-friendly region
      window.cwnd = Math.max(cwnd, stage.wEst);
      return;
    }
    // RFC 9438 4.2, 4.4, 4.5: the way to the target is taken in the octets of one round trip, however many ACKs they have
    const wNext = this.#wCubic(t + toSeconds(ack.srtt));
    const target = Math.min(Math.max(wNext, cwnd), MAX_TARGET_FACTOR * cwnd);
    window.cwnd = cwnd + (target - cwnd) * share;
  }

  #beginStage({ now, mss }: CongestionSample): void {
    const stage = this.#stage;
    const { cwnd } = this.#window;
    stage.mss = mss;
    if (cwnd >= stage.wMax) {
      // RFC 9438 4.8, 4.10, and a window that is past W_max already
      stage.wMax = cwnd;
      stage.k = 0;
    } else {
      stage.k = Math.cbrt((stage.wMax - cwnd) / mss / CUBIC_C);
    }
    stage.wEst = cwnd;
    stage.epochStart = now;
    stage.isRunning = true;
  }

  /** RFC 9438 4.2 (1), in octets; `t` in seconds. */
  #wCubic(t: number): number {
    const stage = this.#stage;
    const fromK = t - stage.k;
    return stage.wMax + CUBIC_C * fromK * fromK * fromK * stage.mss;
  }
}
