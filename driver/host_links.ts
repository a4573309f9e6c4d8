/**
 * Ways beside the raw socket for the bulk data of a host's connections: each has its own, the same as a single connection's.
 *
 * @module
 */

import type { SettledFlow } from "../ffi/ipsec.ts";
import type { PacketBatch, PacketDevice, SegmentGatherer, SendResult } from "../ffi/packet_device.ts";
import type { RawSocket } from "../ffi/raw_socket.ts";
import type { RawSocketV6 } from "../ffi/raw_socket_v6.ts";
import type { IpAddress } from "../ffi/sockaddr.ts";
import {
  type Connection,
  elapsed,
  type Host,
  type Instant,
  instant,
  octetsMatch,
  seconds,
  type Segment,
} from "../tcp/mod.ts";
import type { LinkMonitor, LinkOpener } from "./link.ts";
import type { LinkDevice } from "./link_device.ts";
import type { Monitor } from "./loop.ts";

/**
 * Connections that may have such a way at a time. For each the host's rules and the next hop are looked at five times a second; the
 * others go on by raw socket.
 */
const MOST_LINKS = 8;

/** How long a connection with such a way has sent nothing by it, and has nothing to send, when another may have its place. */
const IDLE_TIME = seconds(1);

/** What a host's loop runs on and is watched by. */
interface HostLinksOptions {
  /** Receives for all connections, and sends what goes no other way. Stays its owner's. */
  readonly raw: RawSocket | RawSocketV6;
  readonly host: Host;
  readonly open: LinkOpener;
  /** DiffServ code point of the packets. */
  readonly dscp: number;
}

/** A connection's way. */
interface HostLink {
  readonly device: LinkDevice;
  readonly monitor: LinkMonitor;
  /** When the connection last sent by it. */
  usedAt: Instant;
}

/** The device of a host, which sends each segment the way of its connection. */
export class HostLinks implements PacketDevice, Monitor {
  readonly mtu: number;
  readonly outbound: Uint8Array;
  readonly #raw: RawSocket | RawSocketV6;
  readonly #options: HostLinksOptions;
  readonly #links = new Map<Connection, HostLink>();
  /** Those of which all goes by raw socket for good: what they found out, none of them finds out again. */
  readonly #settled = new WeakSet<Connection>();
  #now: Instant = instant(0);
  /** That of the segment which leaves now; null: the raw socket alone. */
  #present: LinkDevice | null = null;

  /** Nothing is opened yet. */
  constructor(options: HostLinksOptions) {
    this.#options = options;
    this.#raw = options.raw;
    this.mtu = options.raw.mtu;
    this.outbound = options.raw.outbound;
  }

  get descriptor(): number {
    return this.#raw.descriptor;
  }

  get inbound(): Uint8Array {
    return this.#raw.inbound;
  }

  get inboundStamp(): number {
    return this.#raw.inboundStamp;
  }

  get outboundDescriptor(): number {
    return this.#present === null ? this.#raw.descriptor : this.#present.outboundDescriptor;
  }

  get gathering(): SegmentGatherer | null {
    return this.#present === null ? null : this.#present.gathering;
  }

  get batch(): PacketBatch {
    return this.#raw.batch;
  }

  receive(): number {
    return this.#raw.receive();
  }

  send(length: number): SendResult {
    return this.#raw.send(length);
  }

  segmentArrives(segment: Segment, now: Instant): void {
    for (const [{ remote }, { monitor }] of this.#links) {
      if (remote.port !== segment.sourcePort) continue;
      if (octetsMatch(remote.address, segment.addresses, segment.sourceOffset)) {
        return monitor.segmentArrives(segment, now);
      }
    }
  }

  timersFired(now: Instant): void {
    for (const { monitor } of this.#links.values()) monitor.timersFired(now);
  }

  transmitBegins(now: Instant): void {
    this.#now = now;
    for (const [connection, { device, monitor }] of this.#links) {
      monitor.transmitBegins?.(now);
      if (monitor.isSettled) this.#settled.add(connection);
      else if (connection.state !== "CLOSED" && connection.state !== "TIME-WAIT") continue;
      this.#links.delete(connection);
      device[Symbol.dispose]();
    }
  }

  segmentLeaves(segment: Segment): void {
    const { sender } = this.#options.host;
    const link = sender === null ? null : this.#links.get(sender) ?? this.#opened(sender, segment);
    if (link !== null) link.usedAt = this.#now;
    this.#present = link === null ? null : link.device;
  }

  /** A way for a connection that has more to send than fits into a segment on the wire. Until then it costs nothing. */
  #opened(connection: Connection, { segmentSize }: Segment): HostLink | null {
    if (segmentSize === 0 || this.#settled.has(connection) || !this.#hasPlace()) return null;
    const { local, remote } = connection;
    const { device, monitorOf } = this.#options.open(this.#raw, {
      local,
      remote,
      flow: this.#flowOf(connection),
      isShared: true,
    });
    const link = { device, monitor: monitorOf(connection), usedAt: this.#now };
    this.#links.set(connection, link);
    return link;
  }

  /** Whether one more may have a way: there are not so many, or one of them has no use for its own. */
  #hasPlace(): boolean {
    if (this.#links.size < MOST_LINKS) return true;
    for (const [connection, { device, monitor, usedAt }] of this.#links) {
      if (connection.undeliveredOctets > 0 || elapsed(usedAt, this.#now) < IDLE_TIME) continue;
      monitor.closed("it has nothing to send, and another connection has");
      this.#links.delete(connection);
      device[Symbol.dispose]();
      return true;
    }
    return false;
  }

  /** Link-local peers are on the link that our own address is on. */
  #flowOf({ local, remote }: Connection): SettledFlow {
    const { scopeId }: IpAddress = local.address;
    return {
      source: local.address,
      sourcePort: local.port,
      destination: scopeId === undefined ? remote.address : { ...remote.address, scopeId },
      destinationPort: remote.port,
      dscp: this.#options.dscp,
    };
  }

  [Symbol.dispose](): void {
    for (const { device } of this.#links.values()) device[Symbol.dispose]();
    this.#links.clear();
  }
}
