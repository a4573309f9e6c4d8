/**
 * The variables that the catalogue's sentences name: their values at an event, as JSON and as text.
 *
 * @module
 */

import { isAbsolute, NUMBERS_OF_RECEIVER, NUMBERS_OF_SENDER } from "./absolute.ts";
import type { CatalogueEntry } from "./catalogue.ts";
import { EcnCodepoint, Flag, icmpText } from "./core.ts";
import {
  amountText,
  blocksText,
  capitalized,
  countText,
  listed,
  sackText,
  sequenceText,
  spanOf,
  spanText,
  textSpan,
} from "./format.ts";
import { initialWindowFormula, thresholdFormula } from "./formulas.ts";
import { duplicateBlock, emptyBlocks, reportedBlocks } from "./sack.ts";
import type { CongestionEvent, ConnectionRecord, SegmentRecord, TraceEvent } from "./record.ts";
import { hopFieldName } from "./hop_limits.ts";
import { numberAt, VIEW, VIEW_NAMES, type ViewRecord, type ViewUnit } from "./view.ts";

/** A variable's value: numbers are octets, sequence numbers, counts or microseconds by the variable's unit. */
export type VariableValue = number | string | null;

/** What a variable counts, and so how it is written. */
export type VariableUnit = ViewUnit | "text";

/** How a variable is read off an event, and what it counts. */
export interface Variable {
  readonly unit: VariableUnit;
  readonly read: (event: TraceEvent, connection: ConnectionRecord | null) => VariableValue;
  /** Whether it has a value, where that is quicker to tell than the value is. */
  readonly isKnown?: (event: TraceEvent) => boolean;
}

function ofSegment(unit: VariableUnit, read: (segment: SegmentRecord) => VariableValue): Variable {
  return {
    unit,
    read: (event): VariableValue => {
      const segment = "segment" in event ? event.segment : null;
      return segment === null ? null : read(segment);
    },
  };
}

function ofView(unit: VariableUnit, read: (view: ViewRecord) => VariableValue): Variable {
  return {
    unit,
    read: (event): VariableValue => "view" in event && event.view !== null ? read(event.view) : null,
  };
}

/** What a sentence says in a few words about SACK blocks, with its leading space; nothing without them. */
function sackWords(segment: SegmentRecord): string {
  const twice = duplicateBlock(segment);
  const beyond = reportedBlocks(segment);
  const parts = [
    ...twice === null ? [] : [`D-SACK: ${blocksText(twice)} came twice`],
    ...beyond.length === 0 ? [] : [`SACK: ${blocksText(beyond)} received`],
  ];
  return parts.length === 0 ? "" : ` (${parts.join("; ")})`;
}

/** What a segment has that tells of congestion to those who use ECN. */
function ecnSigns({ flags, ecn }: SegmentRecord): string {
  const signs = [
    ...(flags & Flag.ece) === 0 ? [] : ["ECE"],
    ...(flags & Flag.cwr) === 0 ? [] : ["CWR"],
    ...ecn === EcnCodepoint.congestionExperienced ? ["a congestion mark"] : [],
  ];
  return listed(signs);
}

/** The ACE field of RFC 9768 3.1, the highest bit first. */
const ACE_BITS = [Flag.ae, Flag.cwr, Flag.ece];

/** That the numbers to come are counted from this one; without a connection none are. */
function countedText(event: TraceEvent): VariableValue {
  const segment = "segment" in event ? event.segment : null;
  if (segment === null) return null;
  const isCounted = event.connection !== 0 && !isAbsolute(segment.seq);
  return isCounted ? ", counted as 0 from here on" : "";
}

/** What a segment takes up: `octets 1 to 29`, `octets 1 to 29 and FIN`, `SYN`. */
function contentText(segment: SegmentRecord): string {
  const parts = [
    ...(segment.flags & Flag.syn) === 0 ? [] : ["SYN"],
    ...segment.length === 0 ? [] : [`octet${segment.length === 1 ? "" : "s"} ${textSpan(segment)}`],
    ...(segment.flags & Flag.fin) === 0 ? [] : ["FIN"],
  ];
  return parts.length === 0 ? `number ${sequenceText(segment.seq)}` : parts.join(" and ");
}

