/**
 * TIME-WAIT as systems have it, in place of the steps of RFC 9293 3.10.7.4 (`timeWaitAnswers`).
 *
 * @module
 */

import { drop, isTooSoonToAnswer } from "./challenge_ack.ts";
import { enterTimeWait } from "./closing.ts";
import { Flag, type Segment } from "../base/segment.ts";
import type { Tcb } from "./tcb.ts";
import type { Instant } from "../base/units.ts";

/** The flags that make a segment more than a plain ACK; those of ECN do not. */
const TELLING_FLAGS = Flag.fin | Flag.syn | Flag.rst | Flag.psh | Flag.ack | Flag.urg;

/** As FreeBSD has it: every segment with ACK but the plain next one is acknowledged, all others are dropped silently. */
export function acksArriveInTimeWait(tcb: Tcb, segment: Segment, now: Instant): void {
  if (segment.has(Flag.rst) || !segment.has(Flag.ack)) {
    return drop(tcb, segment, segment.has(Flag.rst) ? "reset-in-time-wait" : "no-ack-flag", now);
  }
  // The peer's FIN once more: our ACK of it was lost.
  if (segment.has(Flag.fin) && segment.end === tcb.receiver.rcvNxt) enterTimeWait(tcb, now);
  const isPlainNext = (segment.flags & TELLING_FLAGS) === Flag.ack && segment.payload.length === 0 &&
    segment.seq === tcb.receiver.rcvNxt && segment.ack === tcb.sender.sndNxt;
  if (!isPlainNext) tcb.acknowledging.acknowledgeNow("ack-unacceptable");
}

/**
 * As Linux has it: the next segment is a RST, which ends the wait unless RFC 1337 is followed, or empty, which starts it anew.
 * Of all others, which start it anew if they have ACK, RSTs are dropped and the rest is acknowledged, within the limit for what
 * carries nothing.
 */
export function anythingArrivesInTimeWait(tcb: Tcb, segment: Segment, now: Instant): void {
  const { receiver, timestamps, config } = tcb;
  const isReset = segment.has(Flag.rst);
  const isOld = timestamps.isOlder(segment, now);
  const isEmpty = segment.sequenceLength === 0;
  if (!isOld && segment.seq === receiver.rcvNxt && (isEmpty || isReset)) {
    if (!isReset) enterTimeWait(tcb, now);
    else if (!config.defence.ignoreResetInTimeWait) return tcb.moveTo("CLOSED", "reset-received", now);
    timestamps.update(segment, now);
    return isReset ? drop(tcb, segment, "reset-in-time-wait", now) : undefined;
  }
  if (isReset) return drop(tcb, segment, isOld ? "timestamp-too-old" : "reset-out-of-window", now);
  if (isOld || segment.has(Flag.ack)) enterTimeWait(tcb, now);
  const isLimited = isEmpty || segment.has(Flag.syn);
  if (!isLimited || !isTooSoonToAnswer(tcb, now)) {
    if (isLimited) tcb.lastInvalidAckAt = now;
    tcb.acknowledging.acknowledgeNow("ack-unacceptable");
  }
  if (isOld) drop(tcb, segment, "timestamp-too-old", now);
  else if (!receiver.isAcceptable(segment)) drop(tcb, segment, "unacceptable-sequence", now);
  else if (segment.payload.length > 0) drop(tcb, segment, "data-after-fin", now);
}
