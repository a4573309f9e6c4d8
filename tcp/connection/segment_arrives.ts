/**
 * SEGMENT ARRIVES, RFC 9293 3.10.7, step by step in the standard's order. One function per numbered step; a step that
 * ends the segment's way returns false. LISTEN and SYN-SENT are in `syn_arrives.ts`.
 *
 * @module
 */

import type { DropReason } from "../base/observer.ts";
import * as segments from "../base/segment.ts";
import type { Segment } from "../base/segment.ts";
import * as seq from "../base/seq.ts";
import { isSynchronized } from "../base/state.ts";
import type { Instant } from "../base/units.ts";
import type { TcpConfig } from "../config/config.ts";
import { ackArrives, isReorderedAck, saysNothingNew, takeNothingNew } from "./ack_arrives.ts";
import { keepAckDue } from "./acknowledging_arrivals.ts";
import { answerUnacceptable, challengeAck, drop, isProbe } from "./challenge_ack.ts";
import { enterTimeWait, finAcknowledgedIn, ownReset, resetFor } from "./closing.ts";
import { takeData, takeUrgentDataAndFin, takeUrgentPointer } from "./data_arrives.ts";
import { arrivesInListen, arrivesInSynSent, cookieReturns, establish, takeSynOff } from "./syn_arrives.ts";
import type { Tcb } from "./tcb.ts";
import { acksArriveInTimeWait, anythingArrivesInTimeWait } from "./time_wait.ts";

// Bound here: what is imported is looked up at each use (tests/bench/profiles/core.md).
const { Flag } = segments;
const { seqAfter, seqAtOrBefore } = seq;

/** Takes in a segment for this connection. The segment may be one of several that a device has merged. */
export function segmentArrives(tcb: Tcb, segment: Segment, now: Instant): void {
  tcb.totals.segmentsReceived++;
  if (tcb.answeredSyn !== null) cookieReturns(tcb, tcb.answeredSyn, now);
  tcb.observer?.segmentArrived(tcb.view, segment, now);
  const refusal = refusalInAnyState(segment, tcb.config);
  if (refusal !== null) return drop(tcb, segment, refusal, now);
  switch (tcb.state) {
    case "CLOSED":
      return arrivesInClosed(tcb, segment, now);
    case "LISTEN":
      return arrivesInListen(tcb, segment, now);
    case "SYN-SENT":
      return arrivesInSynSent(tcb, segment, now);
    case "SYN-RECEIVED":
    case "ESTABLISHED":
    case "FIN-WAIT-1":
    case "FIN-WAIT-2":
    case "CLOSE-WAIT":
    case "CLOSING":
    case "LAST-ACK":
      return arrivesInOtherStates(tcb, segment, now);
    case "TIME-WAIT":
      return arrivesInTimeWait(tcb, segment, now);
  }
}

/** 3.10.7.1: whoever has not heard of the end, or asks whether a RST is meant (RFC 5961 3.2), is told. */
function arrivesInClosed(tcb: Tcb, segment: Segment, now: Instant): void {
  if (!segment.has(Flag.rst)) tcb.resetDue ??= resetFor(segment, "reset-no-connection");
  drop(tcb, segment, "closed", now);
}

/** 3.10.7.4, or what a system does. */
function arrivesInTimeWait(tcb: Tcb, segment: Segment, now: Instant): void {
  switch (tcb.config.compatibility.timeWaitAnswers) {
    case "old data and FIN":
      return arrivesInOtherStates(tcb, segment, now);
    case "ACKs":
      return acksArriveInTimeWait(tcb, segment, now);
    case "all but the next":
      return anythingArrivesInTimeWait(tcb, segment, now);
  }
}

/** Why a segment is dropped whatever the state, and where there is no connection; null: it is looked at. */
export function refusalInAnyState(segment: Segment, config: TcpConfig): DropReason | null {
  if (segment.optionsCutShort && !config.compatibility.acceptMalformedOptions) return "bad-option-length";
  return config.defence.synWithFin === "drop" && segment.has(Flag.syn | Flag.fin) ? "syn-with-fin" : null;
}

/** 3.10.7.4. */
function arrivesInOtherStates(tcb: Tcb, segment: Segment, now: Instant): void {
  if (isPredicted(tcb, segment)) {
    tcb.peerHeard(now);
    takeNothingNew(tcb, segment, now);
    return takeText(tcb, segment, now);
  }
  // RFC 7323 2.2: the window of a SYN-ACK is never scaled.
  let windowShift = tcb.handshake.peerShift;
  if (endsSimultaneousOpen(tcb, segment)) {
    takeSynOff(segment);
    windowShift = 0;
  }
  if (!checkSequence(tcb, segment, now)) return;
  if (!checkReset(tcb, segment, now)) return;
  if (!checkSyn(tcb, segment, now)) return;
  tcb.peerHeard(now);
  if (checkAck(tcb, segment, windowShift, now)) takeText(tcb, segment, now);
}

