/**
 * What a socket's filter does in the kernel, done here: some kernels let only CAP_NET_ADMIN attach a filter, and a raw
 * socket without one gets every TCP packet of the host.
 *
 * @module
 */

import type { PortRange } from "./bpf.ts";
import { IPPROTO_TCP } from "./constants.ts";
import { type Endpoint, type IpAddress, isAnyAddress } from "./sockaddr.ts";

// RFC 791 3.1
const IPV4_PROTOCOL_OFFSET = 9;
const IPV4_SOURCE_OFFSET = 12;
const IPV4_DESTINATION_OFFSET = 16;
const IPV4_LEAST_LENGTH = 20;
// RFC 8200 3; the packets of RawSocketV6 have no extension headers
const IPV6_NEXT_HEADER_OFFSET = 6;
const IPV6_SOURCE_OFFSET = 8;
const IPV6_DESTINATION_OFFSET = 24;
const IPV6_LENGTH = 40;
/** Source and destination port, RFC 9293 3.1. */
const PORTS_LENGTH = 4;

/** Tells the packets of one connection, or of one local port or a range of them, from all others. */
export class PacketSieve {
  readonly #family: 4 | 6;
  readonly #local: Endpoint;
  readonly #remote: Endpoint | undefined;
  readonly #anyLocal: boolean;
  readonly #ports: PortRange;

  /**
   * Without a `remote`, packets from everybody to `local` pass; an address 0.0.0.0 or :: there is every address. `ports`:
   * local ports instead of the one of `local`.
   */
  constructor(
    local: Endpoint,
    remote: Endpoint | undefined,
    ports: PortRange = { first: local.port, last: local.port },
  ) {
    this.#family = local.address.family;
    this.#local = local;
    this.#remote = remote;
    this.#anyLocal = isAnyAddress(local.address);
    this.#ports = ports;
  }

  /** Whether the packet in the first `length` octets is for this end. It starts at its IP header. */
  keeps(packet: Uint8Array, length: number): boolean {
    const isV4 = this.#family === 4;
    if (length < (isV4 ? IPV4_LEAST_LENGTH : IPV6_LENGTH)) return false;
    if (packet[isV4 ? IPV4_PROTOCOL_OFFSET : IPV6_NEXT_HEADER_OFFSET] !== IPPROTO_TCP) return false;
    const transport = isV4 ? ((packet[0] ?? 0) & 0xf) * 4 : IPV6_LENGTH;
    if (length < transport + PORTS_LENGTH) return false;
    const localPort = portAt(packet, transport + 2);
    if (localPort < this.#ports.first || localPort > this.#ports.last) return false;
    const destination = isV4 ? IPV4_DESTINATION_OFFSET : IPV6_DESTINATION_OFFSET;
    if (!this.#anyLocal && !standsAt(this.#local.address, packet, destination)) return false;
    if (this.#remote === undefined) return true;
    return portAt(packet, transport) === this.#remote.port &&
      standsAt(this.#remote.address, packet, isV4 ? IPV4_SOURCE_OFFSET : IPV6_SOURCE_OFFSET);
  }
}

function portAt(packet: Uint8Array, offset: number): number {
  return (packet[offset] ?? 0) << 8 | (packet[offset + 1] ?? 0);
}

function standsAt(address: IpAddress, packet: Uint8Array, offset: number): boolean {
  const { octets } = address;
  for (let i = 0; i < octets.length; i++) {
    if (packet[offset + i] !== octets[i]) return false;
  }
  return true;
}
