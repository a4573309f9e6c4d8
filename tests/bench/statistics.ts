/**
 * Medians, spreads, ratios, and whether they are what is wanted.
 *
 * @module
 */

import type { Bound, Claim } from "./row.ts";

/** The middle, and both ends. */
export interface Spread {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

/** Median (of an even count the mean of the two in the middle), least and most. NaN for no values. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? NaN;
  const lower = sorted.length % 2 === 0 ? sorted[middle - 1] ?? NaN : upper;
  return { median: (lower + upper) / 2, least: sorted[0] ?? NaN, most: sorted.at(-1) ?? NaN };
}

/** What the claim is judged by: the ratio of the medians, with the spread of the rounds' own ratios; or our value itself. */
export function judgedValue(claim: Claim): Spread {
  const { ours, peer, ratio = "ours to theirs" } = claim;
  if (peer === undefined) return spreadOf(ours.values);
  const [upper, lower] = ratio === "ours to theirs" ? [ours, peer] : [peer, ours];
  const rounds = Math.min(upper.values.length, lower.values.length);
  const each = upper.values.slice(0, rounds).map((value, round) => value / (lower.values[round] ?? NaN));
  return { ...spreadOf(each), median: spreadOf(upper.values).median / spreadOf(lower.values).median };
}

/** How a claim stands beside its bound. */
export type Mark = "aim met" | "met" | "NOT MET" | "for information";

/** Compares the median with what is wanted. */
export function markOf(claim: Claim): Mark {
  const { bound } = claim;
  if (bound === undefined) return "for information";
  return markBeside(judgedValue(claim).median, bound);
}

/** Compares a value with what is wanted. */
export function markBeside(value: number, { kind, limit, aim }: Bound): Mark {
  const reaches = (wanted: number): boolean => kind === "at least" ? value >= wanted : value <= wanted;
  if (!reaches(limit)) return "NOT MET";
  return aim === undefined || !reaches(aim) ? "met" : "aim met";
}