/** What an acceptable segment brings beside its ACK field. */
function takeText(tcb: Tcb, segment: Segment, now: Instant): void {
  if (segment.sequenceLength > 0) keepAckDue(tcb, segment, now);
  // Only now: a forged segment whose ACK is refused must not make the honest ones look old.
  tcb.timestamps.update(segment, now);
  takeUrgentDataAndFin(tcb, segment, now);
}

/**
 * Header prediction (V. Jacobson): whether it is what nearly every segment of a bulk transfer is, the next data in order from a
 * peer that only sends. The first to the fifth step let it pass then: its number is RCV.NXT and all of it lies in the window, its
 * timestamp is not older than the last, it is neither RST nor SYN, and its ACK field says what is known.
 */
function isPredicted(tcb: Tcb, segment: Segment): boolean {
  const { receiver } = tcb;
  const { length } = segment.payload;
  return (segment.flags | Flag.psh) === (Flag.ack | Flag.psh) && segment.seq === receiver.rcvNxt &&
    length > 0 && length <= receiver.rcvWnd && tcb.state === "ESTABLISHED" &&
    tcb.timestamps.isInOrder(segment) && saysNothingNew(tcb, segment);
}

/** RFC 9293 3.5: with both sides opening, the peer's SYN-ACK repeats a SYN that we have. */
function endsSimultaneousOpen(tcb: Tcb, segment: Segment): boolean {
  return tcb.state === "SYN-RECEIVED" && segment.has(Flag.syn | Flag.ack) &&
    segment.seq === tcb.receiver.irs &&
    !segment.has(Flag.rst);
}

/** First: the sequence number, and before it the timestamp (RFC 7323 5.3, R1). */
function checkSequence(tcb: Tcb, segment: Segment, now: Instant): boolean {
  const { receiver } = tcb;
  if (tcb.timestamps.isTooOld(segment, now) && !isReorderedAck(tcb, segment)) {
    answerUnacceptable(tcb, segment, "timestamp-too-old", now);
    return false;
  }
  if (tcb.timestamps.isMissing(segment) && !tcb.config.compatibility.acceptMissingTimestamps) {
    drop(tcb, segment, "missing-timestamp", now);
    return false;
  }
  return receiver.isAcceptable(segment) || passesUnacceptable(tcb, segment, now);
}

/** A segment outside the window is answered; what of it counts all the same is used. Returns whether the next steps follow. */
function passesUnacceptable(tcb: Tcb, segment: Segment, now: Instant): boolean {
  const { receiver } = tcb;
  if (tcb.state === "SYN-RECEIVED" && segment.has(Flag.syn) && segment.seq === receiver.irs) {
    // The standard answers with an ACK here as well, which is of no use to a peer that lacks our SYN.
    tcb.synDue ??= "syn-ack-repeated";
    drop(tcb, segment, "unacceptable-sequence", now);
    return false;
  }
  if (segment.has(Flag.syn) && !segment.has(Flag.rst) && isSynchronized(tcb.state)) {
    // RFC 5961 4.2: a SYN is challenged wherever it lies.
    challengeAck(tcb, segment, "challenge-syn", "syn-challenged", now);
    return false;
  }
  // With a closed window the ACK, URG and RST of the next segment in order still count (MUST-66).
  const isNextAtClosedWindow = receiver.rcvWnd === 0 && segment.seq === receiver.rcvNxt;
  if (isNextAtClosedWindow && segment.has(Flag.rst)) return true;
  if (receiver.rcvWnd === 0) receiver.dropBeyondGaps(); // at a probe, and some probes lie before what is next
  const isDuplicate = tcb.config.compatibility.usesAckOfDuplicates &&
    seqAtOrBefore(segment.end, receiver.rcvNxt);
  if (segment.payload.length > 0) receiver.noteOvershoot(segment);
  // So do those of a probe that was received before: two sides that probe each other's closed windows send nothing else. And a
  // peer that has sent beyond our window, where nothing is taken, numbers all its ACKs there.
  const isOfUse = isNextAtClosedWindow || isDuplicate || isProbe(tcb, segment) ||
    receiver.isBehindOvershoot(segment);
  if (isOfUse && segment.has(Flag.ack) && (segment.flags & (Flag.syn | Flag.rst)) === 0) {
    takeOnlyControl(tcb, segment, now);
  }
  answerUnacceptable(tcb, segment, "unacceptable-sequence", now);
  return false;
}

