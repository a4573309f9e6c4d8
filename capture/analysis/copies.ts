/**
 * What a segment is whose octets lie below others that have passed: sent again, overtaken, doubled, or asking.
 *
 * Each answer names its evidence. The order of the evidence: what the packet itself says (identification, timestamp), then
 * what time has allowed: nobody reacts to a loss in less than a round trip.
 *
 * @module
 */

import { Flag } from "../../trace/core.ts";
import { countText, spanText } from "../../trace/format.ts";
import { hopFieldName } from "../../trace/hop_limits.ts";
import type { SegmentRecord } from "../../trace/record.ts";
import type { Half } from "./half.ts";
import type { Hole } from "./holes.ts";
import { idDistance } from "./packet_ids.ts";
import type { SentRange } from "./sent_log.ts";
import { ticksBetween } from "../../trace/acknowledging.ts";
import type { Passing, Verdict } from "./verdict.ts";

/** The least that stacks wait for an ACK before they send again by the timer, µs (Linux: TCP_RTO_MIN). */
const LEAST_RTO = 200_000;
/** What timers and clocks may be off, as a share. */
const TOLERANCE = 0.9;
/** No probe is sent sooner, µs (RFC 8985 7.2; Linux: TCP_TIMEOUT_MIN). */
const LEAST_PROBE_TIME = 1_000;
/** RFC 5681 3.2. */
const DUP_ACK_THRESHOLD = 3;
/** Without a round trip to go by: nothing that is this soon is a reaction, µs. */
const SOON = 3_000;
/** Without a round trip to go by: what is later than that was hardly overtaken, µs. */
const LATEST = 20_000;
/** A capture that doubles its packets does so within this time, µs. */
export const SOON_CAPTURED = 1_000;

/** Packets that may come between one and its double. */
const MOST_BETWEEN = 3;
/** The sender is where its share of a round trip is less than this. */
const NEAR = 0.1;

/** The proof where without times nobody can tell whether a packet was doubled or sent again. */
const NOT_TOLD = "";

/** Whether a copy was sent before what is behind the hole that it fills, and what shows it. */
interface Judgement {
  /** Null: it cannot be told. */
  readonly isOvertaken: boolean | null;
  readonly proof: string;
}

/** Octets that had not passed fill a hole: late ones, or those of a retransmission whose first copy was lost before. */
export function fillsHole(
  verdict: Verdict,
  hole: Hole,
  passing: Passing,
  sender: Half,
  receiver: Half,
): void {
  const { isOvertaken, proof } = judge(hole, passing, sender, receiver);
  if (isOvertaken === null) return verdict.add("fills-hole");
  verdict.values["proof"] = proof;
  if (isOvertaken) {
    verdict.mark = "out of order";
    verdict.values["lateness"] = passing.time - hole.since;
    const passed = sender.packets - hole.packets;
    verdict.values["passed"] = countText(passed, "packet");
    verdict.add("overtaken");
    return;
  }
  verdict.mark = "retransmission";
  verdict.values["since"] = `${spanText(passing.time - hole.since)} after what is behind it`;
  addKind(verdict, passing, null, sender, receiver, hole.since);
  verdict.add("lost-before-here");
}

/** Octets pass that were acknowledged before they had: captured late, or sent again for want of the ACK. */
export function afterItsAck(verdict: Verdict, passing: Passing, sender: Half, receiver: Half): void {
  const delay = passing.time - sender.missedAt;
  const floor = reactionTime(sender, receiver);
  sender.missed.remove(passing.segment.seq, passing.segment.end);
  if (Number.isNaN(delay)) return verdict.add("fills-hole");
  if (floor > 0 ? delay < floor * TOLERANCE : delay < SOON) {
    verdict.mark = "out of order";
    verdict.values["lateness"] = delay;
    return verdict.add("captured-late");
  }
  verdict.mark = "retransmission";
  verdict.values["since"] = `${spanText(delay)} after it was acknowledged`;
  verdict.values["spurious"] = `{end} had been acknowledged ${spanText(delay)} before`;
  verdict.add("retransmission");
  verdict.add("not-needed");
}

