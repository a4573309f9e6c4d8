import { assert, assertEquals } from "@std/assert";
import { parseAddress } from "../../tcp/base/address.ts";
import { Flag } from "../../tcp/base/segment.ts";
import { instant } from "../../tcp/base/units.ts";
import type { TraceEvent } from "../../trace/record.ts";
import { LEAN, Recorder } from "../../trace/recorder.ts";
import { MOST_EVENTS, Recording } from "../../trace/recording.ts";
import { segmentsIn, segmentWords, type Tally } from "../../trace/tally.ts";
import { Collector } from "./collect.ts";
import { FakeConnection, onTheWire } from "./fake_connection.ts";
import { tellStory } from "./story.ts";

const { ack, rst } = Flag;

/** What a test says happens at a step besides data and its acknowledgment. */
type Besides = (connection: FakeConnection, step: number) => void;

/** A transfer of so many steps: data, its acknowledgment, and the growth of the window. */
function transfer(recorder: Recorder, steps: number, besides: Besides = () => {}): void {
  const connection = new FakeConnection(recorder);
  connection.state = "ESTABLISHED";
  connection.sndWnd = 64_240;
  for (let i = 0; i < steps; i++) {
    const seq = 1 + i;
    connection.numbers(seq, seq + 1, 1);
    connection.send(instant(3 * i), "data", { flags: ack, seq, ack: 1, data: "x" });
    connection.arrive(instant(3 * i + 1), { flags: ack, seq: 1, ack: seq + 1 });
    connection.congest(instant(3 * i + 1), 14_480 + i, Infinity, "slow-start");
    besides(connection, i);
  }
}

function watched(act: (recorder: Recorder) => void, most?: number): { recording: Recording; all: Collector } {
  const recording = new Recording(most);
  const all = new Collector();
  act(new Recorder([recording, all], [], LEAN));
  return { recording, all };
}

function leftOutOf(recording: Recording): Tally {
  const sum: number[] = [];
  for (const { leftOut } of recording.kept()) {
    leftOut?.forEach((count, i) => sum[i] = (sum[i] ?? 0) + count);
  }
  return sum;
}

Deno.test("what is kept is read as it was: every kind of event, with headers, excerpts, SACK blocks, faults", () => {
  const recording = new Recording();
  const all = new Collector();
  const recorder = new Recorder([recording, all], [], { headers: true, excerpt: 32 });
  const connection = tellStory(recorder);
  connection.arrive(instant(7_000_000), { flags: ack, seq: 2, ack: 3, sack: [5, 9, 20, 30], data: "abc" });
  connection.drop(instant(7_000_001), { flags: ack, seq: 90_000, ack: 1 }, "unacceptable-sequence");
  const packet = onTheWire(connection.segment({ flags: ack, seq: 1, ack: 1 }, "sent"));
  recorder.packetLost(packet.addresses.subarray(0, 40), "sent", "dropped", instant(7_000_002));
  recorder.segmentDropped(null, packet, "bad-checksum", instant(7_000_003));
  connection.local = { address: parseAddress("2001:db8::1"), port: 1 };
  connection.remote = { address: parseAddress("2001:db8::2"), port: 2 };
  const stray = connection.segment({ flags: rst, seq: 5 }, "arrived");
  recorder.segmentArrived(null, onTheWire(stray), instant(7_000_004));
  assertEquals(new Set(all.events.map(({ kind }) => kind)).size, 7);
  assertEquals(recording.events, all.events);
  assertEquals(recording.omitted, 0);
});

Deno.test("headers and excerpts that no row has room for are kept too", () => {
  const { all } = watched((recorder) => transfer(recorder, 1));
  const [sent] = all.of("sent");
  assert(sent !== undefined);
  const long = { header: new Uint8Array(300).fill(7), excerpt: new Uint8Array(99).fill(8) };
  const event: TraceEvent = { ...sent, segment: { ...sent.segment, ...long } };
  const recording = new Recording();
  recording.event(event, null);
  assertEquals(recording.events, [event]);
});

Deno.test("600,000 events take up no more than 20 MB, and no more are kept than there is room for", () => {
  const recording = new Recording();
  transfer(new Recorder([recording], [], { headers: true, excerpt: 32 }), 200_000);
  assert(recording.octets < 20_000_000, `${recording.octets} octets`);
  const { events } = recording;
  assert(events.length <= MOST_EVENTS, `${events.length} events`);
  assert(events.length > 0.8 * MOST_EVENTS, `${events.length} events`);
  assertEquals(recording.omitted, 600_000 - events.length);
});

Deno.test("the first and the last events are all kept, in their order", () => {
  const { recording, all } = watched((recorder) => transfer(recorder, 2_000), 500);
  const events = recording.events;
  assertEquals(events.slice(0, 100), all.events.slice(0, 100));
  assertEquals(events.slice(-100), all.events.slice(-100));
  const numbers = events.map(({ number }) => number);
  assertEquals(numbers, numbers.toSorted((a, b) => a - b));
  assertEquals(new Set(numbers).size, numbers.length);
});

