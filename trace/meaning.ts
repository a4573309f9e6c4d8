/**
 * What an arrived segment means, told from the segment and the variables that it met.
 *
 * @module
 */

import type { ArrivalMeaning } from "./catalogue/arrivals.ts";
import { EcnCodepoint, Flag } from "./core.ts";
import type { ArrivedEvent, SegmentRecord, ViewRecord } from "./record.ts";

/** The meanings of an arrived segment, the weightiest first; at least one. */
export function meaningsOf(event: ArrivedEvent): readonly ArrivalMeaning[] {
  const { segment, view } = event;
  if ((segment.flags & Flag.rst) !== 0) return ["reset"];
  if ((segment.flags & Flag.syn) !== 0) return [(segment.flags & Flag.ack) !== 0 ? "syn-ack" : "syn"];
  const meanings: ArrivalMeaning[] = [];
  if (view !== null) {
    dataMeanings(segment, view, meanings);
    acknowledgmentMeanings(segment, view, meanings);
  } else if (segment.length > 0) meanings.push("data");
  if ((segment.flags & Flag.fin) !== 0) meanings.push("fin");
  if ((segment.flags & Flag.urg) !== 0) meanings.push("urgent");
  if ((segment.flags & Flag.ece) !== 0) meanings.push("congestion-echo");
  if (segment.ecn === EcnCodepoint.congestionExperienced) meanings.push("congestion-mark");
  return meanings.length === 0 ? ["nothing-new"] : meanings;
}

function dataMeanings(segment: SegmentRecord, view: ViewRecord, into: ArrivalMeaning[]): void {
  const isProbe = segment.seq === view.rcvNxt - 1 && segment.length <= 1 && segment.end <= view.rcvNxt;
  if (isProbe && (segment.flags & Flag.fin) === 0) into.push("probe");
  else if (segment.length === 0) return;
  else if (segment.seq + segment.length <= view.rcvNxt) into.push("data-again");
  else into.push(segment.seq > view.rcvNxt ? "data-out-of-order" : "data");
}

function acknowledgmentMeanings(segment: SegmentRecord, view: ViewRecord, into: ArrivalMeaning[]): void {
  if (segment.ack === null) return;
  const opens = segment.window > 0 && view.sndWnd === 0;
  if (segment.ack > view.sndUna) into.push(newAcknowledgment(segment.ack, view));
  else if (segment.ack < view.sndUna) into.push("old-ack");
  else if (isDuplicateAck(segment, view)) into.push("duplicate-ack");
  if (segment.sackEdges.length > 0) into.push("selective-ack");
  if (segment.ack < view.sndUna) return;
  if (opens) into.push("window-opens");
  else if (segment.window === 0 && view.sndWnd > 0) into.push("window-closes");
  else if (segment.ack + segment.window < view.sndUna + view.sndWnd) into.push("window-shrinks");
}

function newAcknowledgment(ack: number, view: ViewRecord): ArrivalMeaning {
  if (view.state === "SYN-RECEIVED" && ack === 1) return "acknowledges-syn";
  const closing = view.state === "FIN-WAIT-1" || view.state === "CLOSING" || view.state === "LAST-ACK";
  return closing && ack === view.sndMax ? "acknowledges-fin" : "acknowledges";
}

/** RFC 5681 2: something is outstanding, and the segment has neither data nor SYN nor FIN nor another window. */
function isDuplicateAck(segment: SegmentRecord, view: ViewRecord): boolean {
  return view.flight > 0 && segment.end === segment.seq && segment.window === view.sndWnd;
}
