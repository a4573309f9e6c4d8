/**
 * A growable ring of octets that are addressed by their place in the stream.
 *
 * Two uses: what the user gave and the peer has not acknowledged (append or reserve and commit, lend, discard), and what
 * arrived and the user has not read (place, extend, read or peek and discard), where octets beyond a gap may be there
 * already.
 *
 * @module
 */

import { copyOctets, viewOf } from "../base/copy.ts";
import { NO_OCTETS } from "../base/empty.ts";
import { OctetCount } from "../base/octet_count.ts";
import type { OctetRange } from "../base/octet_range.ts";

/** Octets of the first storage; it doubles from there. */
const FIRST_CAPACITY = 2_048;

/**
 * Octets by stream offset: 0 is the first octet of the stream, and offsets go on to 2^53.
 *
 * Invariants: `start <= end <= placed end <= start + limit`. Everything from `start` to `end` is there; from `end` to the
 * placed end there may be gaps, which the owner knows. The storage is a power of two, and octets lie in it one behind the
 * other, modulo its size. Growing never changes what was lent before: that stays in the old storage.
 *
 * In what each segment does, octets are named by their distance from `start`: offsets outgrow the machine's
 * integers, and a number that is none may be an object on the heap, depending on how far the compiler has come.
 */
export class ByteRing {
  #storage: Uint8Array = NO_OCTETS;
  #view: DataView | null = null;
  #mask = -1;
  readonly #start: OctetCount = new OctetCount();
  /** Octets held without a gap; and as far as any are held. */
  #length = 0;
  #placedLength = 0;
  /** Octets behind `end` that somebody may be writing. */
  #reserved = 0;
  /** Where the octet at `start` lies in the storage, or would lie in one of 2^32 octets; an int32. */
  #origin = 0;
  #limit: number;

  /** A ring without storage that may come to hold `limit` octets. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Offset of the first octet held. */
  get start(): number {
    return this.#start.value;
  }

  /** Offset after the last octet that is held without a gap. */
  get end(): number {
    return this.#start.value + this.#length;
  }

  /** Offset after the last octet that is held at all. */
  get placedEnd(): number {
    return this.#start.value + this.#placedLength;
  }

  /** Octets held without a gap. */
  get length(): number {
    return this.#length;
  }

  /** Octets that can follow `end` before the limit is reached. */
  get room(): number {
    return this.#limit - this.#length;
  }

  /** Octets of memory in use. Not asked of the storage: the array itself is one more wait for memory with many rings. */
  get capacity(): number {
    return this.#mask + 1;
  }

  /** Octets that may be held, gaps included. Setting it never forgets octets: it stays at what is held. */
  get limit(): number {
    return this.#limit;
  }

  set limit(octets: number) {
    this.#limit = Math.max(octets, this.#placedLength);
  }

  /** Copies octets to the end, as far as there is room; `view`: of all of `from`, if there is one. Returns how many. */
  append(from: Uint8Array, fromOffset: number, length: number, view: DataView | null = null): number {
    const taken = Math.min(length, this.room);
    if (taken <= 0) return 0;
    this.#write(this.#length, from, fromOffset, taken, view);
    this.#advance(taken);
    return taken;
  }

  /**
   * Names room for octets at the end, as far as there is any, to be written there and then counted by {@link commit}.
   * Acknowledged octets may be discarded meanwhile; the next `append`, `reserve` or `restartAt` ends the reservation.
   * Returns how many.
   */
  reserve(length: number, out: OctetRange): number {
    const reserved = Math.max(0, Math.min(length, this.room));
    if (reserved > 0) this.#ensure(this.#length + reserved);
    this.#name(this.#length, reserved, out);
    this.#reserved = reserved;
    return reserved;
  }

  /** Counts the first octets of what was reserved as appended, and ends the reservation. @throws RangeError beyond it */
  commit(length: number): void {
    if (length < 0 || length > this.#reserved) {
      throw new RangeError(`Cannot commit ${length} octets: reserved are ${this.#reserved}`);
    }
    this.#advance(length);
  }

