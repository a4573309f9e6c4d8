/**
 * The rows of a ladder diagram: what each line says, whoever draws it.
 *
 * @module
 */

import { icmpText } from "../core.ts";
import { type Fate, fatesOf, laterText, lossText } from "../fates.ts";
import { amountText, flagsText, sackText } from "../format.ts";
import { isGrowth, labelOf } from "../lines.ts";
import { numbersText } from "../notation.ts";
import type {
  ArrivedEvent,
  ConnectionRecord,
  LostEvent,
  SegmentRecord,
  SentEvent,
  TraceEvent,
} from "../record.ts";
import type { KeptEvent } from "../recording.ts";
import { counterOf, newTally, segmentsIn } from "../tally.ts";
import { tell } from "../told.ts";
import { type Draft, gapRow, noteRow } from "./draft.ts";
import { marksOf } from "./marks.ts";
import type { FarSide, Ladder, LadderRow, RowTone } from "./ladder.ts";
import { collapsed, limited } from "./shorten.ts";

/** What to leave out, and how numbers are meant. */
export interface LadderOptions {
  /** Ordinary segments one after the other that are drawn before the rest of them becomes one row. */
  readonly mostAlike: number;
  /** Rows at most; of more, those in the middle are counted in up to three. */
  readonly mostRows: number;
  /** Whether numbers are the header's own. @default false */
  readonly absolute?: boolean;
}

/** Makes the rows of one connection. */
export function ladderOf(
  events: Iterable<KeptEvent>,
  connection: ConnectionRecord,
  start: number,
  options: LadderOptions,
): Ladder {
  const { local, remote, iss, irs } = connection;
  const rows = new Rows(connection, start).of([...events]);
  return {
    local,
    remote,
    initial: options.absolute === true ? { local: null, remote: null } : { local: iss, remote: irs },
    rows: limited(collapsed(rows, options.mostAlike), options.mostRows).map(finished),
  };
}

function finished({ ordinary: _ordinary, tally: _tally, isGap: _isGap, ...row }: Draft): LadderRow {
  return row;
}

/** Makes the rows of one connection. */
class Rows {
  readonly #connection: ConnectionRecord;
  readonly #start: number;
  readonly #rows: Draft[] = [];
  #fates: ReadonlyMap<number, Fate> = new Map();
  /** A state that is to be said on the next row. */
  #waiting: string | null = null;

  constructor(connection: ConnectionRecord, start: number) {
    this.#connection = connection;
    this.#start = start;
  }

  of(events: readonly KeptEvent[]): readonly Draft[] {
    this.#fates = fatesOf(events.map(({ event }) => event));
    let end: TraceEvent | undefined;
    for (const { event, leftOut } of events) {
      if (leftOut !== null && segmentsIn(leftOut) > 0) {
        this.#rows.push(gapRow(leftOut, this.#time(end ?? event), this.#time(event)));
      }
      end = event;
      if (event.kind === "state") this.#state(event);
      else this.#add(this.#rowOf(event));
    }
    this.#tellFarChanges();
    if (this.#waiting !== null && end !== undefined) {
      this.#add(noteRow(end, this.#time(end), "note", ""));
    }
    return this.#rows;
  }

