/**
 * CUBIC in whole segments with a clock of milliseconds, and the older HyStart, as Linux has them. RFC 9438 describes the
 * same curve; the differences are in the rounding, in bounds on the growth, and in when slow start ends.
 *
 * @module
 */

import { seqAfter, type SeqNumber } from "../base/seq.ts";
import { type Instant, micros, milliseconds, seconds } from "../base/units.ts";
import { MIN_THRESHOLD_SEGMENTS } from "./control.ts";
import type { RoundTripNews, SegmentGrowth } from "./segment_control.ts";

/** Multiplicative decrease: 717/1024, about the 0.7 of RFC 9438 4.6. */
const BETA_NUMERATOR = 717;
const BETA_DENOMINATOR = 1_024;

/** C of RFC 9438 5 as 410/1024, and the unit of time of the curve: 1/1024 s. */
const C_NUMERATOR = 410;
const TICKS_PER_SECOND = 1_024;

/** Eighths of a window delivered for each segment that Reno, with this decrease, would grow by. */
const RENO_EIGHTHS = 15;

/** Before any loss is known the window grows by 1 in 20 at least; on the plateau by 1 in 100 windows. */
const MOST_DELIVERIES_WITHOUT_LOSS = 20;
const PLATEAU_WINDOWS = 100;

/** RFC 9438 4.4: half again as large in a round trip at most. */
const LEAST_DELIVERIES = 2;

/** The curve is looked up again after this long at an unchanged window. */
const RECOMPUTE_MS = 31;

/** No round-trip time counts so soon after a reduction. */
const UNTRUSTED_AFTER_REDUCTION_MS = 1_000;

/** HyStart: from this window on. */
const HYSTART_LEAST_SEGMENTS = 16;
/** ACKs closer together than this belong to one train. */
const TRAIN_GAP = milliseconds(2);
/** Samples in a round before its delay is judged. */
const ROUND_SAMPLES = 8;
const LEAST_GROWTH = milliseconds(4);
const MOST_GROWTH = milliseconds(16);
/** What a device that merges segments may hold ACKs back by. */
const MOST_BATCH_DELAY = milliseconds(1);
const BATCH_OCTETS = 4 * 65_536;
/** Pacing that the batch delay is reckoned with: twice the window in a round trip. */
const PACING_FACTOR = 2;

/** The rounds of slow start: ends it by the length of an ACK train or by growing delay. */
class AckTrains {
  #isFound = false;
  #roundEnd: SeqNumber | null = null;
  #roundStart = 0;
  #lastAck = 0;
  #samples = 0;
  #leastRtt = Infinity;

