/**
 * Records in the order in which they were last sent, as RACK looks at them (RFC 8985 6.2): those that may be in the
 * network, neither reported as received nor waiting to be sent again. A doubly linked list over the slots of
 * {@link Records}.
 *
 * @module
 */

import { NO_INT32 } from "../base/empty.ts";
import { grown, NONE } from "./records.ts";

/** The list, and how far of it something sent later has been delivered. */
export class SentOrder {
  #next: Int32Array = NO_INT32;
  #previous: Int32Array = NO_INT32;
  #first = NONE;
  #last = NONE;
  #overtaken = NONE;

  /** The record that was sent first; {@link NONE} when there is none. */
  get first(): number {
    return this.#first;
  }

  /** The record that was sent next; {@link NONE} when there is none. */
  next(slot: number): number {
    return this.#next[slot] as number;
  }

  /** The last of the records that were overtaken by a later one; {@link NONE}: none was. */
  get overtaken(): number {
    return this.#overtaken;
  }

  /** The record behind that one, which may be overtaken next; {@link NONE} when there is none. */
  get nextToOvertake(): number {
    return this.#overtaken === NONE ? this.#first : this.next(this.#overtaken);
  }

  /** {@link nextToOvertake} was overtaken. */
  overtake(): void {
    this.#overtaken = this.nextToOvertake;
  }

  /** A record was sent just now. */
  append(slot: number): void {
    this.insertAfter(this.#last, slot);
  }

  /** Puts a record behind `before`; {@link NONE}: before all others. */
  insertAfter(before: number, slot: number): void {
    const next = before === NONE ? this.#first : this.#next[before] as number;
    this.#previous[slot] = before;
    this.#next[slot] = next;
    if (before === NONE) this.#first = slot;
    else this.#next[before] = slot;
    if (next === NONE) this.#last = slot;
    else this.#previous[next] = slot;
  }

  /** Takes a record out. */
  remove(slot: number): void {
    const before = this.#previous[slot] as number;
    const next = this.#next[slot] as number;
    if (this.#overtaken === slot) this.#overtaken = before;
    if (before === NONE) this.#first = next;
    else this.#next[before] = next;
    if (next === NONE) this.#last = before;
    else this.#previous[next] = before;
  }

  /** Empties the list. */
  clear(): void {
    this.#first = this.#last = this.#overtaken = NONE;
  }

  /** Memory for so many slots. */
  reserve(capacity: number): void {
    this.#next = grown(this.#next, new Int32Array(capacity));
    this.#previous = grown(this.#previous, new Int32Array(capacity));
  }

  /** Gives the memory back. */
  release(): void {
    this.clear();
    this.#next = this.#previous = NO_INT32;
  }
}
