/**
 * Round-trip times from a capture: what RFC 6298 would make of segments and their acknowledgments.
 *
 * @module
 */

/** RFC 6298 2.3. */
const ALPHA = 1 / 8;
const BETA = 1 / 4;

/** Segments under way that are remembered. */
const MOST_SEGMENTS = 100_000;

interface UnderWay {
  readonly end: number;
  readonly time: number;
  /** Karn's rule: what was sent twice gives no sample (RFC 6298 3). */
  isAmbiguous: boolean;
}

/** Measures round trips; all times in microseconds, 0 before the first sample. */
export class RoundTrips {
  srtt = 0;
  rttvar = 0;
  latest = 0;
  minimum = 0;
  #underWay: UnderWay[] = [];
  #first = 0;

  /** A segment left; `isNew` when it holds something that was not sent before. */
  sent(seq: number, end: number, isNew: boolean, time: number): void {
    if (isNew) {
      this.#underWay.push({ end, time, isAmbiguous: false });
      if (this.#underWay.length - this.#first > MOST_SEGMENTS) this.#first++;
      return;
    }
    for (let i = this.#first; i < this.#underWay.length; i++) {
      const segment = this.#underWay[i] as UnderWay;
      if (segment.end > seq) segment.isAmbiguous = true;
      if (segment.end >= end) return;
    }
  }

  /** Everything before `ack` has arrived; the last segment of it gives the sample. */
  acknowledged(ack: number, time: number): void {
    let last: UnderWay | undefined;
    while (this.#first < this.#underWay.length) {
      const segment = this.#underWay[this.#first] as UnderWay;
      if (segment.end > ack) break;
      last = segment;
      this.#first++;
    }
    if (this.#first * 2 > this.#underWay.length) {
      this.#underWay = this.#underWay.slice(this.#first);
      this.#first = 0;
    }
    if (last !== undefined && !last.isAmbiguous) this.#sample(time - last.time);
  }

  #sample(rtt: number): void {
    this.latest = rtt;
    this.minimum = this.minimum === 0 ? rtt : Math.min(this.minimum, rtt);
    if (this.srtt === 0) {
      this.srtt = rtt;
      this.rttvar = rtt / 2;
      return;
    }
    this.rttvar += BETA * (Math.abs(this.srtt - rtt) - this.rttvar);
    this.srtt += ALPHA * (rtt - this.srtt);
  }
}
