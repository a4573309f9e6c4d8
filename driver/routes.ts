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
  ENONET,
  SystemError,
} from "../ffi/errno.ts";
import { assertNoneGoneAround, type SettledFlow } from "../ffi/ipsec.ts";
import { linkMtu } from "../ffi/link.ts";
import { NetlinkChanges } from "../ffi/netlink.ts";
import type { RawSocket } from "../ffi/raw_socket.ts";
import type { RawSocketV6 } from "../ffi/raw_socket_v6.ts";
import { type Route, routeTo, type Steering, steeringOf } from "../ffi/route.ts";
import type { IpAddress } from "../ffi/sockaddr.ts";
import type { Loop } from "./loop.ts";
import { reportMtu } from "./network_reports.ts";
import {
  after,
  completeConfig,
  type Connection,
  type Endpoint,
  formatAddress,
  type Instant,
  isPort,
  isUnicast,
  type PartialConfig,
  seconds,
  type TcpConfig,
} from "../tcp/single.ts";

/** How old an answer may be: routes change, and the MTU of a path with them. */
const LONGEST_AGE = seconds(1);

/** Peers remembered at a time; more are forgotten all at once. */
const MOST_PEERS = 1_024;

/**
 * @param source where the connection comes from; undefined: from wherever the route leads
 * @throws RangeError for what is not the end of one host (RFC 9293 3.9.1.1, MUST-46), or not of the source's IP version
 */
export function assertConnectable(remote: Endpoint, source: IpAddress | undefined): void {
  const { address, port } = remote;
  if (!isUnicast(address)) {
    throw new RangeError(`Cannot connect to ${formatAddress(address)}: it is not the address of one host`);
  }
  if (!isPort(port)) throw new RangeError(`Cannot connect to port ${port}: give one from 1 to 65535`);
  if (source === undefined || source.family === address.family) return;
  const [from, to] = [formatAddress(source), formatAddress(address)];
  throw new RangeError(
    `Cannot connect from ${from} to ${to}: these are IPv${source.family} and IPv${address.family}`,
  );
}

/** What is known of the way to a peer. */
export interface KnownPath {
  /** The config of a connection to it: with the MTU of the path. */
  readonly config: TcpConfig;
  /** What a raw socket must be told to go the way of the kernel's own TCP; null: nothing. */
  readonly steering: Steering | null;
  readonly askedAgain: Instant;
}

