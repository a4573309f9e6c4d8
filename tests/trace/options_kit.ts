/**
 * Segments whose packets have options of any kind.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { decodePacket, encodePacket, Segment } from "../../tcp/mod.ts";

/** A segment as it arrives in a packet with these options. */
export function segmentWith(options: readonly number[]): Segment {
  const segment = new Segment();
  segment.addresses = new Uint8Array(8);
  segment.destinationOffset = 4;
  segment.flags = 2;
  const packet = new Uint8Array(100);
  const length = encodePacket(segment, packet) + options.length;
  packet.set(options, 40);
  packet[3] = length;
  packet[32] = (5 + options.length / 4) << 4;
  packet.set([0, 0], 10);
  const sum = (~headerSum(packet)) & 0xffff;
  packet.set([sum >> 8, sum & 255], 10);
  assertEquals(decodePacket(packet, length, segment, "trust"), null);
  return segment;
}

function headerSum(packet: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < 20; i += 2) sum += (packet[i] as number) << 8 | packet[i + 1] as number;
  return (sum & 0xffff) + (sum >> 16);
}
