/**
 * Records in the order in which they were last sent, as RACK looks at them (RFC 8985 6.2): those that may be in the
 * network, neither reported as received nor waiting to be sent again. A doubly linked list over the slots of
 * {@link Records}, which has its links.
 *
 * @module
 */

import { NONE, type Records } from "./records.ts";

/** The list, and how far of it something sent later has been delivered. */
export class SentOrder {
  readonly #records: Records;
  #first = NONE;
  #last = NONE;
  #overtaken = NONE;

  /** An empty list of some of these. */
  constructor(records: Records) {
    this.#records = records;
  }

  /** The record that was sent first; {@link NONE} when there is none. */
  get first(): number {
    return this.#first;
  }

  /** The record that was sent next; {@link NONE} when there is none. */
  next(slot: number): number {
    return this.#records.sentBefore(slot);
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
    const records = this.#records;
    const next = before === NONE ? this.#first : this.next(before);
    records.setSentBehind(slot, before);
    records.setSentBefore(slot, next);
    if (before === NONE) this.#first = slot;
    else records.setSentBefore(before, slot);
    if (next === NONE) this.#last = slot;
    else records.setSentBehind(next, slot);
  }

  /** Takes a record out. */
  remove(slot: number): void {
    const records = this.#records;
    const before = records.sentBehind(slot);
    const next = records.sentBefore(slot);
    if (this.#overtaken === slot) this.#overtaken = before;
    if (before === NONE) this.#first = next;
    else records.setSentBefore(before, next);
    if (next === NONE) this.#last = before;
    else records.setSentBehind(next, before);
  }

  /** Takes out all up to a record; `wasOvertaken`: the last that was overtaken is among them. */
  removeTo(slot: number, wasOvertaken: boolean): void {
    if (wasOvertaken) this.#overtaken = NONE;
    this.#first = this.next(slot);
    if (this.#first === NONE) this.#last = NONE;
    else this.#records.setSentBehind(this.#first, NONE);
  }

  /** Empties the list. */
  clear(): void {
    this.#first = this.#last = this.#overtaken = NONE;
  }
}
