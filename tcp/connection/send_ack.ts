/**
 * Segments that carry nothing: ACKs that fall due, those that were kept, and keep-alives.
 *
 * @module
 */

import type { SendReason } from "../base/observer.ts";
import * as segments from "../base/segment.ts";
import type { Segment } from "../base/segment.ts";
import { seqAdd, type SeqNumber } from "../base/seq.ts";
import type { Instant } from "../base/units.ts";
import { acceptableNumber, beginSegment, countSent, finishSegment, writeSackBlocks } from "./compose.ts";
import type { Tcb } from "./tcb.ts";

// Bound here: what is imported is looked up at each use (tests/bench/profiles/core.md).
const { Flag } = segments;

/**
 * RFC 9293 3.8.4: a number that was acknowledged already draws an ACK from whoever is alive. @returns false when data that have
 * left since it fell due ask as well
 */
export function sendKeepAlive(tcb: Tcb, out: Segment, now: Instant): boolean {
  tcb.keepAliveDue = false;
  if (tcb.sender.sndUna !== tcb.sender.sndNxt) return false;
  beginSegment(tcb, out, seqAdd(tcb.sender.sndNxt, -1), Flag.ack, now);
  return finishSegment(tcb, out, "keep-alive", now);
}

/** The ACK that is due. @returns false when none is, and so nothing any more: ACKs come last */
export function sendAck(tcb: Tcb, out: Segment, now: Instant): boolean {
  if (tcb.acknowledging.kept.length > 0) return sendKeptAck(tcb, out, now);
  const reason = tcb.acknowledging.immediate;
  if (reason === null) {
    tcb.acknowledging.turnEnds();
    tcb.recovery.turnEnds();
    return false;
  }
  const { sender } = tcb;
  const isChallenge = reason === "challenge-reset" || reason === "challenge-syn";
  const repeatsFin = tcb.config.compatibility.repeatsFin && sender.finSent && !sender.finAcknowledged &&
    !isChallenge;
  if (repeatsFin) beginSegment(tcb, out, sender.dataEnd, Flag.ack | Flag.fin, now);
  else beginSegment(tcb, out, numberOfAck(tcb, reason), Flag.ack, now);
  writeSackBlocks(tcb, out, Infinity);
  tcb.ecn.write(out, false, false, tcb.config.congestion.ecnCapable);
  return finishSegment(tcb, out, reason, now);
}

/** An ACK that fell due before the latest segment: with what it said then, and the window that has been announced. */
function sendKeptAck(tcb: Tcb, out: Segment, now: Instant): true {
  const { acknowledging } = tcb;
  beginSegment(tcb, out, numberOfAck(tcb, acknowledging.kept.reason), Flag.ack, now, true);
  const reason = acknowledging.takeKept(out);
  out.window = tcb.receiver.window.fieldFrom(out.ack);
  tcb.ecn.write(out, false, false, tcb.config.congestion.ecnCapable);
  return countSent(tcb, out, reason, now);
}

/**
 * The number of an ACK. Where it differs from SND.NXT, the peer may still have taken all that we sent before its window
 * shrank, and drop what lies before: answers to what we cannot accept say the one and the other in turn, so that two ends
 * whose windows both shrank do not refuse each other's ACKs for ever.
 */
function numberOfAck(tcb: Tcb, reason: SendReason): SeqNumber {
  const { sender } = tcb;
  const acceptable = acceptableNumber(tcb);
  const isInDoubt = acceptable !== sender.sndNxt &&
    (reason === "ack-unacceptable" || reason === "ack-old-timestamp");
  if (!isInDoubt) return acceptable;
  sender.answersFromEdge = !sender.answersFromEdge;
  return sender.answersFromEdge ? acceptable : sender.sndNxt;
}
