/**
 * What is sent next: each call composes one segment out of what the sending and the receiving half have due.
 *
 * Order: RST, SYN, what is lost, probes, new data and FIN, and a bare ACK only when nothing carried it.
 *
 * @module
 */

import type { SendReason } from "../base/observer.ts";
import * as mark from "../loss/mark.ts";
import { NONE } from "../loss/records.ts";
import * as segments from "../base/segment.ts";
import type { Segment } from "../base/segment.ts";
import * as seq from "../base/seq.ts";
import { newDataDue } from "./idle.ts";
import { FIRST_SYN, NO_RECORD, type PendingReset, type Tcb } from "./tcb.ts";
import { beginSegment, finishSegment, segmentLimit, writeData } from "./compose.ts";
import { noteProbe, probeOfLost, probeOfNew } from "./path_probing.ts";
import { isHeldByPace, noteSentAtPace } from "./pacing.ts";
import { armForOutstanding, armOverride, armPersist, restartForOldest } from "./retransmission_timer.ts";
import { sendAck, sendKeepAlive } from "./send_ack.ts";
import { abortByControl } from "./user_calls.ts";
import * as units from "../base/units.ts";
import type { Instant } from "../base/units.ts";

// Bound here: what is imported is looked up at each use (tests/bench/profiles/core.md).
const { Mark } = mark;
const { Flag, Option } = segments;
const { seqAdd, seqAfter, seqAtOrAfter, seqDistance } = seq;
const { elapsed } = units;

/** Fills `out` with the next segment due. @returns false when nothing is due now */
export function transmit(tcb: Tcb, out: Segment, now: Instant): boolean {
  if (tcb.controlFault !== null) abortByControl(tcb, tcb.controlFault, now);
  if (tcb.resetDue !== null) return sendReset(tcb, tcb.resetDue, out, now);
  switch (tcb.state) {
    case "ESTABLISHED":
    case "CLOSE-WAIT":
    case "FIN-WAIT-1":
    case "FIN-WAIT-2":
    case "CLOSING":
    case "LAST-ACK":
      if (tcb.burst > 0 && tcb.lastDataSentAt === now) return sendOfBurst(tcb, out, now);
      // What follows counts anew: a turn may have ended before the whole burst had left.
      tcb.burst = 0;
      if (tcb.acknowledging.isApartDue) return sendAck(tcb, out, now);
      return sendLost(tcb, out, now) || (tcb.tailProbeDue && sendTailProbe(tcb, out, now)) ||
        (tcb.windowProbeDue && sendZeroWindowProbe(tcb, out, now)) || sendData(tcb, out, now) ||
        (tcb.keepAliveDue && sendKeepAlive(tcb, out, now)) || sendAck(tcb, out, now);
    case "SYN-SENT":
      return sendSyn(tcb, out, now);
    case "SYN-RECEIVED":
      return sendSyn(tcb, out, now) || sendAck(tcb, out, now);
    case "TIME-WAIT":
      return sendAck(tcb, out, now);
    case "LISTEN":
    case "CLOSED":
      return false;
  }
}

/** The segment that `transmit` made last left at `moment`: its round trip counts from then on. */
export function segmentLeft(tcb: Tcb, moment: Instant): void {
  if (tcb.lastMade === FIRST_SYN) tcb.synSentAt = moment;
  else if (tcb.lastMade !== NO_RECORD) tcb.recovery.scoreboard.records.setSentAt(tcb.lastMade, moment);
  tcb.lastMade = NO_RECORD;
}

function sendReset(tcb: Tcb, reset: PendingReset, out: Segment, now: Instant): boolean {
  tcb.resetDue = null;
  beginSegment(tcb, out, reset.seq, reset.ack === null ? Flag.rst : Flag.rst | Flag.ack, now);
  if (reset.ack !== null) out.ack = reset.ack;
  // RFC 7323 3.2: a RST should carry them.
  const { timestampsOnReset } = tcb.config.compatibility;
  const carries = timestampsOnReset === "all" || timestampsOnReset === "own" && reset.ack !== null;
  if (carries && tcb.timestamps.agreed) tcb.timestamps.write(out, now);
  return finishSegment(tcb, out, reset.reason, now);
}

