/**
 * Numbers events in the order in which they are shown, and hands them to the sinks.
 *
 * @module
 */

import { type Instant, instant } from "../../trace/core.ts";
import type { TraceEvent, TraceSink } from "../../trace/record.ts";
import type { Flow } from "./flow.ts";

/** Events without what the emitter knows. */
export type Bare<T extends TraceEvent = TraceEvent> = T extends TraceEvent
  ? Omit<T, "number" | "time" | "connection">
  : never;

/** Where events go. */
export class Emitter {
  /** The moment of the packet whose events these are. */
  now: Instant = instant(0);
  readonly #sinks: readonly TraceSink[];
  #number = 0;

  constructor(sinks: readonly TraceSink[]) {
    this.#sinks = sinks;
  }

  /** Whether anybody listens. */
  get isHeard(): boolean {
    return this.#sinks.length > 0;
  }

  /** Tells an event of a connection, or of none. `time`: when it was, other than now. */
  emit(bare: Bare, flow: Flow | null, time: Instant = this.now): void {
    if (flow !== null && !flow.isShown) return;
    const event = { number: ++this.#number, time, connection: flow?.record.id ?? 0, ...bare } as TraceEvent;
    for (const sink of this.#sinks) sink.event(event, flow?.record ?? null);
  }

  /** Nothing follows. */
  finish(): void {
    for (const sink of this.#sinks) sink.finish();
  }
}
