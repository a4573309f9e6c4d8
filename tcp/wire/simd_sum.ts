/**
 * The sum of a checksum's words sixteen octets at a time, where the octets lie in a WebAssembly memory: a quarter of the time
 * that a loop over words takes, which is much of what a packet of 1,500 octets costs when no device has looked at it.
 *
 * @module
 */

/** Octets that one turn of the function's loop adds up: what it is given is a whole number of them. */
export const SUMMED_AT_ONCE = 32;

/** The most that it may be given: the sums of its lanes then fit 32 bits together. */
export const MOST_SUMMED = 65_536;

/**
 * The module, whose only function adds the 16-bit words, in the machine's own order (little-endian), from octet `at` to `end`:
 *
 *     (module
 *       (import "m" "m" (memory 1))
 *       (func (export "s") (param $at i32) (param $end i32) (result i32) (local $a v128) (local $b v128)
 *         (block (loop
 *           (br_if 1 (i32.ge_u (local.get $at) (local.get $end)))
 *           (local.set $a (i32x4.add (local.get $a) (i32x4.extadd_pairwise_i16x8_u (v128.load (local.get $at)))))
 *           (local.set $b (i32x4.add (local.get $b) (i32x4.extadd_pairwise_i16x8_u (v128.load offset=16 (local.get $at)))))
 *           (local.set $at (i32.add (local.get $at) (i32.const 32)))
 *           (br 0)))
 *         (local.set $a (i32x4.add (local.get $a) (local.get $b)))
 *         (i32.add (i32.add (i32.add (i32x4.extract_lane 0 (local.get $a)) (i32x4.extract_lane 1 (local.get $a)))
 *           (i32x4.extract_lane 2 (local.get $a))) (i32x4.extract_lane 3 (local.get $a)))))
 */
const MODULE = "0061736d01000000010701" + "60027f7f017f" + "020801016d016d020001" + "03020100" +
  "0705010173" + "0000" +
  "0a58015601027b" + "02400340" + "200020014f0d01" + "20022000fd000000fd7ffdae012102" +
  "20032000fd000010fd7ffdae012103" +
  "200041206a2100" + "0c000b0b" + "20022003fdae012202" + "fd1b00" + "2002fd1b016a" + "2002fd1b026a" +
  "2002fd1b036a" + "0b";

/** Adds the words from octet `at` of the memory to `end`, unfolded: 32 bits, as an int32. */
export type WordSum = (at: number, end: number) => number;

let module: WebAssembly.Module | null = null;
const sums = new WeakMap<ArrayBufferLike, WordSum>();

/** Has checksums of what lies in the memory be added up in this way. It must not grow. */
export function sumInMemory(memory: WebAssembly.Memory): void {
  module ??= new WebAssembly.Module(
    Uint8Array.from(MODULE.match(/../g) ?? [], (octet) => parseInt(octet, 16)),
  );
  const { exports } = new WebAssembly.Instance(module, { m: { m: memory } });
  sums.set(memory.buffer, exports.s as WordSum);
}

/** How words of the buffer are added; null: it is no such memory. */
export function wordSumOf(buffer: ArrayBufferLike): WordSum | null {
  return sums.get(buffer) ?? null;
}
