/**
 * The RST that answers a segment which belongs to no connection, or acknowledges what was never sent.
 *
 * @module
 */

import type { SendReason } from "../base/observer.ts";
import { Flag, type Segment } from "../base/segment.ts";
import { seqNumber } from "../base/seq.ts";
import type { PendingReset } from "./tcb.ts";

/** RFC 9293 3.10.7.1: numbered so that the sender of `segment` accepts it. */
export function resetFor(segment: Segment, reason: SendReason): PendingReset {
  return segment.has(Flag.ack)
    ? { seq: segment.ack, ack: null, reason }
    : { seq: seqNumber(0), ack: segment.end, reason };
}
