/**
 * Socket addresses of both families: `struct sockaddr_in` (16 octets) and `struct sockaddr_in6` (28 octets), <netinet/in.h>.
 *
 * @module
 */

import { AF_INET, AF_INET6 } from "./constants.ts";
import { loadLibc } from "./libc.ts";

/** An IPv4 or IPv6 address. The core's addresses fit without conversion. */
export interface IpAddress {
  /** IP version. */
  readonly family: 4 | 6;
  /** 4 or 16 octets in network order. */
  readonly octets: Uint8Array;
  /** Index of the interface of a link-local IPv6 address; absent or 0 elsewhere. */
  readonly scopeId?: number;
}

/** An address and a port; port 0 means "none chosen". */
export interface Endpoint {
  readonly address: IpAddress;
  readonly port: number;
}

/** RFC 4291 2.5.5.2. */
const MAPPED_PREFIX = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff] as const;

// struct sockaddr_in: family u16 (host order), port u16 (network order), address 4 octets, 8 octets of zero
const PORT_OFFSET = 2;
const IPV4_ADDRESS_OFFSET = 4;
// struct sockaddr_in6: family u16, port u16, flow label u32, address 16 octets, scope id u32 (host order)
const IPV6_ADDRESS_OFFSET = 8;
const IPV6_SCOPE_OFFSET = 24;

/** sizeof(struct sockaddr_in). */
export const SOCKADDR_IN_LENGTH = 16;

/** sizeof(struct sockaddr_in6): the longest that this code reads, so also the size of a buffer for either. */
export const SOCKADDR_IN6_LENGTH = 28;

const LITTLE_ENDIAN = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/** 0.0.0.0 or ::, "any address". */
export function anyAddress(family: 4 | 6): IpAddress {
  return { family, octets: new Uint8Array(family === 4 ? 4 : 16) };
}

/** Whether the address is 0.0.0.0 or ::. */
export function isAnyAddress(address: IpAddress): boolean {
  return address.octets.every((octet) => octet === 0);
}

/** The `AF_` number of a family. */
export function addressFamily(family: 4 | 6): number {
  return family === 4 ? AF_INET : AF_INET6;
}

/**
 * A new socket address of 16 (IPv4) or 28 (IPv6) octets.
 *
 * @throws RangeError when the port is not 0 to 65535 or the octets do not fit the family
 */
export function encodeSockaddr(endpoint: Endpoint): Uint8Array<ArrayBuffer> {
  const { address, port } = endpoint;
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new RangeError(`Cannot use port ${port}: ports are 0 to 65535`);
  }
  if (address.octets.length !== (address.family === 4 ? 4 : 16)) {
    throw new RangeError(`Cannot use an IPv${address.family} address of ${address.octets.length} octets`);
  }
  const bytes = new Uint8Array(address.family === 4 ? SOCKADDR_IN_LENGTH : SOCKADDR_IN6_LENGTH);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, addressFamily(address.family), LITTLE_ENDIAN);
  view.setUint16(PORT_OFFSET, port);
  bytes.set(address.octets, address.family === 4 ? IPV4_ADDRESS_OFFSET : IPV6_ADDRESS_OFFSET);
  if (address.family === 6) view.setUint32(IPV6_SCOPE_OFFSET, address.scopeId ?? 0, LITTLE_ENDIAN);
  return bytes;
}

/**
 * Reads a socket address; the octets are copied.
 *
 * @throws RangeError when `bytes` is too short or holds another family
 */
export function decodeSockaddr(bytes: Uint8Array): Endpoint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const family = bytes.length >= SOCKADDR_IN_LENGTH ? view.getUint16(0, LITTLE_ENDIAN) : 0;
  if (family === AF_INET) {
    const octets = bytes.slice(IPV4_ADDRESS_OFFSET, IPV4_ADDRESS_OFFSET + 4);
    return { address: { family: 4, octets }, port: view.getUint16(PORT_OFFSET) };
  }
  if (family === AF_INET6 && bytes.length >= SOCKADDR_IN6_LENGTH) {
    const octets = bytes.slice(IPV6_ADDRESS_OFFSET, IPV6_ADDRESS_OFFSET + 16);
    const scopeId = view.getUint32(IPV6_SCOPE_OFFSET, LITTLE_ENDIAN);
    const address: IpAddress = scopeId === 0 ? { family: 6, octets } : { family: 6, octets, scopeId };
    return { address, port: view.getUint16(PORT_OFFSET) };
  }
  throw new RangeError(
    `Cannot read a socket address of ${bytes.length} octets and family ${family}: not IPv4 or IPv6`,
  );
}

/** A C string: the text in UTF-8 and a zero octet. @throws RangeError when the text holds a zero character */
export function cString(text: string): Uint8Array<ArrayBuffer> {
  if (text.includes("\0")) throw new RangeError("Cannot pass a text with a zero character to the C library");
  return new Uint8Array(new TextEncoder().encode(text + "\0"));
}

/**
 * Reads an address in text form, `192.0.2.1`, `2001:db8::1` or `fe80::1%eth0`; undefined when it is a name.
 * Nothing is looked up but the index of the interface after `%`.
 */
export function parseLiteral(text: string): IpAddress | undefined {
  if (text.includes("\0")) return undefined;
  const [host = "", zone, ...more] = text.split("%");
  const family = host.includes(":") ? 6 : 4;
  const octets = new Uint8Array(family === 4 ? 4 : 16);
  if (more.length > 0 || loadLibc().inet_pton(addressFamily(family), cString(host), octets) !== 1) {
    return undefined;
  }
  if (zone === undefined) return { family, octets };
  const scopeId = /^\d+$/.test(zone) ? Number(zone) : loadLibc().if_nametoindex(cString(zone));
  return family === 6 && scopeId > 0 ? { family, octets, scopeId } : undefined;
}

/** An IPv4-mapped address stands for that of the IPv4 host (RFC 4291 2.5.5.2): no packet of IPv6 bears one. */
export function unmapped(address: IpAddress): IpAddress {
  const { family, octets } = address;
  if (family === 4 || !MAPPED_PREFIX.every((octet, i) => octets[i] === octet)) return address;
  return { family: 4, octets: octets.slice(MAPPED_PREFIX.length) };
}

/** Writes an address as text, with its scope as `%index` where it has one. */
export function formatIp(address: IpAddress): string {
  const text = new Uint8Array(64);
  const octets = new Uint8Array(address.octets);
  const result = loadLibc().inet_ntop(addressFamily(address.family), octets, text, text.length);
  if (result === null) return "?";
  const host = new TextDecoder().decode(text.subarray(0, text.indexOf(0)));
  return address.scopeId === undefined || address.scopeId === 0 ? host : `${host}%${address.scopeId}`;
}

/** Writes an endpoint as text: `192.0.2.1:80`, `[2001:db8::1]:80`. */
export function formatSockaddr(endpoint: Endpoint): string {
  const host = formatIp(endpoint.address);
  return endpoint.address.family === 4 ? `${host}:${endpoint.port}` : `[${host}]:${endpoint.port}`;
}
