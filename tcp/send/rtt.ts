/**
 * Round-trip time and the retransmission timeout, RFC 6298.
 *
 * @module
 */

import type { SeqNumber } from "../base/seq.ts";
import type { TcpConfig } from "../config/config.ts";
import { elapsed, type Instant, type Micros, micros, milliseconds, NEVER, seconds } from "../base/units.ts";

/** RFC 6298 2.3: weight of a new sample in the smoothed time. */
const ALPHA = 1 / 8;

/** RFC 6298 2.3: weight of a new deviation in the variation. */
const BETA = 1 / 4;

/** RFC 6298 2.3: variations in the timeout. */
const K = 4;

/** RFC 6298 2.2: the first variation is the first sample divided by this. */
const FIRST_VARIATION_DIVISOR = 2;

/** RFC 6298: G. Our clock is finer, but timestamps tick once a millisecond. */
const CLOCK_GRANULARITY = milliseconds(1);

/** RFC 6298 5.5: each expiry multiplies the timeout by this. */
const BACKOFF_FACTOR = 2;

/** Half the span over which the minimum is taken; the whole is what Linux has, 5 minutes. */
const MINIMUM_HALF_WINDOW = seconds(150);

/** A minimum of no samples. */
const NEVER_SAMPLED = micros(Infinity);

/** Estimates the round-trip time from samples, and the timeout from the estimate and the number of expiries. */
export class RttEstimator {
  readonly #config: TcpConfig;
  readonly #granularity: Micros;
  #srtt = micros(0);
  #rttvar = micros(0);
  #latest = micros(0);
  #samples = 0;
  /** Without back-off. */
  #rto: Micros;
  #backoffs = 0;
  /** The minimum of the half window before the present one, and of the present one. */
  #olderMinimum: Micros = NEVER_SAMPLED;
  #newerMinimum: Micros = NEVER_SAMPLED;
  #halfWindowStart: Instant = NEVER;
  /** RFC 4015 3.1: SRTT_prev and RTTVAR_prev, as they were when the timer first fired. */
  #srttBefore = micros(0);
  #rttvarBefore = micros(0);
  /** A timeout was spurious: the first sample of what is sent from this number on restores the estimate; null: none was. */
  restoresFrom: SeqNumber | null = null;

  /** An estimator without samples. `granularity` is G of RFC 6298, by default the tick of timestamps. */
  constructor(config: TcpConfig, granularity: Micros = CLOCK_GRANULARITY) {
    this.#config = config;
    this.#granularity = granularity;
    this.#rto = config.retransmission.initialRto;
  }

  /** SRTT; 0 before the first sample. */
  get srtt(): Micros {
    return this.#srtt;
  }

  /** RTTVAR; 0 before the first sample. */
  get rttvar(): Micros {
    return this.#rttvar;
  }

  /** The last sample; 0 before the first. */
  get latest(): Micros {
    return this.#latest;
  }

  /** How many samples there were. */
  get samples(): number {
    return this.#samples;
  }