Deno.test("what is rare is kept before the ordinary: retransmissions, drops, losses, timeouts, SACK, closed windows", () => {
  const isRare = (event: TraceEvent): boolean => {
    if (event.kind === "sent") return event.marks.length > 0;
    if (event.kind === "arrived") return event.segment.sackEdges.length > 0 || event.segment.window === 0;
    return event.kind !== "congestion" || event.reason !== "slow-start";
  };
  const besides: Besides = (connection, step) => {
    const now = instant(3 * step + 2);
    const seq = 1 + step;
    if (step % 1_000 !== 500) return;
    connection.arrive(now, { flags: ack, seq: 1, ack: seq + 1, sack: [seq + 5, seq + 9] });
    connection.arrive(now, { flags: ack, seq: 1, ack: seq + 1, window: 0 });
    connection.fire(now, "retransmission");
    connection.send(now, "retransmit-timeout", { flags: ack, seq, ack: 1, data: "x" });
    connection.drop(now, { flags: ack, seq: 90_000, ack: 1 }, "unacceptable-sequence");
    connection.congest(now, 1_448, 2_896, "retransmission-timeout");
    connection.change(now, "ESTABLISHED", "syn-ack-received");
  };
  const { recording, all } = watched((recorder) => transfer(recorder, 20_000, besides), 2_000);
  const rare = all.events.filter(isRare);
  assertEquals(rare.length, 20 * 7);
  const kept = new Set(recording.events.map(({ number }) => number));
  assertEquals(rare.filter(({ number }) => !kept.has(number)), []);
  assert(kept.size <= 2_000, `${kept.size} events`);
});

Deno.test("when even what is rare has no room, the changes of state stay and some of the ordinary shows the course", () => {
  const besides: Besides = (connection, step) => {
    const now = instant(3 * step + 2);
    connection.send(now, "retransmit-sack", { flags: ack, seq: 1 + step, ack: 1, data: "x" });
    connection.arrive(now, { flags: ack, seq: 1, ack: step + 2, sack: [step + 5, step + 9] });
    if (step % 1_000 === 500) connection.change(now, "ESTABLISHED", "syn-ack-received");
  };
  const { recording, all } = watched((recorder) => transfer(recorder, 20_000, besides), 2_000);
  const { events } = recording;
  assert(events.length <= 2_000, `${events.length} events`);
  assertEquals(events.filter(({ kind }) => kind === "state").length, all.of("state").length);
  const middle = events.slice(400, -400);
  for (const mark of [0, 1]) {
    const sent = middle.filter((event) => event.kind === "sent" && event.marks.length === mark);
    assert(sent.length > 30, `${sent.length} events`);
    const [first, last] = [sent[0]?.number ?? 0, sent.at(-1)?.number ?? 0];
    assert(last - first > 0.9 * all.events.length, `from ${first} to ${last}`);
  }
});

Deno.test("what is left out is counted by kind where it is left out, and the totals are those of the whole", () => {
  const { recording, all } = watched((recorder) => transfer(recorder, 5_000), 500);
  const leftOut = leftOutOf(recording);
  assertEquals(leftOut.reduce((sum, count) => sum + count, 0), recording.omitted);
  const kept = recording.events.filter(({ kind }) => kind === "sent" || kind === "arrived").length;
  assertEquals(segmentsIn(leftOut), 10_000 - kept);
  const { tally, octetsSent, octetsReceived } = recording.totalOf(1);
  assertEquals(segmentWords(tally), ["sent: 5000 data", "received: 5000 ACKs"]);
  assertEquals([octetsSent, octetsReceived], [5_000, 0]);
  let before = 0;
  for (const { event, leftOut } of recording.kept()) {
    const gap = leftOut?.reduce((sum, count) => sum + count, 0) ?? 0;
    assertEquals(event.number - before - 1, gap);
    before = event.number;
  }
  assertEquals(before, all.events.length);
});

Deno.test("of a hundred thousand connections no more are remembered than have events that are kept, and some", () => {
  const recording = new Recording(100);
  const recorder = new Recorder([recording], [], LEAN);
  for (let id = 1; id <= 100_000; id++) {
    const connection = new FakeConnection(recorder);
    connection.id = id;
    connection.change(instant(id), "SYN-SENT", "active-open");
    connection.change(instant(id), "CLOSED", "user-abort");
  }
  const { connections, events } = recording;
  assert(connections.length <= 2_000, `${connections.length} connections`);
  const known = new Set(connections.map(({ id }) => id));
  assertEquals(events.filter(({ connection }) => !known.has(connection)), []);
});
