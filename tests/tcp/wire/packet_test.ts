import { assertEquals, assertThrows } from "@std/assert";
import type { DropReason } from "../../../tcp/base/observer.ts";
import { Flag, Segment } from "../../../tcp/base/segment.ts";
import type { ChecksumPolicy } from "../../../tcp/wire/checksum.ts";
import {
  decodePacket,
  decodeTcpSegment,
  encodePacket,
  encodePacketHeaders,
  encodeTcpHeader,
  encodeTcpSegment,
  packetLength,
} from "../../../tcp/wire/packet.ts";
import { anySegment, holds, meaningOf, octetsToHex, packetOf, plainSegment, slowSum } from "./support.ts";

function payloadSegment(family: 4 | 6): Segment {
  const segment = plainSegment(family);
  segment.payload.set(Uint8Array.of(1, 2, 3, 4, 5), 0, 5);
  return segment;
}

/** The segment with another value in its TCP checksum field, as a packet. */
function withChecksum(family: 4 | 6, change: (field: number) => number): Uint8Array {
  const packet = packetOf(payloadSegment(family));
  const at = (family === 4 ? 20 : 40) + 16;
  const field = change((packet[at] ?? 0) << 8 | (packet[at + 1] ?? 0));
  packet[at] = field >> 8;
  packet[at + 1] = field & 0xff;
  return packet;
}

function unfinishedPacket(family: 4 | 6): Uint8Array {
  const segment = payloadSegment(family);
  const packet = packetOf(segment);
  segment.payload.copyTo(packet, encodePacketHeaders(segment, packet, 0, "unfinished"));
  return packet;
}

Deno.test("the TCP header is written as RFC 9293 3.1 has it", () => {
  const segment = plainSegment(4);
  segment.flags = Flag.ae | Flag.urg | Flag.ack;
  segment.urgentPointer = 0xbeef;
  const tcp = packetOf(segment).subarray(20);
  assertEquals(octetsToHex(tcp.subarray(0, 16)), "9c400050fffffff00102030451300200");
  assertEquals(octetsToHex(tcp.subarray(18)), "beef");
});

Deno.test("each control bit is written and read in its place, reserved bits are ignored (RFC 9293 3.1, RFC 9768)", () => {
  const places = { fin: 1, syn: 2, rst: 4, psh: 8, ack: 16, urg: 32, ece: 64, cwr: 128, ae: 256 };
  for (const [name, bits] of Object.entries(places)) {
    const segment = plainSegment(4);
    segment.flags = Flag[name as keyof typeof Flag];
    const packet = packetOf(segment);
    assertEquals(((packet[32] ?? 0) << 8 | (packet[33] ?? 0)) & 0xfff, bits, name);
    packet[32] = (packet[32] ?? 0) | 0x0e;
    const decoded = new Segment();
    decodePacket(packet, packet.length, decoded, "trust");
    assertEquals(decoded.flags, bits, name);
  }
});

Deno.test("what was encoded is decoded to the same segment, both families, payload in one or two ranges", () => {
  holds(anySegment(), (segment) => {
    const packet = packetOf(segment);
    const decoded = new Segment();
    assertEquals(decodePacket(packet, packet.length, decoded, "strict"), null);
    assertEquals(meaningOf(decoded), meaningOf(segment));
    assertEquals(decoded.payload.firstPartLength, decoded.payload.length);
    assertEquals([decoded.segmentSize, decoded.malformedOptions], [0, 0]);
  }, 2_000);
});

Deno.test("a packet is the same wherever in a buffer it is written, and nothing around it is touched", () => {
  holds(anySegment(), (segment) => {
    const packet = packetOf(segment);
    const offset = segment.sourcePort % 7;
    const wide = new Uint8Array(packet.length + 10).fill(0xee);
    assertEquals(encodePacket(segment, wide, offset), packet.length);
    assertEquals(wide.subarray(offset, offset + packet.length), packet);
    assertEquals(wide.subarray(0, offset).every((octet) => octet === 0xee), true);
    assertEquals(wide.subarray(offset + packet.length).every((octet) => octet === 0xee), true);
  }, 300);
});

