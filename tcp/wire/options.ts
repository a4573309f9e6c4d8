/**
 * The options of the TCP header: RFC 9293 3.2, RFC 7323 (window scale, timestamps), RFC 2018 (SACK), RFC 5482 (user
 * timeout).
 *
 * Read in any order and in any segment (MUST-5, MUST-64), written in the order of a common system. Of an option that
 * comes twice the last one counts.
 *
 * @module
 */

import type { DropReason } from "../base/observer.ts";
import { Flag, MAX_SACK_BLOCKS, Option, type Segment } from "../base/segment.ts";
import { timestamp, timestampToInt32 } from "../base/seq.ts";
import { int32At, octetAt, putInt32, putUint16, uint16At } from "./octets.ts";

/** Kinds of option, as IANA lists them. */
export const OptionKind = {
  endOfList: 0,
  noOperation: 1,
  maximumSegmentSize: 2,
  windowScale: 3,
  selectiveAckPermitted: 4,
  selectiveAck: 5,
  timestamps: 8,
  userTimeout: 28,
} as const;

/** Octets of options that a header has room for. */
export const MAX_OPTIONS_LENGTH = 40;

/** Kind and length. */
const PREFIX_LENGTH = 2;
const MAXIMUM_SEGMENT_SIZE_LENGTH = 4;
const WINDOW_SCALE_LENGTH = 3;
const SELECTIVE_ACK_PERMITTED_LENGTH = 2;
const TIMESTAMPS_LENGTH = 10;
const USER_TIMEOUT_LENGTH = 4;
const SACK_BLOCK_LENGTH = 8;
const WORD_OCTETS = 4;

/** Two no-operations, which put what follows its own two octets of prefix on a word boundary. */
const TWO_NO_OPERATIONS = OptionKind.noOperation << 8 | OptionKind.noOperation;
const TWO_NO_OPERATIONS_LENGTH = 2;

/** Options that mean something in a SYN only. */
const SYN_ONLY = Option.maximumSegmentSize | Option.windowScale | Option.selectiveAckPermitted;

/**
 * Reads the options from `start` to `end` into `out`, whose flags are set already. Options of an unknown kind are
 * skipped (MUST-6); so are those of a known kind with another kind's length, which are counted.
 *
 * @returns null, or "bad-option-length" when it cannot be told where an option ends (MUST-7)
 */
export function decodeOptions(
  octets: Uint8Array,
  start: number,
  end: number,
  out: Segment,
): DropReason | null {
  out.options = 0;
  out.sackBlockCount = 0;
  out.malformedOptions = 0;
  let at = start;
  while (at < end) {
    const kind = octetAt(octets, at);
    if (kind === OptionKind.endOfList) return null;
    if (kind === OptionKind.noOperation) {
      at++;
      continue;
    }
    if (at + 1 >= end) return "bad-option-length";
    const length = octetAt(octets, at + 1);
    if (length < PREFIX_LENGTH || at + length > end) return "bad-option-length";
    if (kind === OptionKind.timestamps && length === TIMESTAMPS_LENGTH) decodeTimestamps(octets, at, out);
    else if (kind === OptionKind.selectiveAck) decodeSelectiveAck(octets, at, length, out);
    else decodeOther(octets, at, kind, length, out);
    at += length;
  }
  return null;
}

/** Octets that {@link encodeOptions} writes for the segment: a multiple of 4, at most 40. */
export function optionsLength(segment: Segment): number {
  const length = lengthBeforeSelectiveAck(segment);
  const blocks = fittingSackBlocks(segment, length);
  return blocks === 0
    ? length
    : length + TWO_NO_OPERATIONS_LENGTH + PREFIX_LENGTH + blocks * SACK_BLOCK_LENGTH;
}

/** SACK blocks that find room beside the segment's other options: at most 4, and 3 beside timestamps. */
export function sackBlockRoom(segment: Segment): number {
  return sackBlockRoomBeside(lengthBeforeSelectiveAck(segment));
}

/**
 * Writes the segment's options at `at`, padded to a word boundary, in the order of its `synOptionOrder`. Of its SACK
 * blocks it writes the first, as many as find room.
 *
 * @returns octets written, as {@link optionsLength} says beforehand
 */
export function encodeOptions(segment: Segment, into: Uint8Array, at: number): number {
  const options = segment.options;
  let end = at;
  if ((options & SYN_ONLY) !== 0) {
    end = segment.synOptionOrder === "linux"
      ? encodeSynAsLinux(segment, into, at)
      : encodeSynAsFreebsd(segment, into, at);
  } else if ((options & Option.timestamps) !== 0) {
    end = encodeTimestamps(segment, into, encodeNoOperations(into, at));
  }
  if ((options & Option.userTimeout) !== 0) end = encodeUserTimeout(segment, into, end);
  const blocks = fittingSackBlocks(segment, end - at);
  if (blocks > 0) end = encodeSelectiveAck(segment, blocks, into, end);
  return end - at;
}

