/**
 * Runs a plan: two sides, two links, virtual time. Fails at the first rule that does not hold.
 *
 * @module
 */

import {
  decodePacket,
  encodePacket,
  type Endpoint,
  IcmpError,
  type Instant,
  instant,
  NEVER,
  parseAddress,
  Segment,
} from "../../tcp/mod.ts";
import { Arrivals, type Packet } from "./arrivals.ts";
import { demand } from "./invariants.ts";
import { Link } from "../../lab/link.ts";
import { type Plan, planOf } from "./plan.ts";
import { Random } from "../../lab/random.ts";
import { Side } from "./side.ts";
import { cutSegment } from "./segmentation.ts";
import { Stream } from "./stream.ts";

/** Room for the largest packet. */
const PACKET_ROOM = 70_000;

/** What each side sends; every run has the same two. */
const STREAMS = [new Stream(1), new Stream(2)] as const;

/** Segments that one side may send in one go, beyond what it has to send. */
const SEGMENTS_AT_ONCE = 20_000;

/** Steps of a run; more is a livelock. */
const STEPS_MOST = 2_000_000;

/** What came of a run. */
export interface Outcome {
  readonly plan: Plan;
  /** Virtual time that it took, µs. */
  readonly span: number;
  /** When both users had what they wanted, µs; Infinity when one left early. */
  readonly doneAt: number;
  readonly steps: number;
  readonly sides: readonly [Side, Side];
  /** Packets with damage that no checksum shows; the run drops them. */
  readonly undetected: number;
}

/** A run that broke a rule, with what it takes to see it again. */
export class SimulationFailure extends Error {}

/** Runs the plan of a seed. @throws SimulationFailure with the line that repeats it */
export function simulate(seed: number, onLine?: (text: string) => void): Outcome {
  return simulatePlan(planOf(seed), `To see it: deno task soak --run ${seed} --trace`, onLine);
}

/** Runs a plan. @throws SimulationFailure, which ends with the given line */
export function simulatePlan(plan: Plan, howToRepeat: string, onLine?: (text: string) => void): Outcome {
  const world = new World(plan, onLine);
  try {
    return world.run();
  } catch (error) {
    const what = error instanceof Error ? `${error.message}\n${error.stack}` : String(error);
    const moment = (world.now / 1e6).toFixed(6);
    throw new SimulationFailure(`Seed ${plan.seed} at ${moment} s: ${what}\n${howToRepeat}`, {
      cause: error,
    });
  }
}

/** Two sides and the packets between them. */
class World {
  now: Instant = instant(0);
  readonly #plan: Plan;
  readonly #sides: readonly [Side, Side];
  readonly #links: readonly [Link, Link];
  readonly #arrivals = new Arrivals();
  readonly #out = new Segment();
  readonly #in = new Segment();
  readonly #buffer = new Uint8Array(PACKET_ROOM);
  #undetected = 0;
  #steps = 0;
  #progressAt: Instant = instant(0);
  #doneAt: Instant = NEVER;
  #progress = 0;

  constructor(plan: Plan, onLine: ((text: string) => void) | undefined) {
    this.#plan = plan;
    const random = new Random(plan.seed ^ 0x5eed);
    const ends = endpoints(plan);
    const side = (index: 0 | 1): Side =>
      new Side(
        index === 0 ? "A" : "B",
        plan.sides[index],
        {
          local: ends[index],
          remote: ends[1 - index] as Endpoint,
          opensActively: index === 0 || plan.opening === "both active",
        },
        { outgoing: STREAMS[index], incoming: STREAMS[1 - index] as Stream },
        random.fork(),
        onLine,
      );
    this.#sides = [side(0), side(1)];
    const link = (index: 0 | 1): Link =>
      new Link(
        plan.sides[index].link,
        random.fork(),
        (octets, at, damagedBits) =>
          this.#arrivals.add({ octets, at, toward: 1 - index, damagedBits, mtu: 0 }),
        (octets, at, mtu) => this.#arrivals.add({ octets, at, toward: index, damagedBits: 0, mtu }),
      );
    this.#links = [link(0), link(1)];
    this.#sides.forEach((it, index) => it.counts = (this.#links[index] as Link).counts);
  }

  run(): Outcome {
    for (this.#steps = 0; !this.#isOver(); this.#steps++) {
      demand(this.#steps < STEPS_MOST, `${STEPS_MOST} steps, and no end`);
      for (const side of this.#sides) this.#actAndSend(side);
      this.#checkProgress();
      const next = this.#nextMoment();
      if (next === NEVER) break;
      this.now = instant(Math.max(this.now, next));
      this.#deliver();
      for (const side of this.#sides) {
        side.core.timersFire(this.now);
        side.check(false);
      }
    }
    this.#checkEnd();
    return {
      plan: this.#plan,
      span: this.now,
      doneAt: this.#doneAt,
      steps: this.#steps,
      sides: this.#sides,
      undetected: this.#undetected,
    };
  }

  /** The user acts; what it does may make segments due, and sending may make a connection ready to be accepted. */
  #actAndSend(side: Side): void {
    for (let before = -1; side.progress !== before;) {
      before = side.progress;
      side.act(this.now);
      side.check(false);
      this.#pump(side);
      side.accept();
    }
  }

  /** Asks a side for segments until it has no more. */
  #pump(side: Side): void {
    const out = this.#out;
    for (let count = 0; side.core.transmit(out, this.now); count++) {
      demand(count < SEGMENTS_AT_ONCE, `${count} segments at one moment, and no end`);
      this.#send(side, out);
    }
    side.check(true);
  }