Deno.test("a packet is read alike wherever in a buffer it lies, sound or damaged", () => {
  holds(anySegment(), (segment) => {
    const packet = packetOf(segment);
    const at = 1 + segment.destinationPort % 7;
    // Every third one is damaged in some octet, every fifth one cut short.
    if (segment.sourcePort % 3 === 0) packet[segment.hopLimit % packet.length] = 0x5a;
    const length = segment.sourcePort % 5 === 0 ? packet.length - 1 : packet.length;
    const wide = new Uint8Array(packet.length + 10).fill(0x45);
    wide.set(packet, at);
    const [alone, within] = [new Segment(), new Segment()];
    const verdict = decodePacket(packet, length, alone, "verify");
    assertEquals(decodePacket(wide, length, within, "verify", at), verdict);
    if (verdict !== null) return;
    assertEquals(meaningOf(within), meaningOf(alone));
    assertEquals(within.payload.offset, at + alone.payload.offset);
    assertEquals(within.sourceOffset, at + alone.sourceOffset);
  }, 2_000);
});

Deno.test("the checksum of every packet sent sums up with the pseudo-header to all ones (MUST-2)", () => {
  holds(anySegment(), (segment) => {
    const packet = packetOf(segment);
    const ipHeader = segment.family === 4 ? 20 : 40;
    const tcpLength = packet.length - ipHeader;
    const addresses = segment.family === 4 ? packet.subarray(12, 20) : packet.subarray(8, 40);
    const padded = new Uint8Array(addresses.length + 4 + tcpLength);
    padded.set(addresses);
    padded.set([0, 6, tcpLength >> 8, tcpLength & 0xff], addresses.length);
    padded.set(packet.subarray(ipHeader), addresses.length + 4);
    assertEquals(slowSum(padded), 0xffff);
  }, 500);
});

Deno.test("checksums are believed by policy (MUST-3): verify takes unfinished ones, strict does not, trust takes all", () => {
  const rows: [name: string, packet: (family: 4 | 6) => Uint8Array, good: ChecksumPolicy[]][] = [
    ["complete", (family) => withChecksum(family, (field) => field), ["verify", "strict", "trust"]],
    ["unfinished", unfinishedPacket, ["verify", "trust"]],
    ["one bit wrong", (family) => withChecksum(family, (field) => field ^ 0x0100), ["trust"]],
    ["zero", (family) => withChecksum(family, () => 0), ["trust"]],
    ["all ones", (family) => withChecksum(family, () => 0xffff), ["trust"]],
  ];
  for (const [name, packet, good] of rows) {
    for (const family of [4, 6] as const) {
      for (const policy of ["verify", "strict", "trust"] as const) {
        const octets = packet(family);
        const segment = new Segment();
        segment.checksumUnfinished = true;
        const refusal = decodePacket(octets, octets.length, segment, policy);
        assertEquals(
          refusal,
          good.includes(policy) ? null : "bad-checksum",
          `${name} IPv${family} ${policy}`,
        );
        if (refusal !== null) continue;
        assertEquals(segment.checksumUnfinished, name === "unfinished" && policy === "verify");
      }
    }
  }
});

Deno.test("every single flipped bit that a checksum covers is found by the strict policy", () => {
  for (const family of [4, 6] as const) {
    const packet = packetOf(payloadSegment(family));
    // IPv6 protects neither traffic class, flow label nor hop limit.
    const unprotected = (bit: number): boolean => family === 6 && (bit >= 4 && bit < 32 || bit >> 3 === 7);
    for (let bit = 0; bit < 8 * packet.length; bit++) {
      const flipped = packet.slice();
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ 0x80 >> (bit & 7);
      const refusal = decodePacket(flipped, flipped.length, new Segment(), "strict");
      assertEquals(refusal === null, unprotected(bit), `IPv${family} bit ${bit}: ${refusal}`);
    }
  }
});

