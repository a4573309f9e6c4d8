/**
 * Packets under way, by the moment of their arrival; those of one moment in the order in which they were sent.
 *
 * @module
 */

import { type Instant, NEVER } from "../../tcp/mod.ts";

/** A packet on its way. */
export interface Packet {
  readonly octets: Uint8Array;
  readonly at: Instant;
  /** Which side gets it. */
  readonly toward: number;
  /** Bits that were flipped on the way. */
  readonly damagedBits: number;
  /** Not 0: the packet was too big for this MTU, and comes back quoted by an ICMP error. */
  readonly mtu: number;
}

interface Entry extends Packet {
  readonly order: number;
}

/** A binary heap of packets. */
export class Arrivals {
  readonly #heap: Entry[] = [];
  #order = 0;

  /** When the next packet arrives; NEVER when none is under way. */
  get next(): Instant {
    return this.#heap[0]?.at ?? NEVER;
  }

  add(packet: Packet): void {
    const heap = this.#heap;
    const entry = { ...packet, order: this.#order++ };
    let index = heap.length;
    while (index > 0) {
      const parent = index - 1 >> 1;
      if (!isEarlier(entry, heap[parent] as Entry)) break;
      heap[index] = heap[parent] as Entry;
      index = parent;
    }
    heap[index] = entry;
  }

  /** The next packet that has arrived by `now`; null when there is none. */
  due(now: Instant): Packet | null {
    const heap = this.#heap;
    const first = heap[0];
    if (first === undefined || first.at > now) return null;
    const last = heap.pop() as Entry;
    if (heap.length > 0) this.#sink(last);
    return first;
  }

  #sink(entry: Entry): void {
    const heap = this.#heap;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isEarlier(heap[child + 1] as Entry, heap[child] as Entry)) child++;
      if (!isEarlier(heap[child] as Entry, entry)) break;
      heap[index] = heap[child] as Entry;
      index = child;
    }
    heap[index] = entry;
  }
}

function isEarlier(a: Entry, b: Entry): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
