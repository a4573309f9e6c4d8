/**
 * Which modules are changed, and which of their literals are not, with the reason.
 *
 * @module
 */

import type { Literal } from "./literals.ts";

/** The modules whose literals people see, and which of them. */
export const MODULES: ReadonlyMap<string, readonly ("texts" | "numbers")[]> = new Map([
  ["trace/format.ts", ["texts", "numbers"]],
  ["trace/notation.ts", ["texts", "numbers"]],
  ["trace/formulas.ts", ["texts", "numbers"]],
  ["trace/variables.ts", ["texts"]],
  ["trace/lines.ts", ["texts"]],
  ["trace/explain.ts", ["texts"]],
  ["trace/agreement.ts", ["texts"]],
  ["trace/statistics.ts", ["texts", "numbers"]],
  ["trace/tally.ts", ["texts"]],
  ["trace/options.ts", ["texts"]],
  ["trace/other_options.ts", ["texts"]],
  ["trace/hop_limits.ts", ["texts"]],
  ["trace/live_limits.ts", ["texts", "numbers"]],
  ["trace/limits.ts", ["texts", "numbers"]],
  ["trace/full_size.ts", ["numbers"]],
  ["trace/time_column.ts", ["texts", "numbers"]],
  ["trace/initial_numbers.ts", ["texts"]],
  ["trace/sack.ts", ["texts", "numbers"]],
  ["trace/glossary.ts", ["texts"]],
  ["trace/fates.ts", ["texts"]],
  ["trace/ladder/rows.ts", ["texts"]],
  ["trace/ladder/draft.ts", ["texts"]],
  ["trace/ladder/marks.ts", ["texts"]],
  ["trace/ladder/shorten.ts", ["texts"]],
  ["trace/ladder/heading.ts", ["texts", "numbers"]],
  ["trace/ladder/arrow_texts.ts", ["texts", "numbers"]],
  ["trace/ladder/svg_braces.ts", ["texts", "numbers"]],
  ["trace/ladder/terminal.ts", ["texts", "numbers"]],
  ["trace/ladder/svg.ts", ["texts", "numbers"]],
  ["trace/ladder/mermaid.ts", ["texts", "numbers"]],
  ["capture/summary.ts", ["texts", "numbers"]],
  ["cli/narrator.ts", ["texts"]],
  ["cli/path_lines.ts", ["texts"]],
  ["cli/repetitions.ts", ["texts", "numbers"]],
  ["cli/payload_lines.ts", ["texts", "numbers"]],
  ["cli/counted.ts", ["texts", "numbers"]],
]);

/** Literals that nobody can see the change of. */
const EXCUSED: readonly (readonly [module: RegExp, source: RegExp, reason: string])[] = [
  [/./, /^"\s*"$/, "an empty text stands for nothing that is shown"],
  [/variables/, /^"\{"$/, "labels with variables are those of captures of others: tests/capture has them"],
  [/ladder\/svg/, /^180$/, "the angle of an arrow, 1.41 degrees, is the same to two digits"],
  [/trace\/limits|full_size|summary/, /^0$/, "an octet or a microsecond more or less is not seen"],
  [/trace\/limits/, /^(4_096|2_048)$/, "more is remembered than any story needs"],
  [/notation/, /^0$/, "a closed window in JSON and reports: tests/capture/one_way_test.ts has it"],
  [/full_size/, /^1_220$/, "stories are over IPv4: tests/trace/full_size_test.ts has it"],
  [/statistics|summary/, /^1_000_000$/, "a rate is the same to three digits with 1,000,001"],
  [/ladder\/svg/, /^50_000$/, "a pause that is one microsecond longer counts"],
  [/ladder\/mermaid/, /^45_000$/, "a diagram that has one character more is cut"],
  [
    /path_lines/,
    /; it says |ignored|too long for|does not say how long/,
    "what no story has of the path: tests/cli/narrator_test.ts has it",
  ],
  [/fates/, /path-mtu-too-small/, "stories are over IPv4: tests/trace/fates_test.ts has it"],
  [/./, /^"(\\x1b\[\d*m)"$/, "colours are shown on terminals only"],
];

export function isExcused(module: string, { source }: Literal): boolean {
  return EXCUSED.some(([modules, sources]) => modules.test(module) && sources.test(source));
}