/** The DiffServ code point of a config's packets, which rules of routing may look at. */
export function dscpOf(config: PartialConfig | undefined): number {
  return config?.sending?.dscp ?? 0;
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
    const { dscp } = this.#config.sending;
    const flow = { destination: address, source: this.#source, destinationPort: remote.port, dscp };
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
const NO_WAY_OUT: readonly number[] = [
  EACCES,
  EADDRNOTAVAIL,
  EHOSTUNREACH,
  EINVAL,
  ENETUNREACH,
  ENODEV,
  ENONET,
];

/** Octets of the largest packet that a link must take for IPv6 (RFC 8200 5). */
const LEAST_MTU_IPV6 = 1_280;

/** How a connection's packets leave this host. */
export interface SettledWay {
  readonly flow: SettledFlow;
  readonly route: Route;
  /** Null: not steered. */
  readonly steering: Steering | null;
}

/** What is kept on the way of the kernel's own TCP. */
export interface FollowingOptions {
  readonly connection: Connection;
  readonly socket: RawSocket | RawSocketV6;
  /** As it is now. */
  readonly way: SettledWay;
  /** Whether packets leave by the interface that the user has chosen, whatever rules by port say. */
  readonly isBound: boolean;
  /** As `RawConnectionOptions.onRemark`. */
  readonly onRemark: ((text: string) => void) | undefined;
  /** As `RawConnectionOptions.onBlockage`. */
  readonly onBlockage: ((reason: string | null) => void) | undefined;
  /** As `RawConnectionOptions.onMtuChange`. */
  readonly onMtuChange: ((text: string) => void) | undefined;
}

/**
 * Has a raw socket, of which the kernel sees neither protocol nor ports, follow what becomes of this host's routing and IPsec
 * policies: packets leave by another interface, in smaller ones, or not at all, as those of the kernel's own TCP would.
 *
 * @returns ends that when disposed of; of what nobody tells, nothing is followed
 */
export function followHost(loop: Loop, options: FollowingOptions): Disposable {
  const followed = new FollowedWay(options);
  const owned = new DisposableStack();
  for (const what of ["routing", "policies"] as const) {
    const changes = changesOrNull(what);
    if (changes === null) continue;
    owned.use(changes);
    owned.use(loop.watch(changes.descriptor, (now) => {
      changes.drain();
      followed.look(changes, now);
    }));
  }
  return owned;
}

/** Null where nobody tells of such changes, or not to this process. */
export function changesOrNull(what: "routing" | "policies"): NetlinkChanges | null {
  try {
    return NetlinkChanges.open(what);
  } catch (error) {
    if (error instanceof SystemError) return null;
    throw error;
  }
}

/** The way of one connection. */
class FollowedWay {
  readonly #options: FollowingOptions;
  #steering: Steering | null;
  #mtu: number;
  /** The interface that packets leave by, or left by last. */
  #interfaceIndex: number;

  constructor(options: FollowingOptions) {
    this.#options = options;
    this.#steering = options.way.steering;
    this.#mtu = options.way.route.mtu;
    this.#interfaceIndex = options.way.route.interfaceIndex;
  }

  /** Something has changed, perhaps nothing of this way. */
  look(changes: NetlinkChanges, now: Instant): void {
    const { connection, socket, way, isBound, onBlockage } = this.#options;
    try {
      // A thread that has moved to another network would be told of that one's routes.
      if (!changes.isHere) return;
      const route = routeTo(way.flow);
      assertNoneGoneAround(way.flow);
      if (!isBound) this.#steer(steeringOf(way.flow));
      const wasBlocked = socket.sender.blockage !== null;
      socket.sender.blockage = null;
      if (wasBlocked) onBlockage?.(null);
      this.#interfaceIndex = route.interfaceIndex;
      if (route.mtu !== this.#mtu) this.#mtuChanged(route.mtu, now);
      if (wasBlocked) connection.wayChanged(now);
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
      // What fails for another reason, such as too many open files, says nothing about the way.
      if (!NO_WAY_OUT.includes(error.errno) && error.call !== "xfrm_policy") return;
      if (error.message !== socket.sender.blockage?.message) onBlockage?.(error.message);
      socket.sender.blockage = error;
      if (way.flow.destination.family === 6) this.#lookWithoutIpv6();
    }
  }

  #steer(wanted: Steering | null): void {
    const { socket, onRemark } = this.#options;
    const before = this.#steering;
    this.#steering = wanted;
    if (wanted?.interfaceIndex !== before?.interfaceIndex) socket.steer(wanted?.interfaceIndex ?? 0);
    const difference = wanted?.difference ?? null;
    if (difference !== null && difference !== before?.difference) onRemark?.(difference);
  }

  #mtuChanged(mtu: number, now: Instant): void {
    const { connection, way: { flow: { destination } }, onMtuChange } = this.#options;
    const before = this.#mtu;
    this.#mtu = mtu;
    const risk = mtu < before ? "; longer ones of the peer's may not come in" : "";
    onMtuChange?.(
      `The interface or the route takes packets of up to ${mtu} bytes now, ${before} before${risk}`,
    );
    if (connection.unackedOctets > 0) reportMtu(connection, destination.family, mtu, now);
  }

  /** The kernel takes IPv6 from an interface with too small an MTU. */
  #lookWithoutIpv6(): void {
    const mtu = linkMtuOrNull(this.#interfaceIndex);
    if (mtu === null || mtu >= LEAST_MTU_IPV6 || mtu === this.#mtu) return;
    this.#mtu = mtu;
    this.#options.onMtuChange?.(
      `The interface takes packets of up to ${mtu} bytes now, where IPv6 needs ${LEAST_MTU_IPV6}: ` +
        "this host has no IPv6 there any more",
    );
  }
}

/** Null: there is no such interface any more. */
function linkMtuOrNull(index: number): number | null {
  try {
    return linkMtu(index, 4);
  } catch (error) {
    if (error instanceof SystemError) return null;
    throw error;
  }
}
