import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Flag, Option, Segment } from "../../../tcp/base/segment.ts";
import { decodePacket, decodeTcpSegment } from "../../../tcp/wire/packet.ts";
import { CAPTURED_PACKETS } from "./captured.ts";
import { anySegment, hexToOctets, holds, meaningOf, packetOf, repairIpv4Checksum } from "./support.ts";

const POLICIES = ["verify", "strict", "trust"] as const;

/** What must hold of any segment that a decoder let through, whatever the octets were. */
function assertWithin(segment: Segment, octets: Uint8Array, start: number, end: number): void {
  const addressLength = segment.family === 4 ? 4 : 16;
  assert(segment.payload.octets === octets && segment.payload.length >= 0);
  assert(segment.payload.offset >= start + 20, "payload starts behind a header");
  assert(segment.payload.offset + segment.payload.length <= end, "payload ends within the packet");
  assertEquals(segment.payload.firstPartLength, segment.payload.length);
  assert(segment.sourceOffset + addressLength <= segment.addresses.length);
  assert(segment.destinationOffset + addressLength <= segment.addresses.length);
  assert(segment.sackBlockCount >= 0 && segment.sackBlockCount <= 4);
  assertEquals(segment.hasOption(Option.selectiveAck), segment.sackBlockCount > 0);
  const synOnly = Option.maximumSegmentSize | Option.windowScale | Option.selectiveAckPermitted;
  assert(segment.has(Flag.syn) || (segment.options & synOnly) === 0);
  for (const field of [segment.window, segment.urgentPointer, segment.sourcePort, segment.destinationPort]) {
    assert(Number.isInteger(field) && field >= 0 && field <= 0xffff);
  }
}

/** Tries the octets under every policy; a refusal is as good as a segment that lies within them. */
function tryPacket(octets: Uint8Array, length: number): number {
  let taken = 0;
  for (const policy of POLICIES) {
    const segment = new Segment();
    if (decodePacket(octets, length, segment, policy) !== null) continue;
    taken++;
    assertWithin(segment, octets, segment.family === 4 ? 20 : 40, Math.min(length, octets.length));
  }
  return taken;
}

/** Numbers 0 to 2^32 - 1, the same ones for the same seed. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = Math.imul(state ^ state >>> 15, 0x2c1b3c6d) + 0x9e3779b9 | 0;
    state = Math.imul(state ^ state >>> 12, 0x297a2d39);
    return (state ^ state >>> 15) >>> 0;
  };
}

Deno.test("no prefix of a packet is taken for a packet: IP's own length gives it away", () => {
  holds(anySegment(), (segment) => {
    const packet = packetOf(segment);
    for (let length = 0; length < packet.length; length++) {
      assertEquals(decodePacket(packet, length, new Segment(), "trust"), "truncated", `${length} octets`);
      assertEquals(
        decodePacket(packet.subarray(0, length), packet.length, new Segment(), "trust"),
        "truncated",
      );
    }
  }, 100);
});

Deno.test("a prefix without a length of its own is refused or read as the same header before less payload", () => {
  holds(anySegment(), (segment) => {
    const packet = packetOf(segment);
    const ipHeader = segment.family === 4 ? 20 : 40;
    packet.fill(0, segment.family === 4 ? 2 : 4, segment.family === 4 ? 4 : 6);
    if (segment.family === 4) repairIpv4Checksum(packet);
    const whole = meaningOf(segment);
    const header = packet.length - segment.payload.length;
    for (let length = 0; length <= packet.length; length++) {
      const prefix = new Segment();
      const refusal = decodePacket(packet, length, prefix, "trust");
      assertEquals(refusal === null, length >= header, `${length} octets: ${refusal}`);
      if (refusal !== null) continue;
      assertWithin(prefix, packet, ipHeader, length);
      const payload = String(whole.payload).slice(0, 2 * (length - header));
      assertEquals(meaningOf(prefix), { ...whole, payload });
    }
  }, 60);
});

Deno.test("a prefix of a bare segment is refused or lies within it, and its checksum gives it away", () => {
  for (const captured of CAPTURED_PACKETS) {
    const packet = hexToOctets(captured.hex);
    const whole = new Segment();
    decodePacket(packet, packet.length, whole, "verify");
    const start = whole.family === 4 ? 20 : 40;
    for (let length = 0; length < packet.length - start; length++) {
      for (const policy of POLICIES) {
        const refusal = decodeTcpSegment(packet, start, length, whole, policy);
        if (policy !== "trust") assert(refusal !== null, `${captured.name}: ${length} octets`);
        if (refusal === null) assertWithin(whole, packet, start, start + length);
      }
    }
    const past = decodeTcpSegment(packet, start, packet.length, whole, "trust");
    assertEquals(past, null, "a length past the buffer counts up to its end");
    assertWithin(whole, packet, start, packet.length);
  }
});

Deno.test("random octets are refused or read within themselves, and nothing throws", () => {
  const random = fc.record({
    octets: fc.uint8Array({ maxLength: 200, size: "max" }),
    version: fc.constantFrom(0x45, 0x4f, 0x60, 0x6f, 0x00),
    length: fc.nat(220),
  });
  let taken = 0;
  holds(random, ({ octets, version, length }) => {
    octets[0] = version;
    tryPacket(octets, length);
    // Behind a sound IP header without a length of its own, whatever follows is a segment's.
    if (octets.length < 20) return;
    const isIpv4 = version >> 4 === 4;
    octets.fill(0, 0, 10);
    octets[0] = isIpv4 ? 0x45 : 0x60;
    octets[isIpv4 ? 9 : 6] = 6;
    if (isIpv4) repairIpv4Checksum(octets);
    taken += tryPacket(octets, length);
  }, 5_000);
  assert(taken > 100, `${taken} taken`);
});

Deno.test("100,000 captured packets with up to four octets changed are refused or read within themselves", () => {
  const random = randomNumbers(1);
  const packets = CAPTURED_PACKETS.map((captured) => hexToOctets(captured.hex));
  let taken = 0;
  for (let round = 0; round < 100_000; round++) {
    const packet = (packets[round % packets.length] ?? new Uint8Array(0)).slice();
    for (let changes = random() % 5; changes > 0; changes--) packet[random() % packet.length] = random();
    if (packet[0] !== undefined && packet[0] >> 4 === 4) repairIpv4Checksum(packet);
    taken += tryPacket(packet, round % 10 === 0 ? random() % packet.length : packet.length);
  }
  assert(taken > 50_000, `Too few packets got as far as the options: ${taken}`);
});

Deno.test("100,000 random headers before random options are refused or read within themselves", () => {
  const random = randomNumbers(2);
  const packet = new Uint8Array(100);
  packet.set(hexToOctets(CAPTURED_PACKETS[8]?.hex ?? "").subarray(0, 40));
  packet[5] = 60;
  let taken = 0;
  for (let round = 0; round < 100_000; round++) {
    // Kinds and lengths in the range where they mean something, three times of four.
    for (let i = 40; i < packet.length; i++) packet[i] = random() % 4 === 0 ? random() : random() % 12;
    packet[52] = random() & 0xf0 | 0x50;
    taken += tryPacket(packet, packet.length);
  }
  assert(taken > 1_000, `Too few headers were taken: ${taken}`);
});
