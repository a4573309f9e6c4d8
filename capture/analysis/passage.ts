/**
 * A packet as it passes a point of capture, to be compared with those of another point.
 *
 * @module
 */

import type { Direction } from "../../trace/copy.ts";
import type { State } from "../../trace/core.ts";
import type { SegmentRecord } from "../../trace/record.ts";

/** Relative sequence numbers from `start` up to, not including, `end`. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A packet that passes a point. */
export interface Passage {
  /** Which way it goes. */
  readonly direction: Direction;
  /** Number of the packet in its file. */
  readonly frame: number;
  /** µs since the first packet of its file, by the clock of its capture. */
  readonly time: number;
  /** Identification of the IPv4 packet; -1: none. */
  readonly ipId: number;
  /** A copy. */
  readonly segment: SegmentRecord;
  /** States of both ends once it has passed, by what passes this point; null: not known. */
  readonly states: { readonly local: State | null; readonly remote: State | null };
  /** Whether not all of its options were captured. */
  readonly isCut: boolean;
  /** Whether it is sent again, as far as is seen here. */
  readonly isAgain: boolean;
  /** What it acknowledges of the other end although it has not passed this point; null: nothing of the kind. */
  readonly missed: Span | null;
}
