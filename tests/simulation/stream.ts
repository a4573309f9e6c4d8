/**
 * Octets that tell where in a stream they belong.
 *
 * @module
 */

import { Random } from "../../lab/random.ts";

/** A prime, so that neither powers of two nor segment sizes divide it. */
const PERIOD = 65_521;

/** One direction's endless text: the octet at each offset is given. */
export class Stream {
  readonly #period: Uint8Array;

  /** The data that belongs to `seed`. */
  constructor(seed: number) {
    const random = new Random(seed);
    // Twice over, so that any piece up to one period long lies in one part.
    this.#period = new Uint8Array(2 * PERIOD);
    for (let i = 0; i < PERIOD; i++) this.#period[i] = this.#period[i + PERIOD] = random.int32();
  }

  /** The data from `offset` on, `length` octets but at most one period. Borrowed: not to be written to. */
  piece(offset: number, length: number): Uint8Array {
    const start = offset % PERIOD;
    return this.#period.subarray(start, start + Math.min(length, PERIOD));
  }

  /** Where the first `length` octets of `octets` differ from the data at `offset`; -1: nowhere. */
  difference(octets: Uint8Array, length: number, offset: number): number {
    let index = offset % PERIOD;
    for (let i = 0; i < length; i++) {
      if (octets[i] !== this.#period[index]) return i;
      if (++index === PERIOD) index = 0;
    }
    return -1;
  }
}
