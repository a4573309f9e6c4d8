/**
 * Watches live connections: one observer that does everything that was asked for.
 *
 * @module
 */

import { combineObservers } from "./combine.ts";
import type { Direction } from "./copy.ts";
import { type DropReason, type Instant, type Observer, Segment } from "./core.ts";
import { type FinalOutputs, type OutputOptions, Outputs } from "./outputs.ts";
import { type PacketSink, Recorder } from "./recorder.ts";
import { Statistics } from "./statistics.ts";

/** Stores packets while they come and go: a capture file that is being written. */
export interface CaptureSink extends PacketSink {
  /** Writes what is still held back. */
  flush(): void;
}

/** What is to be shown and stored of live connections. */
export interface TracerOptions extends OutputOptions {
  /** Writes every packet. The clock's `epoch` must be known. */
  readonly capture?: CaptureSink;
  /** Whether figures are counted for a summary. */
  readonly statistics?: boolean;
}

/** What watches. Give `observer` to the core, and call `finish` when all is over. */
export class Tracer {
  /** Null when nothing of it was asked for: the core is spared then. */
  readonly observer: Observer | null;
  /** What was asked for, for ladders and reports at the end. */
  readonly outputs: FinalOutputs;
  /** The figures; null when they were not asked for. */
  readonly statistics: Statistics | null;
  readonly #recorder: Recorder | null;
  readonly #capture: CaptureSink | null;
  readonly #unreadable = new Segment();

  /** Watches nothing until its observer is given to a core. */
  constructor(options: TracerOptions) {
    const outputs = new Outputs(options);
    this.outputs = outputs;
    this.#capture = options.capture ?? null;
    const packetSinks = this.#capture === null ? [] : [this.#capture];
    const isWatched = outputs.sinks.length + packetSinks.length > 0;
    this.#recorder = isWatched ? new Recorder(outputs.sinks, packetSinks, outputs.kept) : null;
    this.statistics = options.statistics === true ? new Statistics() : null;
    const observers = [this.#recorder, this.statistics].filter((observer) => observer !== null);
    this.observer = observers.length === 0 ? null : combineObservers(observers);
  }

  /** A packet came that is no sound TCP segment, and so reached no core. Borrows it for the call. */
  packetRefused(packet: Uint8Array, reason: DropReason, now: Instant): void {
    this.#recorder?.packetRefused(packet, reason, now);
    this.statistics?.segmentDropped(null, this.#unreadable, reason, now);
  }

  /** A fault took a packet away between us and the network; `fault` says what was done. Borrows the packet. */
  packetLost(packet: Uint8Array, direction: Direction, fault: string, now: Instant): void {
    this.#recorder?.packetLost(packet, direction, fault, now);
  }

  /** Writes what the capture still holds back: call it now and then, so that a killed process has written it. */
  flush(): void {
    this.#capture?.flush();
  }

  /** Nothing follows: ends the JSON and the capture. Ladders and reports can be had afterwards. */
  finish(): void {
    if (this.#recorder !== null) this.#recorder.finish();
  }
}
