import { Analysis, type AnalysisResult } from "../../capture/analysis/analysis.ts";
import type { AnalysisOptions } from "../../capture/analysis/options.ts";
import type { Capture } from "./read_whole.ts";
import { CaptureTeller, type TellingResult } from "../../capture/mod.ts";
import type { FinalOutputs, OutputOptions } from "../../trace/outputs.ts";
import type { TraceSink } from "../../trace/record.ts";

/** Tells the sinks what a capture holds. */
export function analyse(
  capture: Capture,
  sinks: readonly TraceSink[],
  options: AnalysisOptions,
): AnalysisResult {
  const analysis = new Analysis(capture.packets[0]?.time ?? 0n, sinks, { kept: options });
  for (const packet of capture.packets) analysis.packet(packet);
  analysis.trailing(capture.trailingComments);
  return analysis.finish();
}

/** Tells a whole file in the ways asked for. */
export function tellCapture(
  file: Uint8Array,
  options: Omit<OutputOptions, "epoch">,
): { readonly outputs: FinalOutputs; readonly result: TellingResult } {
  const teller = new CaptureTeller(options);
  teller.push(file);
  const result = teller.end();
  return { outputs: teller.outputs, result };
}

/** The octets of a base64 text, whatever its line breaks. */
export function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text.replaceAll(/\s/g, "")), (character) => character.charCodeAt(0));
}
