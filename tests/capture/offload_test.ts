import { assertEquals } from "@std/assert";
import { Analysis, type AnalysisResult } from "../../capture/analysis/analysis.ts";
import type { Hindsight } from "../../capture/analysis/options.ts";
import type { CapturedPacket } from "../../capture/capture.ts";
import { packet, told } from "./kit.ts";

const BAD = { tcpChecksum: 0x1234 };

function read(packets: readonly CapturedPacket[], hindsight?: Hindsight): AnalysisResult {
  const kept = { headers: false, excerpt: 0 };
  const analysis = new Analysis(packets[0]?.time ?? 0n, [], { kept, ...hindsight ? { hindsight } : {} });
  for (const one of packets) analysis.packet(one);
  return analysis.finish();
}

/** The connection of a capture whose addresses were replaced without the checksums. */
const ALL_WRONG = [
  packet(0, ">", "syn", 1_000, 0, BAD),
  packet(10, "<", "syn,ack", 5_000, 1_001, BAD),
  packet(10.1, ">", "ack", 1_001, 5_001, BAD),
  packet(11, ">", "ack", 1_001, 5_001, { length: 100, ...BAD }),
  packet(21, "<", "ack", 5_001, 1_101, { length: 100, ...BAD }),
  packet(21.1, ">", "ack", 1_101, 5_101, BAD),
];

Deno.test("where all checksums of both ends are wrong, what acknowledges shows that they say nothing", () => {
  const first = read(ALL_WRONG);
  assertEquals([...first.offloading].sort(), ["10.0.0.1", "10.0.0.2"]);
  const second = read(ALL_WRONG, first);
  const [flow] = second.flows;
  assertEquals([flow?.local.octets, flow?.remote.octets], [100, 100]);
  assertEquals(flow?.state(), "ESTABLISHED");
});

Deno.test("an end of which only one direction was captured, all of it wrong, has been heard when it goes on", () => {
  const packets = ALL_WRONG.filter((_one, i) => i !== 1 && i !== 4);
  assertEquals(read(packets).offloading, ["10.0.0.1"]);
  const acks = [0, 1, 2, 3].map((i) => packet(i, ">", "ack", 1_001, 5_001 + i * 1_000, BAD));
  assertEquals(read(acks).offloading, ["10.0.0.1"]);
});

Deno.test("a segment that was damaged is not acknowledged by the ACK of its sound copy (RFC 9293 3.1, MUST-3)", () => {
  const packets = [
    packet(0, ">", "syn", 1_000, 0),
    packet(10, "<", "syn,ack", 5_000, 1_001),
    packet(10.1, ">", "ack", 1_001, 5_001),
    packet(11, ">", "ack", 1_001, 5_001, { length: 100, ...BAD }),
    packet(300, ">", "ack", 1_001, 5_001, { length: 100 }),
    packet(310, "<", "ack", 5_001, 1_101),
    packet(311, ">", "ack", 1_101, 5_001, BAD),
    packet(320, "<", "ack", 5_001, 1_101, { length: 10 }),
    packet(321, ">", "ack", 1_101, 5_011),
  ];
  assertEquals(read(packets).offloading, []);
  assertEquals(told(packets).slice(-6), [
    "> wrong checksum",
    "R> retransmission",
    "< acknowledges",
    "> wrong checksum",
    "< data",
    "> acknowledges",
  ]);
});
