/**
 * The shape of a catalogue entry.
 *
 * @module
 */

/** What is said of one code. */
export interface CatalogueEntry {
  /** Where the rule stands: `RFC 5681 3.2`, `RFC 9293 3.10.7.4, first; MUST-19`. */
  readonly rule: string;
  /** A few words, for a column or an arrow. */
  readonly label: string;
  /** One or two sentences; `{name}` stands for the value of a variable of `variables.ts`. */
  readonly sentence: string;
}
