/**
 * What an acceptable ACK field means: RFC 9293 3.10.7.4, fifth, with RFC 5681, 6298,
 * 6675, 7323 and 8985 behind it.
 *
 * @module
 */

import { Event } from "../base/events.ts";
import * as segments from "../base/segment.ts";
import type { Segment } from "../base/segment.ts";
import * as seq from "../base/seq.ts";
import type { SeqNumber } from "../base/seq.ts";
import { restartAfterIdle } from "./idle.ts";
import type { AckSample } from "../loss/ack_sample.ts";
import { judgeProbe } from "./path_probing.ts";
import type { Tcb } from "./tcb.ts";
import { rearm } from "./retransmission_timer.ts";
import { Timer } from "./timers.ts";
import * as units from "../base/units.ts";
import type { Instant, Micros } from "../base/units.ts";

// Bound here: what is imported is looked up at each use (tests/bench/profiles/core.md).
const { Flag, Option } = segments;
const { seqAfter, seqAtOrAfter, seqAtOrBefore, seqBefore, seqDistance, seqNumber, timestampDistance } = seq;
const { earliest, elapsed, micros, NEVER, toMilliseconds } = units;

/** Round trips after which an answer is no longer waited for: one, and a quarter as RACK has it (RFC 8985 6.2, step 4). */
const LATE = 1.25;

/** Takes in the ACK field, SACK blocks and window of a segment whose ACK is acceptable (RFC 5961 5.2). */
export function ackArrives(tcb: Tcb, segment: Segment, now: Instant): void {
  if (!takeAck(tcb, segment, now)) return;
  const { sender } = tcb;
  if (sender.ring.room > 0) tcb.addEvents(Event.writable);
  if (sender.ring.length === 0) tcb.addEvents(Event.allAcknowledged);
  if (sender.finAcknowledged) tcb.addEvents(Event.finAcknowledged);
}

/**
 * Whether a segment with an old timestamp is a bare ACK that a younger one has overtaken, and not an old duplicate: the next
 * in sequence, of what we know to be acknowledged, within a timeout. Its SACK blocks count, its window does not; RFC 7323 5.3
 * would drop it.
 */
export function isReorderedAck(tcb: Tcb, segment: Segment): boolean {
  const { sender, receiver, timestamps, rtt } = tcb;
  if (segment.seq !== receiver.rcvNxt || segment.sequenceLength > 0 || segment.ack !== sender.sndUna) {
    return false;
  }
  if ((segment.flags & (Flag.ack | Flag.rst)) !== Flag.ack) return false;
  return timestampDistance(segment.timestampValue, timestamps.recent) <= toMilliseconds(rtt.rto);
}

/** Returns whether SND.UNA moved. */
function takeAck(tcb: Tcb, segment: Segment, now: Instant): boolean {
  const { sender } = tcb;
  if (saysNothingNew(tcb, segment)) {
    takeNothingNew(tcb, segment, now);
    return false;
  }
  const ack = tcb.beginSample(now);
  ack.arrivedAt = earliest(segment.arrivedAt, now);
  const windowBefore = sender.sndWnd;
  ack.isBare = isBare(tcb, segment);
  ack.isDuplicate = ack.isBare && sender.sndUna !== sender.sndNxt && sender.sndWnd > 0;
  ack.isCwndLimited = isCwndLimited(tcb);
  ack.sendableOctets = Math.max(0, Math.min(sender.unsent, sender.usableWindow));
  ack.letOutOctets = tcb.recovery.letOut(ack.sendableOctets);
  ack.echoesMark = tcb.ecn.agreed && segment.has(Flag.ece) && !segment.has(Flag.syn);
  if (seqAfter(segment.ack, sender.sndUna)) advance(tcb, segment, now);
  takeSackBlocks(tcb, segment);
  ack.una = sender.sndUna;
  if (seqAtOrAfter(segment.ack, sender.sndUna)) takeWindow(tcb, segment, now);
  if (ack.advanced) sampleRoundTrip(tcb, now);
  ack.srtt = tcb.rtt.srtt;
  ack.minRtt = tcb.rtt.minimum;
  respondToCongestion(tcb, now);
  updateTimers(tcb, windowBefore, now);
  return ack.advanced;
}

/** Takes the window, but not that of an ACK which a younger one has overtaken: it may have been closed, or smaller, then. */
function takeWindow({ sender, timestamps, handshake }: Tcb, segment: Segment, now: Instant): void {
  if (!timestamps.isTooOld(segment, now)) sender.updateWindow(segment, handshake.peerShift);
}

