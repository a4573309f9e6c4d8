/**
 * Addresses of both families and endpoints. Text forms: RFC 4291 2.2 for reading, RFC 5952 for writing.
 *
 * @module
 */

/** The family of an address, by IP version number. */
export type Family = 4 | 6;

/** A TCP port, 0 to 65535; 0 stands for "none chosen". */
export type Port = number;

/** The largest port: RFC 9293 3.1, the field has 16 bits. */
const MAX_PORT = 65_535;

/** Octets of an IPv4 address. */
export const IPV4_ADDRESS_LENGTH = 4;

/** Octets of an IPv6 address. */
export const IPV6_ADDRESS_LENGTH = 16;

/** An IPv4 or IPv6 address: its octets in network order, never changed once made. */
export interface IpAddress {
  /** IP version. */
  readonly family: Family;
  /** 4 or 16 octets, owned by this record. */
  readonly octets: Uint8Array;
}

/** One end of a connection. */
export interface Endpoint {
  /** Of the host. */
  readonly address: IpAddress;
  /** 0: none chosen. */
  readonly port: Port;
}

/** The address with a copy of the given octets. @throws RangeError unless there are 4 or 16 */
export function addressFromOctets(octets: Uint8Array): IpAddress {
  if (octets.length === IPV4_ADDRESS_LENGTH) return { family: 4, octets: octets.slice() };
  if (octets.length === IPV6_ADDRESS_LENGTH) return { family: 6, octets: octets.slice() };
  throw new RangeError(`Cannot make an address of ${octets.length} octets: IPv4 has 4, IPv6 has 16`);
}

/** The octets of two addresses of one family, one behind the other, as segments have them. A copy */
export function joinAddresses({ octets: first }: IpAddress, { octets: second }: IpAddress): Uint8Array {
  const joined = new Uint8Array(2 * first.length);
  joined.set(first, 0);
  joined.set(second, first.length);
  return joined;
}

/** Reads an address in text form. @throws RangeError when it is neither dotted decimal nor RFC 4291 text */
export function parseAddress(text: string): IpAddress {
  const octets = text.includes(":") ? ipv6Octets(text) : ipv4Octets(text);
  if (octets === null) {
    throw new RangeError(`Cannot read "${text}" as an IP address: write it like 192.0.2.1 or 2001:db8::1`);
  }
  return octets.length === IPV4_ADDRESS_LENGTH ? { family: 4, octets } : { family: 6, octets };
}

/** Whether `text` is an address, so that no name needs to be looked up. */
export function isAddressText(text: string): boolean {
  return (text.includes(":") ? ipv6Octets(text) : ipv4Octets(text)) !== null;
}

/** Writes an address as text: dotted decimal, or RFC 5952. */
export function formatAddress(address: IpAddress): string {
  return address.family === 4 ? address.octets.join(".") : ipv6Text(address.octets);
}

/** Writes an endpoint: `192.0.2.1:80`, `[2001:db8::1]:80`. */
export function formatEndpoint(endpoint: Endpoint): string {
  const host = formatAddress(endpoint.address);
  return endpoint.address.family === 4 ? `${host}:${endpoint.port}` : `[${host}]:${endpoint.port}`;
}

/** Whether two addresses are the same. */
export function addressEquals(a: IpAddress, b: IpAddress): boolean {
  return a.family === b.family && octetsMatch(a, b.octets, 0);
}

/** Whether the address stands at `offset` of `packet`, compared in place. */
export function octetsMatch(address: IpAddress, packet: Uint8Array, offset: number): boolean {
  const octets = address.octets;
  for (let i = 0; i < octets.length; i++) {
    if (octets[i] !== packet[offset + i]) return false;
  }
  return true;
}

/** Whether a connection may have this port at one end: a whole number, and not 0. */
export function isPort(port: number): boolean {
  return Number.isInteger(port) && port > 0 && port <= MAX_PORT;
}

/** Whether a connection may have this address at one end: not unspecified, multicast or limited broadcast (MUST-46). */
export function isUnicast(address: IpAddress): boolean {
  const first = address.octets[0] ?? 0;
  if (address.family === 4) return first < 224 && !address.octets.every((octet) => octet === 0);
  return first !== 0xff && !address.octets.every((octet) => octet === 0);
}

function ipv4Octets(text: string): Uint8Array | null {
  const parts = text.split(".");
  if (parts.length !== IPV4_ADDRESS_LENGTH) return null;
  const octets = new Uint8Array(IPV4_ADDRESS_LENGTH);
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i] ?? "";
    if (!/^(0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255) return null;
    octets[i] = Number(part);
  }
  return octets;
}

function ipv6Octets(text: string): Uint8Array | null {
  const halves = text.split("::");
  if (halves.length > 2) return null;
  const head = ipv6Groups(halves[0] ?? "", halves.length === 1);
  const tail = halves.length === 2 ? ipv6Groups(halves[1] ?? "", true) : [];
  if (head === null || tail === null) return null;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return null;
  const groups = [...head, ...new Array<number>(halves.length === 2 ? missing : 0).fill(0), ...tail];
  const octets = new Uint8Array(IPV6_ADDRESS_LENGTH);
  groups.forEach((group, i) => {
    octets[2 * i] = group >> 8;
    octets[2 * i + 1] = group & 0xff;
  });
  return octets;
}

/** The 16-bit groups of one side of `::`; a dotted quad at the end, which only the address's end has, counts as two. */
function ipv6Groups(text: string, isEnd: boolean): number[] | null {
  if (text === "") return [];
  const groups: number[] = [];
  const parts = text.split(":");
  for (const [i, part] of parts.entries()) {
    if (isEnd && i === parts.length - 1 && part.includes(".")) {
      const quad = ipv4Octets(part);
      if (quad === null) return null;
      const [a = 0, b = 0, c = 0, d = 0] = quad;
      groups.push(a << 8 | b, c << 8 | d);
    } else {
      if (!/^[0-9a-fA-F]{1,4}$/.test(part)) return null;
      groups.push(parseInt(part, 16));
    }
  }
  return groups;
}

/** RFC 5952 4: lower case, no leading zeros, `::` for the longest run of two or more zero groups, the first of equals. */
function ipv6Text(octets: Uint8Array): string {
  const groups: number[] = [];
  for (let i = 0; i < IPV6_ADDRESS_LENGTH; i += 2) groups.push((octets[i] ?? 0) << 8 | (octets[i + 1] ?? 0));
  let bestStart = 0;
  let bestLength = 0;
  for (let start = 0; start < groups.length; start++) {
    let end = start;
    while (end < groups.length && groups[end] === 0) end++;
    if (end - start > bestLength) {
      bestStart = start;
      bestLength = end - start;
    }
  }
  const hex = groups.map((group) => group.toString(16));
  if (bestLength < 2) return hex.join(":");
  return `${hex.slice(0, bestStart).join(":")}::${hex.slice(bestStart + bestLength).join(":")}`;
}
