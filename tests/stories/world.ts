/**
 * A client's connection and whoever answers it, in virtual time over two links: what the client's program would meet on a
 * real network, except that it is the same each time.
 *
 * @module
 */

import type { ClientLoop } from "../../cli/client_job.ts";
import { type Fault, FaultyPath, Link, type LinkPlan, PERFECT_LINK, Random } from "../../lab/mod.ts";
import { type Endpoint, parseAddress } from "../../tcp/base/address.ts";
import type { DropReason } from "../../tcp/base/observer.ts";
import { IcmpError } from "../../tcp/base/icmp_error.ts";
import { Flag, Segment } from "../../tcp/base/segment.ts";
import { after, earliest, type Instant, instant, NEVER } from "../../tcp/base/units.ts";
import type { Connection } from "../../tcp/connection/connection.ts";
import { decodePacket, encodePacket } from "../../tcp/wire/packet.ts";

export const CLIENT: Endpoint = { address: parseAddress("192.0.2.1"), port: 40_000 };
export const SERVER: Endpoint = { address: parseAddress("198.51.100.7"), port: 80 };

/** Initial sequence numbers: those of the client wrap soon. */
export const CLIENT_ISS = 4_294_967_200;
export const SERVER_ISS = 70_000;

/** When everything begins, on the clock of the world. */
export const START = instant(1_000_000);

/** Steps of one run before it counts as hanging. */
const MOST_STEPS = 200_000;

/** Whoever answers: a core, or somebody who plays a part. */
export interface Peer {
  segmentArrives(segment: Segment, now: Instant): void;
  timersFire(now: Instant): void;
  nextDeadline(): Instant;
  transmit(out: Segment, now: Instant): boolean;
}

/** What the network does to a packet before it reaches the link; null: nothing special. */
export type Interference = "lost" | "unreachable" | "reset" | "marked" | { readonly lateBy: number } | null;

/** A packet that is about to leave: its segment and how many of its direction went before. */
export interface Leaving {
  readonly segment: Segment;
  readonly number: number;
  readonly now: Instant;
}

/** What happens on the way. */
export interface Network {
  readonly toServer: Partial<LinkPlan>;
  readonly toClient: Partial<LinkPlan>;
  /** Whether it is the client's own host that refuses what is too long for the way to the server. */
  readonly refusesItself: boolean;
  readonly seed: number;
  /** Faults between the client and the network. */
  readonly faults: readonly Fault[];
  readonly meddle: (leaving: Leaving, toServer: boolean) => Interference;
}

interface Travelling {
  readonly packet: Uint8Array;
  readonly at: Instant;
  readonly toServer: boolean;
}

interface Report {
  readonly error: IcmpError;
  readonly at: Instant;
}

/** Both ends and what is between them; it is the client's loop as well. */
export class World implements ClientLoop {
  now: Instant = START;
  readonly hasUnsent = false;
  /** What the peer's program does, after each step. */
  program: (now: Instant) => void = () => {};
  /** A fault struck a packet of the client's, or one that was to reach it. */
  onFault: (packet: Uint8Array, direction: "sent" | "arrived", fault: string, now: Instant) => void =
    () => {};
  /** What came to the client is no sound segment. */
  onRefused: (packet: Uint8Array, reason: DropReason, now: Instant) => void = () => {};
  client!: Connection;
  server!: Peer;
  readonly #network: Network;
  readonly #links: readonly [toServer: Link, toClient: Link];
  readonly #outward: FaultyPath;
  readonly #inward: FaultyPath;
  readonly #travelling: Travelling[] = [];
  readonly #reports: Report[] = [];
  readonly #plans: { readonly at: Instant; readonly action: () => void }[] = [];
  readonly #sent = [0, 0];
  readonly #segment = new Segment();

