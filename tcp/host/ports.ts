/**
 * Choice of local ports, RFC 6056: hard to guess from outside, and long before one is used again to the same peer.
 *
 * @module
 */

import { type Endpoint, type IpAddress, IPV4_ADDRESS_LENGTH, type Port } from "../base/address.ts";
import { EndpointHash, HashUse } from "./siphash.ts";

/** A range of ports, both ends included. */
export interface PortRange {
  /** The lowest. */
  readonly first: Port;
  /** The highest. */
  readonly last: Port;
}

/** The dynamic ports of RFC 6335 6. */
export const DYNAMIC_PORTS: PortRange = { first: 49_152, last: 65_535 };

/** RFC 6056 3.3.4: counters; destinations that share one tell each other's users how many ports were taken. */
const TABLE_LENGTH = 1_024;

/** Stands for an address where only a number is hashed. */
const NO_ADDRESS: IpAddress = { family: 4, octets: new Uint8Array(IPV4_ADDRESS_LENGTH) };

/** Whether a port can be taken. */
export type PortIsFree = (port: Port) => boolean;

/** Who else has a say in the local ports that are connected from: a system that gives out ports of its own, for one. */
export interface PortKeeper {
  /** What to choose from. */
  readonly range: PortRange;
  /** A connection is about to be opened from this port; false: it cannot be had. What it throws, `Host.connect` throws. */
  take(address: IpAddress, port: Port): boolean;
  /** Whether somebody has taken the port. What comes to another, for nobody here, is the system's and is not answered. */
  has(port: Port): boolean;
  /** A connection that it was taken for has left it; called once for each `take` that said yes. */
  release(address: IpAddress, port: Port): void;
}

/** Algorithm 4 of RFC 6056, "double-hash port selection". */
export class PortSelector {
  /** F and G of RFC 6056 3.3.4 are the two halves of one hash. */
  readonly #hash: EndpointHash;
  /** How many ports on from its offset each group of destinations has come; begins at values that the secret gives. */
  readonly #table = new Uint32Array(TABLE_LENGTH);

  /** @throws RangeError unless the secret has 16 octets */
  constructor(secret: Uint8Array) {
    this.#hash = new EndpointHash(secret, HashUse.portOffset);
    const seeds = new EndpointHash(secret, HashUse.portTable);
    for (let i = 0; i < TABLE_LENGTH; i++) {
      const entry = { address: NO_ADDRESS, port: i };
      seeds.hash(entry, entry);
      this.#table[i] = seeds.low;
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
    this.#hash.hash({ address: local, port: 0 }, remote);
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
