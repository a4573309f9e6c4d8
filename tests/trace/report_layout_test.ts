import { assert, assertEquals } from "@std/assert";
import { Flag } from "../../tcp/base/segment.ts";
import { instant } from "../../tcp/base/units.ts";
import { Recorder } from "../../trace/recorder.ts";
import { Recording } from "../../trace/recording.ts";
import { type Trace, unpack } from "../../trace/report/page/data.js";
import { Rows } from "../../trace/report/page/rows.js";
import { Sequence } from "../../trace/report/page/sequence.js";
import { layOut } from "../../trace/report/page/scale_layout.js";
import { htmlReport } from "../../trace/report/report.ts";
import { runStory } from "../stories/run.ts";
import { STORIES } from "../stories/stories.ts";
import { FakeConnection, onTheWire } from "./fake_connection.ts";

interface Row {
  readonly event: number;
  readonly attached: readonly number[];
  readonly way: "sent" | "arrived" | null;
  readonly state: string;
  readonly fate: "whole" | "lost" | "silent";
  readonly later: number | null;
}

/** A moment as the layout wants it; what is not said is nothing. */
interface Moment {
  readonly time: number;
  readonly way: "sent" | "arrived" | null;
  readonly isLost: boolean;
  readonly trip: number | null;
  readonly seq: number;
  readonly end: number;
  readonly ack: number | null;
  readonly sackEnd: number;
}

async function traceOf(name: string): Promise<Trace> {
  const recording = new Recording();
  await runStory(name, new Recorder([recording], [], { headers: false, excerpt: 0 }));
  return await unpacked(recording);
}

async function unpacked(recording: Recording): Promise<Trace> {
  const page = await htmlReport(recording, { program: "rawtcp test", epoch: null });
  const [, packed] = /id="trace-data">([^<]*)</.exec(page) ?? [];
  return await unpack(packed ?? "") as Trace;
}

function rowsOf(trace: Trace): readonly Row[] {
  return new Rows(trace, trace.of(1)).all as readonly Row[];
}

function moment(said: Partial<Moment>): Moment {
  return { time: 0, way: "sent", isLost: false, trip: null, seq: 0, end: 0, ack: null, sackEnd: 0, ...said };
}

Deno.test("each event of every story has a row of its own, or stands on that of what brought it about", async () => {
  for (const { name } of STORIES) {
    const trace = await traceOf(name);
    const told = rowsOf(trace).flatMap(({ event, attached }) => [event, ...attached]);
    assertEquals(told.toSorted((a, b) => a - b), trace.of(1), name);
  }
});

Deno.test("a state stands on the row of the arrival that led to it, or else of the segment that follows", async () => {
  const trace = await traceOf("plain");
  const states = rowsOf(trace).filter(({ state }) => state !== "").map(({ event, way, state }) =>
    `${way} ${trace.columns.seq[event]} ${state}`
  );
  assertEquals(states, [
    "sent 0 SYN-SENT",
    "arrived 0 ESTABLISHED",
    "sent 30 FIN-WAIT-1",
    "arrived 1 TIME-WAIT",
  ]);
});

Deno.test("the third duplicate ACK is marked, and no answer to a window probe (RFC 5681 2)", async () => {
  const trace = await traceOf("sack_recovery");
  const { thirds } = new Sequence(trace, trace.of(1), "sent");
  assertEquals(thirds.length, 1);
  const { ack } = trace.columns;
  const alike = trace.of(1).filter((i: number) => trace.kind(i) === "arrived" && ack[i] === ack[thirds[0]]);
  assertEquals(alike.indexOf(thirds[0]), 3, "the first of them acknowledges something new");
  const probed = await traceOf("zero_window");
  assertEquals(new Sequence(probed, probed.of(1), "sent").thirds, []);
});

Deno.test("to scale: half a round trip is as high everywhere, and a pause is cut short and said", () => {
  const halfTrip = 10_000;
  const { places, pauses } = layOut([
    moment({ time: 0, seq: 0, end: 1 }),
    moment({ time: 20_000, way: "arrived", ack: 1 }),
    moment({ time: 40_000, seq: 1, end: 2 }),
    moment({ time: 5_000_000, seq: 2, end: 3 }),
  ], halfTrip);
  const [first, second, third, fourth] = places;
  const half = first.remote - first.local;
  assertEquals(second.local - second.remote, half);
  assertEquals(second.local - first.local, 2 * half);
  assertEquals(third.local - second.local, 2 * half);
  assert(fourth.local - third.local < 4 * half);
  assertEquals(pauses.map(({ span }) => span), [4_960_000]);
});