  constructor(network: Network) {
    this.#network = network;
    const random = new Random(network.seed);
    this.#links = [
      this.#link(network.toServer, true, random.fork()),
      this.#link(network.toClient, false, random.fork()),
    ];
    this.#outward = this.#faulty("out", random, (packet) => this.#forward(packet));
    this.#inward = this.#faulty("in", random, (packet) => this.#handToClient(packet));
  }

  readClock(): Instant {
    return this.now;
  }

  wake(): void {}

  /** What stories read and write is ready whenever it is asked. */
  watch(): Disposable {
    return { [Symbol.dispose]: () => {} };
  }

  /** Has something done `micros` after the start. */
  at(micros: number, action: () => void): void {
    this.#plans.push({ at: instant(START + micros), action });
  }

  run(done: () => boolean, until: Instant): Promise<boolean> {
    for (let step = 0; step < MOST_STEPS; step++) {
      this.#step();
      if (done()) return Promise.resolve(true);
      if (this.now >= until) return Promise.resolve(false);
      this.#send(this.client, true);
      const next = earliest(this.#nextEvent(), until);
      if (next === NEVER) throw new Error(`Nothing will ever happen again: client ${this.client.state}`);
      if (next > this.now) this.now = next;
    }
    throw new Error(`No end after ${MOST_STEPS} steps: client ${this.client.state}`);
  }

  #link(plan: Partial<LinkPlan>, toServer: boolean, random: Random): Link {
    return new Link({ ...PERFECT_LINK, ...plan }, random, {
      deliver: (packet, at) => this.#travelling.push({ packet, at, toServer }),
      drop: (packet, reason, at) => {
        if (reason !== "too big" || plan.mtu === undefined || plan.tellsTooBig === false) return;
        const error = errorAbout(packet, "packet too big", plan.mtu);
        if (this.#network.refusesItself) error.reporter = null;
        this.#reports.push({ at, error });
      },
    });
  }

  #faulty(way: "out" | "in", random: Random, deliver: (packet: Uint8Array) => void): FaultyPath {
    const faults = this.#network.faults.filter((fault) => fault.way === way || fault.way === "both");
    return new FaultyPath(faults, random.fork(), {
      deliver: (packet, at) => {
        if (at <= this.now) deliver(packet);
        else this.#plans.push({ at, action: () => deliver(packet) });
      },
      struck: (packet, fault, now) => this.onFault(packet, way === "out" ? "sent" : "arrived", fault, now),
    });
  }

  #step(): void {
    for (const path of [this.#outward, this.#inward]) if (path.deadline <= this.now) path.release(this.now);
    for (const plan of this.#plans.filter(({ at }) => at <= this.now)) {
      this.#plans.splice(this.#plans.indexOf(plan), 1);
      plan.action();
    }
    this.#deliver();
    for (const side of [this.client, this.server]) {
      if (side.nextDeadline() <= this.now) side.timersFire(this.now);
    }
    this.program(this.now);
    this.#send(this.client, true);
    this.#send(this.server, false);
  }

  #deliver(): void {
    for (const report of this.#reports.filter(({ at }) => at <= this.now)) {
      this.#reports.splice(this.#reports.indexOf(report), 1);
      this.client.icmpArrives(report.error, this.now);
    }
    for (const one of this.#travelling.filter(({ at }) => at <= this.now)) {
      this.#travelling.splice(this.#travelling.indexOf(one), 1);
      const refusal = decodePacket(one.packet, one.packet.length, this.#segment, "strict");
      if (one.toServer) {
        if (refusal === null) this.server.segmentArrives(this.#segment, this.now);
      } else this.#inward.send(one.packet, this.#segment, this.now);
    }
  }

  #handToClient(packet: Uint8Array): void {
    const segment = new Segment();
    const refusal = decodePacket(packet, packet.length, segment, "strict");
    if (refusal !== null) this.onRefused(packet, refusal, this.now);
    else this.client.segmentArrives(segment, this.now);
  }

  /** What the client sent goes on into the network. */
  #forward(packet: Uint8Array): void {
    const segment = new Segment();
    decodePacket(packet, packet.length, segment, "trust");
    this.#leave(packet, segment, true);
  }

  #send(from: Peer, toServer: boolean): void {
    const segment = new Segment();
    while (from.transmit(segment, this.now)) {
      const octets = new Uint8Array(70_000);
      const packet = octets.slice(0, encodePacket(segment, octets));
      if (toServer) this.#outward.send(packet, segment, this.now);
      else this.#leave(packet, segment, false);
    }
  }

  #leave(packet: Uint8Array, segment: Segment, toServer: boolean): void {
    const way = toServer ? 0 : 1;
    const number = this.#sent[way] = (this.#sent[way] ?? 0) + 1;
    const fate = this.#network.meddle({ segment, number, now: this.now }, toServer);
    if (fate === "lost") return;
    const { delay } = { ...PERFECT_LINK, ...toServer ? this.#network.toServer : this.#network.toClient };
    if (fate === "unreachable") {
      this.#reports.push({ at: after(this.now, delay), error: errorAbout(packet, "unreachable", 0) });
    } else if (fate === "reset") {
      this.#travelling.push({ packet: resetFor(packet), at: after(this.now, delay), toServer: !toServer });
    } else if (fate !== null && fate !== "marked") {
      this.#travelling.push({ packet, toServer, at: instant(after(this.now, delay) + fate.lateBy) });
    } else this.#links[way]?.send(fate === "marked" ? marked(packet) : packet, segment, this.now);
  }

  #nextEvent(): Instant {
    const moments = [
      ...this.#travelling.map(({ at }) => at),
      ...this.#reports.map(({ at }) => at),
      ...this.#plans.map(({ at }) => at),
      this.#outward.deadline,
      this.#inward.deadline,
      this.client.nextDeadline(),
      this.server.nextDeadline(),
    ];
    return moments.reduce(earliest, NEVER);
  }
}

