import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { Flag } from "../../tcp/base/segment.ts";
import { instant } from "../../tcp/base/units.ts";
import { mermaidLadder } from "../../trace/ladder/mermaid.ts";
import type { Ladder } from "../../trace/ladder/ladder.ts";
import { ladderOf } from "../../trace/ladder/rows.ts";
import { svgLadder } from "../../trace/ladder/svg.ts";
import { terminalLadder } from "../../trace/ladder/terminal.ts";
import { LEAN, Recorder } from "../../trace/recorder.ts";
import { Recording } from "../../trace/recording.ts";
import { FakeConnection, onTheWire } from "./fake_connection.ts";
import { tellStory } from "./story.ts";

const OPTIONS = { mostAlike: 8, mostRows: 300 };

function ladder(act: (recorder: Recorder) => void, options = OPTIONS): Ladder {
  const recording = new Recording();
  const recorder = new Recorder([recording], [], LEAN);
  act(recorder);
  const [connection] = recording.connections;
  assert(connection !== undefined);
  return ladderOf(recording.kept(connection.id), connection, recording.start, options);
}

/** A ladder with text from a peer in every place that may hold any. */
function hostileLadder(text: string): Ladder {
  const story = ladder((recorder) => tellStory(recorder));
  return {
    local: text,
    remote: text,
    initial: { local: null, remote: null },
    rows: story.rows.map((row) => ({
      ...row,
      label: text,
      marks: [text],
      reason: text,
      why: text,
      state: row.state === null ? null : text,
    })),
  };
}

/** An established connection that exchanges so many segments. */
function flowing(recorder: Recorder, segments: number): void {
  const connection = new FakeConnection(recorder);
  connection.state = "ESTABLISHED";
  connection.numbers(1, 1, 1);
  for (let i = 0; i < segments; i++) {
    connection.send(instant(i), "data", { flags: Flag.ack, seq: 1 + i, ack: 1, data: "x" });
  }
}

