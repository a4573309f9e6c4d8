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
const IPV4_TOTAL_LENGTH = 2;
const IPV6_PAYLOAD_LENGTH = 4;
const TCP_DATA_OFFSET = 12;
const TCP_CHECKSUM = 16;
const NO_OPERATION = 1;
/** Options whose values say nothing of anybody, where they have these lengths: those of RFC 9293, 7323, 2018 and 5482. */
const HARMLESS: ReadonlyMap<number, readonly number[]> = new Map([
  [2, [4]],
  [3, [3]],
  [4, [2]],
  [5, [10, 18, 26, 34]],
  [8, [10]],
  [28, [4]],
]);
/** Ports from here on are those of clients: as many as below. */
const FIRST_DYNAMIC_PORT = 32_768;
/** The first port of a server becomes 1001, that of a client 40001. */
const SERVER_SHIFT = 1_000;
const CLIENT_SHIFT = 7_232;
const MOST_LENGTH = 0xffff;
const IPV4_HEADER = 20;
const IPV6_HEADER = 40;
const IPV6_NEXT_HEADER = 6;
const IPV6_FLOW_LABEL = 1;

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
    const isIpv4 = (found.headers[0] as number) >> 4 === 4;
    const fixed = isIpv4 ? IPV4_HEADER : IPV6_HEADER;
    const octets = withoutIpOptions(found.headers, fixed, found.transport);
    const [at, length] = isIpv4 ? [IPV4_SOURCE, IPV4_LENGTH] : [IPV6_SOURCE, IPV6_LENGTH];
    this.#replaceAddress(octets, at, length);
    this.#replaceAddress(octets, at + length, length);
    this.#replacePort(octets, fixed);
    this.#replacePort(octets, fixed + 2);
    octets.fill(0, fixed + TCP_CHECKSUM, fixed + TCP_CHECKSUM + 2);
    blankOptions(octets, fixed);
    const tcpLength = ((octets[fixed + TCP_DATA_OFFSET] as number) >> 4) * WORD_OCTETS +
      found.segment.payload.length;
    if (isIpv4) finishIpv4(octets, fixed + tcpLength);
    else finishIpv6(octets, tcpLength);
    if (found.segment.payload.length === 0) finishTcp(octets, fixed, at, length);
    const originalLength = fixed + tcpLength;
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

  /** Ports of clients stay higher than those of servers, and no two become one. */
  #replacePort(octets: Uint8Array, at: number): void {
    const port = (octets[at] as number) << 8 | (octets[at + 1] as number);
    const isDynamic = port >= FIRST_DYNAMIC_PORT;
    const number = numberOf(isDynamic ? this.#clientPorts : this.#serverPorts, port);
    const replaced = isDynamic
      ? FIRST_DYNAMIC_PORT + (CLIENT_SHIFT + number) % FIRST_DYNAMIC_PORT
      : (SERVER_SHIFT + number) % FIRST_DYNAMIC_PORT;
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

/** IP's fixed header and what TCP has captured: options and extension headers may name routes, and are left out. */
function withoutIpOptions(headers: Uint8Array, fixed: number, transport: number): Uint8Array {
  const octets = new Uint8Array(headers.length - transport + fixed);
  octets.set(headers.subarray(0, fixed));
  octets.set(headers.subarray(transport), fixed);
  return octets;
}

/** Options keep their kinds and lengths, unknown ones and those of another length nothing else; behind their end is nothing. */
function blankOptions(octets: Uint8Array, transport: number): void {
  let at = transport + TCP_HEADER;
  while (at + 1 < octets.length && octets[at] !== 0) {
    if (octets[at] === NO_OPERATION) {
      at++;
      continue;
    }
    const length = Math.max(octets[at + 1] as number, 2);
    const isHarmless = HARMLESS.get(octets[at] as number)?.includes(length) === true;
    if (!isHarmless) octets.fill(0, at + 2, Math.min(at + length, octets.length));
    at += length;
  }
  if (at < octets.length && octets[at] !== NO_OPERATION) octets.fill(0, at);
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
function finishIpv4(octets: Uint8Array, totalLength: number): void {
  octets[0] = 0x45;
  putLength(octets, IPV4_TOTAL_LENGTH, totalLength);
  octets.fill(0, IPV4_ID + 2, IPV4_ID + 4);
  octets.fill(0, IPV4_CHECKSUM, IPV4_CHECKSUM + 2);
  const checksum = checksumOf(sumOctets(octets, 0, IPV4_HEADER));
  octets[IPV4_CHECKSUM] = checksum >> 8;
  octets[IPV4_CHECKSUM + 1] = checksum & 0xff;
}

/** 0 where a device has merged more than the field can say. */
function putLength(octets: Uint8Array, at: number, length: number): void {
  const said = length > MOST_LENGTH ? 0 : length;
  octets[at] = said >> 8;
  octets[at + 1] = said & 0xff;
}

/** The flow label is a hash of addresses and ports (RFC 6437 2). */
function finishIpv6(octets: Uint8Array, payloadLength: number): void {
  octets[IPV6_FLOW_LABEL] = (octets[IPV6_FLOW_LABEL] as number) & 0xf0;
  octets.fill(0, IPV6_FLOW_LABEL + 1, IPV6_PAYLOAD_LENGTH);
  putLength(octets, IPV6_PAYLOAD_LENGTH, payloadLength);
  octets[IPV6_NEXT_HEADER] = PROTOCOL_TCP;
}