const ROUTER = parseAddress("198.51.100.254");

/** The ICMP error of a router on the way that quotes an IPv4 packet of the client's. */
function errorAbout(packet: Uint8Array, kind: "packet too big" | "unreachable", mtu: number): IcmpError {
  const FRAGMENTATION_NEEDED = 4;
  const HOST_UNREACHABLE = 1;
  const DESTINATION_UNREACHABLE = 3;
  const quoted = new Segment();
  if (decodePacket(packet, packet.length, quoted, "trust") !== null) throw new Error("Cannot quote");
  const error = new IcmpError();
  error.kind = kind;
  error.type = DESTINATION_UNREACHABLE;
  error.code = kind === "packet too big" ? FRAGMENTATION_NEEDED : HOST_UNREACHABLE;
  error.mtu = mtu;
  error.reporter = ROUTER;
  error.addresses = quoted.addresses.slice();
  error.sourceOffset = quoted.sourceOffset;
  error.destinationOffset = quoted.destinationOffset;
  error.sourcePort = quoted.sourcePort;
  error.destinationPort = quoted.destinationPort;
  error.seq = quoted.seq;
  return error;
}

/** What a middlebox sends back in the name of the packet's destination, which is nearer than that: a RST. */
function resetFor(packet: Uint8Array): Uint8Array {
  const HOP_LIMIT = 250;
  const about = new Segment();
  if (decodePacket(packet, packet.length, about, "trust") !== null) throw new Error("Cannot answer");
  const reset = new Segment();
  reset.addresses = about.addresses.slice();
  [reset.sourceOffset, reset.destinationOffset] = [about.destinationOffset, about.sourceOffset];
  [reset.sourcePort, reset.destinationPort] = [about.destinationPort, about.sourcePort];
  reset.seq = about.ack;
  reset.flags = Flag.rst;
  reset.hopLimit = HOP_LIMIT;
  const room = new Uint8Array(packet.length);
  return room.slice(0, encodePacket(reset, room));
}

/** The packet with "congestion experienced" (RFC 3168 5), its header's checksum made right. */
function marked(packet: Uint8Array): Uint8Array {
  const copy = packet.slice();
  copy[1] = (copy[1] ?? 0) | 3;
  copy[10] = copy[11] = 0;
  const HEADER = 20;
  let sum = 0;
  for (let i = 0; i < HEADER; i += 2) sum += (copy[i] ?? 0) << 8 | (copy[i + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  copy[10] = ~sum >> 8 & 0xff;
  copy[11] = ~sum & 0xff;
  return copy;
}
