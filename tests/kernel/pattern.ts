/**
 * A stream of which every octet depends on its place, to be written and checked at the speed of memory.
 *
 * @module
 */

import { Buffer } from "node:buffer";

/** Octets after which the stream repeats: a prime, so that no power of two and no segment length hides in it. */
const PERIOD = 1_048_573;

/** Octets that can be asked for at once. */
const MOST_AT_ONCE = 1 << 18;

/** The stream's first period, and so much of the second as one piece may reach into. */
const OCTETS = makeOctets();

function makeOctets(): Uint8Array<ArrayBuffer> {
  const octets = new Uint8Array(PERIOD + MOST_AT_ONCE);
  let state = 0x2545f491;
  for (let i = 0; i < PERIOD; i++) {
    state ^= state << 13; // xorshift32, Marsaglia 2003
    state ^= state >>> 17;
    state ^= state << 5;
    octets[i] = state;
  }
  octets.copyWithin(PERIOD, 0, MOST_AT_ONCE);
  return octets;
}

/** Octets [place, place + length) of the stream; at most 256 KiB. Shared: not to be written to. */
export function patternAt(place: number, length: number): Uint8Array<ArrayBuffer> {
  const start = place % PERIOD;
  return OCTETS.subarray(start, start + Math.min(length, MOST_AT_ONCE));
}

/** Checks that `piece` is what the stream has at `place`. @throws Error naming the first octet that is not */
export function checkPattern(piece: Uint8Array, place: number): void {
  const expected = patternAt(place, piece.length);
  if (Buffer.compare(Buffer.from(piece.buffer, piece.byteOffset, piece.length), expected) === 0) return;
  const wrong = piece.findIndex((octet, i) => octet !== expected[i]);
  throw new Error(`Octet ${place + wrong} of the stream is ${piece[wrong]}, not ${expected[wrong]}`);
}
