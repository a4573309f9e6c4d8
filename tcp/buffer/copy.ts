/**
 * The one way in which octets are copied in the core.
 *
 * @module
 */

/**
 * Octets up to which a loop is faster than a call into the engine (measured: the two meet near 24; a loop makes no
 * garbage, the call leaves a view behind when it takes only part of `from`).
 */
const LOOP_LIMIT = 24;

/**
 * Copies `length` octets at `fromOffset` of `from` to `intoOffset` of `into`. Both have that many there, and the ranges may
 * overlap only when the two are the same array.
 */
export function copyOctets(
  from: Uint8Array,
  fromOffset: number,
  into: Uint8Array,
  intoOffset: number,
  length: number,
): void {
  if (from === into) {
    into.copyWithin(intoOffset, fromOffset, fromOffset + length);
  } else if (length <= LOOP_LIMIT) {
    for (let i = 0; i < length; i++) into[intoOffset + i] = from[fromOffset + i] as number;
  } else if (length === from.length) {
    into.set(from, intoOffset);
  } else {
    into.set(from.subarray(fromOffset, fromOffset + length), intoOffset);
  }
}
