/**
 * Records in the order in which they were last sent, as RACK looks at them (RFC 8985 6.2): those that may be in the
 * network, neither reported as received nor waiting to be sent again. A doubly linked list over the slots of
 * {@link Records}.
 *
 * @module
 */

import { NO_INT32 } from "../base/empty.ts";
import { grown, NONE } from "./records.ts";

/** A slot's neighbours lie beside each other. */
const FIELDS = 2;
const NEXT = 0;
const PREVIOUS = 1;

/** The list, and how far of it something sent later has been delivered. */
export class SentOrder {
  #neighbours: Int32Array = NO_INT32;
  #first = NONE;
  #last = NONE;
  #overtaken = NONE;

  /** The record that was sent first; {@link NONE} when there is none. */
  get first(): number {
    return this.#first;
  }

  /** The record that was sent next; {@link NONE} when there is none. */
  next(slot: number): number {
    return this.#neighbours[slot * FIELDS + NEXT] as number;
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
    const neighbours = this.#neighbours;
    const next = before === NONE ? this.#first : this.next(before);
    neighbours[slot * FIELDS + PREVIOUS] = before;
    neighbours[slot * FIELDS + NEXT] = next;
    if (before === NONE) this.#first = slot;
    else neighbours[before * FIELDS + NEXT] = slot;
    if (next === NONE) this.#last = slot;
    else neighbours[next * FIELDS + PREVIOUS] = slot;
  }

  /** Takes a record out. */
  remove(slot: number): void {
    const neighbours = this.#neighbours;
    const before = neighbours[slot * FIELDS + PREVIOUS] as number;
    const next = neighbours[slot * FIELDS + NEXT] as number;
    if (this.#overtaken === slot) this.#overtaken = before;
    if (before === NONE) this.#first = next;
    else neighbours[before * FIELDS + NEXT] = next;
    if (next === NONE) this.#last = before;
    else neighbours[next * FIELDS + PREVIOUS] = before;
  }

  /** Takes out all up to a record; `wasOvertaken`: the last that was overtaken is among them. */
  removeTo(slot: number, wasOvertaken: boolean): void {
    if (wasOvertaken) this.#overtaken = NONE;
    this.#first = this.next(slot);
    if (this.#first === NONE) this.#last = NONE;
    else this.#neighbours[this.#first * FIELDS + PREVIOUS] = NONE;
  }

  /** Empties the list. */
  clear(): void {
    this.#first = this.#last = this.#overtaken = NONE;
  }

  /** Memory for so many slots. */
  reserve(capacity: number): void {
    this.#neighbours = grown(this.#neighbours, new Int32Array(capacity * FIELDS));
  }

  /** Gives the memory back. */
  release(): void {
    this.clear();
    this.#neighbours = NO_INT32;
  }
}
