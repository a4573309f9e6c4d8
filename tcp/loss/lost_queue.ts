/**
 * Lost records that wait to be sent again, the lowest sequence number first: a binary heap over the slots of
 * {@link Records}. What is in it may have been delivered meanwhile; whoever takes from it looks.
 *
 * @module
 */

import { NO_INT32 } from "../base/empty.ts";
import { seqBefore, type SeqNumber, seqNumber, seqToInt32 } from "../base/seq.ts";
import { grown, NONE } from "./records.ts";

const FIRST_CAPACITY = 16;

/** The queue of one connection. */
export class LostQueue {
  #slots: Int32Array = NO_INT32;
  /** Where each record began when it was put in: a slot may have another one since. */
  #starts: Int32Array = NO_INT32;
  #count = 0;

  /** The slot with the lowest number; {@link NONE} when the queue is empty. */
  get first(): number {
    return this.#count === 0 ? NONE : this.#slots[0] as number;
  }

  /** Where its record began when it was put in. */
  get firstStart(): SeqNumber {
    return this.#start(0);
  }

  /** Puts a record in that starts at `start`. */
  add(slot: number, start: SeqNumber): void {
    if (this.#count === this.#slots.length) {
      const capacity = Math.max(FIRST_CAPACITY, 2 * this.#count);
      this.#slots = grown(this.#slots, new Int32Array(capacity));
      this.#starts = grown(this.#starts, new Int32Array(capacity));
    }
    let at = this.#count++;
    while (at > 0) {
      const parent = at - 1 >> 1;
      if (!seqBefore(start, this.#start(parent))) break;
      this.#move(parent, at);
      at = parent;
    }
    this.#put(at, slot, start);
  }

  /** Takes the first out. */
  removeFirst(): void {
    const slot = this.#slots[--this.#count] as number;
    const start = this.#start(this.#count);
    let at = 0;
    for (let child = 1; child < this.#count; child = 2 * at + 1) {
      if (child + 1 < this.#count && seqBefore(this.#start(child + 1), this.#start(child))) child++;
      if (!seqBefore(this.#start(child), start)) break;
      this.#move(child, at);
      at = child;
    }
    this.#put(at, slot, start);
  }

  /** Empties the queue. */
  clear(): void {
    this.#count = 0;
  }

  /** Gives the memory back. */
  release(): void {
    this.#count = 0;
    this.#slots = this.#starts = NO_INT32;
  }

  #start(at: number): SeqNumber {
    return seqNumber(this.#starts[at] as number);
  }

  #move(from: number, to: number): void {
    this.#slots[to] = this.#slots[from] as number;
    this.#starts[to] = this.#starts[from] as number;
  }

  #put(at: number, slot: number, start: SeqNumber): void {
    this.#slots[at] = slot;
    this.#starts[at] = seqToInt32(start);
  }
}
