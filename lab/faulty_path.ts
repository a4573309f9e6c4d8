/**
 * One direction of a path with faults: a link whose losses can be asked for one by one, and which says what it did.
 *
 * @module
 */

import { after, type Instant, instant, type Micros, micros, NEVER, type Segment } from "../tcp/mod.ts";
import { type Fault, type FaultChoice, isOfKind } from "./faults.ts";
import { Link, type LinkPlan, PERFECT_LINK } from "./link.ts";
import type { Random } from "./random.ts";

/** Where a direction ends. Packets are the receiver's. */
export interface FaultyExit {
  /** The packet arrives at a moment. */
  deliver(packet: Uint8Array, at: Instant): void;
  /** A fault took the packet away, or is about to change it; `fault` is what was asked for. Borrows. */
  struck(packet: Uint8Array, fault: string, now: Instant): void;
}

/** Packets that wait before a bottleneck, unless it is said. */
const QUEUE = 100;

/** How long a packet waits at most for those that are to overtake it. */
const LONGEST_HOLD: Micros = micros(200_000);

const PROTOCOL_FIELD = 9;
const IPV6_HEADER = 40;

/** A fault that strikes packets, with how many of their kind it has seen. */
interface Striker {
  readonly fault: Fault;
  readonly choice: FaultChoice;
  seen: number;
}

/** A packet that is being overtaken. */
interface Held {
  readonly packet: Uint8Array;
  readonly until: Instant;
  left: number;
}

/** One direction. */
export class FaultyPath {
  readonly #random: Random;
  readonly #exit: FaultyExit;
  readonly #link: Link;
  readonly #strikers: readonly Striker[];
  readonly #reordering: (Fault & { readonly kind: "reorder" }) | null;
  #hasReordered = false;
  #held: Held | null = null;
  /** When the last packet arrives that is not overtaken: jitter keeps the order. */
  #lastAt: Instant = instant(0);
  #rateText = "";

  /** The faults of this direction. */
  constructor(faults: readonly Fault[], random: Random, exit: FaultyExit) {
    this.#random = random;
    this.#exit = exit;
    this.#strikers = faults.flatMap((fault) =>
      "choice" in fault ? [{ fault, choice: fault.choice, seen: 0 }] : []
    );
    this.#reordering = faults.find((fault) => fault.kind === "reorder") ?? null;
    this.#rateText = faults.find(({ kind }) => kind === "rate")?.text ?? "";
    this.#link = new Link(planOf(faults), random, {
      deliver: (packet, at) => this.#arrive(packet, at),
      drop: (packet, _reason, at) => exit.struck(packet, this.#rateText, at),
    });
  }

  /** When a packet that is being overtaken goes on in any case. */
  get deadline(): Instant {
    return this.#held?.until ?? NEVER;
  }

  /** Faults that were asked for and have not happened: too few packets of their kind have come. */
  get pending(): readonly Fault[] {
    const reordering = this.#reordering;
    const waits = reordering?.probability === null && !this.#hasReordered;
    return [
      ...this.#strikers.filter(({ choice, seen }) => choice.by === "count" && seen < choice.from).map((one) =>
        one.fault
      ),
      ...waits ? [reordering] : [],
    ];
  }

  /** Takes a packet, which is the path's from now on; `segment` is what it holds. */
  send(packet: Uint8Array, segment: Segment, now: Instant): void {
    const strikes = this.#strikers.filter((striker) => this.#strikes(striker, segment));
    for (const { fault } of strikes) {
      if (fault.kind !== "duplicate") this.#exit.struck(packet, fault.text, now);
      if (fault.kind === "drop") return;
      if (fault.kind === "duplicate") this.#link.send(packet.slice(), segment, now);
      if (fault.kind === "corrupt") this.#damage(packet);
    }
    if (this.#held === null && this.#isOvertaken(segment)) {
      const { overtakers = 0 } = this.#reordering ?? {};
      this.#held = { packet, until: after(now, LONGEST_HOLD), left: overtakers };
      return;
    }
    this.#link.send(packet, segment, now);
    if (this.#held !== null && --this.#held.left <= 0) this.release(this.#lastAt);
  }

  /** Lets a packet that is being overtaken go on. */
  release(now: Instant): void {
    const held = this.#held;
    this.#held = null;
    if (held !== null) this.#arrive(held.packet, now);
  }

  #arrive(packet: Uint8Array, at: Instant): void {
    this.#lastAt = at > this.#lastAt ? at : this.#lastAt;
    this.#exit.deliver(packet, this.#lastAt);
  }

  #strikes(striker: Striker, segment: Segment): boolean {
    const { choice } = striker;
    if (choice.by === "chance") return this.#random.chance(choice.probability);
    if (!isOfKind(segment, choice.kind)) return false;
    striker.seen++;
    return striker.seen >= choice.from && striker.seen <= choice.to;
  }

  #isOvertaken(segment: Segment): boolean {
    if (this.#reordering === null) return false;
    const { probability } = this.#reordering;
    if (probability !== null) return this.#random.chance(probability);
    if (this.#hasReordered || !isOfKind(segment, "data")) return false;
    this.#hasReordered = true;
    return true;
  }

  /** Flips a bit of the TCP segment: of the IP header, and the packet would go elsewhere. */
  #damage(packet: Uint8Array): void {
    const start = ipHeaderLength(packet);
    const at = this.#random.integer(start, packet.length - 1);
    packet[at] = (packet[at] ?? 0) ^ 1 << this.#random.integer(0, 7);
  }
}

/** Octets of the IP header, without extension headers. */
export function ipHeaderLength(packet: Uint8Array): number {
  const [first = 0] = packet;
  return first >> 4 === 4 && packet.length > PROTOCOL_FIELD ? (first & 0x0f) * 4 : IPV6_HEADER;
}

function planOf(faults: readonly Fault[]): LinkPlan {
  let plan: LinkPlan = { ...PERFECT_LINK, delay: micros(0), queue: QUEUE };
  for (const fault of faults) {
    switch (fault.kind) {
      case "delay":
        plan = { ...plan, delay: micros(plan.delay + fault.span) };
        break;
      case "jitter":
        plan = { ...plan, jitter: fault.span };
        break;
      case "rate":
        plan = { ...plan, octetsPerSecond: fault.octetsPerSecond };
        break;
      case "queue":
        plan = { ...plan, queue: fault.packets };
        break;
      case "drop":
      case "duplicate":
      case "corrupt":
      case "reorder":
        break;
    }
  }
  return plan;
}
