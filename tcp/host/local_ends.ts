/**
 * The local end of a connection that is opened from here: an address of the host's, and a port (RFC 9293 3.9.1.1, MUST-43 to
 * MUST-46).
 *
 * @module
 */

import {
  type Endpoint,
  formatEndpoint,
  type IpAddress,
  isPort,
  isUnicast,
  type Port,
} from "../base/address.ts";
import { DYNAMIC_PORTS, type PortKeeper, type PortRange, PortSelector } from "./ports.ts";

/** What whoever connects asks for; a port of 0 is none. */
export interface WantedEnd {
  /** The local address. @default one of the host's, of the peer's family */
  readonly address?: IpAddress;
  /** The local port. @default a free one */
  readonly port?: Port;
  /** Which ports to choose from, where none is named. Default: the keeper's */
  readonly range?: PortRange;
}

/** Chooses local ends, and gives them back to whoever keeps the ports. */
export class LocalEnds {
  readonly #addresses: readonly IpAddress[];
  readonly #selector: PortSelector;
  readonly #keeper: PortKeeper | undefined;

  /** Ends at `addresses`; `keeper`: as in `HostOptions`. @throws RangeError unless the secret has 16 octets */
  constructor(addresses: readonly IpAddress[], secret: Uint8Array, keeper: PortKeeper | undefined) {
    this.#addresses = addresses;
    this.#selector = new PortSelector(secret);
    this.#keeper = keeper;
  }

  /**
   * An end for a connection to `remote`, which the keeper has given. `mayUse`: whether the host can have it.
   *
   * @throws RangeError when the remote end is no single host, or no local port is free (MUST-46)
   */
  take(remote: Endpoint, wanted: WantedEnd, mayUse: (address: IpAddress, port: Port) => boolean): Endpoint {
    const what = `Cannot connect to ${formatEndpoint(remote)}`;
    if (!isUnicast(remote.address) || !isPort(remote.port)) {
      throw new RangeError(`${what}: name one host and a port from 1 to 65535`);
    }
    if (wanted.port !== undefined && wanted.port !== 0 && !isPort(wanted.port)) {
      throw new RangeError(`${what} from port ${wanted.port}: give one from 0 to 65535`);
    }
    const address = wanted.address ?? this.#addresses.find((own) => own.family === remote.address.family);
    if (address === undefined) throw new RangeError(`${what}: this host has no address of that family`);
    const port = this.#portAt(address, remote, wanted, mayUse);
    if (port === null) throw new RangeError(`${what}: ${this.#shortage(wanted)}`);
    return { address, port };
  }

  /** Whether segments to this port that nobody expects are ours to answer: all, unless somebody keeps the ports. */
  answers(port: Port): boolean {
    return this.#keeper === undefined || this.#keeper.has(port);
  }

  /** The connection that an end was taken for has left it. */
  release({ address, port }: Endpoint): void {
    this.#keeper?.release(address, port);
  }

  #shortage({ port = 0, range }: WantedEnd): string {
    if (port !== 0) return `local port ${port} is not free, give another`;
    const { first, last } = this.#rangeOf(range);
    return `no local port from ${first} to ${last} is free, for its connections have them, those in TIME-WAIT included, ` +
      "or others do; wait, or choose from more ports";
  }

  #rangeOf(range: PortRange | undefined): PortRange {
    return range ?? this.#keeper?.range ?? DYNAMIC_PORTS;
  }

  #portAt(
    address: IpAddress,
    remote: Endpoint,
    { port = 0, range }: WantedEnd,
    mayUse: (address: IpAddress, port: Port) => boolean,
  ): Port | null {
    const keeper = this.#keeper;
    const isFree = (candidate: Port): boolean =>
      mayUse(address, candidate) && (keeper === undefined || keeper.take(address, candidate));
    if (port === 0) return this.#selector.choose(address, remote, isFree, this.#rangeOf(range));
    return isFree(port) ? port : null;
  }
}
