/**
 * Sending when congestion windows are counted in octets, as the RFCs have it.
 *
 * @module
 */

import { restartAfterIdle } from "./idle.ts";
import { takeOctetAcknowledgement } from "./ack_arrives.ts";
import type { Recovery } from "../loss/recovery.ts";
import type { Segment } from "../base/segment.ts";
import type { SendingRules, Tcb } from "./tcb.ts";
import { armForOutstanding } from "./retransmission_timer.ts";
import { Timer } from "./timers.ts";
import { after, type Instant } from "../base/units.ts";

/** The rules of one connection, counted in octets. */
export class OctetRules implements SendingRules {
  readonly recovery: Recovery;

  /** For a connection whose losses `recovery` repairs. */
  constructor(recovery: Recovery) {
    this.recovery = recovery;
  }

  /** Idling goes on until something is sent. */
  textGiven(_tcb: Tcb, _now: Instant): void {}

  newTextDue(tcb: Tcb, now: Instant): void {
    restartAfterIdle(tcb, now);
  }

  newTextHeld(tcb: Tcb): void {
    tcb.congestionLimited = true;
  }

  lostTextHeld(tcb: Tcb): void {
    tcb.congestionLimited = true;
  }

  newTextSent(tcb: Tcb, _wasEmpty: boolean, _isWindowProbe: boolean, now: Instant): void {
    tcb.mostInFlight = Math.max(tcb.mostInFlight, this.recovery.pipe);
    armForOutstanding(tcb, now);
  }

  textRepeated(tcb: Tcb, _index: number, _isTailProbe: boolean, now: Instant): void {
    armForOutstanding(tcb, now);
  }

  /** The retransmission timer started anew when the probe became due. */
  newTextProbed(_tcb: Tcb, _now: Instant): void {}

  takeAcknowledgement(tcb: Tcb, segment: Segment, now: Instant): boolean {
    return takeOctetAcknowledgement(tcb, segment, now);
  }

  tailProbeTimedOut(tcb: Tcb, now: Instant): void {
    tcb.tailProbeDue = true;
    // RFC 8985 7.3: the retransmission timer starts anew with the probe.
    tcb.timers.set(Timer.retransmission, after(now, tcb.rtt.timeout()));
  }

  reorderingTimedOut(tcb: Tcb, now: Instant): void {
    const { reorderingWait } = this.recovery;
    if (reorderingWait > 0) tcb.timers.set(Timer.reordering, after(now, reorderingWait));
  }
}
