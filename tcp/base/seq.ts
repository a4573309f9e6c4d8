/**
 * Sequence numbers: positions on a circle of 2^32, RFC 9293 3.4.
 *
 * Held as int32, because that is what the machine adds and compares without making garbage. The type is opaque, so that
 * `+`, `-` and mixing with lengths do not compile; `===` is safe, since every position has one representation.
 * "Before" means: less than half the circle behind.
 *
 * @module
 */

/** A position in the sequence space. */
export interface SeqNumber {
  /** Not there when the program runs: it keeps the types apart. */
  readonly brand: "SeqNumber";
}

/** The sequence number at position `value` modulo 2^32. */
export function seqNumber(value: number): SeqNumber {
  return (value | 0) as unknown as SeqNumber;
}

/** The position as an int32, for writing into a header or an `Int32Array`. */
export function seqToInt32(seq: SeqNumber): number {
  return seq as unknown as number;
}

/** The position as people write it: 0 to 4294967295. */
export function seqToUint32(seq: SeqNumber): number {
  return (seq as unknown as number) >>> 0;
}

/** The position `octets` after `seq` (before it when negative). */
export function seqAdd(seq: SeqNumber, octets: number): SeqNumber {
  return ((seq as unknown as number) + octets | 0) as unknown as SeqNumber;
}

/** How many octets lie from `from` to `to`: -2^31 to 2^31 - 1, negative when `to` comes first. */
export function seqDistance(from: SeqNumber, to: SeqNumber): number {
  return (to as unknown as number) - (from as unknown as number) | 0;
}

/** Whether `a` comes before `b`. */
export function seqBefore(a: SeqNumber, b: SeqNumber): boolean {
  return ((a as unknown as number) - (b as unknown as number) | 0) < 0;
}

/** Whether `a` comes before `b` or is `b`. */
export function seqAtOrBefore(a: SeqNumber, b: SeqNumber): boolean {
  return ((a as unknown as number) - (b as unknown as number) | 0) <= 0;
}

/** Whether `a` comes after `b`. */
export function seqAfter(a: SeqNumber, b: SeqNumber): boolean {
  return ((a as unknown as number) - (b as unknown as number) | 0) > 0;
}

/** Whether `a` comes after `b` or is `b`. */
export function seqAtOrAfter(a: SeqNumber, b: SeqNumber): boolean {
  return ((a as unknown as number) - (b as unknown as number) | 0) >= 0;
}

/** Whether `seq` lies in the `length` octets that start at `start`; never, when `length` is 0. */
export function seqInWindow(seq: SeqNumber, start: SeqNumber, length: number): boolean {
  const offset = (seq as unknown as number) - (start as unknown as number) | 0;
  return offset >= 0 && offset < length;
}

/** The later of two positions. */
export function seqLater(a: SeqNumber, b: SeqNumber): SeqNumber {
  return seqAfter(a, b) ? a : b;
}

/** The earlier of two positions. */
export function seqEarlier(a: SeqNumber, b: SeqNumber): SeqNumber {
  return seqBefore(a, b) ? a : b;
}

/** A value of the timestamps option: a tick of its sender's clock, modulo 2^32 (RFC 7323 4). Held as int32. */
export interface Timestamp {
  /** Not there when the program runs: it keeps the types apart. */
  readonly brand: "Timestamp";
}

/** The timestamp `value` modulo 2^32. */
export function timestamp(value: number): Timestamp {
  return (value | 0) as unknown as Timestamp;
}

/** The timestamp as an int32. */
export function timestampToInt32(value: Timestamp): number {
  return value as unknown as number;
}

/** The timestamp as people write it: 0 to 4294967295. */
export function timestampToUint32(value: Timestamp): number {
  return (value as unknown as number) >>> 0;
}

/** Ticks from `from` to `to`, negative when `to` comes first. */
export function timestampDistance(from: Timestamp, to: Timestamp): number {
  return (to as unknown as number) - (from as unknown as number) | 0;
}
