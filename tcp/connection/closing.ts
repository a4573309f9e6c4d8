/**
 * How connections end (FIN, TIME-WAIT, RST) and how quiet ones are watched: rules that several of the event files share.
 *
 * @module
 */

import type { SendReason } from "../base/observer.ts";
import { Flag, type Segment } from "../base/segment.ts";
import { seqNumber } from "../base/seq.ts";
import { acceptableNumber } from "./compose.ts";
import type { PendingReset, Tcb } from "./tcb.ts";
import { Timer } from "./timers.ts";
import { after, type Instant } from "../base/units.ts";

/** Our FIN is acknowledged (RFC 9293 3.10.7.4, fifth). Returns false when the connection is gone. */
export function finAcknowledgedIn(tcb: Tcb, now: Instant): boolean {
  switch (tcb.state) {
    case "FIN-WAIT-1":
      tcb.moveTo("FIN-WAIT-2", "fin-acknowledged", now);
      boundFinWait2(tcb, now);
      return true;
    case "CLOSING":
      tcb.moveTo("TIME-WAIT", "fin-acknowledged", now);
      enterTimeWait(tcb, now);
      return true;
    case "LAST-ACK":
      tcb.moveTo("CLOSED", "fin-acknowledged", now);
      return false;
    case "LISTEN":
    case "SYN-SENT":
    case "SYN-RECEIVED":
    case "ESTABLISHED":
    case "CLOSE-WAIT":
    case "FIN-WAIT-2":
    case "TIME-WAIT":
    case "CLOSED":
      return true;
  }
}

/** Starts TIME-WAIT, or starts it anew: only its timer runs (MUST-13). */
export function enterTimeWait(tcb: Tcb, now: Instant): void {
  tcb.timers.clearAll();
  tcb.timers.set(Timer.timeWait, after(now, tcb.config.closing.timeWait));
  trimForGood(tcb);
}

/** All that we sent is acknowledged, and all that the peer sends is there: only what nobody has read is of use yet. */
function trimForGood(tcb: Tcb): void {
  const { ring } = tcb.sender;
  // Room that the user still holds for data is of none: it cannot be committed any more.
  ring.restartAt(ring.end);
  ring.trim();
  tcb.receiver.trim();
  tcb.recovery.scoreboard.trim();
}

/** A connection that its user has closed does not wait for the peer's FIN for ever. */
export function boundFinWait2(tcb: Tcb, now: Instant): void {
  if (tcb.state !== "FIN-WAIT-2" || !tcb.userClosed || tcb.config.closing.finWait2Time === 0) return;
  tcb.timers.set(Timer.finWait2, after(now, tcb.config.closing.finWait2Time));
}

/** Starts or stops watching a quiet connection: the quiet counts from what was received last (RFC 9293 3.8.4). */
export function armKeepAlive(tcb: Tcb, now: Instant): void {
  const { timers, config, lastReceivedAt } = tcb;
  if (!config.closing.keepAlive) return timers.clear(Timer.keepAlive);
  if (timers.isRunning(Timer.keepAlive)) return;
  const due = after(lastReceivedAt, config.closing.keepAliveIdle);
  timers.set(Timer.keepAlive, due < now ? now : due);
}

/**
 * The RST that answers a segment which belongs to no connection, or acknowledges what was never sent, numbered so that its
 * sender accepts it (RFC 9293 3.10.7.1).
 */
export function resetFor(segment: Segment, reason: SendReason): PendingReset {
  return segment.has(Flag.ack)
    ? { seq: segment.ack, ack: null, reason }
    : { seq: seqNumber(0), ack: segment.end, reason };
}

/** The RST that ends a connection from our side, numbered so that its peer accepts it (RFC 9293 3.10.5). */
export function ownReset(tcb: Tcb, reason: SendReason): PendingReset {
  // Before the handshake is over nothing is known of the peer's window.
  const seq = tcb.state === "SYN-RECEIVED" ? tcb.sender.sndNxt : acceptableNumber(tcb);
  return { seq, ack: tcb.receiver.rcvNxt, reason };
}
