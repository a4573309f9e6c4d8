/**
 * Finds each packet of one direction again at the second point that it passes: whole, cut or merged by offloading devices,
 * doubled, or not at all.
 *
 * A packet is known by what nobody changes on the way: numbers, flags, window, timestamps and blocks; the identification of
 * IPv4, where it stays the same. What several have alike is told apart by time.
 *
 * @module
 */

import { Flag } from "../../trace/core.ts";
import type { SegmentRecord } from "../../trace/record.ts";
import { Ranges } from "../analysis/ranges.ts";
import type { Passage } from "../analysis/passage.ts";

/** What stamps may be off, µs. */
const TOLERANCE = 200;
/** Packets before and after that show what is usual. */
const NEIGHBOURS = 4;
/** Identifications must be the same in so many of those that are surely the same packet. */
const KEPT_IDS = 0.9;
/** Flags that routers and cutting devices change. */
const FLEETING = Flag.ece | Flag.cwr;
const ON_LAST_PIECE = Flag.psh | Flag.fin;

/** Packets that look alike, at both points. */
interface Alike {
  readonly up: Passage[];
  readonly down: Passage[];
}

/** How long packets take from the first point to the second one, µs. */
export class Way {
  readonly least: number;
  readonly #departures: readonly number[];
  readonly #delays: readonly number[];

  /** `pairs`: packets that are surely the same, times by one clock, in the order of their departure. */
  constructor(pairs: readonly { readonly from: number; readonly to: number }[]) {
    this.#departures = pairs.map(({ from }) => from);
    this.#delays = pairs.map(({ from, to }) => to - from);
    this.least = pairs.length === 0 ? 0 : this.#delays.reduce((least, delay) => Math.min(least, delay));
  }

  /** What packets take that leave about then. */
  usualAt(departure: number): number {
    const departures = this.#departures;
    let [low, high] = [0, departures.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((departures[middle] as number) < departure) low = middle + 1;
      else high = middle;
    }
    const around = this.#delays.slice(Math.max(low - NEIGHBOURS, 0), low + NEIGHBOURS).sort((a, b) => a - b);
    return around[around.length >> 1] ?? this.least;
  }
}

/** What has become of the packets of one direction. */
export interface Matches {
  /** What of a packet has passed the second point, in the order of arrival; doubles are not in it. */
  readonly arrivals: ReadonlyMap<Passage, readonly Passage[]>;
  /** Where a packet at the second point has passed the first one; the first part of a merged one. */
  readonly sources: ReadonlyMap<Passage, Passage>;
  /** Packets at the second point that have come before, with where they passed the first one. */
  readonly doubles: ReadonlyMap<Passage, Passage>;
}

/** Packets that nothing else can be, at both points: for clocks and usual times. */
export function surePairs(
  up: readonly Passage[],
  down: readonly Passage[],
): readonly (readonly [up: Passage, down: Passage])[] {
  const pairs: [Passage, Passage][] = [];
  for (const alike of alikes(up, down, keyOf).values()) {
    const [one, other] = [alike.up[0], alike.down[0]];
    if (alike.up.length === 1 && alike.down.length === 1 && one && other) pairs.push([one, other]);
  }
  return pairs;
}

/** Finds the packets of `up` in `down`; times of both are by one clock. */
export function matchWay(up: readonly Passage[], down: readonly Passage[], way: Way): Matches {
  return new Matching(way).run(up, down);
}

class Matching implements Matches {
  readonly arrivals = new Map<Passage, Passage[]>();
  readonly sources = new Map<Passage, Passage>();
  readonly doubles = new Map<Passage, Passage>();
  readonly #way: Way;
  /** What of a packet that was cut has arrived. */
  readonly #covered = new Map<Passage, Ranges>();

  constructor(way: Way) {
    this.#way = way;
  }

