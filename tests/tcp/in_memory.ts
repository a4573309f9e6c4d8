/**
 * Two connections in one memory, without a device between them: what one transmits arrives at the other at once, as the
 * record that it is or as the octets of a packet.
 *
 * @module
 */

import {
  completeConfig,
  Connection,
  type Endpoint,
  type Instant,
  instant,
  parseAddress,
  type PartialConfig,
  seqNumber,
  type TcpConfig,
} from "../../tcp/mod.ts";
import { Wire } from "../bench/programs/wire.ts";

const SENDER: Endpoint = { address: parseAddress("192.0.2.1"), port: 40_000 };
const RECEIVER: Endpoint = { address: parseAddress("192.0.2.2"), port: 9 };

/** Microseconds between two turns of the loop: the round trip, too. */
const TURN = 100;

/** Later than an int32 of microseconds reaches, as the clock of any machine is. */
const START = instant(10_000_000_000);

/** Segments of 1,460 octets with their header: 1,448 octets of data beside timestamps. */
const BULK_CONFIG: TcpConfig = completeConfig({
  buffers: { sendBuffer: 1 << 18, receiveBuffer: 1 << 18, receiveBufferMax: 1 << 18 },
});

/** A transfer without an end from one connection to the other. */
export class InMemory {
  readonly sender: Connection;
  readonly receiver: Connection;
  #now: Instant = START;
  readonly #wire: Wire;
  readonly #text = new Uint8Array(1 << 16);
  readonly #read = new Uint8Array(1 << 16);

  /** `packets`: each segment is encoded, its checksum computed, verified on arrival, and decoded. */
  constructor(changes: PartialConfig = {}, form: "records" | "packets" = "records") {
    this.#wire = new Wire(form === "packets");
    const config = completeConfig(changes, BULK_CONFIG);
    const isn = () => seqNumber(-100_000);
    this.sender = Connection.connect({ config, local: SENDER, remote: RECEIVER, isn }, this.#now);
    this.receiver = Connection.listen({ config, local: RECEIVER, isn }, this.#now);
    while (this.sender.state !== "ESTABLISHED" || this.receiver.state !== "ESTABLISHED") this.turn();
  }

  /** Segments that either side has sent. */
  get segments(): number {
    return this.#wire.segments;
  }

  /** Those of them with data. */
  get withText(): number {
    return this.#wire.withText;
  }

  /** Runs until so many more segments were sent. */
  run(segments: number): void {
    const end = this.segments + segments;
    while (this.segments < end) this.turn();
  }

  /** One turn: the users write and read, both sides send all that is due. */
  turn(): void {
    const now = this.#now = instant(this.#now + TURN);
    const { sender, receiver } = this;
    if (sender.state === "ESTABLISHED") { while (sender.send(this.#text, now) > 0); }
    this.#wire.carry(sender, receiver, now);
    if (receiver.unreadOctets > 0) { while ((receiver.receive(this.#read, now) ?? 0) > 0); }
    this.#wire.carry(receiver, sender, now);
    sender.timersFire(now);
    receiver.timersFire(now);
  }
}
