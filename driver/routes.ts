/**
 * What the kernel's routing says about the peers of a host, remembered for a short while.
 *
 * @module
 */

import {
  EACCES,
  EADDRNOTAVAIL,
  EHOSTUNREACH,
  EINVAL,
  ENETUNREACH,
  ENODEV,
  isErrno,
  SystemError,
} from "../ffi/errno.ts";
import type { SettledFlow } from "../ffi/ipsec.ts";
import { RoutingChanges } from "../ffi/netlink.ts";
import type { RawSocket } from "../ffi/raw_socket.ts";
import type { RawSocketV6 } from "../ffi/raw_socket_v6.ts";
import { routeTo, type Steering, steeringOf } from "../ffi/route.ts";
import type { IpAddress } from "../ffi/sockaddr.ts";
import type { Loop } from "./loop.ts";
import {
  after,
  completeConfig,
  type Endpoint,
  formatAddress,
  type Instant,
  isUnicast,
  seconds,
  type TcpConfig,
} from "../tcp/single.ts";

/** How old an answer may be: routes change, and the MTU of a path with them. */
const LONGEST_AGE = seconds(1);

/** Peers remembered at a time; more are forgotten all at once. */
const MOST_PEERS = 1_024;

/** @throws RangeError for what is not the address of one host (RFC 9293 3.9.1.1, MUST-46) */
export function assertOneHost(address: IpAddress): void {
  if (!isUnicast(address)) {
    throw new RangeError(`Cannot connect to ${formatAddress(address)}: it is not the address of one host`);
  }
}

/** What is known of the way to a peer. */
export interface KnownPath {
  /** The config of a connection to it: with the MTU of the path. */
  readonly config: TcpConfig;
  /** What a raw socket must be told to go the way of the kernel's own TCP; null: nothing. */
  readonly steering: Steering | null;
  readonly askedAgain: Instant;
}

/** Paths from one source address. */
export class Routes {
  readonly #source: IpAddress;
  readonly #config: TcpConfig;
  readonly #known = new Map<string, KnownPath>();

  /** `config`: what every connection has but for the MTU. */
  constructor(source: IpAddress, config: TcpConfig) {
    this.#source = source;
    this.#config = config;
  }

  /**
   * The way to `remote`, whose port rules of routing may look at.
   *
   * @throws SystemError ENETUNREACH without a route, EADDRNOTAVAIL when the source is no address of this host's any more
   */
  to(remote: Endpoint, now: Instant): KnownPath {
    const address: IpAddress = remote.address;
    const key = `${address.octets}%${address.scopeId ?? 0}:${remote.port}`;
    const known = this.#known.get(key);
    if (known !== undefined && now < known.askedAgain) return known;
    const flow = { destination: address, source: this.#source, destinationPort: remote.port };
    const { mtu } = routeTo(flow);
    if (this.#known.size >= MOST_PEERS) this.#known.clear();
    const config = known?.config.sending.mtu === mtu
      ? known.config
      : completeConfig({ sending: { mtu } }, this.#config);
    const path = { config, steering: steeringOf(flow), askedAgain: after(now, LONGEST_AGE) };
    this.#known.set(key, path);
    return path;
  }
}

/** What the kernel says of a flow that has no way out of this host, or not from its source. */
const NO_WAY_OUT: readonly number[] = [EACCES, EADDRNOTAVAIL, EHOSTUNREACH, EINVAL, ENETUNREACH, ENODEV];

/** What is kept on the way of the kernel's own TCP. */
export interface FollowingOptions {
  readonly socket: RawSocket | RawSocketV6;
  /** Its packets. */
  readonly flow: SettledFlow;
  /** As it is steered now; null: not at all. */
  readonly steering: Steering | null;
  /** Whether they leave by the interface that the user has chosen, whatever rules by port say. */
  readonly isBound: boolean;
  /** As `RawConnectionOptions.onRemark`. */
  readonly onRemark: ((text: string) => void) | undefined;
}

/**
 * Has a raw socket, of which the kernel sees neither protocol nor ports, follow what becomes of this host's routing: packets leave
 * by another interface, or not at all, as those of the kernel's own TCP would.
 *
 * @returns ends that when disposed of; null where nobody tells of changes
 */
export function followRouting(loop: Loop, options: FollowingOptions): Disposable | null {
  const { socket, flow, isBound, onRemark } = options;
  let { steering } = options;
  const look = (): void => {
    try {
      routeTo(flow);
      if (!isBound) {
        const before = steering;
        steering = steeringOf(flow);
        if (steering?.interfaceIndex !== before?.interfaceIndex) socket.steer(steering?.interfaceIndex ?? 0);
        const difference = steering?.difference ?? null;
        if (difference !== null && difference !== before?.difference) onRemark?.(difference);
      }
      socket.blockage = null;
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
      // What fails for another reason, such as too many open files, says nothing about the way.
      if (isErrno(error, ...NO_WAY_OUT)) socket.blockage = error;
    }
  };
  try {
    const owned = new DisposableStack();
    const changes = owned.use(RoutingChanges.open());
    owned.use(loop.watch(changes.descriptor, () => {
      changes.drain();
      look();
    }));
    return owned;
  } catch (error) {
    if (error instanceof SystemError) return null;
    throw error;
  }
}
