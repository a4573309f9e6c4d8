/**
 * What an acknowledgment says, with its window and its SACK blocks, to somebody who has seen what it is for.
 *
 * @module
 */

import { Flag } from "../../trace/core.ts";
import { spanText } from "../../trace/format.ts";
import { isDuplicateAck, permitsSack, ticksBetween, withdraws } from "../../trace/acknowledging.ts";
import type { SegmentRecord, WindowAge } from "../../trace/record.ts";
import { duplicateBlock, reportedBlocks } from "../../trace/sack.ts";
import { FARTHEST, type Half } from "./half.ts";
import { idDistance } from "./packet_ids.ts";
import type { Passing, Verdict } from "./verdict.ts";

/** Takes in the acknowledgment of a segment of `sender`, for what `other` has sent. */
export function takeAck(verdict: Verdict, passing: Passing, sender: Half, other: Half): void {
  const { segment, time } = passing;
  const { ack } = segment;
  if (ack === null) return;
  if (ack > other.max + FARTHEST && !other.agrees(ack)) return verdict.add("out-of-place");
  if (isDoubtful(ack, sender, other)) {
    verdict.values["edge"] = sender.edge;
    return verdict.add("ack-beyond-window");
  }
  const before = other.una;
  const isFirst = !sender.hasAcked;
  const isDuplicate = repeats(segment, sender, other);
  const latest = sender.ack;
  sender.hasAcked = true;
  if (ack > sender.ack || isFirst) sender.ack = ack;
  const isBeyond = ack > other.max;
  if (isBeyond) beyondWhatPassed(verdict, passing, other, isFirst);
  const isAnswer = answersQuestion(verdict, passing, sender, other);
  if (ack > before) advance(verdict, passing, sender, other, isFirst, isBeyond);
  else if (ack < before && !isFirst) behind(verdict, ack, latest);
  else if (isDuplicate && !isAnswer) duplicate(verdict, passing, sender, other);
  other.lastAckAt = time;
  takeSack(verdict, passing, other);
  takeWindow(verdict, passing, sender, other);
}

/**
 * Whether it is for more than its sender's window has let the other end send, and nothing has shown yet that the capture has
 * missed so much: what was never sent nobody can acknowledge (RFC 9293 3.10.7.4, fifth).
 */
function isDoubtful(ack: number, sender: Half, other: Half): boolean {
  const { doubtedAck } = sender;
  // A FIN needs no room.
  const isBeyond = sender.windowIsKnown && ack > other.max && ack > sender.edge + 1;
  sender.doubtedAck = isBeyond && sender.hasAcked ? ack : Infinity;
  return sender.doubtedAck < doubtedAck;
}

/** In a capture that begins in the middle, what was sent before it is acknowledged for the first time, too. */
function behind(verdict: Verdict, ack: number, latest: number): void {
  if (ack > latest) {
    verdict.values["newly"] = ack - latest;
    return verdict.add("new-ack");
  }
  if (ack === latest) return;
  verdict.values["acknowledged"] = latest;
  verdict.add("old-ack-seen");
}

/** The same ACK again. What was sent into a window that has closed is refused: that says nothing of a gap. */
function duplicate(
  verdict: Verdict,
  { segment, hasAllOptions }: Passing,
  sender: Half,
  other: Half,
): void {
  if (segment.window === 0) {
    verdict.values["cause"] = "its window is closed, so that it takes nothing from there on";
    return verdict.add("repeated-ack-seen");
  }
  other.dupAcks++;
  other.signals++;
  verdict.values["nth"] = other.dupAcks;
  const reportsNone = hasAllOptions && agreesOnSack(sender, other) && reportedBlocks(segment).length === 0;
  if (!reportsNone) return verdict.add("duplicate-ack-seen");
  verdict.values["cause"] =
    "without a SACK block of anything beyond, it does not say that any of that has arrived";
  verdict.add("repeated-ack-seen");
}

function agreesOnSack(one: Half, other: Half): boolean {
  return [one, other].every(({ syn }) => syn !== null && permitsSack(syn));
}

/** What the other end has sent, and the capture has not. */
function beyondWhatPassed(verdict: Verdict, passing: Passing, other: Half, isFirst: boolean): void {
  const ack = passing.segment.ack as number;
  const missed = ack - other.max;
  // A SYN whose answer stands before it in the file.
  if ((passing.segment.flags & Flag.syn) !== 0 && other.packets === 0) {
    other.missed.add(0, ack);
    other.missedAt = passing.time;
  }
  if (!isFirst && other.dataPackets > 0) gap(verdict, other, passing.time, other.max, ack, missed);
  other.max = ack;
}

function gap(verdict: Verdict, other: Half, time: number, from: number, to: number, missed: number): void {
  other.missed.add(from, to);
  other.missedAt = time;
  verdict.values["missed"] = missed;
  verdict.values["missedFrom"] = from;
  verdict.values["missedTo"] = to - 1;
  verdict.add("capture-gap");
}

