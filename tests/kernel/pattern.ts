/**
 * A stream of which every octet depends on its place, to be written and checked at the speed of memory.
 *
 * @module
 */

/** Octets after which the stream repeats: a prime, so that no power of two and no segment length hides in it. */
const PERIOD = 1_048_573;

/** Octets that can be asked for at once. */
const MOST_AT_ONCE = 1 << 18;

/** Octets that are compared at once. */
const WORD_OCTETS = 4;

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

/** Where in a buffer a piece from `place` on should begin, so that it is checked by words: 0 to 3. */
export function skewAt(place: number): number {
  return place % PERIOD % WORD_OCTETS;
}

/** Checks that `piece` is what the stream has at `place`. @throws Error naming the first octet that is not */
export function checkPattern(piece: Uint8Array, place: number): void {
  const expected = patternAt(place, piece.length);
  const isSkewed = (piece.byteOffset - expected.byteOffset) % WORD_OCTETS !== 0;
  const head = isSkewed ? piece.length : Math.min(piece.length, -piece.byteOffset & WORD_OCTETS - 1);
  const words = Math.floor((piece.length - head) / WORD_OCTETS);
  const tail = head + words * WORD_OCTETS;
  checkOctets(piece, expected, 0, head, place);
  if (!sameWords(piece, expected, head, words)) checkOctets(piece, expected, head, tail, place);
  checkOctets(piece, expected, tail, piece.length, place);
}

function sameWords(a: Uint8Array, b: Uint8Array, offset: number, count: number): boolean {
  if (count === 0) return true;
  const left = new Int32Array(a.buffer, a.byteOffset + offset, count);
  const right = new Int32Array(b.buffer, b.byteOffset + offset, count);
  for (let i = 0; i < count; i++) if (left[i] !== right[i]) return false;
  return true;
}

function checkOctets(
  piece: Uint8Array,
  expected: Uint8Array,
  start: number,
  end: number,
  place: number,
): void {
  for (let i = start; i < end; i++) {
    if (piece[i] === expected[i]) continue;
    throw new Error(`Octet ${place + i} of the stream is ${piece[i]}, not ${expected[i]}`);
  }
}