function sendSyn(tcb: Tcb, out: Segment, now: Instant): boolean {
  const { sender, handshake, ecn, synDue } = tcb;
  if (synDue === null) return false;
  const isAnswer = tcb.state === "SYN-RECEIVED";
  const isRepeated = sender.sndNxt !== sender.iss;
  const ecnFlags = isAnswer ? ecn.synAckFlags : ecn.synFlags(
    tcb.config.congestion.ecn,
    handshake.retransmissions <= tcb.config.handshake.ecnSynRetries,
  );
  if (!isAnswer) tcb.askedForEcn = ecnFlags !== 0;
  beginSegment(tcb, out, sender.iss, (isAnswer ? Flag.syn | Flag.ack : Flag.syn) | ecnFlags, now);
  handshake.writeOptions(out, tcb.config, isAnswer && !tcb.openedPassively);
  ecn.writeSyn(out, tcb.config.congestion.ecnCapable);
  tcb.synDue = null;
  tcb.synSentAt = now;
  tcb.synRepeated = isRepeated;
  tcb.lastMade = isRepeated ? NO_RECORD : FIRST_SYN;
  if (!isRepeated) sender.sndNxt = seqAdd(sender.iss, 1);
  armForOutstanding(tcb, now);
  return finishSegment(tcb, out, synDue, now);
}

/** Sends again what is lost, as the congestion window lets it. */
function sendLost(tcb: Tcb, out: Segment, now: Instant): boolean {
  const slot = tcb.recovery.scoreboard.nextLost();
  return slot !== NONE && sendAgain(tcb, out, slot, now);
}

function sendAgain(tcb: Tcb, out: Segment, slot: number, now: Instant): boolean {
  const { recovery, sender } = tcb;
  const { scoreboard } = recovery;
  if (recovery.holdsRetransmissions) return false;
  if (
    recovery.prefersNewData &&
    sender.nextDataLength(recovery.congestionRoom(), segmentLimit(tcb), tcb.config) > 0
  ) return false;
  const start = scoreboard.records.start(slot);
  const windowEdge = seqAdd(sender.sndUna, sender.sndWnd);
  // SHLD-16: only what still fits a window that shrank, though RFC 7323 2.4 (4) would send it again once wherever it lies. A closed
  // one is the persist timer's business.
  if (seqAtOrAfter(start, windowEdge)) return false;
  const room = recovery.congestionRoom();
  if (room < Math.min(scoreboard.records.length(slot), sender.mss) && recovery.pipe > 0) {
    tcb.cwndLimited = true;
    return false;
  }
  if (isHeldByPace(tcb, now)) return false;
  const fresh = scoreboard.cause(slot) === "retransmit-refused" ? takeRestAlong(tcb, slot, now) : 0;
  const probe = probeOfLost(tcb, slot, room, now);
  if (probe > 0) {
    scoreboard.cut(slot, probe);
    noteProbe(tcb, start, probe);
    return resend(tcb, out, slot, "retransmit-mtu-probe", now);
  }
  const length = scoreboard.records.length(slot);
  const wholeSegments = Math.max(1, Math.floor(Math.min(room, segmentLimit(tcb)) / sender.mss)) * sender.mss;
  const fitting = Math.min(wholeSegments, seqDistance(start, windowEdge));
  const carriesFinOnly = length <= fitting + 1 && seqAfter(scoreboard.records.until(slot), sender.dataEnd);
  if (length > fitting && !carriesFinOnly) scoreboard.cut(slot, fitting);
  return resend(tcb, out, slot, scoreboard.cause(slot), now, fresh);
}

/**
 * A refused probe goes out again with all that waits behind it, when that fits one segment: Nagle would hold it back.
 *
 * @returns octets that were never sent
 */
function takeRestAlong(tcb: Tcb, slot: number, now: Instant): number {
  const { sender, recovery: { scoreboard } } = tcb;
  const { unsent } = sender;
  const carriesFin = sender.finMayGo(unsent);
  const isLast = slot === scoreboard.records.last && !sender.finSent;
  if (!isLast || (unsent === 0 && !carriesFin) || scoreboard.records.length(slot) + unsent > sender.mss) {
    return 0;
  }
  if (unsent > sender.usableWindow || sender.hasRecords) return 0;
  const end = carriesFin ? seqAdd(sender.dataEnd, 1) : sender.dataEnd;
  scoreboard.extendLast(end, carriesFin ? Mark.push | Mark.fin : Mark.push);
  sender.sentTo(end, true);
  if (carriesFin) finSent(tcb, now);
  tcb.totals.octetsSent.add(unsent);
  return unsent;
}

