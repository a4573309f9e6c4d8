/**
 * Two captures of the same connections, side by side: which packet is which, how the clocks go, and what happened between.
 *
 * @module
 */

import type { CapturedConnection } from "../analysis/captured_connection.ts";
import type { Flow } from "../analysis/flow.ts";
import type { Direction } from "../../trace/copy.ts";
import { Clocks, type Sample, type Samples } from "./clocks.ts";
import { type Crossings, crossingsOf } from "./crossings.ts";
import { asHere, type FlowPair, pairFlows } from "./flow_pairs.ts";
import { surePairs, Way } from "./matching.ts";
import type { Passage } from "../analysis/passage.ts";
import type { Point } from "./point.ts";

/** A connection at both points. Times are by the clock here, µs since the first packet here. */
export interface ComparedFlow {
  /** As the first capture has it. */
  readonly here: Flow;
  /** As the second one has it. */
  readonly there: Flow;
  /** What goes from here to there. */
  readonly toThere: Crossings;
  /** What goes from there to here. */
  readonly toHere: Crossings;
  /** The direction of what goes from here to there: the local end's where that is on this side. */
  readonly leaving: Direction;
}

/** What two captures show together. */
export interface Comparison {
  /** Where the first capture was taken. */
  readonly here: Point;
  /** Where the second one was taken. */
  readonly there: Point;
  /** The connections that both have, as the first capture has them. */
  readonly connections: readonly CapturedConnection[];
}

/** A comparison with all that it is made of. */
export class Pair implements Comparison {
  readonly here: Point;
  readonly there: Point;
  /** How the clocks of both go together. */
  readonly clocks: Clocks;
  /** The connections that both have. */
  readonly flows: readonly ComparedFlow[];

  constructor(here: Point, there: Point, clocks: Clocks, flows: readonly ComparedFlow[]) {
    this.here = here;
    this.there = there;
    this.clocks = clocks;
    this.flows = flows;
  }

  get connections(): readonly CapturedConnection[] {
    return this.flows.map(({ here }) => here);
  }
}

/** All of a comparison. @throws TypeError when it does not come from `compareCaptures` */
export function pairOf(comparison: Comparison): Pair {
  if (comparison instanceof Pair) return comparison;
  throw new TypeError("Cannot tell of a comparison that compareCaptures has not made");
}

/** A connection with its packets, before anything is known of the clocks. */
interface Prepared {
  readonly pair: FlowPair;
  readonly here: readonly Passage[];
  readonly there: readonly Passage[];
  /** Samples of what the local end sends, and of what the remote one does. */
  readonly sent: readonly Sample[];
  readonly arrived: readonly Sample[];
  /** Whether the local end is on the side of the first capture. */
  readonly localIsHere: boolean;
}

/**
 * Compares two captures that were read with their packets kept; null: they have no connection in common. The side of most
 * clients is here.
 */
export function compareCaptures(first: Point, second: Point): Comparison | null {
  const compared = compare(first, second);
  if (compared === null) return null;
  const local = compared.flows.filter(({ leaving }) => leaving === "sent").length;
  return 2 * local >= compared.flows.length ? compared : compare(second, first);
}

function compare(here: Point, there: Point): Pair | null {
  const prepared = pairFlows(here, there).map((pair) => prepare(pair, here, there));
  if (prepared.length === 0) return null;
  const clocks = new Clocks(samplesOf(prepared));
  return new Pair(here, there, clocks, prepared.map((one) => cross(one, clocks, here, there)));
}

function prepare(pair: FlowPair, here: Point, there: Point): Prepared {
  const ours = pair.here.passages;
  const ahead = clocksApart(here, there);
  const theirs = asHere(pair, pair.there.passages).map((one) => ({ ...one, time: one.time + ahead }));
  const [sent, arrived] = (["sent", "arrived"] as const).map((direction) => {
    const isOf = (one: Passage): boolean => one.direction === direction;
    return surePairs(ours.filter(isOf), theirs.filter(isOf))
      .map(([one, other]) => ({ here: one.time, there: other.time }));
  }) as [Sample[], Sample[]];
  const clocks = new Clocks({ toThere: sent, toHere: arrived });
  return { pair, here: ours, there: theirs, sent, arrived, localIsHere: clocks.roundTrip >= 0 };
}

/** From the first packet here to the first one there, each by its own clock. */
function clocksApart(here: Point, there: Point): number {
  return (there.epoch ?? 0) - (here.epoch ?? 0);
}

function samplesOf(prepared: readonly Prepared[]): Samples {
  const toThere: Sample[] = [];
  const toHere: Sample[] = [];
  for (const { sent, arrived, localIsHere } of prepared) {
    for (const sample of sent) (localIsHere ? toThere : toHere).push(sample);
    for (const sample of arrived) (localIsHere ? toHere : toThere).push(sample);
  }
  return { toThere, toHere };
}

function cross(one: Prepared, clocks: Clocks, here: Point, there: Point): ComparedFlow {
  const common = (time: number): number => time - clocks.aheadAt(time);
  const theirs = one.there.map((passage) => ({ ...passage, time: common(passage.time) }));
  const shift = clocksApart(here, there);
  const watches = {
    here: { from: 0, to: here.duration },
    there: { from: common(shift), to: common(shift + there.duration) },
  };
  const leaving: Direction = one.localIsHere ? "sent" : "arrived";
  const isLeaving = ({ direction }: Passage): boolean => direction === leaving;
  const isComing = (passage: Passage): boolean => !isLeaving(passage);
  const [samplesThere, samplesHere] = one.localIsHere ? [one.sent, one.arrived] : [one.arrived, one.sent];
  const toThere = crossingsOf(one.here.filter(isLeaving), theirs.filter(isLeaving), {
    way: wayOf(samplesThere.map((sample) => ({ from: sample.here, to: common(sample.there) }))),
    upWatch: watches.here,
    downWatch: watches.there,
    missed: missedBy(theirs.filter(isComing)),
  });
  const toHere = crossingsOf(theirs.filter(isComing), one.here.filter(isComing), {
    way: wayOf(samplesHere.map((sample) => ({ from: common(sample.there), to: sample.here }))),
    upWatch: watches.there,
    downWatch: watches.here,
    missed: missedBy(one.here.filter(isLeaving)),
  });
  return { here: one.pair.here, there: one.pair.there, toThere, toHere, leaving };
}

/** What acknowledgments show that the capture has missed of the other direction. */
function missedBy(passages: readonly Passage[]): readonly { start: number; end: number; time: number }[] {
  return passages.flatMap(({ missed, time }) => missed === null ? [] : [{ ...missed, time }]);
}

function wayOf(pairs: { readonly from: number; readonly to: number }[]): Way {
  return new Way(pairs.sort((a, b) => a.from - b.from));
}
