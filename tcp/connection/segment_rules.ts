/**
 * Sending when congestion windows are counted in segments, with the rules that Linux has where the RFCs leave room.
 *
 * @module
 */

import { restartAfterIdle } from "./idle.ts";
import type { SegmentRecovery } from "../loss/segment_recovery.ts";
import type { Segment } from "../base/segment.ts";
import { noteWindowUse, takeSegmentAcknowledgement } from "./segment_acknowledgement.ts";
import { armForNewText, restartFromOldest, startRetransmissionTimer } from "./segment_timers.ts";
import { seqAtOrAfter } from "../base/seq.ts";
import type { SendingRules, Tcb } from "./tcb.ts";
import { armUserTimeout } from "./retransmission_timer.ts";
import { Timer } from "./timers.ts";
import type { Instant } from "../base/units.ts";

/** The rules of one connection, counted in segments. */
export class SegmentRules implements SendingRules {
  readonly recovery: SegmentRecovery;

  /** For a connection whose losses `recovery` repairs. */
  constructor(recovery: SegmentRecovery) {
    this.recovery = recovery;
  }

  /** Idling ends when the user gives text, not when the peer's window lets it out. */
  textGiven(tcb: Tcb, now: Instant): void {
    restartAfterIdle(tcb, now);
  }

  newTextDue(_tcb: Tcb, _now: Instant): void {}

  newTextHeld(tcb: Tcb): void {
    noteWindowUse(tcb, this.recovery, false);
  }

  /** What new text filled the window is what counts. */
  lostTextHeld(_tcb: Tcb): void {}

  newTextSent(tcb: Tcb, wasEmpty: boolean, isWindowProbe: boolean, now: Instant): void {
    noteWindowUse(tcb, this.recovery, seqAtOrAfter(tcb.sender.sndUna, tcb.windowLimitMark));
    armUserTimeout(tcb, now);
    if (isWindowProbe && wasEmpty) startRetransmissionTimer(tcb, now);
    else armForNewText(tcb, wasEmpty, now);
  }

  textRepeated(tcb: Tcb, index: number, isTailProbe: boolean, now: Instant): void {
    const isOldest = index === 0 && !tcb.timers.isRunning(Timer.reordering);
    if (isTailProbe || isOldest) startRetransmissionTimer(tcb, now);
  }

  newTextProbed(tcb: Tcb, now: Instant): void {
    startRetransmissionTimer(tcb, now);
  }

  takeAcknowledgement(tcb: Tcb, segment: Segment, now: Instant): boolean {
    return takeSegmentAcknowledgement(tcb, this.recovery, segment, now);
  }

  /** One probe at a time; the retransmission timer starts with the probe, or goes on. */
  tailProbeTimedOut(tcb: Tcb, now: Instant): void {
    restartFromOldest(tcb, now);
    tcb.tailProbeDue = this.recovery.tailProbe.end === null;
  }

  reorderingTimedOut(tcb: Tcb, now: Instant): void {
    restartFromOldest(tcb, now);
  }
}
