/**
 * The options of the TCP header, as one table: RFC 9293 3.2, RFC 7323 (window scale, timestamps), RFC 2018 (SACK), RFC 5482
 * (user timeout). A new option is a row here, a bit in `Option`, and fields in `Segment`.
 *
 * Read in any order and in any segment (MUST-5, MUST-64), written in the order of a common system. Of an option that
 * comes twice the last one counts.
 *
 * @module
 */

import * as segments from "../base/segment.ts";
import type { Segment, SynOptionOrder } from "../base/segment.ts";
import * as seq from "../base/seq.ts";
import * as words from "./octets.ts";

// Bound here: what is imported is looked up at each use (tests/bench/profiles/core.md).
const { Flag, MAX_SACK_BLOCKS, Option } = segments;
const { timestamp, timestampToInt32 } = seq;
const { int32At, octetAt, putInt32, putUint16, uint16At } = words;

/** Octets of options that a header has room for. */
export const MAX_OPTIONS_LENGTH = 40;

/** Kind and length. */
const PREFIX_LENGTH = 2;
const SACK_BLOCK_LENGTH = 8;
const WORD_OCTETS = 4;

/** Kinds that have no length. */
const END_OF_LIST = 0;
const NO_OPERATION = 1;

/** How an option is read and written. */
interface OptionCodec {
  /** As IANA lists them. */
  readonly kind: number;
  /** What stands for it in `Segment.options`: one of {@link Option}. */
  readonly bit: number;
  /** Octets, kind and length included; null: as the value says, and `read` judges. */
  readonly length: number | null;
  /** Whether it means something in a SYN only, and is not heeded elsewhere. */
  readonly synOnly: boolean;
  /** Octets after a word boundary at which it begins when it is written, so that its value, or what follows, is aligned. */
  readonly start: number;
  /** Reads the value, which starts at `value`; `length` is the whole option's. @returns false: it is malformed */
  readonly read: (octets: Uint8Array, value: number, length: number, out: Segment) => boolean;
  /** Writes the value. Null: the SACK option, which takes the room that is left. */
  readonly write: ((segment: Segment, into: Uint8Array, value: number) => void) | null;
}

/** RFC 9293 3.2, 3.7.1. Not to be sent without SYN (MUST-65). */
const MAXIMUM_SEGMENT_SIZE: OptionCodec = {
  kind: 2,
  bit: Option.maximumSegmentSize,
  length: 4,
  synOnly: true,
  start: 0,
  read: (octets, value, _length, out) => {
    out.maximumSegmentSize = uint16At(octets, value);
    return true;
  },
  write: (segment, into, value) => putUint16(into, value, segment.maximumSegmentSize),
};

/** RFC 7323 2.2. */
const WINDOW_SCALE: OptionCodec = {
  kind: 3,
  bit: Option.windowScale,
  length: 3,
  synOnly: true,
  start: 1,
  read: (octets, value, _length, out) => {
    out.windowScale = octetAt(octets, value);
    return true;
  },
  write: (segment, into, value) => {
    into[value] = segment.windowScale;
  },
};

/** RFC 2018 2. It is put right before the timestamps, in the place of their padding. */
const SELECTIVE_ACK_PERMITTED: OptionCodec = {
  kind: 4,
  bit: Option.selectiveAckPermitted,
  length: 2,
  synOnly: true,
  start: 0,
  read: () => true,
  write: () => {},
};

/** RFC 2018 3. There is no room for more than four blocks within a header. */
const SELECTIVE_ACK: OptionCodec = {
  kind: 5,
  bit: Option.selectiveAck,
  length: null,
  synOnly: false,
  start: 2,
  read: readSelectiveAck,
  write: null,
};

/** RFC 7323 3.2. */
const TIMESTAMPS: OptionCodec = {
  kind: 8,
  bit: Option.timestamps,
  length: 10,
  synOnly: false,
  start: 2,
  read: (octets, value, _length, out) => {
    out.timestampValue = timestamp(int32At(octets, value));
    out.timestampEcho = timestamp(int32At(octets, value + WORD_OCTETS));
    return true;
  },
  write: (segment, into, value) => {
    putInt32(into, value, timestampToInt32(segment.timestampValue));
    putInt32(into, value + WORD_OCTETS, timestampToInt32(segment.timestampEcho));
  },
};

