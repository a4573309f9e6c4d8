/**
 * The fixed part of the TCP header, RFC 9293 3.1.
 *
 * @module
 */

import type { Segment } from "../base/segment.ts";
import * as seq from "../base/seq.ts";
import * as words from "./octets.ts";

// Bound here: what is imported is looked up at each use (tests/bench/profiles/core.md).
const { seqNumber, seqToInt32 } = seq;
const { int32At, octetAt, putInt32, putUint16, uint16At } = words;

const SOURCE_PORT_OFFSET = 0;
const DESTINATION_PORT_OFFSET = 2;
const SEQUENCE_OFFSET = 4;
const ACKNOWLEDGMENT_OFFSET = 8;
/** Data offset, three reserved bits, and the nine control bits from AE down. */
const DATA_OFFSET_AND_FLAGS_OFFSET = 12;
const WINDOW_OFFSET = 14;
const URGENT_POINTER_OFFSET = 18;

/** Where the checksum field stands in the header. */
export const TCP_CHECKSUM_OFFSET = 16;

/** Octets of the header without options. */
export const TCP_HEADER_LENGTH = 20;

const WORD_OCTETS = 4;
const DATA_OFFSET_SHIFT = 12;
const FLAG_BITS = 0x1ff;

/** Octets of the header that starts at `at`, options included, as its data offset has it: 0 to 60. */
export function tcpHeaderLength(octets: Uint8Array, at: number): number {
  return (octetAt(octets, at + DATA_OFFSET_AND_FLAGS_OFFSET) >> 4) * WORD_OCTETS;
}

/** Reads the fixed part, of which all 20 octets are there, into `out`. Reserved bits are ignored (RFC 9293 3.1). */
export function decodeHeader(octets: Uint8Array, at: number, out: Segment): void {
  out.sourcePort = uint16At(octets, at + SOURCE_PORT_OFFSET);
  out.destinationPort = uint16At(octets, at + DESTINATION_PORT_OFFSET);
  out.seq = seqNumber(int32At(octets, at + SEQUENCE_OFFSET));
  out.ack = seqNumber(int32At(octets, at + ACKNOWLEDGMENT_OFFSET));
  out.flags = uint16At(octets, at + DATA_OFFSET_AND_FLAGS_OFFSET) & FLAG_BITS;
  out.window = uint16At(octets, at + WINDOW_OFFSET);
  out.urgentPointer = uint16At(octets, at + URGENT_POINTER_OFFSET);
}

/**
 * Writes the fixed part at `at` for a header of `headerLength` octets in all; the checksum field becomes 0. The
 * acknowledgment and the urgent pointer are written whether or not their flags are set.
 */
export function encodeHeader(segment: Segment, headerLength: number, into: Uint8Array, at: number): void {
  putUint16(into, at + SOURCE_PORT_OFFSET, segment.sourcePort);
  putUint16(into, at + DESTINATION_PORT_OFFSET, segment.destinationPort);
  putInt32(into, at + SEQUENCE_OFFSET, seqToInt32(segment.seq));
  putInt32(into, at + ACKNOWLEDGMENT_OFFSET, seqToInt32(segment.ack));
  const dataOffset = headerLength / WORD_OCTETS << DATA_OFFSET_SHIFT;
  putUint16(into, at + DATA_OFFSET_AND_FLAGS_OFFSET, dataOffset | segment.flags & FLAG_BITS);
  putUint16(into, at + WINDOW_OFFSET, segment.window);
  putUint16(into, at + TCP_CHECKSUM_OFFSET, 0);
  putUint16(into, at + URGENT_POINTER_OFFSET, segment.urgentPointer);
}
