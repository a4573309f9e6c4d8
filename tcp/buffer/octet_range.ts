/**
 * Octets of a ring where they lie: for users that read from its memory, or write into it, instead of copying.
 *
 * @module
 */

import { NO_OCTETS } from "./empty.ts";

/**
 * A range of a ring, in one part or two: `firstPartLength` octets at `offset` of `octets`, the others at its start. To be
 * filled in by whoever lends it, and used again for the next; nothing in it is owned.
 */
export class OctetRange {
  /** The ring's memory. It stays the same array as long as the ring neither grows nor gives its memory back. Borrowed. */
  octets: Uint8Array = NO_OCTETS;
  /** Where in `octets` the range starts. */
  offset = 0;
  /** Octets in all; 0: there are none. */
  length = 0;
  /** Octets that lie at `offset`; the rest, when the ring wraps, lies at the start of `octets`. */
  firstPartLength = 0;

  /** Names nothing, and lets go of the memory. */
  clear(): void {
    this.octets = NO_OCTETS;
    this.offset = 0;
    this.length = 0;
    this.firstPartLength = 0;
  }
}