function decodeTimestamps(octets: Uint8Array, at: number, out: Segment): void {
  out.options |= Option.timestamps;
  out.timestampValue = timestamp(int32At(octets, at + PREFIX_LENGTH));
  out.timestampEcho = timestamp(int32At(octets, at + PREFIX_LENGTH + WORD_OCTETS));
}

/** RFC 2018 3. There is no room for more than four blocks within a header. */
function decodeSelectiveAck(octets: Uint8Array, at: number, length: number, out: Segment): void {
  const blocks = (length - PREFIX_LENGTH) / SACK_BLOCK_LENGTH;
  if (blocks !== 1 && blocks !== 2 && blocks !== 3 && blocks !== MAX_SACK_BLOCKS) {
    out.malformedOptions++;
    return;
  }
  out.options |= Option.selectiveAck;
  out.sackBlockCount = blocks;
  for (let i = 0; i < 2 * blocks; i++) {
    out.sackEdges[i] = int32At(octets, at + PREFIX_LENGTH + WORD_OCTETS * i);
  }
}

function decodeOther(octets: Uint8Array, at: number, kind: number, length: number, out: Segment): void {
  const expected = lengthOfKind(kind);
  if (expected === 0) return;
  if (length !== expected) {
    out.malformedOptions++;
    return;
  }
  if (kind === OptionKind.userTimeout) {
    out.options |= Option.userTimeout;
    out.userTimeout = uint16At(octets, at + PREFIX_LENGTH);
    return;
  }
  // RFC 9293 3.7.1 (MUST-65), RFC 7323 2.2, RFC 2018 2: not to be sent without SYN, and so not heeded.
  if ((out.flags & Flag.syn) === 0) return;
  if (kind === OptionKind.maximumSegmentSize) {
    out.options |= Option.maximumSegmentSize;
    out.maximumSegmentSize = uint16At(octets, at + PREFIX_LENGTH);
  } else if (kind === OptionKind.windowScale) {
    out.options |= Option.windowScale;
    out.windowScale = octetAt(octets, at + PREFIX_LENGTH);
  } else if (kind === OptionKind.selectiveAckPermitted) {
    out.options |= Option.selectiveAckPermitted;
  }
}

/** The only length that an option of this kind may have; 0 for a kind that we do not know. */
function lengthOfKind(kind: number): number {
  switch (kind) {
    case OptionKind.maximumSegmentSize:
      return MAXIMUM_SEGMENT_SIZE_LENGTH;
    case OptionKind.windowScale:
      return WINDOW_SCALE_LENGTH;
    case OptionKind.selectiveAckPermitted:
      return SELECTIVE_ACK_PERMITTED_LENGTH;
    case OptionKind.timestamps:
      return TIMESTAMPS_LENGTH;
    case OptionKind.userTimeout:
      return USER_TIMEOUT_LENGTH;
    default:
      return 0;
  }
}

/** How many of the segment's SACK blocks are written behind that many octets of other options. */
function fittingSackBlocks(segment: Segment, lengthBefore: number): number {
  if ((segment.options & Option.selectiveAck) === 0) return 0;
  return Math.min(segment.sackBlockCount, sackBlockRoomBeside(lengthBefore));
}

function sackBlockRoomBeside(otherOptions: number): number {
  return Math.trunc(
    (MAX_OPTIONS_LENGTH - otherOptions - TWO_NO_OPERATIONS_LENGTH - PREFIX_LENGTH) / SACK_BLOCK_LENGTH,
  );
}

function lengthBeforeSelectiveAck(segment: Segment): number {
  const options = segment.options;
  const userTimeout = (options & Option.userTimeout) !== 0 ? USER_TIMEOUT_LENGTH : 0;
  if ((options & SYN_ONLY) !== 0) return synOptionsLength(segment) + userTimeout;
  return ((options & Option.timestamps) !== 0 ? TWO_NO_OPERATIONS_LENGTH + TIMESTAMPS_LENGTH : 0) +
    userTimeout;
}

/** Both orders come to the same length: in each, every option or pair of options fills whole words. */
function synOptionsLength(segment: Segment): number {
  const options = segment.options;
  let length = 0;
  if ((options & Option.maximumSegmentSize) !== 0) length += WORD_OCTETS;
  if ((options & Option.windowScale) !== 0) length += WORD_OCTETS;
  if ((options & Option.timestamps) !== 0) length += TWO_NO_OPERATIONS_LENGTH + TIMESTAMPS_LENGTH;
  else if ((options & Option.selectiveAckPermitted) !== 0) length += WORD_OCTETS;
  return length;
}

