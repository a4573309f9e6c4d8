/**
 * How two clocks go against each other, by packets that have passed both: none arrives before it has left.
 *
 * @module
 */

/** A packet at both points, µs by the clock of each, counted from one moment of the wall clock. */
export interface Sample {
  readonly here: number;
  readonly there: number;
}

/** Packets that have gone one way and those that have gone the other. */
export interface Samples {
  readonly toThere: readonly Sample[];
  readonly toHere: readonly Sample[];
}

/** Parts of the time that are looked at by themselves. */
const MOST_PARTS = 20;
/** Samples each way that a part must have. */
const LEAST_SAMPLES = 4;
/** A least round trip over all may be that much less than in any part before clocks are taken to drift. */
const DRIFT_SHARE = 0.9;
/** Differences that the resolution of stamps explains, µs. */
const RESOLUTION = 20;

const MILLION = 1_000_000;

/** How far the clock there is ahead at a moment here. */
interface Reading {
  readonly at: number;
  readonly ahead: number;
}

/** Least times that packets take each way by the clocks as they are; Infinity: none has gone that way. */
interface Least {
  readonly toThere: number;
  readonly toHere: number;
}

/** Two clocks. */
export class Clocks {
  /** How far the clock there is ahead, µs, as far as packets leave it open. */
  readonly least: number;
  readonly most: number;
  /** Whether both clocks are taken as they are: no packet contradicts. */
  readonly areTakenAsEqual: boolean;
  /** By how much the difference changes from the first part of the time to the last one, µs; 0: it is not seen to change. */
  readonly drift: number;
  /** The same per second, in millionths. */
  readonly driftRate: number;
  /** From here to there and back, without what the ends take, µs; Infinity: one way was not seen. Negative: there comes first. */
  readonly roundTrip: number;
  readonly #readings: readonly Reading[];

  constructor(samples: Samples) {
    const all = leastOf(samples);
    this.least = -all.toHere;
    this.most = all.toThere;
    const parts = partsOf(samples);
    const roundTrips = parts.map(({ least }) => least.toThere + least.toHere);
    this.roundTrip = roundTrips.length === 0 ? all.toThere + all.toHere : Math.min(...roundTrips);
    const drifts = parts.length > 1 &&
      all.toThere + all.toHere < DRIFT_SHARE * Math.min(...roundTrips) - RESOLUTION;
    this.areTakenAsEqual = !drifts && this.least <= 0 && this.most >= 0;
    this.#readings = drifts
      ? parts.map(({ at, least }) => ({ at, ahead: middle(least) }))
      : [{ at: 0, ahead: this.areTakenAsEqual ? 0 : middle(all) }];
    const [first, last] = [this.#readings[0] as Reading, this.#readings.at(-1) as Reading];
    this.drift = last.ahead - first.ahead;
    this.driftRate = this.drift === 0 ? 0 : this.drift / (last.at - first.at) * MILLION;
  }

  /** Whether no time passes between the points: both captures were taken at one place, or nearly so. */
  get areAtOnePlace(): boolean {
    return Math.abs(this.roundTrip) <= RESOLUTION;
  }

  /** How far the clock there would be ahead if packets took equally long both ways; null: one way was not seen. */
  get halfway(): number | null {
    const half = (this.least + this.most) / 2;
    return Number.isFinite(half) ? half : null;
  }

  /** How far the clock there is ahead when it shows `there`. */
  aheadAt(there: number): number {
    const readings = this.#readings;
    const after = readings.findIndex(({ at }) => at > there);
    const next = readings[after];
    if (next === undefined) return (readings.at(-1) as Reading).ahead;
    const before = readings[after - 1];
    if (before === undefined) return next.ahead;
    return before.ahead + (next.ahead - before.ahead) * (there - before.at) / (next.at - before.at);
  }
}

function leastOf({ toThere, toHere }: Samples): Least {
  let [there, here] = [Infinity, Infinity];
  for (const sample of toThere) there = Math.min(there, sample.there - sample.here);
  for (const sample of toHere) here = Math.min(here, sample.here - sample.there);
  return { toThere: there, toHere: here };
}

/** Half of what both ways take; with one way alone, as if that took no time. */
function middle({ toThere, toHere }: Least): number {
  if (toHere === Infinity) return toThere === Infinity ? 0 : toThere;
  return toThere === Infinity ? -toHere : (toThere - toHere) / 2;
}

/** Parts of the time in which packets have gone both ways, each with its middle by the clock there. */
function partsOf({ toThere, toHere }: Samples): readonly { readonly at: number; readonly least: Least }[] {
  const moments = [...toThere, ...toHere].map(({ there }) => there);
  if (moments.length === 0) return [];
  let [start, end] = [Infinity, -Infinity];
  for (const moment of moments) {
    start = Math.min(start, moment);
    end = Math.max(end, moment);
  }
  const count = Math.min(MOST_PARTS, Math.floor(Math.min(toThere.length, toHere.length) / LEAST_SAMPLES));
  const length = (end - start) / Math.max(count, 1);
  const found: { at: number; least: Least }[] = [];
  for (let i = 0; i < count; i++) {
    const isIn = ({ there }: Sample): boolean =>
      Math.min(Math.floor((there - start) / length), count - 1) === i;
    const part = { toThere: toThere.filter(isIn), toHere: toHere.filter(isIn) };
    if (Math.min(part.toThere.length, part.toHere.length) < LEAST_SAMPLES) continue;
    found.push({ at: start + (i + 0.5) * length, least: leastOf(part) });
  }
  return found;
}
