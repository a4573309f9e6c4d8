/**
 * Reads our own packet comments back: the reasons, and the variables of that moment.
 *
 * Comments are somebody's text: what does not fit exactly is not believed.
 *
 * @module
 */

import { VARIABLES_PREFIX } from "../capture/comments.ts";
import { CONGESTION_REASONS, DROP_REASONS, SEND_REASONS, STATE_REASONS, TIMERS } from "../catalogue.ts";
import type {
  CongestionReason,
  DropReason,
  RecoveryPhase,
  SendReason,
  State,
  StateReason,
  TimerName,
} from "../core.ts";
import { STATES } from "../core.ts";
import type { ViewRecord } from "../record.ts";

/** What one comment says. */
export type Statement =
  | { readonly kind: "sent"; readonly reason: SendReason }
  | { readonly kind: "arrived" }
  | { readonly kind: "dropped"; readonly reason: DropReason }
  | { readonly kind: "state"; readonly reason: StateReason; readonly from: State; readonly to: State }
  | { readonly kind: "timer"; readonly timer: TimerName }
  | {
    readonly kind: "congestion";
    readonly reason: CongestionReason;
    readonly cwndBefore: number;
    readonly ssthreshBefore: number;
  }
  | { readonly kind: "lost"; readonly fault: string };

/** What the comments of one packet say. */
export interface PacketStatements {
  /** In their order; `sent` or `arrived` is the packet itself, what stands before it came before. */
  readonly statements: readonly Statement[];
  /** The connection's number; 0 when not said. */
  readonly connection: number;
  readonly view: ViewRecord | null;
}

const STATEMENT = /^(sent|arrived|dropped|state|timer|congestion|lost) \(([^)]*)\)([^:]*): (.*)$/s;
const STATE_DETAIL = /^ ([A-Z0-9-]+) to ([A-Z0-9-]+)$/;
const CONGESTION_DETAIL = /^ cwnd=(\d+) ssthresh=(\d+|unlimited)$/;
const MOST_DIGITS = 16;

const PHASES: readonly RecoveryPhase[] = [
  "open",
  "disorder",
  "congestion window reduced",
  "recovery",
  "loss",
];

/** Reads all comments of a packet. */
export function readComments(comments: readonly string[]): PacketStatements {
  const statements: Statement[] = [];
  const variables = new Map<string, string>();
  for (const comment of comments) {
    if (comment.startsWith(VARIABLES_PREFIX)) addVariables(comment, variables);
    else {
      const statement = readStatement(comment);
      if (statement !== null && !isRepeated(statement, statements)) statements.push(statement);
    }
  }
  return { statements, connection: numberOf(variables.get("connection")) ?? 0, view: viewOf(variables) };
}

/** An arrival has a comment for each of its meanings. */
function isRepeated(statement: Statement, before: readonly Statement[]): boolean {
  return statement.kind === "arrived" && before.some(({ kind }) => kind === "arrived");
}

function readStatement(comment: string): Statement | null {
  const [, kind, code = "", detail = "", rest = ""] = STATEMENT.exec(comment) ?? [];
  switch (kind) {
    case "sent":
      return isKeyOf(SEND_REASONS, code) ? { kind, reason: code } : null;
    case "arrived":
      return { kind };
    case "dropped":
      return isKeyOf(DROP_REASONS, code) ? { kind, reason: code } : null;
    case "timer":
      return isKeyOf(TIMERS, code) ? { kind, timer: code } : null;
    case "lost":
      return { kind, fault: rest };
    case "state":
      return isKeyOf(STATE_REASONS, code) ? stateStatement(code, detail) : null;
    case "congestion":
      return isKeyOf(CONGESTION_REASONS, code) ? congestionStatement(code, detail) : null;
    default:
      return null;
  }
}

function stateStatement(reason: StateReason, detail: string): Statement | null {
  const [, from, to] = STATE_DETAIL.exec(detail) ?? [];
  return isState(from) && isState(to) ? { kind: "state", reason, from, to } : null;
}

function congestionStatement(reason: CongestionReason, detail: string): Statement | null {
  const [, cwnd, ssthresh] = CONGESTION_DETAIL.exec(detail) ?? [];
  const cwndBefore = numberOf(cwnd);
  const ssthreshBefore = numberOf(ssthresh);
  if (cwndBefore === null || ssthreshBefore === null) return null;
  return { kind: "congestion", reason, cwndBefore, ssthreshBefore };
}

function addVariables(comment: string, into: Map<string, string>): void {
  for (const pair of comment.slice(VARIABLES_PREFIX.length).split(" ")) {
    const equals = pair.indexOf("=");
    if (equals > 0) into.set(pair.slice(0, equals), pair.slice(equals + 1));
  }
}

/** The variables, when all that every view has are there. */
function viewOf(variables: ReadonlyMap<string, string>): ViewRecord | null {
  const state = variables.get("state");
  const number = (name: string): number | null => numberOf(variables.get(name));
  const sndUna = number("sndUna");
  const rcvNxt = number("rcvNxt");
  if (!isState(state) || sndUna === null || rcvNxt === null) return null;
  return {
    state,
    sndUna,
    sndNxt: number("sndNxt") ?? sndUna,
    sndMax: number("sndMax") ?? sndUna,
    sndWnd: number("sndWnd") ?? 0,
    rcvNxt,
    rcvWnd: number("rcvWnd") ?? 0,
    cwnd: number("cwnd"),
    ssthresh: number("ssthresh"),
    pipe: number("pipe"),
    flight: number("flight") ?? 0,
    unsent: number("unsent"),
    unread: number("unread"),
    dupAcks: number("dupAcks") ?? 0,
    phase: phaseOf(variables.get("phase")),
    recoveryPoint: number("recoveryPoint"),
    srtt: number("srtt") ?? 0,
    rttvar: number("rttvar") ?? 0,
    latestRtt: number("latestRtt") ?? 0,
    minRtt: number("minRtt") ?? 0,
    rto: number("rto"),
    backoff: number("backoff") ?? 0,
    mss: number("mss"),
  };
}

function phaseOf(text: string | undefined): RecoveryPhase | null {
  return PHASES.find((phase) => phase.replaceAll(" ", "-") === text) ?? null;
}

function numberOf(text: string | undefined): number | null {
  if (text === "unlimited") return Infinity;
  if (text === undefined || text.length > MOST_DIGITS || !/^-?\d+(\.\d+)?$/.test(text)) return null;
  return Number(text);
}

function isState(text: string | undefined): text is State {
  return STATES.some((state) => state === text);
}

function isKeyOf<T extends object>(table: T, key: string): key is Extract<keyof T, string> {
  return Object.hasOwn(table, key);
}
