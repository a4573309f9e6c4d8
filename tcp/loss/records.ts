/**
 * One record for each segment in flight, in sequence order: where it lies, when it was sent, what is known of it.
 *
 * A record keeps its slot in typed arrays for as long as it lives, so that other lists can name it, and following a
 * segment makes no garbage. Records are linked in sequence order, which makes cutting one in two O(1); a ring of the
 * slots in the order of their pushing is what binary search runs over. What other lists note of a record lies beside it: with
 * many connections each array of their own would be a wait for memory more.
 *
 * @module
 */

import { NO_FLOAT64, NO_INT32 } from "../base/empty.ts";
import * as seq from "../base/seq.ts";
import type { SeqNumber } from "../base/seq.ts";
import type { Instant } from "../base/units.ts";

// Bound here: what is imported is looked up at each use (tests/bench/profiles/core.md).
const { seqAtOrBefore, seqNumber, seqToInt32 } = seq;

/** No slot. */
export const NONE = -1;

const FIRST_CAPACITY = 16;

/** Where a record's fields lie: one behind the other, so that whoever looks at one has the others in the processor's cache. */
const FIELDS = 11;
const START = 0;
const UNTIL = 1;
const MARKS = 2;
/** Wire segments that the record stands for. */
const SEGMENTS = 3;
/** Which transmission the last one of the record was: they are numbered as they come, modulo 2^32. */
const SERIAL = 4;
/** Neighbours in sequence order; of a slot that is free, `NEXT` is the next free one. */
const NEXT = 5;
const PREVIOUS = 6;
/** Notes of the list in the order of sending: whom it was sent before, and whom behind. */
const SENT_BEFORE = 7;
const SENT_BEHIND = 8;
/** Note of the scoreboard: from where on others may not be reported. */
const SKIP = 9;
/** Of the ring's place of this number, not of the record: the slot that was pushed there. */
const PUSHED = 10;

/** Its moments, which are no int32. */
const MOMENTS = 3;
const FIRST_SENT_AT = 0;
const SENT_AT = 1;
const MADE_AT = 2;

