/**
 * User calls, RFC 9293 3.10.1 to 3.10.6: OPEN, SEND, RECEIVE, CLOSE, ABORT. STATUS is reading the connection's figures.
 *
 * @module
 */

import type { OctetRange } from "../base/octet_range.ts";
import { armKeepAlive, boundFinWait2, ownReset } from "./closing.ts";
import type { PartialConfig } from "../config/config.ts";
import { completeConfig } from "../config/complete.ts";
import type { ControlFault } from "../congestion/create.ts";
import { InvalidStateError } from "../base/errors.ts";
import { Event } from "../base/events.ts";
import { dataGiven } from "./idle.ts";
import { seqAtOrAfter, seqDistance } from "../base/seq.ts";
import type { CompleteOptions } from "./connection_options.ts";
import { Tcb } from "./tcb.ts";
import { armUserTimeout } from "./retransmission_timer.ts";
import { Timer } from "./timers.ts";
import { after, type Instant } from "../base/units.ts";

/** Growth of the window, in full segments, that is worth telling the peer at once. */
const WORTHWHILE_WINDOW_SEGMENTS = 2;

/** OPEN, active: 3.10.1. */
export function openActively(options: CompleteOptions, now: Instant): Tcb {
  const tcb = new Tcb(options, "SYN-SENT", now);
  tcb.synDue = "syn";
  if (tcb.config.handshake.connectTimeout > 0) {
    tcb.timers.set(Timer.connect, after(now, tcb.config.handshake.connectTimeout));
  }
  return tcb;
}

/** OPEN, passive: 3.10.1. */
export function openPassively(options: CompleteOptions, now: Instant): Tcb {
  return new Tcb(options, "LISTEN", now);
}

/** SEND: 3.10.2. Copies as much as the buffer takes. @returns octets taken; 0: the buffer is full */
export function send(tcb: Tcb, from: Uint8Array, now: Instant): number {
  checkMaySend(tcb);
  dataGiven(tcb, now);
  const { sender } = tcb;
  const givenFrom = sender.dataEnd;
  const taken = sender.ring.append(from, 0, from.length);
  if (taken > 0) sender.givenFrom = givenFrom;
  return taken;
}

/** SEND in place, first half: names room for at most `octets` of data. @returns how many; 0: the buffer is full */
export function reserve(tcb: Tcb, octets: number, out: OctetRange): number {
  checkMaySend(tcb);
  return tcb.sender.ring.reserve(octets, out);
}

/** SEND in place, second half: the first `octets` of what was reserved are data. @throws RangeError beyond that */
export function commit(tcb: Tcb, octets: number, now: Instant): void {
  checkMaySend(tcb);
  const { sender } = tcb;
  const givenFrom = sender.dataEnd;
  sender.ring.commit(octets);
  dataGiven(tcb, now);
  if (octets > 0) sender.givenFrom = givenFrom;
}

function checkMaySend(tcb: Tcb): void {
  switch (tcb.state) {
    case "SYN-SENT":
    case "SYN-RECEIVED":
    case "ESTABLISHED":
    case "CLOSE-WAIT":
      break;
    case "CLOSED":
      if (tcb.failure !== null) throw tcb.failure;
      throw new InvalidStateError("send", tcb.state, "the connection is closed");
    case "LISTEN":
      throw new InvalidStateError("send", tcb.state, "no peer is there yet; wait until it connects");
    case "FIN-WAIT-1":
    case "FIN-WAIT-2":
    case "CLOSING":
    case "LAST-ACK":
    case "TIME-WAIT":
      throw new InvalidStateError("send", tcb.state, "the sending side is closed");
  }
  if (tcb.sender.finQueued) throw new InvalidStateError("send", tcb.state, "the sending side is closed");
}

/** SEND of what ends a record: no segment holds octets of it and of what is given later. @returns octets taken */
export function sendRecord(tcb: Tcb, from: Uint8Array, now: Instant): number {
  const taken = send(tcb, from, now);
  if (taken === from.length) tcb.sender.endRecord();
  return taken;
}

/** SEND with the urgent flag: the last octet taken ends the urgent data (RFC 9293 3.8.5). @returns octets taken */
export function sendUrgent(tcb: Tcb, from: Uint8Array, now: Instant): number {
  const taken = send(tcb, from, now);
  if (taken > 0) {
    tcb.sender.isUrgent = true;
    tcb.sender.sndUp = tcb.sender.dataEnd;
  }
  return taken;
}

