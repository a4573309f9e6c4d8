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
  type NoteCode,
  NOTES,
  SEND_REASONS,
  STATE_REASONS,
  TIMERS,
} from "./catalogue.ts";
import type { CongestionReason, DropReason, SendReason, StateReason, TimerName } from "./core.ts";
import { meaningsOf } from "./meaning.ts";
import type { ConnectionRecord, TraceEvent } from "./record.ts";
import { labelText, sentenceOf } from "./variables.ts";

/** Any code of the catalogue. */
export type Code =
  | SendReason
  | DropReason
  | StateReason
  | CongestionReason
  | TimerName
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

/** Made once, since there is one for each segment. */
const SENT = Object.fromEntries(
  Object.entries(SEND_REASONS).map(([code, entry]) => [code, [{ code, entry }]]),
) as unknown as Readonly<Record<SendReason, readonly CodedEntry[]>>;
const ARRIVED = Object.fromEntries(
  Object.entries(ARRIVALS).map(([code, entry]) => [code, { code, entry }]),
) as unknown as Readonly<Record<ArrivalMeaning, CodedEntry>>;

const FOUND = Object.fromEntries(
  Object.entries(FINDINGS).map(([code, entry]) => [code, { code, entry }]),
) as unknown as Readonly<Record<FindingCode, CodedEntry>>;

/** The entries that speak of an event: one, several for an arrival, none where no reason is known. */
export function entriesOf(event: TraceEvent): readonly CodedEntry[] {
  switch (event.kind) {
    case "sent":
      if (event.findings !== undefined) return event.findings.codes.map((code) => FOUND[code]);
      return event.reason === null ? NOTHING : SENT[event.reason];
    case "arrived":
      if (event.findings !== undefined) return event.findings.codes.map((code) => FOUND[code]);
      return meaningsOf(event).map((meaning) => ARRIVED[meaning]);
    case "dropped":
      return [{ code: event.reason, entry: DROP_REASONS[event.reason] }];
    case "lost":
      return NOTHING;
    case "state":
      return event.reason === null ? NOTHING : [{ code: event.reason, entry: STATE_REASONS[event.reason] }];
    case "timer":
      return [{ code: event.timer, entry: TIMERS[event.timer] }];
    case "congestion":
      return [{ code: event.reason, entry: CONGESTION_REASONS[event.reason] }];
    case "note":
      return [{ code: event.code, entry: NOTES[event.code] }];
  }
}

/** What is said of an event, sentences filled in. */
export function tell(event: TraceEvent, connection: ConnectionRecord | null): readonly Told[] {
  return entriesOf(event).map(({ code, entry }) => ({
    code,
    rule: entry.rule,
    label: labelText(entry, event, connection),
    sentence: sentenceOf(entry, event, connection),
  }));
}
