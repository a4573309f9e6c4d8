/**
 * When a connection in TIME-WAIT may make room for a new one of the same endpoints.
 *
 * @module
 */

import type { Connection } from "../connection/connection.ts";
import { Flag, Option, type Segment } from "../base/segment.ts";
import { seqAfter, timestampDistance } from "../base/seq.ts";
import type { Instant } from "../base/units.ts";

/**
 * Whether we may open a connection in its place. RFC 6191 2: timestamps tell its segments from those of the new one.
 * Whoever asks for its very port (`isNamed`) has no other to take, and need not wait.
 */
export function mayTakeOverTimeWait(connection: Connection, isNamed: boolean, now: Instant): boolean {
  const { timeWait, timeWaitTakeover } = connection.config.closing;
  if (connection.state !== "TIME-WAIT" || !connection.agreed.timestamps || timeWaitTakeover === 0) {
    return false;
  }
  return isNamed || connection.nextDeadline() - timeWait + timeWaitTakeover < now;
}

/** MAY-2, RFC 6191: whether the peer's SYN, being newer than all before, may begin a connection in its place. */
export function synMayReplaceTimeWait(connection: Connection, segment: Segment): boolean {
  if (connection.state !== "TIME-WAIT" || !segment.has(Flag.syn) || segment.has(Flag.ack)) return false;
  const isNewer = !connection.config.compatibility.timeWaitAnswersAcksOnly && connection.agreed.timestamps &&
    segment.hasOption(Option.timestamps) &&
    timestampDistance(connection.recentTimestamp, segment.timestampValue) > 0;
  return isNewer || seqAfter(segment.seq, connection.rcvNxt);
}
