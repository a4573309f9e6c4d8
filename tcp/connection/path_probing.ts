/**
 * What a connection does about PMTU black holes: when its segments become shorter, and which of them go as probes of a longer
 * packet (RFC 4821 7).
 *
 * @module
 */

import { NONE } from "../loss/records.ts";
import { seqAdd, type SeqNumber } from "../base/seq.ts";
import { isSynchronized } from "../base/state.ts";
import type { Tcb } from "./tcb.ts";
import type { Instant } from "../base/units.ts";

/** Full segments that follow a probe at once, whose ACKs tell when it is lost: three duplicate ACKs without SACK. */
const FOLLOWERS = 3;

/** RFC 4821 7.7: the oldest segment was lost as often as the config has it; shorter ones may pass. */
export function suspectBlackHole(tcb: Tcb, now: Instant): void {
  const { config: { sending }, handshake, mtuSearch, recovery } = tcb;
  const { scoreboard } = recovery;
  giveProbeUp(tcb, now);
  const { timeoutsUntilShorter } = sending;
  if (timeoutsUntilShorter === 0 || scoreboard.isEmpty) return;
  const longest = handshake.longestPacket;
  const { baseMtu } = sending;
  const shorter = mtuSearch.shorter(
    longest,
    baseMtu,
    handshake.family,
    tcb.sender.expiries,
    timeoutsUntilShorter,
  );
  if (shorter === 0) return;
  if (scoreboard.records.length(scoreboard.records.first) <= handshake.payloadOf(shorter)) return;
  const onlyLongLost = scoreboard.onlyLongLost &&
    mtuSearch.advancedAt <= scoreboard.records.firstSentAt(scoreboard.records.first);
  mtuSearch.fallBack(longest, shorter);
  limitPackets(tcb);
  // RFC 5681 3.1: the window after a timeout is one segment.
  tcb.control.cwnd = tcb.sender.mss;
  recovery.segmentsShrank(tcb.sender.mss, onlyLongLost ? "retransmit-long-lost" : "retransmit-shorter");
}

/** Payload octets with which the lost record goes again as a probe; 0: it does not. `room`: of the congestion window. */
export function probeOfLost(tcb: Tcb, slot: number, room: number, now: Instant): number {
  const { sender, recovery: { scoreboard: { octets, records } } } = tcb;
  // Without SACK nobody would learn of its loss before the next timeout.
  if (tcb.mtuSearch.limit === Infinity || !tcb.handshake.selectiveAck || tcb.mtuSearch.failed > 0) return 0;
  const payload = nextProbe(tcb, now);
  const isFollowed = octets.lost - octets.resent > records.length(slot) || sender.unsent >= sender.mss;
  if (payload === 0 || records.length(slot) < payload || !isFollowed) return 0;
  return room >= payload ? payload : 0;
}

/** Payload octets with which new data go as a probe; 0: they do not. */
export function probeOfNew(tcb: Tcb, room: number, now: Instant): number {
  const { sender, recovery } = tcb;
  if (tcb.mtuSearch.limit === Infinity || sender.isUrgent || sender.hasRecords) return 0;
  // What is to tell an interruption from a black hole does not wait until all is repaired, where SACK tells of its loss.
  const isUrgent = tcb.mtuSearch.failed === 0 && tcb.handshake.selectiveAck;
  if (!isUrgent && recovery.phase !== "open") return 0;
  const payload = nextProbe(tcb, now);
  const needed = payload + (isUrgent ? 0 : FOLLOWERS * sender.mss);
  return payload > 0 && Math.min(room, sender.usableWindow, sender.unsent) >= needed ? payload : 0;
}

/** The next `length` octets go as a probe of the path MTU. */
export function noteProbe({ handshake, recovery }: Tcb, start: SeqNumber, length: number): void {
  recovery.mtuProbe.sent(start, seqAdd(start, length), handshake.packetOf(length));
}

