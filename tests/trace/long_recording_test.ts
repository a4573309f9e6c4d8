/** What is drawn of a connection that is longer than a recording: small enough, and what is left out is told. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { Flag } from "../../tcp/base/segment.ts";
import { instant } from "../../tcp/base/units.ts";
import { moreRow } from "../../trace/ladder/draft.ts";
import type { Ladder } from "../../trace/ladder/ladder.ts";
import { ladderOf } from "../../trace/ladder/rows.ts";
import { terminalLadder } from "../../trace/ladder/terminal.ts";
import { Recorder } from "../../trace/recorder.ts";
import { MOST_EVENTS, Recording } from "../../trace/recording.ts";
import { type Trace, unpack } from "../../trace/report/page/data.js";
import { htmlReport } from "../../trace/report/report.ts";
import { segmentWords, TALLIED } from "../../trace/tally.ts";
import { FakeConnection } from "./fake_connection.ts";

const OPTIONS = { program: "rawtcp 0.0.0", epoch: 1_700_000_000_000_000 };

const STEPS = 125_000;
/** One in so many is lost, and costs four segments more. */
const LOSSY = 10;
const SEGMENTS = 2 * STEPS + 4 * STEPS / LOSSY;
const LENGTH = 64;
const STEP = 977;

/** Octets that do not pack. */
function noise(length: number): Uint8Array {
  let state = 1;
  return new Uint8Array(length).map(() => {
    state = Math.imul(state, 1_103_515_245) + 12_345;
    return state >> 16 & 0xff;
  });
}

/** Data and acknowledgments with every kind of segment that is counted, 300,000 in all. */
function transferWithLoss(recorder: Recorder): void {
  const octets = noise(1 << 20);
  const connection = new FakeConnection(recorder);
  connection.state = "ESTABLISHED";
  connection.sndWnd = 64_240;
  for (let i = 0; i < STEPS; i++) {
    const [now, seq] = [i * STEP, 1 + i * LENGTH];
    const at = i * LENGTH % octets.length;
    const data = octets.subarray(at, at + LENGTH);
    connection.numbers(seq, seq + LENGTH, 1);
    connection.cwnd = 14_480 + (octets[at] ?? 0);
    connection.send(instant(now), "data", { flags: Flag.ack, seq, ack: 1, data, timestamps: [i, seq] });
    const answer = { flags: Flag.ack, seq: 1, ack: seq + LENGTH };
    if (i % LOSSY === 0) {
      connection.arrive(instant(now + 200), { ...answer, ack: seq, sack: [seq + 70, seq + 80] });
      connection.send(instant(now + 300), "retransmit-sack", { flags: Flag.ack, seq, ack: 1, data });
      connection.arrive(instant(now + 400), { ...answer, seq: 500, data: "x" });
      connection.send(instant(now + 450), "ack-out-of-order", { flags: Flag.ack, seq: seq + LENGTH, ack: 1 });
    }
    connection.arrive(instant(now + 500), answer);
    if (i % 4 === 0) connection.congest(instant(now + 500), 14_480 + i, Infinity, "slow-start");
  }
}

function recorded(): Recording {
  const recording = new Recording();
  transferWithLoss(new Recorder([recording], [], { headers: true, excerpt: 32 }));
  return recording;
}

const recording = recorded();

Deno.test("the page of 300,000 segments with loss stays under 5 MB, and says how many of them are left out, between which times", async () => {
  const page = await htmlReport(recording, OPTIONS);
  assert(page.length < 5_000_000, `${page.length} octets`);
  const [, packed = ""] = /id="trace-data">([^<]*)</.exec(page) ?? [];
  const trace = await unpack(packed) as Trace;
  assert(trace.length > 0.7 * MOST_EVENTS && trace.length <= MOST_EVENTS, `${trace.length} events`);

  const { number, time, kind } = trace.columns as Record<string, readonly number[]>;
  assert(number !== undefined && time !== undefined && kind !== undefined);
  const isGap = (_number: number, i: number): boolean => i > 0 && number[i] !== (number[i - 1] ?? 0) + 1;
  const from = time[number.findIndex(isGap) - 1] ?? NaN;
  const to = time[number.findLastIndex(isGap)] ?? NaN;
  assert(to - from > 0.8 * STEPS * STEP, `${from} to ${to}`);
  const kept = kind.filter((one) => one < 2).length;
  const said: string = trace.omission(trace.of(1));
  const told = /^([\d,]+) segments and ([\d,]+) other events between (\S+) s and (\S+) s were not kept: /
    .exec(said);
  assert(told !== null, said);
  assertEquals(told.slice(1).map((text) => Number(text.replaceAll(",", ""))), [
    SEGMENTS - kept,
    (number.at(-1) ?? 0) - SEGMENTS - (trace.length - kept),
    from / 1e6,
    to / 1e6,
  ]);
  const kinds = TALLIED.slice(0, 7).filter((one) => one !== "data received");
  for (const one of kinds) assertMatch(said, new RegExp(` [\\d,]+ ${one}[,.]`));
});

/** Numbers that a ladder gives of segments that it does not draw, the sums and those by direction. */
function hiddenIn({ rows }: Ladder): { readonly total: number; readonly byDirection: number } {
  const labels = rows.filter(({ kind }) => kind === "more").map(({ label }) => label);
  const numbers = (texts: readonly string[], pattern: RegExp): number =>
    texts.flatMap((text) => [...text.matchAll(pattern)]).reduce((sum, [, digits]) => sum + Number(digits), 0);
  const words = labels.filter((label) => /^(sent|received): /.test(label));
  return { total: numbers(labels, /(\d+) (?:more )?segments?/g), byDirection: numbers(words, /(\d+) /g) };
}

Deno.test("the ladder of 300,000 segments with loss draws or counts each of them", () => {
  const [record] = recording.connections;
  assert(record !== undefined);
  for (const options of [{ mostAlike: 8, mostRows: 2_000 }, { mostAlike: 16, mostRows: 400 }]) {
    const ladder = ladderOf(recording.kept(1), record, recording.start, options);
    assert(ladder.rows.length <= options.mostRows, `${ladder.rows.length} rows`);
    const drawn = ladder.rows.filter(({ kind }) => kind === "sent" || kind === "arrived").length;
    assertEquals(drawn + hiddenIn(ladder).total, SEGMENTS);
  }
});

Deno.test("at 100 columns no words on what a ladder leaves out are cut, whatever kinds there are", () => {
  const most = [141_234, 141_234, 12_345, 141_234, 141_234, 12_345, 12_345];
  const all = segmentWords(most);
  assertEquals(all, [
    "sent: 141234 data, 141234 ACKs, 12345 again",
    "received: 141234 data, 141234 ACKs, 12345 with SACK, 12345 not in order",
  ]);
  const rows = all.map((label) => moreRow(0, label));
  const [record] = recording.connections;
  assert(record !== undefined);
  const long = ladderOf(recording.kept(1), record, recording.start, { mostAlike: 8, mostRows: 2_000 });
  for (const ladder of [long, { ...long, rows }]) {
    const lines = terminalLadder(ladder, { width: 100, ascii: false, color: false });
    const words = lines.filter((line) => /(segments?|sent:|received:) /.test(line));
    assert(words.length >= 2, `${words.length} lines`);
    assertEquals(words.filter((line) => line.includes("…")), []);
  }
  assert(hiddenIn(long).byDirection > 0.8 * SEGMENTS);
});
