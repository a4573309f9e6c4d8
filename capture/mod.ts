/**
 * Capture files: written while connections happen, and read back, told as the same events that `trace/` shows.
 *
 * @module
 */

export { AnnotatedCopy } from "./annotated_copy.ts";
export { CaptureFormatError } from "./format/capture_reader.ts";
export type { Flow } from "./analysis/flow.ts";
export { readSelection, type Selection } from "./analysis/selection.ts";
export { connectionSummary } from "./summary.ts";
export { connectionTable } from "./table.ts";
export { CaptureTeller, type TellerOptions, type TellingResult } from "./read.ts";
export { decompressed } from "./format/compression.ts";
export { type CaptureOptions, CaptureWriter, type NamedAddress, type WriteOctets } from "./writer.ts";
