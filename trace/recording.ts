/**
 * Keeps events for what is drawn when all is over, however many there are: the first and the last of them, and of those
 * between first what is rare. What is left out is counted, by kind and place.
 *
 * @module
 */

import { Course } from "./course.ts";
import { type Rank, rankOf, RANKS } from "./importance.ts";
import { PackedEvents } from "./packed_events.ts";
import type { ConnectionRecord, TraceEvent, TraceSink } from "./record.ts";
import { counterOf, newTally, TALLIED, type Tally } from "./tally.ts";

/** Events that are kept, in 0.8 KiB each. More would make a report of more than 5 MB. */
export const MOST_EVENTS = 24_000;

/** How much of the room is for the first events, and how much for the last. */
const FIRST_SHARE = 0.2;
const LAST_SHARE = 0.2;

/**
 * How much of the room between them each rank has for certain. More than that is thinned out, the least important rank
 * first: so the ordinary is thinned out to a tenth, which still shows the course of the graphs, before anything rare is.
 */
const CERTAIN_SHARES: Readonly<Record<Rank, number>> = { 0: 0.4, 1: 0.25, 2: 0.15, 3: 0.1, 4: 0 };

/** Connections that are remembered although nothing of them is kept any more. */
const MOST_FORGOTTEN = 1_000;

/** Multiplier of a hash that spreads successive numbers; its upper bits decide who is kept. */
const SPREADING = 0x9e37_79b1;
const HASH_SHIFT = 12;
const MOST_STRIDE = 1 << 20;

const RANK_PLACE = TALLIED.length;

/** What there was of a connection, kept or not. */
export interface ConnectionTotal {
  readonly tally: Tally;
  readonly octetsSent: number;
  readonly octetsReceived: number;
}

/** An event that was kept. */
export interface KeptEvent {
  readonly event: TraceEvent;
  /** What was left out between it and the event before it that was kept of its connection; null: nothing. */
  readonly leftOut: Tally | null;
}

interface Counted {
  record: ConnectionRecord | null;
  readonly tally: number[];
  octetsSent: number;
  octetsReceived: number;
  readonly course: Course;
}

/** A sink that remembers, in a bounded amount of memory. */
export class Recording implements TraceSink {
  readonly #firstRoom: number;
  readonly #lastRoom: number;
  readonly #middleRoom: number;
  readonly #rows = new PackedEvents(TALLIED.length + 1);
  readonly #first: number[] = [];
  /** A ring; `#oldest` is the place of the oldest row once it is full. */
  readonly #last: number[] = [];
  #oldest = 0;
  /** Rows of each rank between the first and the last ones, in their order. */
  readonly #middle: number[][] = Array.from({ length: RANKS }, () => []);
  /** Of each rank, one in so many is kept. */
  readonly #strides: number[] = new Array(RANKS).fill(1);
  #middleCount = 0;
  readonly #connections = new Map<number, Counted>();
  #mostConnections = MOST_FORGOTTEN;
  #count = 0;
  #start = 0;

  /** Keeps up to `most` events. */
  constructor(most: number = MOST_EVENTS) {
    this.#firstRoom = Math.max(Math.floor(most * FIRST_SHARE), 1);
    this.#lastRoom = Math.max(Math.floor(most * LAST_SHARE), 1);
    this.#middleRoom = Math.max(most - this.#firstRoom - this.#lastRoom, 1);
  }

