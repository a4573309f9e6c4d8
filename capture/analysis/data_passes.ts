/**
 * What takes up sequence numbers passes: for the first time, again, twice, or as a probe.
 *
 * @module
 */

import { Flag } from "../../trace/core.ts";
import { spanText } from "../../trace/format.ts";
import { sized } from "../../trace/full_size.ts";
import type { SegmentRecord } from "../../trace/record.ts";
import {
  addKind,
  afterItsAck,
  doubled,
  fillsHole,
  hasGoneOn,
  isDouble,
  isNearSender,
  passesAgain,
  SOON_CAPTURED,
} from "./copies.ts";
import type { Half } from "./half.ts";
import type { Hole } from "./holes.ts";
import type { SentRange } from "./sent_log.ts";
import type { Passing, Verdict } from "./verdict.ts";

/** Takes in what takes up sequence numbers, or lies just before them. */
export function dataPass(
  verdict: Verdict,
  passing: Passing,
  sender: Half,
  receiver: Half,
  doublesAll: boolean,
): void {
  const { segment, time } = passing;
  if (asks(verdict, passing, sender, receiver)) return;
  if (segment.end === segment.seq) return;
  if (segment.length > 0 && segment.seq >= sender.finEnd) return verdict.add("after-fin");
  if (sender.dataPackets === 0 && sender.max === 0 && (segment.flags & Flag.syn) === 0) {
    sender.max = segment.seq;
    sender.una = Math.max(sender.una, segment.seq);
  }
  const isBelow = segment.seq < sender.max;
  const hole = isBelow ? sender.holes.find(segment.seq, segment.end) : null;
  const range = isBelow && hole === null ? sender.log.find(segment.seq, segment.end) : null;
  if (range !== null) {
    const proof = isDouble(range, passing, sender, receiver, doublesAll);
    if (proof !== null) {
      const isCaptures = time - range.lastAt < SOON_CAPTURED &&
        (doublesAll || isNearSender(sender, receiver));
      const isUsual = doublesAll || hasGoneOn(range, passing);
      doubled(verdict, range.lastAt, range.lastFrame, passing, proof, isCaptures, range, isUsual);
      return;
    }
  }
  if (range !== null) sender.octetsAgain += Math.min(segment.length, sender.max - segment.seq);
  judge(verdict, passing, sender, receiver, hole, range);
  if (verdict.mark !== null && isBelow && segment.end > sender.max) withNewData(verdict, sender);
  remember(verdict, passing, sender);
  if (segment.length > 0) octetsPass(verdict, passing, sender, receiver);
  sender.max = Math.max(sender.max, segment.end);
  sender.dataPackets++;
  sender.octets += segment.length;
  if (segment.length > 0) sender.lastDataAt = time;
}

/** What the octets of data say of what their sender waits for. */
function octetsPass(verdict: Verdict, passing: Passing, sender: Half, receiver: Half): void {
  const { segment, time } = passing;
  const full = sender.full.passed(sized(segment));
  const isNew = segment.end > sender.max;
  if (isNew) newData(verdict, passing, sender, receiver, full);
  if (Number.isNaN(time)) return;
  sender.limits.passed({
    seq: segment.seq,
    end: segment.end,
    at: time,
    isNew,
    una: sender.una,
    isRecovering: sender.recovery !== null,
    full,
    windowIsKnown: receiver.windowIsKnown,
    isFar: receiver.roundTrips.minimum > 0,
    lag: receiver.roundTrips.minimum,
  });
}

/** Whether it is new, and what it is if not: `hole` or `range` is what it fills or repeats. */
function judge(
  verdict: Verdict,
  passing: Passing,
  sender: Half,
  receiver: Half,
  hole: Hole | null,
  range: SentRange | null,
): void {
  const { segment } = passing;
  const isBelow = segment.seq < sender.max;
  if (!isBelow && sender.damaged.touches(segment.seq, segment.end)) {
    verdict.mark = "retransmission";
    verdict.values["since"] = "after a copy whose checksum was wrong";
    verdict.add("retransmission");
  } else if (hole !== null && sender.damaged.touches(segment.seq, segment.end)) {
    againAfterDamage(verdict, hole.since, passing, sender, receiver);
  } else if (hole !== null) fillsHole(verdict, hole, passing, sender, receiver);
  else if (range !== null) passesAgain(verdict, range, passing, sender, receiver);
  else if (sender.missed.covers(segment.seq, Math.min(segment.end, sender.max))) {
    afterItsAck(verdict, passing, sender, receiver);
  } else if (isBelow && segment.seq === sender.una && segment.seq === sender.probed?.seq) {
    wasProbed(verdict, passing.time - sender.probed.at);
  } else if (isBelow) forgotten(verdict, segment, sender);
}

/** What has passed of it was damaged: it is sent again, as far as timers and ACKs tell why. */
function againAfterDamage(
  verdict: Verdict,
  since: number,
  passing: Passing,
  sender: Half,
  receiver: Half,
): void {
  verdict.mark = "retransmission";
  verdict.values["since"] = "after a copy whose checksum was wrong";
  addKind(verdict, passing, null, sender, receiver, since);
}

