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
  ICMP_VERDICTS,
  SEND_REASONS,
  STATE_REASONS,
  TIMERS,
} from "../../trace/catalogue.ts";
import type {
  CongestionReason,
  DropReason,
  IcmpVerdict,
  RecoveryPhase,
  SendReason,
  State,
  StateReason,
  TimerName,
} from "../../trace/core.ts";
import { isAddressText, RECOVERY_PHASES, STATES, THIS_HOST } from "../../trace/core.ts";
import { viewFrom, type ViewName, type ViewRecord } from "../../trace/view.ts";

/** When and of what a comment speaks. */
interface Moment {
  /** The connection's number as the comment has it; null: that of the packet. */
  readonly connection: number | null;
  /** Microseconds since 1970-01-01 UTC; null: at the packet's time. */
  readonly at: number | null;
  /** The variables of that moment; null when the comment has none. */
  readonly view: ViewRecord | null;
}

/** What one comment says, besides its moment. */
export type Said =
  | { readonly kind: "sent"; readonly reason: SendReason }
  | { readonly kind: "arrived" }
  | { readonly kind: "dropped"; readonly reason: DropReason }
  | { readonly kind: "state"; readonly reason: StateReason; readonly from: State; readonly to: State }
  | { readonly kind: "timer"; readonly timer: TimerName; readonly timeoutBefore: number | null }
  | {
    readonly kind: "icmp";
    readonly reason: IcmpVerdict;
    readonly family: 4 | 6;
    readonly type: number;
    readonly code: number;
    readonly mtu: number | null;
    readonly reporter: string | null;
    readonly silentNeighbour: string | null;
    readonly quoted: number;
  }
  | {
    readonly kind: "congestion";
    readonly reason: CongestionReason;
    readonly control: string;
    readonly reducedFrom: number | null;
    readonly cwndBefore: number;
    readonly cwnd: number;
    readonly ssthreshBefore: number;
    readonly ssthresh: number;
  }
  | { readonly kind: "lost"; readonly fault: string };

/** What one comment says. */
export type Statement = Said & Moment;

/** What the comments of one packet say. */
export interface PacketStatements {
  /** In their order; `sent` or `arrived` is the packet itself, what stands before it came before. */
  readonly statements: readonly Statement[];
  /** The variables at the packet, and the number of its connection; null when no comment has them. */
  readonly view: ViewRecord | null;
  readonly connection: number | null;
}

const STATEMENT = /^(sent|arrived|dropped|state|timer|icmp|congestion|lost) \(([^)]*)\)([^:]*): (.*)$/s;
const STATE_DETAIL = /^ ([A-Z0-9-]+) to ([A-Z0-9-]+)(?: |$)/;
const RANGE = /^(\d+|unlimited)\.\.(\d+|unlimited)$/;
const MOST_DIGITS = 20;
const MICROS_PER_SECOND = 1_000_000;

/** Variables of a comment that tells of the window's growth: control, ssthresh, cwnd. */
const GROWTH_VARIABLES = 3;

/**
 * Reads all comments of a packet. `views` has the last view of each connection, of which only changes are told, and is kept
 * up to date.
 */
export function readComments(
  comments: readonly string[],
  views: Map<number, ViewRecord>,
): PacketStatements {
  const statements: Statement[] = [];
  const own = comments.find((comment) => comment.startsWith(VARIABLES_PREFIX));
  const ofPacket = own === undefined ? null : variablesOf(own.slice(VARIABLES_PREFIX.length));
  const connection = ofPacket === null ? null : numberOf(ofPacket.get("connection"));
  let view: ViewRecord | null = null;
  for (const comment of comments) {
    if (comment === own && ofPacket !== null) {
      view = viewOf(ofPacket, views.get(connection ?? 0) ?? null);
      if (view !== null) views.set(connection ?? 0, view);
      continue;
    }
    const statement = readStatement(comment, connection, views);
    if (statement !== null && !isRepeated(statement, statements)) statements.push(statement);
  }
  return { statements, view, connection };
}

/** An arrival has a comment for each of its meanings. */
function isRepeated(statement: Statement, before: readonly Statement[]): boolean {
  return statement.kind === "arrived" && before.some(({ kind }) => kind === "arrived");
}

function readStatement(
  comment: string,
  ofPacket: number | null,
  views: Map<number, ViewRecord>,
): Statement | null {
  const [, kind = "", code = "", detail = "", rest = ""] = STATEMENT.exec(comment) ?? [];
  const variables = variablesOf(detail);
  const said = readSaid(kind, code, detail, variables, rest);
  if (said === null) return null;
  const connection = numberOf(variables.get("connection"));
  const seconds = numberOf(variables.get("at"));
  const at = seconds === null ? null : Math.round(seconds * MICROS_PER_SECOND);
  if (said.kind === "sent" || said.kind === "arrived" || said.kind === "lost") {
    return { ...said, connection, at, view: null };
  }
  const id = connection ?? ofPacket ?? 0;
  const told = viewOf(variables, views.get(id) ?? null);
  if (told === null) return { ...said, connection, at, view: null };
  if (said.kind !== "congestion") {
    views.set(id, told);
    return { ...said, connection, at, view: told };
  }
  const view = { ...told, cwnd: said.cwnd, ssthresh: said.ssthresh };
  // Growth is told in few words, and leaves the other variables to the next packet.
  if (variables.has("sndUna") || variables.size > GROWTH_VARIABLES) views.set(id, view);
  return { ...said, connection, at, view };
}

