import { assertEquals } from "@std/assert";
import { parseAddress } from "../../tcp/base/address.ts";
import { Flag } from "../../tcp/base/segment.ts";
import { seqNumber } from "../../tcp/base/seq.ts";
import { instant } from "../../tcp/base/units.ts";
import { Numbering } from "../../trace/numbering.ts";
import { recording } from "./collect.ts";
import { FakeConnection, onTheWire } from "./fake_connection.ts";
import { tellStory } from "./story.ts";
import { TwoCores } from "./two_cores.ts";

const { ack, psh, syn, rst } = Flag;
const NOW = instant(1_000);

/** An established connection whose own numbers wrap after six octets. */
function established(options?: Parameters<typeof recording>[0]): {
  readonly connection: FakeConnection;
  readonly seen: ReturnType<typeof recording>["seen"];
} {
  const { recorder, seen } = recording(options);
  const connection = new FakeConnection(recorder);
  connection.state = "ESTABLISHED";
  connection.numbers(1, 1, 1);
  return { connection, seen };
}

Deno.test("relative numbers start at 0 with the SYN and go on past 2^32 (RFC 9293 3.4)", () => {
  const { recorder, seen } = recording();
  tellStory(recorder);
  const sent = seen.of("sent").map(({ segment }) => [segment.seq, segment.end, segment.rawSeq]);
  assertEquals(sent, [
    [0, 1, 4_294_967_290],
    [1, 1, 4_294_967_291],
    [1, 30, 4_294_967_291],
    [1, 30, 4_294_967_291],
    [30, 31, 24],
    [30, 31, 24],
    [31, 31, 25],
  ]);
});

Deno.test("relative numbers do not wrap when a direction carries more than 2^32 octets", () => {
  const numbering = new Numbering();
  numbering.start(seqNumber(10));
  const step = 2 ** 30;
  for (let octets = 0; octets <= 10 * step; octets += step) {
    assertEquals(numbering.advance(seqNumber(10 + octets)), octets);
  }
  assertEquals(numbering.relative(seqNumber(10 + 10 * step - 100)), 10 * step - 100);
});

Deno.test("a number that was only looked at does not move the count", () => {
  const numbering = new Numbering();
  numbering.start(seqNumber(0));
  for (let i = 0; i < 5; i++) numbering.relative(seqNumber(2_000_000_000));
  assertEquals(numbering.relative(seqNumber(-2_000_000_000)), -2_000_000_000);
});

Deno.test("a numbering without a base gives the header's own numbers", () => {
  assertEquals(new Numbering().relative(seqNumber(-1)), 4_294_967_295);
});

Deno.test("the peer's SYN counts as 0 although the view does not know it yet", () => {
  const { recorder, seen } = recording();
  tellStory(recorder);
  const [synAck] = seen.of("arrived");
  assertEquals([synAck?.segment.seq, synAck?.segment.ack, synAck?.segment.rawSeq], [0, 1, 1_000]);
});

Deno.test("windows are scaled as agreed, but not in a SYN (RFC 7323 2.2)", () => {
  const { recorder, seen } = recording();
  tellStory(recorder);
  assertEquals(seen.of("sent").slice(0, 3).map(({ segment }) => segment.window), [64_240, 64_256, 64_256]);
  assertEquals(seen.of("arrived").slice(0, 2).map(({ segment }) => segment.window), [65_160, 65_152]);
});

Deno.test("the window of a SYN that comes late is not scaled either (RFC 7323 2.2)", () => {
  const { connection, seen } = established();
  connection.sndWindowShift = 7;
  connection.rcvWindowShift = 3;
  connection.arrive(NOW, { flags: syn | ack, seq: 0, ack: 1, window: 1_000 });
  connection.send(NOW, "challenge-syn", { flags: ack, seq: 1, ack: 1, window: 1_000 });
  assertEquals([seen.of("arrived")[0]?.segment.window, seen.of("sent")[0]?.segment.window], [1_000, 8_000]);
});

