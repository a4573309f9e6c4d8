/**
 * Many outgoing connections of one process, one after another or at once, on one raw socket and one loop.
 *
 * @module
 */

import { packetSegmentLimit } from "../ffi/packet_device.ts";
import { type IpAddress, isAnyAddress } from "../ffi/sockaddr.ts";
import {
  completeConfig,
  type Connection,
  DYNAMIC_PORTS,
  type Endpoint,
  Host,
  type IsnSource,
  type Observer,
  type PartialConfig,
  type PortRange,
} from "../tcp/mod.ts";
import { GuardedPorts } from "./guarded_ports.ts";
import type { Loop } from "./loop.ts";
import { PortPolicies } from "./port_policies.ts";
import { RawStack, type RunOptions } from "./raw_stack.ts";
import { assertConnectable, dscpOf, type KnownPath, Routes } from "./routes.ts";

/** Where the connections come from, and how. */
export interface RawDialerOptions extends RunOptions {
  /** The address of this host's that all of them come from; `sourceAddressFor` of ffi/ names the one towards a peer. */
  readonly source: IpAddress;
  /**
   * Index of the interface that all packets are to leave by; `steeringOf` of ffi/ names that of a connection which a rule of
   * routing by port sends another way. @default the way of a raw socket, by address alone
   */
  readonly interfaceIndex?: number;
  /** Called with what of a connection is otherwise than with the kernel's own TCP, in words. @default nothing */
  readonly onRemark?: (text: string) => void;
  /** What to choose local ports from (RFC 6056). @default the dynamic ports, 49152 to 65535 (RFC 6335 6) */
  readonly ports?: PortRange;
  /** The MTU of each path replaces the one in it. @default STANDARD */
  readonly config?: PartialConfig;
  /** Shown every event of every connection. @default nobody */
  readonly observer?: Observer;
  /** Where initial sequence numbers come from. @default RFC 6528, with a secret of this dialer's own */
  readonly isn?: IsnSource;
  /** As `LoopOptions.patience`; most peers on the same host or cable answer within it. @default 1 */
  readonly patience?: number;
  /** As `PollSet`'s: microseconds of each patient wait in which the thread asks again and again. @default 100 */
  readonly spin?: number;
}

/** Milliseconds. */
const DEFAULT_PATIENCE = 1;

/** Microseconds; a handshake, an echo and a close on one host or cable take less each. */
const DEFAULT_SPIN = 100;

/**
 * Opens connections, as many as wanted, from one address of this host. Next to a `RawConnection` for each it saves the
 * sockets: all share one raw socket, one for ICMP, one loop and one secret, and each costs only a port guard. A port is
 * guarded from before its SYN until the connection is over, TIME-WAIT included: the kernel answers nothing there.
 *
 * `using` ends all of them at once, by RST those that were not over; `await using` closes them in order.
 */
export class RawDialer implements AsyncDisposable, Disposable {
  /** The connections. */
  readonly host: Host;
  /** `run` this for anything to happen. */
  readonly loop: Loop;
  readonly #source: IpAddress;
  readonly #ports: GuardedPorts;
  readonly #routes: Routes;
  readonly #policies: PortPolicies;
  readonly #stack: RawStack;
  readonly #options: RawDialerOptions;

  private constructor(stack: RawStack, ports: GuardedPorts, options: RawDialerOptions) {
    const { source, isn } = options;
    const observer = stack.watched(options.observer);
    const config = completeConfig({ sending: { mtu: stack.mtu } }, options.config);
    this.#stack = stack;
    this.#options = options;
    this.#source = source;
    this.#ports = ports;
    this.#routes = new Routes(source, config);
    // Whoever watches is to see the segments that are on the wire.
    const isPlain = observer !== undefined || options.throughDevice !== undefined;
    this.host = new Host({
      addresses: [source],
      secret: stack.secret,
      config,
      observer,
      isn,
      ports,
      nextId: RawStack.nextId,
      segmentLimit: isPlain ? undefined : packetSegmentLimit(source.family),
    });
    this.loop = stack.run({ core: this.host }, {
      patience: DEFAULT_PATIENCE,
      spin: DEFAULT_SPIN,
      ...options,
    });
    this.#policies = new PortPolicies(stack, this.loop);
  }

  /**
   * Opens the sockets. Nothing is sent, and no port is taken.
   *
   * @throws SystemError EPERM without CAP_NET_RAW, EADDRNOTAVAIL for an address that is not this host's
   * @throws RangeError for 0.0.0.0 and ::, for a range without ports, and for a config out of range
   */
  static open(options: RawDialerOptions): RawDialer {
    const { source, ports = DYNAMIC_PORTS, interfaceIndex } = options;
    if (isAnyAddress(source)) {
      throw new RangeError("Cannot connect from every address at once: name one of this host's");
    }
    if (!(ports.first >= 1 && ports.first <= ports.last && ports.last <= DYNAMIC_PORTS.last)) {
      throw new RangeError(
        `Cannot choose a port from ${ports.first} to ${ports.last}: name a range within 1 to 65535`,
      );
    }
    const guarded = new GuardedPorts(ports);
    const steered = interfaceIndex === undefined ? {} : { interfaceIndex };
    const dscp = dscpOf(options.config);
    const sockets = { local: { address: source, port: 0 }, ports, dscp, ...steered };
    return RawStack.build(sockets, guarded, (stack) => new RawDialer(stack, guarded, options));
  }

  /** Ports guarded now: those of connections that are not over yet. */
  get guardedPorts(): number {
    return this.#ports.count;
  }

  /**
   * Begins a connection from a port of the dialer's choice: the SYN leaves in the next turn of the loop.
   *
   * @throws SystemError ENETUNREACH without a route, EPERM of `xfrm_policy` where an IPsec policy by port would be gone around,
   * EMFILE when this process may have no further port guard
   * @throws RangeError for a peer that no connection can have, and when no port is free: quick connections use them up for
   * the time of TIME-WAIT, unless `timeWaitTakeover` of the config says how soon they may be used again (RFC 6191)
   * @param changes what this connection has otherwise than the dialer's config says
   */
  connect(remote: Endpoint, changes?: PartialConfig): Connection {
    this.#stack.assertOpen();
    const now = this.loop.readClock();
    assertConnectable(remote, this.#source);
    const path = this.#routes.to(remote, now);
    this.#remark(path);
    const config = changes === undefined ? path.config : completeConfig(changes, path.config);
    const connection = this.host.connect({ remote, local: { address: this.#source }, config }, now);
    try {
      // The host chose the port: only now is it known which policies hold. Nothing has been sent yet, and then nothing is.
      this.#policies.assertNoneAgainst(connection);
    } catch (error) {
      connection.abort(now);
      throw error;
    }
    return connection;
  }

  #remark({ steering }: KnownPath): void {
    const { interfaceIndex, onRemark } = this.#options;
    if (steering === null || onRemark === undefined) return;
    if (interfaceIndex !== steering.interfaceIndex) {
      onRemark(
        `a rule of this host's routing sends the connection by interface ${steering.interfaceIndex}, where this dialer's packets do not go`,
      );
    } else if (steering.difference !== null) onRemark(steering.difference);
  }

  /** Closes all in order and waits for the peers to close as well, until 5 s have passed in which none acknowledged more; then as `dispose`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack[Symbol.asyncDispose]();
  }

  /** Tells the peers by RST what is not over, closes the sockets and gives the ports back. */
  [Symbol.dispose](): void {
    this.#stack[Symbol.dispose]();
  }
}