/** Octets that have passed pass again. */
export function passesAgain(
  verdict: Verdict,
  range: SentRange,
  passing: Passing,
  sender: Half,
  receiver: Half,
): void {
  const { time } = passing;
  verdict.values["since"] = `${spanText(time - range.lastAt)} after frame ${range.lastFrame}`;
  if (isOriginal(verdict, range, passing, sender, receiver)) {
    verdict.mark = "out of order";
    verdict.add("original-after-copy");
    return;
  }
  verdict.mark = "retransmission";
  if (!wasRefused(verdict, passing, range, sender, receiver)) {
    addKind(verdict, passing, range, sender, receiver, range.lastAt);
  }
  const { end } = passing.segment;
  if (end <= sender.una) {
    verdict.values["spurious"] = `{end} had been acknowledged ${spanText(time - sender.lastAckAt)} before`;
    if (!(time <= sender.lastAckAt)) verdict.add("not-needed");
    // The sender did not know of that ACK yet, and takes it for a partial one.
    sender.recovery ??= { kind: "fast", since: time, point: sender.max, una: passing.segment.seq };
  } else if (sender.sacked.covers(Math.max(passing.segment.seq, sender.una), end)) {
    verdict.values["spurious"] = `SACK had said before that ${receiver.name} has it`;
    verdict.add("not-needed");
  }
}

/**
 * Whether the packet is the same as one that has passed, and what shows it: octet for octet, as far as is kept of it. `doublesAll`: whether the
 * capture has most of its packets twice.
 */
export function isDouble(
  range: SentRange,
  passing: Passing,
  sender: Half,
  receiver: Half,
  doublesAll: boolean,
): string | null {
  if (passing.fingerprint !== range.fingerprint || passing.segment.end !== range.end) return null;
  if (passing.segment.seq !== range.seq || passing.segment.timestampValue !== range.lastTimestamp) {
    return null;
  }
  const delay = passing.time - range.lastAt;
  if (passing.elsewhere !== null) {
    return passing.elsewhere === "double" ? "It has passed the other capture once" : null;
  }
  if (hasGoneOn(range, passing)) {
    return passedOnText(passing, range.hopLimit);
  }
  if (Number.isNaN(delay)) return NOT_TOLD;
  if (sender.ids.areCounted && passing.ipId > 0) {
    // There are stacks that send the very same packet again when their timer expires.
    const isSame = passing.ipId === range.ipId && delay < LEAST_RTO * TOLERANCE;
    return isSame ? `Both have the IP identification ${passing.ipId}` : null;
  }
  if (doublesAll && delay < SOON_CAPTURED) return "All of it is the same";
  const floor = reactionTime(sender, receiver);
  if (isNearSender(sender, receiver)) {
    const isReaction = delay >= Math.min(floor * TOLERANCE, SOON_CAPTURED) || goesBack(range, sender);
    return isReaction ? null : "It comes sooner than anybody could have asked for it";
  }
  const soon = goesBack(range, sender) ? SOON_CAPTURED : floor > 0 ? floor * TOLERANCE : SOON;
  // Without timestamps what is sent again looks the same, and what is doubled comes close behind.
  const isClose = passing.segment.timestampValue !== 0 || sender.packets - range.lastPackets <= MOST_BETWEEN;
  if (!range.isLate && isClose && delay < soon) {
    return "It comes sooner than anybody could have asked for it";
  }
  const { timestampValue } = passing.segment;
  const isStale = timestampValue !== 0 && delay > 3 * sender.timestamps.tick;
  return isStale ? `Both have the timestamp ${timestampValue}, of a clock that has gone on since` : null;
}

/**
 * Whether the packet, which is the same as one that has passed otherwise, was passed on by routers since: who sends it again gives
 * it the same TTL, and mostly another identification or timestamp.
 */
export function hasGoneOn(range: SentRange, { ipId, segment }: Passing): boolean {
  if (segment.hopLimit >= range.hopLimit) return false;
  return ipId > 0 ? ipId === range.ipId : segment.timestampValue !== 0;
}

