/**
 * Sets and maps of nftables: which of their elements a packet's value is.
 *
 * @module
 */

import type { NftElement } from "./netfilter.ts";

/** What rules have loaded of a packet, by the numbers of registers. */
export type Registers = ReadonlyMap<number, Uint8Array>;

// Registers of 16 octets from 1 on, and the same by four octets from 8 on
const WIDE_REGISTERS = 1;
const WORD_REGISTERS = 8;
const WORDS = 4;

/** The element that a register's value is, or the interval that it is in; null: there is none; undefined: it cannot be told. */
export function elementAt(
  list: readonly NftElement[],
  register: number,
  registers: Registers,
): NftElement | null | undefined {
  const [first] = list;
  if (first === undefined) return null;
  const value = joined(register, first.key.length, registers);
  if (value === undefined || list.some(({ key }) => key.length !== value.length)) return undefined;
  const isInterval = list.some(({ isEnd }) => isEnd);
  const last = list.filter(({ key }) => order(key, value) <= 0).toSorted((a, b) => order(b.key, a.key))[0];
  if (last === undefined || (isInterval ? last.isEnd : order(last.key, value) !== 0)) return null;
  return last;
}

/** What a register holds; where a set's keys are longer, with what the next ones hold, each filled up to whole words. */
function joined(
  register: number,
  length: number,
  registers: Registers,
): Uint8Array | undefined {
  const first = registers.get(register);
  if (first === undefined || first.length >= length) return first;
  const word = register < WORD_REGISTERS ? (register - WIDE_REGISTERS) * WORDS : register - WORD_REGISTERS;
  const octets = new Uint8Array(length);
  for (let at = 0; at < length;) {
    const next = word + at / WORDS;
    const value = registers.get(next % WORDS === 0 ? next / WORDS + WIDE_REGISTERS : next + WORD_REGISTERS);
    if (value === undefined || at + value.length > length) return undefined;
    octets.set(value, at);
    at += Math.ceil(value.length / WORDS) * WORDS;
  }
  return octets;
}

/** As memcmp, over the octets that the rule has: names of interfaces may be cut. */
export function order(value: Uint8Array, data: Uint8Array): number {
  for (const [i, octet] of data.entries()) {
    const difference = (value[i] ?? 0) - octet;
    if (difference !== 0) return difference;
  }
  return 0;
}