/** As Linux: MSS, SACK-permitted in the place of the timestamps' padding, timestamps, window scale. */
function encodeSynAsLinux(segment: Segment, into: Uint8Array, at: number): number {
  const options = segment.options;
  let end = at;
  if ((options & Option.maximumSegmentSize) !== 0) end = encodeMaximumSegmentSize(segment, into, end);
  if ((options & Option.timestamps) !== 0) {
    end = (options & Option.selectiveAckPermitted) !== 0
      ? encodeSelectiveAckPermitted(into, end)
      : encodeNoOperations(into, end);
    end = encodeTimestamps(segment, into, end);
  } else if ((options & Option.selectiveAckPermitted) !== 0) {
    end = encodeSelectiveAckPermitted(into, encodeNoOperations(into, end));
  }
  return (options & Option.windowScale) !== 0 ? encodeWindowScale(segment, into, end) : end;
}

/** As FreeBSD: MSS, window scale, SACK-permitted, timestamps; what ends between words, an end of list and zeros. */
function encodeSynAsFreebsd(segment: Segment, into: Uint8Array, at: number): number {
  const options = segment.options;
  let end = at;
  if ((options & Option.maximumSegmentSize) !== 0) end = encodeMaximumSegmentSize(segment, into, end);
  if ((options & Option.windowScale) !== 0) end = encodeWindowScale(segment, into, end);
  if ((options & Option.selectiveAckPermitted) !== 0) end = encodeSelectiveAckPermitted(into, end);
  if ((options & Option.timestamps) !== 0) {
    if ((options & Option.selectiveAckPermitted) === 0) end = encodeNoOperations(into, end);
    end = encodeTimestamps(segment, into, end);
  } else if ((options & Option.selectiveAckPermitted) !== 0) {
    // Where nothing follows, padding is zeros, the first of them the end of the list (MUST-69).
    const last = (options & (Option.userTimeout | Option.selectiveAck)) === 0;
    end = last ? encodeEndOfList(into, end) : encodeNoOperations(into, end);
  }
  return end;
}

function encodeNoOperations(into: Uint8Array, at: number): number {
  putUint16(into, at, TWO_NO_OPERATIONS);
  return at + TWO_NO_OPERATIONS_LENGTH;
}

/** In the place of two no-operations. */
function encodeEndOfList(into: Uint8Array, at: number): number {
  putUint16(into, at, OptionKind.endOfList);
  return at + TWO_NO_OPERATIONS_LENGTH;
}

function encodePrefix(kind: number, length: number, into: Uint8Array, at: number): number {
  putUint16(into, at, kind << 8 | length);
  return at + PREFIX_LENGTH;
}

function encodeMaximumSegmentSize(segment: Segment, into: Uint8Array, at: number): number {
  const value = encodePrefix(OptionKind.maximumSegmentSize, MAXIMUM_SEGMENT_SIZE_LENGTH, into, at);
  putUint16(into, value, segment.maximumSegmentSize);
  return at + MAXIMUM_SEGMENT_SIZE_LENGTH;
}

/** With the no-operation before it that makes a whole word of it. */
function encodeWindowScale(segment: Segment, into: Uint8Array, at: number): number {
  into[at] = OptionKind.noOperation;
  const value = encodePrefix(OptionKind.windowScale, WINDOW_SCALE_LENGTH, into, at + 1);
  into[value] = segment.windowScale;
  return at + WORD_OCTETS;
}

function encodeSelectiveAckPermitted(into: Uint8Array, at: number): number {
  return encodePrefix(OptionKind.selectiveAckPermitted, SELECTIVE_ACK_PERMITTED_LENGTH, into, at);
}

function encodeTimestamps(segment: Segment, into: Uint8Array, at: number): number {
  const value = encodePrefix(OptionKind.timestamps, TIMESTAMPS_LENGTH, into, at);
  putInt32(into, value, timestampToInt32(segment.timestampValue));
  putInt32(into, value + WORD_OCTETS, timestampToInt32(segment.timestampEcho));
  return at + TIMESTAMPS_LENGTH;
}

function encodeUserTimeout(segment: Segment, into: Uint8Array, at: number): number {
  putUint16(into, encodePrefix(OptionKind.userTimeout, USER_TIMEOUT_LENGTH, into, at), segment.userTimeout);
  return at + USER_TIMEOUT_LENGTH;
}

function encodeSelectiveAck(segment: Segment, blocks: number, into: Uint8Array, at: number): number {
  const length = PREFIX_LENGTH + blocks * SACK_BLOCK_LENGTH;
  const edges = encodePrefix(OptionKind.selectiveAck, length, into, encodeNoOperations(into, at));
  for (let i = 0; i < 2 * blocks; i++) {
    putInt32(into, edges + WORD_OCTETS * i, segment.sackEdges[i] as number);
  }
  return edges + blocks * SACK_BLOCK_LENGTH;
}
