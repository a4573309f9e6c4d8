/**
 * Round-trip times from a capture: what RFC 6298 would make of segments and their acknowledgments.
 *
 * @module
 */

/** RFC 6298 2.3. */
const ALPHA = 1 / 8;
const BETA = 1 / 4;

/** Measures round trips; all times in microseconds, 0 before the first sample. */
export class RoundTrips {
  srtt = 0;
  rttvar = 0;
  latest = 0;
  minimum = 0;
  samples = 0;

  /** A segment came back so much later; what was sent twice gives no sample (RFC 6298 3). */
  sample(rtt: number): void {
    // Not known.
    if (Number.isNaN(rtt)) return;
    this.latest = rtt;
    this.minimum = this.samples === 0 ? rtt : Math.min(this.minimum, rtt);
    this.samples++;
    if (this.samples === 1) {
      this.srtt = rtt;
      this.rttvar = rtt / 2;
      return;
    }
    this.rttvar += BETA * (Math.abs(this.srtt - rtt) - this.rttvar);
    this.srtt += ALPHA * (rtt - this.srtt);
  }
}