Deno.test("sent octets that were sent before are marked as a retransmission", () => {
  const { recorder, seen } = recording();
  tellStory(recorder);
  const marked = seen.of("sent").filter(({ marks }) => marks.includes("retransmission"));
  assertEquals(marked.map(({ number, reason }) => [number, reason]), [
    [10, "retransmit-timeout"],
    [16, "retransmit-timeout"],
  ]);
});

Deno.test("a keep-alive before what is new is not marked as a retransmission (RFC 9293 3.8.4)", () => {
  const { connection, seen } = established();
  connection.send(NOW, "data", { flags: ack, seq: 1, ack: 1, data: "xyz" });
  connection.send(NOW, "keep-alive", { flags: ack, seq: 3, ack: 1, data: "z" });
  assertEquals(seen.of("sent").map(({ marks }) => marks), [[], []]);
});

const ARRIVALS: readonly (readonly [name: string, seq: number, data: string, marks: readonly string[]])[] = [
  ["just what is expected is not marked", 11, "abc", []],
  ["all of it received before: duplicate", 8, "abc", ["duplicate"]],
  ["one octet new: not a duplicate", 9, "abc", []],
  ["one octet missing before it: out of order", 12, "abc", ["out of order"]],
  ["without data at an old place: not marked", 8, "", []],
];

for (const [name, seq, data, marks] of ARRIVALS) {
  Deno.test(`an arrived segment: ${name}`, () => {
    const { connection, seen } = established();
    connection.numbers(1, 1, 11);
    connection.arrive(NOW, { flags: ack, seq, ack: 1, data });
    assertEquals(seen.of("arrived")[0]?.marks, marks);
  });
}

Deno.test("SACK blocks count what their receiver has sent (RFC 2018 3)", () => {
  const { connection, seen } = established();
  connection.numbers(1, 60, 1);
  connection.arrive(NOW, { flags: ack, seq: 1, ack: 1, sack: [30, 40, 50, 60] });
  assertEquals(seen.of("arrived")[0]?.segment.sackEdges, [30, 40, 50, 60]);
});

Deno.test("a segment of no connection keeps the header's numbers and names both ends", () => {
  const { recorder, seen } = recording();
  const connection = new FakeConnection(recorder);
  connection.local = { address: parseAddress("2001:db8::1"), port: 1 };
  connection.remote = { address: parseAddress("2001:db8::2"), port: 2 };
  recorder.segmentArrived(null, onTheWire(connection.segment({ flags: rst, seq: 5 }, "arrived")), NOW);
  const [event] = seen.of("arrived");
  assertEquals(event?.connection, 0);
  assertEquals(event?.segment.seq, 1_005);
  assertEquals([event?.segment.source, event?.segment.destination], ["[2001:db8::2]:2", "[2001:db8::1]:1"]);
});

Deno.test("a dropped segment is the one that arrived; an unreadable packet has none", () => {
  const { connection, seen } = established();
  connection.drop(NOW, { flags: ack, seq: 90_000, ack: 1 }, "unacceptable-sequence");
  connection.observer.segmentDropped(
    null,
    connection.segment({ flags: ack, seq: 1 }, "arrived"),
    "bad-checksum",
    NOW,
  );
  assertEquals(seen.of("dropped").map(({ segment }) => segment?.seq ?? null), [90_000, null]);
});

Deno.test("the ends of a connection that listens become known with its first SYN", () => {
  const { recorder, seen } = recording();
  const connection = new FakeConnection(recorder);
  connection.state = "LISTEN";
  connection.arrive(NOW, { flags: syn, seq: 0 });
  connection.numbers(0, 1, 1);
  connection.change(NOW, "SYN-RECEIVED", "syn-received");
  assertEquals(seen.connections.map((record) => [record?.iss, record?.irs]), [
    [null, 1_000],
    [4_294_967_290, 1_000],
  ]);
});

Deno.test("a copy does not change when the core reuses its records", () => {
  const { connection, seen } = established({ headers: true, excerpt: 3 });
  const segment = connection.segment(
    { flags: ack | psh, seq: 1, ack: 1, data: new Uint8Array([1, 2, 3, 4]) },
    "sent",
  );
  connection.observer.segmentSent(connection, segment, "data", NOW);
  const before = structuredClone(seen.events);
  segment.payload.octets.fill(9);
  segment.clear();
  connection.cwnd = 1;
  connection.send(NOW, "data", { flags: ack, seq: 5, ack: 1, data: "other" });
  assertEquals(seen.events.slice(0, 1), before);
  assertEquals(seen.of("sent")[0]?.segment.excerpt, new Uint8Array([1, 2, 3]));
});

