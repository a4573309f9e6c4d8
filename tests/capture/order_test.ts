import { assert, assertEquals } from "@std/assert";
import { Analysis, type AnalysisResult } from "../../capture/analysis/analysis.ts";
import type { CapturedPacket } from "../../capture/capture.ts";
import { TimeOrder } from "../../capture/time_order.ts";
import { handshake, packet } from "./kit.ts";

const PACKETS: readonly CapturedPacket[] = [
  ...handshake(),
  packet(20, ">", "psh,ack", 1_001, 5_001, { length: 100 }),
  packet(40, "<", "psh,ack", 5_001, 1_101, { length: 1_000 }),
  packet(40.1, ">", "ack", 1_101, 6_001),
  packet(80, "<", "psh,ack", 6_001, 1_101, { length: 1_000 }),
];

function analysed(packets: readonly CapturedPacket[]): AnalysisResult {
  const kept = { headers: false, excerpt: 0 };
  const analysis = new Analysis(packets[0]?.time ?? 0n, [], { kept });
  for (const one of packets) analysis.packet(one);
  return analysis.finish();
}

const at = (i: number): CapturedPacket => PACKETS[i] as CapturedPacket;

Deno.test("a file whose times go back is unsorted, unless the numbers of a connection go on", () => {
  assertEquals(analysed(PACKETS).isUnsorted, false);
  assertEquals(analysed([at(0), at(1), at(2), at(4), at(3), at(5), at(6)]).isUnsorted, true);
  const setByMore = [...PACKETS.slice(0, 5), packet(0, ">", "psh,ack", 1_101, 6_001, { length: 100 })];
  assertEquals(analysed(setByMore).isUnsorted, false);
});

Deno.test("two segments of one end that changed places did so on the way: the file's order stands, and is told", () => {
  const twoAhead = packet(40.2, "<", "psh,ack", 6_001, 1_101, { length: 1_000 });
  const packets = [at(0), at(1), at(2), at(3), twoAhead, at(4), packet(40.3, ">", "ack", 1_101, 7_001)];
  const { isUnsorted, flows } = analysed(packets);
  assertEquals(isUnsorted, false);
  const server = flows[0]?.remote;
  assertEquals([server?.occurrences.get("overtaken")?.count, server?.retransmissions], [1, 0]);
});

Deno.test("what is acknowledged was sent before: a file whose times say otherwise is told in its order", () => {
  const early = (one: CapturedPacket, i: number): CapturedPacket => ({
    ...one,
    time: i % 2 === 0 ? 0n : 27_000n,
  });
  const made = [
    at(0),
    at(1),
    packet(0, ">", "psh,ack", 1_001, 5_001, { length: 100 }),
    packet(0, "<", "psh,ack", 5_001, 1_101, { length: 1_000 }),
    packet(0, ">", "ack", 1_101, 6_001),
  ].map(early);
  assertEquals(analysed(made).isUnsorted, false);
});

Deno.test("of two captures one behind the other, the times of the second are believed", () => {
  const second = [
    packet(0, ">", "syn", 9_000, 0, { clientPort: 41_000 }),
    packet(10, "<", "syn,ack", 5_000, 9_001, {
      clientPort: 41_000,
    }),
    packet(10.1, ">", "psh,ack", 9_001, 5_001, { clientPort: 41_000, length: 10 }),
  ];
  const { isUnsorted } = analysed([
    ...PACKETS,
    ...second,
    packet(30, ">", "psh,ack", 9_011, 5_001, {
      clientPort: 41_000,
      length: 10,
    }),
  ]);
  assertEquals(isUnsorted, true);
});

Deno.test("sorted packets keep the numbers that they have in the file", () => {
  const order = new TimeOrder(3n * 1_000_000n);
  const taken: CapturedPacket[] = [];
  const take = (one: CapturedPacket): void => void taken.push(one);
  for (const i of [3, 0, 2, 1]) order.add(at(i), take);
  order.finish(take);
  assertEquals(taken.map(({ frame }) => frame), [2, 4, 3, 1]);
  assertEquals(taken.map(({ time }) => time), [0, 1, 2, 3].map((i) => at(i).time));
});

Deno.test("of an unsorted file only those packets are kept that a later one may come before", () => {
  const order = new TimeOrder(2n * 1_000_000n);
  const MOST = 10_000;
  const taken: number[] = [];
  const take = ({ time }: CapturedPacket): void => void taken.push(Number(time / 1_000_000n));
  // Each second packet comes behind the one after it.
  let before = 0;
  for (let i = 0; i < MOST; i++) {
    order.add({ ...at(0), time: BigInt(i % 2 === 0 ? i + 1 : i - 1) * 1_000_000n }, take);
    before = Math.max(before, i - taken.length);
  }
  assert(before < 2_048, `${before} packets kept at once`);
  order.finish(take);
  assertEquals(taken, Array.from({ length: MOST }, (_one, i) => i));
});