/** What all segments before a RST had that has another hop limit; the findings of a capture say it of either end. */
function usualHopLimit(event: TraceEvent): VariableValue {
  const found = event.kind === "sent" || event.kind === "arrived"
    ? event.findings?.values["usual"]
    : undefined;
  return found ?? (event.kind === "arrived" ? event.usualHopLimit : null);
}

function hopLimitsText(event: TraceEvent): VariableValue {
  const usual = usualHopLimit(event);
  if (usual === null || !("segment" in event) || event.segment === null) return null;
  const { family, hopLimit } = event.segment;
  return `${hopFieldName(family)} ${hopLimit} not ${usual}`;
}

/** How many octets an arrived segment acknowledges for the first time, or a sent one. */
function newlyAcknowledged(event: TraceEvent): VariableValue {
  if (event.kind === "sent") return event.acked;
  if (event.kind !== "arrived" || event.view === null || event.segment.ack === null) return null;
  return event.segment.ack - event.view.sndUna;
}

/** The first and the last number that our window takes. */
function receiveSpan(view: ViewRecord): VariableValue {
  const { rcvNxt, rcvWnd } = view;
  return rcvNxt === null || rcvWnd === null || rcvWnd === 0 ? null : spanOf(rcvNxt, rcvNxt + rcvWnd);
}

/** The first and the last number that the segment's sender says it takes; more may have come since its ACK fell due. */
function announcedSpan({ ack, window }: SegmentRecord): VariableValue {
  return ack === null || window === 0 ? null : spanOf(ack, ack + window);
}

/** What becomes of cwnd at a reduction; one that is above ssthresh comes down step by step (RFC 9937). */
function windowMove({ cwndBefore, view: { cwnd, ssthresh } }: CongestionEvent): string {
  if (cwnd !== cwndBefore) return `cwnd goes from ${amountText(cwndBefore)} to ${amountText(cwnd)}`;
  const isAbove = cwnd !== null && ssthresh !== null && cwnd > ssthresh;
  return isAbove
    ? `cwnd stays ${amountText(cwnd)} for now, and comes down as data are delivered`
    : `cwnd stays ${amountText(cwnd)}`;
}

/** Every variable by its name. */
export const VARIABLES: Readonly<Record<string, Variable>> = {
  seq: ofSegment("sequence", (segment) => segment.seq),
  rawSeq: ofSegment("count", (segment) => segment.rawSeq),
  end: ofSegment("sequence", (segment) => segment.end),
  finSeq: ofSegment("sequence", (segment) => segment.end - 1),
  length: ofSegment("octets", (segment) => segment.length),
  ack: ofSegment("sequence", (segment) => segment.ack),
  window: ofSegment("octets", (segment) => segment.window),
  span: { ...ofSegment("text", textSpan), isKnown: (event) => "segment" in event && event.segment !== null },
  content: ofSegment("text", contentText),
  timestampEcho: ofSegment("count", (segment) => segment.timestampEcho),
  sackText: ofSegment("text", sackWords),
  sackList: ofSegment("text", (segment) => blocksText(reportedBlocks(segment))),
  emptyBlocks: ofSegment("text", (segment) => sackText(emptyBlocks(segment))),
  duplicateList: ofSegment("text", (segment) => blocksText(duplicateBlock(segment) ?? [])),
  ecnSigns: ofSegment("text", ecnSigns),
  ace: ofSegment("text", ({ flags }) => ACE_BITS.map((bit) => (flags & bit) === 0 ? "0" : "1").join("")),
  hopLimit: ofSegment("count", (segment) => segment.hopLimit),
  hopField: ofSegment("text", ({ family }) => hopFieldName(family)),
  usualHopLimit: { unit: "count", read: usualHopLimit },
  hopLimits: { unit: "text", read: hopLimitsText },
  announced: ofSegment("text", announcedSpan),
  countedAs: { unit: "text", read: countedText },
  urgentEnd: ofSegment("sequence", (segment) => segment.seq + segment.urgentPointer),

  ...Object.fromEntries(
    VIEW_NAMES.map((name, i) => [name, ofView(VIEW[name].unit, (view) => numberAt(view, i))]),
  ),
  rcvSpan: ofView("text", receiveSpan),
  coveredText: ofView(
    "text",
    ({ covered }) => covered === null ? null : countText(covered, "segment"),
  ),
  nextDupAck: ofView("count", (view) => view.dupAcks + 1),

  acked: { unit: "octets", read: newlyAcknowledged },
  windowMove: { unit: "text", read: (event) => event.kind === "congestion" ? windowMove(event) : null },
  cwndBefore: { unit: "octets", read: (event) => event.kind === "congestion" ? event.cwndBefore : null },
  ssthreshBefore: {
    unit: "octets",
    read: (event) => event.kind === "congestion" ? event.ssthreshBefore : null,
  },
  thresholdFormula: {
    unit: "text",
    read: (event) => event.kind === "congestion" ? thresholdFormula(event) : null,
  },
  initialWindowFormula: {
    unit: "text",
    read: (event) => event.kind === "congestion" ? initialWindowFormula(event) : null,
  },
  rtoBefore: { unit: "microseconds", read: (event) => event.kind === "timer" ? event.timeoutBefore : null },
  icmpText: { unit: "text", read: (event) => event.kind === "icmp" ? icmpText(event) : null },
  mtu: { unit: "octets", read: (event) => event.kind === "icmp" ? event.mtu : null },
  quoted: { unit: "sequence", read: (event) => event.kind === "icmp" ? event.quoted : null },
  remote: { unit: "text", read: (_event, connection) => connection?.remote ?? null },
};