/** `fresh`: octets of it that were never sent. */
function resend(
  tcb: Tcb,
  out: Segment,
  slot: number,
  reason: SendReason,
  now: Instant,
  fresh: number = 0,
): true {
  const { recovery } = tcb;
  const { records } = recovery.scoreboard;
  const flags = (records.marks(slot) & Mark.push) !== 0 ? Flag.ack | Flag.psh : Flag.ack;
  beginSegment(tcb, out, records.start(slot), flags, now);
  writeData(tcb, out, records.start(slot), records.until(slot));
  const { compatibility, congestion } = tcb.config;
  const saysReduced = compatibility.cwrOnRetransmissions && recovery.reduction.cwrPending;
  tcb.ecn.write(out, false, saysReduced, congestion.ecnCapable);
  if (saysReduced) recovery.reduction.cwrPending = false;
  recovery.resent(slot, now, out.hasOption(Option.timestamps) ? out.timestampValue : null);
  tcb.lastMade = slot;
  // A probe of a closed window asks; it repairs nothing.
  if (reason !== "window-probe") {
    tcb.totals.segmentsRetransmitted++;
    tcb.totals.octetsRetransmitted.add(Math.max(0, out.payload.length - fresh));
  }
  noteSentAtPace(tcb, out.payload.length, now);
  armForOutstanding(tcb, now);
  if (slot === records.first) restartForOldest(tcb, now);
  return finishSegment(tcb, out, reason, now);
}

/** RFC 8985 7.3: new data if there are some, whatever Nagle says, else the last segment once more. */
function sendTailProbe(tcb: Tcb, out: Segment, now: Instant): boolean {
  tcb.tailProbeDue = false;
  const { recovery, sender } = tcb;
  const { scoreboard } = recovery;
  const length = Math.min(sender.unsentOfRecord, sender.mss, sender.usableWindow);
  if (length > 0) {
    sendNew(tcb, out, length, "tail-loss-probe", now);
    recovery.tailProbe.sent(sender.sndNxt, false, tcb.rtt.samples);
    tcb.retransmissionTimer.resumeTimeout(); // no second probe while this one is out
    return true;
  }
  if (scoreboard.isEmpty) return false;
  const { last } = scoreboard.records;
  const excess = scoreboard.records.length(last) - sender.mss;
  if (excess > 1) scoreboard.cut(last, Math.ceil(excess / sender.mss) * sender.mss);
  recovery.tailProbe.sent(sender.sndNxt, true, tcb.rtt.samples);
  return resend(tcb, out, scoreboard.records.last, "tail-loss-probe", now);
}

/** Zero-window probe (RFC 9293 3.8.6.1), or what the override timeout lets out. */
function sendZeroWindowProbe(tcb: Tcb, out: Segment, now: Instant): boolean {
  tcb.windowProbeDue = false;
  const { sender, recovery } = tcb;
  if (sender.usableWindow > 0 && sender.unsent > 0) {
    // The window is open, only too small to be worth a segment, or a cork was in: the override timeout of 3.8.6.2.1.
    const room = Math.min(sender.usableWindow, recovery.congestionRoom());
    const length = Math.min(room, sender.unsent, sender.mss);
    return length > 0 && sendNew(tcb, out, length, "window-probe", now);
  }
  if (tcb.config.compatibility.windowProbe === "old number") {
    beginSegment(tcb, out, seqAdd(sender.sndUna, -1), Flag.ack, now);
    return finishSegment(tcb, out, "window-probe", now);
  }
  const { scoreboard } = recovery;
  if (!scoreboard.isEmpty) {
    const { first } = scoreboard.records;
    scoreboard.cut(first, 1);
    return resend(tcb, out, first, "window-probe", now);
  }
  if (sender.unsent > 0) return sendNew(tcb, out, 1, "window-probe", now);
  return sender.finQueued && !sender.finSent && sendNew(tcb, out, 0, "window-probe", now);
}

/** Sends new data, the FIN, or both, as far as both windows and RFC 9293 3.8.6.2.1 let it. */
function sendData(tcb: Tcb, out: Segment, now: Instant): boolean {
  const { sender, recovery } = tcb;
  if (sender.unsent === 0 && (!sender.finQueued || sender.finSent)) return false;
  if (isHeldByPace(tcb, now)) return false;
  newDataDue(tcb, now);
  const room = recovery.congestionRoom();
  const probe = probeOfNew(tcb, room, now);
  if (probe > 0) {
    noteProbe(tcb, sender.sndNxt, probe);
    return sendNew(tcb, out, probe, "mtu-probe", now);
  }
  const length = sender.nextDataLength(room, segmentLimit(tcb), tcb.config) || restOfWindow(tcb, room, now);
  if (length > 0 || sender.finMayGo(0)) {
    const isFollower = tcb.lastDataSentAt === now;
    const reason = reasonOfNewData(tcb, length);
    sendNew(tcb, out, length, reason, now);
    if (isFollower && reason === "data") tcb.burst = burstBehind(tcb, length);
    return true;
  }
  if (room < Math.min(sender.mss, sender.unsent) && sender.usableWindow > 0) tcb.cwndLimited = true;
  armPersist(tcb, now);
  armOverride(tcb, now);
  return false;
}

