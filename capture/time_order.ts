/**
 * The packets of a file in the order of their times, where the file has them in another one.
 *
 * @module
 */

import type { CapturedPacket, TakePacket } from "./capture.ts";

/** Octets that are kept at most; beyond it a file stays in its order. */
const MOST_OCTETS = 256 * 1024 * 1024;
/** Packets that are kept at least before they are sorted: few of them stay behind then. */
const LEAST_PACKETS = 1_024;

/** Keeps packets until none can come any more that belongs before them. */
export class TimeOrder {
  /** Nanoseconds that a packet is late at most. */
  readonly #disorder: bigint;
  #kept: CapturedPacket[] = [];
  #latest = 0n;
  #frames = 0;
  #octets = 0;
  /** How many are kept before they are sorted the next time. */
  #room = LEAST_PACKETS;

  /** `disorder`: nanoseconds that the time of a packet is at most before that of one which stands before it in the file. */
  constructor(disorder: bigint) {
    this.#disorder = disorder;
  }

  /** The next packet of the file; it is copied. */
  add(packet: CapturedPacket, take: TakePacket): void {
    this.#frames++;
    const octets = packet.octets.slice();
    this.#kept.push({ ...packet, octets, frame: this.#frames });
    this.#octets += octets.length;
    if (packet.time > this.#latest) this.#latest = packet.time;
    if (this.#octets > MOST_OCTETS) this.finish(take);
    else if (this.#kept.length >= this.#room) this.#handOn(take, this.#latest - this.#disorder);
  }

  /** Hands on what is kept; of one moment in the order of the file. */
  finish(take: TakePacket): void {
    this.#handOn(take, this.#latest);
  }

  /** Hands on what is not later than `until`. */
  #handOn(take: TakePacket, until: bigint): void {
    const sorted = this.#kept.sort((a, b) => a.time < b.time ? -1 : a.time > b.time ? 1 : 0);
    const first = sorted.findIndex(({ time }) => time > until);
    this.#kept = first < 0 ? [] : sorted.slice(first);
    this.#room = Math.max(LEAST_PACKETS, 2 * this.#kept.length);
    this.#octets = this.#kept.reduce((sum, { octets }) => sum + octets.length, 0);
    const ready = first < 0 ? sorted : sorted.slice(0, first);
    for (const packet of ready) take(packet);
  }
}
