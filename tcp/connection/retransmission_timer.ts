/**
 * When the timers of sending run: retransmission (RFC 6298 5), tail loss probe (RFC 8985 7.2), persist
 * (RFC 9293 3.8.6.1) and the user's own limit (RFC 5482).
 *
 * @module
 */

import { TailLossProbe } from "../loss/tail_loss_probe.ts";
import type { Tcb } from "./tcb.ts";
import { Timer } from "./timers.ts";
import { after, earliest, type Instant, micros, milliseconds } from "../base/units.ts";

/** How long a cork holds data back at most. */
const CORK_TIME = milliseconds(200);

/** Something was sent that wants an acknowledgement (RFC 6298 5.1). */
export function armForOutstanding(tcb: Tcb, now: Instant): void {
  const { timers, rtt } = tcb;
  if (!timers.isRunning(Timer.retransmission) && !isBeyondWindow(tcb)) {
    timers.setAfter(Timer.retransmission, now, rtt.timeout());
  }
  armUserTimeout(tcb, now);
  armTailProbe(tcb, now);
}

/** The user's own limit for what is outstanding runs (RFC 5482). */
export function armUserTimeout(tcb: Tcb, now: Instant): void {
  const { timers, config } = tcb;
  if (config.retransmission.userTimeout > 0 && !timers.isRunning(Timer.userTimeout)) {
    timers.setAfter(Timer.userTimeout, now, config.retransmission.userTimeout);
  }
}

/** An acknowledgement moved SND.UNA or opened the window: the timers start anew (RFC 6298 5.2, 5.3). */
export function rearmAfterProgress(tcb: Tcb, now: Instant): void {
  const { timers, rtt, sender, recovery } = tcb;
  timers.clear(Timer.userTimeout);
  if (sender.sndUna === sender.sndNxt) {
    timers.clear(Timer.retransmission);
    timers.clear(Timer.tailLossProbe);
    return;
  }
  if (tcb.config.retransmission.userTimeout > 0) {
    timers.setAfter(Timer.userTimeout, now, tcb.config.retransmission.userTimeout);
  }
  if (isBeyondWindow(tcb)) {
    timers.clear(Timer.retransmission);
    timers.clear(Timer.tailLossProbe);
    armPersist(tcb, now);
    return;
  }
  timers.setAfter(Timer.retransmission, now, rtt.timeout());
  if (recovery.phase === "open") armTailProbe(tcb, now);
  else timers.clear(Timer.tailLossProbe);
}

/** Schedules a tail loss probe, if it would come before the retransmission timer; RACK's comes before it (RFC 8985 8). */
export function armTailProbe(tcb: Tcb, now: Instant): void {
  const { recovery, timers, rtt, config } = tcb;
  const mayProbe = config.retransmission.tailLossProbe && tcb.handshake.selectiveAck &&
    recovery.phase === "open" &&
    recovery.tailProbe.end === null && !recovery.scoreboard.isEmpty &&
    recovery.scoreboard.octets.sacked === 0 &&
    timers.isRunning(Timer.retransmission) && !timers.isRunning(Timer.reordering);
  if (!mayProbe) {
    timers.clear(Timer.tailLossProbe);
    return;
  }
  const isSingle = recovery.scoreboard.octets.total <= tcb.sender.mss;
  const timeout = TailLossProbe.timeout(
    rtt.srtt,
    isSingle,
    config.retransmission.initialRto,
  );
  const deadline = earliest(after(now, timeout), timers.deadline(Timer.retransmission));
  timers.set(Timer.tailLossProbe, deadline);
  // A probe comes in place of a timeout that is due no later (7.2), and starts that timer anew.
  if (deadline === timers.deadline(Timer.retransmission)) {
    timers.set(Timer.retransmission, after(deadline, rtt.timeout()));
  }
}

/** Starts the persist timer when the peer's window is all that holds something back (MUST-36, SHLD-29, SHLD-30). */
export function armPersist(tcb: Tcb, now: Instant): void {
  if (tcb.timers.isRunning(Timer.persist) || tcb.windowProbeDue || !tcb.sender.isBlockedByWindow) return;
  const backedOff = tcb.rtt.rto * 2 ** tcb.windowProbes;
  tcb.timers.setAfter(Timer.persist, now, micros(Math.min(backedOff, tcb.config.retransmission.maxRto)));
}

/** A cork holds data back, but not for ever: the override timeout of RFC 9293 3.8.6.2.1. */
export function armCork(tcb: Tcb, now: Instant): void {
  if (!isHeldByCork(tcb) || tcb.timers.isRunning(Timer.persist)) return;
  tcb.timers.setAfter(Timer.persist, now, CORK_TIME);
}

/** Whether a cork is what holds the next data back: less than a segment, for which both windows have room. */
export function isHeldByCork(tcb: Tcb): boolean {
  const { sender, recovery, config } = tcb;
  if (!config.sending.cork || sender.unsent === 0 || sender.unsent >= sender.mss || sender.finQueued) {
    return false;
  }
  return sender.unsent <= Math.min(sender.usableWindow, recovery.congestionRoom());
}

/** Whether all that is outstanding lies beyond the peer's window: it shrank, or what is out is a probe. */
export function isBeyondWindow(tcb: Tcb): boolean {
  return tcb.sender.sndWnd === 0 && tcb.sender.sndUna !== tcb.sender.iss;
}
