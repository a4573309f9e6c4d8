/**
 * `listen`: connections that come in, on our own TCP.
 *
 * @module
 */

import { resolve } from "../../ffi/resolve.ts";
import type { Listener as CoreListener, Observer, PartialConfig } from "../../tcp/mod.ts";
import { RawHost } from "../raw_host.ts";
import { Background } from "./background.ts";
import { Conn, netAddress } from "./conn.ts";
import { platformError } from "./failures.ts";
import { Observers } from "./observers.ts";

/** Where to listen, and how. */
export interface ListenOptions {
  /** A name or an address of this host's; not 0.0.0.0 or ::, the port is guarded at one address. @default "127.0.0.1" */
  readonly hostname?: string;
  /** 0: a free one. */
  readonly port: number;
  /** Connections that may wait for `accept`, those in their handshake included. @default 128 */
  readonly backlog?: number;
  /** Ends the listener. */
  readonly signal?: AbortSignal;
  /** The RFCs' choices where it says nothing. */
  readonly config?: PartialConfig;
  /** Watches every connection from its first event on. */
  readonly observer?: Observer;
}

/**
 * Takes the port, guards it from the kernel, and listens.
 *
 * @throws Deno.errors.AddrInUse, AddrNotAvailable, PermissionDenied (without CAP_NET_RAW); ResolveError; RangeError
 */
export async function listen(options: ListenOptions): Promise<Listener> {
  const { hostname = "127.0.0.1", port, backlog, signal, config, observer } = options;
  signal?.throwIfAborted();
  const [address] = await resolve(hostname);
  if (address === undefined) throw new RangeError(`Cannot listen: ${hostname} has no address`);
  const observers = new Observers();
  if (observer !== undefined) observers.watchNew(observer);
  try {
    const host = RawHost.open({
      local: { address, port },
      observer: observers,
      ...config === undefined ? {} : { config },
    });
    const listener = new Listener(host, host.listen(backlog), observers);
    signal?.addEventListener("abort", () => listener[Symbol.dispose](), { once: true });
    return listener;
  } catch (error) {
    throw platformError(error);
  }
}

/** Gives the connections that come in, one by one: `for await (const conn of listener)`. */
export class Listener implements AsyncIterable<Conn>, Disposable {
  /** Where it listens. */
  readonly addr: Deno.NetAddr;
  readonly #listener: CoreListener;
  readonly #background: Background;
  readonly #observers: Observers;
  #waiting: { resolve: (conn: Conn | null) => void; reject: (error: Error) => void }[] = [];
  #isRef = true;
  #error: Error | null = null;

  /** For `listen`: what comes in runs in the background from here on. */
  constructor(host: RawHost, listener: CoreListener, observers: Observers) {
    this.addr = netAddress(host.local);
    this.#listener = listener;
    this.#observers = observers;
    this.#background = new Background(host.loop, () => host[Symbol.dispose]());
    const keepsAlive = (): boolean => this.#isRef;
    this.#background.add({
      turnEnded: () => this.#handOut(),
      get keepsAlive() {
        return keepsAlive();
      },
      get isOver() {
        return !listener.isOpen;
      },
      failed: (error) => this.#failed(error),
    });
  }

  /** The next connection. @throws Deno.errors.BadResource once the listener is closed */
  async accept(): Promise<Conn> {
    const conn = await this.#next();
    if (conn === null) throw new Deno.errors.BadResource("Cannot accept: the listener was closed");
    return conn;
  }

  /** Every connection that comes in, until the listener is closed. */
  async *[Symbol.asyncIterator](): AsyncIterableIterator<Conn> {
    for (let conn = await this.#next(); conn !== null; conn = await this.#next()) yield conn;
  }

  /** Stops listening. Connections that nobody has accepted are reset; the others go on. */
  close(): void {
    if (!this.#listener.isOpen) throw new Deno.errors.BadResource("Cannot close: the listener was closed");
    this[Symbol.dispose]();
  }

  /** The process does not end while the listener is open: the default. */
  ref(): void {
    this.#isRef = true;
    this.#background.wake();
  }

  /** The process may end while the listener is open. */
  unref(): void {
    this.#isRef = false;
    this.#background.wake();
  }

  /** As `close`; again: nothing. */
  [Symbol.dispose](): void {
    this.#listener.close(this.#background.now());
    for (const { resolve } of this.#waiting.splice(0)) resolve(null);
    this.#background.wake();
  }

  #next(): Promise<Conn | null> {
    if (this.#error !== null) return Promise.reject(this.#error);
    if (!this.#listener.isOpen) return Promise.resolve(null);
    const { promise, resolve, reject } = Promise.withResolvers<Conn | null>();
    this.#waiting.push({ resolve, reject });
    this.#handOut();
    return promise;
  }

  /** Gives waiting connections to those who wait for one. Returns whether it did. */
  #handOut(): boolean {
    let given = false;
    while (this.#waiting.length > 0) {
      const connection = this.#listener.accept();
      if (connection === null) break;
      const conn = new Conn({ connection, background: this.#background, observers: this.#observers });
      this.#waiting.shift()?.resolve(conn);
      given = true;
    }
    return given;
  }

  #failed(error: Error): void {
    this.#error = platformError(error) as Error;
    for (const { reject } of this.#waiting.splice(0)) reject(this.#error);
  }
}