/** `isBeyond`: it covers what has not passed here, and may answer that. */
function advance(
  verdict: Verdict,
  passing: Passing,
  sender: Half,
  other: Half,
  isFirst: boolean,
  isBeyond: boolean,
): void {
  const { segment, time } = passing;
  const ack = segment.ack as number;
  const { una } = other;
  const holeStart = other.holes.first;
  const missed = other.holes.fill(-Infinity, ack);
  if (missed > 0) {
    gap(verdict, other, time, holeStart ?? una, Math.min((holeStart ?? una) + missed, ack), missed);
  }
  const oldest = other.log.oldest;
  const isRepeated = oldest !== null && oldest.copies > 1 && oldest.end <= ack;
  if (isRepeated) proveByTimestamp(verdict, segment, oldest, time);
  const covered = other.log.acknowledge(ack);
  if (covered !== null && covered.end > una && !isBeyond) other.roundTrips.sample(time - covered.firstAt);
  other.una = ack;
  if (other.tooBig !== null && ack > other.tooBig.seq) other.tooBig = null;
  other.dupAcks = 0;
  other.sacked.removeBefore(ack);
  if (other.recovery !== null && ack >= other.recovery.point) other.recovery = null;
  if ((segment.flags & Flag.syn) !== 0) return;
  const isOfSyn = una === 0 && (other.hasSyn || sender.hasSyn);
  const newly = ack - una - (isOfSyn ? 1 : 0);
  if (ack >= other.finEnd && una < other.finEnd) verdict.add("ack-of-fin");
  else if (isOfSyn && newly === 0) {
    verdict.add(sender.hasSyn && sender.una === 0 ? "acknowledges-handshake" : "handshake-done");
  } else if (!isFirst || other.packets > 0 || isOfSyn) {
    verdict.values["newly"] = newly;
    verdict.add("new-ack");
  }
}

/** RFC 3522 3.2: the first ACK after the retransmission echoes the timestamp of the original. */
function proveByTimestamp(
  verdict: Verdict,
  segment: SegmentRecord,
  range: NonNullable<Half["log"]["oldest"]>,
  time: number,
): void {
  const { timestampEcho } = segment;
  if (timestampEcho === 0 || range.isProvedSpurious || range.firstTimestamp === range.lastTimestamp) return;
  if (ticksBetween(range.lastTimestamp, timestampEcho) >= 0) return;
  if (ticksBetween(range.firstTimestamp, timestampEcho) < 0) return;
  range.isProvedSpurious = true;
  provedSpurious(verdict, range, time, "the ACK echoes the timestamp of the first copy");
}

function provedSpurious(
  verdict: Verdict,
  { seq, end, lastFrame, lastAt }: NonNullable<Half["log"]["oldest"]>,
  time: number,
  proof: string,
): void {
  verdict.values["repeated"] = end - seq > 1 ? "{repeatedFrom} to {repeatedTo}" : "{repeatedFrom}";
  verdict.values["repeatedFrom"] = seq;
  verdict.values["repeatedTo"] = end - 1;
  verdict.values["repeatedSince"] = `${spanText(time - lastAt)} ago, frame ${lastFrame},`;
  verdict.values["spurious"] = proof;
  verdict.add("spurious");
}

/** Where nothing of the other end passes here, nobody knows what is outstanding: SACK blocks show that something is. */
function repeats(segment: SegmentRecord, sender: Half, other: Half): boolean {
  if (!sender.hasAcked) return false;
  const isOutstanding = other.dataPackets > 0 ? other.flight > 0 : segment.sackEdges.length > 0;
  return isDuplicateAck(segment, { una: other.una, window: sender.window, isOutstanding });
}

/** An answer to a keep-alive or a window probe is no duplicate ACK: nothing has arrived out of order. */
function answersQuestion(verdict: Verdict, { segment, time }: Passing, sender: Half, other: Half): boolean {
  const { question } = other;
  // What asks itself answers nothing.
  const asksItself = verdict.codes.includes("keep-alive") || verdict.codes.includes("window-probe");
  if (question === null || segment.end !== segment.seq || asksItself) return false;
  other.question = null;
  if (segment.ack !== other.una) return false;
  verdict.values["since"] = `${spanText(time - question.at)} before`;
  verdict.values["windowNow"] = windowText(segment.window, sender);
  verdict.add(question.kind === "keep-alive" ? "keep-alive-answer" : "window-probe-answer");
  return true;
}

