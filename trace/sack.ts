/**
 * SACK blocks: which of them tell what lies beyond a gap, and which that something came twice (RFC 2883 4).
 *
 * @module
 */

import type { SegmentRecord } from "./record.ts";

/** The first block when it reports a duplicate: left and right edge; null when it does not. */
export function duplicateBlock({ sackEdges, ack }: SegmentRecord): readonly number[] | null {
  const [left, right, outerLeft, outerRight] = sackEdges;
  if (left === undefined || right === undefined || ack === null) return null;
  const isBelow = right <= ack;
  const isInside = outerLeft !== undefined && outerRight !== undefined && outerLeft <= left &&
    right <= outerRight;
  return isBelow || isInside ? [left, right] : null;
}

/** The edges of the blocks that tell what was received beyond a gap. */
export function reportedBlocks(segment: SegmentRecord): readonly number[] {
  return duplicateBlock(segment) === null ? segment.sackEdges : segment.sackEdges.slice(2);
}
