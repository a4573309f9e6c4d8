/**
 * Choice of local ports, RFC 6056: hard to guess from outside, and long before one is used again to the same peer.
 *
 * @module
 */

import type { Endpoint, IpAddress, Port } from "./address.ts";
import { HASH_MESSAGE_LENGTH, HashUse, writeHashMessage } from "./isn.ts";
import { SipHash } from "./siphash.ts";

/** A range of ports, both ends included. */
export interface PortRange {
  readonly first: Port;
  readonly last: Port;
}

/** The dynamic ports of RFC 6335 6. */
export const DYNAMIC_PORTS: PortRange = { first: 49_152, last: 65_535 };

/** What Linux chooses from by default. */
export const LINUX_PORTS: PortRange = { first: 32_768, last: 60_999 };

/** RFC 6056 3.3.4: counters; destinations that share one tell each other's users how many ports were taken. */
const TABLE_LENGTH = 1_024;

/** Whether a port can be taken. */
export type PortIsFree = (port: Port) => boolean;

/** Algorithm 4 of RFC 6056, "double-hash port selection". */
export class PortSelector {
  readonly #hash: SipHash;
  readonly #message = new Uint8Array(HASH_MESSAGE_LENGTH);
  /** How many ports on from its offset each group of destinations has come. Begins anywhere: the secret says where. */
  readonly #table = new Uint32Array(TABLE_LENGTH);

  /** @throws RangeError unless the secret has 16 octets */
  constructor(secret: Uint8Array) {
    this.#hash = new SipHash(secret);
    const seed = new Uint8Array([HashUse.portTable, 0, 0]);
    for (let i = 0; i < TABLE_LENGTH; i++) {
      seed[1] = i;
      seed[2] = i >> 8;
      this.#hash.hash(seed, seed.length);
      this.#table[i] = this.#hash.low;
    }
  }

  /**
   * Chooses a port of `range` that is free for a connection from `local` to `remote`: the next of a sequence that is this
   * destination's own. Null when none is free.
   */
  choose(
    local: IpAddress,
    remote: Endpoint,
    isFree: PortIsFree,
    range: PortRange = DYNAMIC_PORTS,
  ): Port | null {
    const { first, last } = range;
    const count = last - first + 1;
    const length = writeHashMessage(this.#message, HashUse.portOffset, { address: local, port: 0 }, remote);
    this.#hash.hash(this.#message, length);
    const offset = modulo(this.#hash.low, count);
    const index = modulo(this.#hash.high, TABLE_LENGTH);
    for (let tried = 0; tried < count; tried++) {
      const step = this.#table[index] as number;
      this.#table[index] = step + 1;
      const port = first + (offset + step) % count;
      if (isFree(port)) return port;
    }
    return null;
  }
}

/** The remainder from 0 to `divisor` - 1 of an int32. */
function modulo(value: number, divisor: number): number {
  return (value % divisor + divisor) % divisor;
}
