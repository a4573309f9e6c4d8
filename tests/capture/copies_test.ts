import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { AnnotatedCopy } from "../../capture/annotated_copy.ts";
import { Anonymizer } from "../../capture/anonymizer.ts";
import { Analysis } from "../../capture/analysis/analysis.ts";
import { TextSearch } from "../../capture/analysis/text_search.ts";
import type { CapturedPacket } from "../../capture/capture.ts";
import { knownFacts } from "../../capture/facts.ts";
import { readCapture } from "./read_whole.ts";
import { connectionSummary } from "../../capture/summary.ts";
import { connectionTable } from "../../capture/table.ts";
import { decodePacket, Segment } from "../../tcp/mod.ts";
import { type Details, handshake, packet, told } from "./kit.ts";

const KEPT = { headers: false, excerpt: 0 };
const DOWNLOAD: readonly CapturedPacket[] = [
  ...handshake(),
  packet(20, ">", "psh,ack", 1_001, 5_001, { length: 50, id: 7 }),
  packet(30, "<", "ack", 5_001, 1_051, { length: 1_000 }),
  packet(30.05, ">", "ack", 1_051, 6_001),
  packet(30.1, "<", "ack", 7_001, 1_051, { length: 1_000 }),
  packet(30.2, ">", "ack", 1_051, 6_001),
  packet(60, "<", "ack", 6_001, 1_051, { length: 1_000 }),
  packet(60.1, ">", "fin,ack", 1_051, 8_001),
  packet(70, "<", "fin,ack", 8_001, 1_052),
  packet(70.1, ">", "ack", 1_052, 8_002),
];

function analysed(packets: readonly CapturedPacket[]): ReturnType<Analysis["finish"]> {
  const analysis = new Analysis(packets[0]?.time ?? 0n, [], { kept: KEPT });
  for (const one of packets) analysis.packet(one);
  return analysis.finish();
}

/** What a copy of these packets has. */
function copied(packets: readonly CapturedPacket[]): readonly CapturedPacket[] {
  const pieces: number[] = [];
  const copy = new AnnotatedCopy((octets) => pieces.push(...octets), {
    program: "p",
    all: true,
    snapLength: 0,
  });
  const analysis = new Analysis(packets[0]?.time ?? 0n, [copy], { kept: KEPT });
  for (const one of packets) {
    copy.packet(one);
    analysis.packet(one);
  }
  analysis.finish();
  return readCapture(new Uint8Array(pieces)).packets;
}

Deno.test("a copy has the same packets, each with what is said of it as comments", () => {
  const packets = copied(DOWNLOAD);
  assertEquals(
    packets.map(({ comments: _comments, ...rest }) => rest),
    DOWNLOAD.map(({ comments: _, ...rest }) => rest),
  );
  assertStringIncludes(packets[8]?.comments.join() ?? "", "lost before this point");
  assertEquals(told(packets), told(DOWNLOAD));
});

Deno.test("a packet that somebody has commented on keeps that, beside what is said of it", () => {
  const plain = copied(DOWNLOAD);
  const commented = DOWNLOAD.map((one, i) => i === 8 ? { ...one, comments: ["look at this"] } : one);
  const copy = copied(commented);
  assertEquals(copy[8]?.comments, ["look at this", ...plain[8]?.comments ?? []]);
  // A copy of a copy says nothing twice.
  assertEquals(copied(copy)[8]?.comments, copy[8]?.comments);
});

Deno.test("a report's figures of a capture that has each packet twice are those of the connection", () => {
  // Without loss: an ACK that is like the one before could be a copy.
  const inOrder = DOWNLOAD.filter((_, i) => i < 6 || i > 8);
  const twice = inOrder.flatMap((one) => [one, { ...one, time: one.time + 1_000n }]);
  const [once, figures] = [inOrder, twice].map((packets) => {
    const [flow] = analysed(packets).flows;
    assert(flow !== undefined);
    const { segments, octets, again } = knownFacts(flow);
    return { segments, octets, again };
  });
  assertEquals(once, { segments: [6, 3], octets: [50, 1_000], again: [0, 0] });
  assertEquals(figures, once);
});

Deno.test("an anonymized capture tells the same, without addresses, ports and payload", () => {
  const anonymizer = new Anonymizer();
  const packets = DOWNLOAD.map((one) => anonymizer.packet(one)).filter((one) => one !== null);
  const changed = (lines: readonly string[]): readonly string[] =>
    lines.map((line) => line.replace(/round trip.*/, ""));
  assertEquals(changed(told(packets)), changed(told(DOWNLOAD)));
  const [record] = analysed(packets).flows.map(({ record }) => record);
  assertEquals([record?.local, record?.remote], ["10.0.0.1:40001", "10.0.0.2:1001"]);
  const payload = new Uint8Array(50).fill(0x61).join();
  assert(packets.every(({ octets }) => !octets.join().includes(payload)));
  const segment = new Segment();
  assert(
    packets.every(({ octets }) =>
      decodePacket(octets, octets.length, segment, "trust") !== "bad-ip-checksum"
    ),
  );
});

