/**
 * What every code of the core means: the rule it follows, a few words for a column, and a sentence for a learner.
 *
 * A code without an entry does not compile; the tests see to it that the core emits every code that stands here.
 *
 * @module
 */

export { type CatalogueEntry, claimsOf } from "./catalogue/entry.ts";
export { type ArrivalMeaning, ARRIVALS } from "./catalogue/arrivals.ts";
export { CONGESTION_REASONS } from "./catalogue/congestion_reasons.ts";
export type { FindingCode, NoteCode } from "./catalogue/finding_codes.ts";
export { FINDINGS } from "./catalogue/findings.ts";
export { DROP_REASONS, dropLabel } from "./catalogue/drop_reasons.ts";
export { ICMP_VERDICTS } from "./catalogue/icmp_verdicts.ts";
export { NOTES } from "./catalogue/notes.ts";
export { SEND_REASONS } from "./catalogue/send_reasons.ts";
export { STATE_REASONS } from "./catalogue/state_reasons.ts";
export { TIMERS } from "./catalogue/timers.ts";
