/**
 * The trace for programs: one JSON object per line, as `schema/rawtcp-trace.schema.json` describes it.
 *
 * @module
 */

import { Flag, icmpErrorName } from "./core.ts";
import { knownView, windowIsRaw } from "./notation.ts";
import { optionsJson } from "./options.ts";
import { hex, octetsText } from "./escape.ts";
import { wallClockText } from "./format.ts";
import type {
  ArrivedEvent,
  ConnectionRecord,
  Far,
  SegmentRecord,
  SentEvent,
  TraceEvent,
  TraceSink,
  ViewRecord,
} from "./record.ts";
import { type CodedEntry, entriesOf, toldOf } from "./told.ts";
import { variableNames, type VariableValue, variableValue } from "./variables.ts";

/** The version of the format; a new one when a reader of the old could misunderstand it. */
const JSON_TRACE_VERSION = 1;

/** What the first line says. */
export interface JsonOptions {
  /** Name and version of the program that writes the trace. */
  readonly program: string;
  /** Microseconds from 1970-01-01 UTC to the moment 0 of the events' clock; null when not known. */
  readonly epoch: number | null;
}

/** The names of the flags of segments so far, by the field, in the order of their bits from the lowest. */
const flagNames = new Map<number, readonly string[]>();

function namesOf(flags: number): readonly string[] {
  let names = flagNames.get(flags);
  if (names === undefined) {
    names = Object.entries(Flag).filter(([, bit]) => (flags & bit) !== 0).map(([name]) => name.toUpperCase());
    flagNames.set(flags, names);
  }
  return names;
}

/** Variables with their values before and after. */
type Changes = Record<string, readonly [before: VariableValue, after: VariableValue]>;

/** Writes every event as a line of JSON, between a line that says what this is and one that says that it is complete. */
export class JsonSink implements TraceSink {
  readonly #write: (line: string) => void;
  readonly #options: JsonOptions;
  readonly #views = new Map<number, ViewRecord>();
  readonly #connections = new Map<number, ConnectionRecord>();
  #start: number | null = null;
  #events = 0;

  constructor(write: (line: string) => void, options: JsonOptions) {
    this.#write = write;
    this.#options = options;
  }

  event(event: TraceEvent, connection: ConnectionRecord | null): void {
    if (this.#start === null) this.#begin(event.time);
    this.#events++;
    this.#introduce(connection);
    const changes = this.#changes(event, connection);
    this.#line(eventJson(event, connection, event.time - (this.#start ?? 0), changes));
    if (event.kind === "state" && event.to === "CLOSED") this.#forget(event.connection);
  }

  finish(): void {
    if (this.#start === null) this.#begin(null);
    this.#line({ kind: "end", events: this.#events });
  }

  #begin(time: number | null): void {
    this.#start = time ?? 0;
    const { epoch, program } = this.#options;
    const start = epoch === null || time === null || Number.isNaN(time) ? null : wallClockText(epoch + time);
    this.#line({ kind: "trace", version: JSON_TRACE_VERSION, program, start });
  }

  #introduce(connection: ConnectionRecord | null): void {
    if (connection === null || this.#connections.get(connection.id) === connection) return;
    this.#connections.set(connection.id, connection);
    const { id, local, remote, iss, irs, ends } = connection;
    const named = ends === undefined ? {} : { ends };
    this.#line({ kind: "connection", connection: id, local, remote, iss, irs, ...named });
  }

  /** What is not the same any more as at the last event of the same connection. */
  #changes(event: TraceEvent, connection: ConnectionRecord | null): Changes | undefined {
    if (!("view" in event) || event.view === null) return undefined;
    const before = this.#views.get(event.connection);
    const view = knownView(event.view, connection);
    this.#views.set(event.connection, view);
    return before === undefined
      ? undefined
      : differences(before, view, connection?.statesAreUnknown === true);
  }

  #forget(id: number): void {
    this.#views.delete(id);
    this.#connections.delete(id);
  }

  #line(value: unknown): void {
    this.#write(JSON.stringify(value));
  }
}

/** An event as the schema has it; fields that have no value are left out. */
function eventJson(
  event: TraceEvent,
  connection: ConnectionRecord | null,
  time: number,
  changed: Changes | undefined,
): Record<string, unknown> {
  const entries = entriesOf(event, connection);
  const told = toldOf(entries, event, connection);
  const json: Record<string, unknown> = {
    kind: event.kind,
    number: event.number,
    time,
    connection: event.connection,
  };
  if (isFound(event)) json["findings"] = told;
  if (event.kind === "arrived") json["meanings"] = isFound(event) ? [] : told;
  else if (event.kind !== "lost" && event.kind !== "note") {
    json["reason"] = isFound(event) ? null : told[0] ?? null;
  }
  const variables = variablesOf(entries, event, connection);
  if (variables !== undefined) json["variables"] = variables;
  if (event.kind === "sent" || event.kind === "arrived") addOfSegment(json, event, event.time - time);
  else Object.assign(json, ownFields(event, event.time - time));
  if ("segment" in event && event.segment !== null) json["segment"] = segmentJson(event, connection);
  if ("view" in event && event.view !== null) {
    json["view"] = viewJson(knownView(event.view, connection), connection?.statesAreUnknown === true);
  }
  if (changed !== undefined) json["changed"] = changed;
  return json;
}

