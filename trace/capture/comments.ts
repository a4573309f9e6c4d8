/**
 * Packet comments: the reason and the variables of an event as text that people read in Wireshark and we read back.
 *
 * @module
 */

import type { ConnectionRecord, TraceEvent, ViewRecord } from "../record.ts";
import { entriesOf } from "../told.ts";
import { sentenceOf } from "../variables.ts";

/** How the comment with a connection's variables begins. */
export const VARIABLES_PREFIX = "variables: ";

/**
 * Writes the comments that say what the event was: `sent (retransmit-timeout): No ACK for 1 came in time … [RFC 6298 5.4]`.
 * Several for an arrival that means several things.
 */
export function writeEventComments(
  event: TraceEvent,
  connection: ConnectionRecord | null,
  write: (comment: string) => void,
): void {
  if (event.kind === "lost") return write(`lost (${event.direction}): ${event.fault}`);
  const between = detail(event);
  for (const { code, entry } of entriesOf(event)) {
    write(`${event.kind} (${code})${between}: ${sentenceOf(entry, event, connection)} [${entry.rule}]`);
  }
}

function detail(event: TraceEvent): string {
  switch (event.kind) {
    case "state":
      return ` ${event.from} to ${event.to}`;
    case "congestion":
      return ` cwnd=${event.cwndBefore}..${event.view.cwnd ?? "?"}` +
        ` ssthresh=${thresholdText(event.ssthreshBefore)}..${thresholdText(event.view.ssthresh)}`;
    case "sent":
    case "arrived":
    case "dropped":
    case "lost":
    case "timer":
      return "";
  }
}

/**
 * The comment with a connection's variables: `variables: connection=1 state=ESTABLISHED sndUna=1 …`. Those that every
 * reader of a packet wants are always there, the others when they differ from `before`, the connection's view that was
 * written last; null: all of them.
 */
export function variablesComment(connection: number, view: ViewRecord, before: ViewRecord | null): string {
  return `${VARIABLES_PREFIX}connection=${connection} state=${view.state} sndUna=${view.sndUna} sndNxt=${view.sndNxt}` +
    ` sndWnd=${view.sndWnd} rcvNxt=${view.rcvNxt} rcvWnd=${view.rcvWnd} flight=${view.flight}` +
    ` cwnd=${view.cwnd ?? "?"} ssthresh=${thresholdText(view.ssthresh)} srtt=${view.srtt} rto=${
      view.rto ?? "?"
    }` +
    changedText(view, before);
}

function changedText(view: ViewRecord, before: ViewRecord | null): string {
  let text = "";
  if (before === null || view.pipe !== before.pipe) text += ` pipe=${view.pipe ?? "?"}`;
  if (before === null || view.unsent !== before.unsent) text += ` unsent=${view.unsent ?? "?"}`;
  if (before === null || view.unread !== before.unread) text += ` unread=${view.unread ?? "?"}`;
  if (before === null || view.sndMax !== view.sndNxt) text += ` sndMax=${view.sndMax}`;
  if (before === null || view.phase !== before.phase) {
    text += ` phase=${view.phase?.replaceAll(" ", "-") ?? "?"}`;
  }
  if (before === null || view.dupAcks !== before.dupAcks) text += ` dupAcks=${view.dupAcks}`;
  if (before === null || view.recoveryPoint !== before.recoveryPoint) {
    text += ` recoveryPoint=${view.recoveryPoint ?? "?"}`;
  }
  if (before === null || view.rttvar !== before.rttvar) text += ` rttvar=${view.rttvar}`;
  if (before === null || view.latestRtt !== before.latestRtt) text += ` latestRtt=${view.latestRtt}`;
  if (before === null || view.minRtt !== before.minRtt) text += ` minRtt=${view.minRtt}`;
  if (before === null || view.backoff !== before.backoff) text += ` backoff=${view.backoff}`;
  if (before === null || view.mss !== before.mss) text += ` mss=${view.mss ?? "?"}`;
  return text;
}

function thresholdText(octets: number | null): string {
  if (octets === null) return "?";
  return octets === Infinity ? "unlimited" : String(octets);
}
