/**
 * Whose turn it is among the connections of a host: to send, to have its timers fire, to be
 * looked at by its user, to give memory back.
 *
 * @module
 */

import { after, earliest, type Instant, NEVER, seconds } from "../base/units.ts";
import { DeadlineHeap, type HeapEntry, NOT_IN_HEAP } from "./deadline_heap.ts";
import { Fifo } from "./fifo.ts";

/**
 * Octets of payload with which a turn to send ends, so that a busy connection does not hold the others up. A few segments
 * one after another cost less than as many of different connections.
 */
const TURN_OCTETS = 32_768;

/** Turns to send after which one connection may give memory back: asking costs as much as a few segments do. */
const TURNS_PER_TRIM = 8;

/**
 * How long after a turn those are asked for memory whose turn has not come in the turns of others, how many at once, and how many
 * it takes to wake a host for it.
 */
const TRIM_INTERVAL = seconds(2);
const MOST_TRIMMED = 4_096;
const LEAST_TRIMMED = 32;

/** A connection and its place in the schedule. Only {@link Schedule} writes the fields. */
export interface ScheduleEntry extends HeapEntry {
  readonly connection: { readonly hasEvents: boolean; nextDeadline(): Instant; trim(now: Instant): boolean };
  /** Whether it was added, and not removed since. */
  isAdded: boolean;
  /** Whether it waits for its turn to send. */
  isQueued: boolean;
  /** Whether its timers may have changed since the heap was updated, and whether it is in the list of those. */
  isTouched: boolean;
  isListed: boolean;
  /** Whether it waits for {@link Schedule.nextEventful}. */
  isEventful: boolean;
  /** Whether it may have memory to give back, and waits to be asked for it. */
  mayTrim: boolean;
}

/** The fields of an entry that is in no schedule. */
export const NOT_SCHEDULED = {
  isAdded: false,
  isQueued: false,
  isTouched: false,
  isListed: false,
  isEventful: false,
  mayTrim: false,
  deadline: NEVER,
  heapIndex: NOT_IN_HEAP,
} as const;

/** The schedule. Every call takes the same time however many connections there are, or O(log n) for a changed deadline. */
export class Schedule<T extends ScheduleEntry> {
  readonly #entries = new Set<T>();
  /** Those that have had a turn since they last gave memory back. */
  readonly #trimmable = new Fifo<T>();
  /** When they are asked for it, should there be no turns; NEVER: nobody has any. */
  #trimAt: Instant = NEVER;
  readonly #deadlines = new DeadlineHeap<T>();
  /** Those whose timers may have changed; of most of them the heap knows again since the end of a turn. */
  #touched: T[] = [];
  /** Those that may have something to send. */
  readonly #senders = new Fifo<T>();
  /** Those that have events nobody has been told of; null: nobody has asked for them yet. */
  #eventful: Fifo<T> | null = null;
  /** Octets of payload that the first of them has sent in its turn. */
  #turnLength = 0;
  /** Turns that ended for want of something to send. */
  #turns = 0;

  /** Every entry, in the order of their coming. A copy. */
  all(): T[] {
    return [...this.#entries];
  }

  /** Adds a connection, which may have something to send. */
  add(entry: T): void {
    this.#entries.add(entry);
    entry.isAdded = true;
    this.enqueue(entry);
  }

  /** Removes a connection; should it wait for its turn to send, it is still asked once. */
  remove(entry: T): void {
    this.#entries.delete(entry);
    entry.isAdded = false;
    if (this.#entries.size === 0) this.#trimAt = NEVER;
    this.#deadlines.set(entry, NEVER);
  }

  /** Something happened to a connection: it may have something to send, and its timers may have changed. */
  enqueue(entry: T): void {
    this.#touch(entry);
    this.#noteEvents(entry);
    if (entry.isQueued) return;
    entry.isQueued = true;
    this.#senders.push(entry);
  }

  /** Whose turn to send it is; undefined: nobody's. */
  get sender(): T | undefined {
    return this.#senders.first;
  }

  /** The connection whose turn it is sent a segment with so many octets of payload; the turn may end with that. */
  sent(octets: number): void {
    const entry = this.#senders.first;
    if (entry === undefined) return;
    this.#touch(entry);
    this.#turnLength += octets;
    if (this.#turnLength < TURN_OCTETS) return;
    this.#turnLength = 0;
    if (this.#senders.length === 1) return;
    this.#senders.shift();
    this.#senders.push(entry);
  }

  /** The connection whose turn it is has nothing to send now: the turn ends. */
  endTurn(now: Instant): void {
    this.#turnLength = 0;
    const entry = this.#senders.shift();
    if (entry !== undefined) {
      entry.isQueued = false;
      this.#noteEvents(entry);
      if (!entry.mayTrim) this.#trimLater(entry);
    }
    if (++this.#turns % TURNS_PER_TRIM === 0) this.#trimNext(now);
    if (this.#trimAt === NEVER && this.#mayTrimIdle) this.#trimAt = after(now, TRIM_INTERVAL);
  }

  /** The next connection that has events, once for what happens to it; undefined: none. Kept from the first call on. */
  nextEventful(): T | undefined {
    if (this.#eventful === null) {
      this.#eventful = new Fifo<T>();
      for (const entry of this.#entries) this.#noteEvents(entry);
    }
    const entry = this.#eventful.shift();
    if (entry !== undefined) entry.isEventful = false;
    return entry;
  }

  /** A connection of which a timer is due; null when there is none. */
  due(now: Instant): T | null {
    return this.#deadlines.due(now);
  }

  /** Asks those for memory that may have some, when nothing has happened on the host for so long that their turns do not come. */
  trimIdle(now: Instant): void {
    if (now < this.#trimAt) return;
    for (let left = Math.min(this.#trimmable.length, MOST_TRIMMED); left > 0; left--) this.#trimNext(now);
    this.#trimAt = this.#mayTrimIdle ? after(now, TRIM_INTERVAL) : NEVER;
  }

  /** Takes note of a connection's next deadline. */
  updateDeadline(entry: T): void {
    entry.isTouched = false;
    if (entry.isAdded) this.#deadlines.set(entry, entry.connection.nextDeadline());
  }

  /** The earliest deadline of all; NEVER when no timer runs. */
  nextDeadline(): Instant {
    const touched = this.#touched;
    for (let entry = touched.pop(); entry !== undefined; entry = touched.pop()) {
      entry.isListed = false;
      if (entry.isTouched) this.updateDeadline(entry);
    }
    return earliest(this.#deadlines.next(), this.#trimAt);
  }

  #touch(entry: T): void {
    if (entry.isTouched) return;
    entry.isTouched = true;
    if (entry.isListed) return;
    entry.isListed = true;
    this.#touched.push(entry);
  }

  #noteEvents(entry: T): void {
    if (this.#eventful === null || entry.isEventful || !entry.connection.hasEvents) return;
    entry.isEventful = true;
    this.#eventful.push(entry);
  }

  get #mayTrimIdle(): boolean {
    return this.#trimmable.length >= LEAST_TRIMMED && this.#entries.size > 0;
  }

  #trimLater(entry: T): void {
    entry.mayTrim = true;
    this.#trimmable.push(entry);
  }

  /** Of one connection after another, memory that it no longer uses. */
  #trimNext(now: Instant): void {
    const entry = this.#trimmable.shift();
    if (entry === undefined) return;
    entry.mayTrim = false;
    if (entry.isAdded && !entry.connection.trim(now)) this.#trimLater(entry);
  }
}
