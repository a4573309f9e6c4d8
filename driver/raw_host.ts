/**
 * A host over a raw socket: one local port, guarded, and any number of peers.
 *
 * @module
 */

import { assertOneHost } from "../ffi/one_host.ts";
import { packetSegmentLimit } from "../ffi/packet_device.ts";
import { PortGuard } from "../ffi/port_guard.ts";
import { isAnyAddress } from "../ffi/sockaddr.ts";
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
import { HostLinks } from "./host_links.ts";
import type { LinkOpener } from "./link.ts";
import type { Loop } from "./loop.ts";
import { PortPolicies } from "./port_policies.ts";
import { RawStack, type RunOptions } from "./raw_stack.ts";
import { dscpOf } from "./routes.ts";

/** Which port, and how. */
export interface RawHostOptions extends RunOptions {
  /** An address of this host's; port 0 stands for a free one. */
  readonly local: Endpoint;
  /** The MTU of the interface replaces the one in it. @default STANDARD */
  readonly config?: PartialConfig;
  /** Shown every event of every connection. @default nobody */
  readonly observer?: Observer;
  /**
   * Ways for packets besides the raw socket, for eight connections with bulk data at a time: `packetLink` makes one. Without effect
   * together with `throughDevice`. Observers are shown long segments then, as the core makes them. @default the raw socket only
   */
  readonly link?: LinkOpener | undefined;
  /** Where initial sequence numbers come from. @default RFC 6528, with a secret of this host's own */
  readonly isn?: IsnSource;
}

/**
 * Many connections of one local port, coming in and going out, with the loop that runs them. `using` ends all of them at
 * once, by RST those that were not over; `await using` closes them in order.
 */
export class RawHost implements AsyncDisposable, Disposable {
  /** Address and port of this end of every connection. */
  readonly local: Endpoint;
  /** The TCP of it: listeners and connections. */
  readonly host: Host;
  /** `run` this for anything to happen. */
  readonly loop: Loop;
  readonly #stack: RawStack;
  readonly #policies: PortPolicies;

  private constructor(stack: RawStack, local: Endpoint, options: RawHostOptions) {
    const { observer, throughDevice, link } = options;
    // Whoever watches a raw link is to see the segments that are on the wire.
    const isPlain = throughDevice !== undefined || link === undefined && observer !== undefined;
    this.#stack = stack;
    this.local = local;
    this.host = new Host({
      addresses: [local.address],
      secret: stack.secret,
      config: completeConfig({ sending: { mtu: stack.mtu } }, options.config),
      observer: stack.watched(options.observer),
      isn: options.isn,
      nextId: RawStack.nextId,
      segmentLimit: isPlain ? undefined : packetSegmentLimit(local.address.family),
    });
    const links = isPlain || link === undefined ? null : this.#linksBy(link, dscpOf(options.config));
    this.loop = stack.run(
      links === null ? { core: this.host } : { core: this.host, monitors: [links], device: links },
      options,
    );
    this.#policies = new PortPolicies(stack, this.loop);
  }

  /**
   * Takes the port and opens the sockets. Nothing is sent, and nobody listens yet.
   *
   * @throws SystemError EPERM without CAP_NET_RAW, EADDRINUSE and EADDRNOTAVAIL for the port and address asked for
   * @throws RangeError for 0.0.0.0 and ::, multicast and broadcast addresses, and for a config out of range
   */
  static open(options: RawHostOptions): RawHost {
    if (isAnyAddress(options.local.address)) {
      throw new RangeError("Cannot use every address at once: name one of this host's");
    }
    assertOneHost(options.local.address);
    const guard = PortGuard.open(options.local);
    const { local } = guard;
    return RawStack.build(
      { local, dscp: dscpOf(options.config) },
      guard,
      (stack) => new RawHost(stack, local, options),
    );
  }

  /** Listens on the port. @param backlog connections that may wait for `accept`; the core's default when absent */
  listen(backlog?: number): Listener {
    this.#stack.assertOpen();
    const { address, port } = this.local;
    return this.host.listen({ address, port, ...backlog === undefined ? {} : { backlog } });
  }

  /**
   * Connects from the port to a peer that has no connection with it yet.
   *
   * @throws SystemError EPERM of `xfrm_policy` where an IPsec policy by port would be gone around
   * @throws RangeError as `Host.connect`
   */
  connect(remote: Endpoint): Connection {
    this.#stack.assertOpen();
    this.#policies.assertNoneAgainst({ local: this.local, remote });
    return this.host.connect({ remote, local: this.local }, this.loop.readClock());
  }

  #linksBy(open: LinkOpener, dscp: number): HostLinks {
    return this.#stack.own(new HostLinks({ raw: this.#stack.socket, host: this.host, open, dscp }));
  }

  /** Closes all in order and waits for the peers to close as well, until 5 s have passed in which none acknowledged more; then as `dispose`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack[Symbol.asyncDispose]();
  }

  /** Tells the peers by RST what is not over, closes the sockets and gives the port back. */
  [Symbol.dispose](): void {
    this.#stack[Symbol.dispose]();
  }
}