  #send(side: Side, out: Segment): void {
    const index = this.#sides.indexOf(side);
    const peer = this.#sides[1 - index] as Side;
    const link = this.#links[index] as Link;
    side.wire.sent(out, peer.wire, side.connection?.sendMss ?? 0);
    const pieces = out.segmentSize > 0 && side.plan.cutsOnWire ? cutSegment(out) : [out];
    for (const piece of pieces) {
      const length = encodePacket(piece, this.#buffer);
      link.send(this.#buffer.slice(0, length), this.now);
    }
  }

  /** Hands over what has arrived by now. */
  #deliver(): void {
    for (let packet = this.#arrivals.due(this.now); packet !== null; packet = this.#arrivals.due(this.now)) {
      const side = this.#sides[packet.toward] as Side;
      if (packet.mtu > 0) {
        side.core.icmpArrives(tooBig(packet), this.now);
        side.check(false);
        continue;
      }
      if (!this.#decode(packet)) continue;
      side.wire.causes++;
      const { rcvNxt } = side.connection ?? {};
      side.core.segmentArrives(this.#in, this.now);
      if (side.connection?.rcvNxt !== rcvNxt) side.progress++;
      side.check(false);
      if (!this.#plan.isBatched) this.#pump(side);
    }
  }

  /** Whether the packet is to be used: damage is refused by a checksum, or counted here. */
  #decode(packet: Packet): boolean {
    const refusal = decodePacket(packet.octets, packet.octets.length, this.#in, "strict");
    if (packet.damagedBits === 0) {
      demand(refusal === null, `A packet as it was sent is refused: ${refusal}`);
      return true;
    }
    // One's complement sums show every single bit; more bits may cancel out.
    if (refusal === null) {
      demand(packet.damagedBits > 1 || this.#plan.family === 6, "A flipped bit went unnoticed");
      this.#undetected++;
    }
    return false;
  }

  #nextMoment(): Instant {
    let next: number = this.#arrivals.next;
    for (const side of this.#sides) {
      next = Math.min(next, side.core.nextDeadline(), side.user.nextAction);
    }
    return instant(next);
  }

  /** Progress is text that arrives in order, is read or written, and states that change. */
  #checkProgress(): void {
    const progress = this.#sides[0].progress + this.#sides[1].progress;
    if (progress !== this.#progress) {
      this.#progress = progress;
      this.#progressAt = this.now;
    }
    if (this.#doneAt === NEVER && this.#sides.every((side) => side.user.hasReadEnd)) this.#doneAt = this.now;
    const stalled = this.now - this.#progressAt;
    const isWaiting = this.#sides.some((side) => side.state === "TIME-WAIT");
    if (isWaiting || this.#hasDeparted()) return;
    demand(stalled <= this.#plan.patience, `Nothing has moved on for ${(stalled / 1e6).toFixed(1)} s`);
  }

  #hasDeparted(): boolean {
    return this.#sides.some((side) => side.user.hasDeparted);
  }

  #isOver(): boolean {
    if (this.#sides.every((side) => side.state === "CLOSED" && side.user.isFinished)) return true;
    const isWaiting = this.#sides.some((side) => side.state === "TIME-WAIT");
    return !isWaiting && this.#hasDeparted() && this.now - this.#progressAt > this.#plan.patience;
  }

  #checkEnd(): void {
    if (this.#hasDeparted()) return this.#checkDeparture();
    this.#sides.forEach((side, index) => {
      const peer = this.#sides[1 - index] as Side;
      const { user, name } = side;
      demand(side.state === "CLOSED", `${name} is left in ${side.state}`);
      const failure = side.connection?.failure ?? null;
      demand(failure === null, `${name} failed: ${failure?.message}`);
      demand(user.sent === user.plan.octets, `${name} sent ${user.sent} of ${user.plan.octets} octets`);
      demand(
        user.received === peer.user.sent,
        `${name} received ${user.received} of ${peer.user.sent} octets`,
      );
      const repeated = side.connection?.segmentsRetransmitted ?? 0;
      const hadReason = !this.#plan.isCalm || side.seen.sendReasons.has("window-probe");
      demand(repeated === 0 || hadReason, `${name} sent ${repeated} segments again for no reason`);
      demand(user.hasReadEnd, `${name} never heard of the end of the stream`);
    });
  }

  /** One user left early: nobody may be left that still waits for something. */
  #checkDeparture(): void {
    for (const { connection, name, user, state } of this.#sides) {
      if (connection === null || state === "CLOSED") continue;
      const isIdle = connection.unackedOctets === 0 && connection.unsentOctets === 0;
      demand(!user.hasDeparted || state === "FIN-WAIT-2", `${name} has left, and is in ${state}`);
      demand(isIdle, `${name} is left in ${state} with ${connection.unackedOctets} octets outstanding`);
    }
  }
}

/** The ICMP error that quotes the packet. */
function tooBig(packet: Packet): IcmpError {
  const segment = new Segment();
  decodePacket(packet.octets, packet.octets.length, segment, "trust");
  const error = new IcmpError();
  error.family = segment.family;
  error.kind = "packet too big";
  error.mtu = packet.mtu;
  error.addresses = segment.addresses;
  error.sourceOffset = segment.sourceOffset;
  error.destinationOffset = segment.destinationOffset;
  error.sourcePort = segment.sourcePort;
  error.destinationPort = segment.destinationPort;
  error.seq = segment.seq;
  return error;
}

function endpoints(plan: Plan): readonly [Endpoint, Endpoint] {
  const isIpv4 = plan.family === 4;
  return [
    { address: parseAddress(isIpv4 ? "192.0.2.1" : "2001:db8::1"), port: 40_000 },
    { address: parseAddress(isIpv4 ? "192.0.2.2" : "2001:db8::2"), port: 80 },
  ];
}
