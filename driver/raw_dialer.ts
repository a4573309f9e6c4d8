/**
 * Many outgoing connections of one process, one after another or at once, on one raw socket and one loop.
 *
 * @module
 */

import {
  type IcmpSocket,
  type IpAddress,
  isAnyAddress,
  openRawSocket,
  PollSet,
  type RawSocket,
  type RawSocketV6,
} from "../ffi/mod.ts";
import {
  completeConfig,
  type Connection,
  DYNAMIC_PORTS,
  type Endpoint,
  Host,
  type Instant,
  type IsnSource,
  type Observer,
  type PartialConfig,
  type PortRange,
  type Segment,
  type TcpConfig,
} from "../tcp/mod.ts";
import type { PacketDevice } from "./device.ts";
import { GuardedPorts } from "./guarded_ports.ts";
import { Loop, type LoopOptions, type NetworkSide } from "./loop.ts";
import { openIcmp, reportIcmp, reportTooLong } from "./network_reports.ts";
import { Routes } from "./routes.ts";

/** Where the connections come from, and how. */
export interface RawDialerOptions {
  /** The address of this host's that all of them come from; `sourceAddressFor` of ffi/ names the one towards a peer. */
  readonly source: IpAddress;
  /** What to choose local ports from (RFC 6056). @default the dynamic ports, 49152 to 65535 (RFC 6335 6) */
  readonly ports?: PortRange;
  /** The MTU of each path replaces the one in it. @default STANDARD */
  readonly config?: PartialConfig;
  /** @default nobody */
  readonly observer?: Observer;
  /** @default RFC 6528, with a secret of this dialer's own */
  readonly isn?: IsnSource;
  /** As `LoopOptions.patience`; most peers on the same host or cable answer within it. @default 1 */
  readonly patience?: number;
  /** As `PollSet`'s: microseconds of each patient wait in which the thread asks again and again. @default 100 */
  readonly spin?: number;
  /** Puts something between the core and the network, such as losses. @default the device as it is */
  readonly throughDevice?: (device: PacketDevice) => PacketDevice;
  /** Called for each packet that is not a sound TCP segment, and so reaches no core. @default nothing */
  readonly onDrop?: LoopOptions["onDrop"];
  /** Called for each segment that could not leave this host; the core knows already. @default nothing */
  readonly onUnsent?: (outcome: "too long" | "unreachable", reason: string) => void;
}

/** Octets of a secret that the core takes. */
const SECRET_LENGTH = 16;

/** Milliseconds. */
const DEFAULT_PATIENCE = 1;

/** Device, ICMP, and room for what the user watches. */
const DESCRIPTORS = 8;

/** Microseconds; a handshake, an echo and a close on one host or cable take less each. */
const DEFAULT_SPIN = 100;

/**
 * Opens connections, as many as wanted, from one address of this host. Next to a `RawConnection` for each it saves the
 * sockets: all share one raw socket, one for ICMP, one loop and one secret, and each costs a port guard alone. A port is
 * guarded from before its SYN until the connection is over, TIME-WAIT included: the kernel answers nothing there.
 *
 * Ends without a word to the peers when disposed of.
 */
export class RawDialer implements Disposable {
  /** The connections. */
  readonly host: Host;
  /** `run` this for anything to happen. */
  readonly loop: Loop;
  readonly #source: IpAddress;
  readonly #ports: GuardedPorts;
  readonly #routes: Routes;
  readonly #owned: readonly Disposable[];

