/**
 * One record for each segment in flight, in sequence order: where it lies, when it was sent, what is known of it.
 *
 * A record keeps its slot in parallel typed arrays for as long as it lives, so that other lists can name it, and following
 * a segment makes no garbage. Records are linked in sequence order, which makes cutting one in two O(1); a ring of the
 * slots in the order of their pushing is what binary search runs over.
 *
 * @module
 */

import { NO_FLOAT64, NO_INT32, NO_OCTETS } from "../base/empty.ts";
import { seqAtOrBefore, type SeqNumber, seqNumber, seqToInt32 } from "../base/seq.ts";
import type { Instant } from "../base/units.ts";

/** No slot. */
export const NONE = -1;

const FIRST_CAPACITY = 16;

/** The records of one connection, by slot. Walk them from `first` by {@link next} until `end`. */
export class Records {
  #capacity = 0;
  #count = 0;
  /** The oldest record; `#end` when there is none. */
  #first = NONE;
  /** The slot of the record that is pushed next: what the newest one's successor is. */
  #end = NONE;
  /** Slots that are free, linked by `#next`. */
  #free = NONE;
  #start: Int32Array = NO_INT32;
  #until: Int32Array = NO_INT32;
  #marks: Uint8Array = NO_OCTETS;
  #segments: Int32Array = NO_INT32;
  #firstSentAt: Float64Array = NO_FLOAT64;
  #sentAt: Float64Array = NO_FLOAT64;
  /** Which transmission the last one of the record was: they are numbered as they come, modulo 2^32. */
  #serial: Int32Array = NO_INT32;
  #transmissions = 0;
  #next: Int32Array = NO_INT32;
  #previous: Int32Array = NO_INT32;
  /** Slots as pushed; parts that were cut off a record follow it by `#next` alone. */
  #ring: Int32Array = NO_INT32;
  #ringHead = 0;
  #ringCount = 0;

  /** Records held. */
  get count(): number {
    return this.#count;
  }

  /** Slots for which there is memory. */
  get capacity(): number {
    return this.#capacity;
  }

  /** The oldest record; {@link end} when there is none. */
  get first(): number {
    return this.#first;
  }

  /** What comes after the newest record: never a record itself, until it is pushed. */
  get end(): number {
    return this.#end;
  }

