/**
 * Network interfaces: which one has an address, and changing one (in a namespace of one's own).
 *
 * @module
 */

import {
  AF_INET,
  AF_INET6,
  IFF_LOOPBACK,
  IFF_RUNNING,
  IFF_UP,
  SIOCGIFFLAGS,
  SIOCGIFMTU,
  SIOCSIFFLAGS,
  SIOCSIFMTU,
  SOCK_DGRAM,
} from "./constants.ts";
import { check } from "./errno.ts";
import { openSocket } from "./file_descriptor.ts";
import { loadLibc } from "./libc.ts";
import {
  cString,
  decodeSockaddr,
  type IpAddress,
  SOCKADDR_IN6_LENGTH,
  SOCKADDR_IN_LENGTH,
} from "./sockaddr.ts";

/** A network interface. */
export interface NetworkInterface {
  readonly name: string;
  readonly index: number;
  /** Octets of the largest IP packet. */
  readonly mtu: number;
  readonly up: boolean;
  readonly loopback: boolean;
}

/** The MTU of Ethernet, for when nothing better is known; RFC 894. */
const ETHERNET_MTU = 1500;

// struct ifaddrs, <ifaddrs.h>: next *, name *, unsigned flags and 4 octets of padding, addr *
const IFADDRS_NAME_OFFSET = 8;
const IFADDRS_ADDRESS_OFFSET = 24;

// struct ifreq, <net/if.h>: 16 octets of name, then a union of 24
const IFREQ_LENGTH = 40;
const IFREQ_UNION_OFFSET = 16;

/** The interface that has this address; undefined when none lists it (as for 127.0.0.2, which is local all the same). */
export function interfaceOf(local: IpAddress): NetworkInterface | undefined {
  const libc = loadLibc();
  const head = new BigUint64Array(1);
  check("getifaddrs", libc.getifaddrs(head));
  const list = Deno.UnsafePointer.create(head[0] ?? 0n);
  try {
    const name = nameOfInterface(list, local);
    return name === undefined ? undefined : readInterface(name);
  } finally {
    libc.freeifaddrs(list);
  }
}

/** The MTU of the interface that has this address; Ethernet's when none lists it. */
export function interfaceMtu(local: IpAddress): number {
  return interfaceOf(local)?.mtu ?? ETHERNET_MTU;
}

/** Reads an interface's flags, MTU and index. @throws SystemError ENODEV when there is none of this name */
export function readInterface(name: string): NetworkInterface {
  const flags = interfaceRequest("ioctl SIOCGIFFLAGS", SIOCGIFFLAGS, name).getUint16(
    IFREQ_UNION_OFFSET,
    true,
  );
  return {
    name,
    index: loadLibc().if_nametoindex(cString(name)),
    mtu: interfaceRequest("ioctl SIOCGIFMTU", SIOCGIFMTU, name).getInt32(IFREQ_UNION_OFFSET, true),
    up: (flags & IFF_UP) !== 0,
    loopback: (flags & IFF_LOOPBACK) !== 0,
  };
}

/** Brings an interface up; needs CAP_NET_ADMIN. @throws SystemError EPERM, ENODEV */
export function bringUp(name: string): void {
  const flags = interfaceRequest("ioctl SIOCGIFFLAGS", SIOCGIFFLAGS, name).getUint16(
    IFREQ_UNION_OFFSET,
    true,
  );
  interfaceRequest("ioctl SIOCSIFFLAGS", SIOCSIFFLAGS, name, (request) => {
    request.setUint16(IFREQ_UNION_OFFSET, flags | IFF_UP | IFF_RUNNING, true);
  });
}

/** Sets an interface's MTU, octets; needs CAP_NET_ADMIN. @throws SystemError EPERM, ENODEV, EINVAL */
export function setInterfaceMtu(name: string, mtu: number): void {
  interfaceRequest("ioctl SIOCSIFMTU", SIOCSIFMTU, name, (request) => {
    request.setInt32(IFREQ_UNION_OFFSET, mtu, true);
  });
}

/** One `ioctl` on the interface: what `fill` wrote goes in, the answer comes back. */
export function interfaceRequest(
  call: string,
  code: number,
  name: string,
  fill?: (request: DataView<ArrayBuffer>) => void,
): DataView<ArrayBuffer> {
  const text = cString(name);
  if (text.length > IFREQ_UNION_OFFSET) {
    throw new RangeError(
      `Cannot use interface name "${name}": the longest has ${IFREQ_UNION_OFFSET - 1} octets`,
    );
  }
  const bytes = new Uint8Array(IFREQ_LENGTH);
  bytes.set(text);
  const request = new DataView(bytes.buffer);
  fill?.(request);
  using socket = openSocket("socket SOCK_DGRAM", 4, SOCK_DGRAM, 0);
  check(call, loadLibc().ioctl(socket.number, BigInt(code), bytes), () => name);
  return request;
}

function nameOfInterface(list: Deno.PointerValue, local: IpAddress): string | undefined {
  let entry = list;
  while (entry !== null) {
    const view = new Deno.UnsafePointerView(entry);
    const name = view.getPointer(IFADDRS_NAME_OFFSET);
    const octets = octetsAt(view.getPointer(IFADDRS_ADDRESS_OFFSET));
    if (name !== null && octets !== undefined && sameOctets(octets, local.octets)) {
      return new Deno.UnsafePointerView(name).getCString();
    }
    entry = view.getPointer(0);
  }
  return undefined;
}

/** The address in a `struct sockaddr`; undefined when it is not an IP address. */
function octetsAt(pointer: Deno.PointerValue): Uint8Array | undefined {
  if (pointer === null) return undefined;
  const view = new Deno.UnsafePointerView(pointer);
  const family = view.getUint16();
  if (family !== AF_INET && family !== AF_INET6) return undefined;
  const bytes = new Uint8Array(family === AF_INET ? SOCKADDR_IN_LENGTH : SOCKADDR_IN6_LENGTH);
  view.copyInto(bytes);
  return decodeSockaddr(bytes).address.octets;
}

function sameOctets(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((octet, i) => octet === b[i]);
}
