/**
 * Octets where they lie: in a ring's memory, or in a packet.
 *
 * @module
 */

import { copyOctets } from "./copy.ts";
import { NO_OCTETS } from "./empty.ts";

/**
 * A range of octets, in one part or, where a ring wraps, two: `firstPartLength` octets at `offset` of `octets`, the others at
 * its start. Filled in by whoever lends it, and used again for the next; nothing in it is owned.
 */
export class OctetRange {
  /** The memory. A ring's stays the same array as long as the ring neither grows nor gives its memory back. Borrowed. */
  octets: Uint8Array = NO_OCTETS;
  /** A view of all of the memory, where its owner has one. */
  view: DataView | null = null;
  /** Where in `octets` the range starts. */
  offset = 0;
  /** Octets in all; 0: there are none. */
  length = 0;
  /** Octets that lie at `offset`; the rest, when the ring wraps, lies at the start of `octets`. */
  firstPartLength = 0;

  /** Names octets that lie in one part. */
  set(octets: Uint8Array, offset: number, length: number): void {
    this.octets = octets;
    this.view = null;
    this.offset = offset;
    this.length = length;
    this.firstPartLength = length;
  }

  /** Names `length` octets of `whole`, `skip` octets after its start. */
  setPart(whole: OctetRange, skip: number, length: number): void {
    const leftOfFirst = whole.firstPartLength - skip;
    this.octets = whole.octets;
    this.view = whole.view;
    // Not -leftOfFirst: a minus zero is no small integer to the engine, and one makes the field slow in every range.
    this.offset = leftOfFirst > 0 ? whole.offset + skip : skip - whole.firstPartLength;
    this.length = length;
    this.firstPartLength = leftOfFirst > 0 && leftOfFirst < length ? leftOfFirst : length;
  }

  /** Names nothing, and lets go of the memory. */
  clear(): void {
    this.set(NO_OCTETS, 0, 0);
  }

  /** Copies the octets to `at` of `target`, which has room for them. */
  copyTo(target: Uint8Array, at: number): void {
    const first = this.firstPartLength;
    copyOctets(this.octets, this.offset, target, at, first, this.view, null);
    if (first < this.length) {
      copyOctets(this.octets, 0, target, at + first, this.length - first, this.view, null);
    }
  }
}
