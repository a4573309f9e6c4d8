/**
 * Whether a connection can come to an address: the kernel binds and listens on those of many hosts as well, where none can.
 *
 * @module
 */

import { SOCK_DGRAM } from "./constants.ts";
import { EACCES, lastErrno } from "./errno.ts";
import { openSocket } from "./file_descriptor.ts";
import { loadLibc } from "./libc.ts";
import { encodeSockaddr, formatIp, type IpAddress, isAnyAddress } from "./sockaddr.ts";

/** First octets of multicast addresses, 224.0.0.0/4 and ff00::/8. What lies above the former some networks use, but for the last. */
const FIRST_MULTICAST = 224;
const LAST_MULTICAST = 239;
const IPV6_MULTICAST = 0xff;
/** Each octet of the limited broadcast, 255.255.255.255. */
const ALL_ONES = 0xff;

/** Nothing is sent to it: a socket that is connected asks for a route, and that is all. */
const SOME_PORT = 9;

/**
 * @throws RangeError for what is no address of one host (RFC 9293 3.9.2.3, MUST-57): multicast, 255.255.255.255, and the
 * broadcast address of a network of this host's; 0.0.0.0 and :: stand for all that are
 */
export function assertOneHost(address: IpAddress): void {
  if (!isMulticast(address) && (address.family === 6 || isAnyAddress(address) || !isBroadcast(address))) {
    return;
  }
  throw new RangeError(
    `Cannot listen on ${formatIp(address)}: it is not the address of one host, give one of this host's`,
  );
}

function isMulticast({ family, octets }: IpAddress): boolean {
  const first = octets[0] ?? 0;
  if (family === 6) return first === IPV6_MULTICAST;
  return first >= FIRST_MULTICAST && first <= LAST_MULTICAST;
}

/**
 * Whether it is the limited broadcast, or that of a network of this host's: the kernel binds a socket to it, and has no way there
 * without SO_BROADCAST.
 */
function isBroadcast(address: IpAddress): boolean {
  if (address.octets.every((octet) => octet === ALL_ONES)) return true;
  using socket = openSocket("socket SOCK_DGRAM", address.family, SOCK_DGRAM, 0);
  const { bind, connect } = loadLibc();
  const own = encodeSockaddr({ address, port: 0 });
  if (bind(socket.number, own, own.length) < 0) return false;
  const peer = encodeSockaddr({ address, port: SOME_PORT });
  return connect(socket.number, peer, peer.length) < 0 && lastErrno() === EACCES;
}
