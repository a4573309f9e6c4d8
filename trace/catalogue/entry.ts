/**
 * The shape of a catalogue entry: a claim, and when it may be made.
 *
 * @module
 */

import type { TraceEvent } from "../record.ts";

/** What is said of one code. */
export interface CatalogueEntry<E extends TraceEvent = TraceEvent> {
  /** Where the rule stands: `RFC 5681 3.2`, `RFC 9293 3.10.7.4, first, SHLD-31`. */
  readonly rule: string;
  /** A few words, for a column or an arrow. */
  readonly label: string;
  /** One or two sentences; `{name}` stands for the value of a variable of `variables.ts`. */
  readonly sentence: string;
  /** What is said when this may not be: its condition fails, or a variable that it names is not known. */
  readonly otherwise?: CatalogueEntry<E>;
  /** Whether the sentence is true of the event, beyond what the code says. @default always */
  when?(event: E): boolean;
}

/** The first of several claims that may be made; the last one is true whenever the code is told. */
export function firstTrue<E extends TraceEvent>(
  claim: CatalogueEntry<E>,
  ...others: readonly CatalogueEntry<E>[]
): CatalogueEntry<E> {
  const [next, ...rest] = others;
  return next === undefined ? claim : { ...claim, otherwise: firstTrue(next, ...rest) };
}

/** An entry and all that may be said in its place, in that order. */
export function claimsOf(entry: CatalogueEntry): readonly CatalogueEntry[] {
  return entry.otherwise === undefined ? [entry] : [entry, ...claimsOf(entry.otherwise)];
}
