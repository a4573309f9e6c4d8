/**
 * What the timers of sending are for, and until when: retransmission (RFC 6298 5), tail loss probe (RFC 8985 7.2), reordering
 * (RFC 8985 6.2), persist (RFC 9293 3.8.6.1), the override of a cork (3.8.6.2.1) and the user's own limit (RFC 5482).
 *
 * @module
 */

import { TailLossProbe } from "../loss/tail_loss_probe.ts";
import type { Tcb } from "./tcb.ts";
import { Timer } from "./timers.ts";
import { type Instant, micros, milliseconds, seconds } from "../base/units.ts";

/** RFC 9293 3.8.6.2.1: how long a window that is open, but too small to be worth a segment, holds data back at most. */
const OVERRIDE_TIME = seconds(1);

/** How long a cork holds data back at most. */
const CORK_TIME = milliseconds(200);

/** Something was sent that wants an acknowledgement (RFC 6298 5.1). */
export function armForOutstanding(tcb: Tcb, now: Instant): void {
  const { retransmissionTimer, rtt } = tcb;
  if (!retransmissionTimer.hasTimeout && !isBeyondWindow(tcb)) {
    retransmissionTimer.startTimeout(now, rtt.timeout());
  }
  armUserTimeout(tcb, now);
  armTailProbe(tcb, now);
}

/** The oldest segment was sent again. RFC 6298 5: not once more before another timeout is over. */
export function restartForOldest(tcb: Tcb, now: Instant): void {
  const { retransmissionTimer, rtt } = tcb;
  if (!retransmissionTimer.hasTimeout || goesOnDuringPartialAcks(tcb)) return;
  retransmissionTimer.postponeTimeout(now, rtt.timeout());
}

/** RFC 6582 3.2, step 3: of the partial ACKs of a recovery only the first starts the timer anew. */
function goesOnDuringPartialAcks({ config, recovery }: Tcb): boolean {
  return recovery.detection.partialAcks > 1 && config.recovery.partialAcksRestart === "first";
}

/** The user's own limit for what is outstanding runs (RFC 5482). */
export function armUserTimeout(tcb: Tcb, now: Instant): void {
  const { timers, config } = tcb;
  if (config.retransmission.userTimeout > 0 && !timers.isRunning(Timer.userTimeout)) {
    timers.setAfter(Timer.userTimeout, now, config.retransmission.userTimeout);
  }
}

/** An acknowledgement was taken in. `isProgress`: it moved SND.UNA or opened the window (RFC 6298 5.2, 5.3). */
export function rearm(tcb: Tcb, isProgress: boolean, now: Instant): void {
  const { retransmissionTimer, timers, rtt, sender, recovery } = tcb;
  const { reorderingWait } = recovery.detection;
  const isOutstanding = sender.sndUna !== sender.sndNxt;
  if (isProgress) {
    timers.clear(Timer.userTimeout);
    if (isOutstanding) armUserTimeout(tcb, now);
  }
  if (sender.isBlockedByWindow) {
    return armPersist(tcb, now);
  }
  tcb.windowProbes = 0;
  if (!isOutstanding) return retransmissionTimer.stop();
  if (isProgress && !(retransmissionTimer.hasTimeout && goesOnDuringPartialAcks(tcb))) {
    retransmissionTimer.startTimeout(now, rtt.timeout());
  }
  if (reorderingWait > 0) retransmissionTimer.waitFor(now, reorderingWait);
  else if (isProgress) armTailProbe(tcb, now);
  else if (!retransmissionTimer.is("tail loss probe") || !mayProbeTail(tcb)) {
    retransmissionTimer.resumeTimeout();
  }
}

/** Schedules a tail loss probe, if it would come before the retransmission timeout; RACK's wait comes before it (RFC 8985 8). */
function armTailProbe(tcb: Tcb, now: Instant): void {
  const { recovery, retransmissionTimer, rtt, config } = tcb;
  if (!retransmissionTimer.hasTimeout || retransmissionTimer.kind === "reordering") return;
  const isSingle = recovery.scoreboard.octets.total <= tcb.sender.mss;
  // All segments of a turn leave at one moment: what holds for one of them holds for the next.
  if (retransmissionTimer.probesFrom(now, isSingle)) return;
  if (!mayProbeTail(tcb)) return retransmissionTimer.resumeTimeout();
  const timeout = TailLossProbe.timeout(rtt.srtt, isSingle, config.retransmission.initialRto);
  retransmissionTimer.probeAfter(now, timeout, isSingle);
}

/**
 * Whether a tail loss probe would show something: all is quiet, and no other is under way (RFC 8985 7.2). One that might not go, since
 * no round trip has been measured since the last (7.3), is not waited for: the retransmission timeout goes on as it is.
 */
function mayProbeTail({ config, handshake, recovery, rtt }: Tcb): boolean {
  const { scoreboard, tailProbe } = recovery;
  if (!tailProbe.mayFollow(rtt.samples) && !config.recovery.probesUnmeasured) return false;
  return config.retransmission.tailLossProbe && handshake.selectiveAck && recovery.phase === "open" &&
    recovery.tailProbe.end === null && !scoreboard.isEmpty && scoreboard.octets.sacked === 0;
}

/**
 * Starts the persist timer when the peer's window is all that holds something back (MUST-36, SHLD-29, SHLD-30); it is the override
 * timer as well, where the window is not closed but too small.
 */
export function armPersist(tcb: Tcb, now: Instant): void {
  const { retransmissionTimer, sender } = tcb;
  if (retransmissionTimer.is("persist") || tcb.windowProbeDue || !sender.isBlockedByWindow) return;
  const backedOff = tcb.rtt.rto * 2 ** tcb.windowProbes;
  const most = sender.usableWindow > 0 ? OVERRIDE_TIME : tcb.config.retransmission.maxRto;
  retransmissionTimer.startPersist(now, micros(Math.min(backedOff, most)));
}

/** A cork holds data back, but not for ever: the override timeout of RFC 9293 3.8.6.2.1. */
export function armOverride(tcb: Tcb, now: Instant): void {
  if (!isHeldByCork(tcb) || tcb.timers.isRunning(Timer.override)) return;
  tcb.timers.setAfter(Timer.override, now, CORK_TIME);
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
