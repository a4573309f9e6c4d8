/**
 * What Reno and CUBIC have in common: the window, the threshold, slow start, time-outs, idling and undo (RFC 5681).
 *
 * @module
 */

import type { Micros } from "../base/units.ts";
import {
  type AckSample,
  type CongestionOptions,
  initialWindow,
  MIN_THRESHOLD_SEGMENTS,
  thresholdAfterIdle,
} from "./control.ts";
import { DelayExit, HyStart } from "./hystart.ts";

/** Segments of the window from which {@link DelayExit} looks at delay. */
const LOW_WINDOW_SEGMENTS = 16;

/** Window and threshold of a loss-based congestion control, in octets. */
export class Window {
  /** The window; may have a fraction, so that growth by less than an octet adds up. */
  octets: number;
  /** Infinity until the first reduction. */
  threshold = Infinity;
  mss: number;
  readonly #initialSegments: number;
  readonly #hystart: HyStart | DelayExit | null;
  /** Window and threshold before the last reduction; 0: there was none, or it is taken back. */
  #octetsBefore = 0;
  #thresholdBefore = 0;
  /** Whether the retransmission timer fired and nothing has been acknowledged since. */
  #hasTimedOut = false;

  /** The initial window. */
  constructor({ mss, initialWindowSegments, hystart, slowStartExit }: CongestionOptions) {
    this.mss = mss;
    this.#initialSegments = initialWindowSegments;
    this.#hystart = !hystart
      ? null
      : slowStartExit === "at once"
      ? new DelayExit(LOW_WINDOW_SEGMENTS * mss)
      : new HyStart();
    this.octets = initialWindow(mss, initialWindowSegments);
  }

  /** RFC 5681 3.1 leaves it open when both are equal; after a recovery they are, and congestion avoidance follows. */
  get isSlowStart(): boolean {
    return this.octets < this.threshold;
  }

  /**
   * Slow start: the window grows by what was delivered, up to the threshold. Returns what is left of the delivered octets
   * for congestion avoidance.
   *
   * RFC 3465 2.1 caps the growth per ACK at L = 2 segments, which is what one ACK stands for when every second segment is
   * acknowledged. A receiver that merges segments (GRO) acknowledges dozens at once; counting such an ACK as the ACKs that
   * it replaces, the cap is L·SMSS·ceil(delivered / 2 SMSS), which is never less than what was delivered. L = 1 after a
   * time-out (RFC 3465 2.3) guards against ACKs for data that arrived long ago; delivered octets do not count those.
   */
  slowStart(sample: AckSample): number {
    let growth = sample.deliveredOctets;
    // RFC 9406 4.1: only in the first slow start, while the threshold is not known
    const hystart = this.threshold === Infinity ? this.#hystart : null;
    if (hystart !== null) growth = hystart.acknowledged(sample, this.octets);
    if (!sample.isWindowLimited) return 0;
    const taken = Math.min(growth, this.threshold - this.octets);
    this.octets += taken;
    if (hystart !== null && hystart.isOver) this.threshold = this.octets;
    return growth - taken;
  }

  /** Lowers the threshold to the given octets, to two segments at least. Returns it. */
  reduce(threshold: number): number {
    this.#remember();
    this.threshold = Math.max(Math.floor(threshold), MIN_THRESHOLD_SEGMENTS * this.mss);
    return this.threshold;
  }

  /** Time-out: the loss window of one segment. Returns whether the threshold was lowered, as only the first one does. */
  timedOut(threshold: number): boolean {
    const isFirst = !this.#hasTimedOut;
    if (isFirst) this.reduce(threshold);
    this.#hasTimedOut = true;
    this.octets = this.mss;
    return isFirst;
  }

  /** Something was acknowledged: a time-out from now on is for other data, and lowers the threshold again. */
  advanced(): void {
    this.#hasTimedOut = false;
  }

  /** Sets the window, to one segment at least. */
  set(octets: number): void {
    this.octets = Math.max(octets, this.mss);
  }

  /**
   * Takes the last reduction back. Returns false, and changes nothing, when there is none to take back or the window has
   * grown past where it was since (RFC 9438 4.9.2).
   */
  undo(): boolean {
    const isTooLate = this.octets > this.#octetsBefore;
    if (!isTooLate) {
      this.octets = this.#octetsBefore;
      this.threshold = Math.max(this.threshold, this.#thresholdBefore);
    }
    this.#octetsBefore = 0;
    this.#hasTimedOut = false;
    return !isTooLate;
  }

  /** RFC 5681 4.1: at most the initial window after idling for more than an RTO. Returns whether it was so long. */
  restartAfterIdle(idle: Micros, rto: Micros): boolean {
    if (idle <= rto) return false;
    this.threshold = thresholdAfterIdle(this.octets, this.threshold);
    this.octets = Math.min(this.octets, initialWindow(this.mss, this.#initialSegments));
    return true;
  }

  /** The window stays the same in octets, but never under one segment. */
  mssChanged(mss: number): void {
    this.mss = mss;
    this.set(this.octets);
  }

  #remember(): void {
    this.#octetsBefore = this.octets;
    this.#thresholdBefore = this.threshold;
  }
}