/** A sentence taken apart: texts and, between them, variables. */
export interface Template {
  /** One more than variables. */
  readonly texts: readonly string[];
  readonly names: readonly string[];
  readonly variables: readonly Variable[];
}

function valuesOf(event: TraceEvent): Readonly<Record<string, number | string>> {
  if (event.kind === "note") return event.values;
  return "findings" in event ? event.findings?.values ?? {} : {};
}

/** What a finding says in words may name variables as well, so that its numbers are counted as all others are. */
function filledIn(text: string, event: TraceEvent, connection: ConnectionRecord | null): string {
  return text.replace(
    /\{(\w+)\}/g,
    (whole, name: string) => {
      const variable = variableOf(name);
      return variable === undefined ? whole : variableText(variable, event, connection);
    },
  );
}

function found(unit: VariableUnit, name: string): Variable {
  return {
    unit,
    read: (event, connection): VariableValue => {
      const value = valuesOf(event)[name] ?? null;
      return typeof value === "string" && value.includes("{") ? filledIn(value, event, connection) : value;
    },
  };
}

/** What a capture's findings and remarks name, by how it is written. */
const FOUND: Readonly<Record<VariableUnit, readonly string[]>> = {
  octets: ["hole", "newly", "peerWindow", "room", "missed", "lostOctets"],
  sequence: [...NUMBERS_OF_SENDER, ...NUMBERS_OF_RECEIVER, "about"],
  microseconds: ["lateness", "closedFor", "step", "nearRtt", "farRtt"],
  count: ["nth"],
  text: [
    ...[
      "since",
      "evidence",
      "proof",
      "spurious",
      "repeated",
      "repeatedSince",
      "after",
      "whose",
      "state",
      "cause",
      "holeCause",
    ],
    ...[
      "layer",
      "what",
      "by",
      "detail",
      "near",
      "far",
      "option",
      "windowBefore",
      "windowNow",
      "passed",
    ],
    "resetFrame",
    ...["there", "onTheWay", "thereFrames", "changes", "overtakers", "copies", "frame"],
    ...["toThere", "toHere", "halfway", "half", "drift"],
  ],
};

/** An end as a sentence has it: `the client`, or its address and port. */
function ofEnd(isSender: boolean, begins: boolean): Variable {
  return {
    unit: "text",
    read: (event, connection): VariableValue => {
      const ends = connection?.ends;
      if (ends === undefined) return null;
      const isOfLocal = event.kind === "sent" || (event.kind === "lost" && event.direction === "sent");
      const name = isOfLocal === isSender ? ends.local : ends.remote;
      return begins ? capitalized(name) : name;
    },
  };
}

/** What a segment takes up, up to `end`, in a sentence: `1 to 29`, or what it has instead of data. */
function numbersText({ flags, seq, end, length }: SegmentRecord, until = end): string {
  if (length === 0) return (flags & Flag.syn) === 0 ? "its FIN" : "its SYN";
  const hasFin = (flags & Flag.fin) !== 0 && until === end;
  return hasFin ? `${spanOf(seq, until - 1)} and its FIN` : spanOf(seq, until);
}

