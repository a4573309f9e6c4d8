/**
 * What a segment of a capture is by its flags, numbers and options, beside what has passed of both ends.
 *
 * @module
 */

import { ticksBetween } from "../../trace/acknowledging.ts";
import { Flag, Option, seqDistance, type SeqNumber } from "../../trace/core.ts";
import type { SegmentRecord } from "../../trace/record.ts";
import { SOON_CAPTURED } from "./copies.ts";
import { FARTHEST, type Half } from "./half.ts";
import type { Passing } from "./verdict.ts";

/** Whether an ACK is for no more than a capture may have missed from a number on. */
export function isShortlyAfter(ack: SeqNumber, seq: SeqNumber): boolean {
  const distance = seqDistance(seq, ack);
  return distance >= 0 && distance < FARTHEST;
}

/** RFC 7323 3.2: where both SYNs have timestamps, all segments but RSTs are to. */
export function lacksTimestamp(
  { segment, hasAllOptions }: Passing,
  { local, remote }: { readonly local: Half; readonly remote: Half },
): boolean {
  if ((segment.options & Option.timestamps) !== 0 || !hasAllOptions) return false;
  return [local, remote].every(({ syn }) => ((syn?.options ?? 0) & Option.timestamps) !== 0);
}

/** RFC 7323 5.3, R1: a receiver drops what is older than what it has taken in order. */
export function hasOlderTimestamp({ options, timestampValue }: SegmentRecord, { timestamps }: Half): boolean {
  const { latest } = timestamps;
  return (options & Option.timestamps) !== 0 && latest !== null && ticksBetween(latest, timestampValue) < 0;
}

/** Whether it has something in the place of the SYN, which an octet of a keep-alive may have (RFC 9293 3.8.4). */
export function isBeforeFirst({ flags, seq, end, length }: SegmentRecord): boolean {
  const isEmpty = (flags & Flag.fin) === 0 && length <= 1;
  return (flags & Flag.syn) === 0 && end <= 1 && end > seq && !isEmpty;
}

/** Whether a SYN acknowledges something else than the receiver's own, which is all that it has sent (RFC 9293 3.10.7.3, first). */
export function answersOtherSyn({ flags, ack }: SegmentRecord, receiver: Half): boolean {
  return (flags & Flag.syn) !== 0 && ack !== null && receiver.isUnanswered &&
    (ack <= 0 || ack > receiver.max);
}

/**
 * Whether a segment lies farther beyond what has passed than any window reaches. Two that agree show that the capture has a
 * gap as wide.
 */
export function isFar(seq: number, sender: Half): boolean {
  if (sender.packets === 0 || seq <= sender.max + FARTHEST) return false;
  return !sender.agrees(seq);
}

/** Whether a segment without data is the packet before once more: ACKs may well be alike, unless all is captured twice. */
export function isRepeatedAck(
  { segment, time, ipId, fingerprint }: Passing,
  sender: Half,
  doublesAll: boolean,
): boolean {
  if (segment.end !== segment.seq || sender.packets === 0 || fingerprint !== sender.lastFingerprint) {
    return false;
  }
  if (sender.ids.areCounted && ipId > 0) return ipId === sender.lastIpId;
  return doublesAll && time - sender.lastAt < SOON_CAPTURED;
}
