/**
 * What a packet costs on its way in and out: `deno bench tests/tcp/wire/packet_bench.ts`.
 *
 * @module
 */

import { Option, Segment } from "../../../tcp/base/segment.ts";
import { sumOctets } from "../../../tcp/wire/checksum.ts";
import { decodePacket, encodePacket, encodePacketHeaders } from "../../../tcp/wire/packet.ts";
import { packetOf, plainSegment, slowSum } from "./support.ts";

/** A segment as connections send them: timestamps, and that many octets of payload. */
function dataSegment(family: 4 | 6, payloadLength: number): Segment {
  const segment = plainSegment(family);
  segment.options = Option.timestamps;
  segment.payload.set(new Uint8Array(payloadLength).map((_, i) => i), 0, payloadLength);
  return segment;
}

const out = new Segment();
const into = new Uint8Array(65_600);

for (const family of [4, 6] as const) {
  for (const payloadLength of [0, 1_448, 65_000]) {
    const segment = dataSegment(family, payloadLength);
    const packet = packetOf(segment);
    const group = `IPv${family}, ${payloadLength} octets of payload`;
    Deno.bench(`${group}: decode, trust`, { group }, () => {
      decodePacket(packet, packet.length, out, "trust");
    });
    Deno.bench(`${group}: decode, strict`, { group }, () => {
      decodePacket(packet, packet.length, out, "strict");
    });
    Deno.bench(`${group}: encode headers, unfinished`, { group }, () => {
      encodePacketHeaders(segment, into, 0, "unfinished");
    });
    Deno.bench(`${group}: encode`, { group }, () => {
      encodePacket(segment, into);
    });
  }
}

const octets = dataSegment(4, 65_536).payload.octets;
for (const length of [20, 64, 96, 128, 1_448, 65_536]) {
  const group = `checksum of ${length} octets`;
  Deno.bench(group, { group, baseline: true }, () => {
    sumOctets(octets, 0, length);
  });
}

Deno.bench("checksum of 1448 octets from an odd offset", { group: "checksum of 1448 octets" }, () => {
  sumOctets(octets, 1, 1_448);
});

const short = octets.subarray(0, 1_448);
Deno.bench("checksum of 1448 octets, plain definition", { group: "checksum of 1448 octets" }, () => {
  slowSum(short);
});
