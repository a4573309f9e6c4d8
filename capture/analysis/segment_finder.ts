/**
 * Finds the TCP segment in a captured packet, whole or cut by a snap length.
 *
 * @module
 */

import type { CapturedPacket } from "../capture.ts";
import { findIpPacket } from "../link_layer.ts";
import { decodePacket, Segment } from "../../trace/core.ts";

/** A segment as found. */
export interface FoundSegment {
  /** Reused for the next packet. */
  readonly segment: Segment;
  /** The octets of IP and TCP header; borrowed. */
  readonly headers: Uint8Array;
  /** Octets of payload that the capture has. */
  readonly keptPayload: number;
  /** False when the checksum is wrong although the packet is whole. */
  readonly isSound: boolean;
}

/** The longest packet that is rebuilt when it was cut: what a device may have merged. */
const MOST_OCTETS = 1 << 20;

/** Finds segments, one at a time. */
export class SegmentFinder {
  readonly #segment = new Segment();
  #scratch = new Uint8Array(65_600);

  /** The packet's segment; null when it holds no TCP that can be read. */
  find(captured: CapturedPacket): FoundSegment | null {
    const found = findIpPacket(captured.linkType, captured.octets);
    if (found === null) return null;
    const kept = captured.octets.subarray(found.offset);
    const length = Math.max(captured.originalLength - found.offset, kept.length);
    if (length > MOST_OCTETS) return null;
    const isWhole = length === kept.length;
    const packet = isWhole ? kept : this.#filledUp(kept, length);
    let refusal = decodePacket(packet, length, this.#segment, isWhole ? "verify" : "trust");
    const isSound = refusal !== "bad-checksum";
    if (!isSound) refusal = decodePacket(packet, length, this.#segment, "trust");
    const headers = this.#segment.payloadOffset;
    if (refusal !== null || headers > kept.length) return null;
    return {
      segment: this.#segment,
      headers: packet.subarray(0, headers),
      keptPayload: Math.min(kept.length - headers, this.#segment.payloadLength),
      isSound,
    };
  }

  /** A cut packet with zeros where octets are missing, so that its lengths are right. */
  #filledUp(kept: Uint8Array, length: number): Uint8Array {
    if (length > this.#scratch.length) this.#scratch = new Uint8Array(length);
    this.#scratch.fill(0, kept.length, length);
    this.#scratch.set(kept);
    return this.#scratch.subarray(0, length);
  }
}
