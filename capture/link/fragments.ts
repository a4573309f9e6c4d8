/**
 * Puts packets together again that IP has fragmented (RFC 791 3.2, RFC 8200 4.5).
 *
 * @module
 */

import { Protocol } from "./ip_layer.ts";
import type { Cursor } from "./layer.ts";

/** Packets of which some fragments are waited for; beyond it the oldest is given up. */
const MOST_PENDING = 64;
const FRAGMENT_UNIT = 8;
const MOST_PAYLOAD = 65_535;
const IPV6_HEADER = 40;
const FRAGMENT_HEADER = 8;
const OFFSET_BITS = 0x1fff;
const MORE_FRAGMENTS = 0x2000;

/** RFC 8200 4.5, nanoseconds: what has not become whole by then never will, and its identification may come round. */
const MOST_WAIT = 60_000_000_000n;

interface Pending {
  /** When its first fragment came. */
  readonly since: bigint;
  /** The IP header of the first fragment, its length and fragment fields as of a whole packet; null until it comes. */
  header: Uint8Array | null;
  payload: Uint8Array;
  /** For each unit of 8 octets whether it has come. */
  readonly has: Uint8Array;
  units: number;
  /** Octets of payload in all; -1 until the last fragment comes. */
  length: number;
  /** Where the captured octets end, as a fragment may have been cut; Infinity while all are there. */
  cutAt: number;
  frames: number;
}

/** A packet that is whole again. */
export interface Reassembled {
  readonly octets: Uint8Array;
  /** Octets from the start that were captured. */
  readonly captured: number;
}

interface Fragment {
  readonly key: string;
  readonly header: () => Uint8Array;
  readonly payloadAt: number;
  readonly offset: number;
  readonly isLast: boolean;
}

/** Collects fragments. */
export class Fragments {
  readonly #pending = new Map<string, Pending>();
  /** Frames with fragments of packets that have not become whole. */
  #given = 0;

  /** Frames with fragments of packets that never became whole, so far. */
  get incomplete(): number {
    let frames = this.#given;
    for (const pending of this.#pending.values()) frames += pending.frames;
    return frames;
  }

  /** Takes the fragment that the cursor has found, at a moment in ns; returns the packet when it is the last one missing. */
  add(cursor: Cursor, now: bigint): Reassembled | null {
    const fragment = (cursor.octets[cursor.ip] ?? 0) >> 4 === 4 ? ipv4Fragment(cursor) : ipv6Fragment(cursor);
    const { key, payloadAt, offset, isLast } = fragment;
    const length = cursor.end - payloadAt;
    if (length <= 0 || offset + length > MOST_PAYLOAD) return null;
    const pending = this.#pendingOf(key, now);
    pending.frames++;
    if (offset === 0) pending.header ??= fragment.header();
    if (isLast) pending.length = offset + length;
    const captured = Math.min(length, cursor.octets.length - payloadAt);
    put(pending, offset, length, cursor.octets.subarray(payloadAt, payloadAt + captured));
    const isWhole = pending.header !== null && pending.length >= 0 &&
      pending.units >= Math.ceil(pending.length / FRAGMENT_UNIT);
    if (!isWhole) return null;
    this.#pending.delete(key);
    return wholePacket(pending, pending.header as Uint8Array);
  }

  #pendingOf(key: string, now: bigint): Pending {
    let pending = this.#pending.get(key);
    if (pending !== undefined && now - pending.since > MOST_WAIT) {
      this.#given += pending.frames;
      this.#pending.delete(key);
      pending = undefined;
    }
    if (pending === undefined) {
      const has = new Uint8Array(MOST_PAYLOAD / FRAGMENT_UNIT + 1);
      pending = {
        since: now,
        header: null,
        payload: new Uint8Array(0),
        has,
        units: 0,
        length: -1,
        cutAt: Infinity,
        frames: 0,
      };
      this.#pending.set(key, pending);
      if (this.#pending.size > MOST_PENDING) this.#giveUpOldest();
    }
    return pending;
  }

  #giveUpOldest(): void {
    for (const [key, { frames }] of this.#pending) {
      this.#pending.delete(key);
      this.#given += frames;
      return;
    }
  }
}

/** Takes what is new; what comes a second time changes nothing. */
function put(pending: Pending, offset: number, length: number, captured: Uint8Array): void {
  if (pending.payload.length < offset + length) {
    const larger = new Uint8Array(offset + length);
    larger.set(pending.payload);
    pending.payload = larger;
  }
  const first = offset / FRAGMENT_UNIT;
  const units = Math.ceil(length / FRAGMENT_UNIT);
  for (let unit = first; unit < first + units; unit++) {
    if (pending.has[unit] === 1) continue;
    pending.has[unit] = 1;
    pending.units++;
  }
  pending.payload.set(captured, offset);
  if (captured.length < length) pending.cutAt = Math.min(pending.cutAt, offset + captured.length);
}

function wholePacket(pending: Pending, header: Uint8Array): Reassembled {
  const octets = new Uint8Array(header.length + pending.length);
  octets.set(header);
  octets.set(pending.payload.subarray(0, pending.length), header.length);
  const isIpv4 = (octets[0] ?? 0) >> 4 === 4;
  const length = isIpv4 ? octets.length : octets.length - IPV6_HEADER;
  octets[isIpv4 ? 2 : 4] = length >> 8;
  octets[isIpv4 ? 3 : 5] = length & 0xff;
  return { octets, captured: header.length + Math.min(pending.cutAt, pending.length) };
}

function ipv4Fragment({ octets, ip }: Cursor): Fragment {
  const at = (offset: number): number => octets[ip + offset] ?? 0;
  const field = at(6) << 8 | at(7);
  const headerLength = (at(0) & 0xf) * 4;
  return {
    key: keyOf(octets, ip + 12, 8, [at(4), at(5), at(9)]),
    header: () => {
      const header = octets.slice(ip, ip + headerLength);
      header[6] = 0;
      header[7] = 0;
      return header;
    },
    payloadAt: ip + headerLength,
    offset: (field & OFFSET_BITS) * FRAGMENT_UNIT,
    isLast: (field & MORE_FRAGMENTS) === 0,
  };
}

/** The cursor stands at the fragment header; what is before it stays as it is, without it. */
function ipv6Fragment({ octets, ip, at: fragmentAt }: Cursor): Fragment {
  const at = (offset: number): number => octets[fragmentAt + offset] ?? 0;
  const field = at(2) << 8 | at(3);
  return {
    key: keyOf(octets, ip + 8, 32, [at(4), at(5), at(6), at(7)]),
    header: () => {
      const header = octets.slice(ip, fragmentAt);
      header[nextHeaderOffset(octets, ip, fragmentAt) - ip] = at(0);
      return header;
    },
    payloadAt: fragmentAt + FRAGMENT_HEADER,
    offset: field & ~7,
    isLast: (field & 1) === 0,
  };
}

/** Where the number stands that says that a fragment header follows. */
function nextHeaderOffset(octets: Uint8Array, ip: number, fragmentAt: number): number {
  let field = ip + 6;
  let next = ip + IPV6_HEADER;
  while (next < fragmentAt && octets[field] !== Protocol.fragment) {
    field = next;
    next += ((octets[next + 1] ?? 0) + 1) * FRAGMENT_UNIT;
  }
  return field;
}

function keyOf(octets: Uint8Array, at: number, length: number, more: readonly number[]): string {
  return [...octets.subarray(at, at + length), ...more].join(".");
}
