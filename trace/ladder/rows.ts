/**
 * The rows of a ladder diagram: what each line says, whoever draws it.
 *
 * @module
 */

import { icmpText } from "../core.ts";
import { amountText, flagsText, sackText, spanText } from "../format.ts";
import { isGrowth, labelOf } from "../lines.ts";
import { numbersText } from "../notation.ts";
import type { ConnectionRecord, SegmentRecord, TraceEvent } from "../record.ts";
import type { KeptEvent } from "../recording.ts";
import { counterOf, newTally, segmentsIn, segmentWords, type Tally } from "../tally.ts";
import { tell } from "../told.ts";

/** How a row is to be taken. */
export type RowTone =
  /** As it should be. */
  | "plain"
  /** Something is sent or received again, or out of order. */
  | "again"
  /** Something is lost or thrown away. */
  | "lost"
  /** A remark that is no trouble. */
  | "note";

/** A line of the ladder. */
export interface LadderRow {
  /** The event's number; 0 for a row that stands for many. */
  readonly event: number;
  /** Microseconds since the first event of the recording. */
  readonly time: number;
  readonly kind: "sent" | "arrived" | "note" | "more";
  readonly tone: RowTone;
  readonly label: string;
  /** The local end's state from here on, when it is another than before. */
  readonly state: string | null;
  /** What is said of the event, one sentence after the other. */
  readonly why: string;
}

/** What is drawn. */
export interface Ladder {
  readonly local: string;
  readonly remote: string;
  readonly rows: readonly LadderRow[];
}

/** What to leave out. */
export interface LadderOptions {
  /** Ordinary segments one after the other that are drawn before the rest of them becomes one row. */
  readonly mostAlike: number;
  /** Rows at most; of more, those in the middle are counted in up to three. */
  readonly mostRows: number;
}

/** Makes the rows of one connection. */
export function ladderOf(
  events: Iterable<KeptEvent>,
  connection: ConnectionRecord,
  start: number,
  options: LadderOptions,
): Ladder {
  const rows = withStates(events, connection, start);
  const local = connection.local;
  return {
    local,
    remote: connection.remote,
    rows: limited(collapsed(rows, options.mostAlike), options.mostRows).map(finished),
  };
}

interface Draft extends Omit<LadderRow, "state"> {
  state: string | null;
  /** Whether it is one of many alike while data flow. */
  readonly ordinary: boolean;
  /** The segments that it stands for; null for none. */
  readonly tally: Tally | null;
  /** Whether it stands for segments that were not kept. */
  readonly isGap: boolean;
}

function finished({ event, time, kind, tone, label, state, why }: Draft): LadderRow {
  return { event, time, kind, tone, label, state, why };
}

/** A state is said on the row of what caused it: the arrival before, or else the row that follows. */
function withStates(events: Iterable<KeptEvent>, connection: ConnectionRecord, start: number): Draft[] {
  const rows: Draft[] = [];
  let waiting: string | null = null;
  let end: TraceEvent | undefined;
  for (const { event, leftOut } of events) {
    if (leftOut !== null && segmentsIn(leftOut) > 0) {
      rows.push(gapRow(leftOut, (end?.time ?? event.time) - start, event.time - start));
    }
    end = event;
    if (event.kind === "state") {
      const last = rows.at(-1);
      // Without a reason the state was told from the segment itself, sent or arrived.
      const caused = last !== undefined && last.time === event.time - start &&
        (last.kind === "arrived" || (last.kind === "sent" && event.reason === null));
      if (caused && waiting === null) last.state = event.to;
      else if (isLastWord(event.to)) rows.push(stateRow(event, connection, start));
      else waiting = event.to;
      continue;
    }
    const row = rowOf(event, connection, start);
    if (row === null || replacesLast(row, rows)) continue;
    row.state = waiting;
    waiting = null;
    rows.push(row);
  }
  if (waiting !== null && end !== undefined) {
    rows.push({ ...note(end, end.time - start, "note", ""), state: waiting });
  }
  return rows;
}