  /** Returns whether slow start should end. */
  look(news: RoundTripNews, leastRtt: number, segments: number, mss: number): boolean {
    if (this.#isFound) return false;
    if (this.#roundEnd === null || seqAfter(news.una, this.#roundEnd)) this.#beginRound(news);
    if (news.now - this.#lastAck <= TRAIN_GAP) {
      this.#lastAck = news.now;
      const limit = (leastRtt + batchDelay(news, segments, mss)) / 2;
      if (news.now - this.#roundStart > limit) this.#isFound = true;
    }
    this.#leastRtt = Math.min(this.#leastRtt, news.rtt);
    if (this.#samples < ROUND_SAMPLES) this.#samples++;
    else if (this.#leastRtt > leastRtt + Math.min(Math.max(leastRtt / 8, LEAST_GROWTH), MOST_GROWTH)) {
      this.#isFound = true;
    }
    return this.#isFound;
  }

  /** Forgets everything: a time-out begins a new slow start. */
  reset(): void {
    this.#isFound = false;
    this.#roundEnd = null;
  }

  #beginRound(news: RoundTripNews): void {
    this.#roundEnd = news.sndNxt;
    this.#roundStart = news.now;
    this.#lastAck = news.now;
    this.#samples = 0;
    this.#leastRtt = Infinity;
  }
}

function batchDelay(news: RoundTripNews, segments: number, mss: number): number {
  if (news.smoothedRtt === 0) return 0;
  const rate = PACING_FACTOR * segments * mss / news.smoothedRtt;
  return Math.min(MOST_BATCH_DELAY, BATCH_OCTETS / rate);
}

function wholeMilliseconds(now: Instant): number {
  return Math.floor(now / milliseconds(1));
}

/** The growth of a CUBIC window in segments. */
export class SegmentCubic implements SegmentGrowth {
  readonly name = "cubic";
  readonly #trains: AckTrains | null;
  /** W_max, 0: none known. */
  #windowMax = 0;
  /** K in ticks, and where the curve is flat. */
  #k = 0;
  #origin = 0;
  /** Start of the stage in milliseconds; -1: none runs. */
  #epoch = -1;
  #lastWindow = 0;
  #lastLookedUp = -1;
  #deliveriesPerGrowth = 0;
  /** W_est and the deliveries that it has not grown by yet. */
  #renoWindow = 0;
  #renoDeliveries = 0;
  /** The least round-trip time; 0: none. */
  #leastRtt = micros(0);

  constructor(hystart: boolean) {
    this.#trains = hystart ? new AckTrains() : null;
  }

  thresholdAfterLoss(segments: number): number {
    this.#epoch = -1;
    // RFC 9438 4.7
    this.#windowMax = segments < this.#windowMax
      ? Math.floor(segments * (BETA_DENOMINATOR + BETA_NUMERATOR) / (2 * BETA_DENOMINATOR))
      : segments;
    return Math.max(Math.floor(segments * BETA_NUMERATOR / BETA_DENOMINATOR), MIN_THRESHOLD_SEGMENTS);
  }

  timedOut(): void {
    this.#windowMax = 0;
    this.#k = 0;
    this.#origin = 0;
    this.#epoch = -1;
    this.#lastWindow = 0;
    this.#lastLookedUp = 0;
    this.#leastRtt = micros(0);
    this.#renoWindow = 0;
    this.#renoDeliveries = 0;
    this.#trains?.reset();
  }

  deliveriesPerGrowth(segments: number, delivered: number, now: Instant): number {
    const at = wholeMilliseconds(now);
    this.#renoDeliveries += delivered;
    if (this.#lastWindow === segments && at - this.#lastLookedUp <= RECOMPUTE_MS) {
      return this.#deliveriesPerGrowth;
    }
    if (this.#epoch < 0 || at !== this.#lastLookedUp) this.#lookUp(segments, delivered, at);
    this.#boundByReno(segments);
    this.#deliveriesPerGrowth = Math.max(this.#deliveriesPerGrowth, LEAST_DELIVERIES);
    return this.#deliveriesPerGrowth;
  }

  measured(news: RoundTripNews, segments: number, isSlowStart: boolean, mss: number): boolean {
    if (news.rtt === 0) return false;
    if (this.#epoch >= 0 && wholeMilliseconds(news.now) - this.#epoch < UNTRUSTED_AFTER_REDUCTION_MS) {
      return false;
    }
    if (this.#leastRtt === 0 || news.rtt < this.#leastRtt) this.#leastRtt = news.rtt;
    if (!isSlowStart || segments < HYSTART_LEAST_SEGMENTS) return false;
    return this.#trains?.look(news, this.#leastRtt, segments, mss) ?? false;
  }

  /** RFC 9438 5.8: time without anything in the network does not count. */
  transmissionBegan(lastSentAt: Instant, now: Instant): void {
    if (this.#epoch < 0 || lastSentAt < 0) return;
    const idle = wholeMilliseconds(now) - wholeMilliseconds(lastSentAt);
    this.#epoch = Math.min(this.#epoch + idle, wholeMilliseconds(now));
  }

  /** RFC 9438 4.2: the segments to deliver for each one of growth, by how far the curve is above the window. */
  #lookUp(segments: number, delivered: number, at: number): void {
    this.#lastWindow = segments;
    this.#lastLookedUp = at;
    if (this.#epoch < 0) this.#beginStage(segments, delivered, at);
    const span = at - this.#epoch + Math.ceil(this.#leastRtt / milliseconds(1));
    const ticks = Math.floor(span * TICKS_PER_SECOND / (seconds(1) / milliseconds(1)));
    const distance = Math.abs(ticks - this.#k);
    const change = Math.floor(C_NUMERATOR / 1_024 * (distance / TICKS_PER_SECOND) ** 3);
    const target = ticks < this.#k ? this.#origin - change : this.#origin + change;
    this.#deliveriesPerGrowth = target > segments
      ? Math.floor(segments / (target - segments))
      : PLATEAU_WINDOWS * segments;
    if (this.#windowMax === 0) {
      this.#deliveriesPerGrowth = Math.min(this.#deliveriesPerGrowth, MOST_DELIVERIES_WITHOUT_LOSS);
    }
  }

  #beginStage(segments: number, delivered: number, at: number): void {
    this.#epoch = at;
    this.#renoDeliveries = delivered;
    this.#renoWindow = segments;
    if (this.#windowMax <= segments) {
      this.#k = 0;
      this.#origin = segments;
      return;
    }
    this.#k = Math.floor(
      Math.cbrt((this.#windowMax - segments) * 1_024 / C_NUMERATOR) * TICKS_PER_SECOND,
    );
    this.#origin = this.#windowMax;
  }

  /** RFC 9438 4.3. */
  #boundByReno(segments: number): void {
    const perSegment = Math.floor(segments * RENO_EIGHTHS / 8);
    while (this.#renoDeliveries > perSegment) {
      this.#renoDeliveries -= perSegment;
      this.#renoWindow++;
    }
    const behind = this.#renoWindow - segments;
    if (behind > 0) {
      this.#deliveriesPerGrowth = Math.min(this.#deliveriesPerGrowth, Math.floor(segments / behind));
    }
  }
}
