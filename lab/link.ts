/**
 * One direction of the network between two hosts: what it loses, delays, reorders, doubles, damages, marks and queues.
 *
 * @module
 */

import { after, type Instant, instant, type Micros, micros, type Segment } from "../tcp/mod.ts";
import type { Random } from "./random.ts";

/** What is to become of one packet. */
export type Fate = "arrives" | "is lost" | "is late" | "comes twice" | "is damaged";

/** Says what is to become of a packet, the `index`-th of its direction from 0; undefined: left to chance. Reads only. */
export type Judge = (segment: Segment, index: number) => Fate | undefined;

/** Why a packet never arrives: lost by chance or fate, no room in the queue, or longer than the MTU. */
export type LinkDrop = "lost" | "queue full" | "too big";

/** What one direction does to packets. Probabilities are per packet, from 0 to 1. */
export interface LinkPlan {
  /** Packets that are lost. */
  readonly loss: number;
  /** Mean number of packets that are lost together; 1: each on its own. */
  readonly burst: number;
  /** From the far end of the bottleneck to the receiver; one way. */
  readonly delay: Micros;
  /** Most that the delay of one packet may be above `delay`; more than the gap between packets reorders them. */
  readonly jitter: Micros;
  /** Packets that take `reorderDelay` longer than the rest. */
  readonly reorder: number;
  /** By how much those are late. */
  readonly reorderDelay: Micros;
  /** Packets that come twice. */
  readonly duplicate: number;
  /** Packets in which one to three bits are flipped. */
  readonly corrupt: number;
  /** ECN-capable packets that are marked. */
  readonly mark: number;
  /** The rate of the bottleneck; Infinity: there is none. */
  readonly octetsPerSecond: number;
  /** Packets that wait before the bottleneck; one more is dropped. */
  readonly queue: number;
  /** Octets of the largest packet that goes through. */
  readonly mtu: number;
  /** Whether the sender of a larger one is told by ICMP; otherwise the link is a PMTU black hole. */
  readonly tellsTooBig: boolean;
  /** Faults on request: what becomes of the first packets, one by one, or a judge of each. The rest is left to chance. */
  readonly fates: readonly Fate[] | Judge;
}

/** By how much a packet is late whose fate it is: enough to be overtaken, and by a retransmission at times, µs. */
const LATENESS = 300_000;

/** Quiet after which a burst of losses is over, µs: it is trouble of the path, not of the next packets. */
const BURST_MOST = 100_000;

/** A link that does nothing but take its time. */
export const PERFECT_LINK: LinkPlan = {
  loss: 0,
  burst: 1,
  delay: micros(10_000),
  jitter: micros(0),
  reorder: 0,
  reorderDelay: micros(0),
  duplicate: 0,
  corrupt: 0,
  mark: 0,
  octetsPerSecond: Infinity,
  queue: Infinity,
  mtu: Infinity,
  tellsTooBig: true,
  fates: [],
};

/** What a link did. */
export class LinkCounts {
  /** Packets that were given to it. */
  sent = 0;
  /** Packets lost by chance or on request. */
  lost = 0;
  /** Dropped because the queue was full. */
  overflowed = 0;
  /** Dropped because they were longer than the MTU. */
  tooBig = 0;
  /** Packets that came twice. */
  duplicated = 0;
  /** Packets in which bits were flipped. */
  corrupted = 0;
  /** Packets marked "congestion experienced" (RFC 3168 5). */
  marked = 0;
}

/** Where a direction ends: what it does with packets is reported here. */
export interface LinkExit {
  /** The packet arrives at a moment; the receiver owns it. */
  deliver(packet: Uint8Array, at: Instant, damagedBits: number): void;
  /** The packet never arrives. The sender of one that is too big may hear of it at `at`; otherwise that is now. */
  drop(packet: Uint8Array, reason: LinkDrop, at: Instant): void;
}

/** One direction between two hosts. */
export class Link {
  /** What it did so far. */
  readonly counts: LinkCounts = new LinkCounts();
  #plan: LinkPlan;
  readonly #random: Random;
  readonly #exit: LinkExit;
  /** When the bottleneck is free again. */
  #freeAt: Instant = instant(0);
  #isInBurst = false;
  #lastSentAt: Instant = instant(0);

  /** `random` is its own: others would change what it does. */
  constructor(plan: LinkPlan, random: Random, exit: LinkExit) {
    this.#plan = plan;
    this.#random = random;
    this.#exit = exit;
  }

  /** What it does to packets now. */
  get plan(): LinkPlan {
    return this.#plan;
  }

  /** Changes what becomes of packets sent from now on: `{ loss: 1 }` is a cable that was pulled. */
  change(plan: Partial<LinkPlan>): void {
    this.#plan = { ...this.#plan, ...plan };
  }

