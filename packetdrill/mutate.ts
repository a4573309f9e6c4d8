/**
 * Makes scripts wrong on purpose: every mutant must fail, or the script proves nothing at that place.
 *
 * @module
 */

import { Flag } from "../tcp/mod.ts";
import type { Expression, Script, ScriptEvent, SystemCall, TcpOption, TcpPacket } from "./ast.ts";
import type { Place } from "./errors.ts";
import { OPENING_CALLS } from "./call_table.ts";
import { wrap32 } from "./flows.ts";

/** What is changed in an expected packet, in what a call must hand back, or in what must be true. */
export const MUTATIONS = [
  "seq",
  "ack",
  "flag",
  "push",
  "window",
  "urgent pointer",
  "option",
  "time",
  "result",
  "value",
  "return time",
  "assertion",
  "state",
] as const;

/** One of {@link MUTATIONS}. */
export type Mutation = typeof MUTATIONS[number];

/** A script with one thing changed. */
export interface Mutant {
  /** What kind of thing was changed. */
  readonly mutation: Mutation;
  /** What was changed. */
  readonly place: Place;
  /** The script with the change. */
  readonly script: Script;
}

/** Far beyond what is tolerated, microseconds, … */
const TIME_SHIFT = 1_000_000;

/** … also where the tolerance grows with the time since the event before. */
const TIME_SHARE = 0.5;

/** Every mutant of a script: each of its expectations made wrong once in every way that applies to it. */
export function mutantsOf(script: Script): Mutant[] {
  return MUTATIONS.flatMap((mutation) =>
    script.events.flatMap((event, i) =>
      mutateEvent(event, mutation).map((changed) => ({
        mutation,
        place: event.place,
        script: { ...script, events: script.events.with(i, changed) },
      }))
    )
  );
}

/** The event changed, once for each expectation in it that the mutation applies to. */
function mutateEvent(event: ScriptEvent, mutation: Mutation): ScriptEvent[] {
  const { action } = event;
  switch (action.kind) {
    case "call":
      return mutateCall(action, mutation).map((changed) => ({ ...event, action: changed }));
    case "code":
      if (mutation !== "assertion") return [];
      return action.statements.flatMap((statement, i) => {
        if (statement.kind !== "assert") return [];
        const { test } = statement;
        const negated = { kind: "unary", operator: "not", operand: test, place: test.place } as const;
        const statements = action.statements.with(i, { ...statement, test: negated });
        return [{ ...event, action: { ...action, statements } }];
      });
    case "command": {
      if (mutation !== "state") return [];
      const text = action.text.replace(STATE_COUNT, (_, before, count) => `${before}${Number(count) + 1}`);
      return text === action.text ? [] : [{ ...event, action: { ...action, text } }];
    }
    case "tcp":
      return action.direction === "in" ? [] : mutateExpected(event, action, mutation);
    case "icmp":
      return [];
  }
}

/** The count of connections at the end of `sockstat … | grep -c STATE | grep N`. */
const STATE_COUNT = /(sockstat\b[^\n;]*\bgrep\s+)(\d+)/;

function mutateExpected(event: ScriptEvent, packet: TcpPacket, mutation: Mutation): ScriptEvent[] {
  if (mutation === "time") {
    const { kind, start, end } = event.time;
    if (kind === "any") return [];
    const shift = TIME_SHIFT + Math.round(TIME_SHARE * (end ?? start)) + (end ?? start) - start;
    return [{ ...event, time: { kind, start: start + shift, end: end === null ? null : end + shift } }];
  }
  const changed = mutatePacket(packet, mutation);
  return changed === null ? [] : [{ ...event, action: changed }];
}

function mutatePacket(packet: TcpPacket, mutation: Mutation): TcpPacket | null {
  switch (mutation) {
    case "seq":
      // A SYN's number is whatever the script calls it.
      if ((packet.flags & Flag.syn) !== 0 || packet.seq === null) return null;
      return { ...packet, seq: wrap32(packet.seq + 1) };
    case "ack":
      return { ...packet, ack: wrap32(packet.ack + 1) };
    case "flag":
      return { ...packet, flags: packet.flags ^ Flag.urg };
    case "push":
      return { ...packet, flags: packet.flags ^ Flag.psh };
    case "window":
      return packet.window === null ? null : { ...packet, window: packet.window ^ 1 };
    case "option":
      return packet.options === "any" ? null : { ...packet, options: mutateOptions(packet.options) };
    case "urgent pointer":
      if ((packet.flags & Flag.urg) === 0) return null;
      return { ...packet, urgentPointer: packet.urgentPointer + 1 };
    default:
      return null;
  }
}

