/**
 * A listening port with its bounded queue of connections (RFC 9293 3.9.1, RFC 4987).
 *
 * @module
 */

import { addressEquals, type IpAddress, octetsMatch, type Port } from "../base/address.ts";
import type { TcpConfig } from "../config/config.ts";
import type { Connection } from "../connection/connection.ts";
import type { OctetCount } from "../base/octet_count.ts";
import { Event, type EventSet } from "../base/events.ts";
import type { Segment } from "../base/segment.ts";
import type { Instant } from "../base/units.ts";

/** One listening port of a host. */
export class Listener {
  /** What it listens on. */
  readonly port: Port;
  /** The address that it listens at; null: every address of the host. */
  readonly address: IpAddress | null;
  /** For connections that come from now on. */
  config: TcpConfig;
  /** Connections that may be waiting: in their handshake, or ready and not yet accepted. */
  readonly backlog: number;
  #isOpen = true;
  #opening = new Set<Connection>();
  #ready: Connection[] = [];
  readonly #abandon: (listener: Listener, left: readonly Connection[], now: Instant) => void;

  readonly #progress: OctetCount;

  /** `progress`: counts what is accepted. `abandon`: called, at the end, with what was not. */
  constructor(
    port: Port,
    address: IpAddress | null,
    config: TcpConfig,
    backlog: number,
    progress: OctetCount,
    abandon: (listener: Listener, left: readonly Connection[], now: Instant) => void,
  ) {
    this.port = port;
    this.address = address;
    this.config = config;
    this.backlog = backlog;
    this.#progress = progress;
    this.#abandon = abandon;
  }

  /** Whether it still takes connections. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Whether one more connection may begin its handshake. */
  get hasRoom(): boolean {
    return this.#opening.size + this.#ready.length < this.backlog;
  }

  /** Whether as many connections as may wait are established already, and nobody accepts them. */
  get isReadyFull(): boolean {
    return this.#ready.length >= this.backlog;
  }

  /** The next established connection; null when none waits. */
  accept(): Connection | null {
    const connection = this.#ready.shift();
    if (connection === undefined) return null;
    this.#progress.add(1);
    return connection;
  }

  /** `Event.readable` while connections wait to be accepted. */
  takeEvents(): EventSet {
    return this.#ready.length > 0 ? Event.readable : 0;
  }

  /** Stops listening; connections that were not accepted are aborted. Again: nothing. */
  close(now: Instant): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    const left = [...this.#opening, ...this.#ready];
    this.#opening.clear();
    this.#ready = [];
    this.#abandon(this, left, now);
  }

  /** A connection began its handshake here. */
  handshakeBegan(connection: Connection): void {
    this.#opening.add(connection);
  }

  /** A connection that began here may have changed its state. */
  stateMayHaveChanged(connection: Connection): void {
    if (!this.#opening.has(connection)) return;
    if (connection.state === "SYN-RECEIVED") return;
    this.#opening.delete(connection);
    if (connection.state === "LISTEN") return;
    if (connection.state !== "CLOSED" || connection.octetsReceived > 0) this.#ready.push(connection);
  }
}

/** Whether one of the listeners is at the very same address (null: every address) and port. */
export function isTaken(port: Port, address: IpAddress | null, listeners: readonly Listener[]): boolean {
  return listeners.some((other) =>
    other.port === port &&
    (address === null || other.address === null
      ? address === other.address
      : addressEquals(address, other.address))
  );
}

/** The listener at the very address that the segment is for, or else one at every address. */
export function listenerFor(segment: Segment, listeners: readonly Listener[]): Listener | null {
  let anywhere: Listener | null = null;
  for (const listener of listeners) {
    if (listener.port !== segment.destinationPort) continue;
    const { address } = listener;
    if (address === null) anywhere = listener;
    else if (
      address.family === segment.family &&
      octetsMatch(address, segment.addresses, segment.destinationOffset)
    ) return listener;
  }
  return anywhere;
}
