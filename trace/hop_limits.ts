/**
 * TTLs and hop limits of what one end sends: a RST that has another than all segments before it comes from somewhere else, by
 * the look of it.
 *
 * @module
 */

import { type Family, Flag } from "../tcp/single.ts";

/** What the field is called: RFC 791 3.1, RFC 8200 3. */
export function hopFieldName(family: Family): string {
  return family === 4 ? "TTL" : "hop limit";
}

/** What is read of a segment. */
interface Travelled {
  readonly flags: number;
  /** TTL or hop limit, as it arrives. */
  readonly hopLimit: number;
}

/** The hop limits of one end's segments so far. */
export class HopLimits {
  /** Null: none has come; `NaN`: they differ. */
  #usual: number | null = null;

  /**
   * Takes note of a segment.
   *
   * @returns of a RST: what all segments before it had, where it has another; null: they differ themselves, or it does not
   */
  take({ flags, hopLimit }: Travelled): number | null {
    const usual = this.#usual;
    if ((flags & Flag.rst) !== 0) {
      return usual === null || Number.isNaN(usual) || usual === hopLimit ? null : usual;
    }
    if (usual === null) this.#usual = hopLimit;
    else if (usual !== hopLimit) this.#usual = NaN;
    return null;
  }
}
