/**
 * What a run of a script comes to.
 *
 * @module
 */

import { ScriptError, UnsupportedError } from "./ast.ts";
import { PacketFormError } from "./packets.ts";

/** What became of a script. */
export interface RunResult {
  readonly outcome: "ok" | "failed" | "skipped";
  /** The line at fault, or that has the word that is not known; 0 when there is none. */
  readonly line: number;
  /** What is wrong, or the word that is not known; empty for "ok". */
  readonly reason: string;
  /** What was expected and what happened, when that is a packet or a result. */
  readonly expected: string | null;
  readonly actual: string | null;
  /** Every packet up to there. */
  readonly log: readonly string[];
  /** Packets that no line expected, up to there. */
  readonly leftOver: number;
  readonly assertionsPassed: number;
  readonly assertionsSkipped: readonly string[];
}

/** The behaviour differs from what a line says. */
export class FailedError extends Error {
  readonly line: number;
  readonly expected: string | null;
  readonly actual: string | null;

  constructor(line: number, message: string, expected: string | null = null, actual: string | null = null) {
    super(message);
    this.line = line;
    this.expected = expected;
    this.actual = actual;
  }
}

/** What a run comes to; packets are only in a verdict that is about one. */
export type Verdict = Pick<RunResult, "outcome" | "line" | "reason"> & Partial<RunResult>;

/** The result of a script that was not run. */
export const NOTHING_RUN = {
  expected: null,
  actual: null,
  log: [],
  leftOver: 0,
  assertionsPassed: 0,
  assertionsSkipped: [],
};

/** The verdict on what a run broke off with; `line` is where it was. */
export function verdictOn(error: unknown, line: number): Verdict {
  if (error instanceof UnsupportedError) return { outcome: "skipped", line: error.line, reason: error.word };
  if (error instanceof FailedError) {
    const { expected, actual } = error;
    return { outcome: "failed", line: error.line, reason: error.message, expected, actual };
  }
  if (error instanceof PacketFormError) {
    return { outcome: "failed", line, reason: `The stack sent a malformed packet: ${error.message}` };
  }
  if (error instanceof ScriptError) return { outcome: "failed", line: error.line, reason: error.message };
  return { outcome: "failed", line, reason: `The run broke off: ${describeError(error)}` };
}

function describeError(error: unknown): string {
  return error instanceof Error ? `${error.message}\n${error.stack ?? ""}` : String(error);
}
