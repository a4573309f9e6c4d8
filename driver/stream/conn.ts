/**
 * A connection in the platform's terms: what `Deno.connect` returns, over our own TCP.
 *
 * @module
 */

import {
  type Connection,
  ConnectionFailure,
  type Endpoint,
  formatAddress,
  type Instant,
  InvalidStateError,
  type Observer,
  type State,
  type TcpInfo,
} from "../../tcp/mod.ts";
import { packetSegmentLimit } from "../../ffi/packet_device.ts";
import type { Background, Member } from "./background.ts";
import { platformError } from "./failures.ts";
import type { Observers } from "./observers.ts";

/** How often `await using` looks whether the peer has acknowledged more, milliseconds. */
const CLOSE_TIMEOUT = 5_000;

/** Octets of one chunk of {@link Conn.readable}. */
const CHUNK = 65_536;

/** The figures of {@link Conn.stats}. A copy: it does not change. */
export interface ConnStats extends TcpInfo {
  /** RFC 9293 3.3.2. */
  readonly state: State;
  /** Octets of data that have left, each once. */
  readonly octetsSent: number;
  /** Octets of data that the peer has acknowledged. */
  readonly octetsAcknowledged: number;
  /** Octets of data received in order. */
  readonly octetsReceived: number;
  /** Segments that have left, of every kind. */
  readonly segmentsSent: number;
  /** Segments that have arrived, of every kind. */
  readonly segmentsReceived: number;
  /** Of those sent, the retransmissions. */
  readonly segmentsRetransmitted: number;
  /** Congestion window, octets. */
  readonly cwnd: number;
  /** Slow start threshold, octets; Infinity until the first reduction. */
  readonly ssthresh: number;
  /** Smoothed round-trip time, microseconds; 0 before the first sample. */
  readonly srtt: number;
  /** Least round-trip time, microseconds; 0 before the first sample. */
  readonly minRtt: number;
  /** Retransmission timeout with its back-off, microseconds. */
  readonly rto: number;
}

/** What a connection runs on. */
export interface ConnParts {
  readonly connection: Connection;
  readonly background: Background;
  readonly observers: Observers;
}

/**
 * One TCP connection, with the methods of `Deno.TcpConn`. `using` ends it with RST, `await using` in order.
 *
 * Methods throw the platform's errors (`Deno.errors.ConnectionReset`, `TimedOut`, `BadResource` …), with ours as the cause.
 */
export class Conn implements AsyncDisposable, Disposable {
  /** Our address and port. */
  readonly localAddr: Deno.NetAddr;
  /** The peer's address and port. */
  readonly remoteAddr: Deno.NetAddr;
  readonly #parts: ConnParts;
  readonly #member: Member;
  #waiting: (() => void)[] = [];
  #isRef = true;
  /** The user has closed: nothing may be called any more. */
  #isClosed = false;
  #error: unknown = null;
  #readable: ReadableStream<Uint8Array<ArrayBuffer>> | null = null;
  #writable: WritableStream<Uint8Array> | null = null;

  /** For `connect` and `Listener`: the connection runs in the background from here on. */
  constructor(parts: ConnParts) {
    const { connection } = parts;
    this.#parts = parts;
    this.localAddr = netAddress(connection.local);
    this.remoteAddr = netAddress(connection.remote);
    const keepsAlive = (): boolean => this.#isRef && !(this.#isClosed && isSettled(connection.state));
    this.#member = {
      connection,
      turnEnded: () => this.#turnEnded(),
      get keepsAlive() {
        return keepsAlive();
      },
      get isOver() {
        return connection.state === "CLOSED";
      },
      failed: (error) => this.#failed(error),
    };
    this.#fitSegments();
    parts.background.add(this.#member);
  }

  /** Its state in RFC 9293's words. */
  get state(): State {
    return this.#parts.connection.state;
  }

