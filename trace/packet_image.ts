/**
 * A segment's packet as octets: as it lies in the receive buffer, or encoded again.
 *
 * @module
 */

import { checksumOf, encodePacketHeaders, type Segment, sumOctets } from "./core.ts";
import type { Direction } from "./copy.ts";

/** The longest IP packet of either family without jumbograms, octets. */
const MAX_PACKET = 65_575;

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

/** How many octets of a packet are wanted, given those of its headers and its own. */
export type Wanted = (headers: number, length: number) => number;

/** Makes packets of segments, one at a time. */
export class PacketImage {
  readonly #scratch = new Uint8Array(MAX_PACKET);
  readonly #wanted: Wanted;
  readonly #mostSummed: number;
  #headerLength = 0;
  #length = 0;

  /** `sumsAll`: whether the checksum must be right even where the payload that it covers is cut off. */
  constructor(wanted: Wanted, sumsAll: boolean) {
    this.#wanted = wanted;
    this.#mostSummed = sumsAll ? Infinity : MOST_SUMMED;
  }

  /** Octets of the IP and TCP header of the last packet made. */
  get headerLength(): number {
    return this.#headerLength;
  }

  /** Octets that the last packet made has in all. */
  get length(): number {
    return this.#length;
  }

  /**
   * The segment's packet, as much as is wanted of it, complete checksums and all; valid until the next call. An arrived
   * one is returned as it lies in its buffer, with options that a segment record does not know; only a checksum that its
   * sender left to a device is completed, in a copy. Null when it cannot be written as one packet.
   */
  take(segment: Segment, direction: Direction): Uint8Array | null {
    if (direction === "arrived") {
      const packet = this.#inPlace(segment);
      if (packet !== null) return this.#cutArrived(packet, segment);
    }
    try {
      return this.#encoded(segment);
    } catch {
      return null;
    }
  }

  #cutArrived(packet: Uint8Array, segment: Segment): Uint8Array {
    this.#length = packet.length;
    const wanted = Math.min(this.#wanted(this.#headerLength, packet.length), packet.length);
    const isCompleted = segment.checksumUnfinished &&
      (wanted === packet.length || segment.payloadLength <= this.#mostSummed);
    const whole = isCompleted ? this.#completed(packet, segment) : packet;
    return wanted === packet.length ? whole : whole.subarray(0, wanted);
  }

  #encoded(segment: Segment): Uint8Array {
    const scratch = this.#scratch;
    const isSummed = segment.payloadLength <= this.#mostSummed;
    let headers = encodePacketHeaders(segment, scratch, 0, isSummed ? "complete" : "unfinished");
    this.#headerLength = headers;
    this.#length = headers + segment.payloadLength;
    const wanted = Math.min(this.#wanted(headers, this.#length), this.#length);
    if (wanted === this.#length && !isSummed) headers = encodePacketHeaders(segment, scratch, 0, "complete");
    if (wanted > headers) segment.copyPayload(scratch, headers);
    return scratch.subarray(0, wanted);
  }

  /** The packet where the segment was decoded from, when that is plain to see. */
  #inPlace(segment: Segment): Uint8Array | null {
    const octets = segment.addresses;
    const isIpv4 = segment.family === 4;
    const start = segment.sourceOffset - (isIpv4 ? IPV4_SOURCE_OFFSET : IPV6_SOURCE_OFFSET);
    if (start < 0 || segment.payload !== octets) return null;
    if ((octets[start] ?? 0) >> 4 !== segment.family) return null;
    const ipLength = isIpv4 ? ((octets[start] ?? 0) & 0xf) * WORD_OCTETS : IPV6_HEADER_LENGTH;
    const protocol = octets[start + (isIpv4 ? PROTOCOL_OFFSET_4 : NEXT_HEADER_OFFSET_6)];
    const tcpLength = ((octets[start + ipLength + DATA_OFFSET] ?? 0) >> 4) * WORD_OCTETS;
    const headers = ipLength + tcpLength;
    if (protocol !== PROTOCOL_TCP || start + headers !== segment.payloadOffset) return null;
    this.#headerLength = headers;
    return octets.subarray(start, start + headers + segment.payloadLength);
  }

  /** The field holds the pseudo-header's sum, so the sum of the whole segment is all that is missing. */
  #completed(packet: Uint8Array, segment: Segment): Uint8Array {
    const copy = this.#scratch.subarray(0, Math.min(packet.length, this.#scratch.length));
    copy.set(packet.subarray(0, copy.length));
    const start = this.#headerLength - tcpHeaderLength(packet, segment);
    const field = checksumOf(sumOctets(copy, start, copy.length - start));
    copy[start + CHECKSUM_OFFSET] = field >> 8;
    copy[start + CHECKSUM_OFFSET + 1] = field & 0xff;
    return copy;
  }
}

function tcpHeaderLength(packet: Uint8Array, segment: Segment): number {
  const ipLength = segment.family === 4 ? ((packet[0] ?? 0) & 0xf) * WORD_OCTETS : IPV6_HEADER_LENGTH;
  return packet.length - segment.payloadLength - ipLength;
}