/** RFC 5482 3.3. */
const USER_TIMEOUT: OptionCodec = {
  kind: 28,
  bit: Option.userTimeout,
  length: 4,
  synOnly: false,
  start: 0,
  read: (octets, value, _length, out) => {
    out.userTimeout = uint16At(octets, value);
    return true;
  },
  write: (segment, into, value) => putUint16(into, value, segment.userTimeout),
};

/** All that we know, in the orders in which they are written; SACK blocks come last and take what room is left. */
const ORDERS: Readonly<Record<SynOptionOrder, readonly OptionCodec[]>> = {
  linux: [
    MAXIMUM_SEGMENT_SIZE,
    SELECTIVE_ACK_PERMITTED,
    TIMESTAMPS,
    WINDOW_SCALE,
    USER_TIMEOUT,
    SELECTIVE_ACK,
  ],
  freebsd: [
    MAXIMUM_SEGMENT_SIZE,
    WINDOW_SCALE,
    SELECTIVE_ACK_PERMITTED,
    TIMESTAMPS,
    USER_TIMEOUT,
    SELECTIVE_ACK,
  ],
};

/** What most segments begin their options with, and end them: two no-operations, kind and length of the timestamps. */
const TIMESTAMPS_ALONE = 0x01_01_08_0a;
const TIMESTAMPS_ALONE_LENGTH = 12;

/** The options by their kind; null: we do not know it. */
const BY_KIND: (OptionCodec | null)[] = new Array(256).fill(null);
for (const codec of ORDERS.linux) BY_KIND[codec.kind] = codec;

/** The {@link Option} bit of an option's kind; 0: we do not know the kind. */
export function optionBitOf(kind: number): number {
  return BY_KIND[kind]?.bit ?? 0;
}

/** Sets of {@link Option} bits: all there can be. */
const OPTION_SETS = ORDERS.linux.reduce((sum, { bit }) => sum | bit, 0) + 1;

/** Octets of each set of options but SACK blocks, padding included. */
const LENGTHS = Uint8Array.from({ length: OPTION_SETS }, (_, options) => lengthWithoutBlocks(options));

/**
 * Reads the options from `start` to `end` into `out`, whose flags are set already. Options of an unknown kind are
 * skipped (MUST-6); so are those of a known kind with another kind's length, which are counted. Where the end of an option
 * cannot be determined, nothing more is read, and `out` says so (MUST-7).
 */
export function decodeOptions(
  octets: Uint8Array,
  start: number,
  end: number,
  out: Segment,
): void {
  out.options = 0;
  out.sackBlockCount = 0;
  out.malformedOptions = 0;
  out.optionsCutShort = false;
  if (end - start === TIMESTAMPS_ALONE_LENGTH && int32At(octets, start) === TIMESTAMPS_ALONE) {
    out.options = Option.timestamps;
    TIMESTAMPS.read(octets, start + WORD_OCTETS, TIMESTAMPS_ALONE_LENGTH, out);
    return;
  }
  let at = start;
  while (at < end) {
    const kind = octetAt(octets, at);
    if (kind === END_OF_LIST) return;
    if (kind === NO_OPERATION) {
      at++;
      continue;
    }
    const length = at + 1 < end ? octetAt(octets, at + 1) : 0;
    if (length < PREFIX_LENGTH || at + length > end) {
      out.optionsCutShort = true;
      return;
    }
    const codec = BY_KIND[kind] as OptionCodec | null;
    if (codec !== null) decodeOption(codec, octets, at, length, out);
    at += length;
  }
}

/** Octets that {@link encodeOptions} writes for the segment: a multiple of 4, at most 40. */
export function optionsLength(segment: Segment): number {
  const length = LENGTHS[segment.options & ~Option.selectiveAck] as number;
  const blocks = fittingSackBlocks(segment, length);
  return blocks === 0 ? length : length + SELECTIVE_ACK.start + PREFIX_LENGTH + blocks * SACK_BLOCK_LENGTH;
}

/**
 * Writes the segment's options at `at`, padded to a word boundary, in the order of its `synOptionOrder`. Of its SACK
 * blocks it writes the first, as many as find room.
 *
 * @returns octets written, as {@link optionsLength} says beforehand
 */