  run(up: readonly Passage[], down: readonly Passage[]): Matches {
    const sure = surePairs(up, down);
    const same = sure.filter(([one, other]) => one.ipId > 0 && one.ipId === other.ipId).length;
    const keepsIds = sure.length > 0 && same >= KEPT_IDS * sure.length;
    for (const alike of alikes(up, down, keepsIds ? keyWithId : keyOf).values()) this.#assign(alike);
    // Of a SYN little stays the same: middle boxes change its options. Captures may have cut options off.
    this.#assignLeft(up.filter(isSyn), down.filter(isSyn), synKey);
    if (up.some(({ isCut }) => isCut) || down.some(({ isCut }) => isCut)) this.#assignLeft(up, down, bareKey);
    const upLeft = up.filter((one) => !this.arrivals.has(one));
    const downLeft = down.filter((one) => !this.#isKnown(one));
    this.#pieces(upLeft, downLeft);
    return this;
  }

  /** Packets that have not been found so far, by less. */
  #assignLeft(up: readonly Passage[], down: readonly Passage[], key: (passage: Passage) => string): void {
    const upLeft = up.filter((one) => !this.arrivals.has(one));
    const downLeft = down.filter((one) => !this.#isKnown(one));
    for (const alike of alikes(upLeft, downLeft, key).values()) this.#assign(alike);
  }

  #isKnown(down: Passage): boolean {
    return this.sources.has(down) || this.doubles.has(down);
  }

  /** Packets that look alike go to each other in their order; of those too many, the ones that time fits least are left. */
  #assign({ up, down }: Alike): void {
    const free = new Set(up);
    const found: Passage[] = [];
    for (const arrival of down) {
      const source = this.#nearest(free, arrival);
      if (source === null) continue;
      free.delete(source);
      found.push(arrival);
    }
    const left = up.filter((one) => !free.has(one));
    left.forEach((source, i) => this.#match(source, found[i] as Passage));
    if (left.length === 0) return;
    for (const arrival of down) {
      if (this.sources.has(arrival)) continue;
      const source = left.findLast(({ time }) => this.#canArrive(time, arrival.time));
      if (source !== undefined) this.doubles.set(arrival, source);
    }
  }

  #nearest(free: ReadonlySet<Passage>, arrival: Passage): Passage | null {
    let best: Passage | null = null;
    let least = Infinity;
    for (const one of free) {
      if (!this.#canArrive(one.time, arrival.time)) break;
      const away = Math.abs(arrival.time - one.time - this.#way.usualAt(one.time));
      if (away > least) continue;
      best = one;
      least = away;
    }
    return best;
  }

  #canArrive(from: number, to: number): boolean {
    return from + this.#way.least - TOLERANCE <= to;
  }

  #match(source: Passage, arrival: Passage): void {
    const known = this.arrivals.get(source);
    if (known === undefined) this.arrivals.set(source, [arrival]);
    else known.push(arrival);
    if (!this.sources.has(arrival)) this.sources.set(arrival, source);
  }

  /** What a device has cut or merged between the points: by ranges of text. */
  #pieces(up: readonly Passage[], down: readonly Passage[]): void {
    const whole = new ByNumber(up);
    for (const arrival of down) {
      if (arrival.segment.length === 0) continue;
      const { seq, end } = textOf(arrival.segment);
      let last: Passage | null = null;
      for (const source of whole.near(arrival.segment)) {
        const text = textOf(source.segment);
        if (text.seq >= end || text.end <= seq || !this.#canArrive(source.time, arrival.time)) continue;
        last = source;
        const covered = this.#coveredOf(source);
        const [from, to] = [Math.max(seq, text.seq), Math.min(end, text.end)];
        if (covered.covers(from, to)) continue;
        covered.add(from, to);
        this.#match(source, arrival);
      }
      if (last !== null && !this.sources.has(arrival)) this.doubles.set(arrival, last);
    }
  }

  #coveredOf(source: Passage): Ranges {
    let covered = this.#covered.get(source);
    if (covered === undefined) this.#covered.set(source, covered = new Ranges());
    return covered;
  }
}

