/**
 * A segment's packet as octets: as it lies in the receive buffer, or encoded again.
 *
 * @module
 */

import { checksumOf, encodePacketHeaders, type Segment, sumOctets } from "./core.ts";
import type { Direction } from "./copy.ts";

/** The longest IP packet of either family without jumbograms, octets. */
const MAX_PACKET = 65_575;

/** IPv6 and TCP with all options. */
const MOST_HEADERS = 100;

const IPV4_SOURCE_OFFSET = 12;
const IPV6_SOURCE_OFFSET = 8;
const IPV6_HEADER_LENGTH = 40;
const PROTOCOL_OFFSET_4 = 9;
const NEXT_HEADER_OFFSET_6 = 6;
const PROTOCOL_TCP = 6;
const DATA_OFFSET = 12;
const CHECKSUM_OFFSET = 16;
const WORD_OCTETS = 4;

/**
 * When a packet is cut and its payload is longer than this, its checksum is left as it is handed to an offloading device:
 * it would cost more than all the rest, and cannot be checked without the payload.
 */
const MOST_SUMMED = 4_096;

/** The packet of one segment at a time, to be copied while the segment may be read. */
export class PacketImage {
  readonly #encoded = new Uint8Array(MOST_HEADERS);
  /** For packets of which only a part is copied. */
  readonly #whole = new Uint8Array(MAX_PACKET);
  #segment: Segment | null = null;
  /** Where the packet's headers are, and from where on. */
  #headers: Uint8Array = this.#encoded;
  #start = 0;
  #headerLength = 0;
  #ipLength = 0;
  /** Whether the checksum field holds the pseudo-header's sum only. */
  #isUnfinished = false;

  /** Octets of the IP and TCP header. */
  get headerLength(): number {
    return this.#headerLength;
  }

  /** Octets of the whole packet. */
  get length(): number {
    return this.#headerLength + (this.#segment?.payload.length ?? 0);
  }

  /**
   * Makes this the segment's packet, borrowed until the next call. An arrived one is taken as it lies in its buffer, with
   * options that a segment record does not know. False when it cannot be written as one packet.
   */
  show(segment: Segment, direction: Direction): boolean {
    this.#segment = segment;
    return direction === "arrived" && this.#findInPlace(segment) || this.#encode(segment);
  }

  /**
   * Copies the packet's first octets, complete checksums and all; of a long packet that is cut the checksum stays as it is.
   */
  copyTo(into: Uint8Array, at: number, octets: number): void {
    const segment = this.#segment;
    if (segment === null) return;
    const headers = this.#headerLength;
    if (octets < headers + segment.payload.length) return this.#copyCut(segment, into, at, octets);
    this.#copyHeaders(into, at, headers);
    segment.payload.copyTo(into, at + headers);
    if (this.#isUnfinished) this.#complete(into, at, headers + segment.payload.length);
  }

  /** A copy of the headers with a complete checksum. */
  header(): Uint8Array {
    this.copyTo(this.#whole, 0, this.length);
    return this.#whole.slice(0, this.#headerLength);
  }

  /** By way of a whole copy: few want their packets cut. */
  #copyCut(segment: Segment, into: Uint8Array, at: number, octets: number): void {
    const headers = this.#headerLength;
    if (segment.payload.length <= MOST_SUMMED) this.copyTo(this.#whole, 0, this.length);
    else {
      this.#copyHeaders(this.#whole, 0, headers);
      if (octets > headers) segment.payload.copyTo(this.#whole, headers);
    }
    into.set(this.#whole.subarray(0, octets), at);
  }

  #copyHeaders(into: Uint8Array, at: number, octets: number): void {
    const from = this.#headers;
    const start = this.#start;
    for (let i = 0; i < octets; i++) into[at + i] = from[start + i] as number;
  }

  #encode(segment: Segment): boolean {
    try {
      this.#headerLength = encodePacketHeaders(segment, this.#encoded, 0, "unfinished");
    } catch {
      return false;
    }
    this.#headers = this.#encoded;
    this.#start = 0;
    this.#ipLength = ipHeaderLength(segment, this.#encoded, 0);
    this.#isUnfinished = true;
    return true;
  }

  /** The packet where the segment was decoded from, when that is plain to see. */
  #findInPlace(segment: Segment): boolean {
    const octets = segment.addresses;
    const isIpv4 = segment.family === 4;
    const start = segment.sourceOffset - (isIpv4 ? IPV4_SOURCE_OFFSET : IPV6_SOURCE_OFFSET);
    if (start < 0 || segment.payload.octets !== octets) return false;
    if ((octets[start] ?? 0) >> 4 !== segment.family) return false;
    const ipLength = ipHeaderLength(segment, octets, start);
    const protocol = octets[start + (isIpv4 ? PROTOCOL_OFFSET_4 : NEXT_HEADER_OFFSET_6)];
    const tcpLength = ((octets[start + ipLength + DATA_OFFSET] ?? 0) >> 4) * WORD_OCTETS;
    const headers = ipLength + tcpLength;
    if (protocol !== PROTOCOL_TCP || start + headers !== segment.payload.offset) return false;
    this.#headers = octets;
    this.#start = start;
    this.#headerLength = headers;
    this.#ipLength = ipLength;
    this.#isUnfinished = segment.checksumUnfinished;
    return true;
  }

  /** The field holds the pseudo-header's sum, so the sum of the whole segment is all that is missing. */
  #complete(into: Uint8Array, at: number, length: number): void {
    const start = at + this.#ipLength;
    const field = checksumOf(sumOctets(into, start, length - this.#ipLength));
    into[start + CHECKSUM_OFFSET] = field >> 8;
    into[start + CHECKSUM_OFFSET + 1] = field & 0xff;
  }
}

function ipHeaderLength(segment: Segment, packet: Uint8Array, start: number): number {
  return segment.family === 4 ? ((packet[start] ?? 0) & 0xf) * WORD_OCTETS : IPV6_HEADER_LENGTH;
}
