/**
 * Shows a capture in every way in which a live connection can be shown, while it is read.
 *
 * @module
 */

import { Analysis, type AnalysisResult } from "./analysis/analysis.ts";
import type { CapturedPacket } from "./capture.ts";
import { CaptureReader } from "./format/capture_reader.ts";
import { type OutputOptions, Outputs } from "../trace/outputs.ts";

/** What a capture held. */
export interface TellingResult extends AnalysisResult {
  /** Whether the file ends in the middle of something, as it does when its writer was killed. */
  readonly isCut: boolean;
}

const NANOS_PER_MICRO = 1_000n;

/** Reads a capture of ours or of anybody else as it comes, and writes what was asked for. */
export class CaptureTeller {
  readonly #options: Omit<OutputOptions, "epoch">;
  readonly #reader = new CaptureReader((packet) => this.#packet(packet));
  #outputs: Outputs | null = null;
  #analysis: Analysis | null = null;

  constructor(options: Omit<OutputOptions, "epoch">) {
    this.#options = options;
  }

  /** Takes the next octets of the file. @throws CaptureFormatError when it is no capture */
  push(octets: Uint8Array): void {
    this.#reader.push(octets);
  }

  /** No octet follows. @throws CaptureFormatError when it is no capture */
  end(): TellingResult {
    const { trailingComments, isCut } = this.#reader.end();
    const analysis = this.#analysis ?? this.#begin(0n);
    analysis.trailing(trailingComments);
    return { ...analysis.finish(), isCut };
  }

  /** For ladders and the report, once all is told. */
  get outputs(): Outputs {
    this.#outputs ??= new Outputs({ ...this.#options, epoch: null });
    return this.#outputs;
  }

  #packet(packet: CapturedPacket): void {
    (this.#analysis ?? this.#begin(packet.time)).packet(packet);
  }

  #begin(start: bigint): Analysis {
    const epoch = start === 0n ? null : Number(start / NANOS_PER_MICRO);
    this.#outputs = new Outputs({ ...this.#options, epoch });
    this.#analysis = new Analysis(start, this.#outputs.sinks, this.#outputs.kept);
    return this.#analysis;
  }
}
