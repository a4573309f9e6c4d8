import { assertEquals } from "@std/assert";
import { formatAddress, parseAddress } from "../../../tcp/base/address.ts";
import { Option, Segment } from "../../../tcp/base/segment.ts";
import { seqToUint32, timestampToUint32 } from "../../../tcp/base/seq.ts";
import { decodePacket, encodePacketHeaders } from "../../../tcp/wire/packet.ts";
import { CAPTURED_PACKETS } from "./captured.ts";
import { type CapturedPacket, hexToOctets, octetsToHex } from "./support.ts";

/** The decoded segment in the words of the captures' table. */
function readingOf(name: string, hex: string, segment: Segment): CapturedPacket {
  const has = (option: number): boolean => segment.hasOption(option);
  const address = (offset: number): string =>
    formatAddress({
      family: segment.family,
      octets: segment.addresses.subarray(offset, offset + (segment.family === 4 ? 4 : 16)),
    });
  const edges = Array.from(segment.sackEdges.subarray(0, 2 * segment.sackBlockCount), (edge) => edge >>> 0);
  return {
    name,
    source: address(segment.sourceOffset),
    destination: address(segment.destinationOffset),
    ecn: segment.ecn,
    ports: [segment.sourcePort, segment.destinationPort],
    seq: seqToUint32(segment.seq),
    ack: seqToUint32(segment.ack),
    flags: segment.flags,
    window: segment.window,
    urgentPointer: segment.urgentPointer,
    maximumSegmentSize: has(Option.maximumSegmentSize) ? segment.maximumSegmentSize : null,
    windowScale: has(Option.windowScale) ? segment.windowScale : null,
    selectiveAckPermitted: has(Option.selectiveAckPermitted),
    timestamps: has(Option.timestamps)
      ? [timestampToUint32(segment.timestampValue), timestampToUint32(segment.timestampEcho)]
      : null,
    sackBlocks: Array.from(
      { length: segment.sackBlockCount },
      (_, i) => [edges[2 * i] ?? 0, edges[2 * i + 1] ?? 0],
    ),
    payloadLength: segment.payload.length,
    checksumUnfinished: segment.checksumUnfinished,
    hex,
  };
}

for (const captured of CAPTURED_PACKETS) {
  const packet = hexToOctets(captured.hex);

  Deno.test(`a captured packet is read as another dissector reads it: ${captured.name}`, () => {
    const segment = new Segment();
    assertEquals(decodePacket(packet, packet.length, segment, "verify"), null);
    assertEquals(readingOf(captured.name, captured.hex, segment), captured);
    assertEquals(segment.hopLimit, 64);
    assertEquals(segment.malformedOptions, 0);
  });

  Deno.test(`strict policy takes a captured packet when its checksum is complete: ${captured.name}`, () => {
    const refusal = decodePacket(packet, packet.length, new Segment(), "strict");
    assertEquals(refusal, captured.checksumUnfinished ? "bad-checksum" : null);
  });

  Deno.test(`a captured packet's TCP header is written as Linux writes it: ${captured.name}`, () => {
    const segment = new Segment();
    decodePacket(packet, packet.length, segment, "verify");
    const written = new Uint8Array(packet.length);
    const form = captured.checksumUnfinished ? "unfinished" : "complete";
    const headers = encodePacketHeaders(segment, written, 0, form);
    segment.payload.copyTo(written, headers);
    const ipHeader = segment.family === 4 ? 20 : 40;
    assertEquals(octetsToHex(written.subarray(ipHeader)), octetsToHex(packet.subarray(ipHeader)));
    // Linux chooses an identification (which changes the IPv4 checksum) or a flow label, where we send 0.
    const chosen = segment.family === 4 ? [4, 5, 10, 11] : [2, 3];
    for (const octet of chosen) written[octet] = packet[octet] ?? 0;
    if (segment.family === 6) written[1] = (written[1] ?? 0) | (packet[1] ?? 0) & 0x0f;
    assertEquals(octetsToHex(written), octetsToHex(packet));
  });
}

Deno.test("addresses are left where the packet has them, for comparison in place", () => {
  for (const captured of CAPTURED_PACKETS) {
    const packet = hexToOctets(captured.hex);
    const segment = new Segment();
    decodePacket(packet, packet.length, segment, "verify");
    assertEquals(segment.addresses === packet && segment.payload.octets === packet, true);
    const source = parseAddress(captured.source).octets;
    assertEquals(packet.subarray(segment.sourceOffset, segment.sourceOffset + source.length), source);
  }
});
