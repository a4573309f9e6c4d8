/**
 * `listen`: connections that come in, on our own TCP.
 *
 * @module
 */

import { resolve } from "../../ffi/resolve.ts";
import {
  type Endpoint,
  formatEndpoint,
  type Listener as CoreListener,
  type Observer,
  type PartialConfig,
} from "../../tcp/mod.ts";
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
  /** As of {@link connect}, for every connection. @default nobody */
  readonly observer?: Observer;
}

/** A port with what is on it. */
interface Hosting {
  readonly host: RawHost;
  readonly background: Background;
  readonly observers: Observers;
  readonly config: PartialConfig | undefined;
  /** Whether somebody listens. */
  isTaken: boolean;
}

/** By address and port. One goes when its listener is closed and its last connection is over. */
const hostings = new Map<string, Hosting>();

/**
 * Takes the port, guards it from the kernel, and listens.
 *
 * @throws Deno.errors.AddrInUse, AddrNotAvailable, PermissionDenied (without CAP_NET_RAW); ResolveError; RangeError
 */
export async function listen(options: ListenOptions): Promise<Listener> {
  const { hostname = "127.0.0.1", port, backlog, signal, config, observer } = options;
  signal?.throwIfAborted();
  const [address] = await resolve(hostname);
  signal?.throwIfAborted();
  if (address === undefined) throw new RangeError(`Cannot listen: ${hostname} has no address`);
  try {
    const listener = new Listener(hostAt({ address, port }, config), backlog, observer);
    signal?.addEventListener("abort", () => listener[Symbol.dispose](), { once: true });
    return listener;
  } catch (error) {
    throw platformError(error);
  }
}

/** The host of a port, which goes on for as long as there is a connection on it: one after another may listen there. */
function hostAt(local: Endpoint, config: PartialConfig | undefined): Hosting {
  const key = formatEndpoint(local);
  const known = hostings.get(key);
  // One that still listens is in the way, as any other socket would be.
  if (known !== undefined && !known.isTaken && known.config === config) return known;
  const observers = new Observers();
  const host = RawHost.open({ local, observer: observers, ...config === undefined ? {} : { config } });
  const ownKey = formatEndpoint(host.local);
  const background = new Background(host.loop, () => observers.nextEventful(host.host), () => {
    hostings.delete(ownKey);
    host[Symbol.dispose]();
  });
  const hosting = { host, background, observers, config, isTaken: false };
  hostings.set(ownKey, hosting);
  return hosting;
}

/** Gives the connections that come in, one by one: `for await (const conn of listener)`. */
export class Listener implements AsyncIterable<Conn>, Disposable {
  /** Where it listens. */
  readonly addr: Deno.NetAddr;
  readonly #listener: CoreListener;
  readonly #hosting: Hosting;
  readonly #watch: Disposable | undefined;
  #waiting: { resolve: (conn: Conn | null) => void; reject: (error: Error) => void }[] = [];
  #isRef = true;
  #error: Error | null = null;

  /** For `listen`: what comes in runs in the background from here on. */
  constructor(hosting: Hosting, backlog: number | undefined, observer: Observer | undefined) {
    const { host, background, observers } = hosting;
    const listener = host.listen(backlog);
    hosting.isTaken = true;
    this.addr = netAddress(host.local);
    this.#listener = listener;
    this.#hosting = hosting;
    this.#watch = observer === undefined ? undefined : observers.watchNew(observer);
    const keepsAlive = (): boolean => this.#isRef;
    background.add({
      connection: null,
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

  /** Every connection that comes in, until the listener is closed; whoever leaves the loop closes it. */
  async *[Symbol.asyncIterator](): AsyncIterableIterator<Conn> {
    try {
      for (let conn = await this.#next(); conn !== null; conn = await this.#next()) yield conn;
    } finally {
      this[Symbol.dispose]();
    }
  }

  /** Stops listening. Connections that nobody has accepted are reset; the others go on. */
  close(): void {
    if (!this.#listener.isOpen) throw new Deno.errors.BadResource("Cannot close: the listener was closed");
    this[Symbol.dispose]();
  }

  /** The process does not end while the listener is open: the default. */
  ref(): void {
    this.#isRef = true;
    this.#hosting.background.wake();
  }

  /** The process may end while the listener is open. */
  unref(): void {
    this.#isRef = false;
    this.#hosting.background.wake();
  }

  /** As `close`; again: nothing. */
  [Symbol.dispose](): void {
    if (!this.#listener.isOpen) return;
    const { background } = this.#hosting;
    this.#listener.close(background.now());
    this.#hosting.isTaken = false;
    this.#watch?.[Symbol.dispose]();
    for (const { resolve } of this.#waiting.splice(0)) resolve(null);
    background.wake();
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
      const conn = new Conn({ connection, ...this.#hosting });
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
