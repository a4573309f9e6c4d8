/**
 * What an acceptable ACK field means when windows are counted in segments: as `octet_acknowledgement.ts`, in the order
 * that Linux has: what SACK reports is taken in before what the ACK field covers.
 *
 * @module
 */

import type { SegmentRecovery } from "../loss/segment_recovery.ts";
import { Flag, MAX_SACK_BLOCKS, Option, type Segment } from "../base/segment.ts";
import { armAfterAcknowledgement, startReorderingTimer } from "./segment_timers.ts";
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
import { armPersist } from "./retransmission_timer.ts";
import { Timer } from "./timers.ts";
import { after, elapsed, type Instant } from "../base/units.ts";

/** Indexes of a segment's SACK blocks, in the order of their sequence numbers; refilled for each segment. */
const blockOrder = new Int32Array(MAX_SACK_BLOCKS);

/** Takes in the ACK field, SACK blocks and window of a segment whose ACK is acceptable. Returns whether SND.UNA moved. */
export function takeSegmentAcknowledgement(
  tcb: Tcb,
  recovery: SegmentRecovery,
  segment: Segment,
  now: Instant,
): boolean {
  const { sender, control } = tcb;
  const facts = tcb.factsNow(now);
  const { priorUna } = facts;
  const windowBefore = sender.sndWnd;
  const { cwnd, ssthresh } = control;
  facts.windowLimited = tcb.congestionLimited;
  facts.mostOutstanding = tcb.mostInFlight;
  facts.echo = tcb.timestamps.agreed && segment.hasOption(Option.timestamps) ? segment.timestampEcho : null;
  facts.carriesText = segment.sequenceLength > 0;
  facts.echoesMark = tcb.ecn.agreed && segment.has(Flag.ece) && !segment.has(Flag.syn);
  recovery.beginAck(now, priorUna, tcb.rtt.minimum);
  if (seqBefore(segment.ack, priorUna)) {
    takeStale(tcb, recovery, segment, now);
    return false;
  }
  const advanced = seqAfter(segment.ack, priorUna);
  facts.updatesWindow = takeWindow(tcb, segment);
  if (advanced) tcb.acknowledgeText(segment.ack, now);
  facts.una = sender.sndUna;
  takeBlocks(tcb, recovery, segment, priorUna);
  const hadOutstanding = recovery.inFlight.count > 0;
  recovery.acknowledge(segment.ack, facts);
  sampleRoundTrip(tcb, recovery, segment, now);
  facts.smoothedRtt = tcb.rtt.srtt;
  facts.minimumRtt = tcb.rtt.minimum;
  facts.hasSendableText = sender.unsent > 0 && sender.usableWindow > 0;
  if (hadOutstanding) {
    recovery.ackArrived(facts);
    if (recovery.timeoutWasSpurious) tcb.rtt.resetBackoff();
    tcb.congestionChanged(cwnd, ssthresh, recovery.changeReason, now);
  } else if (facts.reportsDuplicate) recovery.staleAckArrived(facts);
  noteWindowUse(tcb, recovery, seqAtOrAfter(sender.sndUna, tcb.windowLimitMark));
  updateTimers(tcb, recovery, advanced, windowBefore, now);
  return advanced;
}

/** An acknowledgement from before SND.UNA may still bring SACK blocks that are news. */
function takeStale(tcb: Tcb, recovery: SegmentRecovery, segment: Segment, now: Instant): void {
  takeBlocks(tcb, recovery, segment, tcb.sender.sndUna);
  if (tcb.facts.newlySacked === 0 && !tcb.facts.reportsDuplicate) return;
  const { cwnd, ssthresh } = tcb.control;
  recovery.staleAckArrived(tcb.facts);
  tcb.congestionChanged(cwnd, ssthresh, recovery.changeReason, now);
  if (recovery.reorderingWait > 0) startReorderingTimer(tcb, now);
}

/** RFC 9293 3.10.7.4, fifth; a segment from no later than the last counts only when it opens the window, or closes it. */
function takeWindow(tcb: Tcb, segment: Segment): boolean {
  const { sender } = tcb;
  const window = segment.window << tcb.handshake.peerShift;
  const isNewer = seqAfter(segment.ack, sender.sndUna) || seqAfter(segment.seq, sender.sndWl1) ||
    segment.seq === sender.sndWl1 && (window > sender.sndWnd || window === 0);
  if (isNewer) sender.setWindow(window, segment.seq, segment.ack);
  return isNewer;
}

