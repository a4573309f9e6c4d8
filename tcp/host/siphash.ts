/**
 * SipHash-2-4, the keyed hash behind initial sequence numbers, timestamp offsets and port choice: short inputs, 64 bits
 * out, and nobody without the key can tell the next value from those seen (Aumasson and Bernstein, 2012).
 *
 * The four 64-bit words of state are kept as pairs of int32, low half first.
 *
 * @module
 */

import { type Endpoint, IPV6_ADDRESS_LENGTH } from "../base/address.ts";

/** Octets of a key. */
const SIPHASH_KEY_LENGTH = 16;

/** Octets of a word and of half of one. */
const WORD = 8;
const HALF_WORD = 4;

const BITS_PER_OCTET = 8;
const BITS_PER_HALF = 32;
const TOP_OCTET_SHIFT = 24;
const SIGN_BIT = 1 << 31;

/** Where the low halves of the state's words lie; the high half follows each. */
const V0_LOW = 0;
const V1_LOW = 2;
const V2_LOW = 4;
const V3_LOW = 6;

/** Rounds for each word of the message, and at the end: the "2-4". */
const COMPRESSION_ROUNDS = 2;
const FINALIZATION_ROUNDS = 4;

/** The state before the key is mixed in: "somepseudorandomlygeneratedbytes" in ASCII; low half of each word first. */
const INITIAL_STATE = [
  0x70736575,
  0x736f6d65,
  0x6e646f6d,
  0x646f7261,
  0x6e657261,
  0x6c796765,
  0x79746573,
  0x74656462,
] as const;

/** What is mixed in between message and result. */
const FINALIZATION_MARK = 0xff;

/** SipHash-2-4 with one key. One hash at a time: the result stays until the next. */
export class SipHash {
  readonly #key = new Int32Array(SIPHASH_KEY_LENGTH / Int32Array.BYTES_PER_ELEMENT);
  /** v0 to v3, low and high half of each in turn. */
  readonly #state = new Int32Array(INITIAL_STATE.length);

  /** Takes a copy of the key. @throws RangeError unless it has 16 octets */
  constructor(key: Uint8Array) {
    if (key.length !== SIPHASH_KEY_LENGTH) {
      throw new RangeError(`Cannot use a key of ${key.length} octets: give ${SIPHASH_KEY_LENGTH}`);
    }
    for (let i = 0; i < this.#key.length; i++) {
      this.#key[i] = readInt32(key, i * Int32Array.BYTES_PER_ELEMENT, key.length);
    }
  }

  /** Hashes the first `length` octets of `message`; then {@link low} and {@link high} are the result. */
  hash(message: Uint8Array, length: number): void {
    const state = this.#state;
    const key = this.#key;
    // v0 and v2 begin with the key's first word, v1 and v3 with its second.
    for (let i = 0; i < state.length; i++) {
      state[i] = (INITIAL_STATE[i] as number) ^ (key[i % key.length] as number);
    }
    const whole = length - length % WORD;
    for (let offset = 0; offset < whole; offset += WORD) {
      compress(state, readInt32(message, offset, length), readInt32(message, offset + HALF_WORD, length));
    }
    // The last word: the octets left over, and the length in its top octet.
    const top = readInt32(message, whole + HALF_WORD, length) | length << TOP_OCTET_SHIFT;
    compress(state, readInt32(message, whole, length), top);
    state[V2_LOW] = (state[V2_LOW] as number) ^ FINALIZATION_MARK;
    for (let i = 0; i < FINALIZATION_ROUNDS; i++) sipRound(state);
  }

