/**
 * Makes scripts wrong on purpose: every mutant must fail, or the script proves nothing at that place.
 *
 * @module
 */

import { Flag } from "../tcp/base/segment.ts";
import type { Action, Script, ScriptEvent, SystemCall, TcpOption, TcpPacket } from "./ast.ts";
import { wrap32 } from "./flows.ts";

/** What is changed in an expected packet, or in the expected result of a call. */
export const MUTATIONS = [
  "seq",
  "ack",
  "flag",
  "push",
  "window",
  "option",
  "time",
  "result",
  "assertion",
] as const;

/** One of {@link MUTATIONS}. */
export type Mutation = typeof MUTATIONS[number];

/** A script with one thing changed. */
export interface Mutant {
  readonly mutation: Mutation;
  /** The line that was changed. */
  readonly line: number;
  readonly script: Script;
}

/** Far beyond what is tolerated, microseconds, … */
const TIME_SHIFT = 1_000_000;

/** … also where the tolerance grows with the time since the event before. */
const TIME_SHARE = 0.5;

/** Every mutant of a script, or for each mutation only that of the last line that it applies to. */
export function mutantsOf(script: Script, which: "every" | "last"): Mutant[] {
  const mutants: Mutant[] = [];
  for (const mutation of MUTATIONS) {
    const found: Mutant[] = [];
    for (const [i, event] of script.events.entries()) {
      const changed = mutateEvent(event, mutation);
      if (changed !== null) {
        found.push({
          mutation,
          line: event.line,
          script: { ...script, events: script.events.with(i, changed) },
        });
      }
    }
    mutants.push(...(which === "every" ? found : found.slice(-1)));
  }
  return mutants;
}

/** The event changed; null when the mutation does not apply to it. */
function mutateEvent(event: ScriptEvent, mutation: Mutation): ScriptEvent | null {
  const { action } = event;
  if (mutation === "result") {
    if (action.kind !== "call") return null;
    const call = mutateCall(action);
    return call === null ? null : { ...event, action: call };
  }
  if (mutation === "assertion") {
    if (action.kind !== "code" || !/\bassert\b/.test(action.text)) return null;
    return { ...event, action: { kind: "code", text: action.text.replace(/\bassert\b/, "assert not") } };
  }
  if (action.kind !== "tcp" || action.direction !== "out") return null;
  if (mutation === "time") {
    const { kind, start, end } = event.time;
    if (kind === "any") return null;
    const shift = TIME_SHIFT + Math.round(TIME_SHARE * (end ?? start)) + (end ?? start) - start;
    return { ...event, time: { kind, start: start + shift, end: end === null ? null : end + shift } };
  }
  const packet = mutatePacket(action, mutation);
  return packet === null ? null : { ...event, action: packet };
}

function mutatePacket(packet: TcpPacket, mutation: Mutation): Action | null {
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
    case "time":
    case "result":
    case "assertion":
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

function mutateCall(call: SystemCall): SystemCall | null {
  const { result, errno } = call;
  if (errno !== null) return { ...call, errno: errno === "EBADMSG" ? "EDOM" : "EBADMSG" };
  if (result.kind !== "integer") return null;
  // The number of a new descriptor is the script's to choose.
  if (OPENING.has(call.name)) return { ...call, result: { kind: "integer", value: -1 } };
  return { ...call, result: { kind: "integer", value: result.value + 1 } };
}

const OPENING = new Set(["socket", "accept", "accept4", "epoll_create", "epoll_create1"]);