/** Whether nothing of ours is outstanding or waits, and the segment says nothing new: each segment of a peer that only sends. */
export function saysNothingNew(tcb: Tcb, segment: Segment): boolean {
  const { sender, recovery } = tcb;
  return segment.ack === sender.sndUna && sender.sndUna === sender.sndNxt && recovery.phase === "open" &&
    recovery.tailProbe.end === null && sender.ring.length === 0 && (!sender.finQueued || sender.finSent) &&
    sender.sndWnd > 0 && (segment.options & Option.selectiveAck) === 0 && (segment.flags & Flag.ece) === 0;
}

/** Takes an ACK field that says nothing new: the window beside it may be another. */
export function takeNothingNew(tcb: Tcb, segment: Segment, now: Instant): void {
  noteRoundTripEnd(tcb);
  takeWindow(tcb, segment, now);
}

/**
 * RFC 5681 2, (b) to (e): no data, no SYN or FIN, the same ACK and the same window. With data outstanding, (a), and the
 * window open, that is a duplicate ACK; what answers a window probe is none.
 */
function isBare(tcb: Tcb, segment: Segment): boolean {
  const { sender } = tcb;
  return segment.ack === sender.sndUna && segment.payload.length === 0 &&
    (segment.flags & (Flag.syn | Flag.fin)) === 0 &&
    segment.window << tcb.handshake.peerShift === sender.sndWnd;
}

function advance(tcb: Tcb, segment: Segment, now: Instant): void {
  const { timestamps, recovery: { ack, scoreboard } } = tcb;
  const hasEcho = timestamps.agreed && segment.hasOption(Option.timestamps);
  if (hasEcho) ack.echoedUntil = timestamps.endOf(segment.timestampEcho, now);
  scoreboard.acknowledge(segment.ack, ack);
  if (hasEcho && canBeOf(ack, tcb.config.sending.timestampTick)) {
    ack.echo = segment.timestampEcho;
    ack.judgeEcho(ack.echoedUntil);
  }
  // What SACK reports out of order is not what the echo is of (RFC 7323 4.3).
  ack.echoedUntil = NEVER;
  if (scoreboard.isEmpty) tcb.allAcknowledgedAt = now;
  tcb.acknowledgeData(segment.ack, now);
  tcb.windowProbes = 0;
}

/** Whether the echo can be of what was acknowledged: no younger than now, nor older than its first sending. */
function canBeOf({ now, echoedUntil, firstSentAt }: AckSample, tick: Micros): boolean {
  return echoedUntil <= now + tick && firstSentAt < echoedUntil;
}

/** RFC 2018 5 and RFC 2883 4: blocks beyond SND.UNA go on the scoreboard; a first block that is not is a duplicate's. */
function takeSackBlocks(tcb: Tcb, segment: Segment): void {
  if (!tcb.handshake.selectiveAck || !segment.hasOption(Option.selectiveAck)) return;
  const { sender, recovery: { ack, scoreboard } } = tcb;
  const { sacksWholeSegments } = tcb.config.recovery;
  for (let i = 0; i < segment.sackBlockCount; i++) {
    const left = seqNumber(segment.sackEdges[2 * i] as number);
    const right = seqNumber(segment.sackEdges[2 * i + 1] as number);
    if (!seqBefore(left, right) || seqAfter(right, sender.sndNxt)) continue;
    if (i === 0 && isDuplicateReport(segment, left, right)) {
      ack.reportsDuplicate = seqDistance(right, segment.ack) <= Math.max(sender.maxSndWnd, 1);
      ack.duplicateLeft = left;
      ack.duplicateRight = right;
      continue;
    }
    if (seqBefore(left, sender.sndUna)) continue;
    ack.newlySacked += scoreboard.sack(left, right, sacksWholeSegments, ack);
  }
}

function isDuplicateReport(segment: Segment, left: SeqNumber, right: SeqNumber): boolean {
  if (seqBefore(left, segment.ack)) return seqAtOrBefore(right, segment.ack);
  if (segment.sackBlockCount < 2) return false;
  const secondLeft = seqNumber(segment.sackEdges[2] as number);
  const secondRight = seqNumber(segment.sackEdges[3] as number);
  return seqAtOrAfter(left, secondLeft) && seqAtOrBefore(right, secondRight);
}

/**
 * RFC 6298 3 (Karn) and RFC 7323 4.1: one sample an ACK, by our own record or by the echoed timestamp.
 * An ACK that reports a duplicate came late because the one before was lost: what its echo measures is no round trip. No more
 * does our record where the echo is of something younger: the ACK of what it is of was lost.
 */