  /** Takes a packet, which is the link's from now on; `segment` is what it holds. */
  send(packet: Uint8Array, segment: Segment, now: Instant): void {
    const plan = this.#plan;
    const { counts } = this;
    const index = counts.sent++;
    const fate = typeof plan.fates === "function" ? plan.fates(segment, index) : plan.fates[index];
    if (fate !== undefined) return this.#obey(fate, packet, now);
    if (this.#loses(now)) return this.#lose(packet, now);
    if (packet.length > plan.mtu) {
      counts.tooBig++;
      return this.#exit.drop(packet, "too big", this.#arrival(now));
    }
    const through = this.#queue(packet.length, now);
    if (through === null) {
      counts.overflowed++;
      return this.#exit.drop(packet, "queue full", now);
    }
    this.#pass(packet, through);
  }

  /** The packet is through the bottleneck: marks, doubles and damages. */
  #pass(packet: Uint8Array, through: Instant): void {
    const plan = this.#plan;
    const random = this.#random;
    const { counts } = this;
    if (plan.mark > 0 && random.chance(plan.mark) && markCongestion(packet)) counts.marked++;
    if (plan.duplicate > 0 && random.chance(plan.duplicate)) {
      counts.duplicated++;
      this.#exit.deliver(packet.slice(), this.#arrival(through), 0);
    }
    let damagedBits = 0;
    if (plan.corrupt > 0 && random.chance(plan.corrupt)) {
      counts.corrupted++;
      damagedBits = random.integer(1, 3);
      for (let i = 0; i < damagedBits; i++) flipBit(packet, random.integer(0, 8 * packet.length - 1));
    }
    this.#exit.deliver(packet, this.#arrival(through), damagedBits);
  }

  #obey(fate: Fate, packet: Uint8Array, now: Instant): void {
    const at = after(now, this.#plan.delay);
    switch (fate) {
      case "is lost":
        return this.#lose(packet, now);
      case "is late":
        return this.#exit.deliver(packet, instant(at + LATENESS), 0);
      case "comes twice":
        this.counts.duplicated++;
        this.#exit.deliver(packet.slice(), at, 0);
        return this.#exit.deliver(packet, at, 0);
      case "is damaged":
        this.counts.corrupted++;
        flipBit(packet, 8 * packet.length - 1);
        return this.#exit.deliver(packet, at, 1);
      case "arrives":
        return this.#exit.deliver(packet, at, 0);
    }
  }

  #lose(packet: Uint8Array, now: Instant): void {
    this.counts.lost++;
    this.#exit.drop(packet, "lost", now);
  }

  /** Losses one by one or in bursts (a two-state Markov chain) of the same mean. */
  #loses(now: Instant): boolean {
    const { loss, burst } = this.#plan;
    if (loss === 0) return false;
    if (burst <= 1) return this.#random.chance(loss);
    if (now - this.#lastSentAt > BURST_MOST) this.#isInBurst = false;
    this.#lastSentAt = now;
    const leave = 1 / burst;
    const enter = leave * loss / (1 - loss);
    this.#isInBurst = this.#random.chance(this.#isInBurst ? 1 - leave : enter);
    return this.#isInBurst;
  }

  /** When the packet has passed the bottleneck; null: the queue is full. */
  #queue(octets: number, now: Instant): Instant | null {
    const { octetsPerSecond, queue } = this.#plan;
    if (octetsPerSecond === Infinity) return now;
    const perPacket = octets / octetsPerSecond * 1e6;
    const start = Math.max(now, this.#freeAt);
    if (start - now > queue * perPacket) return null;
    this.#freeAt = instant(start + perPacket);
    return this.#freeAt;
  }

  #arrival(through: Instant): Instant {
    const { delay, jitter, reorder, reorderDelay } = this.#plan;
    let span: number = delay;
    if (jitter > 0) span += this.#random.fraction() * jitter;
    if (reorder > 0 && this.#random.chance(reorder)) span += this.#random.fraction() * reorderDelay;
    return instant(Math.ceil(after(through, micros(span))));
  }
}

function flipBit(packet: Uint8Array, bit: number): void {
  const index = bit >> 3;
  packet[index] = (packet[index] as number) ^ 1 << (bit & 7);
}

/** Sets "congestion experienced" on a packet whose sender is ECN-capable (RFC 3168 5). Returns whether it did. */
function markCongestion(packet: Uint8Array): boolean {
  const isIpv4 = (packet[0] as number) >> 4 === 4;
  const shift = isIpv4 ? 0 : 4;
  const codepoint = (packet[1] as number) >> shift & 3;
  if (codepoint === 0 || codepoint === 3) return false;
  packet[1] = (packet[1] as number) | 3 << shift;
  if (isIpv4) {
    // RFC 1624: the sum of the header grew by the difference, so its complement shrinks.
    let checksum = (packet[10] as number) << 8 | packet[11] as number;
    checksum -= 3 - codepoint;
    if (checksum < 0) checksum += 0xffff;
    packet[10] = checksum >> 8;
    packet[11] = checksum & 0xff;
  }
  return true;
}
