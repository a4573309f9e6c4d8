/**
 * A device that loses, holds back, watches or changes packets on their way between our core and the real network.
 *
 * @module
 */

import type { PacketDevice, SendResult } from "../../driver/mod.ts";
import { decodePacket, Segment } from "../../tcp/mod.ts";

/** What becomes of a packet. "held": it stays until `release`. */
export type Fate = "passes" | "lost" | "held";

/** Decides about one packet; the octets are the device's own, and may be changed (the checksums are not mended). */
export type Judge = (segment: Segment, packet: Uint8Array) => Fate;

const passes: Judge = () => "passes";

/** A device in front of another, which stays its owner's. */
export class FaultyDevice implements PacketDevice {
  /** About packets that we send. */
  outward: Judge;
  /** About packets that come in. */
  inward: Judge;
  readonly inbound: Uint8Array;
  readonly outbound: Uint8Array;
  readonly descriptor: number;
  readonly mtu: number;
  lostOutward = 0;
  lostInward = 0;
  readonly #inner: PacketDevice;
  readonly #segment = new Segment();
  readonly #heldOutward: Uint8Array[] = [];
  /** Packets that come in ahead of the inner device's. */
  readonly #releasedInward: Uint8Array[] = [];
  readonly #heldInward: Uint8Array[] = [];

  constructor(inner: PacketDevice, judges: { readonly outward?: Judge; readonly inward?: Judge } = {}) {
    this.#inner = inner;
    this.inbound = inner.inbound;
    this.outbound = inner.outbound;
    this.descriptor = inner.descriptor;
    this.mtu = inner.mtu;
    this.outward = judges.outward ?? passes;
    this.inward = judges.inward ?? passes;
  }

  receive(): number {
    const released = this.#releasedInward.shift();
    if (released !== undefined) {
      this.inbound.set(released);
      return released.length;
    }
    for (;;) {
      const length = this.#inner.receive();
      if (length === 0) return 0;
      const packet = this.inbound.subarray(0, length);
      const fate = this.#judge(this.inward, packet);
      if (fate === "passes") return length;
      if (fate === "lost") this.lostInward++;
      else this.#heldInward.push(packet.slice());
    }
  }

  send(length: number): SendResult {
    const packet = this.outbound.subarray(0, length);
    const fate = this.#judge(this.outward, packet);
    if (fate === "passes") return this.#inner.send(length);
    if (fate === "lost") this.lostOutward++;
    else this.#heldOutward.push(packet.slice());
    return "sent";
  }

  /**
   * Lets go what was held, in its order: ours leaves now, the peer's comes in with the next `receive`.
   *
   * @param most packets of each direction @default all
   */
  release(most: number = Infinity): void {
    this.#releasedInward.push(...this.#heldInward.splice(0, most));
    for (const packet of this.#heldOutward.splice(0, most)) {
      this.outbound.set(packet);
      this.#inner.send(packet.length);
    }
  }

  [Symbol.dispose](): void {
    this.#inner[Symbol.dispose]();
  }

  #judge(judge: Judge, packet: Uint8Array): Fate {
    if (judge === passes) return "passes";
    const refusal = decodePacket(packet, packet.length, this.#segment, "verify");
    return refusal === null ? judge(this.#segment, packet) : "passes";
  }
}

/** Loses packets at random, each with this probability, by a seeded generator. */
export function loses(probability: number, seed: number): Judge {
  let state = Math.imul(seed + 1, 0x9e3779b1) | 1; // small seeds would begin with small numbers
  return () => {
    state ^= state << 13; // xorshift32, Marsaglia 2003
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32 < probability ? "lost" : "passes";
  };
}
