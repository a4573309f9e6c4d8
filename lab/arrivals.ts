/**
 * Packets under way, by the moment of their arrival; those of one moment in the order in which they were sent.
 *
 * @module
 */

import { type Instant, NEVER } from "../tcp/mod.ts";

interface Entry<T> {
  readonly item: T;
  readonly at: Instant;
  readonly order: number;
}

/** A priority queue (binary heap) by moment, first in first out within one moment. */
export class Arrivals<T> {
  readonly #heap: Entry<T>[] = [];
  #order = 0;

  /** When the next item is due; NEVER when there is none. */
  get next(): Instant {
    return this.#heap[0]?.at ?? NEVER;
  }

  /** Adds an item that is due at a moment. */
  add(item: T, at: Instant): void {
    const heap = this.#heap;
    const entry = { item, at, order: this.#order++ };
    let index = heap.length;
    while (index > 0) {
      const parent = index - 1 >> 1;
      if (!isEarlier(entry, heap[parent] as Entry<T>)) break;
      heap[index] = heap[parent] as Entry<T>;
      index = parent;
    }
    heap[index] = entry;
  }

  /** Takes out the next item that is due by `now`; null when there is none. */
  due(now: Instant): T | null {
    const heap = this.#heap;
    const first = heap[0];
    if (first === undefined || first.at > now) return null;
    const last = heap.pop() as Entry<T>;
    if (heap.length > 0) this.#sink(last);
    return first.item;
  }

  #sink(entry: Entry<T>): void {
    const heap = this.#heap;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isEarlier(heap[child + 1] as Entry<T>, heap[child] as Entry<T>)) child++;
      if (!isEarlier(heap[child] as Entry<T>, entry)) break;
      heap[index] = heap[child] as Entry<T>;
      index = child;
    }
    heap[index] = entry;
  }
}

function isEarlier(a: Entry<unknown>, b: Entry<unknown>): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