function takeSack(verdict: Verdict, { segment, time, hasAllOptions }: Passing, other: Half): void {
  const { sackEdges, ack } = segment;
  // A block that was cut off may have asked for what is missing.
  if (!hasAllOptions && other.holes.first !== null) other.signals++;
  if (sackEdges.length < 2 || ack === null) return;
  const twice = duplicateBlock(segment);
  const isTwice = twice !== null;
  // Before the first number nothing can have arrived.
  if (isTwice && ((twice[0] as number) >= 0 || !other.hasSyn)) {
    takeTwice(verdict, twice[0] as number, twice[1] as number, other, time);
  }
  let added = false;
  let missedFrom = -1;
  let missed = 0;
  for (let i = isTwice ? 2 : 0; i + 1 < sackEdges.length; i += 2) {
    const [start, end] = [sackEdges[i] as number, sackEdges[i + 1] as number];
    if (end <= start || end <= ack || end > other.max + FARTHEST) continue;
    if (!other.sacked.covers(start, end)) added = true;
    other.sacked.add(Math.max(start, ack), end);
    const hole = other.holes.find(start, end);
    const filled = other.holes.fill(start, end);
    if (filled > 0 && missed === 0) missedFrom = Math.max(hole?.start ?? start, start);
    missed += filled;
  }
  if (missed > 0) gap(verdict, other, time, missedFrom, missedFrom + missed, missed);
  if (added && !verdict.codes.includes("duplicate-ack-seen")) other.signals++;
  if (reportedBlocks(segment).length > 0) verdict.add("sack-seen");
}

function takeTwice(verdict: Verdict, left: number, right: number, other: Half, time: number): void {
  verdict.add("d-sack");
  const range = other.log.find(left, right);
  if (range === null || range.copies < 2 || range.isProvedSpurious || range.doubles > 0) return;
  range.isProvedSpurious = true;
  provedSpurious(verdict, range, time, "D-SACK says that the first copy had arrived, too");
}

function takeWindow(verdict: Verdict, passing: Passing, sender: Half, other: Half): void {
  const { segment, time } = passing;
  const { window, ack } = segment;
  const before = sender.window;
  const age = windowAge(passing, sender);
  if (ack === null || ack < sender.ack || age === "older") return;
  sender.window = window;
  const edge = ack + window;
  const isSyn = (segment.flags & Flag.syn) !== 0;
  if (before >= 0 && !isSyn) windowChange(verdict, segment, sender, before, edge, time, age);
  if (window === 0 && sender.windowZeroSince < 0 && (segment.flags & Flag.rst) === 0) {
    sender.windowZeroSince = time;
  }
  if (window > 0 && sender.windowZeroSince >= 0) {
    sender.closedFor += time - sender.windowZeroSince;
    sender.reopenedAt = time;
    sender.windowZeroSince = -1;
  }
  sender.edge = Math.max(sender.edge, edge);
  sender.lastEdge = edge;
  if (!Number.isNaN(time)) other.limits.acknowledged(ack, edge, window, time);
}

/** Segments with the same numbers may have changed places: identifications tell where they are counted up. */
function windowAge({ segment, ipId, time }: Passing, sender: Half): WindowAge {
  const age = sender.windows.take(segment);
  const { windowIpId, windowAt, ids } = sender;
  if (age === "older") return age;
  const isOrdered = ipId >= 0 && windowIpId >= 0 && ids.tellOrder(time - windowAt);
  if (age === "same" && isOrdered && idDistance(windowIpId, ipId) < 0) return "older";
  sender.windowIpId = ipId;
  sender.windowAt = time;
  return age === "same" && isOrdered ? "newer" : age;
}

function windowText(window: number, { windowIsKnown }: Half): string {
  return windowIsKnown || window === 0 ? `${window} octets` : `${window} units of a size not known`;
}

function changedWindow(
  verdict: Verdict,
  code: "window-reopened" | "window-update",
  before: number,
  now: number,
  sender: Half,
): void {
  verdict.values["windowBefore"] = windowText(before, sender);
  verdict.values["windowNow"] = windowText(now, sender);
  verdict.add(code);
}

function windowChange(
  verdict: Verdict,
  segment: SegmentRecord,
  sender: Half,
  before: number,
  edge: number,
  time: number,
  age: WindowAge,
): void {
  if ((segment.flags & Flag.rst) !== 0) return;
  const { window } = segment;
  if (window === 0) {
    if (before > 0) verdict.add("window-zero");
  } else if (before === 0) {
    verdict.values["closedFor"] = Math.max(time - sender.windowZeroSince, 0);
    changedWindow(verdict, "window-reopened", before, window, sender);
  } else if (window > before && verdict.codes.length === 0 && segment.end === segment.seq) {
    changedWindow(verdict, "window-update", before, window, sender);
  }
  if (sender.windowIsKnown && withdraws(segment, sender.lastEdge)) {
    verdict.values["edge"] = edge;
    verdict.values["edgeBefore"] = sender.lastEdge;
    verdict.add(age === "newer" ? "window-withdrawn" : "window-smaller");
  }
}
