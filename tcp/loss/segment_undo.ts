/**
 * The evidence that a reduction was needless, counted in segments: what was sent again and is not yet known to have been
 * needed. Eifel (RFC 3522) and DSACK (RFC 3708), with the counting that Linux does.
 *
 * @module
 */

import { type SeqNumber, type Timestamp, timestampDistance } from "../base/seq.ts";

/** "Nothing was sent again yet": zero would say that all of it was needless. */
const NOTHING_RESENT = -1;

/** The evidence about one reduction. */
export class SegmentUndo {
  /** SND.UNA when the reduction began; null: it cannot be taken back. */
  marker: SeqNumber | null = null;
  /** The threshold before; 0: not known, or to be forgotten. */
  threshold = 0;
  #unexplained = 0;
  /** Whether something was sent again since all was well, and with which timestamp (null: none). */
  #hasResent = false;
  #firstStamp: Timestamp | null = null;

  /** A reduction begins; `resent` segments are in the network a second time already. */
  arm(una: SeqNumber, resent: number): void {
    this.marker = una;
    this.#unexplained = resent === 0 ? NOTHING_RESENT : resent;
  }

  /** Segments were sent again, carrying `stamp`. */
  resent(segments: number, stamp: Timestamp | null): void {
    if (!this.#hasResent) this.#firstStamp = stamp;
    this.#hasResent = true;
    this.#unexplained = Math.max(this.#unexplained, 0) + segments;
  }

  /** The peer reported `segments` that were sent again as received twice. */
  reportedTwice(segments: number): void {
    if (this.marker !== null && this.#unexplained > 0) {
      this.#unexplained = Math.max(0, this.#unexplained - segments);
    }
  }

  /** Nothing is sent again any more: the next time is the first. */
  forgetResent(): void {
    this.#hasResent = false;
    this.#firstStamp = null;
  }

  /** Whether every segment sent again turned out to have been received twice. */
  get allReportedTwice(): boolean {
    return this.marker !== null && this.#unexplained === 0;
  }

  /** Whether `echo` dates from before anything was sent again, or nothing was. */
  wasDelayed(echo: Timestamp | null): boolean {
    if (!this.#hasResent) return true;
    return echo !== null && this.#firstStamp !== null && timestampDistance(echo, this.#firstStamp) > 0;
  }

  /** Whether the reduction may be taken back. */
  mayUndo(echo: Timestamp | null): boolean {
    return this.marker !== null && (this.#unexplained === 0 || this.wasDelayed(echo));
  }
}