  private constructor(
    options: RawDialerOptions,
    config: TcpConfig,
    socket: RawSocket | RawSocketV6,
    icmp: IcmpSocket | null,
  ) {
    const { source, onUnsent } = options;
    this.#source = source;
    this.#ports = new GuardedPorts(options.ports ?? DYNAMIC_PORTS);
    this.#routes = new Routes(source, config);
    this.host = new Host({
      addresses: [source],
      secret: crypto.getRandomValues(new Uint8Array(SECRET_LENGTH)),
      config,
      observer: options.observer,
      isn: options.isn,
      ports: this.#ports,
    });
    this.loop = new Loop({
      device: options.throughDevice?.(socket) ?? socket,
      side: new GuardedSide(this.host, this.#ports),
      patience: options.patience ?? DEFAULT_PATIENCE,
      poller: new PollSet(DESCRIPTORS, options.spin ?? DEFAULT_SPIN),
      onUnsent: (segment, outcome, now) => {
        if (outcome === "too long") reportTooLong(this.host, segment, now);
        onUnsent?.(outcome, outcome === "unreachable" ? socket.softError?.message ?? "" : "");
      },
      ...options.onDrop === undefined ? {} : { onDrop: options.onDrop },
    });
    const complaints = reportIcmp(icmp, source.family, this.loop, this.host);
    const sockets: Disposable[] = icmp === null ? [socket] : [icmp, socket];
    this.#owned = [complaints, this.loop, ...sockets, this.#ports];
  }

  /**
   * Opens the sockets. Nothing is sent, and no port is taken.
   *
   * @throws SystemError EPERM without CAP_NET_RAW, EADDRNOTAVAIL for an address that is not this host's
   * @throws RangeError for 0.0.0.0 and ::, for a range without ports, and for a config out of range
   */
  static open(options: RawDialerOptions): RawDialer {
    const { source, ports = DYNAMIC_PORTS } = options;
    if (isAnyAddress(source)) {
      throw new RangeError("Cannot connect from every address at once: name one of this host's");
    }
    if (!(ports.first >= 1 && ports.first <= ports.last && ports.last <= DYNAMIC_PORTS.last)) {
      throw new RangeError(
        `Cannot choose a port from ${ports.first} to ${ports.last}: name a range within 1 to 65535`,
      );
    }
    const config = completeConfig(options.config);
    const socket = openRawSocket({ local: { address: source, port: 0 }, ports });
    const opened: Disposable[] = [socket];
    try {
      const icmp = openIcmp(source.family, 0);
      if (icmp !== null) opened.push(icmp);
      return new RawDialer(options, completeConfig({ sending: { mtu: socket.mtu } }, config), socket, icmp);
    } catch (error) {
      for (const owner of opened.reverse()) owner[Symbol.dispose]();
      throw error;
    }
  }

  /** Ports guarded now: those of connections that are not over yet. */
  get guardedPorts(): number {
    return this.#ports.count;
  }

  /**
   * Begins a connection from a port of the dialer's choice: the SYN leaves in the next turn of the loop.
   *
   * @throws SystemError ENETUNREACH without a route, EMFILE when this process may have no further port guard
   * @throws RangeError for a peer that no connection can have, and when no port is free: quick connections use them up for
   * the time of TIME-WAIT, unless `timeWaitTakeover` of the config says how soon they may be used again (RFC 6191)
   */
  connect(remote: Endpoint): Connection {
    const now = this.loop.readClock();
    const config = this.#routes.configFor(remote, now);
    return this.host.connect({ remote, local: { address: this.#source }, config }, now);
  }

  /** Closes the sockets and gives the ports back. */
  [Symbol.dispose](): void {
    for (const owner of this.#owned) owner[Symbol.dispose]();
  }
}

/**
 * A host that hears only what comes to its guarded ports: what comes to the others of the range is the kernel's, and no
 * business of a TCP that would refuse it.
 */
class GuardedSide implements NetworkSide {
  readonly #host: Host;
  readonly #ports: GuardedPorts;

  constructor(host: Host, ports: GuardedPorts) {
    this.#host = host;
    this.#ports = ports;
  }

  segmentArrives(segment: Segment, now: Instant): void {
    if (this.#ports.has(segment.destinationPort)) this.#host.segmentArrives(segment, now);
  }

  timersFire(now: Instant): void {
    this.#host.timersFire(now);
  }

  nextDeadline(): Instant {
    return this.#host.nextDeadline();
  }

  transmit(out: Segment, now: Instant): boolean {
    return this.#host.transmit(out, now);
  }
}
