/**
 * What is shown of several connections at once: lines, sentences, what the SYNs agreed on, ladders; and the figures of
 * connections that no story has.
 *
 * @module
 */

import { Analysis } from "../../capture/analysis/analysis.ts";
import { Flag, IcmpError } from "../../tcp/mod.ts";
import { instant } from "../../tcp/base/units.ts";
import { mermaidLadder } from "../../trace/ladder/mermaid.ts";
import { ladderOf } from "../../trace/ladder/rows.ts";
import { svgLadder } from "../../trace/ladder/svg.ts";
import { terminalLadder } from "../../trace/ladder/terminal.ts";
import { LineSink } from "../../trace/lines.ts";
import { Outputs } from "../../trace/outputs.ts";
import { Statistics } from "../../trace/statistics.ts";
import { type Details, packet } from "../capture/kit.ts";
import { FakeConnection, onTheWire } from "../trace/fake_connection.ts";
import { Recording } from "../../trace/recording.ts";
import { LEAN, Recorder } from "../../trace/recorder.ts";

const WIDTH = 100;
const SECOND_PORT = 40_001;
/** Of so many segments a recording keeps so many events. */
const SEGMENTS = 200;
const MOST_KEPT = 20;
/** More than the summary remembers. */
const MANY = 1_002;

/** A page of all of them. */
export function severalPage(): string {
  const lines: string[] = [];
  twoAtOnce(lines, false);
  twoAtOnce(lines, true);
  faultsOfTwo(lines);
  lines.push(...agreedByUs(), ...leftOut(), ...figures(), ...figuresOfMany(MANY), ...figuresOfMany(MANY - 1));
  return `${lines.map((line) => line.trimEnd()).join("\n")}\n`;
}

function outputsTo(lines: string[], color: boolean, absolute = false): Outputs {
  const write = (line: string): number => lines.push(line);
  return new Outputs({
    program: "rawtcp",
    payload: true,
    absolute,
    lines: { write, color },
    story: { write, width: WIDTH, color },
    agreement: (line) => lines.push(`    ${line}`),
    ladder: true,
    epoch: null,
  });
}

/** Two clients, one after the other and both at once: options that are agreed on, and options that are not. */
function twoAtOnce(lines: string[], color: boolean): void {
  const outputs = outputsTo(lines, color);
  const second: Details = { clientPort: SECOND_PORT };
  const packets = [
    packet(0, ">", "syn", 1_000, 0, { mss: 1_460, scale: 7, timestamps: [10, 0] }),
    packet(1, ">", "syn", 3_000, 0, second),
    packet(10, "<", "syn,ack", 5_000, 1_001, { mss: 1_400, scale: 9, timestamps: [70, 10] }),
    packet(11, "<", "syn,ack", 7_000, 3_001, second),
    packet(11.1, ">", "ack", 3_001, 7_001, second),
    packet(11.2, ">", "ack", 1_001, 5_001, { timestamps: [21, 70] }),
    packet(12, ">", "psh,ack", 1_001, 5_001, { length: 40, timestamps: [22, 70] }),
    packet(13, ">", "psh,ack", 3_001, 7_001, { length: 40, ...second }),
    packet(14, "<", "rst,ack", 7_001, 3_041, second),
    packet(230, ">", "psh,ack", 1_001, 5_001, { length: 40, timestamps: [240, 70] }),
    packet(240, "<", "ack", 5_001, 1_041, { timestamps: [300, 240] }),
  ];
  const analysis = new Analysis(packets[0]?.time ?? 0n, outputs.sinks, { kept: outputs.kept });
  for (const one of packets) analysis.packet(one);
  analysis.finish();
  lines.push(...outputs.terminalLadder({ width: WIDTH, ascii: false, color }));
}

/** Two connections of ours, of which a fault strikes something of each way; one has several timeouts and drops. */
function faultsOfTwo(lines: string[]): void {
  const outputs = outputsTo(lines, true, true);
  const recorder = new Recorder(outputs.sinks, [], LEAN);
  const said = { flags: Flag.ack, seq: 1, ack: 1, data: "abc" };
  for (const id of [1, 2]) {
    const connection = new FakeConnection(recorder);
    connection.id = id;
    connection.remote = { ...connection.remote, port: 80 + id };
    connection.state = "ESTABLISHED";
    connection.numbers(1, 4, 1);
    connection.sndWnd = 64_240;
    connection.send(instant(0), "data", said);
    for (const way of ["sent", "arrived"] as const) {
      const { addresses } = onTheWire(connection.segment(said, way));
      recorder.packetLost(
        addresses.subarray(0, 43),
        way,
        `${way === "sent" ? "" : "in:"}drop:data:1`,
        instant(1),
      );
    }
    connection.backoff = connection.expiries = 2;
    connection.fire(instant(3_000_000), "retransmission", 2_000_000);
    connection.fire(instant(3_000_000), "retransmission");
    connection.send(instant(3_000_001), "retransmit-timeout", said);
    connection.arrive(instant(3_100_000), { ...said, window: 0 });
    connection.arrive(instant(3_200_000), { ...said, seq: 9 });
    connection.drop(instant(3_300_000), { ...said, ack: 900 }, "ack-of-unsent");
    connection.congest(instant(3_400_000), 14_480, 7_240, "ecn-echo");
    connection.congest(instant(3_500_000), 14_480, 7_240, "ecn-echo");
  }
  recorder.finish();
  lines.push(...outputs.terminalLadder({ width: WIDTH, ascii: true, color: true }));
}

