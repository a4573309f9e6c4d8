import { assertEquals, assertThrows } from "@std/assert";
import type { DropReason } from "../../../tcp/base/observer.ts";
import { Segment } from "../../../tcp/base/segment.ts";
import { decodePacket, encodePacket } from "../../../tcp/wire/packet.ts";
import { meaningOf, octetsToHex, packetOf, plainSegment, repairIpv4Checksum, slowSum } from "./support.ts";

/** A packet of 20 octets of IPv4 header, 20 of TCP header, 5 of payload. */
function soundPacket(): Uint8Array {
  const segment = plainSegment(4);
  segment.payload.set(Uint8Array.of(1, 2, 3, 4, 5), 0, 5);
  return packetOf(segment);
}

function refusalOf(packet: Uint8Array, length = packet.length): DropReason | null {
  return decodePacket(packet, length, new Segment(), "strict");
}

/** The packet with octets of its header replaced, and the header's checksum made right again. */
function changed(changes: Record<number, number>): Uint8Array {
  const packet = soundPacket();
  for (const [offset, octet] of Object.entries(changes)) packet[Number(offset)] = octet;
  repairIpv4Checksum(packet);
  return packet;
}

Deno.test("an IPv4 header is written as RFC 791 3.1 has it, not to be fragmented, without identification", () => {
  const segment = plainSegment(4);
  segment.dscp = 46;
  segment.ecn = 2;
  segment.hopLimit = 17;
  const packet = packetOf(segment);
  assertEquals(octetsToHex(packet.subarray(0, 10)), "45ba0028000040001106");
  assertEquals(octetsToHex(packet.subarray(12, 20)), "c0000201c6336402");
  assertEquals(slowSum(packet.subarray(0, 20)), 0xffff);
});

Deno.test("an IPv4 header that is not sound is refused with its reason", () => {
  const rows: [name: string, packet: Uint8Array, reason: DropReason | null][] = [
    ["sound", soundPacket(), null],
    ["no octet", new Uint8Array(0), "truncated"],
    ["19 octets", soundPacket().subarray(0, 19), "truncated"],
    ["a version that is neither 4 nor 6", changed({ 0: 0x55 }), "bad-ip-header"],
    ["a header of 16 octets", changed({ 0: 0x44 }), "bad-ip-header"],
    ["a header longer than the packet", changed({ 0: 0x4f }), "bad-ip-header"],
    ["a total length below the header's", changed({ 3: 19 }), "bad-ip-header"],
    ["a total length of the header alone", changed({ 3: 20 }), "truncated"],
    ["a total length one past the end", changed({ 3: 46 }), "truncated"],
    ["UDP", changed({ 9: 17 }), "not-tcp"],
    ["a first fragment", changed({ 6: 0x20 }), "fragment"],
    ["a later fragment", changed({ 7: 1 }), "fragment"],
    ["the reserved flag", changed({ 6: 0xc0 }), null],
    ["a wrong checksum", soundPacket().map((octet, i) => i === 10 ? octet ^ 1 : octet), "bad-ip-checksum"],
  ];
  for (const [name, packet, reason] of rows) assertEquals(refusalOf(packet), reason, name);
});

Deno.test("the IPv4 header's checksum is checked even when the device vouches for TCP's (RFC 1122 3.2.1.2)", () => {
  const packet = soundPacket();
  packet[8] = 1;
  assertEquals(decodePacket(packet, packet.length, new Segment(), "trust"), "bad-ip-checksum");
});

Deno.test("IPv4 options are passed over, whatever they are (MUST-50)", () => {
  const plain = soundPacket();
  const packet = new Uint8Array(plain.length + 8);
  packet.set(plain.subarray(0, 20));
  packet.set([0x99, 0xff, 0x00, 0x83, 0x04, 0x05, 0x07, 0x00], 20);
  packet.set(plain.subarray(20), 28);
  packet[0] = 0x47;
  packet[3] = packet.length;
  repairIpv4Checksum(packet, 28);
  const [withOptions, without] = [new Segment(), new Segment()];
  assertEquals(decodePacket(packet, packet.length, withOptions, "strict"), null);
  decodePacket(plain, plain.length, without, "strict");
  assertEquals(meaningOf(withOptions), meaningOf(without));
  assertEquals(withOptions.payload.offset, 48);
});

Deno.test("octets behind the total length are a frame's padding, not payload (RFC 894)", () => {
  const packet = new Uint8Array(60).fill(0xee);
  const segment = plainSegment(4);
  encodePacket(segment, packet);
  const decoded = new Segment();
  assertEquals(decodePacket(packet, 60, decoded, "strict"), null);
  assertEquals(decoded.payload.length, 0);
});

Deno.test("a packet that a device merged past 65,535 octets has total length 0 and ends with the octets", () => {
  const packet = soundPacket();
  packet[2] = packet[3] = 0;
  repairIpv4Checksum(packet);
  const decoded = new Segment();
  assertEquals(decodePacket(packet, packet.length, decoded, "strict"), null);
  assertEquals(decoded.payload.length, 5);
});

Deno.test("a packet that was cut on its way into a smaller buffer is refused as truncated", () => {
  const packet = soundPacket();
  assertEquals(refusalOf(packet.subarray(0, 40), packet.length), "truncated");
  assertEquals(refusalOf(packet, 44), "truncated");
});

Deno.test("the longest IPv4 packet is written and read; one octet more is the caller's mistake", () => {
  const segment = plainSegment(4);
  segment.payload.set(new Uint8Array(65_496), 0, 65_495);
  const into = new Uint8Array(65_536);
  assertEquals(encodePacket(segment, into), 65_535);
  const decoded = new Segment();
  assertEquals(decodePacket(into, 65_535, decoded, "strict"), null);
  assertEquals(decoded.payload.length, 65_495);
  segment.payload.set(new Uint8Array(65_496), 0, 65_496);
  assertThrows(() => encodePacket(segment, into), RangeError, "65516 octets");
});
