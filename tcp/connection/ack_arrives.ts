/**
 * What an acceptable ACK field means: RFC 9293 3.10.7.4, fifth, with RFC 5681, 6298,
 * 6675, 7323 and 8985 behind it.
 *
 * @module
 */

import { Event } from "../base/events.ts";
import { Flag, Option, type Segment } from "../base/segment.ts";
import {
  seqAfter,
  seqAtOrAfter,
  seqAtOrBefore,
  seqBefore,
  seqDistance,
  type SeqNumber,
  seqNumber,
} from "../base/seq.ts";
import type { Tcb } from "./tcb.ts";
import { armPersist, rearmAfterProgress } from "./retransmission_timer.ts";
import { Timer } from "./timers.ts";
import { after, earliest, type Instant, type Micros, micros } from "../base/units.ts";

/** Takes in the ACK field, SACK blocks and window of a segment whose ACK is acceptable (RFC 5961 5.2). */
export function ackArrives(tcb: Tcb, segment: Segment, now: Instant): void {
  if (!takeAck(tcb, segment, now)) return;
  const { sender } = tcb;
  if (sender.ring.room > 0) tcb.raise(Event.writable);
  if (sender.ring.length === 0) tcb.raise(Event.allAcknowledged);
  if (sender.finAcknowledged) tcb.raise(Event.finAcknowledged);
}

/** Returns whether SND.UNA moved. */
function takeAck(tcb: Tcb, segment: Segment, now: Instant): boolean {
  const { sender, recovery } = tcb;
  if (saysNothingNew(tcb, segment)) {
    isWindowLimited(tcb);
    sender.updateWindow(segment, tcb.handshake.peerShift);
    return false;
  }
  const facts = tcb.factsNow(now);
  const windowBefore = sender.sndWnd;
  const advanced = seqAfter(segment.ack, sender.sndUna);
  facts.isDuplicate = isDuplicate(tcb, segment);
  facts.windowLimited = isWindowLimited(tcb);
  facts.hasSendableText = sender.unsent > 0 && sender.usableWindow > 0;
  facts.echo = tcb.timestamps.agreed && segment.hasOption(Option.timestamps) ? segment.timestampEcho : null;
  facts.echoesMark = tcb.ecn.agreed && segment.has(Flag.ece) && !segment.has(Flag.syn);
  recovery.delivery.begin(earliest(segment.arrivedAt, now), tcb.rtt.minimum);
  if (advanced) advance(tcb, segment.ack, now);
  takeSackBlocks(tcb, segment);
  facts.una = sender.sndUna;
  if (seqAtOrAfter(segment.ack, sender.sndUna)) sender.updateWindow(segment, tcb.handshake.peerShift);
  const sample = advanced ? sampleRoundTrip(tcb, segment, now) : micros(0);
  facts.smoothedRtt = tcb.rtt.srtt;
  facts.minimumRtt = tcb.rtt.minimum;
  respondToCongestion(tcb, sample, now);
  if (advanced) tcb.windowProbes = 0;
  updateTimers(tcb, advanced, windowBefore, now);
  return advanced;
}

/** Whether we wait for nothing and are told nothing: so it is with each segment of a peer that only sends. */
function saysNothingNew(tcb: Tcb, segment: Segment): boolean {
  const { sender, recovery } = tcb;
  return segment.ack === sender.sndUna && sender.sndUna === sender.sndNxt && recovery.phase === "open" &&
    sender.unsent === 0 && (!sender.finQueued || sender.finSent) && sender.sndWnd > 0 &&
    (segment.options & Option.selectiveAck) === 0 && (segment.flags & Flag.ece) === 0;
}

/** RFC 5681 2: same ACK, something outstanding, no text, no SYN or FIN, same window. */
function isDuplicate(tcb: Tcb, segment: Segment): boolean {
  const { sender } = tcb;
  return segment.ack === sender.sndUna && sender.sndUna !== sender.sndNxt && segment.payload.length === 0 &&
    (segment.flags & (Flag.syn | Flag.fin)) === 0 &&
    segment.window << tcb.handshake.peerShift === sender.sndWnd;
}

function advance(tcb: Tcb, ack: SeqNumber, now: Instant): void {
  const { recovery } = tcb;
  recovery.inFlight.acknowledge(ack, recovery.delivery);
  if (recovery.inFlight.count === 0) tcb.allAcknowledgedAt = now;
  tcb.acknowledgeText(ack, now);
}

