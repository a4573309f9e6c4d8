/**
 * What the client says when its connection ends otherwise than it should, and the exit code for it.
 *
 * @module
 */

import {
  after,
  type ConnectionFailure,
  elapsed,
  type Instant,
  type Micros,
  NEVER,
  seconds,
  type State,
  toMilliseconds,
  toSeconds,
} from "../tcp/single.ts";
import { counted, grouped } from "./counted.ts";
import { ExitCode, type ExitCodeNumber } from "./exit_codes.ts";
import { type ConnectionEnds, ProgramFailure } from "./failures.ts";
import type { SendingRecord } from "./narrator.ts";

/** SYNs of which it must be said that they do not reach the peer; one may be a passing trouble. */
const SYNS_UNTIL_BELIEF = 2;

/** How long the answer to the second may take, where the network has said nothing about that one. */
const SECOND_ANSWER = seconds(1);

/** Shorter spans are told in milliseconds. */
const LEAST_IN_SECONDS = 0.1;

/** What is known when the client gives up. */
export interface ClientFacts {
  /** The peer, as messages name it. */
  readonly peer: string;
  readonly ends: ConnectionEnds;
  readonly record: Readonly<SendingRecord>;
  /** Octets of the message that the peer has acknowledged. */
  readonly acknowledged: number;
  /** Octets of the message; 0 before it is handed over. */
  readonly messageLength: number;
  /** Octets of the peer's that were read; null where they are shown, not counted. */
  readonly received: number | null;
  readonly now: Instant;
}

/** The core says that the connection has failed. */
export function connectionFailed(failure: ConnectionFailure, facts: ClientFacts): ProgramFailure {
  const { peer, record } = facts;
  switch (failure.kind) {
    case "refused":
      return unestablished(
        facts,
        ExitCode.refused,
        record.synAcks > 0
          ? `Connection to ${peer} refused: a SYN of its own came that did not acknowledge ours, and RST before the handshake was over`
          : `Connection to ${peer} refused: RST answered our SYN, as when nobody listens on that port or a firewall refuses it`,
      );
    case "reset":
      return established(
        facts,
        ExitCode.reset,
        `Connection to ${peer} reset by ${resetter(record)}: ${progress(facts)}`,
      );
    case "timed out":
      if (facts.received === null && record.dataSegments === 0 && record.fins === 0) return noAnswer(facts);
      return established(
        facts,
        ExitCode.timedOut,
        `Connection to ${peer} timed out: ${progress(facts)}, ${asClause(failure.message)}`,
      );
    case "unreachable":
      return unestablished(
        facts,
        ExitCode.unreachable,
        `Cannot reach ${peer}: ${asClause(failure.message)}`,
      );
    case "aborted":
      return new ProgramFailure(
        ExitCode.internal,
        `Connection to ${peer} aborted: ${asClause(failure.message)}`,
      );
  }
}

/** A failure of a connection that was established. */
function established({ ends }: ClientFacts, code: ExitCodeNumber, message: string): ProgramFailure {
  return new ProgramFailure(code, message, { ends, isEstablished: true });
}

/** A failure of a connection that never was. */
function unestablished({ ends }: ClientFacts, code: ExitCodeNumber, message: string): ProgramFailure {
  return new ProgramFailure(code, message, { ends, isEstablished: false });
}

/** Who has sent the RST, as far as it shows. */
function resetter({ foreignReset }: Readonly<SendingRecord>): string {
  if (foreignReset === null) return "the peer, or by something on the way that looks the same";
  const { field, hopLimit, usual } = foreignReset;
  const evidence = `RST with ${field} ${hopLimit}, all segments of the peer's before it had ${usual}`;
  return `something on the way, by the look of it (${evidence})`;
}

/** No SYN was answered. */
export function noAnswer(facts: ClientFacts): ProgramFailure {
  const { peer, record, now } = facts;
  const { syns, firstSynAt } = record;
  const span = firstSynAt === NEVER ? seconds(0) : elapsed(firstSynAt, now);
  const answer = syns === 0
    ? "our SYN had not left by then"
    : record.synAcks > 0
    ? `its SYN came, but no ACK of ours: ${counted(syns, "SYN")} over ${formatSeconds(span)}`
    : `no answer to ${counted(syns, "SYN")} over ${formatSeconds(span)}`;
  const report = record.report === null ? "" : ` (${asClause(record.report)})`;
  return unestablished(facts, ExitCode.timedOut, `Connection to ${peer} timed out: ${answer}${report}`);
}

