/**
 * What senders wait for, in captures of others: what limits them after each packet, in shares and spans.
 *
 * @module
 */

import { connectionSummary } from "../../capture/mod.ts";
import { Analysis } from "../../capture/analysis/analysis.ts";
import type { Flow } from "../../capture/analysis/flow.ts";
import type { CapturedPacket } from "../../capture/capture.ts";
import { Flag } from "../../tcp/base/segment.ts";
import { instant } from "../../tcp/base/units.ts";
import { Limits } from "../../trace/limits.ts";
import { LiveLimits } from "../../trace/live_limits.ts";
import { LEAN, Recorder } from "../../trace/recorder.ts";
import { type Details, packet } from "../capture/kit.ts";
import { FakeConnection, type Said } from "../trace/fake_connection.ts";

const MSS = 1_000;
const MICROS = 1_000;
/** How long after a packet it is asked what is waited for: at once, and later than a round trip. */
const ASKED = [1, 15_000];

/** A handshake; `back`: milliseconds from the point of capture to the client and back. */
function opened(back: number, client: Details = {}, server: Details = client): readonly CapturedPacket[] {
  return [
    packet(0, ">", "syn", 1_000, 0, { mss: MSS, ...client }),
    packet(10, "<", "syn,ack", 5_000, 1_001, { mss: MSS, window: 2_000, ...server }),
    packet(10 + back, ">", "ack", 1_001, 5_001),
  ];
}

const data = (at: number, seq: number, length: number, details: Details = {}): CapturedPacket =>
  packet(at, ">", "ack", seq, 5_001, { length, ...details });
const ack = (at: number, of: number, window: number, details: Details = {}): CapturedPacket =>
  packet(at, "<", "ack", 5_001, of, { window, ...details });

/** Full segments of the client's, one a millisecond, each acknowledged at once; then something else. */
function paced(last: readonly CapturedPacket[], window: (i: number) => number): readonly CapturedPacket[] {
  const STEADY = 20;
  const passing = Array.from({ length: STEADY }, (_, i) => [
    data(40 + i, 1_001 + i * MSS, MSS),
    ack(40.1 + i, 2_001 + i * MSS, window(i)),
  ]).flat();
  return [...opened(30, {}, { window: 60_000 }), ...passing, ...last];
}

const NEXT = 1_001 + 20 * MSS;

