/**
 * What an acknowledgment is to whoever has sent what it is for, known or inferred: live traces and captures go by the same
 * rules.
 *
 * @module
 */

import { Flag, Option } from "./core.ts";
import type { SegmentRecord, ViewRecord } from "./record.ts";
import { duplicateBlock } from "./sack.ts";

/** The sender's variables before the segment. */
export interface Awaiting {
  /** SND.UNA. */
  readonly una: number;
  /** Octets of the window that was announced last; null: not known. */
  readonly window: number | null;
  /** Whether something is outstanding. */
  readonly isOutstanding: boolean;
}

/**
 * RFC 5681 2: something is outstanding, and the segment has neither data nor SYN nor FIN nor another window. One that only
 * reports what came twice tells of no gap (RFC 2883 4).
 */
export function isDuplicateAck(segment: SegmentRecord, { una, window, isOutstanding }: Awaiting): boolean {
  if (!isOutstanding || segment.ack !== una || segment.end !== segment.seq) return false;
  if ((segment.flags & (Flag.syn | Flag.fin | Flag.rst)) !== 0 || segment.window !== window) return false;
  return duplicateBlock(segment) === null || segment.sackEdges.length > 2;
}

/** Whether a SYN permits SACK; it is agreed on where both do (RFC 2018 2). */
export function permitsSack({ options }: SegmentRecord): boolean {
  return (options & Option.selectiveAckPermitted) !== 0;
}

/** The same by what its receiver knew before. */
export function repeatsAck(segment: SegmentRecord, { sndUna, sndWnd, flight }: ViewRecord): boolean {
  return isDuplicateAck(segment, { una: sndUna, window: sndWnd, isOutstanding: (flight ?? 0) > 0 });
}

/**
 * Whether a window ends before `edge`: a scaled one may do so by less than its unit, without having been shrunk (RFC 7323
 * 2.4).
 */
export function withdraws(segment: SegmentRecord, edge: number): boolean {
  const { ack, window, rawWindow } = segment;
  if (ack === null) return false;
  return ack + window + (rawWindow === 0 ? 1 : window / rawWindow) <= edge;
}

/** Ticks from one timestamp to another: negative when the second is older. */
export function ticksBetween(from: number, to: number): number {
  return to - from | 0;
}
