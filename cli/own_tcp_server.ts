/**
 * The test server on our own TCP: the same modes and the same report as on the kernel's, in the turns of a `RawHost`'s loop.
 *
 * @module
 */

import type { LinkMode, OnLinkChange, RawHost } from "../driver/mod.ts";
import { linkText } from "./path_lines.ts";
import {
  after,
  type Connection,
  ConnectionFailure,
  formatEndpoint,
  type Instant,
  instant,
  type Listener,
  seconds,
} from "../tcp/mod.ts";
import { ServerConnection, type ServerStream } from "./server_connection.ts";
import type { ServerMode } from "./server_arguments.ts";
import type { ServerReport } from "./server_report.ts";

/** What it needs. */
export interface OwnTcpServerParts {
  readonly host: RawHost;
  readonly listener: Listener;
  readonly report: ServerReport;
  readonly mode: ServerMode;
  /** What mode file answers. @default nothing */
  readonly answer?: Uint8Array | undefined;
  /** Ends after this many connections; null: never. */
  readonly count: number | null;
  /** Whether whoever reads of the segments is so far behind that nothing more is to be read. */
  readonly isBehind: () => boolean;
}

/** How long connections may take to close when the server ends. */
const CLOSING_TIME = seconds(2);

/** How often at most a flood of SYNs is told of, and that segments cannot leave this host. */
const TELLING_INTERVAL = seconds(10);

/** By the names that sockets have for the same (errno), which is how {@link ServerConnection} knows them. */
const ERRNO_NAMES: Readonly<Record<ConnectionFailure["kind"], string>> = {
  refused: "ECONNREFUSED",
  reset: "ECONNRESET",
  "timed out": "ETIMEDOUT",
  aborted: "ECONNABORTED",
  unreachable: "EHOSTUNREACH",
};

/** A connection's fate, in the words of a socket. */
class StreamError extends Error {
  readonly errnoName: string;

  constructor(failure: ConnectionFailure) {
    super(failure.message, { cause: failure });
    this.errnoName = ERRNO_NAMES[failure.kind];
  }
}

/** Has the report say which way bulk data leave, in the client's words. */
export function tellingOfWays(report: ServerReport, mode: LinkMode): OnLinkChange {
  return (change, reason, remote) => {
    const text = linkText(change, reason);
    const isUnwanted = change === "rules" || mode === "packet" && change === "raw";
    report.wayOf(formatEndpoint(remote), `${text[0]?.toLowerCase() ?? ""}${text.slice(1)}`, isUnwanted);
  };
}

/** A connection of the core's as the stream that every mode knows. */
class CoreStream implements ServerStream {
  readonly descriptor = -1;
  readonly #connection: Connection;
  readonly #host: RawHost;

  constructor(connection: Connection, host: RawHost) {
    this.#connection = connection;
    this.#host = host;
  }

  receive(into: Uint8Array): number | null {
    return this.#call(() => this.#connection.receive(into, this.#host.loop.now));
  }

  send(from: Uint8Array): number {
    return this.#call(() => this.#connection.send(from, this.#host.loop.now));
  }

  shutdown(): void {
    this.#call(() => this.#connection.shutdown(this.#host.loop.now));
  }

  [Symbol.dispose](): void {
    this.#connection.close(this.#host.loop.now);
  }

  #call<T>(act: () => T): T {
    try {
      return act();
    } catch (error) {
      throw error instanceof ConnectionFailure ? new StreamError(error) : error;
    }
  }
}

/** Accepts and serves connections until the count is reached or it is stopped. */
export class OwnTcpServer {
  readonly #parts: OwnTcpServerParts;
  readonly #open = new Map<Connection, ServerConnection>();
  /** Had more to read or to send than a turn is long, or wait for the report. */
  readonly #unfinished = new Set<Connection>();
  /** No longer served, and not yet known to be over. */
  readonly #closing = new Set<Connection>();
  #accepted = 0;
  /** SYN cookies that the report has told of, and when it may tell of more. */
  #cookiesTold = 0;
  #tellsFrom: Instant = instant(0);
  #tellsUnsentFrom: Instant = instant(0);
  #isStopped = false;

