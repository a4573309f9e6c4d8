/**
 * The internet checksum (RFC 1071) and what TCP puts into it.
 *
 * A sum is the one's complement sum of 16-bit words in network order, folded to 16 bits unless said otherwise. Sums of
 * parts may be added and folded again, as long as every part but the last has an even length.
 *
 * @module
 */

import type { Segment } from "../base/segment.ts";
import * as words from "./octets.ts";
import { MOST_SUMMED, SUMMED_AT_ONCE, type WordSum, wordSumOf } from "./simd_sum.ts";

// Bound here: what is imported is looked up at each use (tests/bench/profiles/core.md).
const { octetAt, uint16At } = words;

/**
 * Which checksums of arrived TCP segments to believe. `verify`: complete and right, or left unfinished by an offloading
 * device. `strict`: complete and right only. `trust`: any, because the device vouches for the segment.
 */
export type ChecksumPolicy = "verify" | "strict" | "trust";

/** Protocol number of TCP in both families (RFC 9293 3.1). */
export const PROTOCOL_TCP = 6;

/** From this many octets on, reading words pays for finding the view of them. Measured. */
const WORDS_FROM_OCTETS = 96;

/** Octets that one turn of the word loop takes. */
const OCTETS_PER_TURN = 16;

/** Octets after which the accumulators are emptied: the sum of so many half words is half of what could overflow an int32. */
const OCTETS_PER_BLOCK = 65_536;

/** How many buffers' views are kept: those of a send ring, a packet in, a packet out, and one to spare. */
const KEPT_VIEWS = 4;

const LITTLE_ENDIAN = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/** How the words of a buffer are added: by this function, or one by one. */
interface Summable {
  readonly buffer: ArrayBufferLike;
  readonly wordSum: WordSum | null;
  readonly words: Int32Array;
}

const kept: Summable[] = Array.from({ length: KEPT_VIEWS }, () => summable(new ArrayBuffer(0)));
let nextKept = 0;

/** Folds a sum below 2^48 to 16 bits, adding the carries back in. Only a sum of nothing but zeros folds to 0. */
export function foldSum(sum: number): number {
  let folded = sum;
  while (folded > 0xffff_ffff) folded = folded % 0x1_0000 + Math.floor(folded / 0x1_0000);
  folded = (folded & 0xffff) + (folded >>> 16);
  return (folded & 0xffff) + (folded >>> 16);
}

/** The folded sum of `length` octets from `offset`; an odd last octet counts as the high half of a word. */
export function sumOctets(octets: Uint8Array, offset: number, length: number): number {
  return length < WORDS_FROM_OCTETS
    ? foldSum(sumPairs(octets, offset, length))
    : sumWords(octets, offset, length);
}

/**
 * The folded sum of the segment's payload where it lies, which may be two ranges of a ring (see {@link Segment}).
 * Complete it by adding the sum of an even number of octets.
 */
export function sumPayload(segment: Segment): number {
  const first = segment.payload.firstPartLength;
  const sum = sumOctets(segment.payload.octets, segment.payload.offset, first);
  if (first >= segment.payload.length) return sum;
  const rest = sumOctets(segment.payload.octets, 0, segment.payload.length - first);
  return foldSum(sum + ((first & 1) === 0 ? rest : swapHalves(rest)));
}

/**
 * The folded sum of the pseudo-header for a TCP segment of `tcpLength` octets between the segment's addresses
 * (RFC 9293 3.1; RFC 8200 8.1). Uncomplemented, it is also what an unfinished checksum field holds.
 */
export function sumPseudoHeader(segment: Segment, tcpLength: number): number {
  const addresses = segment.addresses;
  const source = segment.sourceOffset;
  const destination = segment.destinationOffset;
  const addressLength = segment.family === 4 ? 4 : 16;
  let sum = PROTOCOL_TCP + tcpLength;
  for (let i = 0; i < addressLength; i += 2) {
    sum += uint16At(addresses, source + i) + uint16At(addresses, destination + i);
  }
  return foldSum(sum);
}

