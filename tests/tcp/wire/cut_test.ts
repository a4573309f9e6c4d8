/** Cutting long segments into those that go onto the wire. */

import { assertEquals } from "@std/assert";
import { SegmentCutter } from "../../../tcp/wire/cut.ts";
import { Flag, Segment } from "../../../tcp/base/segment.ts";
import { seqNumber, seqToUint32 } from "../../../tcp/base/seq.ts";

const RING = new Uint8Array(64).map((_, i) => i);

function long(offset: number, length: number, size: number, flags: number): Segment {
  const whole = new Segment();
  whole.seq = seqNumber(-10); // so that some rows pass 2^32
  whole.flags = flags;
  whole.payload.octets = RING;
  whole.payload.offset = offset;
  whole.payload.length = length;
  whole.payload.firstPartLength = Math.min(length, RING.length - offset);
  whole.segmentSize = size;
  return whole;
}

interface Piece {
  readonly seq: number;
  readonly flags: number;
  readonly payload: readonly number[];
}

function cut(whole: Segment): Piece[] {
  const cutter = new SegmentCutter();
  const pieces: Piece[] = [];
  cutter.begin(whole);
  do {
    const { piece } = cutter;
    const payload = new Uint8Array(piece.payload.length);
    piece.payload.copyTo(payload, 0);
    pieces.push({ seq: seqToUint32(piece.seq), flags: piece.flags, payload: [...payload] });
    assertEquals(piece.segmentSize, 0, "a piece is one segment");
  } while (cutter.next());
  return pieces;
}

const rows = [
  { name: "an exact multiple", offset: 0, length: 30, size: 10 },
  { name: "a rest of one octet", offset: 3, length: 21, size: 10 },
  { name: "the wrap inside a piece", offset: 49, length: 40, size: 10 },
  { name: "the wrap between pieces", offset: 44, length: 40, size: 10 },
  { name: "the wrap one octet before a piece's end", offset: 45, length: 40, size: 10 },
  { name: "the wrap one octet behind a piece's start", offset: 43, length: 40, size: 10 },
  { name: "all of the ring", offset: 63, length: 64, size: 7 },
];
for (const { name, offset, length, size } of rows) {
  Deno.test(`pieces are the long segment, octet for octet: ${name}`, () => {
    const pieces = cut(long(offset, length, size, Flag.ack));
    const octets = pieces.flatMap(({ payload }) => payload);
    assertEquals(octets, Array.from({ length }, (_, i) => (offset + i) % RING.length));
    assertEquals(pieces.length, Math.ceil(length / size));
    pieces.forEach((piece, i) => {
      assertEquals(piece.seq, (-10 + i * size) >>> 0);
      assertEquals(piece.payload.length, Math.min(size, length - i * size));
    });
  });
}

Deno.test("FIN and PSH go with the last piece, CWR with the first (RFC 3168 6.1.2)", () => {
  const { ack, fin, psh, cwr } = Flag;
  const pieces = cut(long(0, 25, 10, ack | fin | psh | cwr));
  assertEquals(pieces.map(({ flags }) => flags), [ack | cwr, ack, ack | fin | psh]);
});

Deno.test("the urgent pointer counts from each piece's own number (RFC 9293 3.1)", () => {
  const whole = long(0, 30, 10, Flag.ack | Flag.urg);
  whole.urgentPointer = 12;
  const cutter = new SegmentCutter();
  const seen: (readonly [boolean, number])[] = [];
  cutter.begin(whole);
  do seen.push([cutter.piece.has(Flag.urg), cutter.piece.urgentPointer]); while (cutter.next());
  assertEquals(seen, [[true, 12], [true, 2], [false, 0]]);
});

Deno.test("a cutter begins anew, also in the middle", () => {
  const cutter = new SegmentCutter();
  cutter.begin(long(0, 30, 10, Flag.ack));
  cutter.next();
  cutter.begin(long(5, 20, 15, Flag.ack));
  assertEquals([cutter.piece.payload.offset, cutter.piece.payload.length], [5, 15]);
  assertEquals([cutter.next(), cutter.piece.payload.length, cutter.next(), cutter.next()], [
    true,
    5,
    false,
    false,
  ]);
});