/** The last option that means something with another value or gone; one more where there is none. */
function mutateOptions(options: readonly TcpOption[]): TcpOption[] {
  const index = options.findLastIndex((option) => option.kind !== "nop" && option.kind !== "eol");
  const option = options[index];
  if (option === undefined) return [{ kind: "mss", value: 1 }];
  if (option.kind === "mss" || option.kind === "wscale" || option.kind === "uto") {
    return options.with(index, { ...option, value: option.value ^ 1 });
  }
  if (option.kind === "TS" && option.echo !== null) {
    return options.with(index, { ...option, echo: wrap32(option.echo + 1) });
  }
  if (option.kind === "sack") {
    const blocks = option.blocks.map(([left, right]) => [left, wrap32(right + 1)] as const);
    return options.with(index, { kind: "sack", blocks });
  }
  return options.toSpliced(index, 1);
}

function mutateCall(call: SystemCall, mutation: Mutation): SystemCall[] {
  switch (mutation) {
    case "result": {
      const changed = mutateResult(call);
      return changed === null ? [] : [changed];
    }
    case "value":
      return mutateValues(call);
    case "return time":
      return call.end === null
        ? []
        : [{ ...call, end: Math.round((1 + TIME_SHARE) * call.end) + TIME_SHIFT }];
    default:
      return [];
  }
}

function mutateResult(call: SystemCall): SystemCall | null {
  const { result, errno } = call;
  if (errno !== null) {
    return { ...call, errno: { ...errno, name: errno.name === "EBADMSG" ? "EDOM" : "EBADMSG" } };
  }
  if (result.kind !== "integer") return null;
  // The number of a new descriptor is the script's to choose.
  const value = OPENING_CALLS.has(call.name) ? -1 : result.value + 1;
  return { ...call, result: { ...result, value } };
}

/** Which argument a call hands something back by. */
const HANDED_BACK: Readonly<Record<string, number>> = { getsockopt: 3, ioctl: 2, poll: 0, epoll_wait: 1 };

/** Fields of records that are handed back; a TCP_INFO is so as a whole. */
const FIELDS_HANDED_BACK = /^(revents|tcpi_\w+)$/;

/** The call with each number that it must hand back changed once. */
function mutateValues(call: SystemCall): SystemCall[] {
  const index = HANDED_BACK[call.name];
  const argument = index === undefined ? undefined : call.arguments[index];
  if (index === undefined || argument === undefined) return [];
  if (call.name === "ioctl" && wordAt(call, 1) === "FIONBIO") return [];
  const isWhole = call.name === "getsockopt" || call.name === "ioctl";
  return changedNumbers(argument, isWhole, call.name === "epoll_wait")
    .map((changed) => ({ ...call, arguments: call.arguments.with(index, changed) }));
}

function wordAt(call: SystemCall, index: number): string {
  const argument = call.arguments[index];
  return argument?.kind === "word" ? argument.name : "";
}

function changedNumbers(expression: Expression, isHandedBack: boolean, events: boolean): Expression[] {
  switch (expression.kind) {
    case "list":
      return expression.items.flatMap((item, i) =>
        changedNumbers(item, isHandedBack, events)
          .map((changed) => ({ ...expression, items: expression.items.with(i, changed) }))
      );
    case "record":
      return expression.fields.flatMap((field, i) => {
        const isBack = FIELDS_HANDED_BACK.test(field.name ?? "") || events && field.name === "events";
        return !isBack ? [] : changedNumbers(field.value, true, events)
          .map((value) => ({ ...expression, fields: expression.fields.with(i, { ...field, value }) }));
      });
    case "integer":
      return isHandedBack ? [{ ...expression, value: expression.value + 1 }] : [];
    case "word":
    case "or":
      // Neither a set of flags nor an error has this number.
      return isHandedBack ? [{ kind: "integer", value: UNUSED_NUMBER, place: expression.place }] : [];
    case "ellipsis":
    case "string":
    case "apply":
      return [];
  }
}

const UNUSED_NUMBER = 0x4000_0001;
