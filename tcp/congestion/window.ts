/**
 * What Reno and CUBIC have in common: window and threshold, slow start, reductions, idling and undo (RFC 5681).
 *
 * @module
 */

import type { CongestionOptions, CongestionSample } from "./control.ts";
import { DelayExit, HyStart } from "./hystart.ts";

/** RFC 5681 3.1: least threshold, in segments. */
const MIN_SSTHRESH_SEGMENTS = 2;

/** RFC 6928 2: octets that an initial window may have whatever the segment size is, for a window of 10 segments. */
const INITIAL_WINDOW_SEGMENT = 1_460;

/** RFC 6928 2: segments that an initial window always has room for. */
const INITIAL_WINDOW_LEAST_SEGMENTS = 2;

/** RFC 2861 3: after idling the threshold remembers this part of the window. */
const REMEMBERED_WINDOW = 3 / 4;

/** Segments of the window from which {@link DelayExit} looks at delay. */
const LOW_WINDOW_SEGMENTS = 16;

/** RFC 6928 2, for any number of segments: they count as 1460 octets where a segment is longer, but two always fit. */
export function initialCwnd(mss: number, segments: number): number {
  return Math.min(
    segments * mss,
    Math.max(INITIAL_WINDOW_LEAST_SEGMENTS * mss, segments * INITIAL_WINDOW_SEGMENT),
  );
}

/** Window and threshold of a loss-based congestion control, in octets. */
export class Window {
  /** The window; may have a fraction, so that growth by less than an octet adds up. */
  cwnd: number;
  /** Infinity until the first reduction. */
  ssthresh = Infinity;
  readonly #initialCwnd: number;
  readonly #hystart: HyStart | DelayExit | null;
  /** Window and threshold before the last reduction; 0: there was none, or it is undone. */
  #cwndBefore = 0;
  #ssthreshBefore = 0;

  /** The initial window. */
  constructor({ mss, initialCwnd, hystart, slowStartExit }: CongestionOptions) {
    this.#initialCwnd = initialCwnd;
    this.cwnd = initialCwnd;
    const atOnce = slowStartExit === "at once";
    this.#hystart = !hystart ? null : atOnce ? new DelayExit(LOW_WINDOW_SEGMENTS * mss) : new HyStart();
  }

  /** RFC 5681 3.1 leaves it open when both are equal; after a recovery they are, and congestion avoidance follows. */
  get isSlowStart(): boolean {
    return this.cwnd < this.ssthresh;
  }

  /** Whether this is the conservative slow start of RFC 9406 4.2. */
  get isConservative(): boolean {
    return this.ssthresh === Infinity && this.#hystart !== null && this.#hystart.isConservative;
  }

  /**
   * Slow start: the window grows by what was delivered, up to the threshold. Returns what is left of the delivered octets
   * for congestion avoidance.
   *
   * RFC 3465 2.2 and 2.3 cap the growth per ACK at L = 2 segments, which is what one ACK stands for when every second segment is
   * acknowledged. A receiver that merges segments (GRO) acknowledges dozens at once; counting such an ACK as the ACKs that
   * it replaces, the cap is L·SMSS·ceil(delivered / 2 SMSS), which is never less than what was delivered. L = 1 after a
   * timeout (RFC 3465 2.3) guards against ACKs for data that arrived long ago: delivered octets do not count those, where SACK tells
   * of them; without it the recovery takes them off.
   */
  slowStart(ack: CongestionSample): number {
    let growth = ack.deliveredOctets;
    // RFC 9406 4.3: only in the first slow start, while the threshold is not known
    const hystart = this.ssthresh === Infinity ? this.#hystart : null;
    if (hystart !== null) growth = hystart.ackReceived(ack, this.cwnd);
    if (!ack.isCwndLimited) return 0;
    const taken = Math.min(growth, this.ssthresh - this.cwnd);
    this.cwnd += taken;
    if (hystart !== null && hystart.isOver) this.ssthresh = this.cwnd;
    return growth - taken;
  }

  /** Lowers the threshold to the given octets, to two segments at least. */
  reduce(ssthresh: number, mss: number): void {
    this.#cwndBefore = this.cwnd;
    this.#ssthreshBefore = this.ssthresh;
    this.ssthresh = Math.max(Math.floor(ssthresh), MIN_SSTHRESH_SEGMENTS * mss);
  }

  /**
   * Undoes the last reduction. Returns false, and changes nothing, when there is none to undo or the window has grown past
   * where it was since (RFC 9438 4.9.2). The whole window is given back at once, as Linux does it; RFC 4015 3.4 gives back what is
   * in flight and an initial window, so that nothing bursts out, and lets slow start do the rest.
   */
  undo(): boolean {
    const isTooLate = this.cwnd > this.#cwndBefore;
    if (!isTooLate) {
      this.cwnd = this.#cwndBefore;
      this.ssthresh = Math.max(this.ssthresh, this.#ssthreshBefore);
    }
    this.#cwndBefore = 0;
    return !isTooLate;
  }

  /**
   * RFC 5681 4.1 and RFC 2861 3.1: at most the initial window, and slow start leads back to near where it was. Also when something
   * was lost in such a flight before, after which RFC 6928 2 would have four segments at most.
   */
  restart(): void {
    this.ssthresh = Math.max(this.ssthresh, Math.floor(REMEMBERED_WINDOW * this.cwnd));
    this.cwnd = Math.min(this.cwnd, this.#initialCwnd);
  }
}
