/**
 * What the kernel's routing says about the peers of a host, remembered for a short while.
 *
 * @module
 */

import { routeTo, type Steering, steeringOf } from "../ffi/route.ts";
import type { IpAddress } from "../ffi/sockaddr.ts";
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
