/** Faults on request: how they are written, and what they do to the packets of one direction. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { type FaultWay, FaultyPath, parseFaults, Random } from "../../lab/mod.ts";
import { Flag, type Instant, instant, NEVER, Segment } from "../../tcp/mod.ts";

interface Seen {
  /** What arrived, by the first octet of each packet, with its moment in ms. */
  readonly arrived: [packet: number, at: number][];
  readonly struck: [packet: number, fault: string][];
  readonly path: FaultyPath;
  send(packet: number, flags: number, payload: number, at: number): void;
}

const HEADERS = 40;

function pathWith(spec: string, seed = 1): Seen {
  const arrived: [number, number][] = [];
  const struck: [number, string][] = [];
  const path = new FaultyPath(parseFaults(spec), new Random(seed), {
    deliver: (packet, at) => arrived.push([packet[1] ?? 0, at / 1_000]),
    struck: (packet, fault) => struck.push([packet[1] ?? 0, fault]),
  });
  const send = (number: number, flags: number, payload: number, at: number): void => {
    const packet = new Uint8Array(HEADERS + payload);
    packet.set([0x45, number]);
    const segment = new Segment();
    segment.flags = flags;
    segment.payload.octets = packet;
    segment.payload.length = payload;
    path.send(packet, segment, time(at));
  };
  return { arrived, struck, path, send };
}

const time = (milliseconds: number): Instant => instant(milliseconds * 1_000);

Deno.test("faults are written with a kind, a choice and perhaps a way", () => {
  const rows: [text: string, way: FaultWay, rest: Record<string, unknown>][] = [
    ["drop:syn", "out", { kind: "drop", choice: { by: "count", kind: "syn", from: 1, to: 1 } }],
    ["drop:data:2", "out", { kind: "drop", choice: { by: "count", kind: "data", from: 2, to: 2 } }],
    ["in:drop:data:2-4", "in", { kind: "drop", choice: { by: "count", kind: "data", from: 2, to: 4 } }],
    ["drop:2%", "both", { kind: "drop", choice: { by: "chance", probability: 0.02 } }],
    ["out:corrupt:0.5%", "out", { kind: "corrupt", choice: { by: "chance", probability: 0.005 } }],
    ["duplicate:fin", "out", { kind: "duplicate", choice: { by: "count", kind: "fin", from: 1, to: 1 } }],
    ["delay:100ms", "both", { kind: "delay", span: 100_000 }],
    ["in:jitter:20ms", "in", { kind: "jitter", span: 20_000 }],
    ["delay:1.5", "both", { kind: "delay", span: 1_500_000 }],
    ["rate:1Mbit", "both", { kind: "rate", octetsPerSecond: 125_000 }],
    ["rate:500kbit", "both", { kind: "rate", octetsPerSecond: 62_500 }],
    ["reorder:3", "out", { kind: "reorder", overtakers: 3, probability: null }],
    ["reorder:5%", "both", { kind: "reorder", overtakers: 3, probability: 0.05 }],
    ["queue:7", "both", { kind: "queue", packets: 7 }],
  ];
  for (const [text, way, rest] of rows) {
    assertEquals(parseFaults(text) as readonly unknown[], [{ text, way, ...rest }]);
  }
  assertEquals(parseFaults("drop:syn, delay:5ms").length, 2);
});

Deno.test("what is no fault is named, with what can be written", () => {
  const wrong = [
    "",
    "drop",
    "drop:",
    "drop:sin",
    "drop:data:0",
    "drop:data:4-2",
    "drop:101%",
    "up:drop:syn",
    "delay:soon",
    "delay:-1ms",
    "rate:0Mbit",
    "rate:1MB",
    "reorder:0",
    "drop:syn,",
    "lose:2%",
  ];
  for (const text of wrong) {
    const part = text.split(",").at(-1) ?? "";
    const error = assertThrows(
      () => parseFaults(text),
      RangeError,
      `Cannot make the fault "${part}": give drop`,
    );
    assert(error.message.includes("reorder:3"));
  }
});

Deno.test("the n-th packet of a kind is struck, repetitions counted, and no other", () => {
  const { send, arrived, struck } = pathWith("drop:data:2");
  [[Flag.syn, 0], [Flag.ack, 0], [Flag.ack, 5], [Flag.ack, 5], [Flag.ack, 5], [Flag.fin | Flag.ack, 0]]
    .forEach(
      ([flags = 0, payload = 0], i) => send(i, flags, payload, i),
    );
  assertEquals(struck, [[3, "drop:data:2"]]);
  assertEquals(arrived.map(([packet]) => packet), [0, 1, 2, 4, 5]);
});

