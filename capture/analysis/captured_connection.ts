/**
 * A connection of a capture, as far as whoever reads one needs to know it.
 *
 * @module
 */

import type { ConnectionRecord } from "../../trace/record.ts";

/** A connection that a capture holds. */
export interface CapturedConnection {
  /** As its events refer to it: number, ends, first sequence numbers. */
  readonly record: ConnectionRecord;
  /** Moment of its first packet, microseconds from the capture's first. */
  readonly firstAt: number;
  /** Moment of its last packet, as `firstAt`. */
  readonly lastAt: number;
  /** Whether it is one of those that were selected. */
  readonly isShown: boolean;
  /** Whether the text that was looked for has passed. */
  readonly hasText: boolean;
}
