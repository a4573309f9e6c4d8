/**
 * TIME-WAIT as FreeBSD has it (`timeWaitAnswersAcksOnly`), in place of the steps of RFC 9293 3.10.7.4.
 *
 * @module
 */

import { drop } from "./challenge_ack.ts";
import { enterTimeWait } from "./closing.ts";
import { Flag, type Segment } from "../base/segment.ts";
import type { Tcb } from "./tcb.ts";
import type { Instant } from "../base/units.ts";

/** The flags that make a segment more than an ACK; those of ECN do not. */
const TELLING_FLAGS = Flag.fin | Flag.syn | Flag.rst | Flag.psh | Flag.ack | Flag.urg;

/** Answers whatever has ACK and says anything but "I am where you think", and drops the rest without a word. */
export function arrivesInTimeWait(tcb: Tcb, segment: Segment, now: Instant): void {
  if (segment.has(Flag.rst)) return drop(tcb, segment, "reset-in-time-wait", now);
  if (!segment.has(Flag.ack)) return drop(tcb, segment, "no-ack-flag", now);
  // The peer's FIN once more: our ACK of it was lost.
  if (segment.has(Flag.fin) && segment.end === tcb.receiver.rcvNxt) enterTimeWait(tcb, now);
  const isPlainNext = (segment.flags & TELLING_FLAGS) === Flag.ack && segment.payload.length === 0 &&
    segment.seq === tcb.receiver.rcvNxt && segment.ack === tcb.sender.sndNxt;
  if (!isPlainNext) tcb.acknowledging.acknowledgeNow("ack-unacceptable");
}