  constructor(parts: OwnTcpServerParts) {
    this.#parts = parts;
  }

  /** Ends `run` soon: nothing more is accepted, and every connection is closed. */
  stop(): void {
    this.#isStopped = true;
    this.#parts.host.loop.wake();
  }

  /** A segment could not leave this host, as `RawHostOptions.onUnsent`. */
  unsent(outcome: "too long" | "unreachable", reason: string): void {
    const { host: { loop }, report } = this.#parts;
    // Of a shorter path the core hears, and makes shorter segments.
    if (outcome === "too long" || loop.now < this.#tellsUnsentFrom) return;
    this.#tellsUnsentFrom = after(loop.now, TELLING_INTERVAL);
    report.unsent(reason);
  }

  /** Whoever reads the report has caught up. */
  resume(): void {
    this.#parts.host.loop.wake();
  }

  /** Serves; returns when the server has ended and what it sent last has been acknowledged, or 2 s later. */
  async run(): Promise<void> {
    const { host, listener } = this.#parts;
    await host.loop.run(() => this.#turn());
    this.#tellOfCookies();
    listener.close(host.loop.readClock());
    for (const [connection, served] of this.#open) {
      served.end("closed by us (server stopped)");
      this.#closing.add(connection);
    }
    await host.loop.run(() => this.#isQuiet(), after(host.loop.readClock(), CLOSING_TIME));
  }

  /** Says what a full backlog led to since it was last said. */
  #tellOfCookies(): void {
    const { host, report } = this.#parts;
    const syns = host.host.cookiesSent - this.#cookiesTold;
    if (syns === 0) return;
    report.floodedBy(syns);
    this.#cookiesTold += syns;
    this.#tellsFrom = after(host.loop.now, TELLING_INTERVAL);
  }

  /** Forgets what is over, but for TIME-WAIT. Returns whether nothing is left. */
  #isQuiet(): boolean {
    for (const connection of this.#closing) {
      if (connection.state === "CLOSED" || connection.state === "TIME-WAIT") this.#closing.delete(connection);
    }
    return this.#closing.size === 0;
  }

  /** Returns whether the server has ended. */
  #turn(): boolean {
    const { host, listener, count } = this.#parts;
    const mayAccept = (): boolean => count === null || this.#accepted < count;
    while (mayAccept()) {
      const next = listener.accept();
      if (next === null) break;
      this.#begin(next);
    }
    if (host.loop.now >= this.#tellsFrom) this.#tellOfCookies();
    if (this.#parts.isBehind()) return this.#isStopped;
    if (this.#unfinished.size > 0) {
      for (const connection of [...this.#unfinished]) {
        this.#serve(connection);
      }
    }
    for (let next = host.host.nextEventful(); next !== null; next = host.host.nextEventful()) {
      if (next.takeEvents() !== 0) this.#serve(next);
    }
    return this.#isStopped || (!mayAccept() && this.#open.size === 0);
  }

  #begin(connection: Connection): void {
    const { host, mode, answer, report } = this.#parts;
    const peer = formatEndpoint(connection.remote);
    const served = new ServerConnection(new CoreStream(connection, host), peer, mode, report, answer);
    this.#accepted++;
    report.connected(peer);
    this.#open.set(connection, served);
    this.#serve(connection);
  }

  /** Nothing for one that is not accepted yet, or no longer served. */
  #serve(connection: Connection): void {
    const served = this.#open.get(connection);
    if (served === undefined) return;
    const wanted = served.turn();
    this.#unfinished.delete(connection);
    if (wanted === null) {
      this.#open.delete(connection);
      this.#closing.add(connection);
      this.#isQuiet(); // a server that runs for long remembers only those that are closing
    } else if (
      (connection.unreadOctets > 0 || connection.peerClosed) ||
      wanted.writable && connection.sendRoom > 0
    ) this.#unfinished.add(connection);
  }
}
