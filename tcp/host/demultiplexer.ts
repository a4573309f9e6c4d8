/**
 * Finding the connection that a segment belongs to: by both addresses and both ports, compared where the packet has
 * them (RFC 9293 3.3.2).
 *
 * @module
 */

import { type IpAddress, octetsMatch, type Port } from "../base/address.ts";

/** What is looked up: something with two endpoints. */
export interface Addressed {
  readonly local: { readonly address: IpAddress; readonly port: Port };
  readonly remote: { readonly address: IpAddress; readonly port: Port };
}

/** Multiplier and start of the FNV-1a hash. */
const FNV_PRIME = 0x01000193;
const FNV_START = 0x811c9dc5 | 0;

/** A table of connections by four-tuple. */
export class Demultiplexer<T extends Addressed> {
  readonly #buckets = new Map<number, T[]>();
  #count = 0;

  /** Entries held. */
  get count(): number {
    return this.#count;
  }

  /** Adds an entry; its four-tuple must not be there yet. */
  add(entry: T): void {
    const key = keyOf(
      entry.local.port,
      entry.remote.port,
      entry.remote.address.octets,
      0,
      entry.remote.address.octets.length,
    );
    const bucket = this.#buckets.get(key);
    if (bucket === undefined) this.#buckets.set(key, [entry]);
    else bucket.push(entry);
    this.#count++;
  }

  /** Removes an entry; nothing when it is not there. */
  remove(entry: T): void {
    const key = keyOf(
      entry.local.port,
      entry.remote.port,
      entry.remote.address.octets,
      0,
      entry.remote.address.octets.length,
    );
    const bucket = this.#buckets.get(key);
    const index = bucket?.indexOf(entry) ?? -1;
    if (bucket === undefined || index < 0) return;
    this.#count--;
    if (bucket.length === 1) this.#buckets.delete(key);
    else bucket.splice(index, 1);
  }

  /**
   * The entry whose local end is (`addresses` at `localOffset`, `localPort`) and whose remote end is the other.
   * `length`: octets of an address.
   */
  find(
    addresses: Uint8Array,
    localOffset: number,
    remoteOffset: number,
    length: number,
    localPort: Port,
    remotePort: Port,
  ): T | null {
    const bucket = this.#buckets.get(keyOf(localPort, remotePort, addresses, remoteOffset, length));
    if (bucket === undefined) return null;
    for (let i = 0; i < bucket.length; i++) {
      const entry = bucket[i] as T;
      const isIt = entry.local.port === localPort && entry.remote.port === remotePort &&
        entry.local.address.octets.length === length &&
        octetsMatch(entry.local.address, addresses, localOffset) &&
        octetsMatch(entry.remote.address, addresses, remoteOffset);
      if (isIt) return entry;
    }
    return null;
  }
}

function keyOf(
  localPort: Port,
  remotePort: Port,
  octets: Uint8Array,
  offset: number,
  length: number,
): number {
  let key = Math.imul(FNV_START ^ localPort, FNV_PRIME);
  key = Math.imul(key ^ remotePort, FNV_PRIME);
  for (let i = 0; i < length; i++) key = Math.imul(key ^ (octets[offset + i] as number), FNV_PRIME);
  return key;
}