/** The numbers of a segment's text, without SYN and FIN. */
function textOf({ seq, flags, length }: SegmentRecord): { readonly seq: number; readonly end: number } {
  const start = (flags & Flag.syn) === 0 ? seq : seq + 1;
  return { seq: start, end: start + length };
}

/** Packets by what stays the same of them. */
function alikes(
  up: readonly Passage[],
  down: readonly Passage[],
  keyOf: (passage: Passage) => string,
): Map<string, Alike> {
  const groups = new Map<string, Alike>();
  const groupOf = (passage: Passage): Alike => {
    const key = keyOf(passage);
    let group = groups.get(key);
    if (group === undefined) groups.set(key, group = { up: [], down: [] });
    return group;
  };
  for (const one of up) groupOf(one).up.push(one);
  for (const one of down) groupOf(one).down.push(one);
  return groups;
}

function isSyn({ segment }: Passage): boolean {
  return (segment.flags & Flag.syn) !== 0;
}

function synKey({ segment: { seq, ack, flags } }: Passage): string {
  return `${seq} ${ack} ${flags & ~FLEETING}`;
}

/** What is left where options were cut off. */
function bareKey({ segment: { seq, end, ack, flags, rawWindow }, ipId }: Passage): string {
  return `${seq} ${end} ${ack} ${flags & ~FLEETING} ${rawWindow} ${ipId}`;
}

function keyWithId(passage: Passage): string {
  return `${keyOf(passage)} ${passage.ipId}`;
}

function keyOf({ segment }: Passage): string {
  const { seq, end, ack, flags, rawWindow, timestampValue, timestampEcho, sackEdges } = segment;
  return `${seq} ${end} ${ack} ${
    flags & ~FLEETING
  } ${rawWindow} ${timestampValue} ${timestampEcho} ${sackEdges}`;
}

/** What all pieces of a packet have alike. */
function pieceKey({ ack, flags, rawWindow, timestampValue, timestampEcho }: SegmentRecord): string {
  return `${ack} ${flags & ~(FLEETING | ON_LAST_PIECE)} ${rawWindow} ${timestampValue} ${timestampEcho}`;
}

/** Packets with text, to be found by their numbers and what their pieces have alike. */
class ByNumber {
  readonly #byKey = new Map<string, Passage[]>();
  #longest = 0;

  constructor(passages: readonly Passage[]) {
    for (const one of passages) {
      const { length } = one.segment;
      if (length === 0) continue;
      this.#longest = Math.max(this.#longest, length + 1);
      const key = pieceKey(one.segment);
      const known = this.#byKey.get(key);
      if (known === undefined) this.#byKey.set(key, [one]);
      else known.push(one);
    }
    for (const ones of this.#byKey.values()) ones.sort((a, b) => a.segment.seq - b.segment.seq);
  }

  /** Those that may overlap a piece. */
  *near(piece: SegmentRecord): Generator<Passage> {
    const ones = this.#byKey.get(pieceKey(piece)) ?? [];
    let [low, high] = [0, ones.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((ones[middle] as Passage).segment.seq < piece.seq - this.#longest) low = middle + 1;
      else high = middle;
    }
    for (let i = low; i < ones.length; i++) {
      const one = ones[i] as Passage;
      if (one.segment.seq > piece.end) return;
      yield one;
    }
  }
}

/** Octets of a packet's text that have not arrived. */
export function missingOf({ segment }: Passage, arrivals: readonly Passage[]): readonly number[] {
  const { seq, end } = textOf(segment);
  const edges: number[] = [];
  let from = seq;
  const parts = arrivals.map((one) => textOf(one.segment)).sort((a, b) => a.seq - b.seq);
  for (const part of parts) {
    if (part.seq > from) edges.push(from, Math.min(part.seq, end));
    from = Math.max(from, part.end);
  }
  if (from < end) edges.push(from, end);
  return edges;
}
