/**
 * Timeouts, RFC 9293 3.10.8: what each timer means when it fires.
 *
 * @module
 */

import { Event } from "../base/events.ts";
import { ownReset } from "./closing.ts";
import type { Tcb } from "./tcb.ts";
import { judgeProbe, lostElsewhere, suspectBlackHole } from "./path_probing.ts";
import { armPersist, isBeyondWindow, isHeldByCork } from "./retransmission_timer.ts";
import type { TimerName } from "../base/observer.ts";
import { isSynchronized } from "../base/state.ts";
import { NO_TIMER, Timer } from "./timers.ts";
import { after, elapsed, type Instant, type Micros, micros, toSeconds } from "../base/units.ts";

/** What the observer gets of timers that do not back the retransmission timeout off. */
const NO_NEXT = micros(0);

/** Fires every timer that is due. */
export function timersFire(tcb: Tcb, now: Instant): void {
  for (let timer = tcb.timers.nextDue(now); timer !== NO_TIMER; timer = tcb.timers.nextDue(now)) {
    fire(tcb, timer, now);
  }
}

/** Notifies the observer; `timeoutBefore`: see there. */
function tell(tcb: Tcb, timer: TimerName, timeoutBefore: Micros, now: Instant): void {
  tcb.observer?.timerFired(tcb.view, timer, timeoutBefore, now);
}

/** Each timer tells the observer once it is clear that something follows from it. */
function fire(tcb: Tcb, timer: Timer, now: Instant): void {
  switch (timer) {
    case Timer.retransmission:
      return retransmissionTimerFired(tcb, now);
    case Timer.override:
      return overrideTimedOut(tcb, now);
    case Timer.delayedAck:
      tell(tcb, "delayed ACK", NO_NEXT, now);
      tcb.acknowledging.pace?.delayExpired(tcb.rtt.timeout());
      return tcb.acknowledging.acknowledgeNow("ack-delayed-timer");
    case Timer.keepAlive:
      return keepAliveTimedOut(tcb, now);
    case Timer.timeWait:
      tell(tcb, "TIME-WAIT", NO_NEXT, now);
      return tcb.moveTo("CLOSED", "time-wait-over", now);
    case Timer.finWait2:
      return finWait2TimedOut(tcb, now);
    case Timer.connect:
      tell(tcb, "connect", NO_NEXT, now);
      return giveUp(tcb, "The peer did not answer our SYN", now);
    case Timer.pacing:
      return; // `transmit` goes on
    case Timer.userTimeout:
      tell(tcb, "user timeout", NO_NEXT, now);
      return giveUp(tcb, "The peer acknowledged nothing for the user timeout", now);
  }
}

function retransmissionTimerFired(tcb: Tcb, now: Instant): void {
  switch (tcb.retransmissionTimer.kind) {
    case "retransmission":
      return retransmissionTimedOut(tcb, now);
    case "tail loss probe":
      return tailProbeTimedOut(tcb, now);
    case "reordering":
      return reorderingTimedOut(tcb, now);
    case "persist":
      return persistTimedOut(tcb, now);
  }
}

/** RFC 6298 5.4 to 5.7; RFC 9293 3.8.3 for R1 and R2. */
function retransmissionTimedOut(tcb: Tcb, now: Instant): void {
  if (tcb.state === "SYN-SENT" || tcb.state === "SYN-RECEIVED") return synTimedOut(tcb, now);
  if (tcb.sender.sndUna === tcb.sender.sndNxt) return;
  if (!mayGoOn(tcb, now)) return;
  doubleRto(tcb, now);
  tcb.totals.timeouts++;
  const { cwnd, ssthresh } = tcb.control;
  tcb.beginSample(now);
  tcb.recovery.retransmissionTimeout();
  suspectBlackHole(tcb, now);
  tcb.congestionChanged(cwnd, ssthresh, "retransmission-timeout", now);
  tcb.retransmissionTimer.startTimeout(now, tcb.rtt.timeout());
}

/**
 * What is in flight took a way out of this host that leads nowhere, and from now on another one is taken: all of it goes
 * again at once, and the timer begins anew. The network has no part in this, so that nothing is learned of it, and shorter
 * packets need not be tried.
 */
export function wayChanged(tcb: Tcb, now: Instant): void {
  if (tcb.sender.sndUna === tcb.sender.sndNxt || !isSynchronized(tcb.state)) return;
  const { cwnd, ssthresh } = tcb.control;
  tcb.beginSample(now);
  tcb.recovery.wayChanged();
  lostElsewhere(tcb, now);
  tcb.tailProbeDue = false;
  tcb.rtt.resetBackoff();
  tcb.congestionChanged(cwnd, ssthresh, "spurious-retransmission", now);
  tcb.retransmissionTimer.startTimeout(now, tcb.rtt.timeout());
}

/** RFC 6298 5.5. */
function doubleRto(tcb: Tcb, now: Instant): void {
  const timeoutBefore = tcb.rtt.timeout();
  tcb.rtt.doubleRto();
  tell(tcb, "retransmission", timeoutBefore, now);
}

/** RFC 6298 5.5 and 5.7, MUST-22: the SYN is sent again, later each time. */
function synTimedOut(tcb: Tcb, now: Instant): void {
  const { handshake, config, openedPassively } = tcb;
  const retries = openedPassively ? config.handshake.synAckRetries : config.handshake.synRetries;
  const isTimed = !openedPassively && config.handshake.connectTimeout > 0;
  if (!isTimed && handshake.retransmissions >= retries) {
    tell(tcb, "retransmission", NO_NEXT, now);
    return giveUp(tcb, "The peer did not answer our SYN", now);
  }
  tcb.sender.expiries++;
  doubleRto(tcb, now);
  handshake.retransmissions++;
  tcb.totals.segmentsRetransmitted++;
  tcb.synDue ??= tcb.state === "SYN-SENT" ? "syn-retransmitted" : "syn-ack-retransmitted";
  tcb.retransmissionTimer.startTimeout(now, tcb.rtt.timeout());
}