  /** The newest record. There is one. */
  get last(): number {
    return this.previous(this.#end);
  }

  /** The record behind this one in sequence; {@link end}: there is none. */
  next(slot: number): number {
    return this.#next[slot] as number;
  }

  /** The record before this one in sequence; {@link NONE} before the first. */
  previous(slot: number): number {
    return slot === this.#first ? NONE : this.#previous[slot] as number;
  }

  start(slot: number): SeqNumber {
    return seqNumber(this.#start[slot] as number);
  }

  /** The number behind the record's last octet. */
  until(slot: number): SeqNumber {
    return seqNumber(this.#until[slot] as number);
  }

  /** Sequence space of the record, octets. */
  length(slot: number): number {
    return (this.#until[slot] as number) - (this.#start[slot] as number) | 0;
  }

  /** What is known of the record, bits of {@link Mark}. */
  marks(slot: number): number {
    return this.#marks[slot] as number;
  }

  setMarks(slot: number, marks: number): void {
    this.#marks[slot] = marks;
  }

  /** Wire segments that the record stands for. */
  segments(slot: number): number {
    return this.#segments[slot] as number;
  }

  setSegments(slot: number, segments: number): void {
    this.#segments[slot] = segments;
  }

  /** When the record was sent for the first time. */
  firstSentAt(slot: number): Instant {
    return this.#firstSentAt[slot] as Instant;
  }

  /** When the record was last sent. */
  sentAt(slot: number): Instant {
    return this.#sentAt[slot] as Instant;
  }

  setSentAt(slot: number, now: Instant): void {
    this.#sentAt[slot] = now;
  }

  /** The number of the record's last transmission. */
  serial(slot: number): number {
    return this.#serial[slot] as number;
  }

  /** The record is sent. */
  noteSent(slot: number, now: Instant): void {
    this.#sentAt[slot] = now;
    this.#serial[slot] = this.#transmissions = this.#transmissions + 1 | 0;
  }

  /** Whether the next push or cut needs {@link grow} first. */
  get isFull(): boolean {
    return this.#free === NONE;
  }

  /** A record of what was sent last, behind all others. Returns its slot. */
  push(start: SeqNumber, until: SeqNumber, now: Instant, marks: number, segments: number): number {
    const slot = this.#end;
    const end = this.#take();
    this.#next[slot] = end;
    this.#previous[end] = slot;
    this.#end = end;
    this.#start[slot] = seqToInt32(start);
    this.#until[slot] = seqToInt32(until);
    this.#marks[slot] = marks;
    this.#segments[slot] = segments;
    this.#firstSentAt[slot] = now;
    this.noteSent(slot, now);
    this.#ring[this.#ringHead + this.#ringCount++ & this.#capacity - 1] = slot;
    this.#count++;
    return slot;
  }

  /** Forgets the oldest record; its slot has no marks until it is taken again. */
  removeFirst(): void {
    const slot = this.#first;
    const next = this.#next[slot] as number;
    const hasParts = this.#count > 1 &&
      (this.#ringCount === 1 || this.#ring[this.#ringHead + 1 & this.#capacity - 1] !== next);
    if (hasParts) this.#ring[this.#ringHead] = next;
    else {
      this.#ringHead = this.#ringHead + 1 & this.#capacity - 1;
      this.#ringCount--;
    }
    this.#marks[slot] = 0;
    this.#next[slot] = this.#free;
    this.#free = slot;
    this.#first = next;
    this.#count--;
  }

  /** Cuts a record in two at `seq`, which lies inside it; both parts keep its times and marks. Returns the second. */
  cut(slot: number, seq: SeqNumber): number {
    const part = this.#take();
    const next = this.#next[slot] as number;
    this.#next[slot] = part;
    this.#previous[part] = slot;
    this.#next[part] = next;
    this.#previous[next] = part;
    this.#start[part] = seqToInt32(seq);
    this.#until[part] = this.#until[slot] as number;
    this.#until[slot] = seqToInt32(seq);
    this.#marks[part] = this.#marks[slot] as number;
    this.#segments[part] = this.#segments[slot] as number;
    this.#firstSentAt[part] = this.#firstSentAt[slot] as number;
    this.#sentAt[part] = this.#sentAt[slot] as number;
    this.#serial[part] = this.#serial[slot] as number;
    this.#count++;
    return part;
  }

  /** Lets the newest record reach to `until`. */
  extendLast(until: SeqNumber): void {
    this.#until[this.last] = seqToInt32(until);
  }

  /** The record that holds `seq`, or the first one behind it; {@link end} when none does. */
  find(seq: SeqNumber): number {
    let low = 0;
    let high = this.#ringCount;
    while (low < high) {
      const middle = low + high >> 1;
      const slot = this.#ring[this.#ringHead + middle & this.#capacity - 1] as number;
      if (seqAtOrBefore(this.start(slot), seq)) low = middle + 1;
      else high = middle;
    }
    let slot = low === 0 ? this.#first : this.#ring[this.#ringHead + low - 1 & this.#capacity - 1] as number;
    while (slot !== this.#end && seqAtOrBefore(this.until(slot), seq)) slot = this.next(slot);
    return slot;
  }

  /** Twice the memory, or the first; every record keeps its slot. */
  grow(): void {
    const before = this.#capacity;
    const capacity = Math.max(FIRST_CAPACITY, 2 * before);
    const ring = new Int32Array(capacity);
    for (let i = 0; i < this.#ringCount; i++) ring[i] = this.#ring[this.#ringHead + i & before - 1] as number;
    this.#ring = ring;
    this.#ringHead = 0;
    this.#start = grown(this.#start, new Int32Array(capacity));
    this.#until = grown(this.#until, new Int32Array(capacity));
    this.#marks = grown(this.#marks, new Uint8Array(capacity));
    this.#segments = grown(this.#segments, new Int32Array(capacity));
    this.#firstSentAt = grown(this.#firstSentAt, new Float64Array(capacity));
    this.#sentAt = grown(this.#sentAt, new Float64Array(capacity));
    this.#serial = grown(this.#serial, new Int32Array(capacity));
    this.#next = grown(this.#next, new Int32Array(capacity));
    this.#previous = grown(this.#previous, new Int32Array(capacity));
    for (let slot = capacity - 1; slot >= before; slot--) {
      this.#next[slot] = this.#free;
      this.#free = slot;
    }
    this.#capacity = capacity;
    if (before === 0) this.#first = this.#end = this.#take();
  }

  /** Gives the memory back. There are no records. */
  release(): void {
    this.#capacity = this.#ringHead = this.#ringCount = 0;
    this.#first = this.#end = this.#free = NONE;
    this.#start =
      this.#until =
      this.#segments =
      this.#serial =
        NO_INT32;
    this.#next = this.#previous = this.#ring = NO_INT32;
    this.#marks = NO_OCTETS;
    this.#sentAt = this.#firstSentAt = NO_FLOAT64;
  }

  #take(): number {
    const slot = this.#free;
    this.#free = this.#next[slot] as number;
    return slot;
  }
}

/** Copies what an array holds into a longer one, and returns that. */
export function grown<T extends Int32Array | Uint8Array | Float64Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
