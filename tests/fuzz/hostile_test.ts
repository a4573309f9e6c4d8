/**
 * Peers that spend nothing and want us to spend much: 100,000 segments of one kind each, with bounded memory and answers.
 */

import { assert, assertEquals } from "@std/assert";
import {
  completeConfig,
  Connection,
  Flag,
  type Instant,
  instant,
  type PartialConfig,
  PROFILES,
  Segment,
  seqAdd,
  seqNumber,
  seqToInt32,
} from "../../tcp/mod.ts";
import { Option } from "../../tcp/mod.ts";
import { controlBlockOf } from "../../tcp/connection/connection.ts";
import { HERE, IRS, ISS, segmentOf, THERE } from "../tcp/exchange.ts";

const SEGMENTS = 100_000;
const LOCAL = { address: HERE, port: 40_000 };

/** Segments that a driver hands over before it asks what is to be sent. */
const TURN = 64;

/** One connection of ours, and a peer that means it no good. */
class Attacked {
  readonly connection: Connection;
  readonly #segment: Segment;
  readonly #out = new Segment();
  now: Instant = instant(1_000_000);
  answers = 0;
  mostAtOnce = 0;

  constructor(config: PartialConfig) {
    this.connection = Connection.connect(
      {
        config: completeConfig({ handshake: { timestamps: false } }, config),
        local: LOCAL,
        remote: THERE,
        isn: () => seqNumber(ISS),
      },
      this.now,
    );
    this.#segment = segmentOf(THERE, LOCAL, { flags: Flag.syn | Flag.ack, seq: IRS, ack: ISS + 1 });
    this.#segment.options = Option.selectiveAckPermitted;
    this.drain();
    this.arrive({ flags: Flag.syn | Flag.ack, seq: -1, ack: 1 });
    this.drain();
    this.answers = 0;
  }

  /** Numbers count from the first octet of either stream. */
  arrive(said: {
    flags?: number;
    seq: number;
    ack: number;
    length?: number;
    window?: number;
    urgent?: number;
    sack?: readonly (readonly [number, number])[];
  }): void {
    const segment = this.#segment;
    segment.flags = said.flags ?? Flag.ack;
    segment.seq = seqNumber(IRS + 1 + said.seq);
    segment.ack = seqNumber(ISS + (said.flags === (Flag.syn | Flag.ack) ? 0 : 1) + said.ack);
    segment.window = said.window ?? 60_000;
    segment.urgentPointer = said.urgent ?? 0;
    segment.payload.set(OCTETS, 0, said.length ?? 0);
    segment.options = said.flags === (Flag.syn | Flag.ack) ? Option.selectiveAckPermitted : 0;
    segment.sackBlockCount = said.sack?.length ?? 0;
    if (segment.sackBlockCount > 0) segment.options |= Option.selectiveAck;
    said.sack?.forEach(([left, right], i) => {
      segment.sackEdges[2 * i] = seqToInt32(seqAdd(seqNumber(ISS + 1), left));
      segment.sackEdges[2 * i + 1] = seqToInt32(seqAdd(seqNumber(ISS + 1), right));
    });
    this.connection.segmentArrives(segment, this.now);
  }