  /** The least sample of the last 2.5 to 5 minutes; 0 before the first sample. */
  get minimum(): Micros {
    const minimum = Math.min(this.#olderMinimum, this.#newerMinimum);
    return minimum === NEVER_SAMPLED ? micros(0) : micros(minimum);
  }

  /** The timeout without its back-off. */
  get rto(): Micros {
    return this.#rto;
  }

  /** How often the timer fired since the last sample. */
  get backoff(): number {
    return this.#backoffs;
  }

  /** Whether there was a sample. */
  get hasSample(): boolean {
    return this.#srtt > 0;
  }

  /**
   * Takes one measurement of at least 1 µs (0 counts as that) and ends the back-off. Karn's rule is the caller's: never of
   * something sent twice, unless a timestamp says which one was answered. Many may come in a round trip, and each has the whole
   * weight, so that the estimate follows a queue that builds up at once; RFC 7323 4.2 would have them share it.
   */
  sample(rtt: Micros, now: Instant): void {
    const measured = this.#note(rtt, now);
    if (this.#srtt === 0) {
      // RFC 6298 2.2
      this.#srtt = measured;
      this.#rttvar = micros(measured / FIRST_VARIATION_DIVISOR);
    } else {
      // RFC 6298 2.3: the variation first, since it is about the smoothed time before this sample
      this.#rttvar = micros((1 - BETA) * this.#rttvar + BETA * Math.abs(this.#srtt - measured));
      this.#srtt = micros((1 - ALPHA) * this.#srtt + ALPHA * measured);
    }
    this.#computeRto();
  }

  /**
   * The timeout to start the timer with: the RTO, doubled for each expiry since the last sample, with `rtoSlop`, at most
   * `maxRto`.
   */
  timeout(): Micros {
    const slop = this.hasSample || this.#backoffs > 0 ? this.#config.compatibility.rtoSlop : 0;
    const backedOff = this.#rto * BACKOFF_FACTOR ** this.#backoffs + slop;
    // RFC 6298 2.5
    return backedOff < this.#config.retransmission.maxRto
      ? micros(Math.round(backedOff))
      : this.#config.retransmission.maxRto;
  }

  /** Doubles the RTO, after the retransmission timer fired (RFC 6298 5.5). */
  doubleRto(): void {
    if (this.#backoffs === 0) {
      this.#srttBefore = micros(this.#srtt === 0 ? 0 : this.#srtt + 2 * this.#granularity);
      this.#rttvarBefore = this.#rttvar;
    }
    this.#backoffs++;
  }

  /** Ends the back-off without a sample: what was sent arrived, only how long it took is not known. */
  resetBackoff(): void {
    this.#backoffs = 0;
  }

  /**
   * The handshake is done, and a SYN had to be sent again: data begin with a timeout of at least `rtoAfterSynLoss`, until a
   * sample says better (RFC 6298 5.7).
   */
  useInitialAfterSynLoss(): void {
    this.#backoffs = 0;
    this.#rto = micros(Math.max(this.#rto, this.#config.retransmission.rtoAfterSynLoss));
  }

  /**
   * Takes the first measurement of what had not been sent yet when a timeout was spurious: the path's new state, but no less
   * than before the timeout. What was under way then may have met a delay that is over (RFC 4015 3.1, step (11)).
   */
  restore(rtt: Micros, now: Instant): void {
    this.restoresFrom = null;
    const measured = this.#note(rtt, now);
    this.#srtt = micros(Math.max(this.#srttBefore, measured));
    this.#rttvar = micros(Math.max(this.#rttvarBefore, measured / FIRST_VARIATION_DIVISOR));
    this.#computeRto();
  }

  /** There is a measurement: the back-off ends. Returns it. */
  #note(rtt: Micros, now: Instant): Micros {
    const measured = micros(Math.max(1, rtt));
    this.#latest = measured;
    this.#samples++;
    this.#backoffs = 0;
    this.#trackMinimum(measured, now);
    return measured;
  }

  #computeRto(): void {
    const { retransmission: { minRto, maxRto }, compatibility } = this.#config;
    const variance = Math.max(this.#granularity, K * this.#rttvar);
    const rto = compatibility.minRtoBoundsVariance
      ? this.#srtt + Math.max(minRto, variance)
      : Math.max(minRto, this.#srtt + variance); // RFC 6298 2.4
    this.#rto = micros(Math.round(Math.min(rto, maxRto)));
  }

  /** Two half windows instead of a list: the older is dropped when the newer is full. */
  #trackMinimum(rtt: Micros, now: Instant): void {
    const age = elapsed(this.#halfWindowStart, now);
    if (this.#halfWindowStart === NEVER || age >= 2 * MINIMUM_HALF_WINDOW) {
      this.#olderMinimum = NEVER_SAMPLED;
      this.#newerMinimum = rtt;
      this.#halfWindowStart = now;
    } else if (age >= MINIMUM_HALF_WINDOW) {
      this.#olderMinimum = this.#newerMinimum;
      this.#newerMinimum = rtt;
      this.#halfWindowStart = now;
    } else if (rtt < this.#newerMinimum) {
      this.#newerMinimum = rtt;
    }
  }
}
