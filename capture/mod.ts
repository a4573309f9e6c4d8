/**
 * Capture files: written while connections happen, and read back, told as the same events that `trace/` shows.
 *
 * @module
 */

export type { AnalysisResult } from "./analysis/analyse.ts";
export { CaptureFormatError } from "./capture_file.ts";
export { tellCapture, type ToldCapture } from "./read.ts";
export { type CaptureOptions, CaptureWriter, type NamedAddress, type WriteOctets } from "./writer.ts";