/** A window probe has brought it, and there was no room for it (RFC 9293 3.8.6.1). */
function wasProbed(verdict: Verdict, span: number): void {
  verdict.mark = "retransmission";
  verdict.values["since"] = `${spanText(span)} after a window probe that brought it`;
  verdict.add("retransmission-refused");
}

/** What is cut anew or merged may go on beyond what has been sent (RFC 9293 3.8.1). */
function withNewData(verdict: Verdict, sender: Half): void {
  verdict.values["newFrom"] = sender.max;
  verdict.add("with-new-data");
}

/** Notes the copy, and the hole that it leaves before it or fills. */
function remember(verdict: Verdict, passing: Passing, sender: Half): void {
  const { segment, time, frame, ipId, fingerprint } = passing;
  const { seq, end, timestampValue, hopLimit } = segment;
  const isCopy = verdict.mark === "retransmission" || verdict.codes[0] === "original-after-copy";
  if (isCopy && !verdict.codes.includes("lost-before-here")) {
    sender.log.cutAt(seq);
    sender.log.cutAt(end);
    for (const range of sender.log.within(seq, end)) {
      range.copies++;
      if (verdict.mark !== "retransmission") continue;
      Object.assign(range, {
        lastAt: time,
        lastFrame: frame,
        lastPackets: sender.packets,
        lastTimestamp: timestampValue,
        ipId,
        hopLimit,
        fingerprint,
      });
    }
  }
  noteHole(passing, sender);
  const isFiller = sender.holes.fill(seq, end) > 0;
  if (!isFiller && end <= sender.max) return;
  sender.log.add({
    seq: isFiller ? seq : Math.max(seq, sender.max),
    end,
    firstAt: time,
    lastAt: time,
    lastFrame: frame,
    lastPackets: sender.packets,
    // What was lost before here has been sent before: its acknowledgment gives no round trip.
    copies: verdict.mark === "retransmission" ? 2 : 1,
    isLate: verdict.codes[0] === "overtaken",
    doubles: 0,
    firstTimestamp: timestampValue,
    lastTimestamp: timestampValue,
    ipId,
    hopLimit,
    fingerprint,
    isProvedSpurious: false,
  });
}

/** What lies between the highest octet so far and this segment has not passed. */
function noteHole({ segment, time, ipId }: Passing, sender: Half): void {
  const { seq, timestampValue } = segment;
  if (seq > sender.max && sender.dataPackets > 0) {
    sender.holes.add({
      start: sender.max,
      end: seq,
      since: time,
      packets: sender.packets,
      idBefore: sender.ids.highest,
      idBehind: ipId,
      timestampBehind: timestampValue,
      signals: sender.signals,
    });
  }
}

/** RFC 9293 3.8.4, 3.8.6.1: keep-alives and window probes. */
function asks(verdict: Verdict, { segment, time }: Passing, sender: Half, receiver: Half): boolean {
  if ((segment.flags & (Flag.syn | Flag.fin)) !== 0 || segment.length > 1 || !receiver.hasAcked) return false;
  // What acknowledges less than was acknowledged before is old, and asks for nothing.
  if (segment.ack !== null && segment.ack < sender.ack) return false;
  const isClosed = receiver.window === 0;
  const isBefore = segment.seq === sender.una - 1 && segment.end <= sender.una;
  const isBeyond = isClosed && segment.length === 1 && segment.seq === sender.una;
  if (!isBefore && !isBeyond) return false;
  if (!isClosed && sender.flight > 0) return false;
  verdict.values["una"] = sender.una;
  verdict.values["peerWindow"] = Math.max(receiver.window, 0);
  sender.question = { kind: isClosed ? "window-probe" : "keep-alive", at: time };
  verdict.add(sender.question.kind);
  if (isBeyond) {
    sender.max = Math.max(sender.max, segment.end);
    sender.probed = { seq: segment.seq, at: time };
  }
  return true;
}

/** Below what is remembered: sent again, long after. */
function forgotten(verdict: Verdict, segment: SegmentRecord, sender: Half): void {
  verdict.mark = "retransmission";
  verdict.values["since"] = "long after it was acknowledged";
  verdict.add("retransmission");
  verdict.values["spurious"] = "{end} had been acknowledged long before";
  if (segment.end <= sender.una) verdict.add("not-needed");
}

function newData(
  verdict: Verdict,
  { segment }: Passing,
  sender: Half,
  receiver: Half,
  full: number | null,
): void {
  if (verdict.mark === null) verdict.add("new-data");
  if (sender.dataPackets > 0 && segment.seq > sender.max) {
    verdict.values["hole"] = segment.seq - sender.max;
    verdict.values["holeCause"] = sender.damaged.covers(sender.max, segment.seq)
      ? "what passed of it has a wrong checksum"
      : "lost, late, or missed by the capture";
    verdict.add("after-hole");
  }
  if (!receiver.windowIsKnown) return;
  const room = receiver.edge - segment.end;
  // Where nobody knows what a full segment is, only what takes all of the room is sure to use it up.
  if (room < 0 || room >= Math.min(full ?? 1, segment.length)) return;
  verdict.values["room"] = room;
  verdict.add("window-filled");
}