/** RFC 2018 5 and RFC 2883 4: blocks beyond SND.UNA go on the scoreboard; a first block that is not is a duplicate's. */
function takeSackBlocks(tcb: Tcb, segment: Segment): void {
  const facts = tcb.facts;
  if (!tcb.handshake.selectiveAck || !segment.hasOption(Option.selectiveAck)) return;
  const { sender, recovery } = tcb;
  for (let i = 0; i < segment.sackBlockCount; i++) {
    const left = seqNumber(segment.sackEdges[2 * i] as number);
    const right = seqNumber(segment.sackEdges[2 * i + 1] as number);
    if (!seqBefore(left, right) || seqAfter(right, sender.sndNxt)) continue;
    if (i === 0 && isDuplicateReport(segment, left, right)) {
      facts.reportsDuplicate = seqDistance(right, segment.ack) <= Math.max(sender.maxSndWnd, 1);
      facts.duplicateLeft = left;
      facts.duplicateRight = right;
      continue;
    }
    if (seqAtOrBefore(right, sender.sndUna) || seqBefore(left, sender.sndUna)) continue;
    facts.newlySacked += tcb.config.recovery.sacksWholeSegments
      ? recovery.inFlight.sackSegments(left, right, recovery.delivery)
      : recovery.inFlight.sack(left, right, recovery.delivery);
  }
}

function isDuplicateReport(segment: Segment, left: SeqNumber, right: SeqNumber): boolean {
  if (seqBefore(left, segment.ack)) return seqAtOrBefore(right, segment.ack);
  if (segment.sackBlockCount < 2) return false;
  const secondLeft = seqNumber(segment.sackEdges[2] as number);
  const secondRight = seqNumber(segment.sackEdges[3] as number);
  return seqAtOrAfter(left, secondLeft) && seqAtOrBefore(right, secondRight);
}

/** RFC 6298 3 (Karn) and RFC 7323 4.1: one sample an ACK, by our own record or by the echoed timestamp. Returns it, or 0. */
function sampleRoundTrip(tcb: Tcb, segment: Segment, now: Instant): Micros {
  const { recovery, rtt, timestamps } = tcb;
  let sample: Micros = recovery.delivery.roundTrip;
  if (sample === 0 && timestamps.agreed && segment.hasOption(Option.timestamps)) {
    const age = timestamps.age(segment.timestampEcho, earliest(segment.arrivedAt, now));
    // Of the present tick: it came back within one. That is a sample too, and ends the back-off.
    if (age >= 0) sample = micros(Math.max(age, tcb.config.sending.timestampTick));
  }
  if (sample > 0) rtt.sample(sample, now);
  return sample;
}

/** `sample`: the round trip that the acknowledgement showed, or 0. */
function respondToCongestion(tcb: Tcb, sample: Micros, now: Instant): void {
  const { recovery, control, facts } = tcb;
  const { cwnd, ssthresh } = control;
  recovery.ackArrived(facts);
  if (recovery.timeoutWasSpurious) tcb.rtt.restoreAfterUndo(sample, now);
  tcb.congestionChanged(cwnd, ssthresh, recovery.changeReason, now);
  if (recovery.reorderingWait > 0) tcb.timers.set(Timer.reordering, after(now, recovery.reorderingWait));
  else tcb.timers.clear(Timer.reordering);
}

function updateTimers(tcb: Tcb, advanced: boolean, windowBefore: number, now: Instant): void {
  const { sender, recovery, timers } = tcb;
  if (sender.sndWnd > 0 && windowBefore === 0) {
    reopenWindow(tcb);
    rearmAfterProgress(tcb, now);
  } else if (advanced) {
    rearmAfterProgress(tcb, now);
  } else if (recovery.inFlight.sackedOctets > 0 || recovery.phase !== "open") {
    timers.clear(Timer.tailLossProbe);
  }
  if (sender.isBlockedByWindow) {
    if (sender.sndWnd === 0) timers.clear(Timer.retransmission);
    armPersist(tcb, now);
  } else {
    timers.clear(Timer.persist);
    tcb.windowProbes = 0;
  }
}

/** The window is open again: a probe's octet, which the closed window refused, is sent with the rest. */
function reopenWindow(tcb: Tcb): void {
  const { inFlight } = tcb.recovery;
  tcb.timers.clear(Timer.persist);
  if (inFlight.count === 1 && inFlight.length(0) === 1) inFlight.markLost(0, "window-probe");
}

function isWindowLimited(tcb: Tcb): boolean {
  const { control, sender } = tcb;
  const isSlowStart = control.cwnd < control.ssthresh;
  const isLimited = tcb.congestionLimited || (isSlowStart && control.cwnd < 2 * tcb.mostInFlight);
  if (seqAtOrAfter(sender.sndUna, tcb.windowLimitMark)) {
    tcb.windowLimitMark = sender.sndNxt;
    tcb.congestionLimited = false;
    tcb.mostInFlight = tcb.recovery.pipe;
  }
  return isLimited;
}
