import { assertStringIncludes } from "@std/assert";
import { LineSink } from "../../trace/lines.ts";
import { recording } from "./collect.ts";
import { FakeConnection } from "./fake_connection.ts";
import { Flag } from "../../tcp/base/segment.ts";
import { instant } from "../../tcp/base/units.ts";
import { LEAN, Recorder } from "../../trace/recorder.ts";

const NOW = instant(0);

function lineOf(act: (connection: FakeConnection) => void): string {
  const lines: string[] = [];
  const recorder = new Recorder(
    [new LineSink((line) => lines.push(line), { color: true })],
    [],
    LEAN,
  );
  const connection = new FakeConnection(recorder);
  connection.state = "ESTABLISHED";
  connection.numbers(1, 5_000, 11);
  act(connection);
  return lines.at(-1) ?? "";
}

const MARKS: readonly (readonly [name: string, act: (connection: FakeConnection) => void, part: string])[] = [
  ["octets that we have already: D", (c) => c.arrive(NOW, { flags: Flag.ack, seq: 1, data: "a" }), "D< ACK"],
  ["octets after a gap: O", (c) => c.arrive(NOW, { flags: Flag.ack, seq: 20, data: "a" }), "O< ACK"],
  [
    "a drop: x, with its rule, in red",
    (c) => c.drop(NOW, { flags: Flag.ack, seq: 1 }, "timestamp-too-old"),
    "\x1b[31m   0.000000  x dropped: old timestamp [RFC 7323 5.3, R1]",
  ],
  ["a timer: !", (c) => c.fire(NOW, "persist"), " ! persist timer expires"],
  [
    "a reduced window: ~",
    (c) => c.congest(NOW, 2, 1, "fast-recovery"),
    " ~ cwnd 14480 to 2, ssthresh ∞ to 1: loss",
  ],
  [
    "the urgent pointer",
    (c) => c.send(NOW, "urgent-data", { flags: Flag.ack | Flag.urg, seq: 1, ack: 1, urgent: 7, data: "a" }),
    "urg 7",
  ],
  [
    "SACK blocks",
    (c) => c.arrive(NOW, { flags: Flag.ack, seq: 11, ack: 1, sack: [100, 200] }),
    "sack 100..199",
  ],
];

for (const [name, act, part] of MARKS) {
  Deno.test(`the trace shows ${name}`, () => assertStringIncludes(lineOf(act), part));
}

Deno.test("the growth of the window at each ACK has no line", () => {
  assertStringIncludes(lineOf((c) => c.congest(NOW, 15_000, Infinity, "slow-start")), " # seq 0 of ");
});

Deno.test("with two connections every line says whose it is", () => {
  const lines: string[] = [];
  const recorder = new Recorder(
    [new LineSink((line) => lines.push(line), { color: false })],
    [],
    LEAN,
  );
  for (const id of [1, 2]) {
    const connection = new FakeConnection(recorder);
    connection.id = id;
    connection.send(NOW, "syn", { flags: Flag.syn, seq: 0 });
  }
  assertStringIncludes(lines.at(-1) ?? "", "0.000000 #2  > SYN");
});

Deno.test("a fault's text cannot drive the terminal", () => {
  const { recorder, seen } = recording();
  const lines: string[] = [];
  const sink = new LineSink((line) => lines.push(line), { color: false });
  const connection = new FakeConnection(recorder);
  const segment = connection.arrive(NOW, { flags: Flag.syn, seq: 0 });
  recorder.packetLost(segment.addresses.subarray(0, 40), "arrived", "\x1b[2J", NOW);
  sink.event(seen.of("lost")[0] ?? seen.events[0]!, null);
  assertStringIncludes(lines[0] ?? "", "\\x1b[2J");
});
