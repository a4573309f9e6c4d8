/**
 * What is told of captures of others, of one point and of two: in lines, in sentences, as a ladder and
 * as a summary.
 *
 * @module
 */

import { connectionSummary } from "../../capture/mod.ts";
import { Analysis, type AnalysisResult } from "../../capture/analysis/analysis.ts";
import type { Hindsight } from "../../capture/analysis/options.ts";
import type { OtherSide } from "../../capture/analysis/other_side.ts";
import type { CapturedPacket } from "../../capture/capture.ts";
import { ThereTold } from "../../capture/pair/telling.ts";
import { Outputs } from "../../trace/outputs.ts";
import { compared } from "../capture/pair_kit.ts";
import { ODD_CAPTURES } from "../capture/odd_stories.ts";
import { CAPTURE_STORIES } from "../capture/stories.ts";
import { STRAY_CAPTURES } from "../capture/stray_stories.ts";
import { MORE_CAPTURES, PAIRS, SUMMARIZED } from "./captures.ts";

const WIDTH = 100;
/** From this one on a first reading tells something of which the second makes use. */
const READ_TWICE_FROM = 4;

/** A page of all of them. */
export function capturesPage(): string {
  const lines: string[] = [];
  for (const [about, packets] of [...CAPTURE_STORIES, ...ODD_CAPTURES, ...STRAY_CAPTURES]) {
    show(packets, lines, about);
  }
  for (const packets of [...MORE_CAPTURES, ...SUMMARIZED]) show(packets, lines);
  for (const packets of MORE_CAPTURES) show(packets, lines, "the header's own numbers", { absolute: true });
  for (const packets of MORE_CAPTURES.slice(READ_TWICE_FROM)) {
    show(packets, lines, "read twice", { isReadTwice: true });
  }
  for (const [here, there] of PAIRS) {
    show(here, lines, "two captures", { other: new ThereTold(compared(here, there)) });
  }
  return `${lines.join("\n")}\n`;
}

function show(
  packets: readonly CapturedPacket[],
  into: string[],
  about = "one capture",
  { other, absolute = false, isReadTwice = false }: {
    readonly other?: OtherSide;
    readonly absolute?: boolean;
    readonly isReadTwice?: boolean;
  } = {},
): void {
  const write = (line: string): number => into.push(line.trimEnd());
  const outputs = new Outputs({
    program: "rawtcp",
    payload: false,
    absolute,
    lines: { write, color: false },
    story: { write, width: WIDTH, color: false },
    ladder: true,
    epoch: null,
  });
  write(`-- ${about}`);
  const read = (sinks: Outputs["sinks"], hindsight?: Hindsight): AnalysisResult => {
    const inOrder = hindsight?.isUnsorted === true
      ? packets.toSorted((one, other) => Number(one.time - other.time))
      : packets;
    const analysis = new Analysis(packets[0]?.time ?? 0n, sinks, {
      kept: outputs.kept,
      ...other === undefined ? {} : { other },
      ...hindsight === undefined ? {} : { hindsight },
    });
    for (const one of inOrder) analysis.packet(one);
    return analysis.finish();
  };
  // A file is read twice, a pipe once.
  const { flows } = isReadTwice ? read(outputs.sinks, read([])) : read(outputs.sinks);
  for (const line of outputs.terminalLadder({ width: WIDTH, ascii: false, color: false })) write(line);
  for (const flow of flows) for (const line of connectionSummary(flow)) write(line);
  write("");
}
