/**
 * Shows what connections do and why: as lines, sentences, JSON, captures, ladders and reports. Observes, never changes.
 *
 * @module
 */

export type { AnalysisResult } from "./analysis/analyse.ts";
export { CaptureFormatError } from "./capture/capture_file.ts";
export type { NamedAddress } from "./capture/writer.ts";
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
export type { OutputOptions, Outputs } from "./outputs.ts";
export { type ProgressFigures, ProgressLine, type ProgressOptions } from "./progress.ts";
export { tellCapture, type ToldCapture } from "./read.ts";
export type * from "./record.ts";
export { Statistics } from "./statistics.ts";
export { Tracer, type TracerOptions } from "./tracer.ts";
