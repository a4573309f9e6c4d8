/**
 * A connection over raw sockets in one call.
 *
 * @module
 */

import { assertNoneGoneAround } from "../ffi/ipsec.ts";
import { readInterface } from "../ffi/network_interface.ts";
import { packetSegmentLimit } from "../ffi/packet_device.ts";
import { PortGuard } from "../ffi/port_guard.ts";
import { routeTo, steeringOf } from "../ffi/route.ts";
import type { IpAddress } from "../ffi/sockaddr.ts";
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
} from "../tcp/single.ts";
import { monotonicNow } from "./clock.ts";
import type { LinkOpener } from "./link.ts";
import type { Loop } from "./loop.ts";
import { NextHopAdvice } from "./next_hop_advice.ts";
import { RawStack, type RunOptions } from "./raw_stack.ts";
import { assertConnectable, dscpOf, followHost, type SettledWay } from "./routes.ts";

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
  /**
   * Ways for packets besides the raw socket: `packetLink` makes one, which nothing loads that does not take it. Without effect
   * together with `throughDevice`. @default the raw socket only
   */
  readonly link?: LinkOpener | undefined;
  /** Called with what is otherwise than with the kernel's own TCP, in words. @default nothing */
  readonly onRemark?: (text: string) => void;
  /** Called when this host has no way to the peer any more, with why in words; null: it has one again. @default nothing */
  readonly onBlockage?: (reason: string | null) => void;
  /** Called when this host takes longer or only shorter packets on the way to the peer, in words. @default nothing */
  readonly onMtuChange?: (text: string) => void;
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

  private constructor(
    stack: RawStack,
    local: Endpoint,
    way: SettledWay,
    options: RawConnectionOptions,
  ) {
    const { remote, observer, isn, throughDevice } = options;
    const link = throughDevice === undefined
      ? options.link?.(stack.socket, { local, remote, flow: way.flow })
      : undefined;
    if (link !== undefined) stack.own(link.device);
    // Whoever watches a raw link is to see the segments that are on the wire.
    const isPlain = throughDevice !== undefined || link === undefined && observer !== undefined;
    const connection = Connection.connect({
      config: completeConfig({ sending: { mtu: stack.mtu } }, options.config),
      local,
      remote,
      observer: stack.watched(observer),
      segmentLimit: isPlain ? undefined : packetSegmentLimit(local.address.family),
      isn: isn ?? createIsnGenerator(stack.secret),
      timestampOffset: createTimestampOffset(stack.secret)(local, remote),
      id: RawStack.nextId(),
    }, monotonicNow());
    this.#stack = stack;
    this.connection = connection;
    const advice = new NextHopAdvice({ connection, flow: way.flow });
    const monitors = link === undefined ? [advice] : [link.monitorOf(connection), advice];
    const device = link?.device ?? stack.socket;
    this.loop = stack.run({ core: connection, monitors, device }, options);
    const { interfaceName, onRemark, onMtuChange, onBlockage } = options;
    const isBound = interfaceName !== undefined;
    const { socket } = stack;
    const told = { onRemark, onMtuChange, onBlockage };
    stack.own(followHost(this.loop, { connection, socket, way, isBound, ...told }));
  }

  /**
   * Begins a connection: everything is open, and the SYN leaves in the first turn of the loop.
   *
   * @throws SystemError EPERM without CAP_NET_RAW, ENETUNREACH without a route, EPERM of `xfrm_policy` where
   * an IPsec policy by port would be gone around, EADDRINUSE and EADDRNOTAVAIL for the port
   * and address asked for
   * @throws RangeError for a peer that no connection can have, and for a config out of range
   */
  static open(options: RawConnectionOptions): RawConnection {
    const { remote } = options;
    assertConnectable(remote, options.source);
    const { source, interfaceName, mark = 0 } = options;
    const dscp = dscpOf(options.config);
    const flow = {
      destination: remote.address,
      source,
      destinationPort: remote.port,
      mark,
      dscp,
      ...interfaceName === undefined ? {} : { interfaceIndex: readInterface(interfaceName).index },
    };
    const route = routeTo(flow);
    const guard = guardOtherThan(remote, { address: route.source, port: options.sourcePort ?? 0 });
    const { local } = guard;
    const only = interfaceName === undefined ? {} : { interfaceName };
    const exact = { ...flow, source: local.address, sourcePort: local.port };
    const steering = orDispose(guard, () => {
      assertNoneGoneAround(exact);
      return interfaceName === undefined ? steeringOf(exact) : null;
    });
    if (steering !== null && steering.difference !== null) options.onRemark?.(steering.difference);
    const steered = steering === null ? {} : { interfaceIndex: steering.interfaceIndex };
    const sockets = { local, remote, mtu: route.mtu, mark, dscp, ...only, ...steered };
    return RawStack.build(
      sockets,
      guard,
      (stack) => new RawConnection(stack, local, { flow: exact, route, steering }, options),
    );
  }

  /** Closes in order and waits for the peer to close as well, until 5 s have passed in which it acknowledged nothing more; then as `dispose`. */
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
