/**
 * Two hosts in one memory, without devices between them, and many connections.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { parseAddress } from "../../tcp/base/address.ts";
import { STANDARD } from "../../tcp/config/standard.ts";
import type { Connection } from "../../tcp/connection/connection.ts";
import { Host } from "../../tcp/host/host.ts";
import { Segment } from "../../tcp/base/segment.ts";
import { type Instant, instant } from "../../tcp/base/units.ts";
import { SECRET } from "./exchange.ts";

const CLIENT = parseAddress("192.0.2.1");
const SERVER = parseAddress("192.0.2.2");
const PORT = 9;

/** Two hosts in one memory with many connections between them. */
export class Crowd {
  readonly clients: Connection[] = [];
  readonly servers: Connection[] = [];
  #now: Instant = instant(10_000_000_000);
  readonly #client = new Host({ addresses: [CLIENT], secret: SECRET, config: STANDARD });
  readonly #server = new Host({ addresses: [SERVER], secret: SECRET, config: STANDARD });
  readonly #segment = new Segment();
  readonly #joined = new Uint8Array(2_048);
  readonly #text = new Uint8Array(1 << 15);
  readonly #read = new Uint8Array(1 << 15);

  constructor(connections: number) {
    const listener = this.#server.listen({ port: PORT, backlog: connections });
    for (let i = 0; i < connections; i++) {
      this.clients.push(this.#client.connect({ remote: { address: SERVER, port: PORT } }, this.#now));
      this.pass(100);
      const accepted = listener.accept();
      if (accepted !== null) this.servers.push(accepted);
    }
    assertEquals(this.servers.length, connections);
  }

  get all(): Connection[] {
    return [...this.clients, ...this.servers];
  }

  /** Time passes, and everything is exchanged that is due then. */
  pass(microseconds: number): void {
    this.#now = instant(this.#now + microseconds);
    let goesOn = true;
    for (let turn = 0; goesOn && turn < 1_000; turn++) {
      goesOn = this.#carry(this.#client, this.#server);
      goesOn = this.#carry(this.#server, this.#client) || goesOn;
    }
    assert(!goesOn, "it does not come to rest");
    for (const host of [this.#client, this.#server]) {
      if (host.nextDeadline() <= this.#now) host.timersFire(this.#now);
    }
  }

  /** One connection carries data, and all of it is read and acknowledged. */
  exchange(index: number, octets: number): void {
    const [client, server] = [this.clients[index] as Connection, this.servers[index] as Connection];
    let left = octets;
    for (let turn = 0; turn < 100 && (left > 0 || client.unackedOctets + server.unreadOctets > 0); turn++) {
      left -= client.send(new Uint8Array(left), this.#now);
      this.pass(turn < 10 ? 100 : 50_000);
      server.receive(this.#read, this.#now);
    }
    assertEquals([left, client.unackedOctets, server.unreadOctets], [0, 0, 0]);
  }

  /** Each of those connections carries as many octets, all at the same time; what is left over goes with the next turn. */
  turn(indexes: readonly number[], octets: number): void {
    for (const index of indexes) {
      (this.clients[index] as Connection).send(this.#text.subarray(0, octets), this.#now);
    }
    this.pass(100);
    for (const index of indexes) (this.servers[index] as Connection).receive(this.#read, this.#now);
    this.pass(100);
  }

  #carry(from: Host, to: Host): boolean {
    const segment = this.#segment;
    let carried = false;
    while (from.transmit(segment, this.#now)) {
      carried = true;
      if (segment.payload.firstPartLength < segment.payload.length) {
        segment.payload.copyTo(this.#joined, 0);
        segment.payload.set(this.#joined, 0, segment.payload.length);
      }
      to.segmentArrives(segment, this.#now);
    }
    return carried;
  }
}
