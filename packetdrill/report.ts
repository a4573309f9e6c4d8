/**
 * Results of runs as text for people.
 *
 * @module
 */

import type { Mutant } from "./mutate.ts";
import type { RunResult } from "./verdict.ts";

/** How many scripts came to what. */
export interface Tally {
  passed: number;
  failed: number;
  skipped: number;
}

/** The lines about one script: one when it passed or was skipped, the whole story when it failed. */
export function reportLines(name: string, path: string, result: RunResult): string[] {
  switch (result.outcome) {
    case "ok":
      return [`ok    ${name}${remarks(result)}`];
    case "skipped":
      return [`skip  ${name}: ${result.reason} (line ${result.line})`];
    case "failed":
      return [
        `FAIL  ${name}`,
        `      ${path}:${result.line}: ${result.reason}`,
        ...(result.expected === null ? [] : [`      expected  ${result.expected}`]),
        ...(result.actual === null ? [] : [`      actual    ${result.actual}`]),
        ...(result.log.length === 0 ? [] : ["      so far:"]),
        ...result.log.map((line) => `        ${line}`),
      ];
  }
}

function remarks(result: RunResult): string {
  const found: string[] = [];
  if (result.leftOver > 0) found.push(`${result.leftOver} packets more than expected at the end`);
  if (result.assertionsSkipped.length > 0) {
    found.push(`${result.assertionsSkipped.length} assertions not checked`);
  }
  return found.length === 0 ? "" : ` (${found.join("; ")})`;
}

/** The line about a mutant: that it failed, as it must, or not. */
export function mutantLine(path: string, mutant: Mutant, result: RunResult): string {
  const verdict = result.outcome === "failed" ? "ok    fails as it must" : "FAIL  is not noticed";
  return `${verdict}: ${mutant.mutation} changed at ${path}:${mutant.line}`;
}

/** The last line. */
export function tallyLine(tally: Tally): string {
  return `${tally.passed} passed, ${tally.failed} failed, ${tally.skipped} skipped`;
}

/** Counts a result. */
export function count(tally: Tally, outcome: RunResult["outcome"]): void {
  if (outcome === "ok") tally.passed++;
  else if (outcome === "failed") tally.failed++;
  else tally.skipped++;
}