function readSaid(
  kind: string,
  code: string,
  detail: string,
  variables: ReadonlyMap<string, string>,
  rest: string,
): Said | null {
  const number = (name: string): number | null => numberOf(variables.get(name));
  switch (kind) {
    case "sent":
      return isKeyOf(SEND_REASONS, code) ? { kind, reason: code } : null;
    case "arrived":
      return { kind };
    case "dropped":
      return isKeyOf(DROP_REASONS, code) ? { kind, reason: code } : null;
    case "timer":
      return isKeyOf(TIMERS, code) ? { kind, timer: code, timeoutBefore: number("timeoutBefore") } : null;
    case "lost":
      return { kind, fault: rest };
    case "state":
      return isKeyOf(STATE_REASONS, code) ? stateStatement(code, detail) : null;
    case "icmp":
      return isKeyOf(ICMP_VERDICTS, code) ? icmpStatement(code, variables) : null;
    case "congestion":
      return isKeyOf(CONGESTION_REASONS, code) ? congestionStatement(code, variables) : null;
    default:
      return null;
  }
}

function stateStatement(reason: StateReason, detail: string): Said | null {
  const [, from, to] = STATE_DETAIL.exec(detail) ?? [];
  return isState(from) && isState(to) ? { kind: "state", reason, from, to } : null;
}

function icmpStatement(reason: IcmpVerdict, variables: ReadonlyMap<string, string>): Said | null {
  const number = (name: string): number | null => numberOf(variables.get(name));
  const [type, code, quoted] = [number("type"), number("code"), number("quoted")];
  if (type === null || code === null || quoted === null) return null;
  const family = number("family") === 6 ? 6 : 4;
  const who = (name: string): string | null => addressOf(variables.get(name));
  return {
    kind: "icmp",
    reason,
    family,
    type,
    code,
    mtu: number("mtu"),
    reporter: variables.get("reporter") === THIS_HOST.replaceAll(" ", "-") ? THIS_HOST : who("reporter"),
    silentNeighbour: who("silent"),
    quoted,
  };
}

function congestionStatement(reason: CongestionReason, variables: ReadonlyMap<string, string>): Said | null {
  const [cwndBefore, cwnd] = rangeOf(variables.get("cwnd"));
  const [ssthreshBefore, ssthresh] = rangeOf(variables.get("ssthresh"));
  if (cwndBefore === undefined || cwnd === undefined) return null;
  if (ssthreshBefore === undefined || ssthresh === undefined) return null;
  const control = variables.get("control") ?? "";
  const reducedFrom = numberOf(variables.get("from"));
  return { kind: "congestion", reason, control, reducedFrom, cwndBefore, cwnd, ssthreshBefore, ssthresh };
}

/** A value before and after, or one that stayed. */
function rangeOf(text: string | undefined): number[] {
  const single = numberOf(text);
  if (single !== null) return [single, single];
  return (RANGE.exec(text ?? "") ?? []).slice(1).map((one) => numberOf(one) ?? 0);
}

function variablesOf(text: string): ReadonlyMap<string, string> {
  const variables = new Map<string, string>();
  for (const pair of text.split(" ")) {
    const equals = pair.indexOf("=");
    if (equals > 0) variables.set(pair.slice(0, equals), pair.slice(equals + 1));
  }
  return variables;
}

/** The variables; those that are not told are as they were before. Null when too little is known. */
function viewOf(variables: ReadonlyMap<string, string>, before: ViewRecord | null): ViewRecord | null {
  const state = variables.get("state") ?? before?.state;
  const told = (name: ViewName): number | null =>
    variables.has(name) ? numberOf(variables.get(name)) : before?.[name] ?? null;
  const sndUna = told("sndUna");
  const sndNxt = told("sndNxt");
  if (!isState(state) || sndUna === null || sndNxt === null) return null;
  // What comments have with each packet is the highest number sent, unless they say otherwise.
  const sndMax = variables.has("sndNxt") && !variables.has("sndMax") ? sndNxt : told("sndMax") ?? sndNxt;
  const phase = variables.has("phase") ? phaseOf(variables.get("phase")) : before?.phase ?? null;
  return viewFrom(state, phase, (name) => name === "sndMax" ? sndMax : told(name));
}

function phaseOf(text: string | undefined): RecoveryPhase | null {
  return RECOVERY_PHASES.find((phase) => phase.replaceAll(" ", "-") === text) ?? null;
}

function numberOf(text: string | undefined): number | null {
  if (text === "unlimited") return Infinity;
  if (text === undefined || text.length > MOST_DIGITS || !/^-?\d+(\.\d+)?$/.test(text)) return null;
  return Number(text);
}

function addressOf(text: string | undefined): string | null {
  return text !== undefined && isAddressText(text) ? text : null;
}

function isState(text: string | undefined): text is State {
  return STATES.some((state) => state === text);
}

function isKeyOf<T extends object>(table: T, key: string): key is Extract<keyof T, string> {
  return Object.hasOwn(table, key);
}
