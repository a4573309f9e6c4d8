import { assertEquals } from "@std/assert";
import { Flag, Segment } from "../../tcp/segment.ts";
import { decodePacket, encodePacket } from "../../tcp/wire/packet.ts";
import { PacketImage } from "../../trace/packet_image.ts";
import { recording } from "./collect.ts";
import { FakeConnection } from "./fake_connection.ts";

const CONNECTION = new FakeConnection(recording().recorder);

function segmentOf(length: number): Segment {
  const data = Uint8Array.from({ length }, (_one, i) => i * 7);
  return CONNECTION.segment({ flags: Flag.ack, seq: 1, ack: 1, data, timestamps: [1, 2] }, "sent");
}

function encoded(segment: Segment): Uint8Array {
  const into = new Uint8Array(70_000);
  return into.subarray(0, encodePacket(segment, into));
}

const WANTED: readonly (readonly [name: string, length: number, wanted: number, kept: number])[] = [
  ["all of a short packet", 100, Infinity, 152],
  ["all of a long packet", 60_000, Infinity, 60_052],
  ["the headers of a short packet", 100, 52, 52],
  ["a part of the payload", 100, 60, 60],
  ["more than there is", 10, 96, 62],
];

for (const [name, length, wanted, kept] of WANTED) {
  Deno.test(`of ${name} the image has just what the encoder writes`, () => {
    const image = new PacketImage(() => wanted, false);
    const segment = segmentOf(length);
    const packet = image.take(segment, "sent");
    assertEquals(packet?.length, kept);
    assertEquals(packet, encoded(segment).subarray(0, kept));
    assertEquals([image.headerLength, image.length], [52, 52 + length]);
  });
}

Deno.test("of a long packet that is cut the checksum is summed only where it is asked for", () => {
  const segment = segmentOf(60_000);
  const whole = encoded(segment);
  const summed = new PacketImage(() => 52, true).take(segment, "sent");
  assertEquals(summed, whole.subarray(0, 52));
  const unsummed = new PacketImage(() => 52, false).take(segment, "sent")?.slice();
  assertEquals(unsummed?.with(36, 0).with(37, 0), whole.slice(0, 52).with(36, 0).with(37, 0));
});

Deno.test("a payload that wraps in its ring is put together, as far as it is wanted", () => {
  const segment = segmentOf(0);
  segment.payload = new Uint8Array([3, 4, 5, 0, 0, 1, 2]);
  segment.payloadOffset = 5;
  segment.payloadLength = 5;
  segment.firstPartLength = 2;
  const packet = new PacketImage(() => 56, false).take(segment, "sent");
  assertEquals(packet?.subarray(52), new Uint8Array([1, 2, 3, 4]));
});

Deno.test("an arrived packet that is cut lies where it came", () => {
  const packet = encoded(segmentOf(100));
  const segment = new Segment();
  assertEquals(decodePacket(packet, packet.length, segment, "strict"), null);
  const image = new PacketImage(() => 60, false);
  const taken = image.take(segment, "arrived");
  assertEquals([taken?.length, image.headerLength, image.length], [60, 52, 152]);
  assertEquals(taken?.buffer, packet.buffer);
});