/** The checksum field for a folded sum of everything it covers, the field itself taken as 0. */
export function checksumOf(sum: number): number {
  return ~sum & 0xffff;
}

/** Unfolded, by octets: for short runs and for what lies outside whole words. Below 2^31 up to 64 KiB. */
function sumPairs(octets: Uint8Array, offset: number, length: number): number {
  const evenEnd = offset + (length & ~1);
  let sum = 0;
  for (let i = offset; i < evenEnd; i += 2) sum = sum + uint16At(octets, i) | 0;
  return (length & 1) === 0 ? sum : sum + (octetAt(octets, evenEnd) << 8) | 0;
}

/** Folded, mostly by words of the host's own order; the sum does not mind the order until its end (RFC 1071 2B). */
function sumWords(octets: Uint8Array, offset: number, length: number): number {
  const { wordSum, words } = summableOf(octets.buffer);
  if (wordSum === null) return sumAlignedWords(words, octets, offset, length);
  const body = Math.min(length & -SUMMED_AT_ONCE, MOST_SUMMED);
  const start = octets.byteOffset + offset;
  const sum = wordSum(start, start + body);
  const folded = foldSum((sum & 0xffff) + (sum >>> 16));
  return foldSum(swapHalves(folded) + sumPairs(octets, offset + body, length - body));
}

function sumAlignedWords(words: Int32Array, octets: Uint8Array, offset: number, length: number): number {
  const head = -(octets.byteOffset + offset) & 3;
  const body = length - head & -OCTETS_PER_TURN;
  let at = octets.byteOffset + offset + head >> 2;
  let sum = 0;
  for (let left = body; left > 0; left -= OCTETS_PER_BLOCK) {
    const end = at + (Math.min(left, OCTETS_PER_BLOCK) >> 2);
    sum = foldSum(sum + sumBlock(words, at, end));
    at = end;
  }
  if (LITTLE_ENDIAN) sum = swapHalves(sum);
  sum = foldSum(sum + sumPairs(octets, offset + head + body, length - head - body));
  // An odd number of octets before the words shifts them all by half a word.
  if ((head & 1) !== 0) sum = swapHalves(sum);
  return foldSum(sum + sumPairs(octets, offset, head));
}

/**
 * Unfolded, of whole turns of four words from `start` to `end`, at most a block of them. Words are added modulo 2^32, and
 * their high halves on their own: what of the sum is not theirs are the low halves, below 2^30 for a block.
 */
function sumBlock(words: Int32Array, start: number, end: number): number {
  let all = 0;
  let high = 0;
  let otherAll = 0;
  let otherHigh = 0;
  for (let i = start; i < end; i += 4) {
    const p = words[i] as number;
    const q = words[i + 1] as number;
    const r = words[i + 2] as number;
    const s = words[i + 3] as number;
    all = all + p | 0;
    high = high + (p >>> 16) | 0;
    otherAll = otherAll + q | 0;
    otherHigh = otherHigh + (q >>> 16) | 0;
    all = all + r | 0;
    high = high + (r >>> 16) | 0;
    otherAll = otherAll + s | 0;
    otherHigh = otherHigh + (s >>> 16) | 0;
  }
  const highs = high + otherHigh | 0;
  const lows = all + otherAll - (highs << 16) | 0;
  return lows + highs;
}

/** How the words of a buffer are added. Keeps the last few buffers alive. */
function summableOf(buffer: ArrayBufferLike): Summable {
  for (let i = 0; i < KEPT_VIEWS; i++) {
    const found = kept[i] as Summable;
    if (found.buffer === buffer) return found;
  }
  const made = summable(buffer);
  kept[nextKept] = made;
  nextKept = (nextKept + 1) % KEPT_VIEWS;
  return made;
}

function summable(buffer: ArrayBufferLike): Summable {
  return { buffer, wordSum: wordSumOf(buffer), words: new Int32Array(buffer, 0, buffer.byteLength >> 2) };
}

function swapHalves(sum: number): number {
  return (sum & 0xff) << 8 | sum >>> 8;
}
