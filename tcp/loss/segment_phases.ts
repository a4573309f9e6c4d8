/**
 * What an acknowledgement that is not plain progress means, phase by phase, for recovery that is counted in segments.
 *
 * @module
 */

import { seqAfter, seqAtOrAfter, seqAtOrBefore } from "../base/seq.ts";
import type { AckFacts } from "./loss_recovery.ts";
import type { SegmentState } from "./segment_state.ts";

/** What may be sent after an acknowledgement: nothing that was presumed lost, that, or new text before it. */
export type Permission = "nothing lost" | "lost" | "new";

/** Takes in an acknowledgement. `isDuplicate`: it is one and says nothing else. */
export function judge(state: SegmentState, ack: AckFacts, isDuplicate: boolean): Permission {
  const { undo } = state;
  if (ack.echoesMark) undo.threshold = 0;
  if (state.phase === "open") undo.forgetResent();
  else if (seqAtOrAfter(ack.una, state.recoveryPoint) && leavesReduction(state, ack)) return "nothing lost";
  if (state.phase === "recovery") {
    const stays = inRecovery(state, ack, isDuplicate);
    if (stays !== "look on") return stays;
  } else {
    if (state.phase === "loss") {
      const permission = inLoss(state, ack, isDuplicate);
      const resentBefore = state.inFlight.resentSegments;
      state.findLosses(ack);
      const lostAgain = state.inFlight.resentSegments < resentBefore;
      // The phase may have changed within.
      const isOpen = (state.phase as string) === "open";
      if (!isOpen && !lostAgain) return permission;
    }
    if (!ack.selective) {
      if (ack.una !== ack.priorUna) state.presumed = 0;
      state.presumeReceived(ack, isDuplicate);
    }
    if (state.phase === "open" || state.phase === "disorder") undoByDuplicates(state);
    state.findLosses(ack);
  }
  if (state.inFlight.lostSegments === 0) {
    tryToOpen(state, ack);
    return "nothing lost";
  }
  state.enterRecovery(ack);
  return "lost";
}

/** All that was outstanding when a reduction began is acknowledged. Returns whether that settles the matter. */
function leavesReduction(state: SegmentState, ack: AckFacts): boolean {
  if (state.phase === "congestion window reduced") {
    // RFC 3168 6.1.2: something beyond must be acknowledged, so that CWR has reached the peer.
    if (ack.una !== state.recoveryPoint) {
      state.endReduction();
      state.phase = "open";
    }
  } else if (state.phase === "recovery") {
    if (!ack.selective) state.presumed = 0;
    if (undoRecovery(state, ack)) return true;
    if (state.undo.marker !== null) state.endReduction();
  }
  return false;
}

function inRecovery(state: SegmentState, ack: AckFacts, isDuplicate: boolean): Permission | "look on" {
  if (ack.una === ack.priorUna) {
    if (!ack.selective) state.presumeReceived(ack, isDuplicate);
  } else if (undoPartially(state, ack)) return "nothing lost";
  if (undoByDuplicates(state)) tryToOpen(state, ack);
  state.findLosses(ack);
  return (state.phase as string) === "recovery" ? "lost" : "look on";
}

/** RFC 5682 2.1 and 3.1, and the end of the phase. */
function inLoss(state: SegmentState, ack: AckFacts, isDuplicate: boolean): Permission {
  const advanced = ack.una !== ack.priorUna;
  const recovered = seqAtOrAfter(ack.una, state.recoveryPoint);
  if (advanced && undoTimeout(state, ack, false)) return "nothing lost";
  if (state.forwardRto) {
    const { delivery } = state;
    const isOriginal = delivery.original && seqAtOrBefore(delivery.lowestOriginalEnd, state.recoveryPoint) &&
      (ack.selective || !delivery.acknowledgedResent);
    if (isOriginal && undoTimeout(state, ack, true)) return "nothing lost";
    if (seqAfter(ack.sndNxt, state.recoveryPoint)) {
      if (ack.newlySacked > 0 || isDuplicate) state.forwardRto = false;
    } else if (advanced && !recovered) {
      state.recoveryPoint = ack.sndNxt;
      if (ack.hasSendableText) return "new";
      state.forwardRto = false;
    }
  }
  if (recovered) {
    undoRecovery(state, ack);
    return "nothing lost";
  }
  if (!ack.selective) {
    if (seqAfter(ack.sndNxt, state.recoveryPoint) && isDuplicate) state.presumeReceived(ack, true);
    else if (advanced) state.presumed = 0;
  }
  return "lost";
}

/** A time-out was needless: by the evidence on what was sent again, or because what was not sent again arrived. */
function undoTimeout(state: SegmentState, ack: AckFacts, byForwardRto: boolean): boolean {
  if (!byForwardRto && !state.undo.mayUndo(ack.echo)) return false;
  state.undoReduction(true);
  state.timeoutWasSpurious = true;
  state.timeoutsInRow = 0;
  if (state.mustHoldPhase(ack)) return true;
  if (byForwardRto || ack.selective) state.phase = "open";
  return true;
}

/** The end of a recovery. Returns whether the phase must be held (RFC 6582). */
function undoRecovery(state: SegmentState, ack: AckFacts): boolean {
  if (state.undo.mayUndo(ack.echo)) {
    state.undoReduction(false);
  } else {
    state.rack.recoveryEnded();
  }
  if (state.mustHoldPhase(ack)) return true;
  state.phase = "open";
  return false;
}

/** Every segment sent again was reported as received twice (RFC 3708 3). */
function undoByDuplicates(state: SegmentState): boolean {
  if (!state.undo.allReportedTwice) return false;
  state.rack.recoveryUndone();
  state.undoReduction(false);
  return true;
}

/** A hole was filled by what was late, not by what was sent again. Returns whether nothing more is to be presumed. */
function undoPartially(state: SegmentState, ack: AckFacts): boolean {
  if (state.undo.marker === null || !state.undo.wasDelayed(ack.echo)) return false;
  state.noteReordering(ack.priorUna, ack.mss);
  if (state.inFlight.resentSegments > 0) return true;
  if (!state.hasResent) state.undo.forgetResent();
  state.undoReduction(true);
  state.keepOpen(ack);
  return false;
}

/** Nothing is lost: a mark reduces the window, or all is well. */
function tryToOpen(state: SegmentState, ack: AckFacts): void {
  if (!state.hasResent) state.undo.forgetResent();
  if (ack.echoesMark && (state.phase === "open" || state.phase === "disorder")) {
    state.undo.threshold = 0;
    state.undo.marker = null;
    state.beginReduction(ack);
    state.phase = "congestion window reduced";
    state.changeReason = "ecn-echo";
  }
  if (state.phase !== "congestion window reduced") state.keepOpen(ack);
}
