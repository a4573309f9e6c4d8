/**
 * What the kernel's routing says: source address and path MTU towards a destination. Nothing is sent.
 *
 * @module
 */

import { IP_MTU, IPPROTO_IP, IPPROTO_IPV6, IPV6_MTU, SOCK_DGRAM } from "./constants.ts";
import { check, SystemError } from "./errno.ts";
import { bindSocket, getOption, localEndpoint, openSocket } from "./file_descriptor.ts";
import { loadLibc } from "./libc.ts";
import { encodeSockaddr, formatSockaddr, type IpAddress } from "./sockaddr.ts";

/** Where packets to a destination leave this host. */
export interface Route {
  /** The address that the kernel would send from. */
  readonly source: IpAddress;
  /** Octets of the largest IP packet on the way, as far as known. */
  readonly mtu: number;
}

/** Any port will do: a UDP socket's `connect` only looks up the route. */
const DISCARD_PORT = 9;

/**
 * Source address and path MTU towards `destination`, as the kernel's routing chooses them.
 *
 * @param source the source address, where it is settled already (it may change the route)
 * @param port matters only where routing rules look at ports
 * @throws SystemError ENETUNREACH when there is no route, EADDRNOTAVAIL when `source` is not this host's
 */
export function routeTo(destination: IpAddress, source?: IpAddress, port: number = DISCARD_PORT): Route {
  using socket = openSocket("socket SOCK_DGRAM", destination.family, SOCK_DGRAM, 0);
  const number = socket.number;
  if (source !== undefined) bindSocket(number, { address: source, port: 0 });
  const remote = { address: destination, port };
  const bytes = encodeSockaddr(remote);
  check("connect", loadLibc().connect(number, bytes, bytes.length), () => formatSockaddr(remote));
  const mtu = destination.family === 4
    ? getOption(number, IPPROTO_IP, IP_MTU, "getsockopt IP_MTU")
    : getOption(number, IPPROTO_IPV6, IPV6_MTU, "getsockopt IPV6_MTU");
  return { source: localEndpoint(number).address, mtu };
}

/** The address that the kernel would send from. @throws SystemError ENETUNREACH when there is no route */
export function sourceAddressFor(destination: IpAddress, port: number = DISCARD_PORT): IpAddress {
  return routeTo(destination, undefined, port).source;
}

/** Octets of the largest IP packet towards `destination`, as far as known. @throws SystemError ENETUNREACH */
export function pathMtu(destination: IpAddress): number {
  return routeTo(destination).mtu;
}

/** Whether the address belongs to this host, so that packets may come from it. @throws SystemError */
export function isLocalAddress(address: IpAddress): boolean {
  using socket = openSocket("socket SOCK_DGRAM", address.family, SOCK_DGRAM, 0);
  try {
    bindSocket(socket.number, { address, port: 0 });
    return true;
  } catch (error) {
    if (error instanceof SystemError) return false; // EADDRNOTAVAIL, or EINVAL for a link-local one without its interface
    throw error;
  }
}