Deno.test("an excerpt of a payload that wraps in its ring takes both parts", () => {
  const { connection, seen } = established({ headers: false, excerpt: 4 });
  const segment = connection.segment({ flags: ack, seq: 1, ack: 1 }, "sent");
  segment.payload.octets = new Uint8Array([3, 4, 5, 0, 0, 1, 2]);
  segment.payload.offset = 5;
  segment.payload.length = 5;
  segment.payload.firstPartLength = 2;
  connection.observer.segmentSent(connection, segment, "data", NOW);
  assertEquals(seen.of("sent")[0]?.segment.excerpt, new Uint8Array([1, 2, 3, 4]));
});

Deno.test("headers are kept as on the wire, 20 octets of IP and the TCP header with its options", () => {
  const { connection, seen } = established({ headers: true, excerpt: 0 });
  connection.send(NOW, "data", { flags: ack, seq: 1, ack: 1, data: "abc", timestamps: [1, 2] });
  connection.arrive(NOW, { flags: ack, seq: 1, ack: 4 });
  const headers = [...seen.of("sent"), ...seen.of("arrived")].map(({ segment }) => segment.header);
  assertEquals(headers.map((header) => header?.length), [52, 40]);
  assertEquals(headers[1]?.subarray(12, 16), new Uint8Array([198, 51, 100, 7]));
});

Deno.test("a packet taken away by a fault is told with its connection's numbers", () => {
  const { connection, seen } = established();
  connection.send(NOW, "data", { flags: ack, seq: 1, ack: 1, data: "abc" });
  const packet = onTheWire(connection.segment({ flags: ack, seq: 1, ack: 1, data: "abc" }, "sent"));
  const octets = packet.payload.octets.subarray(0, packet.payload.offset + packet.payload.length);
  (connection.observer as ReturnType<typeof recording>["recorder"]).packetLost(
    octets,
    "sent",
    "dropped",
    NOW,
  );
  const [event] = seen.of("lost");
  assertEquals([event?.connection, event?.segment.seq, event?.segment.end, event?.fault], [
    1,
    1,
    4,
    "dropped",
  ]);
});

Deno.test("time 0 is the first SYN: what opened the connection is told with it (RFC 9293 3.10.1)", () => {
  const { recorder, seen } = recording();
  const connection = new FakeConnection(recorder);
  connection.change(instant(1_000), "SYN-SENT", "active-open");
  assertEquals(seen.events, []);
  connection.send(instant(6_000), "syn", { flags: syn, seq: 0 });
  assertEquals(seen.events.map(({ number, kind, time }) => [number, kind, time]), [[1, "state", 6_000], [
    2,
    "sent",
    6_000,
  ]]);
});

Deno.test("a connection whose SYN never leaves is told of when it was opened", () => {
  const { recorder, seen } = recording();
  const connection = new FakeConnection(recorder);
  connection.change(instant(1_000), "SYN-SENT", "active-open");
  connection.change(instant(9_000), "CLOSED", "user-abort");
  assertEquals(seen.events.map(({ kind, time }) => [kind, time]), [["state", 1_000], ["state", 9_000]]);
});

Deno.test("what follows from round trips is not known before the first of them was measured", () => {
  const { recorder, seen } = recording();
  const cores = new TwoCores({ client: recorder });
  cores.run(() => cores.client.state === "ESTABLISHED");
  const views = seen.events.map((event) => "view" in event ? event.view : null).filter((view) =>
    view !== null
  );
  const measured = views.map(({ srtt, rttvar, latestRtt, minRtt }) => [srtt, rttvar, latestRtt, minRtt]);
  const unknown = [null, null, null, null];
  assertEquals(measured[0], unknown);
  assertEquals(measured.at(-1), [20_000, 10_000, 20_000, 20_000]);
  assertEquals(new Set(measured.map(String)), new Set([measured[0], measured.at(-1)].map(String)));
});