  /**
   * Copies octets to their place `gap` octets after `end`, over what may lie there from before. They count as held only when
   * {@link extend} says so. `view`: as for {@link append}.
   *
   * @throws RangeError when the place lies before `end` or beyond the limit: a mistake of the caller, who trims segments
   */
  place(
    gap: number,
    from: Uint8Array,
    fromOffset: number,
    length: number,
    view: DataView | null = null,
  ): void {
    const at = this.#length + gap;
    if (gap < 0 || at + length > this.#limit) {
      throw new RangeError(
        `Cannot place ${length} octets at ${this.end + gap}: give a place from ${this.end} to ${
          this.start + this.#limit
        }`,
      );
    }
    if (length === 0) return;
    this.#write(at, from, fromOffset, length, view);
    if (at + length > this.#placedLength) this.#placedLength = at + length;
  }

  /** Counts so many octets after `end` as held: they were placed. @throws RangeError beyond what was placed */
  extend(octets: number): void {
    if (octets < 0 || this.#length + octets > this.#placedLength) {
      throw new RangeError(
        `Cannot extend to ${this.end + octets}: octets were placed up to ${this.placedEnd}`,
      );
    }
    this.#length += octets;
  }

  /** Copies octets from `start` on until `into` is full or `end` is reached, and drops them. Returns how many. */
  read(into: Uint8Array): number {
    const taken = Math.min(into.length, this.#length);
    this.#copy(0, into, 0, taken);
    this.#drop(taken);
    return taken;
  }

  /** Drops the first octets. @throws RangeError when fewer are held */
  discard(octets: number): void {
    if (octets < 0 || octets > this.#length) {
      throw new RangeError(`Cannot discard ${octets} octets: held are ${this.#length}`);
    }
    this.#drop(octets);
  }

  /**
   * Drops everything, what was placed beyond a gap too, and goes on at `offset`. For the beginning of a stream, and for
   * its end, when nobody will read any more.
   */
  restartAt(offset: number): void {
    this.#origin = this.#origin + (offset - this.start) | 0;
    this.#start.value = offset;
    this.#length = 0;
    this.#placedLength = 0;
    this.#reserved = 0;
  }

  /**
   * Names octets, the first of them `at` octets after `start`. They stay as they are until they are discarded, even when the
   * ring grows. @throws RangeError when not all of them are held
   */
  lend(at: number, length: number, out: OctetRange): void {
    this.#checkHeld(at, length);
    this.#name(at, length, out);
  }

  /** Names all octets held without a gap. They stay as they are until they are discarded, even when the ring grows. */
  peek(out: OctetRange): void {
    this.#name(0, this.#length, out);
  }

  /** `at`: octets after the first one held. */
  #copy(at: number, into: Uint8Array, intoOffset: number, length: number): void {
    if (length === 0) return;
    const index = this.#indexOf(at);
    const untilWrap = this.capacity - index;
    const first = length < untilWrap ? length : untilWrap;
    copyOctets(this.#storage, index, into, intoOffset, first, this.#view, null);
    if (first < length) {
      copyOctets(this.#storage, 0, into, intoOffset + first, length - first, this.#view, null);
    }
  }

  /** Gives the memory back when nothing is held or reserved. For whoever notices that a connection has gone quiet. */
  trim(): void {
    if (this.#placedLength > 0 || this.#reserved > 0) return;
    this.#storage = NO_OCTETS;
    this.#view = null;
    this.#mask = -1;
  }

  #checkHeld(at: number, length: number): void {
    if (at < 0 || at + length > this.#length) {
      throw new RangeError(
        `Cannot take ${length} octets at ${
          this.start + at
        }: held are those from ${this.start} to ${this.end}`,
      );
    }
  }

  /** Where in the storage an octet lies that is `at` octets after the first one held. */
  #indexOf(at: number): number {
    return this.#origin + at & this.#mask;
  }

  #name(at: number, length: number, out: OctetRange): void {
    const index = length === 0 ? 0 : this.#indexOf(at);
    const untilWrap = this.capacity - index;
    out.octets = this.#storage;
    out.view = this.#view;
    out.offset = index;
    out.length = length;
    out.firstPartLength = length < untilWrap ? length : untilWrap;
  }

  /** Octets at the end were written: they are held. */
  #advance(length: number): void {
    this.#length += length;
    if (this.#length > this.#placedLength) this.#placedLength = this.#length;
    this.#reserved = 0;
  }

  #drop(octets: number): void {
    this.#start.add(octets);
    this.#length -= octets;
    this.#placedLength -= octets;
    // An empty ring begins at the start of its storage again: where the other side keeps up, the same few octets of it are used
    // over and over, and stay in the processor's cache.
    const isEmpty = this.#placedLength === 0 && this.#reserved === 0;
    this.#origin = isEmpty ? 0 : this.#origin + octets | 0;
  }

  /** `at`: octets after the first one held. */
  #write(at: number, from: Uint8Array, fromOffset: number, length: number, view: DataView | null): void {
    this.#ensure(at + length);
    const index = this.#indexOf(at);
    const untilWrap = this.capacity - index;
    const first = length < untilWrap ? length : untilWrap;
    copyOctets(from, fromOffset, this.#storage, index, first, view, this.#view);
    if (first < length) {
      copyOctets(from, fromOffset + first, this.#storage, 0, length - first, view, this.#view);
    }
  }

  /** Has the storage hold that many octets. */
  #ensure(octets: number): void {
    if (octets > this.capacity) this.#grow(octets);
  }

  /** Moves to a storage of at least `needed` octets: the next power of two. */
  #grow(needed: number): void {
    let capacity = Math.max(this.capacity, FIRST_CAPACITY);
    // A ring that may hold less than the first storage never needs so much.
    while (capacity / 2 >= this.#limit && capacity / 2 >= needed) capacity /= 2;
    while (capacity < needed) capacity *= 2;
    const old = this.#storage;
    const oldMask = this.#mask;
    const grown = new Uint8Array(capacity);
    const mask = capacity - 1;
    for (let at = 0; at < this.#placedLength;) {
      const from = this.#origin + at & oldMask;
      const into = this.#origin + at & mask;
      const run = Math.min(this.#placedLength - at, old.length - from, capacity - into);
      copyOctets(old, from, grown, into, run, null, null);
      at += run;
    }
    this.#storage = grown;
    this.#view = viewOf(grown);
    this.#mask = mask;
  }
}
