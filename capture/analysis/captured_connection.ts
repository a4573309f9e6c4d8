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

/** What a capture holds, and its connections as whoever asks sees them. */
export interface CaptureContents<Connection extends CapturedConnection> {
  /** Packets of every kind. */
  readonly packets: number;
  /** TCP segments among them. */
  readonly segments: number;
  /** µs from the first packet with TCP to the last one. */
  readonly duration: number;
  /** The connections, in the order of their first packets. */
  readonly flows: readonly Connection[];
  /** What holds no TCP that can be read, by kind, with the number of frames: `["ARP", 12]`. */
  readonly unread: readonly (readonly [what: string, frames: number])[];
}
