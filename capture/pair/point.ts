/**
 * One of two captures, with its packets at hand.
 *
 * @module
 */

import type { CapturedConnection } from "../analysis/captured_connection.ts";

/** A capture that was read with its packets kept. */
export interface Point {
  /** What it is called: the name of its file. */
  readonly name: string;
  /** µs from 1970-01-01 UTC to its first packet; null without any. */
  readonly epoch: number | null;
  /** µs from its first packet to its last one. */
  readonly duration: number;
  /** Its connections. */
  readonly flows: readonly CapturedConnection[];
}
