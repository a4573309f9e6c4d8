/**
 * What the kernel's routing says about the peers of a host, remembered for a short while.
 *
 * @module
 */

import { type IpAddress, routeTo } from "../ffi/mod.ts";
import {
  after,
  completeConfig,
  type Endpoint,
  formatAddress,
  type Instant,
  isUnicast,
  seconds,
  type TcpConfig,
} from "../tcp/mod.ts";

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

interface KnownPath {
  readonly config: TcpConfig;
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
   * The config of a connection to `remote`: with the MTU of the path.
   *
   * @throws SystemError ENETUNREACH without a route, EADDRNOTAVAIL when the source is no address of this host's any more
   */
  configFor(remote: Endpoint, now: Instant): TcpConfig {
    const address: IpAddress = remote.address;
    const key = `${address.octets}%${address.scopeId ?? 0}`;
    const known = this.#known.get(key);
    if (known !== undefined && now < known.askedAgain) return known.config;
    const { mtu } = routeTo({ destination: address, source: this.#source, destinationPort: remote.port });
    if (this.#known.size >= MOST_PEERS) this.#known.clear();
    const config = known?.config.sending.mtu === mtu
      ? known.config
      : completeConfig({ sending: { mtu } }, this.#config);
    this.#known.set(key, { config, askedAgain: after(now, LONGEST_AGE) });
    return config;
  }
}
