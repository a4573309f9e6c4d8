/**
 * When the timers of sending run, for recovery that is counted in segments: retransmission, tail loss probe and reordering
 * take turns, as on Linux, where they share one timer: starting one stops or puts off the others. Otherwise RFC 6298 5 and RFC 8985 7.2.
 *
 * @module
 */

import type { Tcb } from "./tcb.ts";
import { Timer } from "./timers.ts";
import { after, elapsed, type Instant, micros, milliseconds } from "../base/units.ts";

/** What a probe is late by when more than one segment is out, and RACK's timer always: two ticks of a coarse clock. */
const LEAST_WAIT = milliseconds(2);

/** One tick of that clock. */
const TICK = milliseconds(1);

/** RFC 8985 7.2: what a peer may delay the ACK of a single segment by. */
const DELAYED_ACK_OF_PEER = milliseconds(200);

/** How soon the timer fires when the peer seems to have thrown away what it reported. */
const LEAST_RENEGING_WAIT = milliseconds(10);

/** Starts the retransmission timer, anew if it runs, in place of the others. */
export function startRetransmissionTimer(tcb: Tcb, now: Instant): void {
  tcb.timers.clear(Timer.tailLossProbe);
  tcb.timers.clear(Timer.reordering);
  tcb.timers.setAfter(Timer.retransmission, now, tcb.rtt.timeout());
}

/** RACK waits for what may only be late. */
export function startReorderingTimer(tcb: Tcb, now: Instant): void {
  const { timers, recovery } = tcb;
  restartFromOldest(tcb, now);
  const due = after(now, micros(recovery.reorderingWait + LEAST_WAIT));
  timers.set(Timer.reordering, due);
  // The retransmission timer comes after it.
  if (timers.deadline(Timer.retransmission) <= due) timers.set(Timer.retransmission, after(due, TICK));
}

/** New text went out; `wasEmpty`: nothing was outstanding before. */
export function armForNewText(tcb: Tcb, wasEmpty: boolean, now: Instant): void {
  if (wasEmpty || tcb.timers.isRunning(Timer.tailLossProbe)) rearmRetransmission(tcb, now);
  scheduleProbe(tcb, false, now);
}

/** An acknowledgement was taken in: RFC 6298 5.2 and 5.3, or what RACK or a probe wants instead. */
export function armAfterAcknowledgement(
  tcb: Tcb,
  isProgress: boolean,
  suspectsReneging: boolean,
  now: Instant,
): void {
  const { recovery, timers, rtt } = tcb;
  if (recovery.inFlight.count === 0) {
    timers.clear(Timer.retransmission);
    timers.clear(Timer.tailLossProbe);
    timers.clear(Timer.reordering);
  } else if (recovery.reorderingWait > 0) {
    startReorderingTimer(tcb, now);
  } else if (suspectsReneging) {
    startRetransmissionTimer(tcb, now);
    timers.setAfter(Timer.retransmission, now, micros(Math.max(rtt.srtt / 2, LEAST_RENEGING_WAIT)));
  } else if (isProgress && !scheduleProbe(tcb, true, now)) rearmRetransmission(tcb, now);
}

/** Starts the retransmission timer; in place of another, from when the oldest segment was sent. */
export function rearmRetransmission(tcb: Tcb, now: Instant): void {
  const { recovery, timers, rtt } = tcb;
  const replaces = timers.isRunning(Timer.tailLossProbe) || timers.isRunning(Timer.reordering);
  startRetransmissionTimer(tcb, now);
  if (replaces) restartFromOldest(tcb, now);
  if (recovery.inFlight.count === 0) timers.setAfter(Timer.retransmission, now, rtt.timeout());
}

/** The retransmission timer as if it had run since the oldest segment was sent. */
export function restartFromOldest(tcb: Tcb, now: Instant): void {
  const { recovery, timers, rtt } = tcb;
  timers.clear(Timer.tailLossProbe);
  timers.clear(Timer.reordering);
  if (recovery.inFlight.count === 0) return timers.clear(Timer.retransmission);
  const rest = rtt.timeout() - elapsed(recovery.inFlight.sentAt(0), now);
  timers.setAfter(Timer.retransmission, now, rest > 0 ? micros(rest) : TICK);
}

/** RFC 8985 7.2. `advancing`: the retransmission timer would start anew. Returns whether a probe is scheduled. */
export function scheduleProbe(tcb: Tcb, advancing: boolean, now: Instant): boolean {
  const { recovery, rtt, config, timers } = tcb;
  const { inFlight, phase } = recovery;
  const mayProbe = config.retransmission.tailLossProbe && tcb.handshake.selectiveAck && inFlight.count > 0 &&
    (phase === "open" || phase === "congestion window reduced");
  if (!mayProbe) return false;
  const slack = inFlight.totalSegments === 1 ? DELAYED_ACK_OF_PEER : LEAST_WAIT;
  let wait: number = rtt.hasSample ? 2 * rtt.srtt + slack : config.retransmission.initialRto;
  const untilTimeout = advancing ? rtt.timeout() : rtt.timeout() - elapsed(inFlight.sentAt(0), now);
  if (untilTimeout > 0) wait = Math.min(wait, untilTimeout);
  timers.clear(Timer.retransmission);
  timers.clear(Timer.reordering);
  timers.setAfter(Timer.tailLossProbe, now, micros(wait));
  return true;
}
