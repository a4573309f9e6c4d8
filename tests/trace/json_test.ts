import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Ajv2020 } from "ajv";
import { Flag } from "../../tcp/base/segment.ts";
import { IcmpError } from "../../tcp/base/icmp_error.ts";
import { instant } from "../../tcp/base/units.ts";
import * as catalogue from "../../trace/catalogue.ts";
import { JsonSink } from "../../trace/json.ts";
import { Recorder } from "../../trace/recorder.ts";
import { definitionsFromTables, linesFromTables } from "./schema.ts";
import schemaText from "../../trace/schema/rawtcp-trace.schema.json" with { type: "text" };
import { FakeConnection } from "./fake_connection.ts";
import { MESSAGE, STORY_START, tellStory } from "./story.ts";

type Json = { [name: string]: Json } & { readonly length: number };

const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true });
const schema = JSON.parse(schemaText);
const validate = ajv.compile(schema);
const EPOCH = 1_700_000_000_000_000;

function jsonOf(act: (recorder: Recorder) => void, options = { headers: true, excerpt: 40 }): Json[] {
  const lines: string[] = [];
  const sink = new JsonSink((line) => lines.push(line), { program: "rawtcp 0.0.0", epoch: EPOCH });
  const recorder = new Recorder([sink], [], options);
  act(recorder);
  recorder.finish();
  return lines.map((line) => JSON.parse(line) as Json);
}

function established(act: (connection: FakeConnection) => void): Json[] {
  return jsonOf((recorder) => {
    const connection = new FakeConnection(recorder);
    connection.state = "ESTABLISHED";
    connection.numbers(1, 101, 11);
    act(connection);
  });
}

function assertValid(lines: readonly Json[]): void {
  for (const line of lines) {
    assert(validate(line), `${JSON.stringify(line)}\n${JSON.stringify(validate.errors, null, 1)}`);
  }
}

Deno.test("every line of the story fits the schema", () => {
  const lines = jsonOf((recorder) => tellStory(recorder));
  assertValid(lines);
  const kinds = new Set(lines.map((line) => String(line["kind"])));
  assertEquals([...kinds].sort(), [
    "arrived",
    "congestion",
    "connection",
    "end",
    "sent",
    "state",
    "timer",
    "trace",
  ]);
});

Deno.test("every code of every kind makes a line that fits the schema", () => {
  const now = instant(7);
  const lines = established((connection) => {
    const { observer } = connection;
    const segment = connection.segment({ flags: Flag.ack, seq: 1, ack: 1 }, "sent");
    const codes = <T extends object>(table: T): (keyof T)[] => Object.keys(table) as (keyof T)[];
    for (const code of codes(catalogue.SEND_REASONS)) observer.segmentSent(connection, segment, code, now);
    for (const code of codes(catalogue.DROP_REASONS)) connection.drop(now, { flags: Flag.ack, seq: 1 }, code);
    for (const code of codes(catalogue.STATE_REASONS)) connection.change(now, "ESTABLISHED", code);
    for (const code of codes(catalogue.CONGESTION_REASONS)) connection.congest(now, 5, Infinity, code);
    for (const code of codes(catalogue.TIMERS)) connection.fire(now, code, 1_000_000);
    for (const code of codes(catalogue.ICMP_VERDICTS)) {
      observer.icmpArrived(
        connection,
        Object.assign(new IcmpError(), { type: 3, code: 4, mtu: 1_280 }),
        code,
        now,
      );
    }
    connection.arrive(now, {
      flags: Flag.ack | Flag.urg | Flag.ece,
      seq: 5,
      ack: 1,
      ecn: 3,
      sack: [1, 9],
      urgent: 3,
      data: "a",
    });
    observer.segmentArrived(null, connection.segment({ flags: Flag.rst, seq: 1 }, "arrived"), now);
  });
  assertValid(lines);
});

Deno.test("a fault's packet fits the schema", () => {
  const lines = jsonOf((recorder) => {
    const connection = new FakeConnection(recorder);
    const { addresses } = connection.arrive(instant(0), { flags: Flag.syn, seq: 0 });
    recorder.packetLost(addresses.subarray(0, 40), "arrived", "dropped by plan", instant(1));
  });
  assertValid(lines);
  assertEquals(lines.at(-2)?.["kind"] as unknown, "lost");
});

