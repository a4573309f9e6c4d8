/**
 * ```ts
 * import { CaptureTeller } from "@rawtcp/rawtcp/capture";
 *
 * const teller = new CaptureTeller({
 *   program: "example",
 *   payload: true,
 *   lines: { write: (line) => console.log(line), color: false },
 * });
 * // The head of a pcap file without a packet; a real one goes in as it comes, piece by piece.
 * const head = Uint8Array.of(0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 101, 0, 0, 0);
 * teller.push(head);
 * const { flows } = teller.end();
 * console.log(flows.length); // 0 connections
 * ```
 *
 * Capture files: written while connections happen, and read back, shown as the same events that `trace/` shows.
 *
 * @module
 */

export { AnnotatedCopy } from "./annotated_copy.ts";
export { CaptureFormatError, type FileEnd } from "./format/capture_reader.ts";
export type { Hindsight, ReadingOptions } from "./analysis/options.ts";
export type { CaptureContents, CapturedConnection } from "./analysis/captured_connection.ts";
export type { CapturedPacket, TakePacket } from "./capture.ts";
export { readSelection, type Selection } from "./analysis/selection.ts";
export { connectionSummary } from "./summary.ts";
export { connectionTable } from "./table.ts";
export { CaptureTeller, type TellerOptions, type TellingResult } from "./read.ts";
export { compareCaptures, type Comparison } from "./pair/comparison.ts";
export { comparedLines } from "./pair/summary.ts";
export type { Point } from "./pair/point.ts";
export { decompressed } from "./format/compression.ts";
export { type CaptureOptions, CaptureWriter, type NamedAddress, type WriteOctets } from "./writer.ts";
