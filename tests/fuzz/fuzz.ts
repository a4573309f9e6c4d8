/**
 * Throws mutated packets at connections in every situation, and checks after each that nothing broke: no exception, no
 * illegal transition, no growth, no loop of answers.
 *
 * @module
 */

import {
  completeConfig,
  type Connection,
  type ConnectionView,
  Event,
  IcmpError,
  milliseconds,
  type Observer,
  PROFILES,
  seconds,
  type State,
  type TcpConfig,
} from "../../tcp/mod.ts";
import { ConnectionWatch, demand, demandLegalTransition } from "../simulation/invariants.ts";
import { Random } from "../../lab/random.ts";
import { mutateIcmpError, mutatePacket, mutateSegment, PACKET_ROOM, randomPacket } from "./mutate.ts";
import type { Peer } from "./peer.ts";
import { OWN_ISS, type Situation, SITUATIONS } from "./situations.ts";

/** Actions upon one connection before the next one takes its place. */
const ACTIONS = 150;

/** Actions upon a connection that is gone. */
const ACTIONS_IN_CLOSED = 4;

/** Segments that one packet may draw beyond the text that it lets out. */
const ANSWERS_MOST = 3;

/** What a fuzzing run came across. */
export class FuzzCounts {
  packets = 0;
  /** Packets that the decoder refused. */
  refused = 0;
  connections = 0;
  /** How many packets reached a connection in each state. */
  readonly byState: Map<State, number> = new Map();
  readonly dropReasons: Set<string> = new Set();

  /** Adds what another run came across. */
  add(other: FuzzCounts): void {
    this.packets += other.packets;
    this.refused += other.refused;
    this.connections += other.connections;
    for (const [state, count] of other.byState) {
      this.byState.set(state, (this.byState.get(state) ?? 0) + count);
    }
    for (const reason of other.dropReasons) this.dropReasons.add(reason);
  }
}

/** A packet that broke something, with what it takes to see it again. */
export class FuzzFailure extends Error {}

/** Fuzzes connections from the given seed on until so many packets were sent. Adds to `counts`. */
export function fuzz(firstSeed: number, packets: number, counts: FuzzCounts): void {
  for (let seed = firstSeed; counts.packets < packets; seed++) fuzzOne(seed, counts);
}

/** Fuzzes one connection. @throws FuzzFailure */
export function fuzzOne(seed: number, counts: FuzzCounts): void {
  const random = new Random(seed);
  const situation = SITUATIONS[(seed >>> 0) % SITUATIONS.length] as Situation;
  try {
    new Attack(random, situation, counts).run();
  } catch (error) {
    const what = error instanceof Error ? error.stack : String(error);
    throw new FuzzFailure(
      `Seed ${seed}, ${situation.name}: ${what}\nTo see it: fuzzOne(${seed}, new FuzzCounts())`,
      { cause: error },
    );
  }
}

/** What is done to one connection. */
class Attack {
  readonly #random: Random;
  readonly #counts: FuzzCounts;
  readonly #peer: Peer;
  readonly #connection: Connection;
  readonly #watch: ConnectionWatch;
  readonly #packet = new Uint8Array(PACKET_ROOM);
  readonly #buffer = new Uint8Array(5_000);
  readonly #error = new IcmpError();

