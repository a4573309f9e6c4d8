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

/** Slots of the first table. A power of two; it doubles when there are as many entries. */
const FIRST_SLOTS = 16;

/** Octets of the end of an address that are compared as one number: all of an IPv4 address. */
const END_OCTETS = 4;

/**
 * An entry with what tells it from others, side by side: with many connections the next one is in no cache, and every object
 * on the way to it is another wait.
 */
interface Place<T> {
  readonly entry: T;
  readonly key: number;
  /** Both ports, octets of an address, and the end of either address. */
  readonly ports: number;
  readonly length: number;
  readonly localEnd: number;
  readonly remoteEnd: number;
  /** The next one in the same slot. */
  next: Place<T> | null;
}

/** A table of connections by four-tuple: hashed, with chains. */
export class Demultiplexer<T extends Addressed> {
  #slots: (Place<T> | null)[] = emptySlots(FIRST_SLOTS);
  /** The place found last: segments come in bursts. */
  #last: Place<T> | null = null;
  #count = 0;

  /** Entries held. */
  get count(): number {
    return this.#count;
  }

  /** Adds an entry; its four-tuple must not be there yet. */
  add(entry: T): void {
    if (this.#count === this.#slots.length) this.#grow();
    this.#link(placeOf(entry));
    this.#count++;
  }

  /** Removes an entry; nothing when it is not there. */
  remove(entry: T): void {
    const slot = this.#slotOf(placeOf(entry).key);
    let before: Place<T> | null = null;
    let place = this.#slots[slot] as Place<T> | null;
    while (place !== null && place.entry !== entry) {
      before = place;
      place = place.next;
    }
    if (place === null) return;
    if (before === null) this.#slots[slot] = place.next;
    else before.next = place.next;
    if (this.#last === place) this.#last = null;
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
    if (last !== null && isOf(last, ports, addresses, localOffset, remoteOffset, length)) return last.entry;
    let place = this.#slots[this.#slotOf(keyOf(ports, addresses, remoteOffset, length))] as Place<T> | null;
    while (place !== null && !isOf(place, ports, addresses, localOffset, remoteOffset, length)) {
      place = place.next;
    }
    if (place === null) return null;
    this.#last = place;
    return place.entry;
  }

  #slotOf(key: number): number {
    return key & this.#slots.length - 1;
  }

  #link(place: Place<T>): void {
    const slot = this.#slotOf(place.key);
    place.next = this.#slots[slot] as Place<T> | null;
    this.#slots[slot] = place;
  }

  #grow(): void {
    const before = this.#slots;
    this.#slots = emptySlots(2 * before.length);
    for (const first of before) {
      for (let place = first; place !== null;) {
        const { next } = place;
        this.#link(place);
        place = next;
      }
    }
  }
}

function emptySlots(count: number): null[] {
  return new Array<null>(count).fill(null);
}

function placeOf<T extends Addressed>(entry: T): Place<T> {
  const { local, remote } = entry;
  const { octets } = remote.address;
  const { length } = octets;
  const ports = portsOf(local.port, remote.port);
  return {
    entry,
    key: keyOf(ports, octets, 0, length),
    ports,
    length,
    localEnd: endOf(local.address.octets, 0, length),
    remoteEnd: endOf(octets, 0, length),
    next: null,
  };
}

function isOf(
  place: Place<Addressed>,
  ports: number,
  addresses: Uint8Array,
  localOffset: number,
  remoteOffset: number,
  length: number,
): boolean {
  if (place.ports !== ports || place.length !== length) return false;
  if (place.remoteEnd !== endOf(addresses, remoteOffset, length)) return false;
  if (place.localEnd !== endOf(addresses, localOffset, length)) return false;
  if (length === END_OCTETS) return true;
  const { local, remote } = place.entry;
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