function reasonOfNewData({ sender, recovery }: Tcb, length: number): SendReason {
  if (length === 0) return "fin";
  if (sender.urgentOffset(sender.sndNxt) > 0) return "urgent-data";
  if (recovery.phase === "disorder") return "limited-transmit";
  return recovery.prefersNewData ? "forward-rto-probe" : "data";
}

/** What is left of the peer's window behind full segments of the same data that have just gone, when Nagle has nothing against it. */
function restOfWindow(tcb: Tcb, room: number, now: Instant): number {
  const { sender, config } = tcb;
  const rest = sender.usableWindow;
  const follows = tcb.lastDataSentAt === now && seqAfter(sender.sndNxt, sender.givenFrom);
  if (
    !config.compatibility.fillsWindow || !follows || rest <= 0 || rest >= Math.min(sender.mss, sender.unsent)
  ) return 0;
  return room >= sender.mss && sender.nagleAllows(rest, config) ? rest : 0;
}

/**
 * How many segments of `length` octets may follow the second or a later one of a turn: what decided about that one decides about
 * them, until something happens to the connection. What ends the data is not among them, for PSH and FIN are decided there.
 */
function burstBehind(tcb: Tcb, length: number): number {
  const { sender, recovery, mtuSearch } = tcb;
  if (length !== segmentLimit(tcb) || sender.hasRecords || sender.isUrgent) return 0;
  if (recovery.phase !== "open" || recovery.scoreboard.hasLost) return 0;
  if (mtuSearch.limit !== Infinity || recovery.pacingRate > 0) return 0;
  const room = Math.min(sender.unsent - 1, sender.usableWindow, recovery.congestionRoom());
  return Math.floor(room / length);
}

function sendOfBurst(tcb: Tcb, out: Segment, now: Instant): true {
  tcb.burst--;
  leave(tcb, out, segmentLimit(tcb), 0, now);
  return finishSegment(tcb, out, "data", now);
}

/** Sends `length` octets of new data, and the FIN if it is its turn. */
function sendNew(tcb: Tcb, out: Segment, length: number, reason: SendReason, now: Instant): true {
  const { sender, recovery } = tcb;
  // RFC 9438 5.8: time without anything to send is no time to grow in.
  if (recovery.scoreboard.isEmpty && !tcb.totals.octetsSent.isZero) {
    tcb.control.idle(elapsed(tcb.allAcknowledgedAt, now), false);
  }
  const carriesFin = sender.finMayGo(length) || (length === 0 && sender.finQueued);
  const dataEnd = seqAdd(sender.sndNxt, length);
  const isPushed = length > 0 && (dataEnd === sender.dataEnd || sender.isRecordEnd(dataEnd));
  leave(tcb, out, length, (isPushed ? Mark.push : 0) | (carriesFin ? Mark.fin : 0), now);
  if (carriesFin) finSent(tcb, now);
  if (length > 0) noteSentAtPace(tcb, length, now);
  armForOutstanding(tcb, now);
  return finishSegment(tcb, out, reason, now);
}

/** `length` octets of new data leave, with what their marks say: PSH, FIN. */
function leave(tcb: Tcb, out: Segment, length: number, marks: number, now: Instant): void {
  const { sender, recovery, acknowledging } = tcb;
  const start = sender.sndNxt;
  const end = seqAdd(start, (marks & Mark.fin) !== 0 ? length + 1 : length);
  beginSegment(tcb, out, start, (marks & Mark.push) !== 0 ? Flag.ack | Flag.psh : Flag.ack, now);
  writeData(tcb, out, start, end);
  // RFC 3168 6.1.6: what probes a closed window is neither marked as capable nor says CWR.
  const isCapable = length > 0 && sender.usableWindow > 0;
  tcb.ecn.write(out, isCapable, isCapable && recovery.reduction.cwrPending, tcb.config.congestion.ecnCapable);
  if (isCapable) recovery.reduction.cwrPending = false;
  tcb.lastMade = recovery.sent(start, end, now, marks);
  sender.sentTo(end, sender.tailOf(length) !== 0);
  tcb.totals.octetsSent.add(length);
  if (length === 0) return;
  acknowledging.expectAnswers();
  acknowledging.pace?.dataSent(now);
}

/** The FIN leaves: RFC 9293 3.3.2, figure 5, "CLOSE / snd FIN". */
function finSent(tcb: Tcb, now: Instant): void {
  tcb.sender.finSent = true;
  tcb.moveTo(tcb.state === "CLOSE-WAIT" ? "LAST-ACK" : "FIN-WAIT-1", "user-close", now);
}
