/**
 * One of two captures, with its packets at hand.
 *
 * @module
 */

import type { Flow } from "../analysis/flow.ts";
import type { Passage } from "../analysis/passage.ts";

/** A capture with its packets at hand. */
export interface Point {
  /** What it is called: the name of its file. */
  readonly name: string;
  /** µs from 1970-01-01 UTC to its first packet. */
  readonly epoch: number;
  /** µs from its first packet to its last one. */
  readonly duration: number;
  /** The packets of each connection in the order of the file. */
  readonly passages: ReadonlyMap<Flow, readonly Passage[]>;
}
