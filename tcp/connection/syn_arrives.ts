/**
 * The handshake's part of SEGMENT ARRIVES, RFC 9293 3.10.7.2 (LISTEN) and 3.10.7.3 (SYN-SENT), and what both sides begin with
 * once their SYNs have arrived.
 *
 * @module
 */

import { addressFromOctets, IPV4_ADDRESS_LENGTH, IPV6_ADDRESS_LENGTH, octetsMatch } from "../base/address.ts";
import { Event } from "../base/events.ts";
import type { StateReason } from "../base/observer.ts";
import { Flag, Option, Segment } from "../base/segment.ts";
import { seqAdd, seqAfter, seqAtOrBefore } from "../base/seq.ts";
import { earliest, elapsed, type Instant, type Micros, micros, NEVER } from "../base/units.ts";
import type { TcpConfig } from "../config/config.ts";
import { drop } from "./challenge_ack.ts";
import { armKeepAlive, resetFor } from "./closing.ts";
import { takeUrgentDataAndFin } from "./data_arrives.ts";
import { shrinkFirstWindow } from "./idle.ts";
import type { Tcb } from "./tcb.ts";
import { Timer } from "./timers.ts";

/** Whether a listener drops the segment because it opens and closes at once. */
export function isSynWithFinDropped(segment: Segment, config: TcpConfig): boolean {
  return config.defence.synWithFin !== "use" && segment.has(Flag.syn | Flag.fin);
}

/** A segment arrives in LISTEN: 3.10.7.2. */
export function arrivesInListen(tcb: Tcb, segment: Segment, now: Instant): void {
  if (segment.has(Flag.rst)) return drop(tcb, segment, "listening", now);
  if (segment.has(Flag.ack)) {
    tcb.resetDue = resetFor(segment, "reset-bad-ack");
    return drop(tcb, segment, "listening", now);
  }
  if (!segment.has(Flag.syn)) return drop(tcb, segment, "listening", now);
  if (isSynWithFinDropped(segment, tcb.config)) return drop(tcb, segment, "syn-with-fin", now);
  takeSyn(tcb, segment, "syn-received", now);
  tcb.synDue = "syn-ack";
  // Data on the SYN may be queued until the handshake is over; the peer sends it again, so that nothing is kept for
  // a sender that may not exist.
}

function isBetween({ local, remote }: Tcb, syn: Segment): boolean {
  const { addresses, sourceOffset, destinationOffset, sourcePort, destinationPort } = syn;
  return local.address.family === syn.family && local.port === destinationPort &&
    remote.port === sourcePort &&
    octetsMatch(local.address, addresses, destinationOffset) &&
    octetsMatch(remote.address, addresses, sourceOffset);
}

/** A SYN opens the connection: whose it is, and what both sides begin with. */
function takeSyn(tcb: Tcb, syn: Segment, reason: StateReason, now: Instant): void {
  const length = syn.family === 4 ? IPV4_ADDRESS_LENGTH : IPV6_ADDRESS_LENGTH;
  const addressAt = (offset: number) => addressFromOctets(syn.addresses.subarray(offset, offset + length));
  // A host has bound both ends already; they stay the same objects, of which there is one.
  if (!isBetween(tcb, syn)) {
    tcb.bindPeer(
      { address: addressAt(syn.destinationOffset), port: syn.destinationPort },
      { address: addressAt(syn.sourceOffset), port: syn.sourcePort },
    );
  }
  tcb.beginSending(tcb.isn(tcb.local, tcb.remote, now));
  tcb.ecn.synArrived(syn, tcb.config.congestion.ecn);
  synArrives(tcb, syn, now);
  tcb.moveTo("SYN-RECEIVED", reason, now);
}

/**
 * A segment brings back a SYN cookie (RFC 4987 3.6): the connection becomes what it would be had it kept the SYN and sent the
 * SYN-ACK itself.
 */
export function cookieReturns(tcb: Tcb, syn: Segment, now: Instant): void {
  tcb.answeredSyn = null;
  takeSyn(tcb, syn, "syn-cookie-returned", now);
  // As the SYN-ACK had it:
  tcb.receiver.window.announce(true, false);
  tcb.sender.sndNxt = seqAdd(tcb.sender.iss, 1);
}

