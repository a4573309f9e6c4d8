/**
 * Takes out of packets what is nobody's business: addresses and ports are replaced, the same by the same, link layers,
 * tunnels, payload and what unknown options hold are left out. Numbers, times, lengths, flags and windows stay.
 *
 * @module
 */

import { SegmentFinder } from "./analysis/segment_finder.ts";
import type { CapturedPacket } from "./capture.ts";
import { checksumOf, sumOctets } from "../trace/core.ts";

const LINK_TYPE_RAW = 101;
const TCP_HEADER = 20;
const PROTOCOL_TCP = 6;
const WORD_OCTETS = 4;
const IPV4_SOURCE = 12;
const IPV4_LENGTH = 4;
const IPV4_ID = 4;
const IPV4_CHECKSUM = 10;
const IPV6_SOURCE = 8;
const IPV6_LENGTH = 16;
const TCP_CHECKSUM = 16;
const NO_OPERATION = 1;
/** Options whose values say nothing of anybody: those of RFC 9293, 7323, 2018 and 5482. */
const HARMLESS: ReadonlySet<number> = new Set([2, 3, 4, 5, 8, 28]);
/** Ports from here on are those of clients. */
const FIRST_DYNAMIC_PORT = 32_768;
const SERVER_PORTS_FROM = 1_000;
const CLIENT_PORTS_FROM = 40_000;
const PORT_RANGE = 20_000;

/** Replaces packet by packet. */
export class Anonymizer {
  readonly #finder = new SegmentFinder();
  readonly #addresses = new Map<string, number>();
  readonly #serverPorts = new Map<number, number>();
  readonly #clientPorts = new Map<number, number>();

  /** The packet without what it must not tell; null for one that holds no TCP: ICMP quotes what others have sent. */
  packet(packet: CapturedPacket): CapturedPacket | null {
    const found = this.#finder.find(packet);
    if (found === null || found.kind === "icmp") return null;
    const octets = found.headers.slice();
    const isIpv4 = (octets[0] as number) >> 4 === 4;
    const [at, length] = isIpv4 ? [IPV4_SOURCE, IPV4_LENGTH] : [IPV6_SOURCE, IPV6_LENGTH];
    this.#replaceAddress(octets, at, length);
    this.#replaceAddress(octets, at + length, length);
    this.#replacePort(octets, found.transport);
    this.#replacePort(octets, found.transport + 2);
    octets.fill(0, found.transport + TCP_CHECKSUM, found.transport + TCP_CHECKSUM + 2);
    blankOptions(octets, found.transport);
    if (isIpv4) finishIpv4(octets);
    if (found.segment.payload.length === 0) finishTcp(octets, found.transport, at, length);
    const originalLength = found.segment.payload.length + found.transport +
      ((octets[found.transport + 12] as number) >> 4) * WORD_OCTETS;
    const { time } = packet;
    return {
      time,
      linkType: LINK_TYPE_RAW,
      interfaceName: "",
      direction: null,
      octets,
      originalLength,
      comments: [],
    };
  }

  /** The n-th address that is seen becomes 10.0.x.y or fd00::n. */
  #replaceAddress(octets: Uint8Array, at: number, length: number): void {
    const key = octets.subarray(at, at + length).join(".");
    const number = numberOf(this.#addresses, key);
    octets.fill(0, at, at + length);
    octets[at] = length === IPV4_LENGTH ? 10 : 0xfd;
    octets[at + length - 3] = number >> 16;
    octets[at + length - 2] = number >> 8 & 0xff;
    octets[at + length - 1] = number & 0xff;
  }

  /** Ports of clients stay higher than those of servers. */
  #replacePort(octets: Uint8Array, at: number): void {
    const port = (octets[at] as number) << 8 | (octets[at + 1] as number);
    const isDynamic = port >= FIRST_DYNAMIC_PORT;
    const number = numberOf(isDynamic ? this.#clientPorts : this.#serverPorts, port) % PORT_RANGE;
    const replaced = (isDynamic ? CLIENT_PORTS_FROM : SERVER_PORTS_FROM) + number;
    octets[at] = replaced >> 8;
    octets[at + 1] = replaced & 0xff;
  }
}

function numberOf<K>(numbers: Map<K, number>, key: K): number {
  const known = numbers.get(key);
  if (known !== undefined) return known;
  numbers.set(key, numbers.size + 1);
  return numbers.size;
}

/** Options keep their kinds and lengths, unknown ones nothing else. */
function blankOptions(octets: Uint8Array, transport: number): void {
  let at = transport + TCP_HEADER;
  while (at + 1 < octets.length && octets[at] !== 0) {
    if (octets[at] === NO_OPERATION) {
      at++;
      continue;
    }
    const length = Math.max(octets[at + 1] as number, 2);
    if (!HARMLESS.has(octets[at] as number)) octets.fill(0, at + 2, Math.min(at + length, octets.length));
    at += length;
  }
}

/** A segment without payload is all there, and its checksum may be looked at. */
function finishTcp(octets: Uint8Array, transport: number, addressesAt: number, addressLength: number): void {
  const length = octets.length - transport;
  let sum = sumOctets(octets, addressesAt, 2 * addressLength) + PROTOCOL_TCP + length +
    sumOctets(octets, transport, length);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  const checksum = checksumOf(sum);
  octets[transport + TCP_CHECKSUM] = checksum >> 8;
  octets[transport + TCP_CHECKSUM + 1] = checksum & 0xff;
}

/** Keeps the identification, which shows the order of packets; its checksum is of the new addresses. */
function finishIpv4(octets: Uint8Array): void {
  const length = ((octets[0] as number) & 0xf) * WORD_OCTETS;
  octets.fill(0, IPV4_ID + 2, IPV4_ID + 4);
  octets.fill(0, IPV4_CHECKSUM, IPV4_CHECKSUM + 2);
  const checksum = checksumOf(sumOctets(octets, 0, length));
  octets[IPV4_CHECKSUM] = checksum >> 8;
  octets[IPV4_CHECKSUM + 1] = checksum & 0xff;
}
