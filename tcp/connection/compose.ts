/**
 * How a segment is composed: addresses, numbers, window and options, what it carries, and what its leaving accounts for.
 *
 * @module
 */

import type { SendReason } from "../base/observer.ts";
import * as segments from "../base/segment.ts";
import type { Segment } from "../base/segment.ts";
import { seqAdd, seqAfter, seqDistance, type SeqNumber } from "../base/seq.ts";
import type { Instant } from "../base/units.ts";
import { mostSackBlocks } from "./acknowledging_arrivals.ts";
import { NO_RECORD, type Tcb } from "./tcb.ts";
import { Timer } from "./timers.ts";

// Bound here: what is imported is looked up at each use (tests/bench/profiles/core.md).
const { Flag } = segments;

/** Octets of the SACK option without blocks, padded, and of each block. */
const SACK_BASE_LENGTH = 4;
const SACK_BLOCK_LENGTH = 8;

/**
 * The number of a segment without data: SND.NXT, or the right edge of a window that shrank or was probed, for what lies beyond
 * it the peer may drop, our ACK or RST with it (RFC 9293 3.10.7.4, first).
 */
export function acceptableNumber({ sender, handshake }: Tcb): SeqNumber {
  const edge = seqAdd(sender.sndUna, sender.sndWnd);
  const beyond = seqDistance(edge, sender.sndNxt);
  // RFC 7323 2.4: a scaled window loses up to one unit of its field, and the peer takes what it said before; but not the one
  // octet that probed beyond it.
  return beyond <= 0 || beyond > 1 && beyond < 1 << handshake.peerShift ? sender.sndNxt : edge;
}

/** Clears `out` and gives it addresses, numbers, window and timestamps; `isKept`: its window is given later. */
export function beginSegment(
  tcb: Tcb,
  out: Segment,
  seq: SeqNumber,
  flags: number,
  now: Instant,
  isKept = false,
): void {
  tcb.lastMade = NO_RECORD;
  out.clear();
  addressSegment(tcb, out);
  out.seq = seq;
  out.flags = flags;
  if ((flags & Flag.rst) !== 0) return;
  const isSyn = (flags & Flag.syn) !== 0;
  const isAnswer = (flags & Flag.ack) !== 0;
  if (isAnswer) out.ack = tcb.receiver.rcvNxt;
  if (!isKept) out.window = tcb.receiver.window.announce(isSyn, tcb.acknowledging.holdsWindow);
  if (tcb.timestamps.agreed || isSyn && offersTimestamps(tcb, isAnswer)) tcb.timestamps.write(out, now);
}

/** Whether a SYN, or a SYN-ACK of a simultaneous open, has the timestamps option. */
function offersTimestamps({ config, handshake, openedPassively }: Tcb, isAnswer: boolean): boolean {
  if (!config.handshake.timestamps) return false;
  return isAnswer ? !openedPassively && handshake.offersAgain(config) : !handshake.isBare(config);
}

function addressSegment(tcb: Tcb, out: Segment): void {
  out.family = tcb.local.address.family;
  const addresses = tcb.addressOctets;
  out.addresses = addresses;
  out.sourceOffset = 0;
  out.destinationOffset = addresses.length / 2;
  out.sourcePort = tcb.local.port;
  out.destinationPort = tcb.remote.port;
  out.dscp = tcb.config.sending.dscp;
  out.hopLimit = tcb.config.sending.hopLimit;
}

/** Accounts for a finished segment, and for what it acknowledges: all that has arrived. */
export function finishSegment(tcb: Tcb, out: Segment, reason: SendReason, now: Instant): true {
  if (out.has(Flag.ack) && !out.has(Flag.rst)) {
    tcb.timestamps.lastAckSent = out.ack;
    const reportsAll = tcb.receiver.outOfOrder.count === 0 || !tcb.handshake.selectiveAck ||
      out.sackBlockCount > 0;
    if (reportsAll) {
      tcb.acknowledging.acknowledged();
      tcb.timers.clear(Timer.delayedAck);
    }
  }
  const isProbe = reason === "mtu-probe" || reason === "retransmit-mtu-probe";
  if (out.payload.length > tcb.sender.mss && !isProbe) out.segmentSize = tcb.sender.mss;
  // What probes a closed window says nothing of the path.
  if (out.payload.length > 0 && reason !== "window-probe") tcb.lastDataSentAt = now;
  return countSent(tcb, out, reason, now);
}

/** Counts the segment and shows it to the observer. */
export function countSent(tcb: Tcb, out: Segment, reason: SendReason, now: Instant): true {
  tcb.totals.segmentsSent++;
  tcb.observer?.segmentSent(tcb.view, out, reason, now);
  return true;
}

/** Puts data, FIN, PSH, URG and SACK blocks on a segment of [seq, end). */
export function writeData(tcb: Tcb, out: Segment, seq: SeqNumber, end: SeqNumber): void {
  const { sender } = tcb;
  const carriesFin = seqAfter(end, sender.dataEnd);
  const length = seqDistance(seq, end) - (carriesFin ? 1 : 0);
  sender.lendData(seq, length, out);
  if (carriesFin) out.flags |= Flag.fin;
  const urgent = sender.urgentOffset(seq);
  if (urgent > 0) {
    out.flags |= Flag.urg;
    out.urgentPointer = urgent;
  }
  // A device that cuts a long segment repeats its options in every piece: there is room in none that is full.
  const spare = length === 0 ? Infinity : sender.mss - length;
  if (spare > 0) writeSackBlocks(tcb, out, Math.floor((spare - SACK_BASE_LENGTH) / SACK_BLOCK_LENGTH));
}

/** Puts SACK blocks on a segment, at most so many. */
export function writeSackBlocks(tcb: Tcb, out: Segment, most: number): void {
  const fitting = Math.min(most, mostSackBlocks(tcb));
  if (fitting > 0) tcb.acknowledging.writeSackBlocks(out, tcb.receiver.outOfOrder, fitting);
}

/** Payload octets that one segment may have: a whole number of full ones. */
export function segmentLimit(tcb: Tcb): number {
  const { mss, isUrgent } = tcb.sender;
  // Devices that cut a segment leave its urgent pointer as it is, and it counts from each piece's own number.
  return tcb.segmentLimit < 2 * mss || isUrgent ? mss : tcb.segmentLimit - tcb.segmentLimit % mss;
}