Deno.test("to scale: an answer leaves no higher than what it answers has arrived, whatever the clocks say", () => {
  const { places: [sent, lost, again, answer] } = layOut([
    moment({ time: 0, seq: 0, end: 10 }),
    moment({ time: 1, seq: 10, end: 20, isLost: true }),
    moment({ time: 2, seq: 10, end: 20 }),
    // Sooner than half a round trip after what it acknowledges.
    moment({ time: 3, way: "arrived", ack: 20 }),
  ], 10_000);
  assert(sent.remote < again.remote && lost.remote < again.remote);
  assert(answer.remote >= again.remote, "the answer leaves when the repeat has arrived");
  assert(answer.local >= answer.remote);
});

Deno.test("to scale: what two captures tell of a segment's trip is how long its arrow is under way", () => {
  const { places: [, quick, slow] } = layOut([
    moment({ time: 0, seq: 0, end: 10 }),
    moment({ time: 10_000, seq: 10, end: 20, trip: 5_000 }),
    moment({ time: 20_000, seq: 20, end: 30, trip: 15_000 }),
  ], 10_000);
  assertEquals(slow.remote - slow.local, 3 * (quick.remote - quick.local));
});

Deno.test("to scale: a SACK block comes after the segment beyond the gap that it tells of", () => {
  const { places: [, , beyond, sack] } = layOut([
    moment({ time: 0, seq: 0, end: 10 }),
    moment({ time: 1, seq: 10, end: 20, isLost: true }),
    moment({ time: 8_000, seq: 20, end: 30 }),
    moment({ time: 9_000, way: "arrived", ack: 10, sackEnd: 30 }),
  ], 10_000);
  assert(sack.remote >= beyond.remote);
});

Deno.test("to scale: in every story time runs downwards at both ends, and effects follow their causes", async () => {
  for (const { name } of STORIES) {
    const trace = await traceOf(name);
    const { columns } = trace;
    const events = rowsOf(trace).map(({ event, way }) => ({
      time: columns.time[event],
      way,
      isLost: false,
      trip: null,
      seq: columns.seq[event],
      end: columns.end[event],
      ack: columns.ack[event],
      sackEnd: 0,
    }));
    const { places } = layOut(events, 10_000);
    places.forEach((place, k) => {
      const { way, ack } = events[k] as { way: string | null; ack: number | null };
      assert(k === 0 || place.local >= (places[k - 1]?.local ?? 0), `${name}, row ${k}`);
      if (way === null) return;
      const isDownwards = way === "sent" ? place.remote >= place.local : place.local >= place.remote;
      assert(isDownwards, `${name}, row ${k} goes upwards`);
      if (way !== "arrived" || ack === null) return;
      const cause = events.findIndex((event) =>
        event.way === "sent" && event.end >= ack && event.end > event.seq
      );
      if (cause < 0 || cause > k) return;
      assert(
        place.remote >= (places[cause]?.remote ?? 0),
        `${name}, row ${k} comes before its cause ${cause}`,
      );
    });
  }
});

Deno.test("what a fault took away is one row, whose arrow is known to be lost; its repeat names it", async () => {
  const recording = new Recording();
  const recorder = new Recorder([recording], [], { headers: false, excerpt: 0 });
  const connection = new FakeConnection(recorder);
  connection.change(instant(0), "ESTABLISHED", "syn-ack-received");
  const said = { flags: Flag.ack, seq: 1, ack: 1, data: "lost" };
  connection.numbers(1, 5, 1);
  connection.send(instant(1_000), "data", said);
  const { addresses } = onTheWire(connection.segment(said, "sent"));
  recorder.packetLost(addresses.subarray(0, 44), "sent", "drop:data:1", instant(1_001));
  connection.send(instant(201_000), "retransmit-timeout", said);
  const trace = await unpacked(recording);
  const rows = new Rows(trace, trace.of(1));
  assertEquals(rows.all.filter(({ way }: Row) => way !== null).map(({ fate, later }: Row) => [fate, later]), [
    ["lost", null],
    ["whole", 200_000],
  ]);
  assertEquals(rows.braces.map(({ way, later }: { way: string; later: number }) => [way, later]), [[
    "sent",
    200_000,
  ]]);
});