/** What of a segment has passed before, or is known to exist. */
function againText(event: TraceEvent): string | null {
  if (!("segment" in event) || event.segment === null) return null;
  const { newFrom } = valuesOf(event);
  return numbersText(event.segment, typeof newFrom === "number" ? newFrom : event.segment.end);
}

/** The variables of findings and remarks by their names. */
export const FOUND_VARIABLES: Readonly<Record<string, Variable>> = {
  Sender: ofEnd(true, true),
  sender: ofEnd(true, false),
  receiver: ofEnd(false, false),
  twice: ofSegment("text", (segment) => sackText(duplicateBlock(segment) ?? [])),
  numbers: ofSegment("text", (segment) => numbersText(segment)),
  Numbers: ofSegment("text", (segment) => capitalized(numbersText(segment))),
  again: { unit: "text", read: againText },
  Again: { unit: "text", read: (event): VariableValue => capitalized(againText(event) ?? "") },
  ...Object.fromEntries(
    Object.entries(FOUND).flatMap(([unit, names]) =>
      names.map((name) => [name, found(unit as VariableUnit, name)])
    ),
  ),
};

function variableOf(name: string): Variable | undefined {
  return VARIABLES[name] ?? FOUND_VARIABLES[name];
}

/** By their sentences. */
const templates = new Map<string, Template>();

/** The names of the variables that an entry's sentence mentions, in its order. */
export function variableNames(entry: CatalogueEntry): readonly string[] {
  return templateOf(entry).names;
}

/** The values of the variables that an entry's sentence mentions, as text, in its order. */
export function variableTexts(
  entry: CatalogueEntry,
  event: TraceEvent,
  connection: ConnectionRecord | null,
): readonly string[] {
  return templateOf(entry).variables.map((variable) => variableText(variable, event, connection));
}

/** The entry's sentence with the values of this event. */
export function sentenceOf(
  entry: CatalogueEntry,
  event: TraceEvent,
  connection: ConnectionRecord | null,
): string {
  const { texts, variables } = templateOf(entry);
  let sentence = texts[0] ?? "";
  for (let i = 0; i < variables.length; i++) {
    sentence += variableText(variables[i] as Variable, event, connection) + (texts[i + 1] as string);
  }
  return singular(sentence);
}

/** The entry's label with the values of this event. */
export function labelText(
  entry: CatalogueEntry,
  event: TraceEvent,
  connection: ConnectionRecord | null,
): string {
  return entry.label.includes("{")
    ? sentenceOf({ ...entry, sentence: entry.label }, event, connection)
    : entry.label;
}

/** Whether every variable that the entry's sentence mentions has a value at this event. */
export function knowsVariables(
  entry: CatalogueEntry,
  event: TraceEvent,
  connection: ConnectionRecord | null,
): boolean {
  for (const variable of templateOf(entry).variables) {
    const { isKnown } = variable;
    if (isKnown === undefined ? variable.read(event, connection) === null : !isKnown(event)) return false;
  }
  return true;
}

/** One octet is not "1 octets", nor "1 more octets". */
function singular(sentence: string): string {
  return sentence.includes("1 ") ? sentence.replace(/\b1 (more )?octets\b/g, "1 $1octet") : sentence;
}

/** A variable's value at this event; null when it has none there. */
export function variableValue(
  name: string,
  event: TraceEvent,
  connection: ConnectionRecord | null,
): VariableValue {
  return variableOf(name)?.read(event, connection) ?? null;
}

/** A variable's value at this event as the sentences have it. */
export function variableText(
  variable: Variable,
  event: TraceEvent,
  connection: ConnectionRecord | null,
): string {
  const value = variable.read(event, connection);
  if (typeof value === "string") return value;
  if (value === null) return amountText(value);
  if (value === Infinity) return "unlimited";
  if (variable.unit === "sequence") return sequenceText(value);
  return variable.unit === "microseconds" ? spanText(value) : amountText(value);
}

/** The entry's sentence taken apart; made once. */
export function templateOf(entry: CatalogueEntry): Template {
  let template = templates.get(entry.sentence);
  if (template === undefined) {
    const pieces = entry.sentence.split(/\{(\w+)\}/);
    const names = pieces.filter((_piece, i) => i % 2 === 1);
    template = {
      texts: pieces.filter((_piece, i) => i % 2 === 0),
      names,
      variables: names.flatMap((name) => variableOf(name) ?? []),
    };
    templates.set(entry.sentence, template);
  }
  return template;
}
