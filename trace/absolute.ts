/**
 * Events with the header's own sequence numbers instead of relative ones, for whoever compares with another tool.
 *
 * Such numbers do not wrap either, so that differences stay what they are: they are counted from a multiple of 2^32 that no
 * relative number reaches, and `sequenceText` shows the rest.
 *
 * @module
 */

import type { ConnectionRecord, SegmentRecord, TraceEvent, TraceSink, ViewRecord } from "./record.ts";

/** Where absolute numbers begin. */
const ABSOLUTE = 2 ** 48;

/** What findings of a capture name and count by the numbers of the segment's sender, or by those of its receiver. */
export const NUMBERS_OF_SENDER = ["una", "expected", "lostFrom", "newFrom"] as const;
export const NUMBERS_OF_RECEIVER = [
  "acknowledged",
  "missedFrom",
  "missedTo",
  "edge",
  "edgeBefore",
  "repeatedFrom",
  "repeatedTo",
] as const;

type Values = Readonly<Record<string, number | string>>;

/** Whether a sequence number is the header's own. */
export function isAbsolute(number: number): boolean {
  return number >= ABSOLUTE;
}

/** Hands events with absolute numbers to the sinks behind it. */
export class AbsoluteSink implements TraceSink {
  readonly #sinks: readonly TraceSink[];

  constructor(sinks: readonly TraceSink[]) {
    this.#sinks = sinks;
  }

  event(event: TraceEvent, connection: ConnectionRecord | null): void {
    const absolute = absoluteEvent(event, connection);
    for (const sink of this.#sinks) sink.event(absolute, connection);
  }

  finish(): void {
    for (const sink of this.#sinks) sink.finish();
  }
}

/** The event with absolute numbers. Of a connection whose initial numbers are not known, the segment alone has them. */
export function absoluteEvent(event: TraceEvent, connection: ConnectionRecord | null): TraceEvent {
  const own = ABSOLUTE + (connection?.iss ?? 0);
  const peer = ABSOLUTE + (connection?.irs ?? 0);
  const changed: Record<string, unknown> = {};
  if ("segment" in event && event.segment !== null) {
    const isOurs = event.kind === "sent" || (event.kind === "lost" && event.direction === "sent");
    changed["segment"] = absoluteSegment(event.segment, isOurs ? peer : own);
  }
  if ("view" in event && event.view !== null) changed["view"] = absoluteView(event.view, own, peer);
  if (event.kind === "icmp") changed["quoted"] = event.quoted + own;
  if ("findings" in event && event.findings !== undefined) {
    const isOurs = event.kind === "sent" || (event.kind === "lost" && event.direction === "sent");
    const [sender, receiver] = isOurs ? [own, peer] : [peer, own];
    const { findings } = event;
    changed["findings"] = { ...findings, values: absoluteValues(findings.values, sender, receiver) };
  }
  if (event.kind === "note" && typeof event.values["about"] === "number") {
    const base = event.values["whose"] === connection?.ends?.local ? own : peer;
    changed["values"] = { ...event.values, about: event.values["about"] + base };
  }
  return { ...event, ...changed } as TraceEvent;
}

function absoluteValues(values: Values, sender: number, receiver: number): Values {
  const changed: Record<string, number | string> = { ...values };
  for (const [names, base] of [[NUMBERS_OF_SENDER, sender], [NUMBERS_OF_RECEIVER, receiver]] as const) {
    for (const name of names) {
      const value = changed[name];
      if (typeof value === "number") changed[name] = value + base;
    }
  }
  return changed;
}

/** `receiver`: the base of the side that the segment goes to, which its SACK blocks count. */
function absoluteSegment(segment: SegmentRecord, receiver: number): SegmentRecord {
  const seq = ABSOLUTE + segment.rawSeq;
  return {
    ...segment,
    seq,
    end: seq + segment.end - segment.seq,
    ack: segment.ack === null ? null : ABSOLUTE + segment.rawAck,
    sackEdges: segment.sackEdges.map((edge) => edge + receiver),
  };
}

function absoluteView(view: ViewRecord, own: number, peer: number): ViewRecord {
  return {
    ...view,
    sndUna: view.sndUna + own,
    sndNxt: view.sndNxt + own,
    sndMax: view.sndMax + own,
    rcvNxt: view.rcvNxt === null ? null : view.rcvNxt + peer,
    recoveryPoint: view.recoveryPoint === null ? null : view.recoveryPoint + own,
  };
}
