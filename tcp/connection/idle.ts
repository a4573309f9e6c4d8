/**
 * What idling (RFC 5681 4.1) and lost SYNs (RFC 5681 3.1) do to the congestion window.
 *
 * @module
 */

import type { Tcb } from "./tcb.ts";
import { elapsed, type Instant, micros } from "../base/units.ts";

/** RFC 5681 4.1: after an idle time the window may say nothing about the path any more. */
export function restartAfterIdle(tcb: Tcb, now: Instant): void {
  if (!tcb.config.congestion.restartAfterIdle || elapsed(tcb.lastDataSentAt, now) <= tcb.rtt.rto) return;
  if (tcb.recovery.pipe > 0 || tcb.totals.octetsSent.isZero) return;
  const { cwnd, ssthresh } = tcb.control;
  tcb.control.idle(micros(0), true);
  tcb.congestionChanged(cwnd, ssthresh, "idle-restart", now);
}

/** The user gives data: by one policy idling ends here, by the other when the peer's window lets them out. */
export function dataGiven(tcb: Tcb, now: Instant): void {
  if (tcb.config.recovery.idleEnds === "when given") restartAfterIdle(tcb, now);
}

/** New data, or the FIN, wait to be sent. */
export function newDataDue(tcb: Tcb, now: Instant): void {
  if (tcb.config.recovery.idleEnds === "when sent") restartAfterIdle(tcb, now);
}

/** RFC 5681 3.1: after a lost SYN the first flight is one segment. */
export function shrinkFirstWindow(tcb: Tcb, now: Instant): void {
  const { cwnd, ssthresh } = tcb.control;
  tcb.control.cwnd = tcb.sender.mss;
  tcb.congestionChanged(cwnd, ssthresh, "syn-lost", now);
}
