import { assertEquals } from "@std/assert";
import { connectionSummary } from "../../capture/mod.ts";
import { Analysis } from "../../capture/analysis/analysis.ts";
import { packet, told } from "./kit.ts";

/** The client's side only, whose FIN goes again at once, and by its timer. */
const PACKETS = [
  packet(0, ">", "syn", 1_000, 0),
  packet(10, ">", "ack", 1_001, 5_001),
  packet(20, ">", "ack", 1_001, 5_001, { length: 100 }),
  packet(30, ">", "fin,ack", 1_101, 5_001),
  packet(30.05, ">", "fin,ack", 1_101, 5_101),
  packet(400, ">", "fin,ack", 1_101, 5_101),
];

Deno.test("where the ACKs of the other end are not captured, nothing is said of what is in flight or waited for", () => {
  const analysis = new Analysis(PACKETS[0]?.time ?? 0n, [], { kept: { headers: false, excerpt: 0 } });
  for (const one of PACKETS) analysis.packet(one);
  const [flow] = analysis.finish().flows;
  if (flow === undefined) throw new Error("no connection");
  assertEquals(flow.view(flow.local).flight, null);
  assertEquals(connectionSummary(flow).filter((line) => /limited|in flight/.test(line)), []);
});

Deno.test("no probe of the tail is sent sooner than one could be (RFC 8985 7.2)", () => {
  assertEquals(told(PACKETS).slice(-3), [
    "= ESTABLISHED to FIN-WAIT-1",
    "R> retransmission, acknowledges",
    "R> retransmission: timeout",
  ]);
});
