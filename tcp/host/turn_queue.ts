/**
 * A queue in which many wait for their turn: going to its end and coming to its front take the same time however many
 * there are.
 *
 * @module
 */

const FIRST_CAPACITY = 16;

/** First in, first out, in a ring of places whose number is a power of two. */
export class TurnQueue<T> {
  #places: (T | undefined)[] = new Array<undefined>(FIRST_CAPACITY).fill(undefined);
  #head = 0;
  #length = 0;

  /** How many wait. */
  get length(): number {
    return this.#length;
  }

  /** Who is next; undefined when nobody waits. */
  get first(): T | undefined {
    return this.#places[this.#head];
  }

  /** Goes to the end. */
  push(entry: T): void {
    if (this.#length === this.#places.length) this.#grow();
    this.#places[this.#head + this.#length++ & this.#places.length - 1] = entry;
  }

  /** Takes out who is next; undefined when nobody waits. */
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
