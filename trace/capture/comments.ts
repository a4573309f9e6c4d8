/**
 * Packet comments: the reason and the variables of an event as text that people read in Wireshark and we read back.
 *
 * @module
 */

import type { ConnectionRecord, TraceEvent, ViewRecord } from "../record.ts";
import { tell } from "../told.ts";

/** How the comment with a connection's variables begins. */
export const VARIABLES_PREFIX = "variables: ";

/** The comments that say what the event was: `sent (retransmit-timeout): No ACK for 1 came in time … [RFC 6298 5.4]`. */
export function eventComments(event: TraceEvent, connection: ConnectionRecord | null): readonly string[] {
  if (event.kind === "lost") return [`lost (${event.direction}): ${event.fault}`];
  const between = detail(event);
  return tell(event, connection).map(({ code, sentence, rule }) =>
    `${event.kind} (${code})${between}: ${sentence} [${rule}]`
  );
}

function detail(event: TraceEvent): string {
  switch (event.kind) {
    case "state":
      return ` ${event.from} to ${event.to}`;
    case "congestion":
      return ` cwnd=${event.cwndBefore} ssthresh=${thresholdText(event.ssthreshBefore)}`;
    case "sent":
    case "arrived":
    case "dropped":
    case "lost":
    case "timer":
      return "";
  }
}

/**
 * The comments with a connection's variables: `variables: connection=1 state=ESTABLISHED sndUna=1 …`. Two, because readers
 * cut long ones.
 */
export function variablesComments(connection: number, view: ViewRecord): readonly [string, string] {
  return [
    `${VARIABLES_PREFIX}connection=${connection} state=${view.state} sndUna=${view.sndUna} sndNxt=${view.sndNxt}` +
    ` sndMax=${view.sndMax} sndWnd=${view.sndWnd} rcvNxt=${view.rcvNxt} rcvWnd=${view.rcvWnd}` +
    ` flight=${view.flight} unsent=${view.unsent ?? "?"} unread=${view.unread ?? "?"}`,
    `${VARIABLES_PREFIX}cwnd=${view.cwnd ?? "?"} ssthresh=${thresholdText(view.ssthresh)} pipe=${
      view.pipe ?? "?"
    }` +
    ` phase=${view.phase?.replaceAll(" ", "-") ?? "?"} dupAcks=${view.dupAcks}` +
    ` recoveryPoint=${
      view.recoveryPoint ?? "?"
    } srtt=${view.srtt} rttvar=${view.rttvar} latestRtt=${view.latestRtt}` +
    ` minRtt=${view.minRtt} rto=${view.rto ?? "?"} backoff=${view.backoff} mss=${view.mss ?? "?"}`,
  ];
}

function thresholdText(octets: number | null): string {
  if (octets === null) return "?";
  return octets === Infinity ? "unlimited" : String(octets);
}
