/**
 * The events of a report as columns, which pack well and read fast.
 *
 * @module
 */

import type { CatalogueEntry } from "../catalogue.ts";
import { RECOVERY_PHASES, STATES } from "../core.ts";
import {
  type ConnectionRecord,
  EVENT_KINDS,
  SEGMENT_MARKS,
  type SegmentRecord,
  type TraceEvent,
} from "../record.ts";
import { type Fate, Fates, lossText } from "../fates.ts";
import { marksOf } from "../ladder/marks.ts";
import type { Course } from "../course.ts";
import { LIMITS } from "../limits.ts";
import { knownView } from "../notation.ts";
import { type ConnectionFacts, connectionFacts, factsOfCourse, type KnownFacts } from "./facts.ts";
import { VIEW, VIEW_NAMES, type ViewRecord, type ViewUnit } from "../view.ts";
import type { ConnectionTotal, KeptEvent } from "../recording.ts";
import { TALLIED, type Tally } from "../tally.ts";
import { type RulePart, rulePartsOf } from "../rule_links.ts";
import { entriesOf } from "../told.ts";
import { variableTexts } from "../variables.ts";

/** The variables that the page shows, besides state and phase. */
const VARIABLES = VIEW_NAMES.filter((name) => VIEW[name].shown.report);

/** The numbers of a segment that the page shows. */
const NUMBERS = [
  "seq",
  "end",
  "ack",
  "length",
  "window",
  "flags",
] as const satisfies readonly (keyof SegmentRecord)[];

/** What is said of a code, with the names of variables in it. */
export interface ReportEntry extends Pick<CatalogueEntry, "label" | "sentence"> {
  readonly code: string;
  /** The rule in parts: places with their addresses, and what is between them. */
  readonly rule: readonly RulePart[];
}

/** What the page's script gets. */
export interface ReportData {
  readonly connections: readonly ConnectionRecord[];
  /** Events that are not in the columns. */
  readonly omitted: number;
  /** What the numbers of a tally count, in words. */
  readonly tallied: readonly string[];
  /** By the number of each connection what there was of it, in the columns or not. */
  readonly totals: Readonly<Record<number, ConnectionTotal>>;
  /** The same for what each was as a whole. */
  readonly facts: Readonly<Record<number, ConnectionFacts>>;
  /** Names of what a sender waits for, as facts refer to them. */
  readonly limits: readonly string[];
  /** Moment of the first event; null when not known. */
  readonly start: string | null;
  readonly entries: readonly ReportEntry[];
  /** Names of the numbers in the columns `kind`, `marks` (by bit), `state` and `phase`. */
  readonly kinds: readonly string[];
  readonly marks: readonly string[];
  readonly states: readonly string[];
  readonly phases: readonly string[];
  /** The variables in the columns: name, symbol and unit. */
  readonly variables: readonly (readonly [name: string, symbol: string, unit: ViewUnit])[];
  readonly columns: Readonly<Record<string, readonly unknown[]>>;
}

/** What is told of the events. */
export interface ReportSource {
  kept(): Iterable<KeptEvent>;
  readonly connections: readonly ConnectionRecord[];
  readonly omitted: number;
  /** Moment of the first event. */
  readonly start: number;
  totalOf(connection: number): ConnectionTotal;
  courseOf(connection: number): Course;
}

/** Turns events into columns, times counted from the first one; `known` are facts that others have, by connections' numbers. */
export function reportData(
  source: ReportSource,
  start: string | null,
  known: ReadonlyMap<number, KnownFacts>,
): ReportData {
  const builder = new ColumnBuilder(source.connections, source.start);
  for (const { event, leftOut } of source.kept()) builder.add(event, leftOut);
  builder.finish();
  const ids = [0, ...source.connections.map(({ id }) => id)];
  return {
    connections: source.connections,
    omitted: source.omitted,
    tallied: TALLIED,
    totals: Object.fromEntries(ids.map((id) => [id, source.totalOf(id)])),
    facts: Object.fromEntries(source.connections.map((record) => {
      const { id } = record;
      const facts = known.get(id) ?? factsOfCourse(source.courseOf(id), source.totalOf(id));
      return [id, connectionFacts(record, source.start, facts)];
    })),
    limits: LIMITS,
    start,
    entries: builder.entries,
    kinds: EVENT_KINDS,
    marks: SEGMENT_MARKS,
    states: STATES,
    phases: RECOVERY_PHASES,
    variables: VARIABLES.map((name) => [name, VIEW[name].symbol, VIEW[name].unit] as const),
    columns: builder.columns,
  };
}

class ColumnBuilder {
  readonly columns: Record<string, unknown[]> = {};
  readonly entries: ReportEntry[] = [];
  readonly #entryNumbers = new Map<CatalogueEntry, number>();
  readonly #connections: ReadonlyMap<number, ConnectionRecord>;
  readonly #start: number;
  /** What became of the segments of each connection. */
  readonly #fates = new Map<number, Fates>();
  /** Whether the variables of the remote ends are told, too: in a capture that is not ours. */
  readonly #hasBothEnds: boolean;

