/**
 * The way of one connection over raw sockets: source address, guarded port, packets, and the network's complaints.
 *
 * @module
 */

import {
  type IcmpSocket,
  type IpAddress,
  openRawSocket,
  PortGuard,
  type RawSocket,
  type RawSocketV6,
  routeTo,
} from "../ffi/mod.ts";
import {
  type Endpoint,
  formatAddress,
  type Instant,
  isUnicast,
  type Port,
  type Segment,
} from "../tcp/mod.ts";
import { LinkDevice } from "./link_device.ts";
import type { Loop } from "./loop.ts";
import { type IcmpSide, openIcmp, reportIcmp, reportTooLong } from "./network_reports.ts";

/** Where a connection is to go and come from. */
export interface RawPathOptions {
  readonly remote: Endpoint;
  /** @default the address that the kernel's routing chooses (RFC 9293 3.9.1.1, MUST-44) */
  readonly source?: IpAddress;
  /** 0: a free port of the kernel's choice. @default 0 */
  readonly sourcePort?: Port;
}

/** How often to ask for another port when the kernel chose the peer's own, of which there is one in some 28,000. */
const PORT_TRIES = 4;

/** Everything that one connection needs of the kernel. All of it ends with `dispose`, or with the process. */
export class RawPath implements Disposable {
  readonly local: Endpoint;
  readonly remote: Endpoint;
  readonly device: LinkDevice;
  /** Octets of the largest IP packet towards the peer. */
  readonly mtu: number;
  readonly #guard: PortGuard;
  readonly #socket: RawSocket | RawSocketV6;
  readonly #icmp: IcmpSocket | null;

  private constructor(
    remote: Endpoint,
    guard: PortGuard,
    socket: RawSocket | RawSocketV6,
    icmp: IcmpSocket | null,
  ) {
    this.local = guard.local;
    this.remote = remote;
    this.device = new LinkDevice(socket, guard.local, remote);
    this.mtu = socket.mtu;
    this.#guard = guard;
    this.#socket = socket;
    this.#icmp = icmp;
  }

  /**
   * Finds the source address, takes the port and opens the sockets. Nothing is sent.
   *
   * @throws SystemError EPERM without CAP_NET_RAW, ENETUNREACH without a route, EADDRINUSE and EADDRNOTAVAIL for the port
   * and address asked for
   * @throws RangeError when the peer's address is not one host's, or both ends would be the same
   */
  static open(options: RawPathOptions): RawPath {
    const { remote } = options;
    // RFC 9293 3.9.1.1, MUST-46
    if (!isUnicast(remote.address)) {
      throw new RangeError(
        `Cannot connect to ${formatAddress(remote.address)}: it is not the address of one host`,
      );
    }
    const route = routeTo(remote.address, options.source, remote.port);
    const guard = guardOtherThan(remote, { address: route.source, port: options.sourcePort ?? 0 });
    const opened: Disposable[] = [guard];
    try {
      const device = openRawSocket({ local: guard.local, remote, mtu: Math.min(route.mtu, 0xffff) });
      opened.push(device);
      return new RawPath(remote, guard, device, openIcmp(guard.local.address.family, guard.local.port));
    } catch (error) {
      for (const owner of opened.reverse()) owner[Symbol.dispose]();
      throw error;
    }
  }

  /** Why the last packet that could not leave this host could not; empty when all could. */
  get obstacle(): string {
    return this.#socket.softError?.message ?? "";
  }

  /** Has the loop hand ICMP errors about this connection's segments to the core. @returns ends that when disposed of */
  reportIcmp(loop: Loop, side: IcmpSide): Disposable {
    return reportIcmp(this.#icmp, this.local.address.family, loop, side);
  }

  /** Tells the core of a segment that was too long for the path. */
  reportTooLong(side: IcmpSide, segment: Segment, now: Instant): void {
    reportTooLong(side, segment, now, this.remote.address);
  }

  /** Closes the sockets; the port is the kernel's again. */
  [Symbol.dispose](): void {
    this.#icmp?.[Symbol.dispose]();
    this.device[Symbol.dispose]();
    this.#socket[Symbol.dispose]();
    this.#guard[Symbol.dispose]();
  }
}

/** A guard whose end is not the peer's: a connection from an endpoint to itself would only hear its own echo. */
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
