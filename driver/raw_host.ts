/**
 * A host over a raw socket: one local port, guarded, and any number of peers.
 *
 * @module
 */

import { type IcmpSocket, isAnyAddress, openRawSocket, PortGuard } from "../ffi/mod.ts";
import {
  completeConfig,
  type Connection,
  type Endpoint,
  Host,
  type IsnSource,
  type Listener,
  type Observer,
  type PartialConfig,
} from "../tcp/mod.ts";
import type { PacketDevice } from "./device.ts";
import { Loop } from "./loop.ts";
import { openIcmp, reportIcmp, reportTooLong } from "./network_reports.ts";

/** Which port, and how. */
export interface RawHostOptions {
  /** An address of this host's; port 0 stands for a free one. */
  readonly local: Endpoint;
  /** The MTU of the interface replaces the one in it. @default STANDARD */
  readonly config?: PartialConfig;
  /** @default nobody */
  readonly observer?: Observer;
  /** @default RFC 6528, with a secret of this host's own */
  readonly isn?: IsnSource;
  /** Puts something between the core and the network, such as losses. @default the device as it is */
  readonly throughDevice?: (device: PacketDevice) => PacketDevice;
}

/** Octets of a secret that the core takes. */
const SECRET_LENGTH = 16;

/**
 * Many connections of one local port, coming in and going out, with the loop that runs them. Ends without a word to the
 * peers when disposed of.
 */
export class RawHost implements Disposable {
  /** Address and port of this end of every connection. */
  readonly local: Endpoint;
  readonly host: Host;
  /** `run` this for anything to happen. */
  readonly loop: Loop;
  readonly #owned: readonly Disposable[];

  private constructor(
    options: RawHostOptions,
    guard: PortGuard,
    socket: PacketDevice,
    icmp: IcmpSocket | null,
  ) {
    const device = options.throughDevice?.(socket) ?? socket;
    this.local = guard.local;
    this.host = new Host({
      addresses: [guard.local.address],
      secret: crypto.getRandomValues(new Uint8Array(SECRET_LENGTH)),
      config: completeConfig({ sending: { mtu: socket.mtu } }, options.config),
      observer: options.observer,
      isn: options.isn,
    });
    this.loop = new Loop({
      device,
      side: this.host,
      onUnsent: (segment, outcome, now) => {
        if (outcome === "too long") reportTooLong(this.host, segment, now);
      },
    });
    const complaints = reportIcmp(icmp, guard.local.address.family, this.loop, this.host);
    const sockets: Disposable[] = icmp === null ? [socket, guard] : [icmp, socket, guard];
    this.#owned = [complaints, this.loop, ...sockets];
  }

  /**
   * Takes the port and opens the sockets. Nothing is sent, and nobody listens yet.
   *
   * @throws SystemError EPERM without CAP_NET_RAW, EADDRINUSE and EADDRNOTAVAIL for the port and address asked for
   * @throws RangeError for 0.0.0.0 and ::, and for a config out of range
   */
  static open(options: RawHostOptions): RawHost {
    if (isAnyAddress(options.local.address)) {
      throw new RangeError("Cannot use every address at once: name one of this host's");
    }
    const guard = PortGuard.open(options.local);
    const opened: Disposable[] = [guard];
    try {
      const socket = openRawSocket({ local: guard.local });
      opened.push(socket);
      const icmp = openIcmp(guard.local.address.family, guard.local.port);
      if (icmp !== null) opened.push(icmp);
      return new RawHost(options, guard, socket, icmp);
    } catch (error) {
      for (const owner of opened.reverse()) owner[Symbol.dispose]();
      throw error;
    }
  }

  /** Listens on the port. @param backlog connections that may wait for `accept`; the core's default when absent */
  listen(backlog?: number): Listener {
    const { address, port } = this.local;
    return this.host.listen({ address, port, ...backlog === undefined ? {} : { backlog } });
  }

  /** Connects from the port to a peer that has no connection with it yet. @throws RangeError as `Host.connect` */
  connect(remote: Endpoint): Connection {
    return this.host.connect({ remote, local: this.local }, this.loop.readClock());
  }

  /** Closes the sockets and gives the port back. */
  [Symbol.dispose](): void {
    for (const owner of this.#owned) owner[Symbol.dispose]();
  }
}
