/** Of packets without a time, as those of simple blocks, nothing is told that a time would have to show. */

import { assert, assertEquals } from "@std/assert";
import { Ajv2020 } from "ajv";
import { Analysis } from "../../capture/analysis/analysis.ts";
import type { CapturedPacket } from "../../capture/capture.ts";
import { connectionSummary, connectionTable } from "../../capture/mod.ts";
import { Outputs } from "../../trace/outputs.ts";
import schemaText from "../../trace/schema/rawtcp-trace.schema.json" with { type: "text" };
import { MORE_CAPTURES, SUMMARIZED } from "../stories/captures.ts";
import { handshake, packet, told } from "./kit.ts";
import { ODD_CAPTURES } from "./odd_stories.ts";
import { CAPTURE_STORIES } from "./stories.ts";
import { STRAY_CAPTURES } from "./stray_stories.ts";

const STORIES: readonly (readonly CapturedPacket[])[] = [
  ...[...CAPTURE_STORIES, ...ODD_CAPTURES, ...STRAY_CAPTURES].map(([, packets]) => packets),
  ...MORE_CAPTURES,
  ...SUMMARIZED,
];

/** A span with its unit, or a moment in seconds. */
const TIME = /\d (µs|ms|s)\b|\d\.\d{6}|NaN|\d [KM]?i?B\/s/;
/** What only a timer, or the lack of time for one, can show. */
const BY_TIME = ["retransmission: timeout", "tail loss probe", "captured late", "doubled by the network"];

const validate = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(JSON.parse(schemaText));

/** All that is shown of packets, in every way but the report. */
function shown(
  packets: readonly CapturedPacket[],
): { readonly text: string; readonly json: readonly string[] } {
  const lines: string[] = [];
  const json: string[] = [];
  const write = (line: string): void => void lines.push(line);
  const outputs = new Outputs({
    program: "test",
    epoch: null,
    payload: false,
    lines: { write, color: false },
    story: { write, width: 100, color: false },
    json: (line) => json.push(line),
    ladder: true,
  });
  const analysis = new Analysis(null, outputs.sinks, { kept: outputs.kept });
  for (const one of packets) analysis.packet(one);
  const { flows, duration } = analysis.finish();
  lines.push(...connectionTable(flows, null), ...flows.flatMap(connectionSummary));
  lines.push(...outputs.terminalLadder({ width: 100, color: false, ascii: false }), outputs.mermaidLadder());
  if (packets.every(({ isUntimed }) => isUntimed)) assertEquals(duration, NaN);
  return { text: lines.join("\n"), json };
}

Deno.test("packets without times: no output has a time, a rate, or what only a time shows; JSON fits its schema", () => {
  for (const packets of STORIES) {
    const { text, json } = shown(packets.map((one) => ({ ...one, isUntimed: true })));
    assertEquals(text.split("\n").filter((line) => TIME.test(line)), []);
    assertEquals(text.split("\n").filter((line) => BY_TIME.some((words) => line.includes(words))), []);
    for (const line of json) {
      assert(validate(JSON.parse(line)), `${line}\n${JSON.stringify(validate.errors)}`);
      const { kind, time } = JSON.parse(line);
      if (kind !== "trace" && kind !== "connection" && kind !== "end") assertEquals(time, null);
    }
  }
});

Deno.test("one packet without a time among others is told without one, and spoils no other", () => {
  for (const packets of STORIES) {
    const { text, json } = shown(packets.map((one, i) => i === 2 ? { ...one, isUntimed: true } : one));
    assert(!text.includes("NaN"), text);
    for (const line of json) assert(validate(JSON.parse(line)), line);
  }
  const data = (at: number, seq: number): CapturedPacket =>
    packet(at, "<", "ack", seq, 1_001, { length: 1_000 });
  const others = [...handshake(), { ...data(20, 5_001), isUntimed: true as const }, data(21, 6_001)];
  const round = packet(31, ">", "ack", 1_001, 7_001);
  const { text } = shown([...others, round]);
  assert(/rtt 10 ms/.test(text), text);
});

Deno.test("without times what comes behind is late or sent again, and what is the same is doubled or sent again", () => {
  const data = (seq: number): CapturedPacket => packet(0, "<", "ack", seq, 1_001, { length: 1_000 });
  const packets = [...handshake(), data(5_001), data(7_001), data(6_001), data(7_001)];
  assertEquals(told(packets.map((one) => ({ ...one, isUntimed: true }))).slice(-4), [
    "< data",
    "< data, after a hole",
    "< fills a hole",
    "D< the same again",
  ]);
});
