/**
 * Two connections in one memory, without a device between them: what one transmits arrives at the other at once, as the
 * record that it is or as the octets of a packet.
 *
 * @module
 */

import {
  Connection,
  decodePacket,
  encodePacket,
  type Endpoint,
  type Instant,
  instant,
  parseAddress,
  Segment,
  seqNumber,
  STANDARD,
  type TcpConfig,
} from "../../tcp/mod.ts";

const SENDER: Endpoint = { address: parseAddress("192.0.2.1"), port: 40_000 };
const RECEIVER: Endpoint = { address: parseAddress("192.0.2.2"), port: 9 };

/** Microseconds between two turns of the loop: the round trip, too. */
const TURN = 100;

/** Later than an int32 of microseconds reaches, as the clock of any machine is. */
const START = instant(10_000_000_000);

/** Segments of 1,460 octets with their header: 1,448 octets of text beside timestamps. */
const BULK_CONFIG: TcpConfig = {
  ...STANDARD,
  sendBuffer: 1 << 18,
  receiveBuffer: 1 << 18,
  receiveBufferMax: 1 << 18,
};

/** A transfer without an end from one connection to the other. */
export class InMemory {
  readonly sender: Connection;
  readonly receiver: Connection;
  /** Segments that either side has sent. */
  segments = 0;
  #now: Instant = START;
  readonly #out = new Segment();
  readonly #in = new Segment();
  readonly #text = new Uint8Array(1 << 16);
  readonly #read = new Uint8Array(1 << 16);
  /** For a payload that lies in two parts in the ring that lends it. */
  readonly #joined = new Uint8Array(1 << 16);

  /** Between the two, when segments go as packets. */
  readonly #packet = new Uint8Array(2_048);
  readonly #form: "records" | "packets";

  /** `packets`: each segment is encoded, its checksum computed, verified on arrival, and decoded. */
  constructor(changes: Partial<TcpConfig> = {}, form: "records" | "packets" = "records") {
    this.#form = form;
    const config = { ...BULK_CONFIG, ...changes };
    const isn = () => seqNumber(-100_000);
    this.sender = Connection.connect({ config, local: SENDER, remote: RECEIVER, isn }, this.#now);
    this.receiver = Connection.listen({ config, local: RECEIVER, isn }, this.#now);
    while (this.sender.state !== "ESTABLISHED" || this.receiver.state !== "ESTABLISHED") this.turn();
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
    this.#carry(sender, receiver, now);
    if (receiver.unreadOctets > 0) { while ((receiver.receive(this.#read, now) ?? 0) > 0); }
    this.#carry(receiver, sender, now);
    sender.timersFire(now);
    receiver.timersFire(now);
  }

  #carry(from: Connection, to: Connection, now: Instant): void {
    const out = this.#out;
    while (from.transmit(out, now)) {
      this.segments++;
      if (this.#form === "packets") this.#encode(out);
      else this.#copy(out);
      to.segmentArrives(this.#in, now);
    }
  }

  #encode(out: Segment): void {
    const length = encodePacket(out, this.#packet);
    const refusal = decodePacket(this.#packet, length, this.#in, "strict");
    if (refusal !== null) throw new Error(`A packet of ours is refused: ${refusal}`);
  }

  /** As a device would hand it over: with addresses and payload where they lie. */
  #copy(out: Segment): void {
    const arrived = this.#in;
    arrived.family = out.family;
    arrived.addresses = out.addresses;
    arrived.sourceOffset = out.sourceOffset;
    arrived.destinationOffset = out.destinationOffset;
    arrived.sourcePort = out.sourcePort;
    arrived.destinationPort = out.destinationPort;
    arrived.ecn = out.ecn;
    arrived.seq = out.seq;
    arrived.ack = out.ack;
    arrived.flags = out.flags;
    arrived.window = out.window;
    arrived.options = out.options;
    arrived.maximumSegmentSize = out.maximumSegmentSize;
    arrived.windowScale = out.windowScale;
    arrived.timestampValue = out.timestampValue;
    arrived.timestampEcho = out.timestampEcho;
    arrived.sackBlockCount = out.sackBlockCount;
    arrived.sackEdges.set(out.sackEdges);
    if (out.firstPartLength === out.payloadLength) {
      arrived.setPayload(out.payload, out.payloadOffset, out.payloadLength);
    } else {
      out.copyPayload(this.#joined, 0);
      arrived.setPayload(this.#joined, 0, out.payloadLength);
    }
  }
}