function nextProbe({ handshake, mtuSearch, recovery, sender }: Tcb, now: Instant): number {
  if (recovery.mtuProbe.isOut || recovery.prefersNewData) return 0;
  const octets = mtuSearch.next(handshake.longestUnlimited, now);
  const payload = octets === 0 ? 0 : handshake.payloadOf(octets);
  return payload > sender.mss ? payload : 0;
}

/** An acknowledgement or a timer has told more of what is in flight: perhaps of the probe. */
export function judgeProbe(tcb: Tcb, now: Instant): void {
  const { mtuSearch, recovery, sender } = tcb;
  const { mtuProbe, scoreboard } = recovery;
  if (recovery.ack.advanced) mtuSearch.advancedAt = now;
  if (mtuSearch.limit === Infinity) return;
  if (recovery.timeoutWasSpurious && mtuSearch.failed === 0) return dropSuspicion(tcb);
  if (recovery.ack.advanced) mtuSearch.passes = true;
  if (!mtuProbe.isOut) return;
  const fate = mtuProbe.fate(scoreboard, sender.sndUna, recovery.isRepairing);
  if (fate === null) return;
  mtuProbe.isOut = false;
  if (fate === "arrived") {
    mtuSearch.probePassed(mtuProbe.octets, now);
    rememberPath(tcb, now);
    return limitPackets(tcb);
  }
  if (fate === "unknown") return mtuSearch.probeUnknown(now);
  const isFirst = mtuSearch.failed === 0;
  const isTooLong = mtuSearch.probeLost(mtuProbe.octets, scoreboard.losses, now);
  if (isTooLong) rememberPath(tcb, now);
  const slot = mtuProbe.slot(scoreboard);
  if (slot !== NONE) {
    scoreboard.markLost(slot, isFirst && isTooLong ? "retransmit-black-hole" : "retransmit-lost-probe");
  }
}

/** What is lost was lost elsewhere: packets are as long as before, unless a probe has shown that such do not pass. */
export function lostElsewhere(tcb: Tcb, now: Instant): void {
  giveProbeUp(tcb, now);
  if (tcb.mtuSearch.limit < Infinity && tcb.mtuSearch.failed === 0) dropSuspicion(tcb);
}

function dropSuspicion(tcb: Tcb): void {
  tcb.mtuSearch.clear();
  limitPackets(tcb);
}

/** Whether the probe that is out has arrived nobody will know. */
function giveProbeUp({ mtuSearch, recovery: { mtuProbe } }: Tcb, now: Instant): void {
  if (!mtuProbe.isOut) return;
  mtuProbe.isOut = false;
  mtuSearch.probeUnknown(now);
}

/** What routers said and probes found is kept for the connections that are opened later (RFC 4821 5.2, RFC 8201 5.2). */
export function rememberPath({ handshake, mtuSearch, paths, remote }: Tcb, now: Instant): void {
  paths?.learn(remote.address, Math.min(handshake.mtu, mtuSearch.found), now);
}

/** A router said how long packets may be: a probe that is out and longer was dropped for that, and for nothing else. */
export function dropTooLongProbe(tcb: Tcb, mtu: number): boolean {
  const { mtuProbe, scoreboard } = tcb.recovery;
  if (!mtuProbe.isOut || mtuProbe.octets <= mtu || !isSynchronized(tcb.state)) return false;
  mtuProbe.isOut = false;
  const slot = mtuProbe.slot(scoreboard);
  if (slot !== NONE) scoreboard.markLost(slot, "retransmit-path-mtu");
  return true;
}

/** Full segments follow what is known of the path. */
function limitPackets({ control, handshake, mtuSearch, recovery, sender }: Tcb): void {
  handshake.provenMtu = mtuSearch.limit;
  sender.mss = handshake.sendMss();
  recovery.scoreboard.segmentSize = sender.mss;
  control.cwnd = Math.max(control.cwnd, sender.mss);
}
