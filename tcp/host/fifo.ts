/**
 * A queue: first in, first out, with O(1) push and shift.
 *
 * @module
 */

const FIRST_CAPACITY = 16;

/** FIFO in a ring buffer whose capacity is a power of two. */
export class Fifo<T> {
  #places: (T | undefined)[] = new Array<undefined>(FIRST_CAPACITY).fill(undefined);
  #head = 0;
  #length = 0;

  /** How many entries there are. */
  get length(): number {
    return this.#length;
  }

  /** The entry that `shift` would take; undefined when there is none. */
  get first(): T | undefined {
    return this.#places[this.#head];
  }

  /** Adds an entry at the end. */
  push(entry: T): void {
    if (this.#length === this.#places.length) this.#grow();
    this.#places[this.#head + this.#length++ & this.#places.length - 1] = entry;
  }

  /** Takes the first entry out; undefined when there is none. */
  shift(): T | undefined {
    const entry = this.#places[this.#head];
    if (this.#length === 0) return undefined;
    this.#places[this.#head] = undefined;
    this.#head = this.#head + 1 & this.#places.length - 1;
    this.#length--;
    return entry;
  }

  #grow(): void {
    const { length } = this.#places;
    const inOrder = Array.from({ length }, (_, i) => this.#places[this.#head + i & length - 1]);
    this.#places = [...inOrder, ...new Array<undefined>(length).fill(undefined)];
    this.#head = 0;
  }
}
