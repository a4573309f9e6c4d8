import { assertEquals } from "@std/assert";
import { Analysis, type AnalysisResult } from "../../capture/analysis/analysis.ts";
import type { Hindsight } from "../../capture/analysis/options.ts";
import { handshake, packet, told } from "./kit.ts";

/** The server's RST could end the connection, and the server goes on. */
const PACKETS = [
  ...handshake(),
  packet(20, "<", "ack", 5_001, 1_001, { length: 1_000 }),
  packet(21, "<", "rst", 6_001, 0),
  packet(30, "<", "ack", 6_001, 1_001, { length: 1_000 }),
  packet(30.1, ">", "ack", 1_001, 7_001),
];

Deno.test("whoever goes on after a RST has not ended the connection by it (RFC 9293 3.5.2)", () => {
  assertEquals(told(PACKETS).slice(-6), [
    "< data",
    "< reset",
    "= ESTABLISHED to CLOSED",
    "< data, goes on after a RST",
    "= CLOSED to ESTABLISHED",
    "> acknowledges",
  ]);
});

Deno.test("a second reading knows beforehand which RST has ended nothing (RFC 9293 3.5.2)", () => {
  const kept = { headers: false, excerpt: 0 };
  const read = (hindsight?: Hindsight): AnalysisResult => {
    const analysis = new Analysis(PACKETS[0]?.time ?? 0n, [], { kept, ...hindsight ? { hindsight } : {} });
    for (const one of PACKETS) analysis.packet(one);
    return analysis.finish();
  };
  const first = read();
  assertEquals([...first.revokedResets], [[5, "reset-revoked"]]);
  const codes = [...read(first).flows[0]?.remote.occurrences.keys() ?? []];
  assertEquals(codes.filter((code) => code.startsWith("reset")), ["reset-without-effect"]);
});

/** The RST is inside the window, but not exact; the client asks, and the server confirms. */
const CHALLENGED = [
  ...handshake(),
  packet(20, "<", "ack", 5_001, 1_001, { length: 1_000 }),
  packet(20.1, ">", "ack", 1_001, 6_001),
  packet(21, "<", "rst", 6_501, 0),
  packet(21.1, ">", "ack", 1_001, 6_001),
  packet(22, "<", "rst", 6_001, 0),
];

Deno.test("a RST that is challenged has ended nothing, its confirmation has (RFC 5961 3.2)", () => {
  assertEquals(told(CHALLENGED).slice(-6), [
    "< reset",
    "= ESTABLISHED to CLOSED",
    "> challenge ACK",
    "= CLOSED to ESTABLISHED",
    "< reset",
    "= ESTABLISHED to CLOSED",
  ]);
});
