/**
 * Results of runs as text for people.
 *
 * @module
 */

import type { Place } from "./errors.ts";
import type { MutantRun } from "./run.ts";
import type { RunResult } from "./verdict.ts";

/** How many scripts came to what. */
export interface Tally {
  /** Did what they say. */
  passed: number;
  /** Did not. */
  failed: number;
  /** Use what is not supported. */
  skipped: number;
  /** Have a mistake. */
  errors: number;
}

/** A script and what it came to. */
export interface Report {
  /** The path, as messages have it. */
  readonly path: string;
  /** What tells this run from others of the script; empty when there is only one. */
  readonly variant: string;
  /** The script, to quote from. */
  readonly text: string;
  /** What it came to. */
  readonly result: RunResult;
}

/** Lines of the log that a failure shows, unless all are asked for. */
const LOG_LINES = 40;

/** The lines about a run: one when it passed or was skipped, otherwise with all there is to know. */
export function reportLines({ path, variant, text, result }: Report, isFull: boolean): string[] {
  const name = variant === "" ? path : `${path} (${variant})`;
  const { outcome, place, reason, expected, actual } = result;
  switch (outcome) {
    case "ok":
      return [`ok    ${name}${remarks(result)}`];
    case "skipped":
      return [`skip  ${name}: ${reason} (line ${place?.line ?? 1})`];
    case "failed":
    case "error":
      return [
        `${outcome === "error" ? "ERROR" : "FAIL "} ${name}`,
        ...placeLines(path, place, text, reason),
        ...(expected === null ? [] : [`      expected  ${expected}`]),
        ...(actual === null ? [] : [`      actual    ${actual}`]),
        ...logLines(result.log, isFull),
      ];
  }
}

/** Where it is, with the line quoted and a caret below. */
function placeLines(path: string, place: Place | null, text: string, reason: string): string[] {
  if (place === null) return [`      ${path}: ${reason}`];
  const { line, column } = place;
  const quoted = (text.split("\n")[line - 1] ?? "").trimEnd();
  const before = quoted.slice(0, column - 1).padEnd(column - 1);
  return [
    `      ${path}:${line}:${column}: ${reason}`,
    `        ${quoted}`,
    `        ${before.replace(/[^\t]/g, " ")}^`,
  ];
}

function logLines(log: readonly string[], isFull: boolean): string[] {
  if (log.length === 0) return [];
  const shown = isFull ? log : log.slice(-LOG_LINES);
  const left = log.length - shown.length;
  const title = left === 0 ? "so far:" : `so far (${left} lines before these; --full for all):`;
  return [`      ${title}`, ...shown.map((line) => `        ${line}`)];
}

function remarks(result: RunResult): string {
  const found: string[] = [];
  if (result.calledIsn !== null) {
    found.push(`the stack's SYN is called ${result.calledIsn}, all other numbers count from it as 0`);
  }
  if (result.leftOver > 0) found.push(`${plural(result.leftOver, "packet")} more than expected at the end`);
  if (result.assertionsUnchecked.length > 0) {
    found.push(`${plural(result.assertionsUnchecked.length, "assertion")} not checked`);
  }
  return found.length === 0 ? "" : ` (${found.join("; ")})`;
}

/** `1 packet`, `2 packets`. */
function plural(amount: number, noun: string): string {
  return `${amount} ${noun}${amount === 1 ? "" : "s"}`;
}

/** The line about a mutant: that it failed, as it must, or not. */
export function mutantLine(path: string, { mutation, place, result }: MutantRun): string {
  const verdict = result.outcome === "failed" ? "ok    fails as it must" : "FAIL  is not noticed";
  return `${verdict}: ${mutation} changed at ${path}:${place.line}:${place.column}`;
}

/** The last line. */
export function tallyLine({ passed, failed, skipped, errors }: Tally): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped, ${errors} with errors`;
}

/** Counts a result. */
export function count(tally: Tally, outcome: RunResult["outcome"]): void {
  switch (outcome) {
    case "ok":
      tally.passed++;
      break;
    case "failed":
      tally.failed++;
      break;
    case "skipped":
      tally.skipped++;
      break;
    case "error":
      tally.errors++;
  }
}