function sampleRoundTrip(tcb: Tcb, now: Instant): void {
  const { rtt, timestamps, recovery: { ack } } = tcb;
  let sample: Micros = ack.rtt;
  // Without timestamps: what a probe with new data brings back may be the only ACK that was not lost.
  if (tcb.recovery.tailProbe.end !== null) sample = sinceNewest(ack, sample);
  if (ack.echo !== null) {
    const { timestampTick } = tcb.config.sending;
    const age = timestamps.age(ack.echo, ack.arrivedAt);
    if (sample > 0) sample = micros(Math.min(sample, age + timestampTick));
    // Of the present tick: it came back within one. That is a sample too, and ends the back-off.
    else if (!ack.reportsDuplicate && !ack.isAmbiguous) sample = micros(Math.max(age, timestampTick));
  }
  // What SACK reports for the first time was answered at once; if the same ACK moves SND.UNA, an earlier one was lost.
  if (ack.newlySacked > 0) sample = sinceNewest(ack, sample);
  // RFC 4015 3.1, step (11).
  const isOfNewData = rtt.restoresFrom !== null && seqAtOrAfter(ack.priorUna, rtt.restoresFrom);
  if (sample > 0 && isOfNewData) rtt.restore(sample, now);
  else if (sample > 0) rtt.sample(sample, now);
  // What was acknowledged had arrived before: only ACKs were lost, and no round trip has outlasted the timeout.
  else if (ack.reportsDuplicate && ack.echo !== null) rtt.resetBackoff();
}

/** A sample, if there is one, that is no longer than since the newest of what was delivered left. */
function sinceNewest({ newestSentAt, arrivedAt }: AckSample, sample: Micros): Micros {
  if (sample === 0 || newestSentAt < 0) return sample;
  return micros(Math.max(1, Math.min(sample, elapsed(newestSentAt, arrivedAt))));
}

function respondToCongestion(tcb: Tcb, now: Instant): void {
  const { recovery, control } = tcb;
  const { cwnd, ssthresh } = control;
  recovery.ackArrived();
  judgeProbe(tcb, now);
  if (recovery.timeoutWasSpurious) tcb.rtt.restoresFrom = recovery.recoveryPoint;
  tcb.congestionChanged(cwnd, ssthresh, recovery.changeReason, now);
}

function updateTimers(tcb: Tcb, windowBefore: number, now: Instant): void {
  const { sender, recovery } = tcb;
  const hasOpened = sender.sndWnd > 0 && windowBefore === 0;
  if (hasOpened) {
    tcb.retransmissionTimer.stop();
    if (tcb.windowProbes > 0 || wasFlightRefused(tcb, now)) {
      recovery.windowOpened();
      restartAfterIdle(tcb, now);
    }
  }
  tcb.timers.clear(Timer.override);
  rearm(tcb, hasOpened || recovery.ack.advanced, now);
}

/**
 * Whether all in flight is older than a round trip, and a quarter for what is late: whoever opens its window without
 * acknowledging it has refused it before. It says so once: a window that opens and closes again and again, and takes nothing,
 * would else have all of it sent each time.
 */
function wasFlightRefused(tcb: Tcb, now: Instant): boolean {
  const { sender, rtt, lastDataSentAt } = tcb;
  if (sender.sndUna === sender.sndNxt || sender.sndUna === tcb.refusedFrom || !rtt.hasSample) return false;
  if (elapsed(lastDataSentAt, now) < rtt.srtt * LATE) return false;
  tcb.refusedFrom = sender.sndUna;
  return true;
}

/** Whether cwnd, and nothing else, held something back in the round trip that ends here, or slow start uses half of it. */
function isCwndLimited(tcb: Tcb): boolean {
  const { cwnd, ssthresh } = tcb.control;
  // What is in the network is most before an acknowledgement takes something out.
  tcb.mostInFlight = Math.max(tcb.mostInFlight, tcb.recovery.pipe);
  const isLimited = tcb.cwndLimited || (cwnd < ssthresh && cwnd < 2 * tcb.mostInFlight);
  noteRoundTripEnd(tcb);
  return isLimited;
}

/** Once all that was sent by `cwndLimitMark` is acknowledged, the next round trip begins. */
function noteRoundTripEnd(tcb: Tcb): void {
  const { sender } = tcb;
  if (!seqAtOrAfter(sender.sndUna, tcb.cwndLimitMark)) return;
  tcb.cwndLimitMark = sender.sndNxt;
  tcb.cwndLimited = false;
  tcb.mostInFlight = tcb.recovery.pipe;
}
