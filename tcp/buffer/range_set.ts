/**
 * A bounded set of ranges of stream offsets: which octets beyond a gap are there.
 *
 * @module
 */

import { NO_FLOAT64 } from "../base/empty.ts";

/** What {@link RangeSet.add} returns for a range that it could not take. */
export const NO_RANGE = -1;

/** Ranges for which there is memory at first; it doubles up to the limit. */
const FIRST_CAPACITY = 4;

/**
 * Sorted ranges `[start, end)` of stream offsets that neither overlap nor touch. Holds at most `limit` of them, so that
 * its memory and the time of each call are bounded whatever a peer sends.
 */
export class RangeSet {
  readonly limit: number;
  #starts: Float64Array = NO_FLOAT64;
  #ends: Float64Array = NO_FLOAT64;
  #count = 0;

  /** An empty set for at most `limit` ranges. */
  constructor(limit: number) {
    this.limit = limit;
  }

  /** Ranges in the set. */
  get count(): number {
    return this.#count;
  }

  /** Ranges for which there is memory. */
  get capacity(): number {
    return this.#starts.length;
  }

  /** Start of range `index`, 0 to `count` - 1 in ascending order. */
  start(index: number): number {
    return this.#starts[index] as number;
  }

  /** Offset after the last octet of range `index`. */
  end(index: number): number {
    return this.#ends[index] as number;
  }

  /** Index of the first range that ends after `offset`: the one that contains it or the next; `count` when none does. */
  indexAfter(offset: number): number {
    // Segments nearly always add to the last range or come after it.
    if (this.#count === 0 || offset >= this.end(this.#count - 1)) return this.#count;
    let low = 0;
    let high = this.#count - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.end(middle) > offset) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /**
   * Adds `[start, end)`, joining it with the ranges that it overlaps or touches. Returns the index of the range that now
   * has it, or {@link NO_RANGE} when it is empty, or would be one range more than `limit`; then nothing has changed.
   */
  add(start: number, end: number): number {
    if (end <= start) return NO_RANGE;
    let first = this.indexAfter(start);
    if (first > 0 && this.end(first - 1) === start) first--;
    let after = first;
    while (after < this.#count && this.start(after) <= end) after++;
    if (after === first) return this.#insert(first, start, end) ? first : NO_RANGE;
    if (this.start(first) > start) this.#starts[first] = start;
    this.#ends[first] = Math.max(this.end(after - 1), end);
    this.#remove(first + 1, after);
    return first;
  }

  /** Drops every octet before `offset`. */
  removeBefore(offset: number): void {
    const first = this.indexAfter(offset);
    if (first > 0) this.#remove(0, first);
    if (this.#count > 0 && this.start(0) < offset) this.#starts[0] = offset;
  }

  /** Whether all of `[start, end)` is in the set; true of an empty range. */
  covers(start: number, end: number): boolean {
    return end <= start || this.coveredFrom(start) >= end;
  }

  /** End of the range that contains `offset`; `offset` itself when none does. */
  coveredFrom(offset: number): number {
    const index = this.indexAfter(offset);
    return index < this.#count && this.start(index) <= offset ? this.end(index) : offset;
  }

  /** Drops everything. The memory stays for the next use. */
  clear(): void {
    this.#count = 0;
  }

  /** Gives the memory back when the set is empty. */
  trim(): void {
    if (this.#count > 0) return;
    this.#starts = NO_FLOAT64;
    this.#ends = NO_FLOAT64;
  }

  #insert(index: number, start: number, end: number): boolean {
    if (this.#count >= this.limit) return false;
    if (this.#count === this.#starts.length) this.#grow();
    this.#starts.copyWithin(index + 1, index, this.#count);
    this.#ends.copyWithin(index + 1, index, this.#count);
    this.#starts[index] = start;
    this.#ends[index] = end;
    this.#count++;
    return true;
  }

  #remove(from: number, to: number): void {
    if (from >= to) return;
    this.#starts.copyWithin(from, to, this.#count);
    this.#ends.copyWithin(from, to, this.#count);
    this.#count -= to - from;
  }

  #grow(): void {
    const capacity = Math.min(this.limit, Math.max(FIRST_CAPACITY, 2 * this.#starts.length));
    const starts = new Float64Array(capacity);
    const ends = new Float64Array(capacity);
    starts.set(this.#starts);
    ends.set(this.#ends);
    this.#starts = starts;
    this.#ends = ends;
  }
}
