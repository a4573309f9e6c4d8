/**
 * Windows counted in whole segments, as Linux does it: slow start and congestion avoidance add segments, a reduction is a
 * part of the window (not of what is in flight), and what is left over is kept as credit.
 *
 * @module
 */

import type { CongestionControlName } from "../config/config.ts";
import type { SeqNumber } from "../base/seq.ts";
import type { Instant, Micros } from "../base/units.ts";
import {
  type AckSample,
  type CongestionControl,
  type CongestionOptions,
  MIN_THRESHOLD_SEGMENTS,
  thresholdAfterIdle,
} from "./control.ts";

/** What one acknowledgement tells about the round trip. One reused record. */
export interface RoundTripNews {
  /** The newest round-trip time measured; 0: none. */
  rtt: Micros;
  una: SeqNumber;
  sndNxt: SeqNumber;
  /** SRTT; 0: none. */
  smoothedRtt: Micros;
  now: Instant;
}

/** What tells one congestion control from another, when windows are counted in segments. */
export interface SegmentGrowth {
  readonly name: CongestionControlName;
  /** The threshold after loss or a mark at a window of `segments`. */
  thresholdAfterLoss(segments: number): number;
  /** The retransmission timer fired. */
  timedOut(): void;
  /** Segments that must be delivered for each one that the window of `segments` grows by, `delivered` of them just now. */
  deliveriesPerGrowth(segments: number, delivered: number, now: Instant): number;
  /** Learns from a round-trip time. Returns whether slow start should end here. */
  measured(news: RoundTripNews, segments: number, isSlowStart: boolean, mss: number): boolean;
  /** Sending begins again with nothing in the network; text was last sent at `lastSentAt`. */
  transmissionBegan(lastSentAt: Instant, now: Instant): void;
}

/** Window and threshold of a connection, in segments; octets to those who ask as of any congestion control. */
export class SegmentControl implements CongestionControl {
  /** The congestion window. */
  segments: number;
  /** The slow-start threshold; Infinity until the first reduction. */
  threshold = Infinity;
  /** Deliveries not yet turned into growth. */
  credit = 0;
  /** The window when the present reduction began. */
  windowBefore = 0;
  readonly #growth: SegmentGrowth;
  readonly #initialSegments: number;
  #mss: number;

  /** Starts in slow start with the initial window. */
  constructor(growth: SegmentGrowth, options: CongestionOptions) {
    this.#growth = growth;
    this.#mss = options.mss;
    this.#initialSegments = options.initialWindowSegments;
    this.segments = options.initialWindowSegments;
  }

  get name(): CongestionControlName {
    return this.#growth.name;
  }

  get cwnd(): number {
    return this.segments * this.#mss;
  }

  get ssthresh(): number {
    return this.threshold * this.#mss;
  }

  get isSlowStart(): boolean {
    return this.segments < this.threshold;
  }

  /** `delivered` segments left the network while the window was the limit. */
  grow(delivered: number, now: Instant): void {
    let rest = delivered;
    if (this.isSlowStart) {
      const grown = Math.min(this.segments + rest, this.threshold);
      rest -= grown - this.segments;
      this.segments = grown;
      if (rest === 0) return;
    }
    const needed = this.#growth.deliveriesPerGrowth(this.segments, rest, now);
    if (this.credit >= needed) {
      this.credit = 0;
      this.segments++;
    }
    this.credit += rest;
    if (this.credit >= needed) {
      const more = Math.floor(this.credit / needed);
      this.credit -= more * needed;
      this.segments += more;
    }
  }

  /** Learns from a round-trip time; may end slow start. */
  measured(news: RoundTripNews): void {
    if (this.#growth.measured(news, this.segments, this.isSlowStart, this.#mss)) {
      this.threshold = this.segments;
    }
  }

  /** Sending begins again with nothing in the network. */
  transmissionBegan(lastSentAt: Instant, now: Instant): void {
    this.#growth.transmissionBegan(lastSentAt, now);
  }

  /** Lowers the threshold for loss or a mark; the window is led there by whoever called. */
  lowerThreshold(): void {
    this.windowBefore = this.segments;
    this.threshold = this.#growth.thresholdAfterLoss(this.segments);
  }

  /** The retransmission timer fired, after {@link lowerThreshold} where that was due. */
  lossBegan(): void {
    this.#growth.timedOut();
  }

  /** What the threshold would have to be to lead back to the window as it is. */
  rememberedThreshold(isReducing: boolean): number {
    return isReducing ? this.threshold : thresholdAfterIdle(this.segments, this.threshold);
  }

  /** Takes a reduction back. `threshold`: what it was before. */
  restore(threshold: number): void {
    this.segments = Math.max(this.segments, this.windowBefore);
    this.threshold = Math.max(this.threshold, threshold);
  }

  acknowledged(sample: AckSample): void {
    if (sample.isWindowLimited) this.grow(Math.ceil(sample.deliveredOctets / this.#mss), sample.now);
  }

  reduce(_flightSize: number, _now: Instant): number {
    this.lowerThreshold();
    return this.ssthresh;
  }

  timedOut(_flightSize: number, _now: Instant): void {
    this.lowerThreshold();
    this.segments = 1;
    this.lossBegan();
  }

  setWindow(octets: number): void {
    this.segments = Math.max(1, Math.floor(octets / this.#mss));
  }

  recoveryEnded(_now: Instant): void {
    // Nothing is remembered from one recovery to the next.
  }

  undo(): void {
    this.restore(Infinity);
  }

  idled(_span: Micros): void {
    // Idle time is told by transmissionBegan.
  }

  /** RFC 5681 4.1, gradually: the window is halved for each RTO that was idled away. */
  restartAfterIdle(idle: Micros, rto: Micros): void {
    this.threshold = Math.max(
      this.threshold,
      Math.floor(thresholdAfterIdle(this.segments, MIN_THRESHOLD_SEGMENTS)),
    );
    const least = Math.min(this.#initialSegments, this.segments);
    for (let left = idle - rto; left > 0 && this.segments > least; left -= rto) {
      this.segments = Math.floor(this.segments / 2);
    }
    this.segments = Math.max(this.segments, least);
  }

  mssChanged(mss: number): void {
    this.#mss = mss;
  }
}

/** Reno in segments: half the window after loss, one segment more for each window delivered (RFC 5681 3.1). */
export class SegmentReno implements SegmentGrowth {
  readonly name = "reno";

  thresholdAfterLoss(segments: number): number {
    return Math.max(Math.floor(segments / 2), MIN_THRESHOLD_SEGMENTS);
  }

  timedOut(): void {}

  deliveriesPerGrowth(segments: number): number {
    return segments;
  }

  measured(): boolean {
    return false;
  }

  transmissionBegan(): void {}
}
