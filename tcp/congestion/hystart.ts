/**
 * HyStart++, RFC 9406: leaves slow start when the round-trip time begins to grow, before packets are lost.
 *
 * @module
 */

import { seqAfter, seqAtOrAfter, type SeqNumber } from "../base/seq.ts";
import { type Micros, micros, milliseconds } from "../base/units.ts";
import type { CongestionSample } from "./control.ts";

/** RFC 9406 4.3: bounds of the growth that counts, and the part of the round-trip time that it is otherwise. */
const MIN_RTT_THRESH = milliseconds(4);
const MAX_RTT_THRESH = milliseconds(16);
const MIN_RTT_DIVISOR = 8;

/** RFC 9406 4.3: samples that a round needs to be judged. */
const N_RTT_SAMPLE = 8;

/** RFC 9406 4.3: how much slower the window grows in conservative slow start. */
const CSS_GROWTH_DIVISOR = 4;

/** RFC 9406 4.3: rounds of conservative slow start before congestion avoidance. */
const CSS_ROUNDS = 5;

/** A round-trip time that no sample reached. */
const NOT_MEASURED = micros(Infinity);

/** RttThresh of RFC 9406 4.2. */
function growthThatCounts(rtt: Micros): number {
  return Math.max(MIN_RTT_THRESH, Math.min(rtt / MIN_RTT_DIVISOR, MAX_RTT_THRESH));
}

/** Watches the rounds of the first slow start. */
export class HyStart {
  /** Round-trip minima of this round and the one before. */
  #currentRoundMinRtt: Micros = NOT_MEASURED;
  #lastRoundMinRtt: Micros = NOT_MEASURED;
  #rttSamples = 0;
  /** The round ends when SND.UNA reaches this; null before the first. */
  #windowEnd: SeqNumber | null = null;
  /** The minimum that conservative slow start began with; NOT_MEASURED outside of it. */
  #cssBaselineMinRtt: Micros = NOT_MEASURED;
  #cssRounds = 0;
  #isOver = false;

  /** Whether slow start grows slowly, to see whether the growth of the round-trip time was real. */
  get isConservative(): boolean {
    return this.#cssBaselineMinRtt !== NOT_MEASURED;
  }

  /** Whether slow start has found its end: the threshold is the window as it is. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /**
   * Takes one ACK of slow start. Returns by how much it may grow the window; L of RFC 9406 4.2 is not applied, see
   * `window.ts`.
   */
  ackReceived(ack: CongestionSample): number {
    // What is in flight when the first ACK comes is the first round.
    this.#windowEnd ??= ack.sndNxt;
    const growth = this.isConservative
      ? Math.floor(ack.deliveredOctets / CSS_GROWTH_DIVISOR)
      : ack.deliveredOctets;
    if (ack.rtt > 0) {
      this.#currentRoundMinRtt = micros(Math.min(this.#currentRoundMinRtt, ack.rtt));
      this.#rttSamples++;
      if (this.#rttSamples >= N_RTT_SAMPLE) this.#judgeRound();
    }
    if (seqAtOrAfter(ack.una, this.#windowEnd)) this.#endRound(ack.sndNxt);
    return growth;
  }

  #judgeRound(): void {
    if (this.isConservative) {
      // RFC 9406 4.2: the growth was noise
      if (this.#currentRoundMinRtt < this.#cssBaselineMinRtt) {
        this.#cssBaselineMinRtt = NOT_MEASURED;
        this.#cssRounds = 0;
      }
      return;
    }
    // No growth is seen while the last round has no minimum: nothing is as large as NOT_MEASURED.
    if (this.#currentRoundMinRtt >= this.#lastRoundMinRtt + growthThatCounts(this.#lastRoundMinRtt)) {
      this.#cssBaselineMinRtt = this.#currentRoundMinRtt;
    }
  }

  /** The round in which conservative slow start began counts as its first. */
  #endRound(sndNxt: SeqNumber): void {
    if (this.isConservative) {
      this.#cssRounds++;
      if (this.#cssRounds >= CSS_ROUNDS) this.#isOver = true;
    }
    this.#windowEnd = sndNxt;
    this.#lastRoundMinRtt = this.#currentRoundMinRtt;
    this.#currentRoundMinRtt = NOT_MEASURED;
    this.#rttSamples = 0;
  }
}

/** The older HyStart, by delay only: slow start ends when a round's samples are all longer than the least ever (Linux). */
export class DelayExit {
  /** It has no such stage. */
  readonly isConservative = false;
  readonly #leastWindow: number;
  #roundEnd: SeqNumber | null = null;
  #minRtt: Micros = NOT_MEASURED;
  #roundMinRtt: Micros = NOT_MEASURED;
  #samples = 0;
  isOver = false;

  /** `leastWindow`: octets of the window from which delay counts. */
  constructor(leastWindow: number) {
    this.#leastWindow = leastWindow;
  }

  /** Takes one ACK of slow start at a window of `cwnd`. Returns by how much it may grow the window. */
  ackReceived(ack: CongestionSample, cwnd: number): number {
    if (this.#roundEnd === null || seqAfter(ack.una, this.#roundEnd)) {
      this.#roundEnd = ack.sndNxt;
      this.#roundMinRtt = NOT_MEASURED;
      this.#samples = 0;
    }
    if (ack.rtt > 0) {
      this.#samples++;
      this.#minRtt = micros(Math.min(this.#minRtt, ack.rtt));
      this.#roundMinRtt = micros(Math.min(this.#roundMinRtt, ack.rtt));
      const isDelayed = this.#roundMinRtt > this.#minRtt + growthThatCounts(this.#minRtt);
      this.isOver = isDelayed && this.#samples > N_RTT_SAMPLE && cwnd >= this.#leastWindow;
    }
    return this.isOver ? 0 : ack.deliveredOctets;
  }
}
