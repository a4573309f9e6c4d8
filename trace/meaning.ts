/**
 * What an arrived segment means, told from the segment and the variables that it met.
 *
 * @module
 */

import type { ArrivalMeaning } from "./catalogue/arrivals.ts";
import { repeatsAck, withdraws } from "./acknowledging.ts";
import { EcnCodepoint, Flag } from "./core.ts";
import type { ArrivedEvent, SegmentRecord, ViewRecord } from "./record.ts";
import { counted } from "./syn_agreement.ts";
import { duplicateBlock, emptyBlocks, reportedBlocks, reportsSent, reportsUnsent } from "./sack.ts";

/** The meanings of an arrived segment, the weightiest first; at least one. */
export function meaningsOf(event: ArrivedEvent): readonly ArrivalMeaning[] {
  const { view } = event;
  const segment = counted(event.segment);
  if ((segment.flags & Flag.rst) !== 0) return ["reset"];
  if ((segment.flags & Flag.syn) !== 0) {
    if ((segment.flags & Flag.ack) === 0) return ["syn"];
    return event.answers === "first SYN" ? ["syn-ack", "answers-first-syn"] : ["syn-ack"];
  }
  const meanings: ArrivalMeaning[] = [];
  if (view !== null) {
    dataMeanings(segment, view, meanings);
    acknowledgmentMeanings({ ...event, segment }, view, meanings);
  } else if (segment.length > 0) meanings.push("data");
  if ((segment.flags & Flag.fin) !== 0) meanings.push("fin");
  if ((segment.flags & Flag.urg) !== 0) meanings.push("urgent");
  if ((segment.flags & Flag.ece) !== 0) meanings.push("congestion-echo");
  if (segment.ecn === EcnCodepoint.congestionExperienced) meanings.push("congestion-mark");
  if (segment.notAgreed !== undefined) meanings.push(...segment.notAgreed);
  return meanings.length === 0 ? ["nothing-new"] : meanings;
}

function dataMeanings(segment: SegmentRecord, view: ViewRecord, into: ArrivalMeaning[]): void {
  if (view.rcvNxt === null) {
    if (segment.length > 0) into.push("data");
    return;
  }
  const isProbe = segment.seq === view.rcvNxt - 1 && segment.length <= 1 && segment.end <= view.rcvNxt;
  if (isProbe && (segment.flags & Flag.fin) === 0) into.push("probe");
  else if (segment.length === 0) return;
  else if (segment.seq + segment.length <= view.rcvNxt) into.push("data-again");
  else into.push(segment.seq > view.rcvNxt ? "data-out-of-order" : "data");
}

function acknowledgmentMeanings(event: ArrivedEvent, view: ViewRecord, into: ArrivalMeaning[]): void {
  const { segment, answers } = event;
  if (segment.ack === null) return;
  // Of what was sent in SYN-SENT nothing is acknowledged but by a SYN (RFC 9293 3.10.7.3, fourth).
  if (segment.ack > view.sndMax) into.push("ack-of-unsent-data");
  else if (view.state === "SYN-SENT") into.push(segment.ack > view.sndUna ? "acknowledges-syn" : "old-ack");
  else if (segment.ack > view.sndUna) into.push(newAcknowledgment(event, view));
  else if (segment.ack < view.sndUna) into.push("old-ack");
  else if (answers === "window probe") into.push("answers-window-probe");
  else if (answers === "keep-alive") into.push("answers-keep-alive");
  else if (repeatsAck(segment, view)) {
    // What was sent into a window that has closed is refused: that says nothing of a gap.
    const isBeyondBelief = reportsUnsent(segment, view.sndMax) && !reportsSent(segment, view.sndMax);
    const isRepeated = answers === "no gap" || segment.window === 0 || isBeyondBelief;
    into.push(isRepeated ? "repeated-ack" : "duplicate-ack");
  }
  // Before our first number nothing can have arrived.
  if ((duplicateBlock(segment)?.[0] ?? -1) >= 0) into.push("duplicate-report");
  if (reportedBlocks(segment).length > 0) into.push("selective-ack");
  if (emptyBlocks(segment).length > 0) into.push("selective-ack-empty");
  const isTaken = segment.ack >= view.sndUna && segment.ack <= view.sndMax && event.windowAge !== "older";
  if (isTaken && view.sndWnd !== null) {
    windowMeanings(segment, view.sndUna, view.sndWnd, into);
  }
}

function windowMeanings(
  segment: SegmentRecord,
  sndUna: number,
  sndWnd: number,
  into: ArrivalMeaning[],
): void {
  const { ack, window } = segment;
  if (ack === null) return;
  if (window > 0 && sndWnd === 0) into.push("window-opens");
  else if (window === 0 && sndWnd > 0) into.push("window-closes");
  const isShrinking = withdraws(segment, sndUna + sndWnd);
  if (isShrinking) into.push("window-shrinks");
  else if (
    sndWnd > 0 && window > sndWnd && into.length === 0 && ack === sndUna && segment.end === segment.seq
  ) {
    into.push("window-grows");
  }
}

function newAcknowledgment(event: ArrivedEvent, view: ViewRecord): ArrivalMeaning {
  if (event.acknowledgesFin) return "acknowledges-fin";
  return view.state === "SYN-RECEIVED" && event.segment.ack === 1 ? "acknowledges-syn" : "acknowledges";
}
