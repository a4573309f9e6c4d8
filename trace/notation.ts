/**
 * The notation for segments, the same in every output: `seq 1..29 ack 1 win 131072 len 29`.
 *
 * @module
 */

import { Flag } from "./core.ts";
import { rangeText, sequenceText } from "./format.ts";
import { isAbsolute } from "./absolute.ts";
import type { ConnectionRecord, SegmentRecord, ViewRecord } from "./record.ts";

/** What it means. */
export const LEGEND: readonly (readonly [notation: string, meaning: string])[] = [
  ["seq 1..29", "The segment takes up sequence numbers 1 to 29; SYN and FIN take one each."],
  ["seq 30", "It takes up number 30 alone, or none: then 30 is the next that its sender would use."],
  ["ack 30", "Its sender has everything before 30, and expects 30 next."],
  ["win 131072", "So many octets, counted from ack, its sender has room for, scaled as agreed in the SYNs."],
  ["win 509×?", "The header's own field, where a capture does not have the SYNs that tell its scale."],
  ["len 29", "Octets of data in it; left out when there are none."],
  ["sack 40..49", "Beyond a gap its sender has 40 to 49 as well."],
  ["mss 1460 …", "The capture has not kept the options that follow."],
  ["ts 7:5", "The sender's clock reads 7, and 5 is the last reading that it had from the other side."],
  [
    "0.020124",
    "Seconds since the first SYN, on the wire. Lines stand in the order in which the program took note, each cause before its effects: what arrived while something else was being sent has an earlier time than the line above it.",
  ],
  ["──✗, --X", "In a ladder, an arrow that ends on its way with a cross: the segment is known to be lost."],
  [
    "──?, --?",
    "The segment is presumed lost: nothing tells that it arrived, and it was sent again or given up.",
  ],
  [
    "--absolute",
    "Numbers count from each side's initial sequence number, which is 0; this shows the header's own.",
  ],
];

/** The numbers of a segment: `seq 1..29 ack 1 win 131072 len 29`; `windowIsRaw`: its scale is not known. */
export function numbersText(segment: SegmentRecord, windowIsRaw = false): string {
  return [seqText(segment), ackText(segment), windowText(segment, windowIsRaw), lengthText(segment)]
    .filter((text) => text !== "").join(" ");
}

/** `seq 1..29`. */
export function seqText(segment: SegmentRecord): string {
  return `seq ${rangeText(segment.seq, segment.end)}`;
}

/** `ack 30`; nothing without the ACK flag. */
export function ackText(segment: SegmentRecord): string {
  return segment.ack === null ? "" : `ack ${sequenceText(segment.ack)}`;
}

/** Whether a window is of a scale that is not known, as those of its connection are; SYNs have none (RFC 7323 2.2). */
export function windowIsRaw({ flags, rawWindow }: SegmentRecord, isRaw: boolean): boolean {
  return isRaw && rawWindow > 0 && (flags & Flag.syn) === 0;
}

/** The variables without windows of which only the header's fields are known. */
export function knownView(view: ViewRecord, connection: ConnectionRecord | null): ViewRecord {
  if (connection?.windowsAreRaw !== true) return view;
  return { ...view, sndWnd: view.sndWnd === 0 ? 0 : null, rcvWnd: view.rcvWnd === 0 ? 0 : null };
}

/** `win 131072`, or the header's own field, with `×?` where it should be scaled; and the urgent pointer with URG. */
export function windowText(segment: SegmentRecord, isRaw: boolean): string {
  const urgent = (segment.flags & Flag.urg) !== 0 ? ` urg ${segment.urgentPointer}` : "";
  if (isAbsolute(segment.seq)) return `win ${segment.rawWindow}${urgent}`;
  return `win ${windowIsRaw(segment, isRaw) ? `${segment.rawWindow}×?` : segment.window}${urgent}`;
}

/** `len 29`; nothing without data. */
export function lengthText(segment: SegmentRecord): string {
  return segment.length === 0 ? "" : `len ${segment.length}`;
}