  /** What is sent now. */
  drain(): void {
    let count = 0;
    while (this.connection.transmit(this.#out, this.now)) count++;
    this.answers += count;
    this.mostAtOnce = Math.max(this.mostAtOnce, count);
  }

  /** A hundred thousand segments in turns of a driver, 1 ms apart. */
  flood(arrive: (i: number) => void): void {
    for (let i = 0; i < SEGMENTS; i++) {
      arrive(i);
      if (i % TURN !== TURN - 1) continue;
      this.drain();
      this.now = instant(this.now + 1_000);
      this.connection.timersFire(this.now);
    }
    this.drain();
  }

  /** Octets of memory that the buffers have, and ranges and records that are kept. */
  get memory(): { ring: number; ranges: number; sendRing: number; kept: number } {
    const { receiver, sender, acknowledging } = controlBlockOf(this.connection);
    return {
      ring: receiver.ring.capacity,
      ranges: receiver.outOfOrder.count,
      sendRing: sender.ring.capacity,
      kept: acknowledging.kept.length,
    };
  }
}

const OCTETS = new Uint8Array(1_460);

for (const [name, profile] of Object.entries(PROFILES)) {
  const attacked = (): Attacked => new Attacked(profile);

  Deno.test(`single octets behind ever new gaps: 2048 ranges are kept, and an answer for each at most: ${name}`, () => {
    const it = attacked();
    const window = it.connection.rcvWnd;
    it.flood((i) => it.arrive({ seq: 1 + 2 * i % (window - 2), ack: 0, length: 1 }));
    assert(it.memory.ranges <= 2_048, `${it.memory.ranges} ranges`);
    assert(it.memory.ring <= 2 * window, `${it.memory.ring} octets for a window of ${window}`);
    assert(it.answers <= SEGMENTS, `${it.answers} answers`);
    assert(it.mostAtOnce <= TURN + 1, `${it.mostAtOnce} answers at once`);
    assertEquals([it.memory.kept, it.connection.state], [0, "ESTABLISHED"]);
  });

  Deno.test(`the same octet again and again, by itself and in ranges that overlap: nothing grows: ${name}`, () => {
    const it = attacked();
    it.flood((i) => it.arrive({ seq: 1_000 + i % 7, ack: 0, length: 1 + i % 1_400 }));
    assertEquals(it.memory.ranges, 1);
    assert(it.memory.ring <= 16_384, `${it.memory.ring} octets`);
    assert(it.answers <= SEGMENTS, `${it.answers} answers`);
    assertEquals(it.connection.unreadOctets, 0);
  });

  Deno.test(`SACK blocks of all sorts for what is in flight: no more is sent than was asked for: ${name}`, () => {
    const it = attacked();
    it.connection.send(new Uint8Array(60_000), it.now);
    it.drain();
    const flight = it.connection.unackedOctets;
    const sendRing = it.memory.sendRing;
    it.flood((i) =>
      it.arrive({
        seq: 0,
        ack: 0,
        sack: [[i * 7 % flight, i * 7 % flight + 1], [i * 13 % flight, flight], [i, i - 5], [
          flight,
          flight + i,
        ]],
      })
    );
    const { scoreboard } = controlBlockOf(it.connection).recovery;
    assert(scoreboard.records.capacity <= 4_096, `${scoreboard.records.capacity} records`);
    assertEquals(it.memory.sendRing, sendRing);
    assert(it.answers <= SEGMENTS / 10, `${it.answers} segments for ${SEGMENTS} ACKs`);
  });

  Deno.test(`a window that opens and closes with each ACK draws no answer to each: ${name}`, () => {
    const it = attacked();
    it.connection.send(new Uint8Array(200_000), it.now);
    it.drain();
    it.answers = 0;
    it.flood((i) => it.arrive({ seq: 0, ack: 0, window: i % 2 === 0 ? 0 : 60_000 }));
    assert(it.answers <= SEGMENTS / 100, `${it.answers} segments`);
    assert(it.memory.sendRing <= 1 << 18, `${it.memory.sendRing} octets`);
  });

  Deno.test(`urgent pointers anywhere are answered by nothing and keep nothing: ${name}`, () => {
    const it = attacked();
    it.flood((i) => it.arrive({ flags: Flag.ack | Flag.urg, seq: 0, ack: 0, urgent: i & 0xffff }));
    assertEquals([it.answers, it.memory.ring, it.memory.ranges], [0, 0, 0]);
    assertEquals(it.connection.state, "ESTABLISHED");
  });

  Deno.test(`old data, SYNs, RSTs and ACKs of what was never sent in turn: ten challenges in 5 s, an answer to old data: ${name}`, () => {
    const it = attacked();
    it.arrive({ seq: 0, ack: 0, length: 1_000 });
    it.drain();
    it.answers = 0;
    let old = 0;
    it.flood((i) => {
      if (i % 4 === 0) old++;
      if (i % 4 === 0) it.arrive({ seq: i % 900, ack: 0, length: 50 });
      else if (i % 4 === 1) it.arrive({ flags: Flag.syn, seq: i, ack: 0 });
      else if (i % 4 === 2) it.arrive({ flags: Flag.rst, seq: 1_001 + i % 1_000, ack: 0 });
      else it.arrive({ seq: 1_000, ack: 50_000 + i });
    });
    assert(it.answers <= old + 10, `${it.answers} answers, ${old} of them to old data at most`);
    assert(it.mostAtOnce <= TURN, `${it.mostAtOnce} answers at once`);
    assertEquals(it.connection.state, "ESTABLISHED");
  });
}
