/**
 * Copies of the core's reused records, made while they may be read.
 *
 * @module
 */

import { Flag, formatEndpoint, Option, type Segment, seqNumber, seqToUint32 } from "./core.ts";
import { timestampToUint32 } from "./core.ts";
import type { Numbering } from "./numbering.ts";
import { otherOptionsText } from "./other_options.ts";
import type { SegmentRecord } from "./record.ts";
import type { Numberings } from "./view.ts";

/** Which way a segment went. */
export type Direction = "sent" | "arrived";

/** How much of each segment is copied. */
export interface CopyLimits {
  /** Octets of payload kept with each event; 0: none. */
  readonly excerpt: number;
}

const NO_EDGES: readonly number[] = [];
const ADDRESS_LENGTH = { 4: 4, 6: 16 } as const;

/** A copy of the segment, numbered as its connection counts; without a connection, by the header's own numbers. */
export function copySegment(
  segment: Segment,
  direction: Direction,
  track: Numberings | null,
  windowShift: number,
  header: Uint8Array | null,
  limits: CopyLimits,
): SegmentRecord {
  const sender = track === null ? null : direction === "sent" ? track.own : track.peer;
  const receiver = track === null ? null : direction === "sent" ? track.peer : track.own;
  const { options } = segment;
  const rawSeq = seqToUint32(segment.seq);
  const rawAck = seqToUint32(segment.ack);
  const seq = sender === null ? rawSeq : sender.relative(segment.seq);
  const shift = segment.has(Flag.syn) ? 0 : windowShift;
  const record = {
    family: segment.family,
    source: track === null ? endpointText(segment, "source") : null,
    destination: track === null ? endpointText(segment, "destination") : null,
    rawSeq,
    rawAck,
    seq,
    end: seq + segment.sequenceLength,
    ack: segment.has(Flag.ack) ? (receiver === null ? rawAck : receiver.relative(segment.ack)) : null,
    flags: segment.flags,
    rawWindow: segment.window,
    window: segment.window << shift,
    urgentPointer: segment.urgentPointer,
    // Values of options that are not there are left over from another segment.
    options,
    maximumSegmentSize: (options & Option.maximumSegmentSize) === 0 ? 0 : segment.maximumSegmentSize,
    windowScale: (options & Option.windowScale) === 0 ? 0 : segment.windowScale,
    timestampValue: (options & Option.timestamps) === 0 ? 0 : timestampToUint32(segment.timestampValue),
    timestampEcho: (options & Option.timestamps) === 0 ? 0 : timestampToUint32(segment.timestampEcho),
    userTimeout: (options & Option.userTimeout) === 0 ? 0 : segment.userTimeout,
    sackEdges: segment.sackBlockCount === 0 ? NO_EDGES : copyEdges(segment, receiver),
    length: segment.payload.length,
    segmentSize: segment.segmentSize,
    ecn: segment.ecn,
    dscp: segment.dscp,
    hopLimit: segment.hopLimit,
    header,
    excerpt: limits.excerpt === 0 ? null : copyExcerpt(segment, limits.excerpt),
  };
  const otherOptions = otherOptionsText(segment);
  return otherOptions === "" ? record : { ...record, otherOptions };
}

/** One end of a segment as text: `192.0.2.1:80`. */
export function endpointText(segment: Segment, end: "source" | "destination"): string {
  const offset = end === "source" ? segment.sourceOffset : segment.destinationOffset;
  const octets = segment.addresses.slice(offset, offset + ADDRESS_LENGTH[segment.family]);
  const port = end === "source" ? segment.sourcePort : segment.destinationPort;
  if (octets.length !== ADDRESS_LENGTH[segment.family]) return `?:${port}`;
  return formatEndpoint({ address: { family: segment.family, octets }, port });
}

/** SACK blocks count what the segment's receiver has sent. */
function copyEdges(segment: Segment, receiver: Numbering | null): readonly number[] {
  const edges: number[] = [];
  for (let i = 0; i < 2 * segment.sackBlockCount; i++) {
    const edge = seqNumber(segment.sackEdges[i] ?? 0);
    edges.push(receiver === null ? seqToUint32(edge) : receiver.relative(edge));
  }
  return edges;
}

function copyExcerpt(segment: Segment, most: number): Uint8Array {
  const length = Math.min(most, segment.payload.length);
  const excerpt = new Uint8Array(length);
  const first = Math.min(length, segment.payload.firstPartLength);
  excerpt.set(segment.payload.octets.subarray(segment.payload.offset, segment.payload.offset + first));
  if (first < length) excerpt.set(segment.payload.octets.subarray(0, length - first), first);
  return excerpt;
}
