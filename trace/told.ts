/**
 * What is to be said of an event: its catalogue entries with their sentences filled in.
 *
 * @module
 */

import {
  type ArrivalMeaning,
  ARRIVALS,
  type CatalogueEntry,
  CONGESTION_REASONS,
  DROP_REASONS,
  type FindingCode,
  FINDINGS,
  ICMP_VERDICTS,
  type NoteCode,
  NOTES,
  SEND_REASONS,
  STATE_REASONS,
  TIMERS,
} from "./catalogue.ts";
import type {
  CongestionReason,
  DropReason,
  IcmpVerdict,
  SendReason,
  StateReason,
  TimerName,
} from "./core.ts";
import { meaningsOf } from "./meaning.ts";
import { capitalized } from "./format.ts";
import type { ConnectionRecord, Findings, StateEvent, TraceEvent } from "./record.ts";
import { knowsVariables, labelText, sentenceOf } from "./variables.ts";

/** Any code of the catalogue. */
export type Code =
  | SendReason
  | DropReason
  | StateReason
  | CongestionReason
  | TimerName
  | IcmpVerdict
  | ArrivalMeaning
  | FindingCode
  | NoteCode;

/** A code with its entry. */
export interface CodedEntry {
  readonly code: Code;
  readonly entry: CatalogueEntry;
}

/** One thing said of an event. */
export interface Told {
  readonly code: Code;
  readonly rule: string;
  readonly label: string;
  readonly sentence: string;
}

const NOTHING: readonly CodedEntry[] = [];

/** The entries that speak of an event: one, several for an arrival, none where no reason is known. Each may be said. */
export function entriesOf(event: TraceEvent, connection: ConnectionRecord | null): readonly CodedEntry[] {
  switch (event.kind) {
    case "sent":
      if (event.findings !== undefined) return found(event.findings, event, connection);
      return event.reason === null
        ? NOTHING
        : [said(event.reason, SEND_REASONS[event.reason], event, connection)];
    case "arrived":
      if (event.findings !== undefined) return found(event.findings, event, connection);
      return meaningsOf(event).map((meaning) => said(meaning, ARRIVALS[meaning], event, connection));
    case "dropped":
      return [said(event.reason, DROP_REASONS[event.reason], event, connection)];
    case "lost":
      return event.findings === undefined ? NOTHING : found(event.findings, event, connection);
    case "state":
      return event.reason === null
        ? NOTHING
        : [said(event.reason, STATE_REASONS[event.reason], event, connection)];
    case "icmp":
      return [said(event.reason, ICMP_VERDICTS[event.reason], event, connection)];
    case "timer":
      return [said(event.timer, TIMERS[event.timer], event, connection)];
    case "congestion":
      return [said(event.reason, CONGESTION_REASONS[event.reason], event, connection)];
    case "note":
      return [{ code: event.code, entry: NOTES[event.code] }];
  }
}

function said(
  code: Code,
  entry: CatalogueEntry,
  event: TraceEvent,
  connection: ConnectionRecord | null,
): CodedEntry {
  return { code, entry: sayable(entry, event, connection) };
}

function found(
  { codes }: Findings,
  event: TraceEvent,
  connection: ConnectionRecord | null,
): readonly CodedEntry[] {
  return codes.map((code) => said(code, FINDINGS[code], event, connection));
}

/** The first of an entry's claims whose condition holds and whose variables are known. */
function sayable(
  entry: CatalogueEntry,
  event: TraceEvent,
  connection: ConnectionRecord | null,
): CatalogueEntry {
  let claim = entry;
  while (claim.otherwise !== undefined) {
    if ((claim.when === undefined || claim.when(event)) && knowsVariables(claim, event, connection)) break;
    claim = claim.otherwise;
  }
  return claim;
}

/** The codes of an event, without what is said of them. */
export function codesOf(event: TraceEvent): readonly Code[] {
  switch (event.kind) {
    case "sent":
      if (event.findings !== undefined) return event.findings.codes;
      return event.reason === null ? [] : [event.reason];
    case "arrived":
      return event.findings?.codes ?? meaningsOf(event);
    case "timer":
      return [event.timer];
    case "lost":
      return event.findings?.codes ?? [];
    case "note":
      return [event.code];
    case "dropped":
    case "state":
    case "icmp":
    case "congestion":
      return event.reason === null ? [] : [event.reason];
  }
}

/** A change of state in a sentence, of a capture of others with the end whose states are shown. */
export function stateChangeText({ from, to }: StateEvent, connection: ConnectionRecord | null): string {
  const who = connection?.ends?.local;
  if (who === undefined) return from === to ? to : `${from} becomes ${to}`;
  const end = capitalized(who);
  return from === to ? `${end} is ${to}` : `${end} goes from ${from} to ${to}`;
}

/** What is said of an event, sentences filled in. */
export function tell(event: TraceEvent, connection: ConnectionRecord | null): readonly Told[] {
  return toldOf(entriesOf(event, connection), event, connection);
}

/** The same of entries that were asked for before. */
export function toldOf(
  entries: readonly CodedEntry[],
  event: TraceEvent,
  connection: ConnectionRecord | null,
): readonly Told[] {
  return entries.map(({ code, entry }) => ({
    code,
    rule: entry.rule,
    label: labelText(entry, event, connection),
    sentence: sentenceOf(entry, event, connection),
  }));
}
