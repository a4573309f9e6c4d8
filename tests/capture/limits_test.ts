/** What a sender of a capture of others waited for, as far as its packets tell. */

import { assertEquals } from "@std/assert";
import { connectionSummary } from "../../capture/mod.ts";
import { Analysis } from "../../capture/analysis/analysis.ts";
import type { CapturedPacket } from "../../capture/capture.ts";
import { type Details, handshake, packet } from "./kit.ts";

const MSS = 1_000;
const OPEN = handshake({ mss: MSS, scale: 7 });

const data = (at: number, seq: number, length: number): CapturedPacket =>
  packet(at, ">", "ack", seq, 5_001, { length });
const ack = (at: number, of: number, details: Details = {}): CapturedPacket =>
  packet(at, "<", "ack", 5_001, of, { window: 1_000, ...details });

/** What is said of the client as a sender. */
function limited(packets: readonly CapturedPacket[]): readonly string[] {
  const analysis = new Analysis(packets[0]?.time ?? 0n, [], { kept: { headers: false, excerpt: 0 } });
  for (const one of packets) analysis.packet(one);
  const [flow] = analysis.finish().flows;
  if (flow === undefined) throw new Error("no connection");
  return connectionSummary(flow).filter((line) => line.startsWith("    limited"))
    .map((line) => line.slice("    limited     by ".length));
}

Deno.test("packets that a device has joined are longer than any segment: full ones wait for the path", () => {
  assertEquals(
    limited([...OPEN, data(20, 1_001, 10_000), ack(30, 11_001), data(30.1, 11_001, 3_000), ack(40, 14_001)]),
    ["its application 0 %, the receiver's window 0 %, its congestion window or the path 100 % of 10.1 ms"],
  );
});

Deno.test("a joined packet with a rest says nothing as long as nobody knows how long its segments are", () => {
  const joined = [data(20, 1_001, 2_750), ack(30, 3_751), data(50, 3_751, 500), ack(60, 4_251)];
  assertEquals(limited([...OPEN, ...joined]), [
    "its application 66 %, the receiver's window 0 %, its congestion window or the path 0 %, not known 34 % of 30 ms",
  ]);
});

Deno.test("without the SYNs the window is not known, but at least as large as its field: what is said is what is sure all the same", () => {
  const passing = (window: number): readonly CapturedPacket[] =>
    Array.from({ length: 6 }, (_, i) => [
      data(20 + 10 * i, 1_001 + MSS * i, MSS),
      ack(29 + 10 * i, 2_001 + MSS * i, { window }),
    ]).flat();
  assertEquals(limited(passing(1_000)), [
    "its application 10 %, the receiver's window 0 %, its congestion window or the path 0 %, not known 90 % of 50 ms",
  ]);
  assertEquals(limited(passing(10_000)), [
    "its application 10 %, the receiver's window 0 %, its congestion window or the path 54 %, not known 36 % of 50 ms",
  ]);
});

Deno.test("where nothing is sure nothing is said", () => {
  assertEquals(limited([data(20, 1_001, 500), data(30, 1_501, 400), ack(35, 1_901)]), []);
});
