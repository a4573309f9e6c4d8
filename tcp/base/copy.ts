/**
 * The one way in which octets are copied in the core.
 *
 * Copying a part of an array by the engine's own means leaves a view of that part behind, some 100 octets of garbage.
 * Data of ordinary segments is copied eight octets at a time instead, through views of the whole arrays, which are kept.
 *
 * @module
 */

/** Octets up to which a plain loop is as fast as anything else. Measured. */
const LOOP_LIMIT = 24;

/** Octets up to which copying through kept views is worth its garbage saved: from here on the engine is twice as fast. Measured. */
const WORDS_LIMIT = 2_048;

const WORD_OCTETS = 8;

/** Octets that one turn of the unrolled loop takes: sixteen words. Eight take a seventh longer, thirty-two no less. */
const OCTETS_PER_TURN = 128;

/**
 * Offsets are less than 2^30. Said to the compiler, that leaves out the tests of each sum for being an integer, which a quarter
 * of the time went into.
 */
const MOST_OFFSET = 2 ** 30 - 1;

/** How many arrays' views are kept, of those that come without: a packet in, a packet out, the user's. They keep them alive. */
const KEPT_VIEWS = 4;

/** One of so many arrays that were not found becomes a kept one, so that many that take turns do not cost a view each. */
const MISSES_PER_VIEW = 16;

const keptArrays: (Uint8Array | null)[] = new Array<null>(KEPT_VIEWS).fill(null);
const keptViews: DataView[] = new Array<DataView>(KEPT_VIEWS).fill(new DataView(new ArrayBuffer(0)));
let nextKept = 0;
let misses = 0;

/**
 * Copies `length` octets at `fromOffset` of `from` to `intoOffset` of `into`. Both have that many there, and the ranges may
 * overlap only when the two are the same array. `fromView`, `intoView`: of the whole of each array, where its
 * owner has one.
 */
export function copyOctets(
  from: Uint8Array,
  fromOffset: number,
  into: Uint8Array,
  intoOffset: number,
  length: number,
  fromView: DataView | null,
  intoView: DataView | null,
): void {
  if (from === into) {
    into.copyWithin(intoOffset, fromOffset, fromOffset + length);
  } else if (length <= LOOP_LIMIT) {
    for (let i = 0; i < length; i++) into[intoOffset + i] = from[fromOffset + i] as number;
  } else if ((fromView === null || length > WORDS_LIMIT) && length === from.length) {
    into.set(from, intoOffset);
  } else if (
    length > WORDS_LIMIT || !copyWords(from, fromOffset, into, intoOffset, length, fromView, intoView)
  ) {
    into.set(from.subarray(fromOffset, fromOffset + length), intoOffset);
  }
}

/** Copies through views, when both arrays have one. @returns whether they have */
function copyWords(
  from: Uint8Array,
  fromOffset: number,
  into: Uint8Array,
  at: number,
  length: number,
  fromView: DataView | null,
  intoView: DataView | null,
): boolean {
  const fromWords = fromView ?? keptView(from);
  const intoWords = intoView ?? keptView(into);
  if (fromWords === null || intoWords === null) return false;
  copyByWords(fromWords, fromOffset, intoWords, at, length);
  return true;
}

function copyByWords(
  from: DataView,
  fromOffset: number,
  into: DataView,
  intoOffset: number,
  length: number,
): void {
  const turns = length & -OCTETS_PER_TURN;
  const words = length & -WORD_OCTETS;
  let i = 0;
  for (; i < turns; i += OCTETS_PER_TURN) {
    const a = (fromOffset | 0) + i & MOST_OFFSET;
    const b = (intoOffset | 0) + i & MOST_OFFSET;
    into.setBigInt64(b, from.getBigInt64(a, true), true);
    into.setBigInt64(b + 8, from.getBigInt64(a + 8, true), true);
    into.setBigInt64(b + 16, from.getBigInt64(a + 16, true), true);
    into.setBigInt64(b + 24, from.getBigInt64(a + 24, true), true);
    into.setBigInt64(b + 32, from.getBigInt64(a + 32, true), true);
    into.setBigInt64(b + 40, from.getBigInt64(a + 40, true), true);
    into.setBigInt64(b + 48, from.getBigInt64(a + 48, true), true);
    into.setBigInt64(b + 56, from.getBigInt64(a + 56, true), true);
    into.setBigInt64(b + 64, from.getBigInt64(a + 64, true), true);
    into.setBigInt64(b + 72, from.getBigInt64(a + 72, true), true);
    into.setBigInt64(b + 80, from.getBigInt64(a + 80, true), true);
    into.setBigInt64(b + 88, from.getBigInt64(a + 88, true), true);
    into.setBigInt64(b + 96, from.getBigInt64(a + 96, true), true);
    into.setBigInt64(b + 104, from.getBigInt64(a + 104, true), true);
    into.setBigInt64(b + 112, from.getBigInt64(a + 112, true), true);
    into.setBigInt64(b + 120, from.getBigInt64(a + 120, true), true);
  }
  for (; i < words; i += WORD_OCTETS) {
    into.setBigInt64(intoOffset + i | 0, from.getBigInt64(fromOffset + i | 0, true), true);
  }
  for (; i < length; i++) into.setUint8(intoOffset + i | 0, from.getUint8(fromOffset + i | 0));
}

/** The array's view; null: it is not kept, perhaps from the next time on. */
function keptView(octets: Uint8Array): DataView | null {
  for (let i = 0; i < KEPT_VIEWS; i++) {
    if (keptArrays[i] === octets) return keptViews[i] as DataView;
  }
  misses++;
  if (misses < MISSES_PER_VIEW) return null;
  misses = 0;
  keptArrays[nextKept] = octets;
  keptViews[nextKept] = viewOf(octets);
  nextKept = (nextKept + 1) % KEPT_VIEWS;
  return null;
}

/** A view of the whole array, for {@link copyOctets}. */
export function viewOf(octets: Uint8Array): DataView {
  return new DataView(octets.buffer, octets.byteOffset, octets.byteLength);
}