Deno.test("an ACK is a segment that carries nothing else", () => {
  const { send, struck } = pathWith("drop:ack:1-9");
  send(1, Flag.syn | Flag.ack, 0, 0);
  send(2, Flag.ack, 5, 0);
  send(3, Flag.ack, 0, 0);
  send(4, Flag.ack | Flag.fin, 0, 0);
  send(5, Flag.ack | Flag.rst, 0, 0);
  assertEquals(struck.map(([packet]) => packet), [3]);
});

Deno.test("delay and jitter take their time and keep the order", () => {
  const { send, arrived } = pathWith("delay:100ms,jitter:20ms");
  for (let i = 0; i < 50; i++) send(i, Flag.ack, 1, i);
  assertEquals(arrived.map(([packet]) => packet), Array.from({ length: 50 }, (_, i) => i));
  let last = 0;
  for (const [packet, at] of arrived) {
    assert(at >= packet + 100 && at <= packet + 120 + 50 && at >= last, `${packet} at ${at}`);
    last = at;
  }
});

Deno.test("a rate spaces packets by their length, and a queue that is full drops with the rate's name", () => {
  const { send, arrived, struck } = pathWith("rate:1Mbit,queue:2");
  for (let i = 0; i < 5; i++) send(i, Flag.ack, 1_250 - HEADERS, 0); // 10 ms each
  assertEquals(arrived, [[0, 10], [1, 20], [2, 30]]);
  assertEquals(struck, [[3, "rate:1Mbit"], [4, "rate:1Mbit"]]);
});

Deno.test("a packet is overtaken by as many as asked for, or goes on when they do not come", () => {
  const { send, arrived, path } = pathWith("reorder:3");
  for (let i = 0; i < 6; i++) send(i, Flag.ack, 1, i);
  assertEquals(arrived.map(([packet]) => packet), [1, 2, 3, 0, 4, 5]);
  assertEquals(path.deadline, NEVER);
  const other = pathWith("reorder:3");
  other.send(7, Flag.ack, 1, 10);
  other.send(8, Flag.ack, 1, 11);
  assertEquals([other.arrived.map(([packet]) => packet), other.path.deadline], [[8], time(210)]);
  other.path.release(time(210));
  assertEquals(other.arrived, [[8, 11], [7, 210]]);
});

Deno.test("chance strikes as often as it says, the same for the same seed", () => {
  const run = (seed: number): number[] => {
    const { send, struck } = pathWith("drop:10%", seed);
    for (let i = 0; i < 2_000; i++) send(i % 200, Flag.ack, 1, i);
    return struck.map(([packet]) => packet);
  };
  assert(Math.abs(run(1).length - 200) < 60, `${run(1).length}`);
  assertEquals(run(1), run(1));
  assert(run(1).join() !== run(2).join());
});

Deno.test("damage is told before it is done, and leaves the IP header alone", () => {
  for (let seed = 1; seed < 200; seed++) {
    let damaged: Uint8Array | null = null;
    const path = new FaultyPath(parseFaults("corrupt:data"), new Random(seed), {
      deliver: (packet) => damaged = packet,
      struck: (packet, fault) => assertEquals([packet, fault], [whole, "corrupt:data"]),
    });
    const whole = new Uint8Array(60).fill(0x45);
    const segment = new Segment();
    segment.payload.length = 1;
    path.send(whole.slice(), segment, time(0));
    const differences = [...damaged ?? []].flatMap((octet, i) => octet === whole[i] ? [] : [i]);
    assert(differences.length === 1 && (differences[0] ?? 0) >= 20, `${differences}`);
  }
});

Deno.test("a packet that is doubled comes twice", () => {
  const { send, arrived, struck } = pathWith("duplicate:data:1");
  send(1, Flag.ack, 1, 0);
  send(2, Flag.ack, 1, 1);
  assertEquals([arrived.map(([packet]) => packet), struck], [[1, 1, 2], []]);
});

Deno.test("what was asked for and has not happened can be told", () => {
  const { send, path } = pathWith("drop:data:2,corrupt:fin,reorder:3,duplicate:0%,delay:1ms");
  const pending = (): string[] => path.pending.map(({ text }) => text);
  assertEquals(pending(), ["drop:data:2", "corrupt:fin", "reorder:3"]);
  send(1, Flag.ack, 5, 0);
  assertEquals(pending(), ["drop:data:2", "corrupt:fin"]);
  send(2, Flag.ack, 5, 0);
  send(3, Flag.ack | Flag.fin, 0, 0);
  assertEquals(pending(), []);
});
