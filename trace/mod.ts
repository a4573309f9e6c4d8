/**
 * ```ts
 * import { Network } from "@rawtcp/rawtcp/lab";
 * import { milliseconds, parseAddress } from "@rawtcp/rawtcp/core";
 * import { Tracer } from "@rawtcp/rawtcp/trace";
 *
 * const tracer = new Tracer({
 *   program: "example",
 *   payload: true,
 *   epoch: null, // virtual time
 *   lines: { write: (line) => console.log(line), color: false },
 * });
 * const network = new Network({ seed: 7 });
 * const client = network.addHost("192.0.2.1", { observer: tracer.observer ?? undefined });
 * network.join(client, network.addHost("192.0.2.2"), { delay: milliseconds(20) });
 * client.connect({ remote: { address: parseAddress("192.0.2.2"), port: 80 } }, network.now);
 * network.runUntil(() => network.now > 1e6); // the SYN, and the RST that answers it, each with its reason
 * ```
 *
 * Shows what connections do and why: as lines, sentences, JSON, captures, ladders and reports. Observes, never changes.
 *
 * @module
 */

export {
  type ArrivalMeaning,
  ARRIVALS,
  type CatalogueEntry,
  CONGESTION_REASONS,
  DROP_REASONS,
  SEND_REASONS,
  STATE_REASONS,
  TIMERS,
} from "./catalogue.ts";
export { combineObservers } from "./combine.ts";
export { asciiText, markupText, mermaidText, octetsText, terminalText } from "./escape.ts";
export { glossaryLines } from "./glossary.ts";
export type { FinalOutputs, OutputOptions } from "./outputs.ts";
export type { LimitedWay, LiveLimits } from "./live_limits.ts";
export { type ProgressFigures, ProgressLine, type ProgressOptions } from "./progress.ts";
export type * from "./record.ts";
export type { CrossingCode, FindingCode, NotAgreedCode, NoteCode } from "./catalogue/finding_codes.ts";
export type { TerminalLadderOptions } from "./ladder/terminal.ts";
export type { WriteLine } from "./lines.ts";
export type { PacketSink, PacketSource } from "./recorder.ts";
export type { Unsure, VIEW, ViewName } from "./view.ts";
export type { Direction } from "./copy.ts";
export { Statistics } from "./statistics.ts";
export type { TimeReference } from "./time_column.ts";
export { type CaptureSink, Tracer, type TracerOptions } from "./tracer.ts";
