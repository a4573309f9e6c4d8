import { assertEquals } from "@std/assert";
import { connectionSummary } from "../../capture/mod.ts";
import { Analysis } from "../../capture/analysis/analysis.ts";
import { JsonSink } from "../../trace/json.ts";
import { Recording } from "../../trace/recording.ts";
import { reportData } from "../../trace/report/columns.ts";
import { packet, told } from "./kit.ts";

/** The client's side only, whose FIN goes again at once, and by its timer. */
const PACKETS = [
  packet(0, ">", "syn", 1_000, 0),
  packet(10, ">", "ack", 1_001, 5_001),
  packet(20, ">", "ack", 1_001, 5_001, { length: 100 }),
  packet(30, ">", "fin,ack", 1_101, 5_001),
  packet(30.05, ">", "fin,ack", 1_101, 5_101),
  packet(400, ">", "fin,ack", 1_101, 5_101),
];

Deno.test("where the ACKs of the other end are not captured, nothing is said of what is in flight or waited for", () => {
  const analysis = new Analysis(PACKETS[0]?.time ?? 0n, [], { kept: { headers: false, excerpt: 0 } });
  for (const one of PACKETS) analysis.packet(one);
  const [flow] = analysis.finish().flows;
  if (flow === undefined) throw new Error("no connection");
  assertEquals(flow.view(flow.local).flight, null);
  assertEquals(connectionSummary(flow).filter((line) => /limited|in flight/.test(line)), []);
});

Deno.test("no probe of the tail is sent sooner than one could be (RFC 8985 7.2)", () => {
  assertEquals(told(PACKETS).slice(-3), [
    "= ESTABLISHED to FIN-WAIT-1",
    "R> retransmission, acknowledges",
    "R> retransmission: timeout",
  ]);
});

Deno.test("programs and the report are told no window whose scale is not known, and no state (RFC 7323 2.2)", () => {
  const lines: string[] = [];
  const recording = new Recording();
  const packets = [
    packet(0, ">", "ack", 1_001, 5_001, { length: 10, window: 63 }),
    packet(10, "<", "ack", 5_001, 1_011, { window: 64 }),
    packet(20, ">", "fin,ack", 1_011, 5_001, { window: 0 }),
  ];
  const json = new JsonSink((line) => lines.push(line), { epoch: null, program: "test" });
  const analysis = new Analysis(packets[0]?.time ?? 0n, [json, recording], {
    kept: { headers: false, excerpt: 0 },
  });
  for (const one of packets) analysis.packet(one);
  analysis.finish();
  const events = lines.map((line) => JSON.parse(line)).filter(({ segment }) => segment !== undefined);
  assertEquals(events.map(({ segment }) => segment.window), [null, null, 0]);
  assertEquals(events.map(({ view }) => [view.state, view.sndWnd, view.rcvWnd]), [
    [undefined, undefined, undefined],
    [undefined, undefined, undefined],
    [undefined, undefined, 0],
  ]);
  assertEquals(events.flatMap(({ changed }) => Object.keys(changed ?? {})).includes("state"), false);
  const { columns } = reportData(recording, null, new Map());
  assertEquals(columns["sndWnd"]?.filter((value) => value !== null), []);
  assertEquals(columns["peer.rcvWnd"]?.filter((value) => value !== null), []);
});
