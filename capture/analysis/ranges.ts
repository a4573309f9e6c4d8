/**
 * Ranges of sequence numbers that do not touch, in their order.
 *
 * @module
 */

/** Ranges that are remembered; more are joined from the front. */
const MOST_RANGES = 4_096;

/** A set of numbers, kept as ranges from a start to before an end. */
export class Ranges {
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];

  /** Octets in all ranges that end after `from`, as far as they lie behind it. */
  octetsFrom(from: number): number {
    let octets = 0;
    for (let i = this.#firstEndingAfter(from); i < this.#starts.length; i++) {
      octets += (this.#ends[i] as number) - Math.max(this.#starts[i] as number, from);
    }
    return octets;
  }

  /** Adds a range, joined with those that it touches. */
  add(start: number, end: number): void {
    if (end <= start) return;
    const first = this.#firstEndingAfter(start - 1);
    let last = first;
    while (last < this.#starts.length && (this.#starts[last] as number) <= end) last++;
    const joinedStart = first < last ? Math.min(start, this.#starts[first] as number) : start;
    const joinedEnd = first < last ? Math.max(end, this.#ends[last - 1] as number) : end;
    this.#starts.splice(first, last - first, joinedStart);
    this.#ends.splice(first, last - first, joinedEnd);
    if (this.#starts.length <= MOST_RANGES) return;
    this.#starts.splice(1, 1);
    this.#ends.splice(0, 1);
  }

  /** Takes a range out. @returns whether something of it was there */
  remove(start: number, end: number): boolean {
    let i = this.#firstEndingAfter(start);
    let found = false;
    while (i < this.#starts.length && (this.#starts[i] as number) < end) {
      found = true;
      const [rangeStart, rangeEnd] = [this.#starts[i] as number, this.#ends[i] as number];
      if (rangeStart < start && rangeEnd > end) {
        this.#starts.splice(i, 1, rangeStart, end);
        this.#ends.splice(i, 1, start, rangeEnd);
        return true;
      }
      if (rangeStart < start) this.#ends[i++] = start;
      else if (rangeEnd > end) this.#starts[i++] = end;
      else {
        this.#starts.splice(i, 1);
        this.#ends.splice(i, 1);
      }
    }
    return found;
  }

  /** Forgets everything before a number. @returns how many octets that were */
  removeBefore(end: number): number {
    let octets = 0;
    while (this.#starts.length > 0 && (this.#starts[0] as number) < end) {
      const start = this.#starts[0] as number;
      const rangeEnd = this.#ends[0] as number;
      octets += Math.min(rangeEnd, end) - start;
      if (rangeEnd > end) {
        this.#starts[0] = end;
        break;
      }
      this.#starts.shift();
      this.#ends.shift();
    }
    return octets;
  }

  /** Whether something from `start` to `end` is in the set. */
  touches(start: number, end: number): boolean {
    const i = this.#firstEndingAfter(start);
    return i < this.#starts.length && (this.#starts[i] as number) < end;
  }

  /** Whether everything from `start` to `end` is in the set. */
  covers(start: number, end: number): boolean {
    const i = this.#firstEndingAfter(start);
    return i < this.#starts.length && (this.#starts[i] as number) <= start &&
      (this.#ends[i] as number) >= end;
  }

  #firstEndingAfter(number: number): number {
    let low = 0;
    let high = this.#ends.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#ends[middle] as number) > number) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