export function encodeOptions(segment: Segment, into: Uint8Array, at: number): number {
  const { options, synOptionOrder } = segment;
  if (options === 0) return 0;
  if (options === Option.timestamps) {
    putInt32(into, at, TIMESTAMPS_ALONE);
    TIMESTAMPS.write?.(segment, into, at + WORD_OCTETS);
    return TIMESTAMPS_ALONE_LENGTH;
  }
  const order = ORDERS[synOptionOrder];
  let length = 0;
  for (let i = 0; i < order.length; i++) {
    const codec = order[i] as OptionCodec;
    if ((options & codec.bit) === 0) continue;
    const start = startOf(codec, options, synOptionOrder);
    if (codec.length === null || codec.write === null) length = encodeSelectiveAck(segment, into, at, length);
    else {
      length = pad(into, at, length, start);
      putUint16(into, at + length, codec.kind << 8 | codec.length);
      codec.write(segment, into, at + length + PREFIX_LENGTH);
      length += codec.length;
    }
  }
  // What ends between words ends the list, and zeros follow (MUST-69).
  while (length % WORD_OCTETS !== 0) into[at + length++] = END_OF_LIST;
  return length;
}

function decodeOption(
  codec: OptionCodec,
  octets: Uint8Array,
  at: number,
  length: number,
  out: Segment,
): void {
  if (codec.length !== null && length !== codec.length) out.malformedOptions++;
  else if (codec.synOnly && (out.flags & Flag.syn) === 0) return;
  else if (codec.read(octets, at + PREFIX_LENGTH, length, out)) out.options |= codec.bit;
  else out.malformedOptions++;
}

function readSelectiveAck(octets: Uint8Array, value: number, length: number, out: Segment): boolean {
  const blocks = (length - PREFIX_LENGTH) / SACK_BLOCK_LENGTH;
  if (blocks !== 1 && blocks !== 2 && blocks !== 3 && blocks !== MAX_SACK_BLOCKS) return false;
  out.sackBlockCount = blocks;
  for (let i = 0; i < 2 * blocks; i++) out.sackEdges[i] = int32At(octets, value + WORD_OCTETS * i);
  return true;
}

/** @returns octets of options with them; the first octet of all options is at `at` */
function encodeSelectiveAck(segment: Segment, into: Uint8Array, at: number, lengthBefore: number): number {
  const before = pad(into, at, lengthBefore, 0);
  const blocks = fittingSackBlocks(segment, before);
  if (blocks === 0) return before;
  const start = pad(into, at, before, SELECTIVE_ACK.start);
  const length = PREFIX_LENGTH + blocks * SACK_BLOCK_LENGTH;
  putUint16(into, at + start, SELECTIVE_ACK.kind << 8 | length);
  for (let i = 0; i < 2 * blocks; i++) {
    putInt32(into, at + start + PREFIX_LENGTH + WORD_OCTETS * i, segment.sackEdges[i] as number);
  }
  return start + length;
}

/** Puts no-operations behind `length` octets of options until the next begins so many octets after a word boundary. */
function pad(into: Uint8Array, at: number, length: number, start: number): number {
  let end = length;
  while (end % WORD_OCTETS !== start) into[at + end++] = NO_OPERATION;
  return end;
}

/** Linux puts padding before SACK-permitted when no timestamps follow, where FreeBSD has what follows pad. */
function startOf(codec: OptionCodec, options: number, order: SynOptionOrder): number {
  const isApart = codec === SELECTIVE_ACK_PERMITTED && (options & Option.timestamps) === 0;
  return isApart && order === "linux" ? WORD_OCTETS - PREFIX_LENGTH : codec.start;
}

/** The same in every order: each option, or SACK-permitted with the timestamps, fills whole words. */
function lengthWithoutBlocks(options: number): number {
  let length = 0;
  for (const codec of ORDERS.linux) {
    if ((options & codec.bit) === 0 || codec.length === null) continue;
    while (length % WORD_OCTETS !== startOf(codec, options, "linux")) length++;
    length += codec.length;
  }
  return length;
}

/** How many of the segment's SACK blocks are written behind that many octets of other options. */
function fittingSackBlocks(segment: Segment, lengthBefore: number): number {
  if ((segment.options & Option.selectiveAck) === 0) return 0;
  const room = MAX_OPTIONS_LENGTH - lengthBefore - SELECTIVE_ACK.start - PREFIX_LENGTH;
  return Math.min(segment.sackBlockCount, Math.trunc(room / SACK_BLOCK_LENGTH));
}