/** R1: the user learns of the doubt (SHLD-9). R2: the connection ends. Both count for one segment: the oldest. */
function mayGoOn(tcb: Tcb, now: Instant): boolean {
  const { config, sender } = tcb;
  if (++sender.expiries === config.retransmission.retriesUntilDoubt) tcb.addEvents(Event.deliveryInDoubt);
  if (config.retransmission.userTimeout > 0 || sender.expiries <= config.retransmission.retriesUntilClose) {
    return true;
  }
  tell(tcb, "retransmission", NO_NEXT, now);
  giveUp(
    tcb,
    `The peer acknowledged nothing after ${config.retransmission.retriesUntilClose} retransmissions`,
    now,
  );
  return false;
}

function tailProbeTimedOut(tcb: Tcb, now: Instant): void {
  if (tcb.recovery.scoreboard.isEmpty) return;
  tell(tcb, "tail loss probe", NO_NEXT, now);
  tcb.tailProbeDue = true;
  // RFC 8985 7.3: the retransmission timeout starts anew with the probe.
  tcb.retransmissionTimer.startTimeout(now, tcb.rtt.timeout());
}

function reorderingTimedOut(tcb: Tcb, now: Instant): void {
  tell(tcb, "reordering", NO_NEXT, now);
  tcb.retransmissionTimer.resumeTimeout();
  const { cwnd, ssthresh } = tcb.control;
  tcb.beginSample(now);
  tcb.recovery.reorderingTimeout();
  judgeProbe(tcb, now);
  tcb.congestionChanged(cwnd, ssthresh, tcb.recovery.changeReason, now);
  const { reorderingWait } = tcb.recovery.detection;
  if (reorderingWait > 0) tcb.retransmissionTimer.waitFor(now, reorderingWait);
}

/** RFC 9293 3.8.6.1: the window may stay closed for ever while probes are answered (MUST-37). */
function persistTimedOut(tcb: Tcb, now: Instant): void {
  const { sender } = tcb;
  if (!sender.isBlockedByWindow && !isBeyondWindow(tcb)) return;
  tell(tcb, "persist", NO_NEXT, now);
  const silence = elapsed(tcb.lastReceivedAt, now);
  const isAnswered = tcb.windowProbes === 0 || silence <= tcb.lastProbeWait;
  tcb.unansweredProbes = isAnswered ? 0 : tcb.unansweredProbes + 1;
  if (tcb.unansweredProbes > tcb.config.retransmission.retriesUntilClose) {
    return giveUp(tcb, "The peer did not answer our last window probes", now);
  }
  tcb.windowProbes++;
  armPersist(tcb, now);
  tcb.lastProbeWait = elapsed(now, tcb.retransmissionTimer.deadline);
  tcb.windowProbeDue = true;
}

/** RFC 9293 3.8.6.2.1. */
function overrideTimedOut(tcb: Tcb, now: Instant): void {
  if (!isHeldByCork(tcb)) return;
  tell(tcb, "override", NO_NEXT, now);
  tcb.windowProbeDue = true;
}

/** RFC 9293 3.8.4. */
function keepAliveTimedOut(tcb: Tcb, now: Instant): void {
  const { config, timers } = tcb;
  const quiet = elapsed(tcb.lastReceivedAt, now);
  const hasOutstanding = tcb.sender.sndUna !== tcb.sender.sndNxt;
  // MUST-26: what is outstanding asks by its repetition, also when it was sent while a probe waited for its answer.
  if (hasOutstanding || tcb.keepAliveProbes === 0 && quiet < config.closing.keepAliveIdle) {
    const rest = hasOutstanding
      ? after(now, config.closing.keepAliveIdle)
      : after(tcb.lastReceivedAt, config.closing.keepAliveIdle);
    return timers.set(Timer.keepAlive, rest);
  }
  tell(tcb, "keep-alive", NO_NEXT, now);
  if (tcb.keepAliveProbes >= config.closing.keepAliveProbes) {
    tcb.resetDue = ownReset(tcb, "reset-timeout");
    return giveUp(
      tcb,
      `The peer answered none of the last ${config.closing.keepAliveProbes} keep-alive probes`,
      now,
    );
  }
  tcb.keepAliveProbes++;
  tcb.keepAliveDue = true;
  timers.set(Timer.keepAlive, after(now, config.closing.keepAliveInterval));
}

function finWait2TimedOut(tcb: Tcb, now: Instant): void {
  if (tcb.state !== "FIN-WAIT-2") return;
  tell(tcb, "FIN-WAIT-2", NO_NEXT, now);
  tcb.moveTo("CLOSED", "fin-wait-2-over", now);
}

function giveUp(tcb: Tcb, what: string, now: Instant): void {
  const span = toSeconds(elapsed(tcb.openedAt, now)).toFixed(1);
  const message = `${what} (connection opened ${span} s ago)`;
  const { softError } = tcb;
  const isUnreachable = softError === "unreachable" || softError === "time exceeded";
  if (
    tcb.config.compatibility.timeoutTellsIcmpError && isUnreachable && tcb.softErrorAt >= tcb.lastReceivedAt
  ) {
    tcb.fail("unreachable", `${message}; reported was: ${softError}`, "timed-out", now);
  } else tcb.fail("timed out", message, "timed-out", now);
}
