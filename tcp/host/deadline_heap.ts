/**
 * Deadlines of many connections in one binary heap: the earliest is at hand, and changing one takes O(log n).
 *
 * @module
 */

import { type Instant, NEVER } from "../base/units.ts";

/** Where the heap keeps an entry that is not in it. */
export const NOT_IN_HEAP = -1;

/** Something with a deadline. Only the heap writes both fields. */
export interface HeapEntry {
  deadline: Instant;
  /** Index in the heap; {@link NOT_IN_HEAP} when it is not there. */
  heapIndex: number;
}

/** A heap of entries by deadline; entries whose deadline is NEVER are not kept. */
export class DeadlineHeap<T extends HeapEntry> {
  readonly #entries: T[] = [];

  /** The earliest deadline; NEVER when there is none. */
  next(): Instant {
    return this.#entries[0]?.deadline ?? NEVER;
  }

  /** The entry with the earliest deadline when that is at or before `now`. */
  due(now: Instant): T | null {
    const first = this.#entries[0];
    return first !== undefined && first.deadline <= now ? first : null;
  }

  /** Gives an entry a deadline; NEVER takes it out. */
  set(entry: T, deadline: Instant): void {
    if (deadline === NEVER) return this.#remove(entry);
    const before = entry.deadline;
    entry.deadline = deadline;
    if (entry.heapIndex === NOT_IN_HEAP) {
      this.#entries.push(entry);
      this.#up(entry, this.#entries.length - 1);
    } else if (deadline < before) this.#up(entry, entry.heapIndex);
    else if (deadline > before) this.#down(entry, entry.heapIndex);
  }

  #remove(entry: T): void {
    const index = entry.heapIndex;
    if (index === NOT_IN_HEAP) return;
    entry.deadline = NEVER;
    entry.heapIndex = NOT_IN_HEAP;
    const last = this.#entries.pop();
    if (last === undefined || last === entry) return;
    this.#up(last, index);
    this.#down(last, last.heapIndex);
  }

  #up(entry: T, from: number): void {
    let index = from;
    while (index > 0) {
      const parentIndex = index - 1 >> 1;
      const parent = this.#entries[parentIndex] as T;
      if (parent.deadline <= entry.deadline) break;
      this.#put(parent, index);
      index = parentIndex;
    }
    this.#put(entry, index);
  }

  #down(entry: T, from: number): void {
    let index = from;
    for (;;) {
      const left = 2 * index + 1;
      if (left >= this.#entries.length) break;
      const right = left + 1;
      const rightIsLess = right < this.#entries.length &&
        (this.#entries[right] as T).deadline < (this.#entries[left] as T).deadline;
      const childIndex = rightIsLess ? right : left;
      const child = this.#entries[childIndex] as T;
      if (child.deadline >= entry.deadline) break;
      this.#put(child, index);
      index = childIndex;
    }
    this.#put(entry, index);
  }

  #put(entry: T, index: number): void {
    this.#entries[index] = entry;
    entry.heapIndex = index;
  }
}
