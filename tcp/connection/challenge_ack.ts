/**
 * What is said to segments that cannot be used: the ACK that tells their sender where we are, limited, since anybody can
 * forge what draws it (RFC 9293 3.10.7.4, first; RFC 5961).
 *
 * @module
 */

import { keepAckDue, reportDuplicateData } from "./acknowledging_arrivals.ts";
import { enterTimeWait } from "./closing.ts";
import type { DropReason, SendReason } from "../base/observer.ts";
import { Flag, type Segment } from "../base/segment.ts";
import { seqAdd } from "../base/seq.ts";
import type { Tcb } from "./tcb.ts";
import { elapsed, type Instant } from "../base/units.ts";

/** An unacceptable segment is answered with where we are, unless it is a RST; loops of such answers are cut short. */
export function answerUnacceptable(tcb: Tcb, segment: Segment, reason: DropReason, now: Instant): void {
  if (segment.has(Flag.rst)) return drop(tcb, segment, "reset-out-of-window", now);
  if (tcb.state === "TIME-WAIT" && segment.has(Flag.fin)) enterTimeWait(tcb, now);
  const isBare = segment.sequenceLength === 0;
  if (!isBare || !isTooSoonToAnswer(tcb, now)) {
    if (isBare) tcb.lastInvalidAckAt = now;
    else keepAckDue(tcb, segment, now);
    reportDuplicateData(tcb, segment);
    tcb.acknowledging.acknowledgeNow(answerFor(tcb, segment, reason));
  }
  drop(tcb, segment, reason, now);
}

function answerFor(tcb: Tcb, segment: Segment, reason: DropReason): SendReason {
  if (reason === "timestamp-too-old") return "ack-old-timestamp";
  // The peer's FIN once more is one octet before RCV.NXT as well, but asks nothing.
  const isFinAlone = segment.has(Flag.fin) && segment.sequenceLength === 1;
  if (isFinAlone && segment.end === tcb.receiver.rcvNxt) return "ack-fin";
  return isProbe(tcb, segment) ? "ack-keep-alive" : "ack-unacceptable";
}

/** Whether the last answer to a segment out of window was a moment ago: two hosts might go on for ever. */
export function isTooSoonToAnswer(tcb: Tcb, now: Instant): boolean {
  const { invalidAckInterval } = tcb.config.defence;
  return invalidAckInterval > 0 && tcb.lastInvalidAckAt >= 0 &&
    elapsed(tcb.lastInvalidAckAt, now) < invalidAckInterval;
}

/** Whether the segment is what keep-alive and window probes are: the last octet before RCV.NXT, or only its number. */
export function isProbe(tcb: Tcb, segment: Segment): boolean {
  return segment.seq === seqAdd(tcb.receiver.rcvNxt, -1) && segment.sequenceLength <= 1 &&
    !segment.has(Flag.syn);
}

/** RFC 5961 7: an answer that only the true peer can use, limited per connection and per host. */
export function challengeAck(
  tcb: Tcb,
  segment: Segment,
  answer: SendReason,
  reason: DropReason,
  now: Instant,
): void {
  if (mayChallenge(tcb, now) && tcb.challengeLimiter.allows(now)) {
    tcb.challenges++;
    if (tcb.config.defence.challengesAtOnce === 1) tcb.lastInvalidAckAt = now;
    tcb.acknowledging.acknowledgeNow(answer);
  }
  drop(tcb, segment, reason, now);
}

/** Whether the connection's own limit leaves room for one more challenge. */
function mayChallenge(tcb: Tcb, now: Instant): boolean {
  const { invalidAckInterval, challengesAtOnce } = tcb.config.defence;
  if (challengesAtOnce === 1) return !isTooSoonToAnswer(tcb, now);
  const isOver = tcb.challengesSince < 0 ||
    elapsed(tcb.challengesSince, now) >= challengesAtOnce * invalidAckInterval;
  if (isOver) {
    tcb.challengesSince = now;
    tcb.challenges = 0;
  }
  return tcb.challenges < challengesAtOnce;
}

/** The segment is not used any further. */
export function drop(tcb: Tcb, segment: Segment, reason: DropReason, now: Instant): void {
  tcb.observer?.segmentDropped(tcb.view, segment, reason, now);
}
