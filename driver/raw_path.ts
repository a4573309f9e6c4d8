/**
 * The way of one connection over raw sockets: source address, guarded port, packets, and the network's complaints.
 *
 * @module
 */

import {
  IcmpSocket,
  type IpAddress,
  openRawSocket,
  pathMtu,
  PortGuard,
  type RawSocket,
  type RawSocketV6,
  routeTo,
  SystemError,
} from "../ffi/mod.ts";
import {
  decodeIcmpPacket,
  decodeIcmpv6Message,
  type Endpoint,
  formatAddress,
  IcmpError,
  type Instant,
  isUnicast,
  type Port,
  type Segment,
} from "../tcp/mod.ts";
import type { PacketDevice } from "./device.ts";
import type { Loop } from "./loop.ts";

/** Where a connection is to go and come from. */
export interface RawPathOptions {
  readonly remote: Endpoint;
  /** @default the address that the kernel's routing chooses (RFC 9293 3.9.1.1, MUST-44) */
  readonly source?: IpAddress;
  /** 0: a free port of the kernel's choice. @default 0 */
  readonly sourcePort?: Port;
}

/** What takes the network's complaints: a connection, or a host. */
export interface IcmpSide {
  icmpArrives(error: IcmpError, now: Instant): void;
}

/** How often to ask for another port when the kernel chose the peer's own, of which there is one in some 28,000. */
const PORT_TRIES = 4;

/** Everything that one connection needs of the kernel. All of it ends with `dispose`, or with the process. */
export class RawPath implements Disposable {
  readonly local: Endpoint;
  readonly remote: Endpoint;
  readonly device: PacketDevice;
  /** Octets of the largest IP packet towards the peer. */
  readonly mtu: number;
  readonly #guard: PortGuard;
  readonly #socket: RawSocket | RawSocketV6;
  readonly #icmp: IcmpSocket | null;

  private constructor(
    remote: Endpoint,
    guard: PortGuard,
    device: RawSocket | RawSocketV6,
    icmp: IcmpSocket | null,
  ) {
    this.local = guard.local;
    this.remote = remote;
    this.device = device;
    this.mtu = device.mtu;
    this.#guard = guard;
    this.#socket = device;
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
      return new RawPath(remote, guard, device, openIcmp(guard.local));
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
    const socket = this.#icmp;
    if (socket === null) return { [Symbol.dispose]: (): void => {} };
    const error = new IcmpError();
    const decode = this.local.address.family === 4 ? decodeIcmpPacket : decodeIcmpv6Message;
    return loop.watch(socket.descriptor, (now) => {
      for (let length = socket.receive(); length > 0; length = socket.receive()) {
        if (decode(socket.inbound, length, error)) side.icmpArrives(error, now);
      }
    });
  }

  /**
   * Tells the core of a segment that was too long for the path, as a router would: in the form of an ICMP error with the
   * path MTU that the kernel knows now.
   */
  reportTooLong(side: IcmpSide, segment: Segment, now: Instant): void {
    const error = new IcmpError();
    error.family = segment.family;
    error.kind = "packet too big";
    error.type = segment.family === 4 ? 3 : 2;
    error.code = segment.family === 4 ? 4 : 0;
    error.mtu = pathMtu(this.remote.address);
    error.addresses = segment.addresses;
    error.sourceOffset = segment.sourceOffset;
    error.destinationOffset = segment.destinationOffset;
    error.sourcePort = segment.sourcePort;
    error.destinationPort = segment.destinationPort;
    error.seq = segment.seq;
    side.icmpArrives(error, now);
  }

  /** Closes the sockets; the port is the kernel's again. */
  [Symbol.dispose](): void {
    this.#icmp?.[Symbol.dispose]();
    this.device[Symbol.dispose]();
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

/** Without this socket a connection works all the same, but hears of trouble on the way by time-outs only. */
function openIcmp(local: Endpoint): IcmpSocket | null {
  try {
    return IcmpSocket.open(local.address.family, local.port);
  } catch (error) {
    if (error instanceof SystemError) return null;
    throw error;
  }
}
