/**
 * Ladders of shapes that no story has: very narrow ones, long names, two points of capture, losses of either way, and more
 * than a picture has room for.
 *
 * @module
 */

import { Analysis } from "../../capture/analysis/analysis.ts";
import { ThereTold } from "../../capture/pair/telling.ts";
import { completeConfig, seqNumber } from "../../tcp/mod.ts";
import { Connection } from "../../tcp/connection/connection.ts";
import type { Ladder, LadderRow } from "../../trace/ladder/ladder.ts";
import { mermaidLadder } from "../../trace/ladder/mermaid.ts";
import { svgLadder } from "../../trace/ladder/svg.ts";
import { terminalLadder } from "../../trace/ladder/terminal.ts";
import { Outputs } from "../../trace/outputs.ts";
import { LEAN, Recorder } from "../../trace/recorder.ts";
import { compared } from "../capture/pair_kit.ts";
import { MORE_CAPTURES, PAIRS } from "./captures.ts";
import { SERVER, SERVER_ISS, START } from "./world.ts";

const LONG = "[2001:db8:1234:5678:9abc:def0:1234:5678]:40000";
const ROW: LadderRow = {
  event: 1,
  time: 1_020_000,
  kind: "arrived",
  tone: "lost",
  label: "ACK seq 1..1448 ack 1 win 131072 len 1448",
  loss: "presumed",
  marks: [],
  reason: "data",
  far: null,
  repeats: null,
  later: "",
  state: "SYN-RECEIVED",
  why: "",
};

/** A page of all of them. */
export function shapesPage(): string {
  const lines: string[] = [];
  for (const width of [1, 8, 16, 30, 45, 63, 64, 110, 111, 112]) {
    lines.push(...terminalLadder(ladderOf([ROW, { ...ROW, kind: "sent", loss: "known", marks: ["x"] }]), {
      width,
      ascii: width % 2 === 0,
      color: false,
    }));
  }
  for (const label of ["a", "a".repeat(50), "word ".repeat(20).trim(), "a".repeat(80)]) {
    const rows = (["sent", "arrived", "note", "more"] as const).map((kind) => ({
      ...ROW,
      kind,
      label,
      loss: null,
    }));
    const ladder = ladderOf(rows);
    lines.push(...terminalLadder(ladder, { width: 80, ascii: false, color: true }), svgLadder(ladder));
  }
  lines.push(svgLadder(ladderOf([ROW, { ...ROW, kind: "sent", marks: ["y"] }])), svgLadder(ladderOf([])));
  for (const [here, there] of PAIRS.slice(0, 2)) {
    const outputs = drawn(here, new ThereTold(compared(here, there)));
    lines.push(outputs.svgLadder(), outputs.mermaidLadder());
    lines.push(...outputs.terminalLadder({ width: 60, ascii: false, color: true }));
    lines.push(...outputs.terminalLadder({ width: 160, ascii: false, color: true }));
  }
  for (const capture of MORE_CAPTURES) lines.push(drawn(capture).svgLadder());
  lines.push(...exactFits(), ...cutShort(), ...listening());
  return `${lines.map((line) => line.trimEnd()).join("\n")}\n`;
}

/** What fits by a hair, or does not: names, labels, marks; and braces whose texts just find room. */
function exactFits(): readonly string[] {
  const [local, remote] = ["l".repeat(26), "r".repeat(27)];
  const whole: LadderRow = { ...ROW, kind: "sent", loss: null };
  const rows: readonly LadderRow[] = [
    { ...whole, label: `${"a".repeat(33)} ${"b".repeat(33)}` },
    { ...whole, event: 2, loss: "known", label: `${"a".repeat(28)} ${"b".repeat(28)}` },
    { ...whole, event: 3, marks: [`${"m".repeat(25)} ${"n".repeat(25)}`] },
  ];
  const again: readonly LadderRow[] = [
    { ...whole, label: "first" },
    { ...whole, event: 2, label: "again", repeats: 1, later: "1 ms later" },
    { ...whole, event: 3, label: "and again", repeats: 1, later: "2 ms later" },
  ];
  return [
    ...terminalLadder({ ...ladderOf(rows), local, remote }, { width: 80, ascii: false, color: false }),
    svgLadder({ ...ladderOf(rows), remote: "198.51.100.70:8080" }),
    svgLadder(ladderOf(again)),
  ];
}

function ladderOf(rows: readonly LadderRow[]): Ladder {
  return { local: LONG, remote: LONG, initial: { local: 7, remote: null }, rows };
}

function drawn(packets: (typeof PAIRS)[number][0], other?: ThereTold): Outputs {
  const outputs = new Outputs({ program: "rawtcp", payload: false, ladder: true, epoch: null });
  const kept = outputs.kept;
  const analysis = new Analysis(packets[0]?.time ?? 0n, outputs.sinks, {
    kept,
    ...other === undefined ? {} : { other },
  });
  for (const one of packets) analysis.packet(one);
  analysis.finish();
  return outputs;
}

/** A connection that waits for a SYN: its state has no segment's row to stand on. */
function listening(): readonly string[] {
  const outputs = new Outputs({ program: "rawtcp", payload: false, ladder: true, epoch: null });
  const recorder = new Recorder(outputs.sinks, [], LEAN);
  Connection.listen({
    config: completeConfig({}),
    local: SERVER,
    observer: recorder,
    isn: () => seqNumber(SERVER_ISS),
  }, START);
  recorder.finish();
  return [
    ...outputs.terminalLadder({ width: 80, ascii: false, color: true }),
    outputs.svgLadder(),
    outputs.mermaidLadder(),
  ];
}

/** What of a diagram that is too long stands around the cut, and at its ends. */
function cutShort(): readonly string[] {
  const ROWS = 900;
  const rows = Array.from({ length: ROWS }, (_, i) => ({ ...ROW, time: i, state: null, loss: null }));
  const lines = mermaidLadder(ladderOf(rows)).split("\n");
  const cut = lines.findIndex((line) => line.includes("left out"));
  return [
    ...lines.slice(0, 5),
    ...lines.slice(cut - 2, cut + 3),
    ...lines.slice(-3),
    `${lines.length} lines`,
  ];
}
