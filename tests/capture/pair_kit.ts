import { Analysis, type AnalysisResult } from "../../capture/analysis/analysis.ts";
import type { OtherSide } from "../../capture/analysis/other_side.ts";
import type { CapturedPacket } from "../../capture/capture.ts";
import { compareCaptures, type Pair, pairOf } from "../../capture/pair/comparison.ts";
import type { Point } from "../../capture/pair/point.ts";
import { ThereTold } from "../../capture/pair/telling.ts";
import { LineSink } from "../../trace/lines.ts";
import type { TraceSink } from "../../trace/record.ts";

const NANOS_PER_MICRO = 1_000;

/** The same packets some milliseconds later, or earlier, by the clock of whoever captures them. */
export function later(packets: readonly CapturedPacket[], milliseconds: number): CapturedPacket[] {
  const nanoseconds = BigInt(Math.round(milliseconds * 1_000)) * 1_000n;
  return packets.map((packet) => ({ ...packet, time: packet.time + nanoseconds }));
}

/** A capture with its packets at hand. */
export function pointOf(packets: readonly CapturedPacket[], name: string): Point {
  const { duration, flows } = analysed(packets, [], { keepsPassages: true });
  return { name, epoch: Number(packets[0]?.time ?? 0n) / NANOS_PER_MICRO, duration, flows };
}

/** Two captures, side by side. */
export function compared(here: readonly CapturedPacket[], there: readonly CapturedPacket[]): Pair {
  const found = compareCaptures(pointOf(here, "near"), pointOf(there, "far"));
  if (found === null) throw new Error("No connection in common");
  return pairOf(found);
}

/** What the trace of the first capture says of each event because there is a second one: way, and the labels of crossings. */
export function toldOfBoth(
  here: readonly CapturedPacket[],
  there: readonly CapturedPacket[],
): readonly string[] {
  const lines: string[] = [];
  const sink = new LineSink((line) => lines.push(line), { color: false });
  const other = new ThereTold(compared(here, there));
  analysed(here, [sink], { other });
  return lines.map((line) => line.replace(/^ *[\d.]+ +/, "").replace(/ +.* \| /, " "))
    .filter((line) => !line.startsWith("# seq 0") && !line.startsWith("= "));
}

function analysed(
  packets: readonly CapturedPacket[],
  sinks: readonly TraceSink[],
  more: { readonly other?: OtherSide; readonly keepsPassages?: boolean },
): AnalysisResult {
  const kept = { headers: false, excerpt: 0 };
  const analysis = new Analysis(packets[0]?.time ?? 0n, sinks, { kept, ...more });
  for (const one of packets) analysis.packet(one);
  return analysis.finish();
}
