/**
 * What routers said of the paths to other hosts, and what probing has found of them, for the connections that are opened later
 * (RFC 1191 6.2, RFC 8201 5.2, RFC 4821 5.2).
 *
 * @module
 */

import { formatAddress, type IpAddress } from "../base/address.ts";
import { after, type Instant, seconds } from "../base/units.ts";
import type { PathMemory } from "../connection/connection_options.ts";

/** RFC 1191 6.3, RFC 8201 5.3, RFC 8899 5.1.1: paths change, so a smaller MTU is believed for ten minutes. */
const BELIEVED_FOR = seconds(600);

/** Hosts that are remembered; whoever can forge errors must not fill the memory. */
const MOST_HOSTS = 1_024;

interface Path {
  readonly mtu: number;
  readonly until: Instant;
}

/** Path MTUs by host. */
export class PathMtus implements PathMemory {
  readonly #paths = new Map<string, Path>();

  /** Octets of the largest packet that is known to reach `host`; Infinity: nothing is known. */
  at(host: IpAddress, now: Instant): number {
    if (this.#paths.size === 0) return Infinity;
    const path = this.#paths.get(formatAddress(host));
    return path === undefined || path.until <= now ? Infinity : path.mtu;
  }

  /** An error that was believed said, or probes have shown, that the path to `host` takes `mtu` octets. */
  learn(host: IpAddress, mtu: number, now: Instant): void {
    const key = formatAddress(host);
    this.#paths.delete(key);
    for (const oldest of this.#paths.keys()) {
      if (this.#paths.size < MOST_HOSTS) break;
      this.#paths.delete(oldest);
    }
    this.#paths.set(key, { mtu, until: after(now, BELIEVED_FOR) });
  }
}
