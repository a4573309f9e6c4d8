/**
 * Pacing: a congestion control that names a rate has data leave one segment after the other at that rate, and not as a burst.
 *
 * @module
 */

import type { Tcb } from "./tcb.ts";
import { Timer } from "./timers.ts";
import { after, type Instant, micros } from "../base/units.ts";

const MICROS_PER_SECOND = 1_000_000;

/** Whether the rate holds back what could leave now. Then a timer runs until it does not. */
export function isHeldByPace(tcb: Tcb, now: Instant): boolean {
  if (now >= tcb.pacedUntil || tcb.recovery.pacingRate === 0) return false;
  tcb.timers.set(Timer.pacing, tcb.pacedUntil);
  return true;
}

/** Data were sent: what follows waits until they have left at the rate. */
export function noteSentAtPace(tcb: Tcb, octets: number, now: Instant): void {
  const { pacingRate } = tcb.recovery;
  if (pacingRate === 0) return;
  const from = now > tcb.pacedUntil ? now : tcb.pacedUntil;
  tcb.pacedUntil = after(from, micros(octets / pacingRate * MICROS_PER_SECOND));
}
