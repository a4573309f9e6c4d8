/**
 * Numbers that look random and are the same for the same seed: xoshiro128**, seeded by splitmix32.
 *
 * @module
 */

/** Numbers of 32 bits there are. */
const RANGE = 2 ** 32;

/** One sequence of numbers. */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #d: number;

  /** The sequence that belongs to `seed`, an integer; its lower 32 bits count. */
  constructor(seed: number) {
    let state = seed | 0;
    const next = (): number => {
      state = state + 0x9e3779b9 | 0;
      let mixed = Math.imul(state ^ state >>> 16, 0x21f0aaad);
      mixed = Math.imul(mixed ^ mixed >>> 15, 0x735a2d97);
      return mixed ^ mixed >>> 15;
    };
    this.#a = next();
    this.#b = next();
    this.#c = next();
    this.#d = next();
  }

  /** An int32. */
  int32(): number {
    const times5 = Math.imul(this.#b, 5);
    const result = Math.imul(times5 << 7 | times5 >>> 25, 9);
    const shifted = this.#b << 9;
    this.#c ^= this.#a;
    this.#d ^= this.#b;
    this.#b ^= this.#c;
    this.#a ^= this.#d;
    this.#c ^= shifted;
    this.#d = this.#d << 11 | this.#d >>> 21;
    return result;
  }

  /** From 0 to just below 1. */
  fraction(): number {
    return (this.int32() >>> 0) / RANGE;
  }

  /** An integer from `least` to `most`, both possible. */
  integer(least: number, most: number): number {
    return least + Math.floor(this.fraction() * (most - least + 1));
  }

  /** An integer from `least` (at least 1) to `most`, each order of magnitude as likely as another. */
  magnitude(least: number, most: number): number {
    const drawn = Math.floor(least * ((most + 1) / least) ** this.fraction());
    return Math.min(drawn, most);
  }

  /** True with the given probability. */
  chance(probability: number): boolean {
    return this.fraction() < probability;
  }

  /** One of the items. */
  pick<T>(items: readonly T[]): T {
    return items[this.integer(0, items.length - 1)] as T;
  }

  /** A sequence of its own, so that one part's draws do not shift another's. */
  fork(): Random {
    return new Random(this.int32());
  }
}
