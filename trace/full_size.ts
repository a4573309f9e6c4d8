/**
 * How long a full segment of a sender is, as whoever sees its segments can tell: a shorter one says that there was nothing more
 * to send.
 *
 * @module
 */

import { type Family, Option } from "./core.ts";
import type { SegmentRecord } from "./record.ts";

/** So many segments of the same length, none of the sender longer, are full: its path takes less than the MSS. */
const SAME_LENGTH = 3;

/** RFC 9293 3.7.1, MUST-15: the MSS of whoever does not announce one. */
export const DEFAULT_MSS: Readonly<Record<Family, number>> = { 4: 536, 6: 1_220 };

const PADDED_TIMESTAMPS = 12;
const PADDED_SACK = 4;
const SACK_BLOCK = 8;

/** What is known of a segment with data. */
export interface Sized {
  /** Octets of data. */
  readonly length: number;
  /** Octets of data of each segment that a device has joined; 0: it is one segment, or nobody says. */
  readonly segmentSize: number;
  /** Octets of options. */
  readonly options: number;
}

/** Learns from the segments of one sender. */
export class FullSize {
  /** The MSS that the other end has announced; null: not known. */
  #mss: number | null = null;
  /** Octets of the longest that counts as one segment, and how many of that length have come. */
  #longest = 0;
  #count = 0;

  /** The other end's SYN; `mss`: what it announces, 0: nothing. */
  announced(mss: number, family: Family): void {
    this.#mss = mss > 0 ? mss : DEFAULT_MSS[family];
  }

  /**
   * A segment with data passes. What is longer than the MSS allows has been joined by a device, of segments whose length nobody
   * sees.
   *
   * @returns octets of a full segment, of which this one is a multiple or falls short; null: nobody knows whether it is full
   */
  passed({ length, segmentSize, options }: Sized): number | null {
    // RFC 9293 3.7.1: options are taken off.
    const most = this.#mss === null ? Infinity : this.#mss - options;
    const one = segmentSize || length;
    const isJoined = one > most;
    if (!isJoined) this.#note(one);
    if (length % most === 0) return most;
    const isSure = this.#count >= SAME_LENGTH || this.#longest === most;
    if (this.#longest > 0 && length % this.#longest === 0) return isSure ? this.#longest : null;
    // Where no MSS is known the longest may itself have been joined.
    if (most === Infinity) return null;
    return isJoined && !isSure ? null : this.#longest;
  }

  #note(length: number): void {
    if (length > this.#longest) this.#count = 0;
    this.#longest = Math.max(this.#longest, length);
    if (length === this.#longest) this.#count++;
  }
}

/** Octets of the options that segments with data carry, padded as everybody pads them (RFC 7323 appendix A). */
export function optionOctets(options: number, sackBlocks: number): number {
  return ((options & Option.timestamps) !== 0 ? PADDED_TIMESTAMPS : 0) +
    (sackBlocks > 0 ? PADDED_SACK + SACK_BLOCK * sackBlocks : 0);
}

/** A copy of a segment as `passed` takes it. */
export function sized({ length, segmentSize, options, sackEdges }: SegmentRecord): Sized {
  return { length, segmentSize, options: optionOctets(options, sackEdges.length / 2) };
}
