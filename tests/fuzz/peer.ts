/**
 * A peer that follows a script: it brings a connection into a given situation, through packets as a real peer would.
 *
 * @module
 */

import {
  type Connection,
  decodePacket,
  encodePacket,
  Flag,
  type Instant,
  instant,
  Option,
  Segment,
  seqAdd,
  type SeqNumber,
  seqNumber,
  seqToInt32,
  timestamp,
} from "../../tcp/mod.ts";

/** Segments that a connection may send in one go; more is a loop without an end. */
const SEGMENTS_AT_ONCE = 5_000;

/** Where the peer's sequence numbers begin: near the wrap. */
export const PEER_ISS: SeqNumber = seqNumber(-1_000);

/** What a scripted segment says; what is not given is what a well-behaved peer would say. */
export interface Words {
  readonly flags: number;
  readonly seq?: SeqNumber;
  readonly ack?: SeqNumber;
  readonly window?: number;
  readonly payload?: number;
  /** Blocks, as octets from SND.UNA of the connection. */
  readonly sack?: readonly (readonly [left: number, right: number])[];
}

/** The other end of one connection. */
export class Peer {
  readonly connection: Connection;
  now: Instant;
  /** SND.NXT and RCV.NXT of this side. */
  next: SeqNumber = PEER_ISS;
  expected: SeqNumber = seqNumber(0);
  /** Segments that the connection sent. */
  segments = 0;
  /** Those with RST. */
  resets = 0;
  /** Those that only acknowledge. */
  bare = 0;
  readonly #in = new Segment();
  readonly #out = new Segment();
  readonly #packet = new Uint8Array(70_000);
  readonly #text = new Uint8Array(65_536);
  readonly #usesTimestamps: boolean;

  constructor(connection: Connection, now: Instant, usesTimestamps: boolean) {
    this.connection = connection;
    this.now = now;
    this.#usesTimestamps = usesTimestamps;
  }

  /** Takes what the connection sends until it has no more. @throws Error when there is no end to it */
  drain(): void {
    const out = this.#out;
    for (let count = 0; this.connection.transmit(out, this.now); count++) {
      if (count > SEGMENTS_AT_ONCE) throw new Error(`${count} segments at one moment, and no end`);
      this.segments++;
      // Encoding checks that it is a segment that can be sent at all.
      encodePacket(out, this.#packet);
      if (out.has(Flag.rst)) this.resets++;
      else {
        if (out.sequenceLength === 0) this.bare++;
        this.expected = out.end;
      }
    }
  }

  /** Sends one segment, and takes the answer. */
  say(words: Words): void {
    const segment = this.#address(new Segment());
    segment.flags = words.flags;
    segment.seq = words.seq ?? this.next;
    segment.ack = words.ack ?? this.expected;
    segment.window = words.window ?? 65_535;
    segment.payload.set(this.#text, 0, words.payload ?? 0);
    if (segment.has(Flag.syn)) this.#offer(segment);
    if (this.#usesTimestamps) {
      segment.options |= Option.timestamps;
      segment.timestampValue = timestamp(Math.floor(this.now / 1_000));
    }
    for (const [left, right] of words.sack ?? []) {
      segment.options |= Option.selectiveAck;
      segment.sackEdges[2 * segment.sackBlockCount] = seqToInt32(seqAdd(this.connection.sndUna, left));
      segment.sackEdges[2 * segment.sackBlockCount + 1] = seqToInt32(seqAdd(this.connection.sndUna, right));
      segment.sackBlockCount++;
    }
    if (words.seq === undefined) this.next = segment.end;
    this.deliver(encodePacket(segment, this.#packet), this.#packet);
    this.drain();
  }

  /** Hands the first `length` octets of `packet` to the connection when they are a packet. Returns whether they are. */
  deliver(length: number, packet: Uint8Array): boolean {
    if (decodePacket(packet, length, this.#in, "trust") !== null) return false;
    this.connection.segmentArrives(this.#in, this.now);
    return true;
  }

  /** Lets time pass. */
  wait(micros: number): void {
    this.now = instant(this.now + micros);
    this.connection.timersFire(this.now);
    this.drain();
  }

  /** Waits for the next timer, if one runs. */
  waitForTimer(): void {
    const deadline = this.connection.nextDeadline();
    if (deadline !== Infinity) this.wait(Math.max(0, deadline - this.now));
  }

  /** Puts the addresses and ports of this side on a segment. */
  #address(segment: Segment): Segment {
    const { local, remote } = this.connection;
    const octets = local.address.octets;
    const isOpen = remote.port !== 0;
    segment.family = local.address.family;
    segment.addresses = Uint8Array.of(
      ...(isOpen ? remote.address.octets : PEER_ADDRESS[segment.family]),
      ...octets,
    );
    segment.destinationOffset = octets.length;
    segment.sourcePort = isOpen ? remote.port : PEER_PORT;
    segment.destinationPort = local.port;
    return segment;
  }

  /** The address octets, ports and family that packets for the connection have. */
  template(): Segment {
    return this.#address(new Segment());
  }

  #offer(segment: Segment): void {
    segment.options |= Option.maximumSegmentSize | Option.windowScale | Option.selectiveAckPermitted;
    segment.maximumSegmentSize = 1_000;
    segment.windowScale = 3;
  }
}

/** Where the peer of a listener comes from. */
export const PEER_ADDRESS: Readonly<Record<4 | 6, readonly number[]>> = {
  4: [192, 0, 2, 2],
  6: [0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2],
};
export const PEER_PORT = 4_000;