/** Whether it is told of by what a capture shows, not by reasons. */
function isFound(event: TraceEvent): boolean {
  return event.kind === "note" || "findings" in event;
}

/** Times count from the first event, as those of events do. */
function farJson(far: Far | undefined, start: number): Record<string, unknown> {
  if (far === undefined) return {};
  return { far: { time: far.time === null ? null : far.time - start, state: far.state } };
}

/** There are so many of these that nothing is made for what they do not have. */
function addOfSegment(json: Record<string, unknown>, event: SentEvent | ArrivedEvent, start: number): void {
  if (event.marks.length > 0) json["marks"] = event.marks;
  if (event.kind === "arrived") {
    if (event.answers !== null) json["answers"] = event.answers;
    if (event.usualHopLimit !== null) json["usualHopLimit"] = event.usualHopLimit;
  }
  if (event.findings?.far !== undefined) Object.assign(json, farJson(event.findings.far, start));
}

function ownFields(
  event: Exclude<TraceEvent, SentEvent | ArrivedEvent>,
  start: number,
): Record<string, unknown> {
  switch (event.kind) {
    case "dropped":
    case "note":
      return {};
    case "lost":
      return event.findings === undefined
        ? { direction: event.direction, fault: event.fault }
        : { direction: event.direction, ...farJson(event.findings.far, start) };
    case "state":
      return { from: event.from, to: event.to };
    case "timer":
      return {
        timer: event.timer,
        ...event.timeoutBefore === null ? {} : { before: { rto: event.timeoutBefore } },
      };
    case "icmp": {
      const { family, type, code, mtu, reporter, silentNeighbour, quoted } = event;
      const icmp = {
        version: family,
        type,
        code,
        name: icmpErrorName(family, type, code),
        ...reporter === null ? {} : { reporter },
        ...silentNeighbour === null ? {} : { silentNeighbour },
        ...mtu === null ? {} : { mtu },
      };
      return { icmp, quoted };
    }
    case "congestion":
      return {
        control: event.control,
        ...event.reducedFrom === null ? {} : { reducedFrom: event.reducedFrom },
        before: { cwnd: event.cwndBefore, ssthresh: event.ssthreshBefore },
      };
  }
}

/** The variables that the event's sentences read. */
function variablesOf(
  entries: readonly CodedEntry[],
  event: TraceEvent,
  connection: ConnectionRecord | null,
): Record<string, VariableValue> | undefined {
  let variables: Record<string, VariableValue> | undefined;
  for (const { entry } of entries) {
    for (const name of variableNames(entry)) {
      variables ??= {};
      variables[name] = variableValue(name, event, connection);
    }
  }
  return variables;
}

function segmentJson(event: TraceEvent, connection: ConnectionRecord | null): Record<string, unknown> {
  const segment = (event as Extract<TraceEvent, { segment: unknown }>).segment as SegmentRecord;
  const outbound = event.kind === "sent" || (event.kind === "lost" && event.direction === "sent");
  const [source, destination] = outbound
    ? [connection?.local, connection?.remote]
    : [connection?.remote, connection?.local];
  const json: Record<string, unknown> = {
    source: segment.source ?? source,
    destination: segment.destination ?? destination,
    flags: namesOf(segment.flags),
    seq: segment.seq,
    end: segment.end,
    ack: segment.ack,
    length: segment.length,
    window: windowIsRaw(segment, connection?.windowsAreRaw === true) ? null : segment.window,
    raw: { seq: segment.rawSeq, ack: segment.rawAck, window: segment.rawWindow },
    options: optionsJson(segment),
    ip: { version: segment.family, hopLimit: segment.hopLimit, dscp: segment.dscp, ecn: segment.ecn },
  };
  if ((segment.flags & Flag.urg) !== 0) json["urgentPointer"] = segment.urgentPointer;
  if (segment.segmentSize > 0) json["segmentSize"] = segment.segmentSize;
  if (segment.header !== null) json["header"] = hex(segment.header);
  if (segment.excerpt !== null && segment.excerpt.length > 0) {
    json["payload"] = { hex: hex(segment.excerpt), text: octetsText(segment.excerpt) };
  }
  return json;
}

/** Unknown variables are left out; an unlimited threshold becomes null, as `JSON.stringify` makes of Infinity. */
function viewJson(view: ViewRecord, stateIsUnknown: boolean): object {
  if (!stateIsUnknown && !Object.values(view).includes(null)) return view;
  return Object.fromEntries(
    Object.entries(view).filter(([name, value]) => value !== null && !(stateIsUnknown && name === "state")),
  );
}

function differences(before: ViewRecord, after: ViewRecord, stateIsUnknown: boolean): Changes | undefined {
  let changes: Changes | undefined;
  for (const key of Object.keys(after) as (keyof ViewRecord)[]) {
    if (before[key] === after[key] || (stateIsUnknown && key === "state")) continue;
    changes ??= {};
    changes[key] = [before[key], after[key]];
  }
  return changes;
}