function judge(hole: Hole, passing: Passing, sender: Half, receiver: Half): Judgement {
  const { ipId, segment, time } = passing;
  if (passing.elsewhere !== null) {
    return passing.elsewhere === "again"
      ? { isOvertaken: false, proof: "The other capture shows that it was sent again" }
      : { isOvertaken: true, proof: "The other capture shows that it was sent once" };
  }
  if (ipId >= 0 && hole.idBehind >= 0 && sender.ids.tellOrder(time - hole.since)) {
    const isOvertaken = idDistance(ipId, hole.idBehind) > 0;
    const relation = isOvertaken ? "comes before" : "follows";
    return {
      isOvertaken,
      proof: `Its IP identification ${ipId} ${relation} that of what is behind it, ${hole.idBehind}`,
    };
  }
  const floor = reactionTime(sender, receiver);
  const delay = time - hole.since;
  if (segment.timestampValue !== 0 && hole.timestampBehind !== 0) {
    const ticks = ticksBetween(hole.timestampBehind, segment.timestampValue);
    if (ticks < 0) {
      return { isOvertaken: true, proof: "Its timestamp is older than that of what is behind it" };
    }
    if (ticks > 0) {
      return { isOvertaken: false, proof: "Its timestamp is later than that of what is behind it" };
    }
    if (floor > 2 * sender.timestamps.tick) {
      return {
        isOvertaken: true,
        proof: "It has the timestamp of what is behind it, and no round trip later",
      };
    }
  }
  return judgeByTime(delay, floor, sender.signals > hole.signals, sender.packets - hole.packets);
}

function judgeByTime(delay: number, floor: number, isSignalled: boolean, passed: number): Judgement {
  if (Number.isNaN(delay)) return { isOvertaken: null, proof: "" };
  if (floor > 0 && delay < floor * TOLERANCE) {
    return {
      isOvertaken: true,
      proof: `It comes ${spanText(delay)} later, and a reaction takes a round trip, ${spanText(floor)}`,
    };
  }
  if (floor > 0) {
    if (isSignalled || delay >= LEAST_RTO * TOLERANCE || passed >= DUP_ACK_THRESHOLD) {
      return {
        isOvertaken: false,
        proof: `It comes ${spanText(delay)} later, a round trip is ${spanText(floor)}`,
      };
    }
    return { isOvertaken: true, proof: "Nothing has asked for it, and no timer is so short" };
  }
  const isOvertaken = delay < SOON || (passed < DUP_ACK_THRESHOLD && delay < LATEST);
  return {
    isOvertaken,
    proof: `It comes ${spanText(delay)} and ${countText(passed, "packet")} later; no round trip is known`,
  };
}

/** Whether a copy that comes after another was sent before it. */
function isOriginal(
  verdict: Verdict,
  range: SentRange,
  { ipId, segment, time, elsewhere }: Passing,
  sender: Half,
  receiver: Half,
): boolean {
  if (elsewhere !== null) {
    verdict.values["proof"] = "The other capture shows that it was sent before";
    return elsewhere === "first";
  }
  if (isNearSender(sender, receiver)) return false;
  if (ipId >= 0 && range.ipId >= 0 && sender.ids.tellOrder(time - range.lastAt)) {
    verdict.values["proof"] = `Its IP identification ${ipId} comes before that of the copy, ${range.ipId}`;
    return idDistance(ipId, range.ipId) > 0;
  }
  if (segment.timestampValue === 0 || range.lastTimestamp === 0) return false;
  verdict.values["proof"] = "Its timestamp is older than that of the copy";
  return ticksBetween(segment.timestampValue, range.lastTimestamp) > 0;
}

/** The least time in which the sender can react to something that has passed here; 0: not known. */
function reactionTime(sender: Half, receiver: Half): number {
  const sum = leastTrip(sender) + leastTrip(receiver);
  return sum === Infinity ? 0 : sum;
}

