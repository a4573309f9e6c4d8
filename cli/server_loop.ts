/**
 * The test server's loop: waits for the listener and all connections at once and gives each its turn.
 *
 * @module
 */

import type { PollSet, StreamListener } from "../ffi/mod.ts";
import { errnoNameOf, ServerConnection, type ServerStream, type Wanted } from "./server_connection.ts";
import type { ServerMode } from "./server_arguments.ts";
import type { ServerReport } from "./server_report.ts";

/** What is used of a listening socket. */
export interface ServerListener<Stream extends ServerStream>
  extends Pick<StreamListener, "descriptor">, Disposable {
  /** The next waiting connection, undefined when there is none. */
  accept(): Stream | undefined;
}

/** What is used of a set of descriptors to wait for. */
export type ServerPollSet = Pick<
  PollSet,
  "add" | "setEvents" | "remove" | "events" | "poll" | "wait" | "wake" | "letOthers"
>;

/** What the loop needs. */
export interface ServerParts<Stream extends ServerStream> {
  readonly listener: ServerListener<Stream>;
  readonly pollSet: ServerPollSet;
  /** The bits of an event: `POLLIN` and `POLLOUT`. */
  readonly readable: number;
  readonly writable: number;
  /** How the other end is called in the report. */
  readonly nameOf: (stream: Stream) => string;
  readonly report: ServerReport;
  readonly mode: ServerMode;
  /** What mode file answers. @default nothing */
  readonly answer?: Uint8Array | undefined;
  /** Ends after this many connections; null: never. */
  readonly count: number | null;
}

/** Longest wait, milliseconds; there is nothing to do when it is over but to wait again. */
const LONGEST_WAIT = 60_000;

/** How long the loop keeps the thread, milliseconds, before others get their turn: signals come in there. */
const LONGEST_HOLD = 20;

/** Errors of `accept` that pass when a connection ends: too many files, too little memory. */
const EXHAUSTED = new Set(["EMFILE", "ENFILE", "ENOBUFS", "ENOMEM"]);

/** Accepts and serves connections until the count is reached or it is stopped. */
export class Server<Stream extends ServerStream> {
  readonly #parts: ServerParts<Stream>;
  readonly #connections = new Map<number, ServerConnection>();
  readonly #listenerSlot: number;
  #accepting = true;
  #isResuming = false;
  #accepted = 0;
  #stopped = false;

  /** Owns the listener from here on; the poll set stays its maker's. */
  constructor(parts: ServerParts<Stream>) {
    this.#parts = parts;
    this.#listenerSlot = parts.pollSet.add(parts.listener.descriptor, parts.readable);
  }

  /** Ends `run` soon: the listener is closed, and so is every connection. */
  stop(): void {
    this.#stopped = true;
    this.#parts.pollSet.wake();
  }

  /** Whoever reads the report has caught up: connections that were not read for its sake get a turn. */
  resume(): void {
    this.#isResuming = true;
    this.#parts.pollSet.wake();
  }

  /** Serves; returns when the server has ended. */
  async run(): Promise<void> {
    const { pollSet } = this.#parts;
    let yieldAt = performance.now() + LONGEST_HOLD;
    try {
      while (!this.#stopped && (this.#accepting || this.#connections.size > 0)) {
        // Waits that find work at once are no turn of others, however many there are.
        if (performance.now() >= yieldAt) {
          await pollSet.letOthers();
          yieldAt = performance.now() + LONGEST_HOLD;
        }
        const ready = pollSet.poll() || await pollSet.wait(LONGEST_WAIT);
        if (this.#isResuming) this.#resumeAll();
        if (!this.#stopped && ready > 0) this.#takeTurns();
      }
    } finally {
      this.#stopAccepting();
      for (const connection of this.#connections.values()) connection.end("closed by us (server stopped)");
      this.#connections.clear();
    }
  }

  #resumeAll(): void {
    this.#isResuming = false;
    for (const [slot, connection] of this.#connections) this.#turn(slot, connection);
  }

  #takeTurns(): void {
    const { pollSet } = this.#parts;
    for (const [slot, connection] of this.#connections) {
      if (pollSet.events(slot) !== 0) this.#turn(slot, connection);
    }
    if (this.#accepting && pollSet.events(this.#listenerSlot) !== 0) this.#acceptAll();
  }

  #turn(slot: number, connection: ServerConnection): void {
    const { pollSet } = this.#parts;
    const wanted = connection.turn();
    if (wanted !== null) {
      pollSet.setEvents(slot, this.#events(wanted));
      return;
    }
    this.#connections.delete(slot);
    pollSet.remove(slot);
    if (this.#accepting) pollSet.setEvents(this.#listenerSlot, this.#parts.readable); // it may have been paused
  }

  #events(wanted: Wanted): number {
    const { readable, writable } = this.#parts;
    return (wanted.readable ? readable : 0) | (wanted.writable ? writable : 0);
  }

  #acceptAll(): void {
    const { count, listener } = this.#parts;
    try {
      while (count === null || this.#accepted < count) {
        const stream = listener.accept();
        if (stream === undefined) return;
        this.#accepted++;
        this.#begin(stream);
      }
    } catch (error) {
      this.#pauseAccepting(error);
      return;
    }
    this.#stopAccepting();
  }

  #begin(stream: Stream): void {
    const { nameOf, mode, answer, report, pollSet } = this.#parts;
    const peer = nameOf(stream);
    const connection = new ServerConnection(stream, peer, mode, report, answer);
    report.connected(peer);
    // Mode source has something to say at once; for the others the first octets may be here already.
    const slot = pollSet.add(stream.descriptor, 0);
    this.#connections.set(slot, connection);
    this.#turn(slot, connection);
  }

  /** Lets new connections wait in the kernel's queue until one of ours has ended. */
  #pauseAccepting(error: unknown): void {
    const name = errnoNameOf(error);
    if (name === undefined || !EXHAUSTED.has(name) || this.#connections.size === 0) throw error;
    this.#parts.report.note(`Cannot accept more connections now (${name}): waiting for one to end`);
    this.#parts.pollSet.setEvents(this.#listenerSlot, 0);
  }

  #stopAccepting(): void {
    if (!this.#accepting) return;
    this.#accepting = false;
    this.#parts.pollSet.remove(this.#listenerSlot);
    this.#parts.listener[Symbol.dispose]();
  }
}
