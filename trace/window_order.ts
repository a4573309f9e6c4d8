/**
 * Which of two segments told its sender's window later: one that was overtaken on its way tells an old window.
 *
 * @module
 */

import { ticksBetween } from "./acknowledging.ts";
import { Flag, Option } from "./core.ts";
import type { SegmentRecord, WindowAge } from "./record.ts";

/** Follows the numbers of the last segment whose window counts: SND.WL1 and SND.WL2. */
export class WindowOrder {
  #seq = -Infinity;
  #ack = -Infinity;
  /** Null: without the option. */
  #timestamp: number | null = null;

  /** RFC 9293 3.10.7.4, fifth; what acknowledges more than anything before is newer, whatever its number. */
  take({ flags, options, seq, ack, timestampValue }: SegmentRecord): WindowAge {
    if (ack === null || (flags & Flag.rst) !== 0) return "older";
    const stamp = (options & Option.timestamps) === 0 ? null : timestampValue;
    const ticks = stamp === null || this.#timestamp === null ? 0 : ticksBetween(this.#timestamp, stamp);
    if (ticks < 0 || ack < this.#ack || (ack === this.#ack && seq < this.#seq)) return "older";
    const isSame = ack === this.#ack && seq === this.#seq && ticks === 0;
    this.#seq = Math.max(this.#seq, seq);
    this.#ack = ack;
    this.#timestamp = stamp ?? this.#timestamp;
    return isSame ? "same" : "newer";
  }
}
