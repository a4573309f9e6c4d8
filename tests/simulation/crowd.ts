/**
 * Many connections between two hosts over one lossy path: opened at different times, some again on the same ports.
 *
 * @module
 */

import {
  completeConfig,
  type Connection,
  type Endpoint,
  type Host,
  type Listener,
  micros,
  parseAddress,
  type Port,
  seconds,
  type TcpConfig,
} from "../../tcp/mod.ts";
import { demand } from "./invariants.ts";
import { Network } from "../../lab/network.ts";
import type { UserPlan } from "./plan.ts";
import { Random } from "../../lab/random.ts";
import { Stream } from "./stream.ts";
import { User } from "./user.ts";

const CLIENT = "192.0.2.1";
const SERVER = "192.0.2.2";
const PORT = 80;
const STEPS_MOST = 1_000_000;

/** The two directions' data; each connection has the same. */
const REQUEST = new Stream(11);
const ANSWER = new Stream(12);

const CONFIG: TcpConfig = completeConfig({
  retransmission: { maxRto: seconds(10), retriesUntilClose: 100 },
  handshake: { synAckRetries: 100, connectTimeout: seconds(3_000) },
  buffers: { receiveBuffer: 20_000, receiveBufferMax: 40_000 },
});

/** What a crowd is made of. */
export interface CrowdPlan {
  readonly seed: number;
  readonly connections: number;
  readonly loss: number;
  /** Ports of the client; fewer than connections: they are used again, one connection after the other. */
  readonly ports: number;
  readonly timeWait: number;
}

/** What came of it. */
export interface CrowdOutcome {
  readonly finished: number;
  readonly span: number;
  /** Connections that the hosts still have at the end. */
  readonly left: readonly [number, number];
}

/** Runs until every connection has done its work, or nothing moves any more. */
export function runCrowd(plan: CrowdPlan): CrowdOutcome {
  return new Crowd(plan).run();
}

class Crowd {
  readonly #plan: CrowdPlan;
  readonly #random: Random;
  readonly #hosts: readonly [Host, Host];
  readonly #listener: Listener;
  readonly #network: Network;
  /** Client's user by port, while it has one. */
  readonly #clients = new Map<Port, User>();
  readonly #servers = new Set<User>();
  #opened = 0;
  #finished = 0;

  constructor(plan: CrowdPlan) {
    this.#plan = plan;
    const random = this.#random = new Random(plan.seed);
    const config = completeConfig({ closing: { timeWait: micros(plan.timeWait) } }, CONFIG);
    const network = this.#network = new Network({ seed: random.int32() });
    const [client, server] = this.#hosts = [
      network.addHost(CLIENT, { config }),
      network.addHost(SERVER, { config }),
    ];
    this.#listener = server.listen({ port: PORT, backlog: plan.connections });
    const path = { loss: plan.loss, jitter: micros(5_000), octetsPerSecond: 2_000_000, queue: 200 };
    network.join(client, server, path);
  }

  run(): CrowdOutcome {
    const { connections } = this.#plan;
    for (let step = 0;; step++) {
      demand(step < STEPS_MOST, `${STEPS_MOST} steps, and ${this.#finished} ends of ${2 * connections} done`);
      // A user that acts makes segments due, and what is sent makes connections ready to be accepted.
      for (let round = 0; round < 2; round++) {
        this.#act();
        while (this.#open());
        this.#network.send();
      }
      if (this.#finished === 2 * connections) break;
      demand(this.#network.step(), `Nothing is left to happen, and ${this.#finished} ends are done`);
    }
    // TIME-WAIT is the hosts' business: nobody has to look at it.
    while (this.#network.step()) this.#network.send();
    const left = [this.#hosts[0].connectionCount, this.#hosts[1].connectionCount] as const;
    return { finished: this.#finished, span: this.#network.now, left };
  }

  /** Opens one more connection if one is to be opened and its port has none. Returns whether it did. */
  #open(): boolean {
    const { connections, ports } = this.#plan;
    const port = 10_000 + this.#opened % ports;
    if (this.#opened === connections || this.#clients.has(port)) return false;
    const remote = { address: parseAddress(SERVER), port: PORT };
    const connection = this.#connect(remote, port);
    if (connection === null) return false;
    const user = new User(this.#drawUser(), this.#random.fork(), REQUEST, ANSWER);
    user.connection = connection;
    this.#clients.set(port, user);
    this.#opened++;
    return true;
  }

  /** Null: the port's last connection is in TIME-WAIT. */
  #connect(remote: Endpoint, port: number): Connection | null {
    try {
      return this.#hosts[0].connect({ remote, local: { port } }, this.#network.now);
    } catch (error) {
      if (error instanceof RangeError) return null;
      throw error;
    }
  }

  #act(): void {
    for (
      let connection = this.#listener.accept();
      connection !== null;
      connection = this.#listener.accept()
    ) {
      this.#servers.add(this.#serve(connection));
    }
    for (const [port, user] of this.#clients) {
      user.act(this.#network.now);
      if (this.#isDone(user) && user.connection?.isOver === true) {
        this.#finish(user);
        this.#clients.delete(port);
      }
    }
    for (const user of this.#servers) {
      user.act(this.#network.now);
      if (!this.#isDone(user) || user.connection?.isOver !== true) continue;
      this.#finish(user);
      this.#servers.delete(user);
    }
  }

  #isDone(user: User): boolean {
    return user.hasReadEnd && user.hasEnded;
  }

  #finish(user: User): void {
    demand(user.error === null, `A connection failed: ${user.error?.message}`);
    demand(user.sent === user.plan.octets, `${user.sent} of ${user.plan.octets} octets were sent`);
    this.#finished++;
  }

  #serve(connection: Connection): User {
    const user = new User(
      { ...this.#drawUser(), ending: "after the peer" },
      this.#random.fork(),
      ANSWER,
      REQUEST,
    );
    user.connection = connection;
    return user;
  }

  #drawUser(): UserPlan {
    return {
      octets: this.#random.magnitude(1, 60_000),
      writeMost: 8_000,
      writeGap: micros(0),
      readMost: 4_000,
      readGap: micros(0),
      pause: micros(0),
      pauseAfter: 1,
      urgent: 0,
      ending: "when written",
      endDelay: micros(0),
      closesAfterwards: true,
      isEventDriven: true,
      departure: "in order",
      departAt: micros(0),
    };
  }
}
