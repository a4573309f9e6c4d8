/**
 * Rows of a ladder while it is being made.
 *
 * @module
 */

import { spanText } from "../format.ts";
import type { TraceEvent } from "../record.ts";
import { segmentsText, type Tally } from "../tally.ts";
import type { FarSide, LadderRow, RowTone } from "./ladder.ts";

/** A row that may still be joined with others. */
export interface Draft extends Omit<LadderRow, "state" | "far"> {
  state: string | null;
  far: FarSide | null;
  /** Whether it is one of many alike while data flow. */
  readonly ordinary: boolean;
  /** The segments that it stands for; null for none. */
  readonly tally: Tally | null;
  /** Whether it stands for segments that were not kept. */
  readonly isGap: boolean;
}

const NOTHING = {
  loss: null,
  marks: [],
  reason: "",
  repeats: null,
  later: "",
  far: null,
  state: null,
  why: "",
  ordinary: false,
  tally: null,
  isGap: false,
} as const;

/** A remark between the arrows. */
export function noteRow(event: TraceEvent, time: number, tone: RowTone, label: string): Draft {
  return { ...NOTHING, event: event.number, time, kind: "note", tone, label };
}

/** A row that stands for others. */
export function moreRow(time: number, label: string): Draft {
  return { ...NOTHING, event: 0, time, kind: "more", tone: "note", label };
}

/** Segments that the recording has counted but not kept. */
export function gapRow(leftOut: Tally, from: number, to: number): Draft {
  const label = `${segmentsText(leftOut)} not kept, in ${spanText(to - from)}`;
  return { ...moreRow(from, label), ordinary: true, tally: leftOut, isGap: true };
}