/** A segment arrives in SYN-SENT: 3.10.7.3. */
export function arrivesInSynSent(tcb: Tcb, segment: Segment, now: Instant): void {
  const { sender } = tcb;
  const hasAck = segment.has(Flag.ack);
  // First: the ACK must be of our SYN.
  if (hasAck && (seqAtOrBefore(segment.ack, sender.iss) || seqAfter(segment.ack, sender.sndNxt))) {
    if (!segment.has(Flag.rst)) tcb.resetDue = resetFor(segment, "reset-bad-ack");
    return drop(tcb, segment, segment.has(Flag.rst) ? "reset-bad-ack" : "ack-not-acceptable", now);
  }
  // Second: RST. Its number says nothing here, where no RCV.NXT is known (RFC 5961 3.2): the ACK shows who sent it.
  if (segment.has(Flag.rst)) {
    if (!hasAck) return drop(tcb, segment, "reset-bad-ack", now);
    return tcb.fail(
      "refused",
      "The peer refused the connection: it answered our SYN with RST",
      "refused",
      now,
    );
  }
  // Fourth: SYN.
  if (!segment.has(Flag.syn)) {
    return drop(tcb, segment, hasAck ? "unacceptable-sequence" : "no-ack-flag", now);
  }
  if (hasAck) tcb.ecn.synAckArrived(segment, tcb.askedForEcn);
  else tcb.ecn.synArrived(segment, tcb.config.congestion.ecn);
  synArrives(tcb, segment, now);
  tcb.receiver.takesWhatFits = tcb.config.compatibility.takesWhatFits;
  if (!hasAck) {
    tcb.moveTo("SYN-RECEIVED", "simultaneous-open", now);
    tcb.synDue = "syn-ack";
    keepDataOfSyn(tcb, segment);
    return;
  }
  establish(tcb, segment, now);
  tcb.acknowledging.acknowledgeNow("handshake-ack");
  // What else the segment carries goes on at the sixth step, as if the SYN before it were gone.
  takeSynOff(segment);
  takeUrgentDataAndFin(tcb, segment, now);
}

/** What is left of a segment whose SYN has been taken, which had the number before the rest. */
export function takeSynOff(segment: Segment): void {
  segment.seq = seqAdd(segment.seq, 1);
  segment.flags &= ~Flag.syn;
  segment.urgentPointer = Math.max(0, segment.urgentPointer - 1);
}

/** Data on the SYN waits until the connection is established. A FIN does not: the peer sends it again. */
function keepDataOfSyn(tcb: Tcb, segment: Segment): void {
  const length = Math.min(segment.payload.length, tcb.receiver.rcvWnd);
  if (length === 0) return;
  const kept = new Segment();
  const start = segment.payload.offset;
  kept.payload.set(segment.payload.octets.slice(start, start + length), 0, length);
  kept.seq = tcb.receiver.rcvNxt;
  tcb.dataOfSyn = kept;
}

/** Takes the peer's SYN: sequence numbers and options. */
function synArrives(tcb: Tcb, segment: Segment, now: Instant): void {
  tcb.receiver.begin(segment.seq);
  tcb.handshake.readOptions(segment, tcb.config);
  if (tcb.handshake.timestamps) tcb.timestamps.begin(segment.timestampValue, now);
  tcb.timestamps.lastAckSent = tcb.receiver.rcvNxt;
  tcb.applyAgreement(now);
  // RFC 7323 2.2: the window of a SYN is never scaled.
  tcb.sender.setWindow(segment.window, segment.seq, segment.ack);
}

/** Our SYN is acknowledged: the connection is there. */
export function establish(tcb: Tcb, segment: Segment, now: Instant): void {
  const { sender, rtt, handshake, timers } = tcb;
  sender.acknowledge(segment.ack);
  tcb.retransmissionTimer.stop();
  timers.clear(Timer.connect);
  timers.clear(Timer.userTimeout);
  const sample = roundTripOfSyn(tcb, segment, now);
  if (sample > 0) rtt.sample(sample, now);
  // RFC 6298 5.7, for who has nothing to go by: a sample of the SYN that was answered is better than three seconds.
  else if (handshake.retransmissions > 0) rtt.useInitialAfterSynLoss();
  const { lostSynsOfSmallWindow } = tcb.config.compatibility;
  if (handshake.retransmissions >= lostSynsOfSmallWindow) shrinkFirstWindow(tcb, now);
  tcb.moveTo("ESTABLISHED", tcb.state === "SYN-SENT" ? "syn-ack-received" : "syn-acknowledged", now);
  tcb.addEvents(Event.established | Event.writable);
  tcb.lastReceivedAt = now;
  armKeepAlive(tcb, now);
}

/**
 * How long our SYN was under way; 0: not known. Of several a timestamp tells which was answered (RFC 6298 3, RFC 7323 4.1), if
 * it is the last one's: a peer that heard them all may echo the first for ever. And within the first timeout: later than that
 * it may be the peer that repeats its answer.
 */
function roundTripOfSyn(tcb: Tcb, segment: Segment, now: Instant): Micros {
  const { config, synRepeated, synSentAt, timestamps } = tcb;
  if (synSentAt === NEVER) return micros(0);
  const span = micros(Math.max(1, elapsed(synSentAt, earliest(segment.arrivedAt, now))));
  if (!synRepeated) return span;
  if (!timestamps.agreed || !segment.hasOption(Option.timestamps)) return micros(0);
  const echoedUntil = timestamps.endOf(segment.timestampEcho, now);
  const isOfLast = echoedUntil > synSentAt && echoedUntil <= now + config.sending.timestampTick;
  return isOfLast && span < config.retransmission.initialRto ? span : micros(0);
}