  /** The low 32 bits of the last hash, as int32. */
  get low(): number {
    return foldHalves(this.#state, V0_LOW);
  }

  /** The high 32 bits of the last hash, as int32. */
  get high(): number {
    return foldHalves(this.#state, V0_LOW + 1);
  }
}

/** What a hash of two endpoints is for: the first octet of what is hashed, so that no two uses share a value. */
export const HashUse = { isn: 1, timestamp: 2, portOffset: 3, portTable: 4, synCookie: 5 } as const;

/** One of the uses. */
export type HashUse = typeof HashUse[keyof typeof HashUse];

const OCTETS_PER_PORT = 2;

/** Octets before the endpoints: use and family. */
const MESSAGE_HEAD = 2;

/** Numbers that may be hashed after the endpoints. */
const MOST_WORDS = 3;
const OCTETS_PER_WORD = 4;
const NO_WORDS: readonly number[] = [];

/** Hashes pairs of endpoints for one secret and one use. */
export class EndpointHash {
  readonly #hash: SipHash;
  readonly #message = new Uint8Array(
    MESSAGE_HEAD + 2 * (IPV6_ADDRESS_LENGTH + OCTETS_PER_PORT) + MOST_WORDS * OCTETS_PER_WORD,
  );

  /** Takes a copy of the secret. @throws RangeError unless it has 16 octets */
  constructor(secret: Uint8Array, use: HashUse) {
    this.#hash = new SipHash(secret);
    this.#message[0] = use;
  }

  /** The low 32 bits of the last hash, as int32. */
  get low(): number {
    return this.#hash.low;
  }

  /** The high 32 bits of the last hash, as int32. */
  get high(): number {
    return this.#hash.high;
  }

  /** Hashes the two endpoints and up to three numbers as int32; then {@link low} and {@link high} are the result. */
  hash(local: Endpoint, remote: Endpoint, words: readonly number[] = NO_WORDS): void {
    this.#message[1] = local.address.family;
    let length = this.#write(remote, this.#write(local, MESSAGE_HEAD));
    for (const word of words) {
      for (let i = 0; i < OCTETS_PER_WORD; i++) this.#message[length++] = word >> BITS_PER_OCTET * i;
    }
    this.#hash.hash(this.#message, length);
  }

  #write(endpoint: Endpoint, offset: number): number {
    const octets = endpoint.address.octets;
    this.#message.set(octets, offset);
    const port = offset + octets.length;
    this.#message[port] = endpoint.port >> BITS_PER_OCTET;
    this.#message[port + 1] = endpoint.port;
    return port + OCTETS_PER_PORT;
  }
}

/** The exclusive or of one half of each of the four words. */
function foldHalves(state: Int32Array, first: number): number {
  let folded = 0;
  for (let i = first; i < state.length; i += 2) folded ^= state[i] as number;
  return folded;
}

/** Four octets, lowest first; those at or after `length` count as 0. */
function readInt32(octets: Uint8Array, offset: number, length: number): number {
  let value = 0;
  for (let i = 0; i < HALF_WORD && offset + i < length; i++) {
    value |= (octets[offset + i] as number) << BITS_PER_OCTET * i;
  }
  return value;
}

/** Mixes one word of the message into the state. */
function compress(state: Int32Array, low: number, high: number): void {
  state[V3_LOW] = (state[V3_LOW] as number) ^ low;
  state[V3_LOW + 1] = (state[V3_LOW + 1] as number) ^ high;
  for (let i = 0; i < COMPRESSION_ROUNDS; i++) sipRound(state);
  state[V0_LOW] = (state[V0_LOW] as number) ^ low;
  state[V0_LOW + 1] = (state[V0_LOW + 1] as number) ^ high;
}

/** One round: additions, rotations and exclusive ors, in the order of the paper's figure 2.1. */
function sipRound(state: Int32Array): void {
  add(state, V0_LOW, V1_LOW);
  rotate(state, V1_LOW, 13);
  mix(state, V1_LOW, V0_LOW);
  rotate(state, V0_LOW, 32);
  add(state, V2_LOW, V3_LOW);
  rotate(state, V3_LOW, 16);
  mix(state, V3_LOW, V2_LOW);
  add(state, V0_LOW, V3_LOW);
  rotate(state, V3_LOW, 21);
  mix(state, V3_LOW, V0_LOW);
  add(state, V2_LOW, V1_LOW);
  rotate(state, V1_LOW, 17);
  mix(state, V1_LOW, V2_LOW);
  rotate(state, V2_LOW, 32);
}

/** Adds word `b` to word `a`, both named by the index of their low half. */
function add(state: Int32Array, a: number, b: number): void {
  const left = state[a] as number;
  const sum = left + (state[b] as number) | 0;
  // Compared as unsigned, which a flipped sign bit does, the sum is less than a summand when it overflowed.
  const carry = (sum ^ SIGN_BIT) < (left ^ SIGN_BIT) ? 1 : 0;
  state[a] = sum;
  state[a + 1] = (state[a + 1] as number) + (state[b + 1] as number) + carry | 0;
}

/** Mixes word `b` into word `a` by exclusive or. */
function mix(state: Int32Array, a: number, b: number): void {
  state[a] = (state[a] as number) ^ (state[b] as number);
  state[a + 1] = (state[a + 1] as number) ^ (state[b + 1] as number);
}

/** Rotates word `a` left by 1 to 32 bits. */
function rotate(state: Int32Array, a: number, bits: number): void {
  const low = state[a] as number;
  const high = state[a + 1] as number;
  if (bits === BITS_PER_HALF) {
    state[a] = high;
    state[a + 1] = low;
    return;
  }
  state[a] = low << bits | logicalRight(high, BITS_PER_HALF - bits);
  state[a + 1] = high << bits | logicalRight(low, BITS_PER_HALF - bits);
}

/** Shifts right by 1 to 31 bits, filling with zeros, without leaving int32. */
function logicalRight(value: number, bits: number): number {
  return value >> bits & ~(-1 << BITS_PER_HALF - bits);
}
