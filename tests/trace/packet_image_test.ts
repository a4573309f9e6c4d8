import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { Flag, Segment } from "../../tcp/base/segment.ts";
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

/** The first octets of the segment's packet, as the image copies them. */
function copied(
  image: PacketImage,
  segment: Segment,
  direction: "sent" | "arrived",
  octets: number,
): Uint8Array {
  assert(image.show(segment, direction));
  const into = new Uint8Array(70_000).fill(9);
  image.copyTo(into, 3, octets);
  assertEquals([...into.subarray(0, 3), into[3 + octets]], [9, 9, 9, 9]);
  return into.subarray(3, 3 + octets);
}

const WANTED: readonly (readonly [name: string, length: number, wanted: number])[] = [
  ["all of a short packet", 100, 152],
  ["all of a long packet", 60_000, 60_052],
  ["the headers of a short packet", 100, 52],
  ["a part of the headers", 100, 30],
  ["a part of the payload", 100, 60],
];

for (const [name, length, wanted] of WANTED) {
  Deno.test(`of ${name} the image has just what the encoder writes`, () => {
    const image = new PacketImage();
    const segment = segmentOf(length);
    assertEquals(copied(image, segment, "sent", wanted), encoded(segment).subarray(0, wanted));
    assertEquals([image.headerLength, image.length], [52, 52 + length]);
    assertEquals(image.header(), encoded(segment).slice(0, 52));
    assertEquals(copied(image, segment, "sent", wanted), encoded(segment).subarray(0, wanted));
  });
}

Deno.test("of a long packet that is cut the checksum is summed only for its header", () => {
  const segment = segmentOf(60_000);
  const whole = encoded(segment);
  const image = new PacketImage();
  for (const octets of [52, 70]) {
    const cut = copied(image, segment, "sent", octets);
    assertNotEquals(cut.slice(36, 38), whole.slice(36, 38));
    assertEquals(cut.with(36, 0).with(37, 0), whole.slice(0, octets).with(36, 0).with(37, 0));
  }
  assertEquals(image.header(), whole.slice(0, 52));
});

Deno.test("a payload that wraps in its ring is put together, as far as it is wanted", () => {
  const segment = segmentOf(0);
  segment.payload.octets = new Uint8Array([3, 4, 5, 0, 0, 1, 2]);
  segment.payload.offset = 5;
  segment.payload.length = 5;
  segment.payload.firstPartLength = 2;
  assertEquals(copied(new PacketImage(), segment, "sent", 56).subarray(52), new Uint8Array([1, 2, 3, 4]));
  assertEquals(copied(new PacketImage(), segment, "sent", 57), encoded(segment));
});

Deno.test("an arrived packet is copied as it came, with options that nobody knows", () => {
  const packet = new Uint8Array([...encoded(segmentOf(4)), 9, 9, 9]);
  packet.set([253, 4, 7, 7], 40);
  packet.set([0, 0], 36);
  const segment = new Segment();
  assertEquals(decodePacket(packet, 56, segment, "trust"), null);
  const image = new PacketImage();
  assertEquals(copied(image, segment, "arrived", 56), packet.subarray(0, 56));
  assertEquals(copied(image, segment, "arrived", 54), packet.subarray(0, 54));
  assertEquals([image.headerLength, image.length], [52, 56]);
});

Deno.test("an arrived segment that does not lie in a packet any more is encoded anew", () => {
  const segment = segmentOf(4);
  assertEquals(copied(new PacketImage(), segment, "arrived", 56), encoded(segment));
});

Deno.test("a segment that no packet can hold has no image", () => {
  assertEquals(new PacketImage().show(segmentOf(65_500), "sent"), false);
});
