/**
 * Relative sequence numbers: counted from a side's initial sequence number, without wrapping at 2^32.
 *
 * @module
 */

import { seqDistance, type SeqNumber, seqToUint32 } from "./core.ts";

/** The numbers of one direction of one connection. */
export class Numbering {
  #base: SeqNumber | null = null;
  /** The highest relative number seen, and where it stands on the circle. */
  #top = 0;
  #topSeq: SeqNumber | null = null;

  /** The initial sequence number; null until known. */
  get base(): SeqNumber | null {
    return this.#base;
  }

  /** Where the highest number seen so far stands; null until there is one. */
  get top(): SeqNumber | null {
    return this.#topSeq;
  }

  /** Counts from `base` on; does nothing when that is so already. */
  start(base: SeqNumber): void {
    if (this.#base === base) return;
    this.#base = base;
    this.#top = 0;
    this.#topSeq = base;
  }

  /**
   * The relative number of a position less than 2^31 from the highest one seen so far; the header's own number when the
   * base is not known.
   */
  relative(seq: SeqNumber): number {
    if (this.#topSeq === null) return seqToUint32(seq);
    return this.#top + seqDistance(this.#topSeq, seq);
  }

  /** As `relative`, for a number that counts as seen: use it for what this side really sent. */
  advance(seq: SeqNumber): number {
    const number = this.relative(seq);
    if (this.#topSeq !== null && number > this.#top) {
      this.#top = number;
      this.#topSeq = seq;
    }
    return number;
  }
}
