/**
 * ICMP messages of the tests' own making, as a router would send them to this host.
 *
 * @module
 */

import { IPPROTO_ICMP, IPPROTO_ICMPV6, MSG_DONTWAIT, SOCK_RAW } from "../../ffi/constants.ts";
import { check } from "../../ffi/errno.ts";
import { openSocket } from "../../ffi/file_descriptor.ts";
import { type IpAddress, loadLibc } from "../../ffi/mod.ts";
import { encodeSockaddr } from "../../ffi/sockaddr.ts";

/** Sends an ICMP message, from its own header on, to an address; of ICMPv6 the kernel does the checksum. @throws SystemError EPERM */
export function sendIcmp(message: Uint8Array<ArrayBuffer>, to: IpAddress): void {
  using socket = openSocket(
    "socket SOCK_RAW",
    to.family,
    SOCK_RAW,
    to.family === 4 ? IPPROTO_ICMP : IPPROTO_ICMPV6,
  );
  const address = encodeSockaddr({ address: to, port: 0 });
  const [data, peer] = [Deno.UnsafePointer.of(message), Deno.UnsafePointer.of(address)];
  const { sendto } = loadLibc();
  check("sendto", sendto(socket.number, data, BigInt(message.length), MSG_DONTWAIT, peer, address.length));
}

/** The checksum of an ICMP message whose own field is 0 (RFC 1071). */
export function icmpChecksum(message: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < message.length; i += 2) sum += (message[i] ?? 0) << 8 | (message[i + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}