/** What is captured, in a line, and the packets. */
const CAPTURES: readonly (readonly [about: string, packets: readonly CapturedPacket[]])[] = [
  ["a window that is filled, is closed for a while, opens, and is then more than enough", [
    ...opened(0.1),
    data(20, 1_001, MSS),
    data(20.1, 2_001, MSS),
    ack(30, 3_001, 2_000),
    data(30.1, 3_001, 2 * MSS),
    ack(40, 5_001, 0),
    data(60, 5_001, 1),
    ack(70, 5_001, 0),
    ack(90, 5_001, 2_000),
    data(90.1, 5_001, 2 * MSS),
    ack(100, 7_001, 500),
    ack(110, 7_001, 60_000),
    data(150, 7_001, 100),
    ack(160, 7_101, 60_000),
  ]],
  ["room for less than a full segment, in a window that is never larger", [
    ...opened(0.1, {}, { window: 1_000 }),
    data(20, 1_001, MSS),
    ack(30, 2_001, 600),
    data(31, 2_001, 600),
    ack(41, 2_601, 300),
    data(61, 2_601, 100),
    ack(71, 2_701, 60_000),
  ]],
  ["a segment that goes beyond a window that is withdrawn", [
    ...opened(0.1),
    data(20, 1_001, MSS),
    ack(30, 2_001, 10_000),
    ack(31, 2_001, 1_500),
    data(32, 2_001, 2 * MSS),
    ack(42, 4_001, 10_000),
    data(50, 4_001, MSS),
  ]],
  ["seen from afar: a steady pace, and then a pause", paced([data(160, NEXT, MSS)], () => 60_000)],
  ["seen from afar: a steady pace, a little slower in the end", paced([data(61.5, NEXT, MSS)], () => 60_000)],
  [
    "seen from afar: twice as slow at once",
    paced([data(62, NEXT, MSS), data(66, NEXT + MSS, MSS)], () => 60_000),
  ],
  ["seen from afar: the pace is that of the last sixteen", [
    ...opened(1, {}, { window: 60_000 }),
    data(20, 1_001, MSS),
    ack(20.1, 2_001, 60_000),
    ...Array.from({ length: 16 }, (_, i) => [
      data(60 + i, 2_001 + i * MSS, MSS),
      ack(60.1 + i, 3_001 + i * MSS, 60_000),
    ]).flat(),
    data(95, 18_001, MSS),
  ]],
  ["room for one octet beside what is under way, and for one after it", [
    ...opened(0.1, {}, { window: 2_001 }),
    data(20, 1_001, 2 * MSS),
    ack(30, 3_001, 60_000),
    data(30.1, 3_001, MSS),
    ack(40, 4_001, 1),
    data(70, 4_001, 1),
  ]],
  ["seen from afar: something goes again, and then something new", [
    ...paced([data(100, NEXT, MSS), data(220, NEXT, MSS), data(320, NEXT + MSS, 10)], () => 60_000),
  ]],
  [
    "seen from afar: a window that is larger by the time, as the sender must have known it then",
    paced([
      ack(61, NEXT, 5_000),
      data(86, NEXT, 5 * MSS),
      ack(87, NEXT + 5 * MSS, 9_000),
      data(200, NEXT + 5 * MSS, MSS),
    ], (
      i,
    ) => i < 19 ? 60_000 : 3_000),
  ],
  ["joined segments: full ones, one with a rest, and one whose rest may be anything", [
    ...opened(0.1, { scale: 7 }, { scale: 7, window: 60_000 }),
    data(20, 1_001, 2_750),
    ack(30, 3_751, 1_000),
    data(40, 3_751, 3_000),
    ack(50, 6_751, 1_000),
    data(50.1, 6_751, 2_750),
    ack(70, 9_501, 1_000),
    data(80, 9_501, 10),
  ]],
  ["room for hardly less than a full segment, and then for one", [
    ...opened(0.1),
    data(20, 1_001, MSS),
    data(20.1, 2_001, MSS),
    ack(30, 3_001, 999),
    ack(70, 3_001, 1_000),
    data(100, 3_001, 10),
  ]],
  ["options are taken off the MSS", [
    ...opened(0.1, { timestamps: [1, 0], sackPermitted: true }),
    data(20, 1_001, 988, { timestamps: [20, 1] }),
    ack(40, 1_989, 60_000, { timestamps: [40, 20] }),
    data(50, 1_989, 976, { timestamps: [50, 40], sack: [6_001, 7_001] }),
    ack(70, 2_965, 60_000, { timestamps: [70, 50] }),
    data(80, 2_965, 976, { timestamps: [80, 70] }),
    ack(100, 3_941, 60_000, { timestamps: [100, 80] }),
    data(110, 3_941, 10, { timestamps: [110, 100] }),
  ]],
  ["no MSS is announced", [
    packet(0, ">", "syn", 1_000, 0),
    packet(10, "<", "syn,ack", 5_000, 1_001),
    packet(10.1, ">", "ack", 1_001, 5_001),
    data(20, 1_001, 536),
    ack(40, 1_537, 60_000),
    data(50, 1_537, 535),
    ack(70, 2_072, 60_000),
    data(80, 2_072, 10),
  ]],
  ["a path that takes less than the MSS: three of the same length show it", [
    ...opened(0.1),
    ...[0, 1, 2, 3].flatMap((
      i,
    ) => [data(20 + 20 * i, 1_001 + 700 * i, 700), ack(30 + 20 * i, 1_701 + 700 * i, 60_000)]),
    data(100, 3_801, 1_400),
    ack(110, 5_201, 60_000),
    data(120, 5_201, 1_401),
    ack(130, 6_602, 60_000),
    data(140, 6_602, 30),
  ]],
  [
    "without the SYNs: before the first ACK, in a window that is at least so large, and in one that may be larger",
    [
      data(0, 1_001, MSS),
      data(1, 2_001, MSS),
      data(2, 3_001, MSS),
      ack(10, 4_001, 9_000),
      data(11, 4_001, MSS),
      ack(21, 5_001, 1_500),
      data(25, 5_001, MSS),
      ack(35, 6_001, 1_500),
      data(40, 6_001, 10),
    ],
  ],
];

