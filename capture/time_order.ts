/**
 * The packets of a file in the order of their times, where the file has them in another one.
 *
 * @module
 */

import type { CapturedPacket, TakePacket } from "./capture.ts";

/** Octets that are kept at most; a longer file stays in its order from there on. */
const MOST_OCTETS = 256 * 1024 * 1024;

/** Keeps packets until the file ends. */
export class TimeOrder {
  #kept: CapturedPacket[] = [];
  #frames = 0;
  #octets = 0;

  /** The next packet of the file; it is copied. */
  add(packet: CapturedPacket, take: TakePacket): void {
    this.#frames++;
    const octets = packet.octets.slice();
    this.#kept.push({ ...packet, octets, frame: this.#frames });
    this.#octets += octets.length;
    if (this.#octets > MOST_OCTETS) this.finish(take);
  }

  /** Hands on what is kept; of one moment in the order of the file. */
  finish(take: TakePacket): void {
    const sorted = this.#kept.sort((a, b) => a.time < b.time ? -1 : a.time > b.time ? 1 : 0);
    this.#kept = [];
    this.#octets = 0;
    for (const packet of sorted) take(packet);
  }
}