Deno.test("a text is found where segments cut it in two", () => {
  const { flows } = analysed(DOWNLOAD);
  const half = flows[0]?.local;
  assert(half !== undefined);
  const search = new TextSearch("needle");
  const segment = new Segment();
  const isIn = (text: string, seq: number): boolean => {
    const octets = new TextEncoder().encode(text);
    segment.payload.set(octets, 0, octets.length);
    return search.isIn(segment, octets.length, seq, half);
  };
  assertEquals([isIn("a nee", 1), isIn("dle", 6), isIn("nee", 100), isIn("dle", 200)], [
    false,
    true,
    false,
    false,
  ]);
});

Deno.test("the table and the summary of a connection say how it went", () => {
  const { flows } = analysed(DOWNLOAD);
  assertEquals(connectionTable(flows, 1_700_000_000_000_000), [
    "#  client          server       start                    duration  octets             sent again  minimum RTT  end                       filter",
    "1  10.0.0.1:40000  10.0.0.2:80  2023-11-14 22:13:20.000   70.1 ms  50 B > 2.93 KiB <  0 > 1 <     9.95 ms      closed, the client first  ip.addr==10.0.0.1 && tcp.port==40000 && ip.addr==10.0.0.2 && tcp.port==80",
  ]);
  const [flow] = flows;
  assert(flow !== undefined);
  const text = connectionSummary(flow).join("\n");
  assertStringIncludes(text, "ends        closed, the client first");
  assertStringIncludes(text, "lost before this point");
  assertStringIncludes(text, "the server: no options");
  assertStringIncludes(text, "ip.addr==10.0.0.1 && tcp.port==40000 && ip.addr==10.0.0.2 && tcp.port==80");
});

/** Eight segments as a router has them when it captures where they arrive, and, behind a queue of 20 ms, where they leave. */
function queued(leaves: { readonly hopLimit: number; readonly idShift: number }): readonly CapturedPacket[] {
  const data = Array.from({ length: 8 }, (_segment, i) => i);
  const passes = (at: number, i: number, details: Details): CapturedPacket =>
    packet(at, "<", "ack", 5_001 + 1_000 * i, 1_001, { length: 1_000, ...details });
  return [
    ...handshake(),
    ...data.map((i) => passes(30 + i, i, { id: 70 + i, hopLimit: 64 })),
    ...data.map((i) => passes(50.5 + i, i, { id: 70 + i + leaves.idShift, hopLimit: leaves.hopLimit })),
  ];
}

Deno.test("a packet that routers have passed on since is the same one, however long it has waited in between", () => {
  const lines = told(queued({ hopLimit: 63, idShift: 0 }));
  assertEquals(lines.filter((line) => line.includes("the same packet again")).length, 8);
  assertEquals(lines.filter((line) => line.startsWith("R")), []);
  // With another identification it was sent again.
  for (const leaves of [{ hopLimit: 63, idShift: 100 }, { hopLimit: 64, idShift: 100 }]) {
    const again = told(queued(leaves)).filter((line) => line.startsWith("R"));
    assertEquals(again.length, 8);
  }
});

/** ACKs of two segments, the same one again, a RST out of the window and a keep-alive, and all of them 20 ms later. */
function queuedAcks(
  leaves: { readonly hopLimit: number; readonly idShift: number },
): readonly CapturedPacket[] {
  const bare = (at: number, shift: number, hopLimit: number): readonly CapturedPacket[] => [
    packet(at, ">", "ack", 1_001, 6_001, { id: 31 + shift, hopLimit }),
    packet(at + 0.1, ">", "ack", 1_001, 7_001, { id: 32 + shift, hopLimit }),
    packet(at + 0.2, ">", "ack", 1_001, 7_001, { id: 33 + shift, hopLimit }),
    packet(at + 0.3, ">", "rst", 900_000_000, 0, { id: 34 + shift, hopLimit }),
    packet(at + 0.4, ">", "ack", 1_000, 7_001, { id: 35 + shift, hopLimit }),
  ];
  const sent = [0, 1, 2].map((i) =>
    packet(20 + i / 10, "<", "ack", 5_001 + 1_000 * i, 1_001, { length: 1_000 })
  );
  return [...handshake(), ...sent, ...bare(30, 0, 64), ...bare(50, leaves.idShift, leaves.hopLimit)];
}

Deno.test("so is an acknowledgment, a RST or a probe, whatever has passed in between; what has gone anew is none", () => {
  const same = (lines: readonly string[]): readonly string[] => lines.filter((line) => line.startsWith("D>"));
  assertEquals(same(told(queuedAcks({ hopLimit: 63, idShift: 0 }))).length, 5);
  assertEquals(same(told(queuedAcks({ hopLimit: 63, idShift: 10 }))), []);
  assertEquals(same(told(queuedAcks({ hopLimit: 64, idShift: 10 }))), []);
});