  /** The octets that arrive. Whoever cancels it closes the connection, as {@link Conn.close} does. */
  get readable(): ReadableStream<Uint8Array<ArrayBuffer>> {
    return this.#readable ??= new ReadableStream({
      type: "bytes",
      autoAllocateChunkSize: CHUNK,
      pull: async (controller) => {
        const request = controller.byobRequest as ReadableStreamBYOBRequest;
        const { buffer, byteOffset, byteLength } = request.view as Uint8Array<ArrayBuffer>;
        const count = await this.read(new Uint8Array(buffer, byteOffset, byteLength));
        if (count === null) controller.close();
        request.respond(count ?? 0);
      },
      cancel: () => {
        if (!this.#isClosed) this.close();
      },
    }) as ReadableStream<Uint8Array<ArrayBuffer>>;
  }

  /** Takes octets to be sent, as fast as the peer takes them. Closing it sends FIN; aborting it resets the connection. */
  get writable(): WritableStream<Uint8Array> {
    return this.#writable ??= new WritableStream({
      // At once: `abort` of a sink is called only after a write that waits, for a peer that reads no more, for ever.
      start: ({ signal }) => signal.addEventListener("abort", () => this[Symbol.dispose]()),
      write: async (chunk) => {
        assertOctets(chunk);
        for (let at = 0; at < chunk.length;) at += await this.write(chunk.subarray(at));
      },
      close: () => this.closeWrite(),
    });
  }

  /** Copies octets that have arrived, and waits for the first. @returns how many; null: the peer has closed its side */
  async read(into: Uint8Array): Promise<number | null> {
    assertOctets(into);
    if (into.length === 0) return 0;
    const { connection, background } = this.#parts;
    for (;;) {
      const count = this.#call(() => connection.receive(into, background.now()));
      if (count !== 0) {
        background.wake(); // the window may have opened
        return count;
      }
      await this.#meanwhile();
    }
  }

  /**
   * Queues octets for sending, and waits until there is room for the first. @returns how many were taken
   *
   * @throws Deno.errors.BrokenPipe once one side has closed its own and the other one takes nothing any more
   */
  async write(data: Uint8Array): Promise<number> {
    assertOctets(data);
    const { connection, background } = this.#parts;
    for (;;) {
      const count = this.#call(() => sentBy(connection, data, background.now()));
      if (count > 0 || data.length === 0) {
        background.wake();
        return count;
      }
      await this.#meanwhile();
    }
  }

  /** Ends our side: FIN follows what was written. What the peer sends can still be read. */
  closeWrite(): Promise<void> {
    try {
      this.#call(() => this.#parts.connection.shutdown(this.#parts.background.now()));
      this.#parts.background.wake();
      return Promise.resolve();
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * Ends both sides in order: what was written is still delivered, and FIN follows it; the process stays for that. Octets
   * that were not read, or that still come, are answered by RST (RFC 9293 3.6.1).
   */
  close(): void {
    const { connection, background } = this.#parts;
    this.#call(() => connection.close(background.now()));
    this.#isClosed = true;
    this.#wakeAll();
    background.wake();
  }

  /** Sends small segments at once (true), or holds them back while data is unacknowledged (RFC 9293 3.7.4). */
  setNoDelay(noDelay = true): void {
    this.#configure({ sending: { nagle: !noDelay } });
  }

  /** Probes a silent peer (RFC 9293 3.8.4). */
  setKeepAlive(keepAlive = true): void {
    this.#configure({ closing: { keepAlive } });
  }

  /** The process does not end while this connection is open: the default. */
  ref(): void {
    this.#isRef = true;
    this.#parts.background.wake();
  }

  /** The process may end while this connection is open. */
  unref(): void {
    this.#isRef = false;
    this.#parts.background.wake();
  }

  /** The connection's figures now. */
  stats(): ConnStats {
    const { connection } = this.#parts;
    return {
      ...connection.info(),
      state: connection.state,
      octetsSent: connection.octetsSent,
      octetsAcknowledged: connection.octetsAcknowledged,
      octetsReceived: connection.octetsReceived,
      segmentsSent: connection.segmentsSent,
      segmentsReceived: connection.segmentsReceived,
      segmentsRetransmitted: connection.segmentsRetransmitted,
      cwnd: connection.cwnd,
      ssthresh: connection.ssthresh,
      srtt: connection.smoothedRtt,
      minRtt: connection.minimumRtt,
      rto: connection.retransmissionTimeout,
    };
  }

  /** Watches every event of this connection from now on, with the segments on the wire meanwhile. @returns ends that when disposed of */
  observe(observer: Observer): Disposable {
    const watch = this.#parts.observers.watch(this.#parts.connection, observer);
    this.#fitSegments();
    return {
      [Symbol.dispose]: (): void => {
        watch[Symbol.dispose]();
        this.#fitSegments();
      },
    };
  }

  /** Whoever watches is to see the segments on the wire; for nobody they need not be cut before they leave. */
  #fitSegments(): void {
    const { connection, observers } = this.#parts;
    const { family } = connection.local.address;
    connection.limitSegments(observers.isWatched(connection) ? 0 : packetSegmentLimit(family));
  }

  /** Ends the connection with RST, told to the peer in the next turn. Again: nothing. */
  [Symbol.dispose](): void {
    if (this.#isClosed && this.state === "CLOSED") return;
    this.#isClosed = true;
    this.#parts.connection.abort(this.#parts.background.now(), true);
    this.#wakeAll();
    this.#parts.background.wake();
  }

  /**
   * Closes in order, and waits until the peer has closed as well. What has been written is delivered as long as the peer
   * acknowledges it: one that acknowledges nothing more in 5 s is reset.
   */
  async [Symbol.asyncDispose](): Promise<void> {
    const { connection } = this.#parts;
    if (!this.#isClosed && this.state !== "CLOSED") this.close();
    this.#isClosed = true;
    let { octetsAcknowledged } = connection;
    const timer = setInterval(() => {
      if (connection.octetsAcknowledged === octetsAcknowledged) this[Symbol.dispose]();
      octetsAcknowledged = connection.octetsAcknowledged;
    }, CLOSE_TIMEOUT);
    while (!isOver(this.state) && this.#error === null) await this.#nextTurn();
    clearInterval(timer);
  }

  #configure(changes: Parameters<Connection["configure"]>[0]): void {
    this.#call(() => this.#parts.connection.configure(changes, this.#parts.background.now()));
    this.#parts.background.wake();
  }

  /** Calls the core. @throws the platform's errors */
  #call<T>(act: () => T): T {
    if (this.#error !== null) throw this.#error;
    if (this.#isClosed) throw new Deno.errors.BadResource("Cannot use the connection: it was closed");
    try {
      return act();
    } catch (error) {
      throw platformError(error);
    }
  }

  /** A turn in which a call waits. @throws Deno.errors.Interrupted when the connection is closed in it */
  async #meanwhile(): Promise<void> {
    await this.#nextTurn();
    if (this.#isClosed) {
      throw new Deno.errors.Interrupted("Cannot go on: the connection was closed meanwhile");
    }
  }

  #nextTurn(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #turnEnded(): boolean {
    const { connection, observers, background } = this.#parts;
    const thrown = observers.takeFailure(connection);
    if (thrown !== undefined) {
      connection.abort(background.now(), true);
      this.#failed(thrown);
      return true;
    }
    return connection.takeEvents() !== 0 && this.#wakeAll();
  }

  #wakeAll(): boolean {
    const waiting = this.#waiting;
    if (waiting.length === 0) return false;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
    return true;
  }

  #failed(error: unknown): void {
    this.#error = platformError(error);
    this.#wakeAll();
  }
}

