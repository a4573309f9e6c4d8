/**
 * What a segment brings after its ACK field: urgent pointer, data and FIN (RFC 9293 3.10.7.4, sixth to eighth).
 *
 * @module
 */

import { acknowledgeFin, delayAck, noteArrival, reportDuplicateData } from "./acknowledging_arrivals.ts";
import { drop } from "./challenge_ack.ts";
import { enterTimeWait, ownReset, resetFor } from "./closing.ts";
import { Event } from "../base/events.ts";
import * as segments from "../base/segment.ts";
import type { Segment } from "../base/segment.ts";
import * as seq from "../base/seq.ts";
import { mayReceiveData } from "../base/state.ts";
import type { Tcb } from "./tcb.ts";
import { elapsed, type Instant } from "../base/units.ts";

// Bound here: what is imported is looked up at each use (tests/bench/profiles/core.md).
const { Flag } = segments;
const { seqAdd, seqAfter } = seq;

/** Sixth to eighth. */
export function takeUrgentDataAndFin(tcb: Tcb, segment: Segment, now: Instant): void {
  takeUrgentPointer(tcb, segment);
  if (segment.payload.length > 0 && !takeData(tcb, segment, now)) return;
  takeFin(tcb, segment, now);
}

/** Sixth: the urgent pointer; it names the octet after the urgent data (MUST-62). */
export function takeUrgentPointer(tcb: Tcb, segment: Segment): void {
  if (!segment.has(Flag.urg) || !mayReceiveData(tcb.state)) return;
  const { receiver } = tcb;
  const pointer = seqAdd(segment.seq, segment.urgentPointer);
  const isNews = receiver.isUrgent ? seqAfter(pointer, receiver.rcvUp) : seqAfter(pointer, receiver.readNext);
  if (!isNews) return;
  receiver.isUrgent = true;
  receiver.rcvUp = pointer;
  tcb.addEvents(Event.urgent);
}

/** Seventh: the data. */
export function takeData(tcb: Tcb, segment: Segment, now: Instant): boolean {
  if (!mayReceiveData(tcb.state)) {
    drop(tcb, segment, "data-after-fin", now);
    return true;
  }
  const { receiver, acknowledging } = tcb;
  if (receiver.readingEnded && seqAfter(seqAdd(segment.seq, segment.payload.length), receiver.rcvNxt)) {
    resetForUnread(tcb, segment, now);
    return false;
  }
  const { arrivedAt } = segment;
  if (arrivedAt < now) receiver.tuning.waited(elapsed(arrivedAt, now));
  const isMarked = tcb.ecn.dataArrived(segment);
  reportDuplicateData(tcb, segment);
  const outcome = receiver.takeData(segment);
  const { delivered } = receiver;
  if (outcome === "out of order") acknowledging.noteOutOfOrder(segment.seq);
  if (outcome === "too many gaps") drop(tcb, segment, "too-many-gaps", now);
  if (isMarked) acknowledging.acknowledgeNow("ack-congestion-mark");
  noteArrival(tcb, segment, outcome, now);
  // As on Linux the FIN counts first: the ACK of all may ride on ours.
  if (receiver.finIsNext && tcb.state === "ESTABLISHED") acknowledging.pace?.finArrived();
  acknowledging.dataTaken(outcome, delivered, segmentsIn(segment), receiver, tcb.rtt.srtt, now);
  if (acknowledging.immediate === null) delayAck(tcb, now);
  if (delivered > 0) tcb.addEvents(Event.readable);
  return true;
}

/** Segments that it was on the wire: a device may have merged them. */
function segmentsIn({ payload, segmentSize }: Segment): number {
  return segmentSize > 0 ? Math.ceil(payload.length / segmentSize) : 1;
}

/** SHLD-3: what nobody will read is answered with RST. */
function resetForUnread(tcb: Tcb, segment: Segment, now: Instant): void {
  tcb.resetDue = tcb.config.compatibility.lateDataReset === "as unknown"
    ? resetFor(segment, "reset-data-after-close")
    : { ...ownReset(tcb, "reset-data-after-close"), ack: null };
  tcb.fail(
    "aborted",
    "The peer sent data after we had closed: a RST was sent",
    "data-after-close",
    now,
  );
}

/** Eighth: the FIN, when everything before it is there. */
function takeFin(tcb: Tcb, segment: Segment, now: Instant): void {
  const { receiver } = tcb;
  if (segment.has(Flag.fin) && segment.payload.length === 0 && mayReceiveData(tcb.state)) {
    receiver.noteFin(segment);
    // RFC 5681 4.2: beyond a gap, as data would be.
    if (!receiver.finIsNext) tcb.acknowledging.acknowledgeNow("ack-out-of-order");
  }
  if (!receiver.finIsNext || !mayReceiveData(tcb.state)) return;
  receiver.takeFin();
  acknowledgeFin(tcb, now);
  tcb.addEvents(Event.peerClosed | Event.readable);
  switch (tcb.state) {
    case "ESTABLISHED":
      return tcb.moveTo("CLOSE-WAIT", "fin-received", now);
    case "FIN-WAIT-1":
      // Our FIN would have been acknowledged at the fifth step.
      return tcb.moveTo("CLOSING", "fin-received", now);
    case "FIN-WAIT-2":
      tcb.moveTo("TIME-WAIT", "fin-received", now);
      return enterTimeWait(tcb, now);
    default:
      return;
  }
}
