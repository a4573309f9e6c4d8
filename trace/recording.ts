/**
 * Keeps events for what is drawn when all is over: the first and the last of them, when there are too many.
 *
 * @module
 */

import type { ConnectionRecord, TraceEvent, TraceSink } from "./record.ts";

/** Events that are kept; about half a kilobyte each. */
export const MOST_EVENTS = 200_000;

/** A sink that remembers. */
export class Recording implements TraceSink {
  readonly #half: number;
  readonly #first: TraceEvent[] = [];
  #last: TraceEvent[] = [];
  readonly #connections = new Map<number, ConnectionRecord>();
  #count = 0;

  /** Keeps up to `most` events: half of them from the start, half from the end. */
  constructor(most: number = MOST_EVENTS) {
    this.#half = Math.max(Math.floor(most / 2), 1);
  }

  event(event: TraceEvent, connection: ConnectionRecord | null): void {
    this.#count++;
    if (connection !== null) this.#connections.set(connection.id, connection);
    if (this.#first.length < this.#half) this.#first.push(event);
    else this.#last.push(event);
    // Twice the half, so that forgetting costs little for each event.
    if (this.#last.length >= 2 * this.#half) this.#last = this.#last.slice(this.#half);
  }

  finish(): void {}

  /** The events kept, in their order. */
  get events(): readonly TraceEvent[] {
    return [...this.#first, ...this.#last.slice(-this.#half)];
  }

  /** Events between the first and the last kept ones that are not kept. */
  get omitted(): number {
    return this.#count - this.#first.length - Math.min(this.#last.length, this.#half);
  }

  /** The connections in the order of their numbers. */
  get connections(): readonly ConnectionRecord[] {
    return [...this.#connections.values()].sort((a, b) => a.id - b.id);
  }

  /** The events of one connection. */
  eventsOf(connection: number): readonly TraceEvent[] {
    return this.events.filter((event) => event.connection === connection);
  }
}