/** RECEIVE: 3.10.3. @returns octets copied; 0: none there now; null: the stream has ended */
export function receive(tcb: Tcb, into: Uint8Array, now: Instant): number | null {
  checkMayReceive(tcb);
  const taken = tcb.receiver.read(into);
  if (taken > 0) {
    dataRead(tcb, taken, now);
    return taken;
  }
  return into.length === 0 ? 0 : withoutData(tcb);
}

/** RECEIVE in place, first half: names what there is. @returns its octets; 0: none now; null: the stream has ended */
export function peek(tcb: Tcb, out: OctetRange): number | null {
  checkMayReceive(tcb);
  tcb.receiver.ring.peek(out);
  return out.length > 0 ? out.length : withoutData(tcb);
}

/** RECEIVE in place, second half: the first `octets` are read and gone. @throws RangeError for more than are there */
export function consume(tcb: Tcb, octets: number, now: Instant): void {
  checkMayReceive(tcb);
  tcb.receiver.consume(octets);
  if (octets > 0) dataRead(tcb, octets, now);
}

function checkMayReceive(tcb: Tcb): void {
  if (tcb.receiver.readingEnded) {
    throw new InvalidStateError("receive", tcb.state, "the connection was closed by close()");
  }
}

/** The user has taken data: what that means for urgent data, buffer, window and ACKs. */
function dataRead(tcb: Tcb, octets: number, now: Instant): void {
  const { receiver } = tcb;
  if (receiver.isUrgent && seqAtOrAfter(receiver.readNext, receiver.rcvUp)) receiver.isUrgent = false;
  receiver.tune(octets, tcb.rtt.srtt, now);
  if (windowUpdateDue(tcb)) tcb.acknowledging.acknowledgeNow("ack-window-update");
  tcb.acknowledging.dataRead(receiver.ring.length, receiver.fullSegment);
}

/** What `receive` returns when there are no data: 0: none yet; null: the stream has ended. */
function withoutData(tcb: Tcb): 0 | null {
  const { receiver } = tcb;
  if (receiver.ring.length > 0) return 0;
  switch (tcb.state) {
    case "CLOSE-WAIT":
    case "CLOSING":
    case "LAST-ACK":
    case "TIME-WAIT":
      // Nothing follows: what the last data lay in is of no more use.
      receiver.trim();
      return null;
    case "CLOSED":
      if (tcb.failure !== null && !receiver.finTaken) throw tcb.failure;
      return null;
    case "LISTEN":
    case "SYN-SENT":
    case "SYN-RECEIVED":
    case "ESTABLISHED":
    case "FIN-WAIT-1":
    case "FIN-WAIT-2":
      return 0;
  }
}

/** Octets of urgent data that the user has not read (MUST-33). */
export function urgentOctetsLeft(tcb: Tcb): number {
  const { receiver } = tcb;
  return receiver.isUrgent ? Math.max(0, seqDistance(receiver.readNext, receiver.rcvUp)) : 0;
}

/** CLOSE, 3.10.4, of the sending side only: what comes can still be read. Again: nothing. */
export function shutdown(tcb: Tcb, now: Instant): void {
  switch (tcb.state) {
    case "LISTEN":
    case "SYN-SENT":
      return tcb.moveTo("CLOSED", "closed-before-established", now);
    case "SYN-RECEIVED":
      // The FIN waits for ESTABLISHED, which the standard has only when there is data to send before it: a peer that has not
      // acknowledged our SYN may drop it, and its repetition would come late.
      tcb.sender.finQueued = true;
      return;
    case "ESTABLISHED":
    case "CLOSE-WAIT":
      // The state moves with the FIN, as the diagram of 3.3.2 has it ("CLOSE / snd FIN"): until then the peer's FIN is no
      // simultaneous close.
      tcb.sender.finQueued = true;
      return;
    case "FIN-WAIT-1":
    case "FIN-WAIT-2":
    case "CLOSING":
    case "LAST-ACK":
    case "TIME-WAIT":
    case "CLOSED":
      return;
  }
}