  /** The remote end's state is said when it changes. */
  #tellFarChanges(): void {
    let before: string | null = null;
    for (const row of this.#rows) {
      if (row.far === null) continue;
      const { state } = row.far;
      if (state === before) row.far = { ...row.far, state: null };
      before = state ?? before;
    }
  }

  /** A state is said on the row of what caused it: the arrival before, or else the row that follows, as of our FIN. */
  #state(event: Extract<TraceEvent, { kind: "state" }>): void {
    // What follows from the segment, as a change of the congestion window, may stand between.
    const last = this.#rows.findLast(({ kind, time }) =>
      kind !== "note" || !Object.is(time, this.#time(event))
    );
    // Without a reason the state was told from the segment itself, sent or arrived.
    const caused = last !== undefined && Object.is(last.time, this.#time(event)) &&
      (last.kind === "arrived"
        ? event.reason !== "user-close"
        : last.kind === "sent" && event.reason === null);
    if (caused && this.#waiting === null) last.state = event.to;
    else if (event.to === "CLOSED") {
      const label = event.reason === null ? "" : labelOf(event, this.#connection);
      this.#rows.push({ ...this.#note(event, "note", label), state: event.to });
    } else this.#waiting = event.to;
  }

  #add(row: Draft | null): void {
    if (row === null || this.#replacesLast(row)) return;
    row.state = this.#waiting;
    this.#waiting = null;
    this.#rows.push(row);
  }

  /** What we sent and a fault took away is one row, not two, though the fault came a moment after the sending. */
  #replacesLast(row: Draft): boolean {
    const last = this.#rows.at(-1);
    if (row.loss !== "known" || row.kind !== "sent" || last?.kind !== "sent") return false;
    if (row.label !== last.label) return false;
    const { event, time, state, repeats, later, reason } = last;
    const marks = [...last.marks.filter((mark) => !row.marks.includes(mark)), ...row.marks];
    const why = [last.why, row.why].filter((text) => text !== "").join(" ");
    this.#rows[this.#rows.length - 1] = { ...row, event, time, state, repeats, later, reason, marks, why };
    return true;
  }

  #rowOf(event: Exclude<TraceEvent, { kind: "state" }>): Draft | null {
    const connection = this.#connection;
    switch (event.kind) {
      case "sent":
      case "arrived":
        return this.#arrow(event);
      case "lost":
        return this.#lost(event);
      case "dropped":
        return this.#note(event, "lost", `dropped: ${labelOf(event, connection)}`);
      case "timer":
        return this.#note(event, "again", timerLabel(event, connection));
      case "icmp":
        return this.#note(event, "again", `${icmpText(event)}: ${labelOf(event, connection)}`);
      case "congestion":
        return isGrowth(event) || event.reason === "initial-window"
          ? null
          : this.#note(event, "again", congestionLabel(event, connection));
      case "note":
        return this.#note(event, "note", labelOf(event, connection));
    }
  }

  #arrow(event: SentEvent | ArrivedEvent): Draft {
    const { number, kind, segment } = event;
    const fate = this.#fates.get(number);
    const again = event.marks.some((mark) => mark !== "merged");
    const marks = [...marksOf(event, this.#connection), ...this.#later(fate)];
    const tally = newTally();
    tally[counterOf(event)] = 1;
    const isUsual = marks.length === 0 || (event.kind === "sent" && event.reason === "ack-delayed-timer");
    return {
      ...this.#note(
        event,
        fate?.loss != null ? "lost" : again ? "again" : "plain",
        this.#segmentLabel(segment),
      ),
      kind,
      ...this.#fateOf(fate),
      far: this.#farOf(event),
      why: [whyOf(event, this.#connection), lossText(fate)].filter((text) => text !== "").join(" "),
      reason: labelOf(event, this.#connection),
      marks,
      ordinary: isUsual && event.findings?.far?.time !== null && fate === undefined && isOrdinary(segment),
      tally,
    };
  }

  #lost(event: Extract<TraceEvent, { kind: "lost" }>): Draft {
    const fate = this.#fates.get(event.number);
    return {
      ...this.#note(event, "lost", this.#segmentLabel(event.segment)),
      kind: event.direction,
      ...this.#fateOf(fate),
      far: this.#farOf(event),
      why: [whyOf(event, this.#connection), lossText(fate)].filter((text) => text !== "").join(" "),
      marks: [
        event.findings === undefined ? event.fault : labelOf(event, this.#connection),
        ...this.#later(fate),
      ],
    };
  }

  #farOf({ findings }: SentEvent | ArrivedEvent | LostEvent): FarSide | null {
    const far = findings?.far;
    if (far === undefined) return null;
    return { time: far.time === null ? null : far.time - this.#start, state: far.state };
  }

  #later(fate: Fate | undefined): readonly string[] {
    return fate === undefined || fate.repeats === null ? [] : [laterText(fate)];
  }

  #fateOf(fate: Fate | undefined): Pick<Draft, "loss" | "repeats" | "later"> {
    if (fate === undefined) return { loss: null, repeats: null, later: "" };
    return { loss: fate.loss, repeats: fate.repeats, later: laterText(fate) };
  }

  #note(event: TraceEvent, tone: RowTone, label: string): Draft {
    return { ...noteRow(event, this.#time(event), tone, label), why: whyOf(event, this.#connection) };
  }

  /** Flags, numbers and SACK blocks: `PSH,ACK seq 1..29 ack 1 win 131072 len 29`. */
  #segmentLabel(segment: SegmentRecord): string {
    const sack = segment.sackEdges.length > 0 ? ` sack ${sackText(segment.sackEdges)}` : "";
    const numbers = numbersText(segment, this.#connection.windowsAreRaw === true);
    return `${flagsText(segment.flags)} ${numbers}${sack}`;
  }

  #time({ time }: TraceEvent): number {
    return time - this.#start;
  }
}

function whyOf(event: TraceEvent, connection: ConnectionRecord): string {
  return tell(event, connection).map(({ sentence, rule }) => rule === "" ? sentence : `${sentence} [${rule}]`)
    .join(" ");
}

function timerLabel(event: Extract<TraceEvent, { kind: "timer" }>, connection: ConnectionRecord): string {
  const { expiries } = event.view;
  return `${labelOf(event, connection)} expires` +
    (event.timer === "retransmission" && expiries !== null && expiries > 1 ? ` (${expiries} in a row)` : "");
}

function congestionLabel(
  event: Extract<TraceEvent, { kind: "congestion" }>,
  connection: ConnectionRecord,
): string {
  const { cwndBefore, ssthreshBefore, view } = event;
  const move = (name: string, before: number, now: number | null): readonly string[] =>
    before === now ? [] : [`${name} ${amountText(before)} to ${amountText(now)}`];
  const moves = [...move("cwnd", cwndBefore, view.cwnd), ...move("ssthresh", ssthreshBefore, view.ssthresh)];
  const what = moves.length === 0 ? `cwnd ${amountText(view.cwnd)}` : moves.join(", ");
  return `${what}: ${labelOf(event, connection)}`;
}

/** A segment like all others while data flow: ACK, perhaps with data, and nothing remarkable. */
function isOrdinary(segment: SegmentRecord): boolean {
  const ORDINARY_FLAGS = 1 << 4 | 1 << 3;
  return (segment.flags & ~ORDINARY_FLAGS) === 0 && segment.window > 0 && segment.sackEdges.length === 0;
}