/** The records of one connection, by slot. Walk them from `first` by {@link next} until `end`. */
export class Records {
  #capacity = 0;
  #count = 0;
  /** The oldest record; `#end` when there is none. */
  #first = NONE;
  /** The slot of the record that is pushed next: what the newest one's successor is. */
  #end = NONE;
  /** Slots that are free. */
  #free = NONE;
  #fields: Int32Array = NO_INT32;
  #moments: Float64Array = NO_FLOAT64;
  #transmissions = 0;
  /** The ring of slots as pushed; parts that were cut off a record follow it only by `NEXT`. */
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
    return this.#fields[slot * FIELDS + NEXT] as number;
  }

  /** The record before this one in sequence; {@link NONE} before the first. */
  previous(slot: number): number {
    return slot === this.#first ? NONE : this.#fields[slot * FIELDS + PREVIOUS] as number;
  }

  start(slot: number): SeqNumber {
    return seqNumber(this.#fields[slot * FIELDS + START] as number);
  }

  /** The number behind the record's last octet. */
  until(slot: number): SeqNumber {
    return seqNumber(this.#fields[slot * FIELDS + UNTIL] as number);
  }

  /** Sequence space of the record, octets. */
  length(slot: number): number {
    const at = slot * FIELDS;
    return (this.#fields[at + UNTIL] as number) - (this.#fields[at + START] as number) | 0;
  }

  /** What is known of the record, bits of {@link Mark}. */
  marks(slot: number): number {
    return this.#fields[slot * FIELDS + MARKS] as number;
  }

  setMarks(slot: number, marks: number): void {
    this.#fields[slot * FIELDS + MARKS] = marks;
  }

  /** Wire segments that the record stands for. */
  segments(slot: number): number {
    return this.#fields[slot * FIELDS + SEGMENTS] as number;
  }

  setSegments(slot: number, segments: number): void {
    this.#fields[slot * FIELDS + SEGMENTS] = segments;
  }

  /** As the list in the order of sending notes it. */
  sentBefore(slot: number): number {
    return this.#fields[slot * FIELDS + SENT_BEFORE] as number;
  }

  setSentBefore(slot: number, later: number): void {
    this.#fields[slot * FIELDS + SENT_BEFORE] = later;
  }

  /** As the list in the order of sending notes it. */
  sentBehind(slot: number): number {
    return this.#fields[slot * FIELDS + SENT_BEHIND] as number;
  }

  setSentBehind(slot: number, earlier: number): void {
    this.#fields[slot * FIELDS + SENT_BEHIND] = earlier;
  }

  /** As the scoreboard notes it, of a record that was reported. */
  skip(slot: number): number {
    return this.#fields[slot * FIELDS + SKIP] as number;
  }

  setSkip(slot: number, to: number): void {
    this.#fields[slot * FIELDS + SKIP] = to;
  }

  /** When the record was sent for the first time. */
  firstSentAt(slot: number): Instant {
    return this.#moments[slot * MOMENTS + FIRST_SENT_AT] as Instant;
  }

  /** When the record last left, as far as that is known. */
  sentAt(slot: number): Instant {
    return this.#moments[slot * MOMENTS + SENT_AT] as Instant;
  }

  /** When its last transmission was made, which may have left later: what its timestamp says. */
  madeAt(slot: number): Instant {
    return this.#moments[slot * MOMENTS + MADE_AT] as Instant;
  }

  setSentAt(slot: number, now: Instant): void {
    this.#moments[slot * MOMENTS + SENT_AT] = now;
  }

  /** The number of the record's last transmission. */
  serial(slot: number): number {
    return this.#fields[slot * FIELDS + SERIAL] as number;
  }

  /** The record is sent. */
  noteSent(slot: number, now: Instant): void {
    this.#moments[slot * MOMENTS + SENT_AT] = this.#moments[slot * MOMENTS + MADE_AT] = now;
    this.#fields[slot * FIELDS + SERIAL] = this.#transmissions = this.#transmissions + 1 | 0;
  }

  /** Whether the next push or cut needs {@link grow} first. */
  get isFull(): boolean {
    return this.#free === NONE;
  }

  /** A record of what was sent last, behind all others. Returns its slot. */
  push(start: SeqNumber, until: SeqNumber, now: Instant, marks: number, segments: number): number {
    const fields = this.#fields;
    const slot = this.#end;
    const end = this.#take();
    this.#end = end;
    fields[end * FIELDS + PREVIOUS] = slot;
    const at = slot * FIELDS;
    fields[at + START] = seqToInt32(start);
    fields[at + UNTIL] = seqToInt32(until);
    fields[at + MARKS] = marks;
    fields[at + SEGMENTS] = segments;
    fields[at + NEXT] = end;
    this.#moments[slot * MOMENTS + FIRST_SENT_AT] = now;
    this.noteSent(slot, now);
    fields[this.#ringAt(this.#ringCount++)] = slot;
    this.#count++;
    return slot;
  }

  /** Forgets the oldest record; its slot says of no record that it waits, until it is taken again. */
  removeFirst(): void {
    const slot = this.#first;
    const at = slot * FIELDS;
    const next = this.#fields[at + NEXT] as number;
    const hasParts = this.#count > 1 &&
      (this.#ringCount === 1 || this.#fields[this.#ringAt(1)] !== next);
    if (hasParts) this.#fields[this.#ringAt(0)] = next;
    else {
      this.#ringHead = this.#ringHead + 1 & this.#capacity - 1;
      this.#ringCount--;
    }
    this.#fields[at + MARKS] = 0;
    this.#fields[at + NEXT] = this.#free;
    this.#free = slot;
    this.#first = next;
    this.#count--;
  }

  /** Forgets the `count` oldest records, of which `last` is the last. None of them waits to be sent again. */
  removeTo(last: number, count: number): void {
    // Parts have no place of their own in the ring.
    if (this.#ringCount < this.#count) {
      for (let i = 0; i < count; i++) this.removeFirst();
      return;
    }
    const fields = this.#fields;
    const next = fields[last * FIELDS + NEXT] as number;
    fields[last * FIELDS + NEXT] = this.#free;
    this.#free = this.#first;
    this.#first = next;
    this.#ringHead = this.#ringHead + count & this.#capacity - 1;
    this.#ringCount -= count;
    this.#count -= count;
  }

  /** Cuts a record in two at `seq`, which lies inside it; both parts keep its times and marks. Returns the second. */
  cut(slot: number, seq: SeqNumber): number {
    const part = this.#take();
    const next = this.next(slot);
    const fields = this.#fields;
    const from = slot * FIELDS;
    const to = part * FIELDS;
    fields.copyWithin(to, from, from + PUSHED);
    this.#moments.copyWithin(part * MOMENTS, slot * MOMENTS, (slot + 1) * MOMENTS);
    fields[from + UNTIL] = fields[to + START] = seqToInt32(seq);
    fields[from + NEXT] = part;
    fields[to + PREVIOUS] = slot;
    fields[next * FIELDS + PREVIOUS] = part;
    this.#count++;
    return part;
  }

  /** Lets the newest record reach to `until`. */
  extendLast(until: SeqNumber): void {
    this.#fields[this.last * FIELDS + UNTIL] = seqToInt32(until);
  }

  /** The record that holds `seq`, or the first one behind it; {@link end} when none does. */
  find(seq: SeqNumber): number {
    let low = 0;
    let high = this.#ringCount;
    while (low < high) {
      const middle = low + high >> 1;
      const slot = this.#fields[this.#ringAt(middle)] as number;
      if (seqAtOrBefore(this.start(slot), seq)) low = middle + 1;
      else high = middle;
    }
    let slot = low === 0 ? this.#first : this.#fields[this.#ringAt(low - 1)] as number;
    while (slot !== this.#end && seqAtOrBefore(this.until(slot), seq)) slot = this.next(slot);
    return slot;
  }

  /** Twice the memory, or the first; every record keeps its slot. */
  grow(): void {
    const before = this.#capacity;
    const capacity = Math.max(FIRST_CAPACITY, 2 * before);
    const fields = grown(this.#fields, new Int32Array(capacity * FIELDS));
    for (let i = 0; i < this.#ringCount; i++) {
      fields[i * FIELDS + PUSHED] = this.#fields[this.#ringAt(i)] as number;
    }
    this.#ringHead = 0;
    this.#fields = fields;
    this.#moments = grown(this.#moments, new Float64Array(capacity * MOMENTS));
    for (let slot = capacity - 1; slot >= before; slot--) {
      this.#fields[slot * FIELDS + NEXT] = this.#free;
      this.#free = slot;
    }
    this.#capacity = capacity;
    if (before === 0) this.#first = this.#end = this.#take();
  }

  /** Gives the memory back. There are no records. */
  release(): void {
    this.#capacity = this.#ringHead = this.#ringCount = 0;
    this.#first = this.#end = this.#free = NONE;
    this.#fields = NO_INT32;
    this.#moments = NO_FLOAT64;
  }

  /** Where the slot is written down that was pushed `index`th of those in the ring. */
  #ringAt(index: number): number {
    return (this.#ringHead + index & this.#capacity - 1) * FIELDS + PUSHED;
  }

  #take(): number {
    const slot = this.#free;
    this.#free = this.next(slot);
    return slot;
  }
}

/** Copies what an array holds into a longer one, and returns that. */
export function grown<T extends Int32Array | Float64Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
