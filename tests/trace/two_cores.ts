/**
 * Two real cores with a network between them that delays, and loses what a plan says, in virtual time.
 *
 * @module
 */

import { type Endpoint, parseAddress } from "../../tcp/base/address.ts";
import type { PartialConfig } from "../../tcp/config/config.ts";
import { completeConfig } from "../../tcp/config/complete.ts";
import { Connection } from "../../tcp/connection/connection.ts";
import type { Observer } from "../../tcp/base/observer.ts";
import { Segment } from "../../tcp/base/segment.ts";
import { seqNumber } from "../../tcp/base/seq.ts";
import { type Instant, instant } from "../../tcp/base/units.ts";
import { decodePacket, encodePacket } from "../../tcp/wire/packet.ts";

/** A packet under way, before its fate is known. */
export interface UnderWay {
  readonly fromClient: boolean;
  /** 1, 2, 3, … of all packets of this direction. */
  readonly number: number;
  readonly segment: Segment;
  readonly packet: Uint8Array;
  readonly now: Instant;
}

/** How the network and the ends are. */
export interface NetworkOptions {
  readonly client?: Observer;
  readonly server?: Observer;
  readonly config?: PartialConfig;
  /** One-way delay, microseconds. */
  readonly delay?: number;
  /** Whether the packet is lost. */
  readonly lose?: (packet: UnderWay) => boolean;
  /** Octets per second that the way from the client takes; 0: any number. */
  readonly rate?: number;
}

interface Travelling {
  readonly at: number;
  readonly toClient: boolean;
  readonly packet: Uint8Array;
}

const CLIENT: Endpoint = { address: parseAddress("192.0.2.1"), port: 40_000 };
const SERVER: Endpoint = { address: parseAddress("198.51.100.7"), port: 80 };
const START = 1_000_000;

/** Runs both ends. */
export class TwoCores {
  readonly client: Connection;
  readonly server: Connection;
  readonly #options: NetworkOptions;
  readonly #travelling: Travelling[] = [];
  readonly #sent = [0, 0];
  #freeAt = [0, 0];
  now: Instant = instant(START);

  constructor(options: NetworkOptions) {
    this.#options = options;
    const config = completeConfig(options.config);
    const isn = (local: Endpoint): ReturnType<typeof seqNumber> =>
      seqNumber(local.port === SERVER.port ? 70_000 : 4_294_960_000);
    const both = { config, isn };
    this.server = Connection.listen({ ...both, local: SERVER, observer: options.server }, this.now);
    this.client = Connection.connect(
      { ...both, local: CLIENT, remote: SERVER, observer: options.client },
      this.now,
    );
  }

  /** Goes on until `done`, at most so many microseconds and steps. @returns whether done */
  run(done: () => boolean, micros = 300_000_000): boolean {
    const end = this.now + micros;
    for (let step = 0; step < 2_000_000; step++) {
      this.#transmit(this.client, true);
      this.#transmit(this.server, false);
      if (done()) return true;
      const next = Math.min(
        this.client.nextDeadline(),
        this.server.nextDeadline(),
        this.#travelling[0]?.at ?? Infinity,
      );
      if (next > end) return false;
      this.now = instant(Math.max(next, this.now));
      this.#deliver();
      for (const core of [this.client, this.server]) {
        if (core.nextDeadline() <= this.now) core.timersFire(this.now);
      }
    }
    return false;
  }

  #transmit(core: Connection, fromClient: boolean): void {
    const segment = new Segment();
    while (core.transmit(segment, this.now)) {
      const buffer = new Uint8Array(65_600);
      const packet = buffer.subarray(0, encodePacket(segment, buffer));
      const index = fromClient ? 0 : 1;
      const number = this.#sent[index] = (this.#sent[index] ?? 0) + 1;
      if (this.#options.lose?.({ fromClient, number, segment, packet, now: this.now }) === true) continue;
      const rate = fromClient ? this.#options.rate ?? 0 : 0;
      const start = Math.max(this.now, this.#freeAt[index] ?? 0);
      const ready = rate === 0 ? this.now : start + packet.length * 1_000_000 / rate;
      this.#freeAt[index] = ready;
      const at = Math.round(ready) + (this.#options.delay ?? 10_000);
      this.#travelling.push({ at, toClient: !fromClient, packet });
    }
    this.#travelling.sort((a, b) => a.at - b.at);
  }

  #deliver(): void {
    const segment = new Segment();
    while (this.#travelling[0] !== undefined && this.#travelling[0].at <= this.now) {
      const { packet, toClient } = this.#travelling.shift() as Travelling;
      if (decodePacket(packet, packet.length, segment, "strict") !== null) throw new Error("Cannot decode");
      (toClient ? this.client : this.server).segmentArrives(segment, this.now);
    }
  }
}

/** Which packets of the client get lost, for `NetworkOptions.lose`. */
export function losing(...numbers: readonly number[]): (packet: UnderWay) => boolean {
  return ({ fromClient, number }) => fromClient && numbers.includes(number);
}

/** Reads everything that has come, so that the window stays open. */
export function drain(core: Connection, now: Instant): void {
  const into = new Uint8Array(65_536);
  for (;;) {
    const length = core.receive(into, now);
    if (length === null || length === 0) return;
  }
}

/** Sends `octets` from client to server, closes both sides, and runs until the client is done. @returns whether it was */
export function transfer(cores: TwoCores, octets: Uint8Array): boolean {
  let taken = 0;
  let closed = false;
  const synchronized = (): boolean => cores.client.state !== "SYN-SENT" && cores.client.state !== "CLOSED";
  return cores.run(() => {
    const { client, server, now } = cores;
    if (synchronized() && taken < octets.length) taken += client.send(octets.subarray(taken), now);
    if (taken === octets.length && !closed && synchronized()) {
      client.shutdown(now);
      closed = true;
    }
    if (server.state !== "LISTEN" && server.state !== "SYN-RECEIVED" && server.failure === null) {
      drain(server, now);
    }
    if (server.state === "CLOSE-WAIT") server.shutdown(now);
    return client.state === "TIME-WAIT" || client.state === "CLOSED";
  });
}
