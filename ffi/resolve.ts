/**
 * Names to addresses, by the C library: hosts file, DNS and whatever else this host is set up to ask.
 *
 * @module
 */

import {
  AF_INET,
  AF_INET6,
  EAI_AGAIN,
  EAI_FAIL,
  EAI_FAMILY,
  EAI_MEMORY,
  EAI_NODATA,
  EAI_NONAME,
  EAI_SERVICE,
  EAI_SYSTEM,
  IPPROTO_TCP,
  SOCK_STREAM,
} from "./constants.ts";
import { loadLibc } from "./libc.ts";
import {
  cString,
  decodeSockaddr,
  type Endpoint,
  type IpAddress,
  parseLiteral,
  unmapped,
} from "./sockaddr.ts";

// struct addrinfo, <netdb.h>: int flags, family, socktype, protocol; socklen_t addrlen and 4 octets of padding;
// addr *, canonname *, next *
const ADDRINFO_LENGTH = 48;
const FAMILY_OFFSET = 4;
const SOCKTYPE_OFFSET = 8;
const PROTOCOL_OFFSET = 12;
const ADDRLEN_OFFSET = 16;
const ADDR_OFFSET = 24;
const NEXT_OFFSET = 40;

/** What went wrong, per result of getaddrinfo: its name and the reason in words. */
const REASONS: Readonly<Record<number, readonly [string, string]>> = {
  [EAI_NONAME]: ["EAI_NONAME", "unknown host"],
  [EAI_NODATA]: ["EAI_NODATA", "the host has no address"],
  [EAI_AGAIN]: ["EAI_AGAIN", "the name server did not answer; try again or check /etc/resolv.conf"],
  [EAI_FAIL]: ["EAI_FAIL", "the name server refused"],
  [EAI_FAMILY]: ["EAI_FAMILY", "the host has no address of this family"],
  [EAI_SERVICE]: ["EAI_SERVICE", "unknown service; see /etc/services, or give the port's number"],
  [EAI_MEMORY]: ["EAI_MEMORY", "the system is out of memory"],
  [EAI_SYSTEM]: ["EAI_SYSTEM", "a system call failed"],
};

/** A name that could not be turned into an address. */
export class ResolveError extends Error {
  /** Tells it from other errors. */
  override readonly name = "ResolveError";
  /** The name that was asked for. */
  readonly host: string;
  /** The C library's result, such as `EAI_NONAME`. */
  readonly code: string;
  /** In words: `unknown host`. */
  readonly reason: string;

  /** `result`: what `getaddrinfo` returned for `host`, `EAI_NONAME` and so on; `family`: of which addresses, absent: of any. */
  constructor(host: string, result: number, family?: 4 | 6) {
    const [code, general] = REASONS[result] ?? [`EAI ${result}`, "the resolver failed"];
    const zone = result === EAI_NONAME ? zoneOf(host) : null;
    const reason = result === EAI_FAMILY && family !== undefined
      ? `it is no IPv${family} address`
      : zone === null
      ? general
      : `there is no interface "${zone}"; ip link shows their names`;
    super(`Cannot resolve "${host}": ${reason} (${code})`);
    this.host = host;
    this.code = code;
    this.reason = reason;
  }
}

/** The interface that a link-local address names behind `%` (RFC 4007 11), the only thing there that can be unknown; or null. */
function zoneOf(host: string): string | null {
  const [, address = "", zone = ""] = /^(fe[89ab][^%]*)%(.+)$/i.exec(host) ?? [];
  return zone !== "" && parseLiteral(address) !== undefined ? zone : null;
}

/**
 * Every address of `host`, in the order in which to try them (RFC 6724, the C library's choice). An address in text form is
 * returned with no look-up, an IPv4-mapped one as IPv4.
 *
 * A look-up runs on another thread for as long as the C library takes and cannot be called off.
 *
 * @param family 4 or 6 for addresses of that family only; absent for both
 * @throws ResolveError when there is none
 */
export async function resolve(host: string, family?: 4 | 6): Promise<readonly IpAddress[]> {
  const literal = parseLiteral(host);
  if (literal !== undefined) {
    const address = unmapped(literal);
    if (family !== undefined && address.family !== family) throw new ResolveError(host, EAI_FAMILY, family);
    return [address];
  }
  if (host === "" || host.includes("\0")) throw new ResolveError(host, EAI_NONAME);
  return addressesOf(await lookUp(host, null, family, host));
}

/**
 * The TCP port of a service, by its name or one of its others in /etc/services.
 *
 * @throws ResolveError when there is none of this name
 */
export async function resolveService(service: string): Promise<number> {
  const [first] = await lookUp(null, service, undefined, service);
  if (first === undefined) throw new ResolveError(service, EAI_NONAME);
  return first.port;
}

/** Asks the C library, on another thread. @throws ResolveError about `subject` */
async function lookUp(
  host: string | null,
  service: string | null,
  family: 4 | 6 | undefined,
  subject: string,
): Promise<readonly Endpoint[]> {
  const names = [host, service].map((name) => name === null ? null : cString(name));
  const [node, port] = names.map((name) => name === null ? null : Deno.UnsafePointer.of(name));
  const hints = encodeHints(family);
  const results = new BigUint64Array(1);
  const libc = loadLibc();
  const result = await libc.getaddrinfoOnPool(
    node ?? null,
    port ?? null,
    Deno.UnsafePointer.of(hints),
    Deno.UnsafePointer.of(results),
  );
  // Naming the buffers here keeps them alive until the other thread is done with them.
  if (result !== 0 || names.length === 0 || hints.length === 0) throw new ResolveError(subject, result);
  const list = Deno.UnsafePointer.create(results[0] ?? 0n);
  try {
    return readEndpoints(list);
  } finally {
    libc.freeaddrinfo(list);
  }
}

function encodeHints(family: 4 | 6 | undefined): Uint8Array<ArrayBuffer> {
  const hints = new Uint8Array(ADDRINFO_LENGTH);
  const view = new DataView(hints.buffer);
  view.setInt32(FAMILY_OFFSET, family === undefined ? 0 : family === 4 ? AF_INET : AF_INET6, true);
  view.setInt32(SOCKTYPE_OFFSET, SOCK_STREAM, true); // else every address comes once per socket type
  view.setInt32(PROTOCOL_OFFSET, IPPROTO_TCP, true);
  return hints;
}

function readEndpoints(list: Deno.PointerValue): Endpoint[] {
  const endpoints: Endpoint[] = [];
  let entry = list;
  while (entry !== null) {
    const view = new Deno.UnsafePointerView(entry);
    const pointer = view.getPointer(ADDR_OFFSET);
    if (pointer !== null) {
      const bytes = new Uint8Array(view.getUint32(ADDRLEN_OFFSET));
      new Deno.UnsafePointerView(pointer).copyInto(bytes);
      endpoints.push(decodeSockaddr(bytes));
    }
    entry = view.getPointer(NEXT_OFFSET);
  }
  return endpoints;
}

function addressesOf(endpoints: readonly Endpoint[]): IpAddress[] {
  const addresses: IpAddress[] = [];
  for (const { address } of endpoints) addUnlessThere(addresses, address);
  return addresses;
}

/** The hosts file may name an address twice. */
function addUnlessThere(addresses: IpAddress[], address: IpAddress): void {
  const text = address.octets.join();
  if (!addresses.some((other) => other.octets.join() === text)) addresses.push(address);
}