/** Uses the ACK and URG of a segment whose data are refused. */
function takeOnlyControl(tcb: Tcb, segment: Segment, now: Instant): void {
  tcb.peerHeard(now);
  if (isSynchronized(tcb.state) && tcb.state !== "TIME-WAIT" && tcb.sender.isAckAcceptable(segment.ack)) {
    ackArrives(tcb, segment, now);
    closeWhenFinAcknowledged(tcb, now);
  }
  takeUrgentPointer(tcb, segment);
}

/** Second: RST, with the three cases of RFC 5961 3.2. */
function checkReset(tcb: Tcb, segment: Segment, now: Instant): boolean {
  if (!segment.has(Flag.rst)) return true;
  resetArrives(tcb, segment, now);
  return false;
}

function resetArrives(tcb: Tcb, segment: Segment, now: Instant): void {
  if (segment.seq !== tcb.receiver.rcvNxt && tcb.config.defence.resetAcceptance === "exact") {
    return challengeAck(tcb, segment, "challenge-reset", "reset-challenged", now);
  }
  switch (tcb.state) {
    case "TIME-WAIT":
      // RFC 1337: a late RST must not end TIME-WAIT early.
      if (tcb.config.defence.ignoreResetInTimeWait) drop(tcb, segment, "reset-in-time-wait", now);
      else tcb.moveTo("CLOSED", "reset-received", now);
      return;
    case "CLOSING":
    case "LAST-ACK":
      tcb.fail("reset", "The peer reset the connection while it was closing", "reset-received", now);
      return;
    case "SYN-RECEIVED":
      if (tcb.openedPassively) tcb.returnToListen(now);
      else tcb.fail("refused", "The peer sent RST before the handshake was over", "refused", now);
      return;
    case "ESTABLISHED":
    case "FIN-WAIT-1":
    case "FIN-WAIT-2":
    case "CLOSE-WAIT":
      tcb.fail("reset", "The peer reset the connection", "reset-received", now);
      return;
    case "LISTEN":
    case "SYN-SENT":
    case "CLOSED":
      return;
  }
}

/** Fourth: a SYN in the window is a guess or an old duplicate (RFC 5961 4.2). */
function checkSyn(tcb: Tcb, segment: Segment, now: Instant): boolean {
  if (!segment.has(Flag.syn)) return true;
  synArrivesInWindow(tcb, segment, now);
  return false;
}

function synArrivesInWindow(tcb: Tcb, segment: Segment, now: Instant): void {
  if (tcb.state === "SYN-RECEIVED" && tcb.openedPassively) return tcb.returnToListen(now);
  if (tcb.config.defence.synAnswer === "reset") {
    tcb.resetDue = ownReset(tcb, "reset-syn-in-window");
    return tcb.fail("reset", "The peer sent a SYN within the open connection", "syn-in-window", now);
  }
  challengeAck(tcb, segment, "challenge-syn", "syn-challenged", now);
}

/** Fifth: the ACK field. `windowShift`: of the segment's window, while it ends the handshake. */
function checkAck(tcb: Tcb, segment: Segment, windowShift: number, now: Instant): boolean {
  const { sender } = tcb;
  if (!segment.has(Flag.ack)) {
    drop(tcb, segment, "no-ack-flag", now);
    return false;
  }
  if (tcb.state === "SYN-RECEIVED") {
    if (seqAtOrBefore(segment.ack, sender.sndUna) || seqAfter(segment.ack, sender.sndNxt)) {
      tcb.resetDue = resetFor(segment, "reset-bad-ack");
      drop(tcb, segment, "ack-not-acceptable", now);
      return false;
    }
    establish(tcb, segment, now);
    sender.setWindow(segment.window << windowShift, segment.seq, segment.ack);
    tcb.receiver.takesWhatFits = tcb.config.compatibility.takesWhatFits;
    const data = tcb.dataOfSyn;
    tcb.dataOfSyn = null;
    return data === null || takeData(tcb, data, now);
  }
  if (!sender.isAckAcceptable(segment.ack)) {
    const isBeyond = seqAfter(segment.ack, sender.sndNxt);
    challengeAck(tcb, segment, "challenge-ack", isBeyond ? "ack-of-unsent" : "ack-not-acceptable", now);
    return false;
  }
  if (tcb.state === "TIME-WAIT") {
    if (segment.has(Flag.fin)) enterTimeWait(tcb, now);
    return true;
  }
  ackArrives(tcb, segment, now);
  return closeWhenFinAcknowledged(tcb, now);
}

/** The states in which our FIN waits for its acknowledgement. Returns false when the connection is gone. */
function closeWhenFinAcknowledged(tcb: Tcb, now: Instant): boolean {
  if (!tcb.sender.finAcknowledged) return true;
  return finAcknowledgedIn(tcb, now);
}