/** From here to the other end of `half` and back; Infinity: not known. */
function leastTrip({ roundTrips, echoes }: Half): number {
  return roundTrips.samples > 0 ? roundTrips.minimum : echoes.minimum;
}

/**
 * Whether something may go again that was sent a moment before: after a timeout everything does, and a partial ACK asks for
 * what follows it, whenever that was sent (RFC 6582 3.2, step 3).
 */
function goesBack(range: SentRange, { recovery, una }: Half): boolean {
  if (recovery === null || una >= recovery.point) return false;
  return recovery.kind === "timeout" || range.seq === una;
}

/** Whether nothing can be doubled or overtaken between the sender and here, as the sender is here. */
export function isNearSender(sender: Half, receiver: Half): boolean {
  const floor = reactionTime(sender, receiver);
  return floor > 0 && leastTrip(receiver) < NEAR * floor && leastTrip(sender) > NEAR * floor;
}

/** Why it was sent again, as far as it can be known. */
export function addKind(
  verdict: Verdict,
  passing: Passing,
  range: SentRange | null,
  sender: Half,
  receiver: Half,
  lastAt: number,
): void {
  const { segment, time } = passing;
  const isSoon = !(time - lastAt >= LEAST_RTO * TOLERANCE);
  if ((segment.flags & Flag.syn) !== 0) {
    return isSoon ? verdict.add("retransmission") : addTimeout(verdict, passing, sender, receiver, lastAt);
  }
  if (followsTooBig(verdict, segment, sender)) return;
  const beyond = sender.sacked.octetsFrom(Math.max(segment.end, sender.una));
  const quiet = time - Math.max(sender.lastAckAt, lastAt);
  // Three duplicate ACKs ask for what is the first to be missing (RFC 5681 3.2).
  const isThird = sender.dupAcks >= DUP_ACK_THRESHOLD && segment.seq <= sender.una;
  const { recovery } = sender;
  if (quiet >= LEAST_RTO * TOLERANCE && !isTail(segment.seq, range, sender)) {
    return addTimeout(verdict, passing, sender, receiver, lastAt);
  }
  const isAfterTimeout = recovery?.kind === "timeout" && sender.una < recovery.point;
  if (isAfterTimeout && (beyond === 0 || lastAt < recovery.since)) {
    verdict.values["evidence"] = "it follows a timeout, after which everything is sent again in slow start";
    return verdict.add("retransmission-timeout");
  }
  if (recovery?.kind === "fast" && sender.una < recovery.point) {
    if (beyond === 0 && sender.una > recovery.una) return verdict.add("retransmission-partial-ack");
    verdict.values["evidence"] = `SACK says that ${receiver.name} has ${beyond} octets beyond it`;
    if (beyond > 0) return verdict.add("retransmission-sack");
  }
  if (beyond > 0 || isThird) {
    verdict.values["una"] = sender.una;
    verdict.values["evidence"] = isThird
      ? `${sender.dupAcks} duplicate ACKs for {una} have come`
      : `SACK says that ${receiver.name} has ${beyond} octets beyond it`;
    sender.recovery = { kind: "fast", since: time, point: sender.max, una: sender.una };
    return verdict.add(isThird ? "fast-retransmit" : "retransmission-sack");
  }
  const isLate = time - lastAt >= Math.max(reactionTime(sender, receiver), LEAST_PROBE_TIME);
  if (isLast(segment, range, sender) && isLate && (segment.seq > sender.una || isSoon)) {
    verdict.values["evidence"] =
      "no ACK has passed here that would ask for it, and what is before it is not sent again";
    return verdict.add("tail-loss-probe");
  }
  if (isSoon) verdict.add("retransmission");
  else addTimeout(verdict, passing, sender, receiver, lastAt);
}

/**
 * Whether it is the last that was sent, for the first time again, and nothing has come to which it answers: some repeat their
 * FIN with each ACK.
 */
function isLast({ seq, end, ack }: SegmentRecord, range: SentRange | null, sender: Half): boolean {
  const { max, una } = sender;
  return (ack ?? 0) <= sender.ack && range !== null && range.copies === 1 && range.end === max &&
    end === max && seq >= una;
}