/** A page of all of them. */
export function limitsPage(): string {
  const lines = CAPTURES.flatMap(([about, packets]) => [`-- ${about}`, ...told(packets), ""]);
  return `${[...lines, ...manySpans(), "", ...live()].join("\n")}\n`;
}

/** A live connection of which the peer withdraws its window, and sends segments that a device has joined. */
function live(): readonly string[] {
  const limits = new LiveLimits();
  const connection = new FakeConnection(new Recorder([], [], LEAN));
  const said = { flags: Flag.ack, seq: 1, ack: 1, window: 2_000 };
  const sends = (at: number, more: Partial<Said>): void =>
    limits.segmentSent(connection, connection.segment({ ...said, ...more }, "sent"), "data", instant(at));
  const arrives = (at: number, more: Partial<Said>): void =>
    limits.segmentArrived(connection, connection.segment({ ...said, ...more }, "arrived"), instant(at));
  connection.numbers(0, 0, 0);
  connection.sendMss = MSS;
  sends(0, { flags: Flag.syn, seq: 0, mss: MSS });
  arrives(10, { flags: Flag.syn | Flag.ack, seq: 0, window: 500 });
  sends(20, { data: "x".repeat(MSS) });
  arrives(30, { data: "x".repeat(MSS + 1) });
  arrives(40, { seq: MSS + 2, ack: MSS + 1, data: "x" });
  sends(60, { seq: MSS + 1, ack: MSS + 3, data: "x" });
  arrives(90, { seq: MSS + 3, ack: MSS + 2, data: "x" });
  const ways = ["sending", "receiving"] as const;
  return [
    "-- live: a segment beyond a window that is withdrawn, and joined ones",
    ...ways.map((way) => `${way}: ${limits.present(way, instant(90))}, ${limits.shares(way)?.text}`),
  ];
}

function told(packets: readonly CapturedPacket[]): readonly string[] {
  const { octets: _octets, time: start } = packets[0] as CapturedPacket;
  const waiting: string[] = [];
  packets.forEach(({ time }, i) => {
    const { local: { limits } } = flowOf(packets.slice(0, i + 1));
    const now = Number(time - start) / MICROS;
    const texts = ASKED.map((later) => limits.present(now + later) ?? "nothing");
    const text = texts.join(", ");
    if (!waiting.at(-1)?.endsWith(`: ${text}`)) waiting.push(`${now / MICROS} ms: ${text}`);
  });
  const flow = flowOf(packets);
  const { spans, largestFlight, largestWindow } = flow.local.limits;
  return [
    ...waiting,
    ...spans.map(([from, to, limit]) => `${from / MICROS} to ${to / MICROS} ms: ${limit}`),
    `flight ${largestFlight}, window ${largestWindow}`,
    ...connectionSummary(flow).filter((line) => line.startsWith("    ")),
  ];
}

function flowOf(packets: readonly CapturedPacket[]): Flow {
  const [first] = packets;
  const analysis = new Analysis(first?.time ?? 0n, [], { kept: { headers: false, excerpt: 0 } });
  for (const one of packets) analysis.packet(one);
  const [flow] = analysis.finish().flows;
  if (flow === undefined) throw new Error("No connection in the capture");
  return flow;
}

/** More spans than are told one by one: what is left of the first ones. */
function manySpans(): readonly string[] {
  const SEGMENTS = 2_004;
  const limits = new Limits();
  limits.acknowledged(0, 10 * SEGMENTS, 10 * SEGMENTS, 0);
  let at = 0;
  for (let i = 0; i < SEGMENTS; i++) {
    const seq = 10 * i;
    const place = { seq, end: seq + (i % 2 === 0 ? 10 : 9), at, isNew: true, una: seq };
    limits.passed({ ...place, isRecovering: false, full: 10, windowIsKnown: true, isFar: false, lag: 0 });
    at += i % 3 + 1;
  }
  const { spans } = limits;
  const ends = [...spans.slice(0, 4), ...spans.slice(-3)];
  return [
    `-- ${SEGMENTS} segments, full and not: ${spans.length} spans`,
    ...ends.map((span) => span.join(" ")),
  ];
}
