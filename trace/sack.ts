/**
 * SACK blocks: which of them tell what lies beyond a gap, and which that something came twice (RFC 2883 4).
 *
 * @module
 */

import type { SegmentRecord } from "./record.ts";
import { counted } from "./syn_agreement.ts";

/** The first block when it reports a duplicate: left and right edge; null when it does not. */
export function duplicateBlock(segment: SegmentRecord): readonly number[] | null {
  const { ack } = segment;
  const [left, right, outerLeft, outerRight] = counted(segment).sackEdges;
  if (left === undefined || right === undefined || ack === null || right <= left) return null;
  const isBelow = right <= ack;
  const isInside = outerLeft !== undefined && outerRight !== undefined && outerLeft <= left &&
    right <= outerRight;
  return isBelow || isInside ? [left, right] : null;
}

/** The edges of the blocks that tell what was received beyond a gap: a block without octets tells nothing (RFC 2018 3). */
export function reportedBlocks(segment: SegmentRecord): readonly number[] {
  const from = duplicateBlock(segment) === null ? 0 : 2;
  return blocksFrom(segment, from, (left, right) => right > left && right > (segment.ack ?? -Infinity));
}

/** The edges of the blocks that end where they begin, or before: they tell nothing. */
export function emptyBlocks(segment: SegmentRecord): readonly number[] {
  return blocksFrom(segment, 0, (left, right) => right <= left);
}

/** Whether blocks tell of octets that were not sent to their sender: those from `sndMax` on. */
export function reportsUnsent(segment: SegmentRecord, sndMax: number): boolean {
  return reportedBlocks(segment).some((edge) => edge > sndMax);
}

/** Whether a block tells of octets beyond the gap that were sent to its sender: they end before `sndMax`. */
export function reportsSent(segment: SegmentRecord, sndMax: number): boolean {
  return reportedBlocks(segment).some((edge, i) => i % 2 === 1 && edge <= sndMax);
}

function blocksFrom(
  segment: SegmentRecord,
  from: number,
  is: (left: number, right: number) => boolean,
): readonly number[] {
  const edges = counted(segment).sackEdges;
  return edges.filter((_edge, i) => {
    const left = i - i % 2;
    return i >= from && is(edges[left] as number, edges[left + 1] as number);
  });
}
