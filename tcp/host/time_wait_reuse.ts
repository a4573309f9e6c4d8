/**
 * When a connection in TIME-WAIT may make room for a new one of the same endpoints.
 *
 * @module
 */

import { type Connection, controlBlockOf } from "../connection/connection.ts";
import { Flag, Option, type Segment } from "../base/segment.ts";
import { seqAdd, seqAfter, type SeqNumber, timestampDistance } from "../base/seq.ts";
import type { IsnSource } from "../connection/connection_options.ts";
import type { Instant } from "../base/units.ts";
import type { Member } from "./member.ts";
import type { Holder } from "./members.ts";
import { type TimeWait, timeWaitOf } from "./time_waits.ts";

/**
 * Whether we may open a connection in the place of the one that has both ends. RFC 6191 2: timestamps tell its segments from
 * those of the new one. Whoever asks for its very port (`isNamed`) has no other to take, and need not wait.
 */
export function mayTakeOver(holder: Holder, isNamed: boolean, now: Instant): boolean {
  const wait = "connection" in holder ? timeWaitIn(holder) : holder;
  // One that is over may be waiting for the host to look at it.
  if (wait === null) return "connection" in holder && holder.connection.state === "CLOSED";
  const { timeWait, timeWaitTakeover } = wait.config.closing;
  if (wait.recentTimestamp === null || timeWaitTakeover === 0) return false;
  return isNamed || wait.deadline - timeWait + timeWaitTakeover < now;
}

function timeWaitIn({ connection, local, origin }: Member): TimeWait | null {
  return connection.state === "TIME-WAIT" ? timeWaitOf(connection, origin.isOurs, local.address) : null;
}

/** How far above the old connection's numbers the new one begins, when its own choice is not above them: a window's length. */
const AHEAD = 65_536;

/** RFC 9293 3.6.1: numbers of a connection that follows one in TIME-WAIT begin above `sndNxt`, the last of that one's. */
export function isnAbove(isn: IsnSource, sndNxt: SeqNumber): IsnSource {
  return (local, remote, now) => {
    const chosen = isn(local, remote, now);
    return seqAfter(chosen, sndNxt) ? chosen : seqAdd(sndNxt, AHEAD);
  };
}

/**
 * MAY-2, RFC 6191 2: whether the peer's SYN, being newer than all before, may begin a connection in its place. Where both
 * have timestamps, they decide, and the number only between equal ones. Where the old connection had none the number decides alone:
 * the new one may take segments without them (\`acceptMissingTimestamps\`), the old one's too. A SYN that may not is answered like all
 * that is out of window (RFC 9293 3.10.7.4, first), where RFC 6191 has it dropped without a word.
 */
export function synMayReplaceTimeWait(connection: Connection, segment: Segment): boolean {
  if (connection.state !== "TIME-WAIT" || !segment.has(Flag.syn) || segment.has(Flag.ack)) return false;
  const hasTimestamps = connection.config.compatibility.timeWaitAnswers !== "ACKs" &&
    connection.agreed.timestamps && segment.hasOption(Option.timestamps);
  const newer = hasTimestamps
    ? timestampDistance(controlBlockOf(connection).timestamps.recent, segment.timestampValue)
    : 0;
  return newer > 0 || newer === 0 && seqAfter(segment.seq, connection.rcvNxt);
}
