/**
 * CUBIC, RFC 9438: in congestion avoidance the window is a cubic function of the time since the last reduction.
 *
 * @module
 */

import { after, elapsed, type Instant, instant, type Micros, toSeconds } from "../base/units.ts";
import type { AckSample, CongestionControl, CongestionOptions } from "./control.ts";
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
  /** W_max; 0: not known (no loss so far, or a time-out). */
  wMax = 0;
  /** Seconds from the start of the stage to W_max. */
  k = 0;
  /** t_epoch, moved on by the time that does not count. */
  epochStart: Instant = instant(0);
  /** Whether the stage began; it does with the first ACK of congestion avoidance. */
  isRunning = false;
  /** W_est, the window that Reno would have. */
  wEst = 0;
  /** cwnd_prior; 0 before the first reduction, which makes alpha 1 as the cwnd of then does (RFC 9438 4.10). */
  cwndPrior = 0;

  copyFrom(other: Stage): void {
    this.wMax = other.wMax;
    this.k = other.k;
    this.epochStart = other.epochStart;
    this.isRunning = other.isRunning;
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
    return Math.floor(this.#window.octets);
  }

  get ssthresh(): number {
    return this.#window.threshold;
  }

  acknowledged(sample: AckSample): void {
    const window = this.#window;
    if (sample.ackedOctets > 0) window.advanced();
    const octets = window.isSlowStart ? window.slowStart(sample) : sample.deliveredOctets;
    // RFC 9438 5.8: time in which the window was not the limit does not count
    if (!sample.isWindowLimited) this.idled(elapsed(this.#lastAck, sample.now));
    else if (!window.isSlowStart) this.#avoidCongestion(octets, sample);
    this.#lastAck = sample.now;
  }

  reduce(flightSize: number, _now: Instant): number {
    const stage = this.#stage;
    const cwnd = this.#window.octets;
    this.#stageBefore.copyFrom(stage);
    // RFC 9438 4.7
    stage.wMax = this.#fastConvergence && cwnd < stage.wMax ? cwnd * FAST_CONVERGENCE_FACTOR : cwnd;
    stage.cwndPrior = cwnd;
    stage.isRunning = false;
    return this.#window.reduce(Math.round(flightSize * CUBIC_BETA));
  }

  timedOut(flightSize: number, _now: Instant): void {
    const stage = this.#stage;
    const cwnd = this.#window.octets;
    // RFC 9438 4.8
    if (!this.#window.timedOut(Math.round(flightSize * CUBIC_BETA))) return;
    this.#stageBefore.copyFrom(stage);
    stage.wMax = 0;
    stage.cwndPrior = cwnd;
    stage.isRunning = false;
  }

  setWindow(octets: number): void {
    this.#window.set(octets);
  }

  recoveryEnded(_now: Instant): void {
    this.#window.advanced();
  }

  /** RFC 9438 4.9: the curve goes on where it was. */
  undo(): void {
    if (this.#window.undo()) this.#stage.copyFrom(this.#stageBefore);
  }

  idled(span: Micros): void {
    this.#lastAck = after(this.#lastAck, span);
    if (this.#stage.isRunning) this.#stage.epochStart = after(this.#stage.epochStart, span);
  }

  restartAfterIdle(idle: Micros, rto: Micros): void {
    if (this.#window.restartAfterIdle(idle, rto)) this.#stage.isRunning = false;
  }

  /** W_max stays in octets; the way to it is another in segments, so the stage begins again. */
  mssChanged(mss: number): void {
    this.#window.mssChanged(mss);
    this.#stage.isRunning = false;
  }

  #avoidCongestion(octets: number, sample: AckSample): void {
    const stage = this.#stage;
    const window = this.#window;
    if (!stage.isRunning) this.#beginStage(sample.now);
    const cwnd = window.octets;
    const share = Math.min(1, octets / cwnd);
    // RFC 9438 4.3 (4)
    stage.wEst += (stage.wEst >= stage.cwndPrior ? RENO_ALPHA : CUBIC_ALPHA) * window.mss * share;
    const t = toSeconds(elapsed(stage.epochStart, sample.now));
    if (this.#wCubic(t) < stage.wEst) {
      // RFC 9438 4.3, Reno-friendly region
      window.octets = Math.max(cwnd, stage.wEst);
      return;
    }
    // RFC 9438 4.2, 4.4, 4.5: the way to the target is taken in the octets of one round trip, however many ACKs they have
    const wNext = this.#wCubic(t + toSeconds(sample.smoothedRtt));
    const target = Math.min(Math.max(wNext, cwnd), MAX_TARGET_FACTOR * cwnd);
    window.octets = cwnd + (target - cwnd) * share;
  }

  #beginStage(now: Instant): void {
    const stage = this.#stage;
    const cwnd = this.#window.octets;
    if (cwnd >= stage.wMax) {
      // RFC 9438 4.8, 4.10, and a window that is past W_max already
      stage.wMax = cwnd;
      stage.k = 0;
    } else {
      stage.k = Math.cbrt((stage.wMax - cwnd) / this.#window.mss / CUBIC_C);
    }
    stage.wEst = cwnd;
    stage.epochStart = now;
    stage.isRunning = true;
  }

  /** RFC 9438 4.2 (1), in octets; `t` in seconds. */
  #wCubic(t: number): number {
    const stage = this.#stage;
    const fromK = t - stage.k;
    return stage.wMax + CUBIC_C * fromK * fromK * fromK * this.#window.mss;
  }
}