/** Its receiver has taken the SYN without its data, or has had no room for it (RFC 7413 4.2.2; RFC 9293 3.8.6.1). */
function wasRefused(
  verdict: Verdict,
  { segment: { seq }, time }: Passing,
  range: SentRange,
  { una, synEnd }: Half,
  receiver: Half,
): boolean {
  if (seq !== una) return false;
  if (una === 1 && seq < synEnd && range.copies === 1 && receiver.hasAcked) {
    verdict.add("retransmission-syn-data");
    return true;
  }
  const isOpen = receiver.reopenedAt > range.lastAt && time - receiver.reopenedAt < LEAST_RTO * TOLERANCE;
  if (isOpen) verdict.add("retransmission-refused");
  return isOpen;
}

/** A router has said that the packet was too big (RFC 1191 6.4). */
function followsTooBig(verdict: Verdict, segment: SegmentRecord, { tooBig, max }: Half): boolean {
  if (tooBig === null || segment.end <= tooBig.seq || segment.seq > max) return false;
  const { by, mtu } = tooBig;
  const limit = mtu === 0 ? "packets are too big" : `packets of more than ${mtu} octets do not get through`;
  verdict.values["evidence"] = `${by} has said that ${limit}`;
  verdict.add("retransmission-path-mtu");
  return true;
}

/** The last of several that are not acknowledged, once: a probe takes it, a timeout the first of them. */
function isTail(seq: number, range: SentRange | null, sender: Half): boolean {
  return range !== null && range.copies === 1 && range.end === sender.max && seq > sender.una;
}

function addTimeout(
  verdict: Verdict,
  { segment, time }: Passing,
  sender: Half,
  receiver: Half,
  lastAt: number,
): void {
  verdict.values["evidence"] = segment.end <= sender.una
    ? `the ACK of ${receiver.name} has perhaps not arrived`
    : `nothing of ${receiver.name} that acknowledges it has passed here for ${spanText(time - lastAt)}`;
  if ((segment.flags & Flag.syn) === 0) {
    sender.recovery = { kind: "timeout", since: time, point: sender.max, una: sender.una };
  }
  verdict.add("retransmission-timeout");
}

/**
 * Whether a packet without data is one that has passed, passed on by routers since, whatever has come in between. `doublesAll`:
 * as for `isDouble`.
 */
export function isPassedOn(
  verdict: Verdict,
  passing: Passing,
  sender: Half,
  receiver: Half,
  doublesAll: boolean,
): boolean {
  const before = sender.bare.before(passing);
  if (before === null) return false;
  const isCaptures = passing.time - before.at < SOON_CAPTURED &&
    (doublesAll || isNearSender(sender, receiver));
  const proof = passedOnText(passing, before.hopLimit);
  doubled(verdict, before.at, before.frame, passing, proof, isCaptures, null, true);
  return true;
}

function passedOnText({ segment: { family, hopLimit } }: Passing, before: number): string {
  return `Its ${hopFieldName(family)} is ${hopLimit}, and was ${before}: routers have passed it on since`;
}

/** The packet is the one before once more: `proof` says why, in words. */
export function doubled(
  verdict: Verdict,
  at: number,
  frame: number,
  passing: Passing,
  proof: string,
  isCaptures: boolean,
  range: { doubles: number } | null,
  isUsual = isCaptures,
): void {
  verdict.isDouble = true;
  verdict.mark = "duplicate";
  const span = passing.time - at;
  verdict.values["since"] = Number.isNaN(span)
    ? `frame ${frame}`
    : `frame ${frame}, ${spanText(span)} before`;
  verdict.values["proof"] = proof;
  if (range !== null && !isCaptures) range.doubles++;
  const mayBeCaptures = isUsual || !(span >= SOON_CAPTURED);
  if (proof === NOT_TOLD) verdict.add("alike");
  else verdict.add(isCaptures ? "captured-twice" : mayBeCaptures ? "doubled" : "doubled-by-network");
}
