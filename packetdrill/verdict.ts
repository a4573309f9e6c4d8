/**
 * What a run of a script comes to.
 *
 * @module
 */

import { FailedError, type Place, ScriptError, UnsupportedError } from "./errors.ts";
import { PacketFormError } from "./packets.ts";

/** What became of a script. */
export interface RunResult {
  /** "error": the script is no script; "skipped": it uses what is not supported. */
  readonly outcome: "ok" | "failed" | "skipped" | "error";
  /** The place at fault, or of what is not supported; null when there is none. */
  readonly place: Place | null;
  /** What is wrong, or the word that is not supported; empty for "ok". */
  readonly reason: string;
  /** What was expected and what happened, when that is a packet or a result. */
  readonly expected: string | null;
  /** As `expected`. */
  readonly actual: string | null;
  /** Every packet up to there. */
  readonly log: readonly string[];
  /** Packets that no line expected, up to there. */
  readonly leftOver: number;
  /** What a line calls the stack's initial sequence number when that is not 0, from which all others count; else null. */
  readonly calledIsn: number | null;
  /** Assertions that hold. */
  readonly assertionsPassed: number;
  /** Assertions that need what is not supported. */
  readonly assertionsUnchecked: readonly string[];
}

/** What a run comes to; packets are only in a verdict that is about one. */
export type Verdict = Pick<RunResult, "outcome" | "place" | "reason"> & Partial<RunResult>;

/** The result of a script that was not run. */
export const NOTHING_RUN = {
  expected: null,
  actual: null,
  log: [],
  leftOver: 0,
  calledIsn: null,
  assertionsPassed: 0,
  assertionsUnchecked: [],
};

/** The verdict on what a run broke off with; `place` is where it was. */
export function verdictOn(error: unknown, place: Place): Verdict {
  if (error instanceof UnsupportedError) {
    return { outcome: "skipped", place: error.place, reason: error.word };
  }
  if (error instanceof FailedError) {
    const { expected, actual } = error;
    return { outcome: "failed", place: error.place, reason: error.message, expected, actual };
  }
  if (error instanceof PacketFormError) {
    return { outcome: "failed", place, reason: `The stack sent a malformed packet: ${error.message}` };
  }
  if (error instanceof ScriptError) {
    const { expected, message } = error;
    return { outcome: "error", place: error.place, reason: message, expected };
  }
  return { outcome: "failed", place, reason: `The run broke off: ${describeError(error)}` };
}

function describeError(error: unknown): string {
  return error instanceof Error ? `${error.message}\n${error.stack ?? ""}` : String(error);
}
