import { assertEquals, assertMatch } from "@std/assert";
import { Flag } from "../../tcp/base/segment.ts";
import { instant } from "../../tcp/base/units.ts";
import { agreementOf, AgreementSink } from "../../trace/agreement.ts";
import type { SegmentRecord } from "../../trace/record.ts";
import { LEAN, Recorder } from "../../trace/recorder.ts";
import { linesOfStory, recording } from "./collect.ts";
import { FakeConnection, type Said } from "./fake_connection.ts";

const NOW = instant(0);
const ALL = { mss: 1_460, windowScale: 7, timestamps: [1, 2], sackPermitted: true } as const;

function syn(options: Partial<Said>): SegmentRecord {
  const { recorder, seen } = recording();
  new FakeConnection(recorder).send(NOW, "syn", { flags: Flag.syn, seq: 0, ...options });
  const [event] = seen.of("sent");
  if (event === undefined) throw new Error("Nothing was sent");
  return event.segment;
}

function sentences(own: Partial<Said>, peer: Partial<Said>): readonly string[] {
  return agreementOf(syn(own), syn(peer)).map(({ sentence }) => sentence);
}

Deno.test("what both SYNs offer is agreed on", () => {
  const [size, scaling, timestamps, sack] = sentences(ALL, { ...ALL, mss: 1_400, windowScale: 15 });
  assertEquals(size, "The peer takes segments of up to 1400 octets, we take up to 1460 octets.");
  // RFC 7323 2.3: a larger shift counts as 14.
  assertMatch(
    scaling ?? "",
    /our window field counts units of 128 octets, the peer's units of 16384 octets \(the shift of 15 counts as 14\)\.$/,
  );
  assertMatch(timestamps ?? "", /^Every segment but a RST is to carry timestamps/);
  assertMatch(sack ?? "", /^Selective acknowledgment: each side/);
});

for (const [name, own, peer] of [["ours", {}, ALL], ["the peer's", ALL, {}], ["both", {}, {}]] as const) {
  Deno.test(`what ${name} leaves out is not agreed on`, () => {
    const [, scaling, timestamps, sack] = sentences(own, peer);
    assertMatch(scaling ?? "", /^Windows are not scaled/);
    assertMatch(timestamps ?? "", /^No timestamps/);
    assertMatch(sack ?? "", /^No selective acknowledgment/);
  });
}

Deno.test("without the MSS option the peer takes 536 octets (RFC 9293 3.7.1, MUST-15)", () => {
  assertMatch(sentences(ALL, {})[0] ?? "", /up to 536 octets \(assumed/);
});

Deno.test("the client tells both SYNs' options once its own ACK has been told", () => {
  const lines = linesOfStory((write) => new AgreementSink(write));
  assertEquals(lines.slice(0, 2), [
    "Our SYN's options: mss 1460 sack-ok ts 1:0 ws 8",
    "The peer's: mss 1460 sack-ok ts 900:1 ws 7",
  ]);
  assertEquals(lines.length, 6);
});

Deno.test("a SYN-ACK that acknowledges something else than our SYN agrees on nothing (RFC 9293 3.10.7.3, first)", () => {
  for (const [ack, taken] of [[0, false], [1, true], [2, false]] as const) {
    const lines: string[] = [];
    const sink = new AgreementSink((line) => lines.push(line));
    const connection = new FakeConnection(new Recorder([sink], [], LEAN));
    connection.state = "SYN-SENT";
    connection.numbers(0, 1, 0);
    connection.send(NOW, "syn", { flags: Flag.syn, seq: 0, mss: 1_460 });
    connection.arrive(NOW, { flags: Flag.syn | Flag.ack, seq: 0, ack, mss: 1_400 });
    connection.send(NOW, "ack-quick", { flags: Flag.ack, seq: 1, ack: 1 });
    assertEquals(lines.length > 0, taken, `ack ${ack}`);
  }
});

Deno.test("a listener tells them with its SYN-ACK, and only once", () => {
  const lines: string[] = [];
  const connection = new FakeConnection(
    new Recorder([new AgreementSink((line) => lines.push(line))], [], LEAN),
  );
  connection.state = "LISTEN";
  connection.arrive(NOW, { flags: Flag.syn, seq: 0, mss: 1_400 });
  assertEquals(lines, []);
  connection.state = "SYN-RECEIVED";
  connection.numbers(0, 1, 1);
  connection.send(NOW, "syn-ack", { flags: Flag.syn | Flag.ack, seq: 0, ack: 1, mss: 1_460 });
  assertEquals(lines.slice(0, 2), ["Our SYN's options: mss 1460", "The peer's: mss 1400"]);
  connection.send(NOW, "data", { flags: Flag.ack, seq: 1, ack: 1, data: "x" });
  assertEquals(lines.length, 6);
});

Deno.test("ECN is agreed on by ECE alone, and told only where it was asked for (RFC 3168 6.1.1)", () => {
  const SETUP = Flag.syn | Flag.ece | Flag.cwr;
  const answer = (flags: number): SegmentRecord => ({ ...syn({}), ack: 1, flags });
  const told = (own: number, flags: number): string | undefined =>
    agreementOf({ ...syn({}), flags: own }, answer(flags))[4]?.sentence;
  assertMatch(told(SETUP, Flag.syn | Flag.ack | Flag.ece) ?? "", /^Explicit congestion notification/);
  assertMatch(told(SETUP, Flag.syn | Flag.ack) ?? "", /^No explicit congestion notification/);
  assertMatch(told(SETUP, SETUP | Flag.ack) ?? "", /^No explicit congestion notification/);
  assertEquals(told(Flag.syn, Flag.syn | Flag.ack), undefined);
});
