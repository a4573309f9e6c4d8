/** A client's connection and a peer of it, both our core, in virtual time over a wire that tests can cut. */

import type { ClientLoop } from "../../cli/client_job.ts";
import { type Endpoint, parseAddress } from "../../tcp/base/address.ts";
import type { PartialConfig } from "../../tcp/config/config.ts";
import { STANDARD } from "../../tcp/config/standard.ts";
import { Connection } from "../../tcp/connection/connection.ts";
import type { Observer } from "../../tcp/base/observer.ts";
import { Flag, Segment } from "../../tcp/base/segment.ts";
import { seqNumber } from "../../tcp/base/seq.ts";
import { after, earliest, type Instant, instant, micros, NEVER } from "../../tcp/base/units.ts";
import { decodePacket, encodePacket } from "../../tcp/wire/packet.ts";

/** The client's initial sequence number, and the peer's. */
export const CLIENT_ISS = 123_456_789;
export const PEER_ISS = 987_654_321;

export const CLIENT: Endpoint = { address: parseAddress("192.0.2.1"), port: 40_000 };
export const PEER: Endpoint = { address: parseAddress("192.0.2.2"), port: 8_888 };

/** What becomes of a packet on the wire; "reset": the other side answers it with RST. */
export type Fate = "arrives" | "lost" | "reset";

/** One packet on its way. */
interface InFlight {
  readonly packet: Uint8Array;
  readonly toClient: boolean;
  readonly arrivesAt: Instant;
}

/** One way over the wire. */
const DELAY = micros(100);

/** Steps of one run before it counts as hanging. */
const MAX_STEPS = 100_000;

/** A simulated connection; it is the client's loop too. */
export class Simulation implements ClientLoop {
  now: Instant = instant(5_000_000);
  readonly hasUnsent = false;
  readonly client: Connection;
  readonly peer: Connection;
  /** Decides about packets of the client's. Payload is that of the segment. */
  fromClient: (segment: Segment, now: Instant) => Fate = () => "arrives";
  fromPeer: (segment: Segment, now: Instant) => Fate = () => "arrives";
  /** What the peer's program does, called after each step; by default it reads, and closes when the client has. */
  program: (peer: Connection, now: Instant) => void = (peer, now) => readAndClose(peer, now);
  /** What the peer's program has read. */
  received = "";
  /** Moments at which something is to be done to the simulation. */
  readonly #plans: { readonly at: Instant; readonly action: () => void }[] = [];
  readonly #wire: InFlight[] = [];

  constructor(observer: Observer, config: PartialConfig = {}) {
    this.client = Connection.connect({
      config,
      local: CLIENT,
      remote: PEER,
      observer,
      isn: () => seqNumber(CLIENT_ISS),
    }, this.now);
    this.peer = Connection.listen(
      { config: STANDARD, local: PEER, isn: () => seqNumber(PEER_ISS) },
      this.now,
    );
  }

  readClock(): Instant {
    return this.now;
  }

  wake(): void {}

  /** What tests give to read or write is ready whenever it is asked. */
  watch(): Disposable {
    return { [Symbol.dispose]: () => {} };
  }

  /** Has `action` done `seconds` after the start. */
  at(seconds: number, action: () => void): void {
    this.#plans.push({ at: instant(5_000_000 + seconds * 1_000_000), action });
  }

  run(done: () => boolean, until: Instant): Promise<boolean> {
    for (let step = 0; step < MAX_STEPS; step++) {
      this.#step();
      if (done()) return Promise.resolve(true);
      if (this.now >= until) return Promise.resolve(false);
      this.#send(this.client, false);
      const next = earliest(this.#nextEvent(), until);
      if (next === NEVER) throw new Error(`Nothing will ever happen again: client ${this.client.state}`);
      if (next > this.now) this.now = next;
    }
    throw new Error(`No end after ${MAX_STEPS} steps: client ${this.client.state}, peer ${this.peer.state}`);
  }

  #step(): void {
    for (const plan of this.#plans.filter(({ at }) => at <= this.now)) {
      this.#plans.splice(this.#plans.indexOf(plan), 1);
      plan.action();
    }
    for (const flight of this.#wire.filter(({ arrivesAt }) => arrivesAt <= this.now)) {
      this.#wire.splice(this.#wire.indexOf(flight), 1);
      this.#arrive(flight);
    }
    for (const side of [this.client, this.peer]) {
      if (side.nextDeadline() <= this.now) side.timersFire(this.now);
    }
    if (this.peer.state !== "LISTEN") this.program(this.peer, this.now);
    this.#send(this.client, false);
    this.#send(this.peer, true);
  }

  #arrive({ packet, toClient }: InFlight): void {
    const segment = new Segment();
    const refusal = decodePacket(packet, packet.length, segment, "strict");
    if (refusal !== null) throw new Error(`A simulated packet is ${refusal}`);
    (toClient ? this.client : this.peer).segmentArrives(segment, this.now);
  }

  #send(from: Connection, toClient: boolean): void {
    const segment = new Segment();
    while (from.transmit(segment, this.now)) {
      const octets = new Uint8Array(70_000);
      const packet = octets.slice(0, encodePacket(segment, octets));
      const fate = (toClient ? this.fromPeer : this.fromClient)(segment, this.now);
      if (fate === "arrives") this.#wire.push({ packet, toClient, arrivesAt: after(this.now, DELAY) });
      if (fate === "reset") this.#answerReset(segment);
    }
  }

  /** RFC 9293 3.10.7.1: what a host without this connection answers to the client. */
  #answerReset(segment: Segment): void {
    const reset = new Segment();
    reset.addresses = segment.addresses.slice();
    reset.sourceOffset = segment.destinationOffset;
    reset.destinationOffset = segment.sourceOffset;
    reset.sourcePort = segment.destinationPort;
    reset.destinationPort = segment.sourcePort;
    const acknowledges = segment.has(Flag.ack);
    reset.flags = acknowledges ? Flag.rst : Flag.rst | Flag.ack;
    if (acknowledges) reset.seq = segment.ack;
    else reset.ack = segment.end;
    const octets = new Uint8Array(100);
    const packet = octets.slice(0, encodePacket(reset, octets));
    this.#wire.push({ packet, toClient: true, arrivesAt: after(this.now, DELAY) });
  }

  #nextEvent(): Instant {
    const moments = [
      ...this.#wire.map(({ arrivesAt }) => arrivesAt),
      ...this.#plans.map(({ at }) => at),
      this.client.nextDeadline(),
      this.peer.nextDeadline(),
    ];
    return moments.reduce(earliest, NEVER);
  }
}

/** Reads what has come; at its end the peer closes too. */
export function readAndClose(peer: Connection, now: Instant): string {
  const buffer = new Uint8Array(1_000);
  let text = "";
  for (;;) {
    if (peer.state === "CLOSED") return text;
    const length = peer.receive(buffer, now);
    if (length === null && peer.state === "CLOSE-WAIT") peer.shutdown(now);
    if (length === null || length === 0) return text;
    text += new TextDecoder().decode(buffer.subarray(0, length));
  }
}
