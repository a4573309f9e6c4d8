/**
 * The packets that a receive buffer holds, by where their data end in the stream, with the memory that each takes.
 *
 * @module
 */

/** Packets that are kept apart; with more, neighbours are counted as one. */
export const MOST_PACKETS = 4_096;

/**
 * Packets in the order of their ends. Bounded, so that neither its memory nor the time of a call grows with what a peer sends:
 * of too many, each two neighbours become one, which is gone when the later one is.
 */
export class PacketList {
  /** Stream offset after each packet's data, ascending. */
  readonly #ends: number[] = [];
  /** The memory that it takes. */
  readonly #sizes: number[] = [];

  /** Packets in the list. */
  get length(): number {
    return this.#ends.length;
  }

  /** Where the data of the packet at `index` end. */
  end(index: number): number {
    return this.#ends[index] as number;
  }

  /** Where the data of the last one end; -1: there is none. */
  get lastEnd(): number {
    return this.length === 0 ? -1 : this.end(this.length - 1);
  }

  /** Adds a packet behind all that end where it does or before. @returns whether it is the last one now */
  add(end: number, memory: number): boolean {
    if (this.length === MOST_PACKETS) this.#joinNeighbours();
    const index = this.#firstBeyond(end);
    this.#ends.splice(index, 0, end);
    this.#sizes.splice(index, 0, memory);
    return index === this.length - 1;
  }

  /** More data went into the memory of the last packet; they reach to `end`. */
  extendLast(end: number): void {
    this.#ends[this.length - 1] = end;
  }

  /** Takes out what ends at `offset` or before. @returns the memory that it took */
  removeTo(offset: number): number {
    const gone = this.#firstBeyond(offset);
    if (gone === 0) return 0;
    this.#ends.splice(0, gone);
    return this.#sizes.splice(0, gone).reduce((sum, memory) => sum + memory, 0);
  }

  /** Index of the first packet that ends after `offset`. */
  #firstBeyond(offset: number): number {
    let low = 0;
    let high = this.length;
    // Packets nearly always come behind all others, and are read from the first on.
    if (this.lastEnd <= offset) return high;
    if (this.end(0) > offset) return low;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.end(middle) > offset) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  #joinNeighbours(): void {
    const half = this.length / 2;
    for (let i = 0; i < half; i++) {
      this.#ends[i] = this.end(2 * i + 1);
      this.#sizes[i] = this.#sizes[2 * i]! + this.#sizes[2 * i + 1]!;
    }
    this.#ends.length = this.#sizes.length = half;
  }
}