/**
 * From when on the peer counts as unreachable; NEVER: it does not. The network must say so of two SYNs (`isSaid`: it has said it of
 * one), or nothing else about the second for a while: routers limit how often they say something. `isLocal`: this host says so.
 */
export function unreachableAt(
  { syns, reportedSyns, lastSynAt }: Readonly<SendingRecord>,
  isSaid: boolean,
  isLocal: boolean,
): Instant {
  if (syns < SYNS_UNTIL_BELIEF || !isSaid && !isLocal) return NEVER;
  return isLocal || reportedSyns >= SYNS_UNTIL_BELIEF ? lastSynAt : after(lastSynAt, SECOND_ANSWER);
}

/** The network, or a system call of ours (`reason`, empty when it was not), says that there is no way to the peer. */
export function unreachable(facts: ClientFacts, reason: string): ProgramFailure {
  const { peer, record } = facts;
  const said = reason === "" ? record.report ?? "nobody says why" : reason;
  return unestablished(facts, ExitCode.unreachable, `Cannot reach ${peer}: ${asClause(said)}`);
}

/** The transfer did not get on for too long; `reason` says what was waited for, `trouble` what may have kept it; null: nothing. */
export function stalled(facts: ClientFacts, reason: string, trouble: string | null): ProgramFailure {
  return established(
    facts,
    ExitCode.timedOut,
    `Connection to ${facts.peer} timed out: ${reason}; ${progress(facts)} (--timeout)${meanwhile(trouble)}`,
  );
}

function meanwhile(trouble: string | null): string {
  return trouble === null ? "" : `; meanwhile: ${asClause(trouble)}`;
}

/**
 * The peer did not close its side within `limit`: of silence, or of all the time that we were to linger. `trouble`: what may
 * have kept our segments; null: nothing.
 */
export function notClosed(
  facts: ClientFacts,
  state: State,
  limit: Micros,
  why: "silent" | "lingering",
  trouble: string | null = null,
): ProgramFailure {
  const { peer } = facts;
  const span = formatSeconds(limit);
  const isAcknowledged = state === "FIN-WAIT-2";
  if (why === "lingering") {
    const what = isAcknowledged ? "the peer had not closed its side" : "our FIN was not acknowledged";
    const code = isAcknowledged ? ExitCode.peerDidNotClose : ExitCode.timedOut;
    return established(facts, code, `Connection to ${peer} aborted: ${what} within ${span} (--linger)`);
  }
  // What this host did not carry was no FIN of ours.
  const silence = `silent for ${span}${trouble === null ? " after our FIN" : ""}`;
  if (!isAcknowledged) {
    return established(
      facts,
      ExitCode.timedOut,
      `Connection to ${peer} timed out: our FIN was not acknowledged, the peer was ${silence}${
        meanwhile(trouble)
      }`,
    );
  }
  return established(
    facts,
    ExitCode.peerDidNotClose,
    `Everything was delivered, but ${peer} did not close its side: it was ${silence}`,
  );
}

/** A span for people: `3 s`, `2.5 s`, `40 ms`. */
export function formatSeconds(span: Micros): string {
  const whole = toSeconds(span);
  if (Number.isInteger(whole)) return `${whole} s`;
  if (whole >= LEAST_IN_SECONDS) return `${whole.toFixed(1)} s`;
  const milliseconds = Math.round(toMilliseconds(span));
  return milliseconds < 1 ? "less than 1 ms" : `${milliseconds} ms`;
}

/** An interrupted connection had to be ended with RST after that time; what was delivered by then. */
export function resetAfter(limit: Micros, facts: ClientFacts): string {
  return `Not closed within ${formatSeconds(limit)}, ended with RST: ${progress(facts)}`;
}

function progress({ acknowledged, messageLength, received }: ClientFacts): string {
  const parts: string[] = [];
  if (messageLength > 0) {
    parts.push(`${grouped(acknowledged)} of ${grouped(messageLength)} bytes were acknowledged`);
  }
  if (received !== null && (received > 0 || messageLength === 0)) {
    parts.push(`${counted(received, "byte")} received`);
  }
  return parts.length === 0 ? "nothing was to be delivered" : parts.join(", ");
}

/** A message as it stands within a sentence: with a small first letter, unless a name or an abbreviation comes first. */
function asClause(message: string): string {
  return /^[A-Z][a-z]* [a-z]/.test(message) ? message.charAt(0).toLowerCase() + message.slice(1) : message;
}