  constructor(connections: readonly ConnectionRecord[], start: number) {
    this.#connections = new Map(connections.map((connection) => [connection.id, connection]));
    this.#start = start;
    this.#hasBothEnds = connections.some(({ ends }) => ends !== undefined);
  }

  add(event: TraceEvent, leftOut: Tally | null): void {
    this.#put("number", event.number);
    this.#put("leftOut", leftOut ?? 0);
    this.#put("time", event.time - this.#start);
    this.#put("kind", EVENT_KINDS.indexOf(event.kind));
    this.#put("connection", event.connection);
    this.#put(
      "marks",
      "marks" in event ? event.marks.reduce((bits, mark) => bits | 1 << SEGMENT_MARKS.indexOf(mark), 0) : 0,
    );
    this.#put("said", this.#said(event));
    this.#put("extra", extraOf(event));
    this.#fatesOf(event.connection).add(event);
    const remarks = event.kind === "sent" || event.kind === "arrived"
      ? marksOf(event, this.#connections.get(event.connection) ?? null)
      : [];
    this.#put("remarks", remarks.join(", ") || 0);
    this.#put("far", this.#farOf(event));
    // A drop repeats the segment that arrived just before.
    const segment = "segment" in event && event.kind !== "dropped" ? event.segment : null;
    for (const name of NUMBERS) this.#put(name, segment === null ? null : segment[name]);
    this.#put("sack", segment === null || segment.sackEdges.length === 0 ? 0 : segment.sackEdges);
    this.#put("header", base64(segment?.header ?? null));
    this.#put("excerpt", base64(segment?.excerpt ?? null));
    const connection = this.#connections.get(event.connection);
    this.#addView("view" in event ? event.view : null, "", connection);
    if (!this.#hasBothEnds) return;
    this.#addView(event.kind === "arrived" ? event.peerView ?? null : null, "peer.", connection);
  }

  /** What became of each segment is known only when all have been told. */
  finish(): void {
    const fates = new Map([...this.#fates.values()].flatMap(({ all }) => [...all]));
    this.columns["fate"] = this.columns["number"]?.map((number) => fateOf(fates.get(number as number))) ?? [];
  }

  #fatesOf(connection: number): Fates {
    let fates = this.#fates.get(connection);
    if (fates === undefined) this.#fates.set(connection, fates = new Fates());
    return fates;
  }

  /** The variables of one end; those of the other have a prefix. */
  #addView(whole: ViewRecord | null, prefix: string, connection: ConnectionRecord | undefined): void {
    const view = whole === null ? null : knownView(whole, connection ?? null);
    const phase = view?.phase ?? null;
    this.#put(
      `${prefix}state`,
      view === null || connection?.statesAreUnknown === true ? null : STATES.indexOf(view.state),
    );
    this.#put(`${prefix}phase`, phase === null ? null : RECOVERY_PHASES.indexOf(phase));
    for (const name of VARIABLES) {
      const value = view === null ? null : view[name];
      this.#put(prefix + name, value === Infinity ? "unlimited" : value);
    }
  }

  /** When it passed a second point of capture, and the state of the end there; 0 where there was none. */
  #farOf(event: TraceEvent): readonly [number | null, number | null] | 0 {
    const far = "findings" in event ? event.findings?.far : undefined;
    if (far === undefined) return 0;
    const { time, state } = far;
    return [time === null ? null : time - this.#start, state === null ? null : STATES.indexOf(state)];
  }

  #said(event: TraceEvent): (number | string)[][] {
    const connection = this.#connections.get(event.connection) ?? null;
    return entriesOf(event, connection).map(({ code, entry }) => {
      let number = this.#entryNumbers.get(entry);
      if (number === undefined) {
        number = this.entries.push({
          code,
          rule: rulePartsOf(entry.rule),
          label: entry.label,
          sentence: entry.sentence,
        }) -
          1;
        this.#entryNumbers.set(entry, number);
      }
      const label = { ...entry, sentence: entry.label };
      const labelTexts = entry.label.includes("{") ? variableTexts(label, event, connection) : [];
      return [number, ...variableTexts(entry, event, connection), ...labelTexts];
    });
  }

  #put(column: string, value: unknown): void {
    (this.columns[column] ??= []).push(value);
  }
}

/** What became of a segment: how far its loss is known, what is said of it, the event that it repeats, and how much later. */
function fateOf(fate: Fate | undefined): readonly [string, string, number, number] | 0 {
  if (fate === undefined) return 0;
  return [fate.loss ?? "", lossText(fate), fate.repeats ?? 0, fate.after];
}

/** What only one kind of event has, as text. */
function extraOf(event: TraceEvent): string | 0 {
  switch (event.kind) {
    case "lost":
      return `${event.direction}, ${event.fault}`;
    case "state":
      return event.from === event.to ? event.to : `${event.from} to ${event.to}`;
    case "sent":
    case "arrived":
    case "dropped":
    case "timer":
    case "congestion":
    case "note":
    case "icmp":
      return 0;
  }
}

function base64(octets: Uint8Array | null): string | 0 {
  return octets === null || octets.length === 0 ? 0 : btoa(String.fromCharCode(...octets));
}
