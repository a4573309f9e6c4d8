/**
 * Shows a capture in every way in which a live connection can be shown, while it is read.
 *
 * @module
 */

import { Analysis } from "./analysis/analysis.ts";
import type { Hindsight, ReadingOptions } from "./analysis/options.ts";
import type { CaptureContents, CapturedConnection } from "./analysis/captured_connection.ts";
import { Anonymizer } from "./anonymizer.ts";
import { knownFacts } from "./facts.ts";
import type { CapturedPacket, TakePacket } from "./capture.ts";
import { CaptureReader, type FileEnd } from "./format/capture_reader.ts";
import { type Comparison, pairOf } from "./pair/comparison.ts";
import { ThereTold } from "./pair/telling.ts";
import { type FinalOutputs, type OutputOptions, Outputs } from "../trace/outputs.ts";
import { TimeOrder } from "./time_order.ts";
import type { TraceSink } from "../trace/record.ts";

/** What a capture held. */
export interface TellingResult extends Hindsight, CaptureContents<CapturedConnection>, FileEnd {
  /** Microseconds from 1970-01-01 UTC to the first packet; null without any. */
  readonly epoch: number | null;
}

/** What is shown, and to whom else. */
export interface TellerOptions extends ReadingOptions {
  /** Told like the outputs that are asked for, of which this is none. */
  readonly sinks?: readonly TraceSink[];
  /** Takes each packet before it is shown. */
  readonly onPacket?: TakePacket;
  /** Whether addresses, ports and payload are replaced or left out before anything is shown. */
  readonly anonymize?: boolean;
  /** Whether the packets are kept, to be compared with those of another capture; comments of ours are left aside. */
  readonly keepsPackets?: boolean;
  /** A comparison with another capture, whose near point this one is: it is told too; comments of ours are left aside. */
  readonly comparison?: Comparison;
}

const NANOS_PER_MICRO = 1_000n;

/** Reads a capture of ours or of anybody else as it comes, and writes what was asked for. */
export class CaptureTeller {
  readonly #options: Omit<OutputOptions, "epoch">;
  readonly #telling: TellerOptions;
  readonly #reader = new CaptureReader((packet) => this.#packet(packet));
  readonly #anonymizer: Anonymizer | null;
  /** Of a file that is known to be unsorted. */
  readonly #order: TimeOrder | null;
  #begun: Outputs | null = null;
  #analysis: Analysis | null = null;
  #epoch: number | null = null;
  /** Those that cannot be read, before any that can: they have no time of their own. */
  #early: CapturedPacket[] = [];
  #frames = 0;

  /** Nothing is written before the first packet. */
  constructor(options: Omit<OutputOptions, "epoch">, telling: TellerOptions = {}) {
    this.#options = options;
    this.#telling = telling;
    const { hindsight } = telling;
    this.#order = hindsight?.isUnsorted === true ? new TimeOrder(hindsight.disorder) : null;
    this.#anonymizer = telling.anonymize === true ? new Anonymizer() : null;
  }

  /** Takes the next octets of the file. @throws CaptureFormatError when it is no capture */
  push(octets: Uint8Array): void {
    this.#reader.push(octets);
  }

  /** No octet follows; `unpacking`: why the file could not be unpacked to its end. @throws CaptureFormatError when it is no capture */
  end(unpacking: string | null = null): TellingResult {
    const { trailingComments, ...fileEnd } = this.#reader.end(unpacking);
    this.#order?.finish((packet) => this.#take(packet));
    const analysis = this.#analysis ?? this.#begin(null);
    if (this.#anonymizer === null) analysis.trailing(trailingComments);
    const result = analysis.finish();
    if (this.#options.report === true) {
      this.#outputs.describe(new Map(result.flows.map((flow) => [flow.record.id, knownFacts(flow)])));
    }
    return { ...result, ...fileEnd, epoch: this.#epoch };
  }

  /** For ladders and the report, once all is read. */
  get outputs(): FinalOutputs {
    return this.#outputs;
  }

  /** Begun once the moment of the first packet is known. */
  get #outputs(): Outputs {
    this.#begun ??= new Outputs({ ...this.#options, epoch: this.#epoch });
    return this.#begun;
  }

  #packet(captured: CapturedPacket): void {
    if (this.#order === null) this.#take(captured);
    else this.#order.add(captured, (packet) => this.#take(packet));
  }

  #take(captured: CapturedPacket): void {
    this.#frames++;
    const packet = this.#anonymizer === null ? captured : this.#anonymized(captured, this.#anonymizer);
    if (packet === null) return;
    if (packet.unread === undefined) this.#telling.onPacket?.(packet);
    else if (this.#analysis === null) return void this.#early.push(packet);
    (this.#analysis ?? this.#begin(packet.isUntimed === true ? null : packet.time)).packet(packet);
  }

  /** What another capture shows goes by the numbers of the file, which has more packets than are left. */
  #anonymized(captured: CapturedPacket, anonymizer: Anonymizer): CapturedPacket | null {
    const packet = anonymizer.packet(captured);
    if (packet === null || this.#telling.comparison === undefined) return packet;
    return { ...packet, frame: captured.frame ?? this.#frames };
  }

  #begin(start: bigint | null): Analysis {
    this.#epoch = start === null ? null : Number(start / NANOS_PER_MICRO);
    const outputs = this.#outputs;
    const { sinks = [], comparison, keepsPackets = false, ...reading } = this.#telling;
    const analysis = new Analysis(start, [...outputs.sinks, ...sinks], {
      ...reading,
      kept: outputs.kept,
      keepsPassages: keepsPackets,
      ignoresComments: keepsPackets || comparison !== undefined,
      ...comparison === undefined ? {} : { other: new ThereTold(pairOf(comparison)) },
    });
    this.#analysis = analysis;
    for (const packet of this.#early) analysis.packet(packet);
    this.#early = [];
    return analysis;
  }
}
