/**
 * What a device with segmentation offload does: cuts one long segment into those that go onto the wire.
 *
 * @module
 */

import { Flag, Segment, seqAdd } from "../tcp/mod.ts";

/** The segments of `segmentSize` octets that `whole` stands for, in order, each with a payload of its own. */
export function cutSegment(whole: Segment): readonly Segment[] {
  const payload = new Uint8Array(whole.payload.length);
  whole.payload.copyTo(payload, 0);
  const pieces: Segment[] = [];
  for (let offset = 0; offset < payload.length; offset += whole.segmentSize) {
    const length = Math.min(whole.segmentSize, payload.length - offset);
    const isLast = offset + length === payload.length;
    const piece = headerOf(whole);
    piece.seq = seqAdd(whole.seq, offset);
    if (!isLast) piece.flags &= ~(Flag.fin | Flag.psh);
    if (offset > 0) piece.flags &= ~Flag.cwr;
    if (piece.has(Flag.urg)) {
      piece.urgentPointer = Math.max(0, whole.urgentPointer - offset);
      if (piece.urgentPointer === 0) piece.flags &= ~Flag.urg;
    }
    piece.payload.set(payload, offset, length);
    pieces.push(piece);
  }
  return pieces;
}

function headerOf(whole: Segment): Segment {
  const piece = new Segment();
  piece.family = whole.family;
  piece.addresses = whole.addresses;
  piece.sourceOffset = whole.sourceOffset;
  piece.destinationOffset = whole.destinationOffset;
  piece.ecn = whole.ecn;
  piece.dscp = whole.dscp;
  piece.hopLimit = whole.hopLimit;
  piece.sourcePort = whole.sourcePort;
  piece.destinationPort = whole.destinationPort;
  piece.ack = whole.ack;
  piece.flags = whole.flags;
  piece.window = whole.window;
  piece.options = whole.options;
  piece.timestampValue = whole.timestampValue;
  piece.timestampEcho = whole.timestampEcho;
  piece.sackBlockCount = whole.sackBlockCount;
  piece.sackEdges.set(whole.sackEdges);
  return piece;
}
