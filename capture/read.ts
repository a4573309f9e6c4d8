/**
 * Shows a capture in every way in which a live connection can be shown.
 *
 * @module
 */

import { analyse, type AnalysisResult, captureEpoch } from "./analysis/analyse.ts";
import { isKnownLinkType } from "./link_layer.ts";
import { CaptureFormatError, readCapture } from "./capture_file.ts";
import { type OutputOptions, Outputs } from "../trace/outputs.ts";

/** A capture that has been read and told. */
export interface ToldCapture {
  /** For ladders and the report. */
  readonly outputs: Outputs;
  readonly result: AnalysisResult;
}

/**
 * Reads a capture of ours or of anybody else, and writes what was asked for.
 *
 * @throws CaptureFormatError when it is no capture, or one of links that cannot be read
 */
export function tellCapture(file: Uint8Array, options: Omit<OutputOptions, "epoch">): ToldCapture {
  const capture = readCapture(file);
  const unknown = capture.packets.find(({ linkType }) => !isKnownLinkType(linkType));
  if (unknown !== undefined && capture.packets.every(({ linkType }) => !isKnownLinkType(linkType))) {
    throw new CaptureFormatError(
      `Cannot read packets of link type ${unknown.linkType}: raw IP, Ethernet, Linux cooked and loopback can be read`,
    );
  }
  const outputs = new Outputs({ ...options, epoch: captureEpoch(capture) });
  return { outputs, result: analyse(capture, outputs.sinks, outputs.kept) };
}