  event(event: TraceEvent, connection: ConnectionRecord | null): void {
    if (this.#count++ === 0) this.#start = event.time;
    const counted = this.#countedOf(event.connection);
    if (connection !== null) counted.record = connection;
    count(event, counted);
    counted.course.take(event);
    const row = this.#rows.add(event);
    const extra = this.#rows.extra(row);
    extra.set(counted.tally);
    extra[RANK_PLACE] = rankOf(event);
    if (this.#first.length < this.#firstRoom) this.#first.push(row);
    else if (this.#last.length < this.#lastRoom) this.#last.push(row);
    else {
      this.#settle(this.#last[this.#oldest] as number);
      this.#last[this.#oldest] = row;
      this.#oldest = (this.#oldest + 1) % this.#lastRoom;
    }
    if (this.#connections.size > this.#mostConnections) this.#forgetConnections();
  }

  finish(): void {}

  /** Moment of the first event; 0 without any. */
  get start(): number {
    return this.#start;
  }

  /** The events kept, in their order. */
  get events(): readonly TraceEvent[] {
    return Array.from(this.kept(), ({ event }) => event);
  }

  /** Events that are not kept. */
  get omitted(): number {
    return this.#count - this.#first.length - this.#last.length - this.#middleCount;
  }

  /** Octets of memory that the kept events take up. */
  get octets(): number {
    return this.#rows.octets;
  }

  /** The connections in the order of their numbers. */
  get connections(): readonly ConnectionRecord[] {
    return [...this.#connections.values()].map(({ record }) => record).filter((record) => record !== null)
      .sort((a, b) => a.id - b.id);
  }

  /** The events kept, one after the other, of all connections or of one; each is made when it is asked for. */
  *kept(connection?: number): Generator<KeptEvent> {
    const before = new Map<number, Tally>();
    for (const row of this.#inOrder()) {
      const id = this.#rows.connectionOf(row);
      if (connection !== undefined && id !== connection) continue;
      const event = this.#rows.read(row);
      const tally = [...this.#rows.extra(row).subarray(0, TALLIED.length)];
      const earlier = before.get(id);
      before.set(id, tally);
      yield { event, leftOut: between(earlier, tally, event) };
    }
  }

  /** What there was of a connection; 0 stands for segments of none. */
  totalOf(connection: number): ConnectionTotal {
    return this.#connections.get(connection) ?? newCounted();
  }

  /** The course of a connection, of which every event counts, kept or not. */
  courseOf(connection: number): Course {
    return this.#connections.get(connection)?.course ?? new Course();
  }

  #inOrder(): number[] {
    const middle = this.#middle.flat().sort((a, b) => this.#rows.numberOf(a) - this.#rows.numberOf(b));
    const last = [...this.#last.slice(this.#oldest), ...this.#last.slice(0, this.#oldest)];
    return [...this.#first, ...middle, ...last];
  }

  /** An event is no longer one of the last: it stays if it is worth it. */
  #settle(row: number): void {
    const rank = this.#rows.extra(row)[RANK_PLACE] as number;
    if (!this.#isSampled(row, rank)) {
      this.#rows.remove(row);
      return;
    }
    this.#middle[rank]?.push(row);
    this.#middleCount++;
    while (this.#middleCount > this.#middleRoom) this.#thinOut();
  }

  /** What is kept of a rank with twice the stride is a part of what was kept before. */
  #isSampled(row: number, rank: number): boolean {
    const hash = Math.imul(this.#rows.numberOf(row), SPREADING) >>> HASH_SHIFT;
    return (hash & (this.#strides[rank] as number) - 1) === 0;
  }

  /** Keeps half of the least important rank that has more than its share. */
  #thinOut(): void {
    let rank = RANKS - 1;
    const share = (one: number): number => CERTAIN_SHARES[one as Rank] * this.#middleRoom;
    while (rank > 0 && (this.#middle[rank] as number[]).length <= share(rank)) rank--;
    const rows = this.#middle[rank] as number[];
    const isWorn = (this.#strides[rank] as number) >= MOST_STRIDE;
    if (!isWorn) this.#strides[rank] = (this.#strides[rank] as number) * 2;
    const kept = rows.filter((row, i) => isWorn ? i % 2 === 1 : this.#isSampled(row, rank));
    const keptRows = new Set(kept);
    for (const row of rows) if (!keptRows.has(row)) this.#rows.remove(row);
    this.#middle[rank] = kept;
    this.#middleCount -= rows.length - kept.length;
  }

  #countedOf(connection: number): Counted {
    let counted = this.#connections.get(connection);
    if (counted === undefined) {
      counted = newCounted();
      this.#connections.set(connection, counted);
    }
    return counted;
  }

  /** Connections of which nothing is kept, oldest first, so that their number is bounded by that of the events. */
  #forgetConnections(): void {
    const shown = new Set(this.#inOrder().map((row) => this.#rows.connectionOf(row)));
    let spare = this.#connections.size - shown.size - MOST_FORGOTTEN / 2;
    for (const id of this.#connections.keys()) {
      if (spare <= 0) break;
      if (shown.has(id)) continue;
      this.#connections.delete(id);
      spare--;
    }
    this.#mostConnections = this.#connections.size + MOST_FORGOTTEN;
  }
}

function newCounted(): Counted {
  return { record: null, tally: newTally(), octetsSent: 0, octetsReceived: 0, course: new Course() };
}

function count(event: TraceEvent, counted: Counted): void {
  const counter = counterOf(event);
  counted.tally[counter] = (counted.tally[counter] ?? 0) + 1;
  if (event.kind === "sent") counted.octetsSent += event.segment.length;
  if (event.kind === "arrived") counted.octetsReceived += event.segment.length;
}

/** Tallies include the event that they stand at; null when nothing lies between. */
function between(earlier: Tally | undefined, tally: Tally, event: TraceEvent): Tally | null {
  const counter = counterOf(event);
  const gap = tally.map((count, i) => count - (earlier?.[i] ?? 0) - (i === counter ? 1 : 0));
  return gap.some((count) => count > 0) ? gap : null;
}
