/**
 * `connect`: a connection by name, in one call.
 *
 * @module
 */

import { resolve } from "../../ffi/resolve.ts";
import { sourceAddressFor, steeringOf } from "../../ffi/route.ts";
import type { IpAddress } from "../../ffi/sockaddr.ts";
import { type Connection, Event, isPort, type Observer, type PartialConfig } from "../../tcp/single.ts";
import { RawDialer } from "../raw_dialer.ts";
import { assertConnectable, dscpOf } from "../routes.ts";
import { Background } from "./background.ts";
import { Conn } from "./conn.ts";
import { platformError } from "./failures.ts";
import { firstOf } from "./happy_eyeballs.ts";
import { Observers } from "./observers.ts";

/** Where to connect, and how. */
export interface ConnectOptions {
  /** A name or an address. @default "127.0.0.1" */
  readonly hostname?: string;
  /** The peer's port. */
  readonly port: number;
  /** Calls the attempt off. Without effect once connected. */
  readonly signal?: AbortSignal;
  /** The RFCs' choices where it says nothing. */
  readonly config?: PartialConfig;
  /** Watches the connection from its first event on; its segments are those on the wire then. @default nobody, and bulk data are faster */
  readonly observer?: Observer;
  /** Called with what is otherwise than with the kernel's own TCP, in words. @default nothing */
  readonly onRemark?: (text: string) => void;
}

/** What the connections from one address share. */
interface Dialing {
  readonly dialer: RawDialer;
  readonly background: Background;
  readonly observers: Observers;
}

/** By source address, DiffServ code point and interface. One goes when its last connection is over. */
const dialings = new Map<string, Dialing>();

/**
 * Connects to a host: the addresses of its name are tried in the resolver's order, a second family after 250 ms
 * (RFC 8305).
 *
 * @throws Deno.errors.ConnectionRefused, TimedOut, NetworkUnreachable, PermissionDenied (without CAP_NET_RAW)
 * @throws ResolveError for an unknown name; RangeError for a port or config out of range; the signal's reason
 */
export async function connect(options: ConnectOptions): Promise<Conn> {
  const { hostname = "127.0.0.1", port, signal } = options;
  signal?.throwIfAborted();
  if (!isPort(port)) throw new RangeError(`Cannot connect to port ${port}: give one from 1 to 65535`);
  const [, bracketed] = /^\[(.*:.*)\]$/.exec(hostname) ?? [];
  const addresses = await resolve(bracketed ?? hostname);
  signal?.throwIfAborted();
  return await firstOf(addresses, (address, stop) => attempt(address, options, stop), signal);
}

async function attempt(address: IpAddress, options: ConnectOptions, stop: AbortSignal): Promise<Conn> {
  try {
    const { port } = options;
    assertConnectable({ address, port }, undefined);
    const dscp = dscpOf(options.config);
    const source = sourceAddressFor(address, port, dscp);
    const steering = steeringOf({ destination: address, source, destinationPort: port, dscp });
    if (steering !== null && steering.difference !== null) options.onRemark?.(steering.difference);
    const dialing = dialingFrom(source, dscp, steering?.interfaceIndex);
    const connection = begin(dialing, address, options);
    await established(dialing.background, connection, stop);
    return new Conn({ connection, ...dialing });
  } catch (error) {
    throw platformError(error);
  }
}

/** `interfaceIndex`: where a rule of routing by port sends the connection; undefined: no rule does. */
function dialingFrom(source: IpAddress, dscp: number, interfaceIndex: number | undefined): Dialing {
  const key = `${source.octets}%${source.scopeId ?? 0}:${dscp}:${interfaceIndex ?? ""}`;
  const known = dialings.get(key);
  if (known !== undefined) return known;
  const observers = new Observers();
  const steered = interfaceIndex === undefined ? {} : { interfaceIndex };
  const config = { sending: { dscp } };
  const dialer = RawDialer.open({ source, config, observer: observers, patience: 0, spin: 0, ...steered });
  const background = new Background(dialer.loop, () => observers.nextEventful(dialer.host), () => {
    dialings.delete(key);
    dialer[Symbol.dispose]();
  });
  const dialing = { dialer, background, observers };
  dialings.set(key, dialing);
  return dialing;
}

function begin(
  { dialer, background, observers }: Dialing,
  address: IpAddress,
  options: ConnectOptions,
): Connection {
  using _watch = options.observer === undefined ? undefined : observers.watchNew(options.observer);
  try {
    return dialer.connect({ address, port: options.port }, options.config);
  } catch (error) {
    background.endUnlessUsed();
    throw error;
  }
}

/** Runs the handshake in the background. @throws ConnectionFailure; the signal's reason, when the attempt has been aborted */
function established(background: Background, connection: Connection, stop: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let isDone = false;
  const end = (act: () => void): boolean => {
    if (isDone) return false;
    isDone = true;
    stop.removeEventListener("abort", abandon);
    act();
    return true;
  };
  const abandon = (): void => {
    if (!end(() => reject(stop.reason))) return;
    connection.abort(background.now(), true);
    background.wake();
  };
  stop.addEventListener("abort", abandon);
  // Takes a turn at once, which may be all that a peer on this host needs.
  background.add({
    connection,
    turnEnded: () => {
      if (connection.failure !== null) return end(() => reject(connection.failure));
      return (connection.takeEvents() & Event.established) !== 0 && end(resolve);
    },
    get keepsAlive() {
      return !isDone;
    },
    get isOver() {
      return isDone;
    },
    failed: (error) => void end(() => reject(error)),
  });
  if (stop.aborted) abandon();
  return promise;
}