const BROKEN: readonly (readonly [name: string, change: (line: Json) => void])[] = [
  ["an unknown reason", (line) => Object.assign(line["reason"] ?? {}, { code: "because" })],
  ["an unknown field", (line) => Object.assign(line, { more: 1 })],
  ["a missing segment", (line) => delete line["segment"]],
  ["a flag that does not exist", (line) => Object.assign(line["segment"] ?? {}, { flags: ["XYZ"] })],
  ["a sequence number that is a text", (line) => Object.assign(line["segment"] ?? {}, { seq: "1" })],
];

for (const [name, change] of BROKEN) {
  Deno.test(`the schema refuses ${name}`, () => {
    const sent = jsonOf((recorder) => tellStory(recorder)).find((line) => String(line["kind"]) === "sent");
    assert(sent !== undefined && validate(sent));
    change(sent);
    assertEquals(validate(sent), false);
  });
}

const CODES: Readonly<Record<string, object>> = {
  sendCode: catalogue.SEND_REASONS,
  dropCode: catalogue.DROP_REASONS,
  stateCode: catalogue.STATE_REASONS,
  congestionCode: catalogue.CONGESTION_REASONS,
  timerName: catalogue.TIMERS,
  arrivalCode: catalogue.ARRIVALS,
  icmpCode: catalogue.ICMP_VERDICTS,
};

Deno.test("the schema has just the variables, timers and kinds of event of the tables", () => {
  for (const [name, definition] of Object.entries(definitionsFromTables())) {
    assertEquals(
      { ...schema.$defs[name], ...definition as object },
      schema.$defs[name],
      `${name}: run tests/trace/schema.ts`,
    );
  }
  const lines = schema.oneOf.map(({ $ref }: { $ref: string }) => $ref.replace("#/$defs/", ""));
  assertEquals(new Set(lines), new Set(linesFromTables()));
});

for (const [name, table] of Object.entries(CODES)) {
  Deno.test(`the schema's ${name} lists just the catalogue's codes`, () => {
    assertEquals(schema.$defs[name].enum, Object.keys(table));
  });
}

Deno.test("a line names the variables that its rule read, and what changed since the event before", () => {
  const lines = jsonOf((recorder) => tellStory(recorder));
  const again = lines.find((line) => String(line["reason"]?.["code"]) === "retransmit-timeout");
  assertEquals(again?.["variables"] as unknown, {
    sndUna: 1,
    content: "octets 1 to 29",
    rto: 400_000,
  });
  const reduced = lines.find((line) => String(line["reason"]?.["code"]) === "retransmission-timeout");
  assertEquals(reduced?.["changed"] as unknown, {
    cwnd: [14_480, 1_448],
    ssthresh: [null, 2_896],
    phase: ["open", "loss"],
  });
});

Deno.test("times are microseconds since the first event, and the first line says when that was", () => {
  const lines = jsonOf((recorder) => tellStory(recorder));
  assertEquals(lines[0]?.["start"] as unknown, "2023-11-14T22:13:25.000000Z");
  assertEquals(EPOCH + STORY_START, Date.parse("2023-11-14T22:13:25Z") * 1_000);
  assertEquals(lines.filter((line) => "time" in line).slice(0, 3).map((line) => Number(line["time"])), [
    0,
    0,
    20_000,
  ]);
});

Deno.test("payload and headers are there when kept, and absent when not", () => {
  const kept = jsonOf((recorder) => tellStory(recorder)).filter((line) =>
    line["segment"]?.["payload"] !== undefined
  );
  assertEquals(kept.map((line) => String(line["segment"]?.["payload"]?.["text"])), [MESSAGE, MESSAGE]);
  const lean = jsonOf((recorder) => tellStory(recorder), { headers: false, excerpt: 0 });
  assertEquals(lean.filter((line) => JSON.stringify(line).includes("payload")).length, 0);
  assertEquals(lean.filter((line) => line["segment"]?.["header"] !== undefined).length, 0);
});

Deno.test("hostile payload stays inside its JSON string, one line per event", () => {
  const lines: string[] = [];
  const sink = new JsonSink((line) => lines.push(line), { program: "p", epoch: null });
  const recorder = new Recorder([sink], [], { headers: false, excerpt: 40 });
  tellStory(recorder, '"}\n{"kind":"end"}\u2028\x1b[2J');
  for (const line of lines) {
    assertValid([JSON.parse(line) as Json]);
    // deno-lint-ignore no-control-regex
    assertEquals(/[\x00-\x1f\x7f-\x9f\u2028]/.test(line), false);
  }
  assertStringIncludes(lines.join("\n"), "\\\\x1b[2J");
});