/** What we sent and a fault took away is one row, not two, though the fault came a moment after the sending. */
function replacesLast(row: Draft, rows: Draft[]): boolean {
  const last = rows.at(-1);
  if (row.tone !== "lost" || row.kind !== "sent" || last?.kind !== "sent") return false;
  if (!row.label.startsWith(last.label)) return false;
  rows[rows.length - 1] = { ...row, time: last.time, state: last.state, why: last.why };
  return true;
}

function isLastWord(state: string): boolean {
  return state === "CLOSED";
}

function stateRow(
  event: Extract<TraceEvent, { kind: "state" }>,
  connection: ConnectionRecord,
  start: number,
): Draft {
  const label = event.reason === null ? "" : labelOf(event, connection);
  return {
    ...note(event, event.time - start, "note", label),
    why: whyOf(event, connection),
    state: event.to,
  };
}

function rowOf(event: TraceEvent, connection: ConnectionRecord, start: number): Draft | null {
  const time = event.time - start;
  const why = whyOf(event, connection);
  switch (event.kind) {
    case "sent":
    case "arrived": {
      const again = event.marks.some((mark) => mark !== "merged");
      const label = (again ? `${markWord(event.marks[0] ?? "")}: ` : "") + segmentLabel(event.segment);
      const ordinary = !again && isOrdinary(event.segment);
      const tone = again ? "again" : "plain";
      const tally = newTally();
      tally[counterOf(event)] = 1;
      const { number, kind } = event;
      return { event: number, time, kind, tone, label, why, state: null, ordinary, tally, isGap: false };
    }
    case "lost": {
      const label = `${segmentLabel(event.segment)} (${event.fault})`;
      const kind = event.direction;
      return { ...note(event, time, "lost", label), kind, why };
    }
    case "dropped":
      return { ...note(event, time, "lost", `dropped: ${labelOf(event, connection)}`), why };
    case "timer":
      return { ...note(event, time, "again", timerLabel(event, connection)), why };
    case "icmp":
      return { ...note(event, time, "again", `${icmpText(event)}: ${labelOf(event, connection)}`), why };
    case "congestion":
      return isGrowth(event) || event.reason === "initial-window"
        ? null
        : { ...note(event, time, "again", congestionLabel(event, connection)), why };
    case "note":
      return { ...note(event, time, "note", labelOf(event, connection)), why };
    case "state":
      return null;
  }
}

function note(event: TraceEvent, time: number, tone: RowTone, label: string): Draft {
  return {
    event: event.number,
    time,
    kind: "note",
    tone,
    label,
    why: "",
    state: null,
    ordinary: false,
    tally: null,
    isGap: false,
  };
}

function whyOf(event: TraceEvent, connection: ConnectionRecord): string {
  return tell(event, connection).map(({ sentence, rule }) => `${sentence} [${rule}]`).join(" ");
}

function markWord(mark: string): string {
  return mark === "retransmission" ? "again" : mark;
}

function timerLabel(event: Extract<TraceEvent, { kind: "timer" }>, connection: ConnectionRecord): string {
  const { backoff } = event.view;
  return `${labelOf(event, connection)} expires` +
    (event.timer === "retransmission" && backoff > 1 ? ` (${backoff} in a row)` : "");
}

function congestionLabel(
  event: Extract<TraceEvent, { kind: "congestion" }>,
  connection: ConnectionRecord,
): string {
  return `cwnd ${amountText(event.cwndBefore)} to ${amountText(event.view.cwnd)}: ${
    labelOf(event, connection)
  }`;
}

/** Flags, numbers and SACK blocks: `PSH,ACK seq 1..29 ack 1 win 131072 len 29`. */
function segmentLabel(segment: SegmentRecord): string {
  const sack = segment.sackEdges.length > 0 ? ` sack ${sackText(segment.sackEdges)}` : "";
  return `${flagsText(segment.flags)} ${numbersText(segment)}${sack}`;
}

