/**
 * Cuts a segment of several times the MSS into those that go onto the wire, for devices that do not do it themselves.
 *
 * @module
 */

import { Flag, Segment } from "../base/segment.ts";
import { seqAdd } from "../base/seq.ts";

/**
 * The wire segments of one long segment, one after another, in one record that is reused. What it lends is the long
 * segment's.
 */
export class SegmentCutter {
  /** The segment at hand. */
  readonly piece: Segment = new Segment();
  #whole: Segment | null = null;
  /** Octets of payload before the piece at hand. */
  #offset = 0;

  /** Begins with `whole`, whose `segmentSize` is not 0; the first piece is at hand. */
  begin(whole: Segment): void {
    this.#whole = whole;
    this.#offset = 0;
    copyHeader(whole, this.piece);
    this.#lendPayload(whole);
  }

  /** Goes on to the next piece. @returns false: there was none */
  next(): boolean {
    const whole = this.#whole;
    if (whole === null) return false;
    this.#offset += whole.segmentSize;
    if (this.#offset >= whole.payload.length) {
      this.#whole = null;
      return false;
    }
    this.#lendPayload(whole);
    return true;
  }

  #lendPayload(whole: Segment): void {
    const { piece } = this;
    const offset = this.#offset;
    const length = Math.min(whole.segmentSize, whole.payload.length - offset);
    const isLast = offset + length === whole.payload.length;
    piece.seq = seqAdd(whole.seq, offset);
    // FIN and PSH belong to the last octet, CWR goes once (RFC 3168 6.1.2), the urgent pointer counts from each number.
    piece.flags = isLast ? whole.flags : whole.flags & ~(Flag.fin | Flag.psh);
    if (offset > 0) piece.flags &= ~Flag.cwr;
    piece.urgentPointer = Math.max(0, whole.urgentPointer - offset);
    if (piece.urgentPointer === 0) piece.flags &= ~Flag.urg;
    piece.payload.setPart(whole.payload, offset, length);
  }
}

function copyHeader(whole: Segment, piece: Segment): void {
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
  piece.window = whole.window;
  piece.options = whole.options;
  piece.timestampValue = whole.timestampValue;
  piece.timestampEcho = whole.timestampEcho;
  piece.sackBlockCount = whole.sackBlockCount;
  for (let i = 0; i < 2 * whole.sackBlockCount; i++) piece.sackEdges[i] = whole.sackEdges[i] as number;
}
