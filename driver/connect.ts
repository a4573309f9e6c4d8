/**
 * A connection over raw sockets in one call.
 *
 * @module
 */

import {
  type IpAddress,
  packetSegmentLimit,
  PortGuard,
  readInterface,
  routeTo,
  type SettledFlow,
  steeringOf,
} from "../ffi/mod.ts";
import {
  completeConfig,
  Connection,
  createIsnGenerator,
  createTimestampOffset,
  type Endpoint,
  type IsnSource,
  type Observer,
  type PartialConfig,
  type Port,
} from "../tcp/mod.ts";
import { monotonicNow } from "./clock.ts";
import { Link, type LinkChange, type LinkMode } from "./link.ts";
import { LinkDevice } from "./link_device.ts";
import type { Loop } from "./loop.ts";
import { RawStack, type RunOptions } from "./raw_stack.ts";
import { assertOneHost } from "./routes.ts";

/** Where to connect, and how. */
export interface RawConnectionOptions extends RunOptions {
  /** Where to. */
  readonly remote: Endpoint;
  /** Where from. @default the address that the kernel's routing chooses (RFC 9293 3.9.1.1, MUST-44) */
  readonly source?: IpAddress;
  /** The only interface to send and receive by, for packets by raw socket. @default any, by route */
  readonly interfaceName?: string;
  /** The mark of our packets by raw socket, for rules of routing and firewalls. @default 0, none */
  readonly mark?: number;
  /** 0: a free port of the kernel's choice. @default 0 */
  readonly sourcePort?: Port;
  /** The MTU of the path replaces the one in it. @default STANDARD */
  readonly config?: PartialConfig;
  /** Shown every event with its reason. @default nobody */
  readonly observer?: Observer;
  /** Where the initial sequence number comes from. @default RFC 6528, with a secret of this connection's own */
  readonly isn?: IsnSource;
  /** Which sockets carry the packets; with `throughDevice` always `raw`. @default "raw" */
  readonly link?: LinkMode;
  /**
   * Called each time that packets change their way, with the reason in words, and with the rules of this host's that they go
   * around from now on (null: none). @default nothing
   */
  readonly onLinkChange?: (link: LinkChange, reason: string, around: string | null) => void;
  /** Called with what is otherwise than with the kernel's own TCP, in words. @default nothing */
  readonly onRemark?: (text: string) => void;
}

/** How often to ask for another port when the kernel chose the peer's own, of which there is one in some 28,000. */
const PORT_TRIES = 4;

/**
 * A connection with the loop that runs it. `using` ends it at once, by RST unless it was over; `await using` closes it in
 * order.
 */
export class RawConnection implements AsyncDisposable, Disposable {
  /** The TCP of it. */
  readonly connection: Connection;
  /** `run` this for anything to happen. */
  readonly loop: Loop;
  readonly #stack: RawStack;

  private constructor(stack: RawStack, local: Endpoint, flow: SettledFlow, options: RawConnectionOptions) {
    const { remote, observer, isn, throughDevice } = options;
    const device = stack.own(new LinkDevice(stack.socket, local, remote, flow));
    const mode = throughDevice === undefined ? options.link ?? "raw" : "raw";
    // Whoever watches a raw link is to see the segments that are on the wire.
    const isPlain = throughDevice !== undefined || mode === "raw" && observer !== undefined;
    const connection = Connection.connect({
      config: completeConfig({ sending: { mtu: stack.mtu } }, options.config),
      local,
      remote,
      observer: stack.watched(observer),
      segmentLimit: isPlain ? undefined : packetSegmentLimit(local.address.family),
      isn: isn ?? createIsnGenerator(stack.secret),
      timestampOffset: createTimestampOffset(stack.secret)(local, remote),
    }, monotonicNow());
    const side = mode === "raw"
      ? connection
      : new Link({ connection, device, mode, onChange: options.onLinkChange });
    this.#stack = stack;
    this.connection = connection;
    this.loop = stack.run({ core: connection, side, device }, options);
  }

  /**
   * Begins a connection: everything is open, and the SYN leaves in the first turn of the loop.
   *
   * @throws SystemError EPERM without CAP_NET_RAW, ENETUNREACH without a route, EADDRINUSE and EADDRNOTAVAIL for the port
   * and address asked for
   * @throws RangeError for a peer that no connection can have, and for a config out of range
   */
  static open(options: RawConnectionOptions): RawConnection {
    const { remote } = options;
    assertOneHost(remote.address);
    const { source, interfaceName, mark = 0 } = options;
    const flow = {
      destination: remote.address,
      source,
      destinationPort: remote.port,
      mark,
      ...interfaceName === undefined ? {} : { interfaceIndex: readInterface(interfaceName).index },
    };
    const route = routeTo(flow);
    const guard = guardOtherThan(remote, { address: route.source, port: options.sourcePort ?? 0 });
    const { local } = guard;
    const only = interfaceName === undefined ? {} : { interfaceName };
    const exact = { ...flow, source: local.address, sourcePort: local.port };
    const steering = interfaceName === undefined ? orDispose(guard, () => steeringOf(exact)) : null;
    if (steering !== null && steering.difference !== null) options.onRemark?.(steering.difference);
    const steered = steering === null ? {} : { interfaceIndex: steering.interfaceIndex };
    const sockets = { local, remote, mtu: route.mtu, mark, ...only, ...steered };
    return RawStack.build(sockets, guard, (stack) => new RawConnection(stack, local, exact, options));
  }

  /** Closes in order and waits for the peer to close as well, for 5 s at most; then as `dispose`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack[Symbol.asyncDispose]();
  }

  /** Tells the peer by RST unless both sides have closed, closes the sockets and gives the port back. */
  [Symbol.dispose](): void {
    this.#stack[Symbol.dispose]();
  }
}

function orDispose<T>(owner: Disposable, act: () => T): T {
  try {
    return act();
  } catch (error) {
    owner[Symbol.dispose]();
    throw error;
  }
}

/** A guard whose end is not the peer's: a connection from an endpoint to itself would only receive what it sends. */
function guardOtherThan(remote: Endpoint, wanted: Endpoint): PortGuard {
  const sameAddress = wanted.address.octets.every((octet, i) => octet === remote.address.octets[i]);
  if (sameAddress && wanted.port === remote.port) {
    throw new RangeError(`Cannot connect port ${wanted.port} to itself: choose another source port`);
  }
  const refused: PortGuard[] = [];
  try {
    for (;;) {
      const guard = PortGuard.open(wanted);
      if (!sameAddress || guard.local.port !== remote.port || refused.length === PORT_TRIES) return guard;
      refused.push(guard);
    }
  } finally {
    for (const guard of refused) guard[Symbol.dispose]();
  }
}
