/** Segments of several times the MSS, for devices that cut them. */

import { assertEquals } from "@std/assert";
import { completeConfig } from "../../tcp/config/complete.ts";
import { Connection } from "../../tcp/connection/connection.ts";
import { Flag, Segment } from "../../tcp/base/segment.ts";
import { seqNumber, seqToUint32 } from "../../tcp/base/seq.ts";
import { at, HERE, IRS, ISS, PLAIN, type Said, segmentOf, synAckWithSack, THERE } from "./exchange.ts";

const NOW = at(0);
const MSS = 1_000;

/** What of a segment these tests look at. */
interface Long {
  readonly seq: number;
  readonly length: number;
  readonly segmentSize: number;
  readonly sackBlocks: number;
  readonly urgentPointer: number;
}

interface Bench {
  readonly connection: Connection;
  arrive(said: Said): void;
  send(octets: number): void;
  sent(): Long[];
}

/** An established connection with selective ACKs whose device takes `segmentLimit` octets. */
function bench(segmentLimit: number): Bench {
  const local = { address: HERE, port: 40_000 };
  const connection = Connection.connect({
    config: completeConfig({
      handshake: { selectiveAck: true, mss: MSS },
      sending: { nagle: false },
      acknowledging: { segmentsPerAck: 100, quickAcks: 0 },
    }, PLAIN),
    local,
    remote: THERE,
    isn: () => seqNumber(ISS),
    segmentLimit,
  }, NOW);
  const out = new Segment();
  const sent = (): Long[] => {
    const all: Long[] = [];
    while (connection.transmit(out, NOW)) {
      const { payload: { length }, segmentSize, sackBlockCount: sackBlocks, urgentPointer } = out;
      all.push({ seq: seqToUint32(out.seq), length, segmentSize, sackBlocks, urgentPointer });
    }
    return all;
  };
  sent();
  connection.segmentArrives(synAckWithSack(local, MSS), NOW);
  sent();
  return {
    connection,
    sent,
    arrive: (said) => connection.segmentArrives(segmentOf(THERE, local, said), NOW),
    send: (octets) => void connection.send(new Uint8Array(octets), NOW),
  };
}

const next = (seq: number, length: number, segmentSize: number): Long => ({
  seq,
  length,
  segmentSize,
  sackBlocks: 0,
  urgentPointer: 0,
});

Deno.test("a segment has as many full segments as the device takes, and names their size", () => {
  for (
    const [limit, expected] of [
      [0, [1_000, 1_000, 1_000, 500]],
      [1_999, [1_000, 1_000, 1_000, 500]],
      [2_000, [2_000, 1_500]],
      [2_999, [2_000, 1_500]],
      [60_000, [3_500]],
    ] as const
  ) {
    const { send, sent } = bench(limit);
    send(3_500);
    const segments = sent();
    assertEquals([limit, segments.map(({ length }) => length)], [limit, [...expected]]);
    for (const { length, segmentSize } of segments) assertEquals(segmentSize, length > MSS ? MSS : 0);
  }
});

Deno.test("SACK blocks go where each piece has room for them, never on a long segment (RFC 2018 3)", () => {
  const { send, sent, arrive } = bench(60_000);
  arrive({ flags: Flag.ack, seq: IRS + 101, ack: ISS + 1, length: 100, window: 60_000 });
  send(2_500);
  assertEquals(sent(), [
    { ...next(ISS + 1, 0, 0), sackBlocks: 1 }, // the duplicate ACK goes by itself
    next(ISS + 1, 2_500, MSS),
  ]);
  arrive({ flags: Flag.ack, seq: IRS + 301, ack: ISS + 2_501, length: 100, window: 60_000 });
  send(500);
  assertEquals(sent(), [
    { ...next(ISS + 2_501, 0, 0), sackBlocks: 2 },
    { ...next(ISS + 2_501, 500, 0), sackBlocks: 2 },
  ]);
});

Deno.test("urgent data goes in ordinary segments: the pointer counts from each one's number (RFC 9293 3.1)", () => {
  const { connection, sent } = bench(60_000);
  connection.sendUrgent(new Uint8Array(2_500), NOW);
  assertEquals(sent(), [
    { ...next(ISS + 1, 1_000, 0), urgentPointer: 2_500 },
    { ...next(ISS + 1_001, 1_000, 0), urgentPointer: 1_500 },
    { ...next(ISS + 2_001, 500, 0), urgentPointer: 500 },
  ]);
});
