/**
 * Finding the connection that a segment belongs to: by both addresses and both ports, compared where the packet has
 * them (RFC 9293 3.3.2).
 *
 * @module
 */

import { type IpAddress, octetsMatch, type Port } from "../base/address.ts";

/**
 * What is looked up: something with two endpoints. What tells it from others lies side by side in it: with many connections the
 * next one is in no cache, and every object on the way to it is another wait. Only {@link Demultiplexer} writes these fields.
 */
export interface Addressed<T> {
  readonly local: { readonly address: IpAddress; readonly port: Port };
  readonly remote: { readonly address: IpAddress; readonly port: Port };
  /** Both ports, octets of an address, and the end of either address. */
  ports: number;
  addressLength: number;
  localEnd: number;
  remoteEnd: number;
  /** The next one in the same slot. */
  nextInSlot: T | null;
}

/** The fields of an entry that is in no table. */
export const NOT_IN_TABLE = {
  ports: 0,
  addressLength: 0,
  localEnd: 0,
  remoteEnd: 0,
  nextInSlot: null,
} as const;

/** Multiplier and start of the FNV-1a hash. */
const FNV_PRIME = 0x01000193;
const FNV_START = 0x811c9dc5 | 0;

/** Slots of the first table. A power of two; it doubles when there are as many entries. */
const FIRST_SLOTS = 16;

/** Octets of the end of an address that are compared as one number: all of an IPv4 address. */
const END_OCTETS = 4;

/** A table of connections by four-tuple: hashed, with chains. */
export class Demultiplexer<T extends Addressed<T>> {
  #slots: (T | null)[] = emptySlots(FIRST_SLOTS);
  /** The entry found last: segments come in bursts. */
  #last: T | null = null;
  #count = 0;

  /** Entries held. */
  get count(): number {
    return this.#count;
  }

  /** Adds an entry; its four-tuple must not be there yet. */
  add(entry: T): void {
    if (this.#count === this.#slots.length) this.#grow();
    const { local, remote } = entry;
    const { length } = remote.address.octets;
    entry.ports = portsOf(local.port, remote.port);
    entry.addressLength = length;
    entry.localEnd = endOf(local.address.octets, 0, length);
    entry.remoteEnd = endOf(remote.address.octets, 0, length);
    this.#link(entry);
    this.#count++;
  }

  /** Removes an entry; nothing when it is not there. */
  remove(entry: T): void {
    const slot = this.#slotOf(entry);
    let before: T | null = null;
    let other = this.#slots[slot] as T | null;
    while (other !== null && other !== entry) {
      before = other;
      other = other.nextInSlot;
    }
    if (other === null) return;
    if (before === null) this.#slots[slot] = entry.nextInSlot;
    else before.nextInSlot = entry.nextInSlot;
    entry.nextInSlot = null;
    if (this.#last === entry) this.#last = null;
    this.#count--;
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
    const ports = portsOf(localPort, remotePort);
    const last = this.#last;
    if (last !== null && isOf(last, ports, addresses, localOffset, remoteOffset, length)) return last;
    const key = keyOf(ports, addresses, remoteOffset, length);
    let entry = this.#slots[key & this.#slots.length - 1] as T | null;
    while (entry !== null && !isOf(entry, ports, addresses, localOffset, remoteOffset, length)) {
      entry = entry.nextInSlot;
    }
    if (entry !== null) this.#last = entry;
    return entry;
  }

  #slotOf({ local, remote: { address, port } }: T): number {
    const { octets } = address;
    return keyOf(portsOf(local.port, port), octets, 0, octets.length) & this.#slots.length - 1;
  }

  #link(entry: T): void {
    const slot = this.#slotOf(entry);
    entry.nextInSlot = this.#slots[slot] as T | null;
    this.#slots[slot] = entry;
  }

  #grow(): void {
    const before = this.#slots;
    this.#slots = emptySlots(2 * before.length);
    for (const first of before) {
      for (let entry = first; entry !== null;) {
        const next: T | null = entry.nextInSlot;
        this.#link(entry);
        entry = next;
      }
    }
  }
}

function emptySlots(count: number): null[] {
  return new Array<null>(count).fill(null);
}

function isOf<T>(
  entry: Addressed<T>,
  ports: number,
  addresses: Uint8Array,
  localOffset: number,
  remoteOffset: number,
  length: number,
): boolean {
  if (entry.ports !== ports || entry.addressLength !== length) return false;
  if (entry.remoteEnd !== endOf(addresses, remoteOffset, length)) return false;
  if (entry.localEnd !== endOf(addresses, localOffset, length)) return false;
  if (length === END_OCTETS) return true;
  const { local, remote } = entry;
  return octetsMatch(local.address, addresses, localOffset) &&
    octetsMatch(remote.address, addresses, remoteOffset);
}

function portsOf(local: Port, remote: Port): number {
  return local << 16 | remote;
}

/** The last octets of an address as an int32. */
function endOf(octets: Uint8Array, offset: number, length: number): number {
  const at = offset + length - END_OCTETS;
  return (octets[at] as number) << 24 | (octets[at + 1] as number) << 16 | (octets[at + 2] as number) << 8 |
    (octets[at + 3] as number);
}

/** FNV-1a of the ports and the remote address, its upper half folded into the lower, which chooses the slot. */
function keyOf(ports: number, octets: Uint8Array, offset: number, length: number): number {
  let key = Math.imul(FNV_START ^ (ports >>> 16), FNV_PRIME);
  key = Math.imul(key ^ ports & 0xffff, FNV_PRIME);
  for (let i = 0; i < length; i++) key = Math.imul(key ^ (octets[offset + i] as number), FNV_PRIME);
  return key ^ key >>> 16;
}