/** @throws TypeError for what holds no octets, which types alone do not keep away */
function assertOctets(value: unknown): void {
  if (value instanceof Uint8Array) return;
  throw new TypeError(`Cannot take octets of type ${typeof value}: give a Uint8Array`);
}

/** Sends; on a side that is closed, or to a peer that has closed and takes nothing more, as a kernel says it: EPIPE. */
function sentBy(connection: Connection, data: Uint8Array, now: Instant): number {
  try {
    return connection.send(data, now);
  } catch (error) {
    const isReset = error instanceof ConnectionFailure && error.kind === "reset";
    if (!(error instanceof InvalidStateError) && !(isReset && connection.peerClosed)) throw error;
    throw new Deno.errors.BrokenPipe(error.message, { cause: error });
  }
}

/** Whether both sides have closed. */
function isOver(state: State): boolean {
  return state === "CLOSED" || state === "TIME-WAIT";
}

/** Whether the peer has everything of ours, our FIN included. */
function isSettled(state: State): boolean {
  return isOver(state) || state === "FIN-WAIT-2";
}

/** An endpoint as the platform names it. */
export function netAddress(endpoint: Endpoint): Deno.NetAddr {
  return { transport: "tcp", hostname: formatAddress(endpoint.address), port: endpoint.port };
}
