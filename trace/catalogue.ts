/**
 * What every code of the core means: the rule it follows, a few words for a column, and a sentence for a learner.
 *
 * A code without an entry does not compile; the tests see to it that the core emits every code that stands here.
 *
 * @module
 */

export type { CatalogueEntry } from "./catalogue/entry.ts";
export { type ArrivalMeaning, ARRIVALS } from "./catalogue/arrivals.ts";
export { CONGESTION_REASONS, STATE_REASONS, TIMERS } from "./catalogue/changes.ts";
export { type FindingCode, FINDINGS, type NoteCode, NOTES } from "./catalogue/findings.ts";
export { DROP_REASONS } from "./catalogue/drop_reasons.ts";
export { SEND_REASONS } from "./catalogue/send_reasons.ts";