Deno.test("no line is wider than the terminal, whatever its width, coloured or not", () => {
  const story = ladder((recorder) => tellStory(recorder));
  for (let width = 1; width <= 200; width++) {
    for (const color of [false, true]) {
      for (const line of terminalLadder(story, { width, ascii: false, color })) {
        // deno-lint-ignore no-control-regex
        const shown = line.replace(/\x1b\[\d+m/g, "");
        assert(shown.length <= width, `${shown.length} of ${width}: ${line}`);
      }
    }
  }
});

Deno.test("every row of a ladder that fits ends at the remote side's line", () => {
  const lines = terminalLadder(ladder((recorder) => tellStory(recorder)), {
    width: 77,
    ascii: false,
    color: false,
  });
  for (const line of lines.slice(2, -1)) assertEquals([line.length, line.at(-1)], [77, "│"]);
});

Deno.test("long runs of ordinary segments become one row that says how many", () => {
  const { rows } = ladder((recorder) => flowing(recorder, 1_000));
  assertEquals(rows.map(({ kind }) => kind), [
    ...new Array(4).fill("sent"),
    "more",
    ...new Array(4).fill("sent"),
  ]);
  assertEquals(rows[4]?.label, "992 more segments in 991 µs");
});

Deno.test("a run that would save only one row is drawn in full", () => {
  const nine = ladder((recorder) => flowing(recorder, 9)).rows;
  assertEquals(nine.map(({ kind }) => kind), new Array(9).fill("sent"));
  assertEquals(ladder((recorder) => flowing(recorder, 10)).rows.length, 9);
});

Deno.test("a ladder has no more rows than asked for: of more, the beginning and the end, and between them words", () => {
  const whole = ladder((recorder) => tellStory(recorder)).rows;
  const { rows } = ladder((recorder) => tellStory(recorder), { mostAlike: 8, mostRows: 7 });
  assertEquals(rows.length, 7);
  assertEquals([...rows.slice(0, 2), ...rows.slice(-2)], [...whole.slice(0, 2), ...whole.slice(-2)]);
  assertEquals(rows.slice(2, 5).map(({ label }) => label), [
    "12 more rows in 443 ms, of 9 segments:",
    "sent: 1 data, 3 ACKs, 2 again",
    "received: 3 ACKs",
  ]);
});

Deno.test("a ladder says in words how many segments of what kind the recording has left out, where", () => {
  const recording = new Recording(50);
  const recorder = new Recorder([recording], [], LEAN);
  const connection = new FakeConnection(recorder);
  connection.state = "ESTABLISHED";
  connection.numbers(1, 1, 1);
  connection.sndWnd = 64_240;
  for (let i = 0; i < 1_000; i++) {
    connection.send(instant(2 * i), "data", { flags: Flag.ack, seq: 1 + i, ack: 1, data: "x" });
    connection.numbers(1 + i, 2 + i, 1);
    connection.arrive(instant(2 * i + 1), { flags: Flag.ack, seq: 1, ack: 2 + i });
  }
  const [record] = recording.connections;
  assert(record !== undefined);
  const { rows } = ladderOf(recording.kept(1), record, recording.start, OPTIONS);
  assertEquals(rows.map(({ kind }) => kind), [
    ...["sent", "arrived", "sent", "arrived", "more", "more", "more"],
    ...["sent", "arrived", "sent", "arrived"],
  ]);
  assertEquals(rows.slice(4, 7).map(({ label }) => label), [
    "1992 more segments in 1.99 ms",
    "sent: 996 data",
    "received: 996 ACKs",
  ]);
});

Deno.test("a segment that a fault takes away is one arrow, which does not arrive", () => {
  const story = ladder((recorder) => {
    const connection = new FakeConnection(recorder);
    connection.state = "ESTABLISHED";
    connection.numbers(1, 4, 1);
    const said = { flags: Flag.ack, seq: 1, ack: 1, data: "abc" };
    connection.send(instant(0), "data", said);
    const { addresses } = onTheWire(connection.segment(said, "sent"));
    recorder.packetLost(addresses.subarray(0, 43), "sent", "dropped by plan", instant(0));
  });
  assertEquals(story.rows.map(({ kind, tone }) => [kind, tone]), [["sent", "lost"]]);
  const [, , line = ""] = terminalLadder(story, { width: 90, ascii: false, color: false });
  assertMatch(line, /─ ACK seq 1\.\.3 ack 1 win 64240 len 3 \(dropped by plan\) ─+✗ +│$/);
  assertMatch(svgLadder(story), /class="arrow lost" d="[^"]*"\/><path class="arrow lost" d="[^"]* l10 10 /);
  assertStringIncludes(mermaidLadder(story), "L-xR: ");
});

const HOSTILE: readonly (readonly [name: string, text: string])[] = [
  ["escape sequences", "\x1b[2J\x1b]0;x\x07\x9b1m"],
  ["line ends", "a\nb\r\nparticipant X"],
  ["markup", `</text><script>alert(1)</script><!-- "'&`],
  ["Mermaid", 'x; L->>R: y\n%%{init: {"securityLevel": "loose"}}%% end click L href "javascript:alert(1)"'],
  ["bidirectional overrides", "\u202eabc\u2066"],
];

for (const [name, text] of HOSTILE) {
  Deno.test(`a ladder cannot be broken by ${name}`, () => {
    const hostile = hostileLadder(text);
    const lines = terminalLadder(hostile, { width: 100, ascii: false, color: false });
    for (const line of lines) {
      // deno-lint-ignore no-control-regex
      assertEquals(/[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/.test(line), false);
    }

    const svg = svgLadder(hostile);
    assertEquals(svg.match(/<(?!\/?(svg|title|style|rect|text|line|g|path)\b)/g), null);
    assertEquals(svg.match(/&(?!(amp|lt|gt|quot|#39);)/g), null);

    const mermaid = mermaidLadder(hostile);
    for (const line of mermaid.trimEnd().split("\n").slice(1)) {
      assertMatch(line, /^ {4}(participant [LR] as |[LR](->>|-->>|--?x)[LR]: |Note (left of L|over L,R): )/);
      // A semicolon may only end an entity; quotes, braces and percent signs are entities.
      assertEquals(
        line.replace(/#\d+;/g, "").match(/[;"'{}%<>#](?!>)/g)?.filter((mark) => mark !== ">") ?? [],
        [],
      );
    }
  });
}

Deno.test("the picture says why of every segment, for those who point at it", () => {
  assertStringIncludes(
    svgLadder(ladder((recorder) => tellStory(recorder))),
    "<title>No ACK of 1 came in time: the earliest segment that is not acknowledged goes again (octets 1 to 29).",
  );
});

Deno.test("a Mermaid diagram stays below the size that Mermaid refuses", () => {
  const long = ladder((recorder) => flowing(recorder, 3_000), { mostAlike: 5_000, mostRows: 5_000 });
  const text = mermaidLadder(long);
  assert(text.length < 50_000, String(text.length));
  const rows = text.trimEnd().split("\n").slice(5);
  const [, hidden] = /Note over L,R: rows left out here: (\d+)/.exec(text) ?? [];
  assertEquals(rows.length - 1 + Number(hidden), 3_000);
  assertMatch(rows[0] ?? "", / ACK seq 1 ack 1 /);
  assertMatch(rows.at(-1) ?? "", / ACK seq 3000 ack 1 /);
});