/** CLOSE, 3.10.4, of both sides: unread data (as configured), or data that comes later, is answered by RST (SHLD-3). */
export function close(tcb: Tcb, now: Instant): void {
  if (tcb.state === "CLOSED" || tcb.userClosed) return;
  tcb.userClosed = true;
  const hasUnread = tcb.receiver.ring.length > 0;
  tcb.receiver.discardData();
  if (hasUnread && tcb.config.closing.resetsWhenUnread && tcb.state !== "TIME-WAIT") {
    tcb.resetDue = ownReset(tcb, "reset-data-after-close");
    return tcb.fail(
      "aborted",
      "Closed with octets unread: a RST was sent",
      "data-after-close",
      now,
    );
  }
  shutdown(tcb, now);
  boundFinWait2(tcb, now);
}

/** Why a connection is aborted, for its failure. */
interface AbortReason {
  readonly message: string;
  /** What was thrown. @default nothing was */
  readonly cause?: unknown;
}

const BY_CALL: AbortReason = { message: "The connection was aborted" };

/**
 * ABORT: 3.10.5. `resetsUnanswered`: the peer is sent a RST as well when our SYN, or after its FIN ours, has not been answered,
 * since it may hold half a connection; the standard sends none. The state is CLOSED then, as 3.10.5 has it, and not TIME-WAIT, as
 * 3.5.2 would have it: a port whose connection was aborted can be used again.
 */
export function abort(
  tcb: Tcb,
  resetsUnanswered: boolean,
  now: Instant,
  { message, cause }: AbortReason = BY_CALL,
): void {
  switch (tcb.state) {
    case "CLOSED":
      return;
    case "LISTEN":
    case "TIME-WAIT":
      break;
    case "SYN-SENT":
      if (resetsUnanswered && tcb.sender.sndNxt !== tcb.sender.iss) {
        tcb.resetDue = { seq: tcb.sender.sndNxt, ack: null, reason: "reset-abort" };
      }
      break;
    case "CLOSING":
    case "LAST-ACK":
      if (resetsUnanswered) tcb.resetDue = ownReset(tcb, "reset-abort");
      break;
    case "SYN-RECEIVED":
    case "ESTABLISHED":
    case "FIN-WAIT-1":
    case "FIN-WAIT-2":
    case "CLOSE-WAIT":
      tcb.resetDue = ownReset(tcb, "reset-abort");
      break;
  }
  tcb.fail("aborted", message, "user-abort", now, cause);
}

/** A congestion control of the user's own has thrown: as if the user had called {@link abort}. */
export function abortByControl(tcb: Tcb, { name, where, thrown }: ControlFault, now: Instant): void {
  tcb.controlFault = null;
  const message = `The connection was aborted: its congestion control ${name} threw in ${where}: ${thrown}`;
  abort(tcb, true, now, { message, cause: thrown });
}

/** Changes what can change while the connection is open. @throws RangeError for a value out of range */
export function configure(tcb: Tcb, changes: PartialConfig, now: Instant): void {
  tcb.config = completeConfig(changes, tcb.config);
  const { buffers, closing, retransmission } = changes;
  if (buffers?.sendBuffer !== undefined) tcb.sender.resize(buffers.sendBuffer);
  tcb.acknowledging.segmentsPerAck = tcb.config.acknowledging.segmentsPerAck;
  if (buffers?.receiveBuffer !== undefined) tcb.receiver.resize(buffers.receiveBuffer);
  if (closing?.keepAlive !== undefined || closing?.keepAliveIdle !== undefined) {
    tcb.timers.clear(Timer.keepAlive);
    armKeepAlive(tcb, now);
  }
  if (retransmission?.userTimeout !== undefined) {
    tcb.timers.clear(Timer.userTimeout);
    if (tcb.sender.unacknowledged > 0) armUserTimeout(tcb, now);
  }
  if (tcb.sender.ring.room > 0) tcb.addEvents(Event.writable);
}

/** Whether reading made so much room that the peer learns of it at once, whatever a delayed ACK waits for (MUST-39). */
function windowUpdateDue({ receiver }: Tcb): boolean {
  const growth = receiver.window.growth();
  // After the peer's FIN nothing comes that would need the room.
  if (growth === 0 || receiver.finTaken) return false;
  const known = receiver.window.known;
  return growth >= WORTHWHILE_WINDOW_SEGMENTS * receiver.fullSegment && growth >= known ||
    known === 0 || growth >= receiver.window.limit / 2;
}
