/**
 * Visiting many entries one at a time, round after round, while entries come and go: for what is to be looked at now and
 * then, without a timer of its own.
 *
 * @module
 */

/** Where an entry stands that is not among those visited. */
export const NOT_VISITED = -1;

/** Something that is visited. {@link Rounds} alone writes the field. */
export interface RoundsEntry {
  /** Place among the entries; {@link NOT_VISITED} when it is not there. */
  roundsIndex: number;
}

/** Entries in a circle, and who comes next. Every call takes the same time however many there are. */
export class Rounds<T extends RoundsEntry> {
  readonly #entries: T[] = [];
  #next = 0;

  /** Adds an entry that is not there. */
  add(entry: T): void {
    entry.roundsIndex = this.#entries.length;
    this.#entries.push(entry);
  }

  /** Removes an entry; nothing when it is not there. Another takes its place. */
  remove(entry: T): void {
    const index = entry.roundsIndex;
    if (index === NOT_VISITED) return;
    entry.roundsIndex = NOT_VISITED;
    const last = this.#entries.pop() as T;
    if (last === entry) return;
    last.roundsIndex = index;
    this.#entries[index] = last;
  }

  /** Who comes next; null when there is nobody. */
  visit(): T | null {
    if (this.#next >= this.#entries.length) this.#next = 0;
    return this.#entries[this.#next++] ?? null;
  }
}