/** RFC 2018 5 and RFC 2883 4: a first block that is below the ACK, or within the second, reports a duplicate. */
function takeBlocks(tcb: Tcb, recovery: SegmentRecovery, segment: Segment, priorUna: SeqNumber): void {
  if (!tcb.handshake.selectiveAck || !segment.hasOption(Option.selectiveAck)) return;
  const { sender, facts } = tcb;
  const edges = segment.sackEdges;
  const count = sortBlocks(segment);
  const first = blockReportsDuplicate(segment) ? 0 : -1;
  if (first === 0) {
    const left = seqNumber(edges[0] as number);
    const right = seqNumber(edges[1] as number);
    if (seqBefore(left, right) && seqDistance(right, priorUna) <= sender.maxSndWnd) {
      facts.reportsDuplicate = true;
      recovery.takeDuplicateReport(left, right, priorUna, sender.mss);
    }
  }
  for (let i = 0; i < count; i++) {
    const index = blockOrder[i] as number;
    if (index === first) continue;
    const left = seqNumber(edges[2 * index] as number);
    const right = seqNumber(edges[2 * index + 1] as number);
    const isValid = seqBefore(left, right) && seqAtOrBefore(right, sender.sndNxt) &&
      !seqBefore(left, sender.sndUna);
    if (isValid) recovery.inFlight.sackSegments(left, right, recovery.delivery);
  }
  facts.newlySacked = recovery.delivery.octets;
  recovery.blocksTaken(sender.mss);
}

function sortBlocks(segment: Segment): number {
  const { sackEdges, sackBlockCount } = segment;
  for (let i = 0; i < sackBlockCount; i++) {
    const left = seqNumber(sackEdges[2 * i] as number);
    let place = i;
    for (; place > 0; place--) {
      const other = blockOrder[place - 1] as number;
      if (!seqBefore(left, seqNumber(sackEdges[2 * other] as number))) break;
      blockOrder[place] = other;
    }
    blockOrder[place] = i;
  }
  return sackBlockCount;
}

function blockReportsDuplicate(segment: Segment): boolean {
  const { sackEdges: edges, sackBlockCount, ack } = segment;
  if (sackBlockCount === 0) return false;
  const left = seqNumber(edges[0] as number);
  if (seqBefore(left, ack)) return true;
  return sackBlockCount > 1 && seqAtOrBefore(seqNumber(edges[1] as number), seqNumber(edges[3] as number)) &&
    seqAtOrAfter(left, seqNumber(edges[2] as number));
}

/** RFC 6298 3 and RFC 7323 4.1; what SACK reports gives a sample too, before the echoed timestamp does. */
function sampleRoundTrip(tcb: Tcb, recovery: SegmentRecovery, segment: Segment, now: Instant): void {
  const { rtt, timestamps, facts } = tcb;
  let sample = recovery.roundTrip;
  const isProgress = recovery.delivery.acknowledgedSegments > 0;
  if (sample === 0 && isProgress && facts.echo !== null) {
    sample = timestamps.age(segment.timestampEcho, now);
  }
  if (sample > 0) rtt.sample(sample, now);
}

/** Remembers how much of the window was used, of each round trip the most. `isNewRound`: what was remembered is old. */
export function noteWindowUse(tcb: Tcb, recovery: SegmentRecovery, isNewRound: boolean): void {
  const outstanding = recovery.inFlight.totalSegments;
  const isFull = recovery.isWindowFull;
  const isMore = !tcb.congestionLimited && outstanding > tcb.mostInFlight;
  if (!isNewRound && !isFull && !isMore) return;
  tcb.congestionLimited = isFull;
  tcb.mostInFlight = outstanding;
  tcb.windowLimitMark = tcb.sender.sndNxt;
}

function updateTimers(
  tcb: Tcb,
  recovery: SegmentRecovery,
  advanced: boolean,
  windowBefore: number,
  now: Instant,
): void {
  const { sender, timers } = tcb;
  const { delivery } = recovery;
  const hasProgress = delivery.acknowledgedSegments > 0 || reportsOlderThanOldest(recovery, now);
  if (delivery.segments > 0 || advanced || recovery.reorderingWait > 0) {
    armAfterAcknowledgement(tcb, hasProgress, advanced && recovery.suspectsReneging, now);
  }
  if (advanced) {
    timers.clear(Timer.userTimeout);
    if (tcb.config.retransmission.userTimeout > 0 && sender.unacknowledged > 0) {
      timers.set(Timer.userTimeout, after(now, tcb.config.retransmission.userTimeout));
    }
  }
  if (sender.isBlockedByWindow) {
    armPersist(tcb, now);
  } else {
    timers.clear(Timer.persist);
    tcb.windowProbes = 0;
  }
  if (windowBefore === 0 && sender.sndWnd > 0) tcb.windowProbes = 0;
}

/** What SACK reported was sent before the oldest outstanding segment was sent last: time for that begins now. */
function reportsOlderThanOldest(recovery: SegmentRecovery, now: Instant): boolean {
  const { inFlight } = recovery;
  return recovery.delivery.segments > 0 && recovery.roundTrip > 0 && inFlight.count > 0 &&
    recovery.roundTrip > elapsed(inFlight.sentAt(0), now);
}