/** A segment like all others while data flow: ACK, perhaps with data, and nothing remarkable. */
function isOrdinary(segment: SegmentRecord): boolean {
  const ORDINARY_FLAGS = 1 << 4 | 1 << 3;
  return (segment.flags & ~ORDINARY_FLAGS) === 0 && segment.window > 0 && segment.sackEdges.length === 0;
}

/** Segments that the recording has counted but not kept. */
function gapRow(leftOut: Tally, from: number, to: number): Draft {
  const label = `${segmentsIn(leftOut)} segments not kept, in ${spanText(to - from)}`;
  return { ...moreRow(from, label), ordinary: true, tally: leftOut, isGap: true };
}

/** Long runs of ordinary segments become one row, or up to three where some of them were not kept. */
function collapsed(rows: readonly Draft[], mostAlike: number): Draft[] {
  const result: Draft[] = [];
  let run: Draft[] = [];
  const endRun = (): void => {
    const kept = run.length <= mostAlike + 1 ? run.length : Math.ceil(mostAlike / 2);
    const tailStart = Math.max(kept, run.length - Math.floor(mostAlike / 2));
    const hidden = run.slice(kept, tailStart);
    result.push(...run.slice(0, kept).flatMap(withWords));
    if (hidden.length > 0) result.push(...hiddenRun(hidden));
    if (kept < run.length) result.push(...run.slice(tailStart).flatMap(withWords));
    run = [];
  };
  for (const row of rows) {
    if (row.ordinary && row.state === null) run.push(row);
    else {
      endRun();
      result.push(row);
    }
  }
  endRun();
  return result;
}

/** Segments that were not kept are told by their kinds in rows of their own, which would be too long otherwise. */
function withWords(row: Draft): Draft[] {
  return row.isGap ? [row, ...wordsRows(row.time, row.tally)] : [row];
}

function hiddenRun(hidden: readonly Draft[]): Draft[] {
  const tally = sumOf(hidden);
  const time = (hidden[0] as Draft).time;
  const last = (hidden.at(-1) as Draft).time;
  const row = { ...moreRow(time, `${segmentsIn(tally)} more segments in ${spanText(last - time)}`), tally };
  return hidden.some(({ isGap }) => isGap) ? [row, ...wordsRows(time, tally)] : [row];
}

function moreRow(time: number, label: string): Draft {
  return {
    event: 0,
    time,
    kind: "more",
    tone: "note",
    label,
    state: null,
    why: "",
    ordinary: false,
    tally: null,
    isGap: false,
  };
}

function wordsRows(time: number, tally: Tally | null): Draft[] {
  return segmentWords(tally ?? []).map((words) => moreRow(time, words));
}

function sumOf(rows: readonly Draft[]): Tally {
  const sum = newTally();
  for (const { tally } of rows) tally?.forEach((count, i) => sum[i] = (sum[i] ?? 0) + count);
  return sum;
}

/** The beginning and the end, with what is between in words. */
function limited(rows: readonly Draft[], most: number): readonly Draft[] {
  if (rows.length <= most) return rows;
  const WORDS = 3;
  const first = Math.max(Math.ceil((most - WORDS) / 2), 0);
  const last = Math.max(Math.floor((most - WORDS) / 2), 0);
  const hidden = rows.slice(first, rows.length - last);
  const { time } = hidden[0] as Draft;
  const end = (hidden.at(-1) as Draft).time;
  const tally = sumOf(hidden);
  const label = `${hidden.length} more rows in ${spanText(end - time)}, of ${segmentsIn(tally)} segments:`;
  return [
    ...rows.slice(0, first),
    moreRow(time, label),
    ...wordsRows(time, tally),
    ...rows.slice(rows.length - last),
  ];
}
