/**
 * What has become of each packet of one direction between two points: passed, lost, overtaken, doubled, or missed by one of
 * the captures.
 *
 * @module
 */

import { type Matches, matchWay, missingOf, type Way } from "./matching.ts";
import type { Passage, Span } from "../analysis/passage.ts";

/** Why a packet is not there: it was lost between; the second capture has missed it; one of both, nobody knows which. */
export type Absence = "lost" | "missed" | "either";

/** A packet upstream, with what of it has come downstream. */
export interface Crossing {
  readonly up: Passage;
  /** In the order of arrival; none: it is absent. */
  readonly arrivals: readonly Passage[];
  /** Why it is absent; null: it has arrived, or the other capture does not cover its time. */
  readonly absence: Absence | null;
  /** Edges of what of it has not arrived although the rest has. */
  readonly missing: readonly number[];
  /** Arrivals between the first packet that left later and it; 0: it was not overtaken. */
  readonly overtakenBy: number;
  /** µs. */
  readonly delay: number | null;
}

/** A direction of a connection between two points. */
export interface Crossings {
  readonly byUp: ReadonlyMap<Passage, Crossing>;
  readonly byDown: ReadonlyMap<Passage, Crossing>;
  /** Packets downstream that have come twice, with the first one's crossing. */
  readonly doubles: ReadonlyMap<Passage, Crossing>;
  /** Packets downstream that have not passed upstream, though that capture covers their time. */
  readonly unsent: readonly Passage[];
}

/** When a point was watched, by the common clock, µs. */
export interface Watch {
  readonly from: number;
  readonly to: number;
}

/** What is known of both points beside the packets of the direction. */
export interface Around {
  readonly way: Way;
  readonly upWatch: Watch;
  readonly downWatch: Watch;
  /** What the capture downstream has missed, and when it was acknowledged there. */
  readonly missed: readonly (Span & { readonly time: number })[];
}

/** Follows the packets of one direction; all times are by one clock. */
export function crossingsOf(
  up: readonly Passage[],
  down: readonly Passage[],
  { way, upWatch, downWatch, missed }: Around,
): Crossings {
  const matches = matchWay(up, down, way);
  const overtaken = overtakings(up, down, matches);
  const absences = new Absences(up, down, matches, { way, missed });
  const byUp = new Map<Passage, Crossing>();
  const byDown = new Map<Passage, Crossing>();
  for (const one of up) {
    const arrivals = matches.arrivals.get(one) ?? [];
    const [first] = arrivals;
    const expected = one.time + way.least;
    const isWatched = expected >= downWatch.from && expected <= downWatch.to;
    const crossing = {
      up: one,
      arrivals,
      absence: first === undefined && isWatched && down.length > 0 ? absences.of(one) : null,
      missing: first === undefined || first.segment.end === one.segment.end ? [] : missingOf(one, arrivals),
      overtakenBy: overtaken.get(one) ?? 0,
      delay: first === undefined ? null : first.time - one.time,
    };
    byUp.set(one, crossing);
    for (const arrival of arrivals) if (matches.sources.get(arrival) === one) byDown.set(arrival, crossing);
  }
  const doubles = new Map<Passage, Crossing>();
  for (const [arrival, source] of matches.doubles) doubles.set(arrival, byUp.get(source) as Crossing);
  const unsent = up.length === 0 ? [] : down.filter((one) => {
    const left = one.time - way.usualAt(one.time);
    return !byDown.has(one) && !doubles.has(one) && left >= upWatch.from && left <= upWatch.to;
  });
  return { byUp, byDown, doubles, unsent };
}

/** How many packets that left later arrived before one that is reordered (RFC 4737 3.3). */
function overtakings(
  up: readonly Passage[],
  down: readonly Passage[],
  { sources }: Matches,
): ReadonlyMap<Passage, number> {
  const places = new Map(up.map((one, i) => [one, i]));
  const overtaken = new Map<Passage, number>();
  /** The place of each arrival, and the highest so far. */
  const arrived: number[] = [];
  const highest: number[] = [];
  for (const arrival of down) {
    const source = sources.get(arrival);
    if (source === undefined) continue;
    const place = places.get(source) as number;
    const top = highest.at(-1) ?? -1;
    if (place < top && !overtaken.has(source)) {
      let first = highest.length - 1;
      while (first > 0 && (highest[first - 1] as number) > place) first--;
      overtaken.set(source, arrived.slice(first).filter((other) => other > place).length);
    }
    arrived.push(place);
    highest.push(Math.max(top, place));
  }
  return overtaken;
}

/** Tells why packets are absent. */
class Absences {
  readonly #around: Pick<Around, "way" | "missed">;
  readonly #matches: Matches;
  readonly #up: readonly Passage[];
  /** Packets downstream in the order of their numbers. */
  readonly #down: readonly Passage[];
  readonly #longest: number;
  /** For each span that was missed, the packet that must have brought it. */
  readonly #bearers = new Set<Passage>();

  constructor(
    up: readonly Passage[],
    down: readonly Passage[],
    matches: Matches,
    around: Pick<Around, "way" | "missed">,
  ) {
    this.#up = up;
    this.#matches = matches;
    this.#around = around;
    this.#down = [...down].sort((a, b) => a.segment.seq - b.segment.seq);
    this.#longest = down.reduce((most, { segment }) => Math.max(most, segment.end - segment.seq), 0);
    this.#findBearers();
  }

  of(one: Passage): Absence {
    const { seq, end } = one.segment;
    if (this.#bearers.has(one)) return "missed";
    if (end === seq) return "either";
    return this.#hadBefore(seq, end, one.time + this.#around.way.least) ? "either" : "lost";
  }

  /** What was acknowledged there and has not passed there came with the last copy that could have come by then. */
  #findBearers(): void {
    const { missed, way } = this.#around;
    for (const { start, end, time } of missed) {
      for (let i = this.#up.length - 1; i >= 0; i--) {
        const one = this.#up[i] as Passage;
        const { segment } = one;
        const isIn = segment.seq < end && segment.end > start && one.time + way.least <= time;
        if (!isIn || this.#matches.arrivals.has(one)) continue;
        if (!this.#isBorne(segment.seq, segment.end)) this.#bearers.add(one);
      }
    }
  }

  #isBorne(seq: number, end: number): boolean {
    return [...this.#bearers].some(({ segment }) => segment.seq < end && segment.end > seq);
  }

  /** Whether all of it had passed there already, so that nothing there shows whether this copy came. */
  #hadBefore(seq: number, end: number, time: number): boolean {
    let reached = seq;
    let [low, high] = [0, this.#down.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#down[middle] as Passage).segment.seq < seq - this.#longest) low = middle + 1;
      else high = middle;
    }
    for (let i = low; i < this.#down.length; i++) {
      const { segment, time: at } = this.#down[i] as Passage;
      if (segment.seq > reached || segment.seq >= end) break;
      if (at <= time) reached = Math.max(reached, segment.end);
    }
    return reached >= end;
  }
}