  constructor(random: Random, situation: Situation, counts: FuzzCounts) {
    this.#random = random;
    this.#counts = counts;
    const config = drawConfig(random);
    const family = random.chance(0.5) ? 4 : 6;
    const observer = new Sentinel(counts);
    this.#peer = situation.lead({ config, family, iss: OWN_ISS, observer });
    this.#connection = this.#peer.connection;
    this.#watch = new ConnectionWatch(this.#connection);
    demand(this.#connection.state === situation.state, `The script ended in ${this.#connection.state}`);
    counts.connections++;
  }

  run(): void {
    let inClosed = 0;
    for (let action = 0; action < ACTIONS && inClosed < ACTIONS_IN_CLOSED; action++) {
      const random = this.#random;
      if (this.#connection.state === "CLOSED") inClosed++;
      const kind = random.integer(0, 19);
      if (kind === 0) this.#act();
      else if (kind === 1) this.#peer.wait(random.magnitude(1, 3_000_000));
      else if (kind === 2 && random.chance(0.3)) this.#err();
      else this.#attack();
      this.#watch.check();
      this.#watch.checkAtRest();
    }
  }

  /** One packet, and what it draws. */
  #attack(): void {
    const { byState } = this.#counts;
    const peer = this.#peer;
    const { state, segmentsReceived } = this.#connection;
    this.#counts.packets++;
    byState.set(state, (byState.get(state) ?? 0) + 1);
    const bare = peer.bare;
    const resets = peer.resets;
    if (!peer.deliver(this.#drawPacket(), this.#packet)) this.#counts.refused++;
    this.#watch.check();
    peer.drain();
    const answers = peer.bare + peer.resets - bare - resets;
    demand(answers <= ANSWERS_MOST, `One packet drew ${answers} answers`);
    demand(this.#connection.segmentsReceived <= segmentsReceived + 1, "One packet counts as several");
  }

  /** An ICMP error that may quote something outstanding. */
  #err(): void {
    mutateIcmpError(this.#error, this.#connection, this.#random);
    this.#connection.icmpArrives(this.#error, this.#peer.now);
    demand(this.#connection.sendMss >= 1, `Segments have ${this.#connection.sendMss} octets`);
    this.#watch.check();
    this.#peer.drain();
  }

  /** Writes a packet to `#packet`. Returns its length. */
  #drawPacket(): number {
    const random = this.#random;
    if (random.chance(0.02)) return randomPacket(this.#packet, random);
    const segment = this.#peer.template();
    mutateSegment(segment, this.#connection, random);
    return mutatePacket(segment, this.#packet, random, random.chance(0.1));
  }

  /** The user does something that its state allows. */
  #act(): void {
    const connection = this.#connection;
    const { now } = this.#peer;
    const events = connection.takeEvents();
    const isOpen = connection.state !== "CLOSED" && connection.state !== "LISTEN";
    switch (this.#random.integer(0, 9)) {
      case 0:
        if (this.#random.chance(0.3)) connection.shutdown(now);
        break;
      case 1:
        if (this.#random.chance(0.1)) connection.abort(now);
        break;
      case 2:
        connection.configure(
          { sending: { nagle: this.#random.chance(0.5), cork: this.#random.chance(0.2) } },
          now,
        );
        break;
      case 3:
      case 4:
      case 5:
        if (isOpen && connection.sendRoom > 0 && maySend(connection.state)) {
          connection.send(this.#buffer, now);
        }
        break;
      default:
        if ((events & Event.readable) !== 0 && connection.failure === null) {
          connection.receive(this.#buffer, now);
        }
    }
    this.#peer.drain();
  }
}

function maySend(state: State): boolean {
  return state === "ESTABLISHED" || state === "CLOSE-WAIT" || state === "SYN-SENT" ||
    state === "SYN-RECEIVED";
}

/** Checks every transition, and notes why segments are dropped. */
export class Sentinel implements Observer {
  readonly #counts: FuzzCounts;

  constructor(counts: FuzzCounts) {
    this.#counts = counts;
  }

  segmentSent(): void {}
  segmentArrived(): void {}
  segmentDropped(_connection: ConnectionView | null, _segment: unknown, reason: string): void {
    this.#counts.dropReasons.add(reason);
  }
  stateChanged(_connection: ConnectionView, from: State, to: State): void {
    demandLegalTransition(from, to);
  }
  timerFired(): void {}
  icmpArrived(): void {}
  congestionChanged(): void {}
}

function drawConfig(random: Random): TcpConfig {
  const profile = PROFILES[random.pick(["standard", "linux", "freebsd"] as const)];
  return completeConfig({
    handshake: {
      timestamps: random.chance(0.6),
      selectiveAck: random.chance(0.8),
      windowScaling: random.chance(0.8),
    },
    retransmission: { rack: random.chance(0.5) },
    congestion: {
      ecn: random.pick(["off", "accept", "request"] as const),
      congestionControl: random.pick(["cubic", "reno"] as const),
    },
    buffers: {
      sendBuffer: 1 << 16,
      receiveBuffer: random.pick([2_000, 20_000, 65_536]),
      receiveBufferMax: 1 << 17,
    },
    closing: { keepAlive: random.chance(0.2), keepAliveIdle: seconds(1) },
    acknowledging: { delayedAckTime: milliseconds(40) },
    compatibility: {
      acceptMissingTimestamps: random.chance(0.5),
      windowProbe: random.pick(["new octet", "old number"] as const),
    },
  }, profile);
}