Deno.test("a data offset below 5 or past the segment's end is refused, the last possible one is not (RFC 9293 3.1)", () => {
  const rows: [dataOffset: number, reason: DropReason | null][] = [
    [0, "bad-data-offset"],
    [4, "bad-data-offset"],
    [5, null],
    [6, null],
    [7, "bad-data-offset"],
    [15, "bad-data-offset"],
  ];
  const segment = plainSegment(6);
  segment.payload.set(Uint8Array.of(1, 1, 1, 1, 9, 9, 9), 0, 7);
  const packet = packetOf(segment);
  for (const [dataOffset, reason] of rows) {
    packet[52] = dataOffset << 4;
    const decoded = new Segment();
    assertEquals(decodePacket(packet, packet.length, decoded, "trust"), reason, `data offset ${dataOffset}`);
    if (reason === null) assertEquals(decoded.payload.length, 27 - 4 * dataOffset);
  }
});

Deno.test("a bare TCP segment is read and written with addresses from elsewhere, as raw IPv6 sockets have it", () => {
  holds(anySegment(), (segment) => {
    const octets = new Uint8Array(packetLength(segment) + 9);
    const length = encodeTcpSegment(segment, octets, 9);
    const decoded = new Segment();
    decoded.family = segment.family;
    decoded.addresses = segment.addresses;
    decoded.sourceOffset = segment.sourceOffset;
    decoded.destinationOffset = segment.destinationOffset;
    [decoded.ecn, decoded.dscp, decoded.hopLimit] = [segment.ecn, segment.dscp, segment.hopLimit];
    assertEquals(decodeTcpSegment(octets, 9, length, decoded, "strict"), null);
    assertEquals(meaningOf(decoded), meaningOf(segment));
    assertEquals(
      octetsToHex(octets.subarray(9, 9 + length)),
      octetsToHex(packetOf(segment).subarray(-length)),
    );
  }, 300);
});

Deno.test("headers alone are those of the whole packet, for devices that gather the payload", () => {
  holds(anySegment(), (segment) => {
    const packet = packetOf(segment);
    const headers = new Uint8Array(packet.length - segment.payload.length);
    assertEquals(encodePacketHeaders(segment, headers, 0, "complete"), headers.length);
    assertEquals(headers, packet.subarray(0, headers.length));
    const ipHeader = segment.family === 4 ? 20 : 40;
    const tcp = new Uint8Array(headers.length - ipHeader);
    assertEquals(encodeTcpHeader(segment, tcp, 0, "complete"), tcp.length);
    assertEquals(tcp, packet.subarray(ipHeader, headers.length));
  }, 300);
});

Deno.test("a record that is used again keeps nothing of what it said before", () => {
  const reused = new Segment();
  const rich = payloadSegment(6);
  rich.flags = 0x1ff;
  rich.urgentPointer = 7;
  rich.options = 0x3f;
  rich.sackBlockCount = 2;
  rich.ecn = 3;
  const before = packetOf(rich);
  decodePacket(before, before.length, reused, "strict");
  reused.segmentSize = 1_448;
  const packet = packetOf(plainSegment(4));
  const fresh = new Segment();
  for (const segment of [reused, fresh]) decodePacket(packet, packet.length, segment, "strict");
  assertEquals(meaningOf(reused), meaningOf(fresh));
  assertEquals([reused.segmentSize, reused.checksumUnfinished, reused.sackBlockCount], [0, false, 0]);
});

Deno.test("a buffer one octet too small is the caller's mistake, and says so", () => {
  const segment = payloadSegment(4);
  assertThrows(() => encodePacket(segment, new Uint8Array(44)), RangeError, "45 octets at offset 0 of 44");
  assertThrows(() => encodePacket(segment, new Uint8Array(48), 4), RangeError, "45 octets at offset 4 of 48");
  assertThrows(() => encodeTcpSegment(segment, new Uint8Array(24)), RangeError, "25 octets");
  assertThrows(
    () => encodePacketHeaders(segment, new Uint8Array(39), 0, "complete"),
    RangeError,
    "20 octets",
  );
});
