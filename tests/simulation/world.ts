/**
 * Runs a plan: two sides, two links, virtual time. Fails at the first rule that does not hold.
 *
 * @module
 */

import {
  decodePacket,
  type Endpoint,
  type Instant,
  instant,
  NEVER,
  parseAddress,
  Segment,
} from "../../tcp/mod.ts";
import { demand } from "./invariants.ts";
import { Network, type Packet } from "../../lab/network.ts";
import { type Plan, planOf } from "./plan.ts";
import { Random } from "../../lab/random.ts";
import { Side } from "./side.ts";
import { Stream } from "./stream.ts";

/** What each side sends; every run has the same two. */
const STREAMS = [new Stream(1), new Stream(2)] as const;

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

/** Two sides and the network between them. */
class World {
  readonly #plan: Plan;
  readonly #sides: readonly [Side, Side];
  readonly #network: Network;
  readonly #in = new Segment();
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
    const [a, b] = this.#sides = [side(0), side(1)];
    const network = this.#network = new Network({
      seed: random.int32(),
      onPacket: (event, packet) => {
        if (event === "damaged") this.#lookAtDamaged(packet);
      },
    });
    [a, b].forEach((it, index) => {
      const { isBatched } = plan;
      network.attach(it, (ends[index] as Endpoint).address, { cutsSegments: it.plan.cutsOnWire, isBatched });
    });
    const { forth, back } = network.join(a, b, a.plan.link, b.plan.link);
    a.joined(b.wire, forth.counts);
    b.joined(a.wire, back.counts);
  }

  get now(): Instant {
    return this.#network.now;
  }

  run(): Outcome {
    for (this.#steps = 0; !this.#isOver(); this.#steps++) {
      demand(this.#steps < STEPS_MOST, `${STEPS_MOST} steps, and no end`);
      this.#actAndSend();
      this.#checkProgress();
      if (!this.#network.step()) break;
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

  /** The users act; what they do may make segments due, and sending may make a connection ready to be accepted. */
  #actAndSend(): void {
    for (let before = -1; this.#progressNow !== before;) {
      before = this.#progressNow;
      for (const side of this.#sides) {
        side.act(this.now);
        side.check(false);
      }
      this.#network.send();
      for (const side of this.#sides) side.accept();
    }
  }

  get #progressNow(): number {
    return this.#sides[0].progress + this.#sides[1].progress;
  }

  /** One's complement sums show every single flipped bit; more may cancel out, and IPv6's header has no sum. */
  #lookAtDamaged({ octets, damagedBits }: Packet): void {
    if (decodePacket(octets, octets.length, this.#in, "strict") !== null) return;
    demand(damagedBits > 1 || this.#plan.family === 6, "A flipped bit went unnoticed");
    this.#undetected++;
  }

  /** Progress is data that arrives in order, is read or written, and states that change. */
  #checkProgress(): void {
    const progress = this.#progressNow;
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

function endpoints(plan: Plan): readonly [Endpoint, Endpoint] {
  const isIpv4 = plan.family === 4;
  return [
    { address: parseAddress(isIpv4 ? "192.0.2.1" : "2001:db8::1"), port: 40_000 },
    { address: parseAddress(isIpv4 ? "192.0.2.2" : "2001:db8::2"), port: 80 },
  ];
}
