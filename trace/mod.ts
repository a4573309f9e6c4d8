/**
 * Shows what connections do and why: as lines, sentences, JSON, captures, ladders and reports. Observes, never changes.
 *
 * @module
 */

export {
  ARRIVALS,
  type CatalogueEntry,
  CONGESTION_REASONS,
  DROP_REASONS,
  SEND_REASONS,
  STATE_REASONS,
  TIMERS,
} from "./catalogue.ts";
export { combineObservers } from "./combine.ts";
export { markupText, mermaidText, octetsText, terminalText } from "./escape.ts";
export { glossaryLines } from "./glossary.ts";
export type { OutputOptions, Outputs } from "./outputs.ts";
export { type ProgressFigures, ProgressLine, type ProgressOptions } from "./progress.ts";
export type * from "./record.ts";
export { Statistics } from "./statistics.ts";
export type { TimeReference } from "./time_column.ts";
export { type CaptureSink, Tracer, type TracerOptions } from "./tracer.ts";
