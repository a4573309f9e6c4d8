/**
 * SACK blocks that were taken in before. Most ACKs repeat two of them and let a third grow (RFC 2018 4); what was taken in
 * needs no looking up again.
 *
 * @module
 */

import { MAX_SACK_BLOCKS } from "../base/segment.ts";
import { seqAfter, type SeqNumber } from "../base/seq.ts";

/** The blocks of one connection, by their left edges; the oldest gives way to another. */
export class SackReports {
  readonly #lefts: SeqNumber[] = [];
  readonly #takenTo: SeqNumber[] = [];
  #oldest = 0;

  /** How far a block that begins at `left` was taken in; `left` when it was not. */
  takenTo(left: SeqNumber): SeqNumber {
    const at = this.#lefts.indexOf(left);
    return at < 0 ? left : this.#takenTo[at] as SeqNumber;
  }

  /** A block that begins at `left` was taken in up to `to`. */
  remember(left: SeqNumber, to: SeqNumber): void {
    const known = this.#lefts.indexOf(left);
    if (known >= 0) {
      if (seqAfter(to, this.#takenTo[known] as SeqNumber)) this.#takenTo[known] = to;
      return;
    }
    const at = this.#lefts.length < MAX_SACK_BLOCKS ? this.#lefts.length : this.#oldest;
    this.#oldest = (at + 1) % MAX_SACK_BLOCKS;
    this.#lefts[at] = left;
    this.#takenTo[at] = to;
  }
}
