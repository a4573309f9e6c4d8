import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { Segment } from "../../tcp/base/segment.ts";
import { instant } from "../../tcp/base/units.ts";
import { CaptureWriter } from "../../capture/mod.ts";
import { tellCapture } from "../capture/support.ts";
import { combineObservers, Statistics, Tracer, type TracerOptions } from "../../trace/mod.ts";
import { Collector } from "./collect.ts";
import { LEAN, Recorder } from "../../trace/recorder.ts";
import kernelLo from "../capture/kernel_lo.pcap.base64" with { type: "text" };
import { MESSAGE, tellStory } from "./story.ts";
import { losing, transfer, TwoCores } from "./two_cores.ts";

const BASE = { program: "rawtcp 0.0.0", epoch: 1_700_000_000_000_000, payload: true };

function captureTo(write: (octets: Uint8Array) => void, payload = true): CaptureWriter {
  return new CaptureWriter(write, { ...BASE, snapLength: 0, payload, names: [] });
}

function told(options: Partial<TracerOptions>): Tracer {
  const tracer = new Tracer({ ...BASE, ...options });
  assert(tracer.observer !== null);
  tellStory(tracer.observer);
  tracer.finish();
  return tracer;
}

Deno.test("a tracer of which nothing is asked observes nothing", () => {
  assertEquals(new Tracer(BASE).observer, null);
});

Deno.test("a tracer does everything at once that is asked of it", async () => {
  const lines: string[] = [];
  const story: string[] = [];
  const json: string[] = [];
  const agreement: string[] = [];
  let captured = 0;
  const tracer = told({
    lines: { write: (line) => lines.push(line), color: false },
    story: { write: (line) => story.push(line), width: 80, color: false },
    json: (line) => json.push(line),
    agreement: (line) => agreement.push(line),
    capture: captureTo((octets) => captured += octets.length),
    ladder: true,
    report: true,
    statistics: true,
  });
  assertStringIncludes(lines.join("\n"), "seq 1..29        ack 1     win 64256   len 29");
  assertStringIncludes(story.join("\n"), "We ask 198.51.100.7:80 for a connection");
  assertEquals(JSON.parse(json.at(-1) ?? ""), { kind: "end", events: 23 });
  assertEquals(agreement.length, 6);
  assert(captured > 5_000);
  assertEquals(tracer.outputs.terminalLadder({ width: 80, ascii: false, color: false }).length, 22);
  assertStringIncludes(tracer.outputs.svgLadder(), "<svg");
  assertMatch(tracer.outputs.mermaidLadder(), /^sequenceDiagram\n/);
  assertStringIncludes(await tracer.outputs.report(), "<!doctype html>");
  assertEquals(tracer.statistics?.lines().length, 9);
  assertStringIncludes(
    tracer.statistics?.lines().join("\n") ?? "",
    "times       the program's clock: no arrival",
  );
});

Deno.test("--no-payload keeps the payload out of everything", async () => {
  const texts: string[] = [];
  const decoder = new TextDecoder("latin1");
  const tracer = told({
    payload: false,
    story: { write: (line) => texts.push(line), width: 80, color: false },
    json: (line) => texts.push(line),
    capture: captureTo((octets) => texts.push(decoder.decode(octets)), false),
    ladder: true,
    report: true,
  });
  texts.push(await tracer.outputs.report(), tracer.outputs.svgLadder());
  const hex = Array.from(new TextEncoder().encode(MESSAGE), (octet) => octet.toString(16)).join("");
  assertEquals(texts.filter((text) => text.includes(MESSAGE) || text.includes(hex)), []);
});

Deno.test("a packet that no core could read is shown as dropped", () => {
  const lines: string[] = [];
  const tracer = new Tracer({
    ...BASE,
    lines: { write: (line) => lines.push(line), color: false },
  });
  tracer.packetRefused(new Uint8Array(20), "bad-checksum", instant(0));
  assertEquals(lines, ["   0.000000  x dropped: bad checksum [RFC 9293 3.1, MUST-3]"]);
});

Deno.test("what a tracer flushed can be read before it has finished", () => {
  let pieces: number[] = [];
  const tracer = new Tracer({
    ...BASE,
    capture: captureTo((octets) => pieces = [...pieces, ...octets]),
  });
  assert(tracer.observer !== null);
  tellStory(tracer.observer);
  tracer.flush();
  const { result } = tellCapture(new Uint8Array(pieces), { program: "p", payload: true });
  assertEquals([result.segments, result.flows.length, result.isCut], [11, 1, false]);
});

Deno.test("a capture is told in the same ways as a live connection", () => {
  const file = Uint8Array.from(atob(kernelLo.replaceAll(/\s/g, "")), (character) => character.charCodeAt(0));
  const lines: string[] = [];
  const { outputs, result } = tellCapture(file, {
    program: "p",
    payload: true,
    lines: { write: (line) => lines.push(line), color: false },
    ladder: true,
  });
  assertEquals([result.packets, result.segments, result.unread], [10, 10, []]);
  assert(lines.length > 10);
  assertStringIncludes(
    outputs.terminalLadder({ width: 80, ascii: true, color: false }).join("\n"),
    "FIN-WAIT-1",
  );
});

Deno.test("statistics count segments, octets, retransmissions, timers and reductions", () => {
  const statistics = new Statistics();
  const cores = new TwoCores({ client: statistics, lose: losing(3, 12) });
  assert(transfer(cores, new Uint8Array(60_000)));
  const { client } = cores;
  const text = statistics.lines().join("\n");
  assertStringIncludes(text, "Connection 1: 192.0.2.1:40000 to 198.51.100.7:80, TIME-WAIT, ");
  assertStringIncludes(text, `  sent        ${client.segmentsSent} segments, `);
  assertStringIncludes(text, `  received    ${client.segmentsReceived} segments, 0 B`);
  assertStringIncludes(text, `  sent again  ${client.segmentsRetransmitted} segments, `);
  assertMatch(text, /minimum 20 ms, smoothed 2\d/);
  assertMatch(text, /reduced by congestion (once|2 times)/);
});

Deno.test("statistics count drops by their reasons, and forget the oldest of very many connections", () => {
  const statistics = new Statistics();
  for (let i = 0; i < 3; i++) statistics.segmentDropped(null, new Segment(), "bad-checksum", instant(i));
  for (let id = 1; id <= 1_002; id++) {
    const cores = new TwoCores({});
    Object.defineProperty(cores.client, "id", { value: id });
    statistics.stateChanged(cores.client, "CLOSED", "SYN-SENT", "active-open", instant(id));
  }
  const lines = statistics.lines();
  assertEquals(lines.slice(-2), ["2 earlier connections are not listed", "Dropped: bad checksum 3"]);
  assertEquals(lines.filter((line) => line.startsWith("Connection")).length, 1_000);
});

Deno.test("combined observers all hear everything, in the order of the events", () => {
  const sinks = [new Collector(), new Collector()];
  const observer = combineObservers(sinks.map((sink) => new Recorder([sink], [], LEAN)));
  tellStory(observer);
  assertEquals(sinks[0]?.events.length, 23);
  assertEquals(sinks[0]?.events, sinks[1]?.events);
});
