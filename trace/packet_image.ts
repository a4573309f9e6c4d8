/**
 * A segment's packet as octets: as it lies in the receive buffer, or encoded again.
 *
 * @module
 */

import { checksumOf, encodePacket, type Segment, sumOctets } from "./core.ts";
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

/** Makes packets of segments, one at a time. */
export class PacketImage {
  readonly #scratch = new Uint8Array(MAX_PACKET);
  #headerLength = 0;

  /** Octets of the IP and TCP header of the last packet made. */
  get headerLength(): number {
    return this.#headerLength;
  }

  /**
   * The segment's packet, complete checksums and all; valid until the next call. An arrived one is returned as it lies
   * in its buffer, with options that a segment record does not know; only a checksum that its sender left to a device is
   * completed, in a copy. Null when it cannot be written as one packet.
   */
  take(segment: Segment, direction: Direction): Uint8Array | null {
    if (direction === "arrived") {
      const packet = this.#inPlace(segment);
      if (packet !== null) return segment.checksumUnfinished ? this.#completed(packet, segment) : packet;
    }
    try {
      const length = encodePacket(segment, this.#scratch);
      this.#headerLength = length - segment.payloadLength;
      return this.#scratch.subarray(0, length);
    } catch {
      return null;
    }
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
