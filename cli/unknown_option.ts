/**
 * What may have been meant by an option that a program does not have.
 *
 * @module
 */

import { levenshteinDistance } from "@std/text/levenshtein-distance";
import { type OptionSpec, quoted } from "./options.ts";

/** Options of another program, which its users may mistake for ours. */
export interface OtherProgram {
  readonly program: string;
  readonly options: readonly OptionSpec[];
}

/** Letters of the shortest name of which it is guessed what was meant, and of one that may have two slips. */
const SHORTEST_TO_GUESS = 2;
const LONG_NAME = 4;

/**
 * That the option is unknown, with the nearest one or the program that has it.
 *
 * @param argument with its dashes
 * @param name without them; empty for a letter
 */
export function unknownOptionText(
  argument: string,
  name: string,
  specs: readonly OptionSpec[],
  otherProgram: OtherProgram | null,
): string {
  const text = `Unknown option ${quoted(argument)}`;
  if (otherProgram?.options.some((spec) => spec.name === name)) {
    return `${text}: ${otherProgram.program} has it`;
  }
  const nearest = nearestName(name, specs.map((spec) => spec.name));
  return nearest === null ? text : `${text}: did you mean --${nearest}?`;
}

/** The name that was meant, as far as one can tell: what it begins, or what it is with few letters changed. */
function nearestName(name: string, names: readonly string[]): string | null {
  if (name.length < SHORTEST_TO_GUESS) return null;
  const begun = names.filter((candidate) => candidate.startsWith(name));
  if (begun.length === 1) return begun[0] ?? null;
  const ranked = names.map((candidate) => ({ candidate, distance: levenshteinDistance(name, candidate) }))
    .toSorted((a, b) => a.distance - b.distance);
  const [best] = ranked;
  return best !== undefined && best.distance <= (name.length < LONG_NAME ? 1 : 2) ? best.candidate : null;
}
