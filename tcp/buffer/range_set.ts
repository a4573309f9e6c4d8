/**
 * A bounded set of ranges of sequence numbers: which octets beyond a gap are there.
 *
 * @module
 */

import { NO_INT32 } from "../base/empty.ts";
import {
  seqAfter,
  seqAtOrAfter,
  seqAtOrBefore,
  seqBefore,
  seqLater,
  type SeqNumber,
  seqNumber,
  seqToInt32,
} from "../base/seq.ts";

/** What {@link RangeSet.add} returns for a range that it could not take. */
export const NO_RANGE = -1;

/** Ranges for which there is memory at first; it doubles up to the limit. */
const FIRST_CAPACITY = 4;

/**
 * Sorted ranges `[start, end)` of sequence numbers that neither overlap nor touch, all within half the circle. Holds at most
 * `limit` of them, so that its memory and the time of each call are bounded whatever a peer sends.
 */
export class RangeSet {
  readonly limit: number;
  #starts: Int32Array = NO_INT32;
  #ends: Int32Array = NO_INT32;
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
  start(index: number): SeqNumber {
    return seqNumber(this.#starts[index] as number);
  }

  /** The number after the last octet of range `index`. */
  end(index: number): SeqNumber {
    return seqNumber(this.#ends[index] as number);
  }

  /** Index of the first range that ends after `seq`: the one that contains it or the next; `count` when none does. */
  indexAfter(seq: SeqNumber): number {
    // Segments nearly always add to the last range or come after it.
    if (this.#count === 0 || seqAtOrAfter(seq, this.end(this.#count - 1))) return this.#count;
    let low = 0;
    let high = this.#count - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (seqAfter(this.end(middle), seq)) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /**
   * Adds `[start, end)`, joining it with the ranges that it overlaps or touches. Returns the index of the range that now
   * has it, or {@link NO_RANGE} when it is empty, or would be one range more than `limit`; then nothing has changed.
   */
  add(start: SeqNumber, end: SeqNumber): number {
    if (seqAtOrBefore(end, start)) return NO_RANGE;
    let first = this.indexAfter(start);
    if (first > 0 && this.end(first - 1) === start) first--;
    let after = first;
    while (after < this.#count && seqAtOrBefore(this.start(after), end)) after++;
    if (after === first) return this.#insert(first, start, end) ? first : NO_RANGE;
    if (seqAfter(this.start(first), start)) this.#starts[first] = seqToInt32(start);
    this.#ends[first] = seqToInt32(seqLater(this.end(after - 1), end));
    this.#remove(first + 1, after);
    return first;
  }

  /** Drops every octet before `seq`. */
  removeBefore(seq: SeqNumber): void {
    const first = this.indexAfter(seq);
    if (first > 0) this.#remove(0, first);
    if (this.#count > 0 && seqBefore(this.start(0), seq)) this.#starts[0] = seqToInt32(seq);
  }

  /** Whether all of `[start, end)` is in the set; true of an empty range. */
  covers(start: SeqNumber, end: SeqNumber): boolean {
    return seqAtOrBefore(end, start) || seqAtOrAfter(this.coveredFrom(start), end);
  }

  /** End of the range that contains `seq`; `seq` itself when none does. */
  coveredFrom(seq: SeqNumber): SeqNumber {
    const index = this.indexAfter(seq);
    return index < this.#count && seqAtOrBefore(this.start(index), seq) ? this.end(index) : seq;
  }

  /** Drops everything. The memory stays for the next use. */
  clear(): void {
    this.#count = 0;
  }

  /** Gives the memory back when the set is empty. */
  trim(): void {
    if (this.#count > 0) return;
    this.#starts = NO_INT32;
    this.#ends = NO_INT32;
  }

  #insert(index: number, start: SeqNumber, end: SeqNumber): boolean {
    if (this.#count >= this.limit) return false;
    if (this.#count === this.#starts.length) this.#grow();
    this.#starts.copyWithin(index + 1, index, this.#count);
    this.#ends.copyWithin(index + 1, index, this.#count);
    this.#starts[index] = seqToInt32(start);
    this.#ends[index] = seqToInt32(end);
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
    const starts = new Int32Array(capacity);
    const ends = new Int32Array(capacity);
    starts.set(this.#starts);
    ends.set(this.#ends);
    this.#starts = starts;
    this.#ends = ends;
  }
}
