/**
 * Reads our own packet comments back: the reasons, and the variables of that moment.
 *
 * Comments are somebody's text: what does not fit exactly is not believed.
 *
 * @module
 */

import { VARIABLES_PREFIX } from "../comments.ts";
import {
  CONGESTION_REASONS,
  DROP_REASONS,
  SEND_REASONS,
  STATE_REASONS,
  TIMERS,
} from "../../trace/catalogue.ts";
import type {
  CongestionReason,
  DropReason,
  RecoveryPhase,
  SendReason,
  State,
  StateReason,
  TimerName,
} from "../../trace/core.ts";
import { STATES } from "../../trace/core.ts";
import type { ViewRecord } from "../../trace/record.ts";

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
    readonly cwnd: number;
    readonly ssthreshBefore: number;
    readonly ssthresh: number;
  }
  | { readonly kind: "lost"; readonly fault: string };

/** What the comments of one packet say. */
export interface PacketStatements {
  /** In their order; `sent` or `arrived` is the packet itself, what stands before it came before. */
  readonly statements: readonly Statement[];
  readonly view: ViewRecord | null;
}

const STATEMENT = /^(sent|arrived|dropped|state|timer|congestion|lost) \(([^)]*)\)([^:]*): (.*)$/s;
const STATE_DETAIL = /^ ([A-Z0-9-]+) to ([A-Z0-9-]+)$/;
const CONGESTION_DETAIL = /^ cwnd=(\d+)\.\.(\d+) ssthresh=(\d+|unlimited)\.\.(\d+|unlimited)$/;
const MOST_DIGITS = 16;

const PHASES: readonly RecoveryPhase[] = [
  "open",
  "disorder",
  "congestion window reduced",
  "recovery",
  "loss",
];

/** Reads all comments of a packet; `before` is the last view of the same connection, of which only changes are told. */
export function readComments(comments: readonly string[], before: ViewRecord | null): PacketStatements {
  const statements: Statement[] = [];
  const variables = new Map<string, string>();
  for (const comment of comments) {
    if (comment.startsWith(VARIABLES_PREFIX)) addVariables(comment, variables);
    else {
      const statement = readStatement(comment);
      if (statement !== null && !isRepeated(statement, statements)) statements.push(statement);
    }
  }
  return { statements, view: viewOf(variables, before) };
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
  const numbers = (CONGESTION_DETAIL.exec(detail) ?? []).slice(1).map(numberOf);
  const [cwndBefore, cwnd, ssthreshBefore, ssthresh] = numbers;
  if (typeof cwndBefore !== "number" || typeof cwnd !== "number") return null;
  if (typeof ssthreshBefore !== "number" || typeof ssthresh !== "number") return null;
  return { kind: "congestion", reason, cwndBefore, cwnd, ssthreshBefore, ssthresh };
}

function addVariables(comment: string, into: Map<string, string>): void {
  for (const pair of comment.slice(VARIABLES_PREFIX.length).split(" ")) {
    const equals = pair.indexOf("=");
    if (equals > 0) into.set(pair.slice(0, equals), pair.slice(equals + 1));
  }
}

/** The variables, when those that every comment has are there. */
function viewOf(variables: ReadonlyMap<string, string>, before: ViewRecord | null): ViewRecord | null {
  const state = variables.get("state");
  const number = (name: string): number | null => numberOf(variables.get(name));
  const sndUna = number("sndUna");
  const sndNxt = number("sndNxt");
  const rcvNxt = number("rcvNxt");
  if (!isState(state) || sndUna === null || sndNxt === null || rcvNxt === null) return null;
  const kept = <K extends Carried>(name: K): ViewRecord[K] =>
    (variables.has(name) ? number(name) : before?.[name] ?? null) as ViewRecord[K];
  return {
    state,
    sndUna,
    sndNxt,
    sndMax: number("sndMax") ?? sndNxt,
    sndWnd: number("sndWnd") ?? 0,
    rcvNxt,
    rcvWnd: number("rcvWnd") ?? 0,
    cwnd: number("cwnd"),
    ssthresh: number("ssthresh"),
    pipe: kept("pipe"),
    flight: number("flight") ?? 0,
    unsent: kept("unsent"),
    unread: kept("unread"),
    dupAcks: kept("dupAcks") ?? 0,
    phase: variables.has("phase") ? phaseOf(variables.get("phase")) : before?.phase ?? null,
    recoveryPoint: kept("recoveryPoint"),
    srtt: number("srtt") ?? 0,
    rttvar: kept("rttvar") ?? 0,
    latestRtt: kept("latestRtt") ?? 0,
    minRtt: kept("minRtt") ?? 0,
    rto: number("rto"),
    backoff: kept("backoff") ?? 0,
    mss: kept("mss"),
  };
}

/** What is told only when it changes. */
type Carried =
  | "pipe"
  | "unsent"
  | "unread"
  | "dupAcks"
  | "recoveryPoint"
  | "rttvar"
  | "latestRtt"
  | "minRtt"
  | "backoff"
  | "mss";

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