/** What `-v` tells of the options of a connection of ours, and its lines as they are when nobody chooses the times. */
function agreedByUs(): readonly string[] {
  const lines: string[] = [];
  const outputs = new Outputs({
    program: "rawtcp",
    payload: true,
    agreement: (line) => lines.push(line),
    epoch: null,
  });
  const plain = new LineSink((line) => lines.push(line), { color: false });
  const connection = new FakeConnection(new Recorder([...outputs.sinks, plain], [], LEAN));
  connection.numbers(0, 0, 0);
  connection.send(instant(0), "syn", { flags: Flag.syn, seq: 0, mss: 1_460, windowScale: 7 });
  connection.arrive(instant(1), { flags: Flag.syn | Flag.ack, seq: 0, ack: 1, mss: 1_400 });
  connection.send(instant(2), "handshake-ack", { flags: Flag.ack, seq: 1, ack: 1 });
  return lines;
}

/** Ladders of a recording, and of a picture, that have no room for all. */
function leftOut(): readonly string[] {
  const recording = new Recording(MOST_KEPT);
  const recorder = new Recorder([recording], [], LEAN);
  const connection = new FakeConnection(recorder);
  connection.state = "ESTABLISHED";
  connection.sndWnd = 64_240;
  connection.numbers(1, 1, 1);
  for (let i = 0; i < SEGMENTS; i++) {
    const flags = i % 50 === 0 ? Flag.ack | Flag.fin : Flag.ack;
    connection.send(instant(i), "data", { flags, seq: 1 + i, ack: 1, data: "x" });
  }
  const [record] = recording.connections;
  if (record === undefined) return [];
  return [[8, 300], [2, 300], [8, 9]].flatMap(([mostAlike = 0, mostRows = 0]) => {
    const ladder = ladderOf(recording.kept(1), record, recording.start, { mostAlike, mostRows });
    const lines = terminalLadder(ladder, { width: WIDTH, ascii: false, color: true });
    return [...lines, ...svgLadder(ladder).split("\n"), ...mermaidLadder(ladder).split("\n")];
  });
}

/** Figures with and without time stamps of the kernel's, of a connection that has been reduced twice and reset. */
function figures(): readonly string[] {
  const statistics = new Statistics();
  for (const [id, stamps] of [[true], [true, false], []].entries()) {
    const connection = new FakeConnection(statistics);
    connection.id = id + 1;
    connection.state = id === 2 ? "SYN-SENT" : "ESTABLISHED";
    connection.numbers(1, 1, 1);
    connection.send(instant(0), "data", { flags: Flag.ack, seq: 1, ack: 1, data: "abc" });
    for (const isStamped of stamps) {
      const segment = connection.segment({ flags: Flag.ack, seq: 1, ack: 4 }, "arrived");
      if (isStamped) segment.arrivedAt = instant(1_000_000);
      statistics.segmentArrived(connection, segment, instant(2_000_000));
    }
    if (stamps.length === 0) continue;
    Object.assign(connection, { octetsSent: 5_000, octetsAcknowledged: 4_000, octetsReceived: 3_000 });
    Object.assign(connection, { segmentsRetransmitted: 1, octetsRetransmitted: 1_448, segmentsSent: 1 });
    Object.assign(connection, { smoothedRtt: 20_000, minimumRtt: 10_000, latestRtt: 30_000 });
    connection.congest(instant(2_000_000), 7_240, 7_240, "fast-recovery");
    connection.congest(instant(2_100_000), 3_620, 3_620, "ecn-echo");
    connection.fire(instant(2_200_000), "delayed ACK");
    connection.fire(instant(2_300_000), "persist");
    statistics.segmentDropped(
      connection,
      connection.segment({ flags: 0, seq: 1 }, "arrived"),
      "bad-checksum",
      instant(0),
    );
    statistics.icmpArrived(connection, new IcmpError());
    // More kinds than are listed one by one.
    for (const code of [...Array.from({ length: 12 }, (_, i) => i), 0]) {
      statistics.icmpArrived(connection, Object.assign(new IcmpError(), { type: 3, code }));
    }
  }
  const quick = new FakeConnection(statistics);
  Object.assign(quick, { id: 5, state: "ESTABLISHED", octetsSent: 1, octetsAcknowledged: 1 });
  quick.numbers(1, 2, 1);
  for (const at of [0, 1]) quick.send(instant(at), "data", { flags: Flag.ack, seq: 1, ack: 1, data: "a" });
  const idle = new FakeConnection(statistics);
  idle.id = 4;
  idle.state = "LISTEN";
  statistics.stateChanged(idle, "CLOSED", "LISTEN", "passive-open", instant(0));
  statistics.segmentDropped(
    null,
    onTheWire(new FakeConnection(statistics).segment({ flags: Flag.ack, seq: 1, ack: 1 }, "arrived")),
    "not-ours",
    instant(0),
  );
  return statistics.lines();
}

/** Of very many connections the last ones are listed. */
function figuresOfMany(count: number): readonly string[] {
  const statistics = new Statistics();
  for (let id = 1; id <= count; id++) {
    const connection = new FakeConnection(statistics);
    connection.id = id;
    connection.send(instant(0), "syn", { flags: Flag.syn, seq: 0 });
  }
  return statistics.lines().filter((line) => !line.startsWith(" ")).slice(-2);
}
