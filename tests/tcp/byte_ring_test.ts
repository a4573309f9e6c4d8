import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { ByteRing } from "../../tcp/buffer/byte_ring.ts";
import { OctetRange } from "../../tcp/base/octet_range.ts";

/** The octet that stands at a stream offset in these tests; its period has no common factor with any power of two. */
function octetAt(offset: number): number {
  return offset % 251;
}

function octets(offset: number, length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => octetAt(offset + i));
}

function contents(ring: ByteRing): Uint8Array {
  const range = new OctetRange();
  ring.peek(range);
  const out = new Uint8Array(range.length);
  range.copyTo(out, 0);
  return out;
}

/** Drops everything before a stream offset. */
function discardTo(ring: ByteRing, offset: number): void {
  ring.discard(offset - ring.start);
}

Deno.test("a new ring has no memory, no octets and room up to its limit", () => {
  const ring = new ByteRing(1_000_000);
  assertEquals([ring.capacity, ring.length, ring.room, ring.start, ring.end], [0, 0, 1_000_000, 0, 0]);
  assertEquals(ring.read(new Uint8Array(10)), 0);
});

Deno.test("append takes what there is room for and says how much", () => {
  const ring = new ByteRing(100);
  assertEquals(ring.append(octets(0, 90), 0, 60), 60);
  assertEquals(ring.append(octets(60, 90), 0, 90), 40);
  assertEquals(ring.append(octets(0, 1), 0, 1), 0);
  assertEquals(ring.room, 0);
  assertEquals(contents(ring), octets(0, 100));
});

Deno.test("append starts at the given offset of its source", () => {
  const ring = new ByteRing(100);
  ring.append(octets(0, 60), 20, 30);
  assertEquals(contents(ring), octets(20, 30));
});

Deno.test("memory doubles with what is held and never exceeds the next power of two of the limit", () => {
  const ring = new ByteRing(5_000);
  ring.append(octets(0, 1), 0, 1);
  assertEquals(ring.capacity, 2_048);
  ring.append(octets(1, 2_047), 0, 2_047);
  assertEquals(ring.capacity, 2_048);
  ring.append(octets(2_048, 1), 0, 1);
  assertEquals(ring.capacity, 4_096);
  ring.append(octets(2_049, 5_000), 0, 5_000);
  assertEquals([ring.length, ring.capacity], [5_000, 8_192]);
  assertEquals(contents(ring), octets(0, 5_000));
});

Deno.test("a ring of a tiny limit takes tiny memory", () => {
  for (const [limit, capacity] of [[1, 1], [2, 2], [3, 4], [100, 128], [2_047, 2_048]] as const) {
    const ring = new ByteRing(limit);
    assertEquals(ring.append(octets(0, limit + 1), 0, limit + 1), limit);
    assertEquals(ring.capacity, capacity);
    assertEquals(contents(ring), octets(0, limit));
  }
});

Deno.test("octets stay the same when the ring wraps, and when it grows while wrapped", () => {
  const ring = new ByteRing(10_000);
  ring.append(octets(0, 2_000), 0, 2_000);
  discardTo(ring, 1_900);
  ring.append(octets(2_000, 1_500), 0, 1_500);
  assertEquals(ring.capacity, 2_048);
  assertEquals(contents(ring), octets(1_900, 1_600));
  ring.append(octets(3_500, 2_000), 0, 2_000);
  assertEquals(ring.capacity, 4_096);
  assertEquals(contents(ring), octets(1_900, 3_600));
});

Deno.test("read copies from the start and drops what it copied", () => {
  const ring = new ByteRing(3_000);
  ring.append(octets(0, 3_000), 0, 3_000);
  const into = new Uint8Array(1_000);
  assertEquals(ring.read(into), 1_000);
  assertEquals(into, octets(0, 1_000));
  assertEquals([ring.start, ring.end, ring.room], [1_000, 3_000, 1_000]);
  const rest = new Uint8Array(5_000);
  assertEquals(ring.read(rest), 2_000);
  assertEquals(rest.subarray(0, 2_000), octets(1_000, 2_000));
  assertEquals(ring.read(rest), 0);
});

Deno.test("discard drops so many octets, and none that are not there", () => {
  const ring = new ByteRing(100);
  ring.append(octets(0, 50), 0, 50);
  ring.discard(20);
  assertEquals([ring.start, ring.length, ring.room], [20, 30, 70]);
  ring.discard(30);
  assertEquals([ring.start, ring.length, ring.room], [50, 0, 100]);
  ring.append(octets(50, 30), 0, 30);
  ring.discard(20);
  assertEquals([ring.start, contents(ring)], [70, octets(70, 10)]);
  for (const wrong of [11, -1]) assertThrows(() => ring.discard(wrong), RangeError, "held are 10");
});

Deno.test("placed octets count as held once the ring is extended over them", () => {
  const ring = new ByteRing(1_000);
  ring.place(300 - ring.end, octets(300, 100), 0, 100);
  assertEquals([ring.length, ring.end, ring.placedEnd], [0, 0, 400]);
  ring.place(0 - ring.end, octets(0, 300), 0, 300);
  assertEquals(ring.length, 0);
  ring.extend(400 - ring.end);
  assertEquals(contents(ring), octets(0, 400));
});

Deno.test("octets placed beyond a gap survive growth of the ring", () => {
  const ring = new ByteRing(100_000);
  ring.place(1_000 - ring.end, octets(1_000, 500), 0, 500);
  ring.place(40_000 - ring.end, octets(40_000, 10), 0, 10);
  ring.append(octets(0, 1_000), 0, 1_000);
  ring.extend(1_500 - ring.end);
  ring.append(octets(1_500, 38_500), 0, 38_500);
  ring.extend(40_010 - ring.end);
  assertEquals(contents(ring), octets(0, 40_010));
});

Deno.test("place takes the whole room up to the limit and not one octet more, nor one before the end", () => {
  const ring = new ByteRing(100);
  ring.append(octets(0, 10), 0, 10);
  ring.place(99 - ring.end, octets(99, 1), 0, 1);
  ring.place(100 - ring.end, octets(100, 1), 0, 0);
  assertThrows(
    () => ring.place(99 - ring.end, octets(99, 2), 0, 2),
    RangeError,
    "Cannot place 2 octets at 99",
  );
  assertThrows(() => ring.place(9 - ring.end, octets(9, 1), 0, 1), RangeError, "Cannot place 1 octets at 9");
  assertThrows(() => ring.extend(101 - ring.end), RangeError, "Cannot extend to 101");
});

Deno.test("a lower limit keeps what is held, placed octets included", () => {
  const ring = new ByteRing(1_000);
  ring.append(octets(0, 100), 0, 100);
  ring.place(200 - ring.end, octets(200, 50), 0, 50);
  ring.limit = 10;
  assertEquals([ring.limit, ring.room], [250, 150]);
  ring.limit = 300;
  assertEquals(ring.room, 200);
  discardTo(ring, 60);
  ring.limit = 10;
  assertEquals([ring.limit, ring.room], [190, 150]);
});

Deno.test("a stream much longer than the ring needs no more memory than what is held at one time", () => {
  const ring = new ByteRing(100_000);
  for (let offset = 0; offset < 100_000; offset += 1_000) {
    ring.append(octets(offset, 1_000), 0, 1_000);
    assertEquals(contents(ring), octets(offset === 0 ? 0 : offset - 1_000, ring.length));
    discardTo(ring, offset);
  }
  assertEquals(ring.capacity, 2_048);
});

/** Where a range lies. */
function placeOf({ offset, length, firstPartLength }: OctetRange): readonly number[] {
  return [offset, length, firstPartLength];
}

Deno.test("lend names one range, and two where the storage wraps", () => {
  const ring = new ByteRing(4_096);
  const range = new OctetRange();
  ring.append(octets(0, 2_000), 0, 2_000);
  ring.lend(500, 1_000, range);
  assertEquals(placeOf(range), [500, 1_000, 1_000]);
  discardTo(ring, 1_999);
  ring.append(octets(2_000, 1_000), 0, 1_000);
  ring.lend(1, 1_000, range);
  assertEquals(placeOf(range), [2_000, 1_000, 48]);
  const copy = new Uint8Array(1_000);
  range.copyTo(copy, 0);
  assertEquals(copy, octets(2_000, 1_000));
  ring.lend(1, 48, range);
  assertEquals(range.firstPartLength, 48);
});

Deno.test("lend of no octets is no range, with memory and without", () => {
  const ring = new ByteRing(10);
  const range = new OctetRange();
  ring.lend(0, 0, range);
  assertEquals(placeOf(range), [0, 0, 0]);
  ring.append(octets(0, 10), 0, 10);
  ring.lend(10, 0, range);
  assertEquals(placeOf(range), [0, 0, 0]);
  assertThrows(() => ring.lend(10, 1, range), RangeError, "Cannot take 1 octets at 10");
});

Deno.test("lent octets stay as they are when the ring grows", () => {
  const ring = new ByteRing(100_000);
  const range = new OctetRange();
  ring.append(octets(0, 2_000), 0, 2_000);
  ring.lend(0, 2_000, range);
  ring.append(octets(2_000, 50_000), 0, 50_000);
  const copy = new Uint8Array(2_000);
  range.copyTo(copy, 0);
  assertEquals(copy, octets(0, 2_000));
});

Deno.test("offsets go on past 2^31, 2^32 and 2^40 without a seam", () => {
  for (const edge of [2 ** 31, 2 ** 32, 2 ** 40, 2 ** 52]) {
    const ring = new ByteRing(5_000);
    ring.restartAt(edge - 1_500);
    ring.append(octets(edge - 1_500, 1_000), 0, 1_000);
    discardTo(ring, edge - 1_000);
    ring.append(octets(edge - 500, 1_000), 0, 1_000);
    ring.place(edge + 1_000 - ring.end, octets(edge + 1_000, 1_000), 0, 1_000);
    assertEquals(contents(ring), octets(edge - 1_000, 1_500));
    ring.append(octets(edge + 500, 500), 0, 500);
    ring.extend(edge + 2_000 - ring.end);
    assertEquals(contents(ring), octets(edge - 1_000, 3_000));
  }
});

Deno.test("trim frees an empty ring and leaves one that holds octets", () => {
  const ring = new ByteRing(100_000);
  ring.append(octets(0, 50_000), 0, 50_000);
  ring.trim();
  assertEquals(ring.capacity, 65_536);
  discardTo(ring, 50_000);
  ring.place(50_001 - ring.end, octets(50_001, 1), 0, 1);
  ring.trim();
  assertEquals(ring.capacity, 65_536);
  ring.restartAt(50_000);
  ring.trim();
  assertEquals(ring.capacity, 0);
  ring.append(octets(50_000, 10), 0, 10);
  assertEquals(contents(ring), octets(50_000, 10));
});

Deno.test("any sequence of calls gives what a plain stream gives", () => {
  const step = fc.record({
    call: fc.constantFrom("append", "place", "read", "discard", "limit", "trim"),
    amount: fc.integer({ min: 0, max: 9_000 }),
    gap: fc.integer({ min: 0, max: 9_000 }),
  });
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 40, size: "max" }),
      fc.integer({ min: 0, max: 9_000 }),
      (steps, origin) => {
        const ring = new ByteRing(8_192);
        ring.restartAt(origin);
        for (const { call, amount, gap } of steps) {
          if (call === "append") ring.append(octets(ring.end, amount), 0, amount);
          else if (call === "place") {
            const offset = ring.end + gap;
            const length = Math.min(amount, ring.start + ring.limit - offset);
            if (length > 0) ring.place(offset - ring.end, octets(offset, length), 0, length);
            if (gap === 0 && length > 0) ring.extend(offset + length - ring.end);
          } else if (call === "read") {
            const from = ring.start;
            const into = new Uint8Array(amount);
            const count = ring.read(into);
            assertEquals(into.subarray(0, count), octets(from, count));
          } else if (call === "discard") discardTo(ring, ring.start + Math.min(amount, ring.length));
          else if (call === "limit") ring.limit = Math.min(8_192, amount);
          else ring.trim();
          assertEquals(contents(ring), octets(ring.start, ring.length));
        }
      },
    ),
    { seed: 1, numRuns: 150 },
  );
});

/** Writes the stream's octets from `offset` on into a range, or compares them with what is there. */
function eachOctet(range: OctetRange, visit: (index: number, place: number) => void): void {
  for (let i = 0; i < range.length; i++) {
    visit(i, i < range.firstPartLength ? range.offset + i : i - range.firstPartLength);
  }
}

function fill(range: OctetRange, offset: number): void {
  eachOctet(range, (index, place) => range.octets[place] = octetAt(offset + index));
}

function read(range: OctetRange): Uint8Array {
  const found = new Uint8Array(range.length);
  eachOctet(range, (index, place) => found[index] = range.octets[place] as number);
  return found;
}

Deno.test("what is written into reserved room and committed is held as if it had been appended", () => {
  const ring = new ByteRing(100);
  const range = new OctetRange();
  assertEquals(ring.reserve(60, range), 60);
  assertEquals([range.length, range.firstPartLength, ring.length], [60, 60, 0]);
  fill(range, 0);
  ring.commit(50);
  assertEquals([ring.length, ring.room], [50, 50]);
  assertEquals(ring.append(octets(50, 10), 0, 10), 10);
  assertEquals(contents(ring), octets(0, 60));
  assertEquals(ring.reserve(100, range), 40, "no more than there is room for");
  fill(range, 60);
  ring.commit(40);
  assertEquals(contents(ring), octets(0, 100));
  assertEquals(ring.reserve(1, range), 0);
  assertEquals(range.length, 0);
});

Deno.test("a reservation that wraps, or for which the ring grows, has two parts or one and loses nothing", () => {
  const ring = new ByteRing(10_000);
  const range = new OctetRange();
  ring.append(octets(0, 2_000), 0, 2_000);
  discardTo(ring, 1_990);
  ring.reserve(1_000, range);
  assertEquals([range.offset, range.firstPartLength, range.length], [2_000, 48, 1_000]);
  fill(range, 2_000);
  ring.commit(1_000);
  const before = range.octets;
  ring.reserve(5_000, range);
  assertEquals([range.octets === before, range.firstPartLength], [false, 5_000], "it has grown");
  fill(range, 3_000);
  ring.commit(5_000);
  assertEquals(contents(ring), octets(1_990, 6_010));
});

Deno.test("octets may be discarded under a reservation, all of them too", () => {
  const ring = new ByteRing(100);
  const range = new OctetRange();
  ring.append(octets(0, 70), 0, 70);
  ring.reserve(30, range);
  fill(range, 70);
  discardTo(ring, 70);
  ring.trim();
  assertEquals(ring.capacity, 128, "reserved memory is not given back");
  ring.commit(30);
  assertEquals(contents(ring), octets(70, 30));
});

Deno.test("only what is reserved can be committed, and once", () => {
  const ring = new ByteRing(100);
  const range = new OctetRange();
  assertThrows(() => ring.commit(1), RangeError, "reserved are 0");
  ring.reserve(10, range);
  assertThrows(() => ring.commit(11), RangeError, "reserved are 10");
  assertThrows(() => ring.commit(-1), RangeError, "reserved are 10");
  ring.commit(10);
  assertThrows(() => ring.commit(1), RangeError, "reserved are 0");
  ring.reserve(10, range);
  ring.append(octets(0, 5), 0, 5);
  assertThrows(() => ring.commit(1), RangeError, "reserved are 0", "something else was appended there");
  ring.reserve(10, range);
  ring.restartAt(500);
  assertThrows(() => ring.commit(1), RangeError, "reserved are 0");
  ring.commit(0);
  assertEquals([ring.start, ring.end], [500, 500]);
});

Deno.test("peek names what is held without a gap, in one part or two, and it stays although the ring grows", () => {
  const ring = new ByteRing(10_000);
  const range = new OctetRange();
  ring.peek(range);
  assertEquals(range.length, 0);
  ring.append(octets(0, 2_000), 0, 2_000);
  discardTo(ring, 1_990);
  ring.append(octets(2_000, 1_000), 0, 1_000);
  ring.place(3_100 - ring.end, octets(3_100, 50), 0, 50);
  ring.peek(range);
  assertEquals([range.offset, range.firstPartLength, range.length], [1_990, 58, 1_010]);
  assertEquals(read(range), octets(1_990, 1_010));
  ring.place(3_000 - ring.end, octets(3_000, 6_000), 0, 6_000);
  ring.extend(9_000 - ring.end);
  assertEquals(ring.capacity, 8_192);
  assertEquals(read(range), octets(1_990, 1_010), "what was lent lies in the old memory");
  ring.peek(range);
  assertEquals(read(range), octets(1_990, 7_010));
  range.clear();
  assertEquals([range.length, range.octets.length], [0, 0]);
});

Deno.test("a ring that has become empty uses the start of its memory again, and one that is not empty stays", () => {
  const ring = new ByteRing(1_000);
  const octets = new Uint8Array(600).map((_, i) => i);
  const range = new OctetRange();
  const into = new Uint8Array(600);
  for (let round = 0; round < 5; round++) {
    assertEquals(ring.append(octets, 0, 600), 600);
    ring.peek(range);
    assertEquals([range.offset, range.firstPartLength, range.length], [0, 600, 600]);
    ring.read(into.subarray(0, 500));
    ring.peek(range);
    assertEquals([range.offset, range.length], [500, 100]);
    assertEquals(ring.append(octets, 0, 600), 600);
    ring.read(into.subarray(0, 100));
    assertEquals(ring.read(into), 600);
    assertEquals(into, octets, "wrapped round the end");
  }
  ring.append(octets, 0, 7);
  ring.read(into);
  ring.place(10, octets, 0, 10);
  assertEquals(ring.append(octets, 100, 10), 10);
  ring.extend(ring.placedEnd - ring.end);
  assertEquals(ring.read(into), 20);
  assertEquals(
    [...into.subarray(0, 20)],
    [...octets.subarray(100, 110), ...octets.subarray(0, 10)],
    "beyond a gap",
  );
  ring.reserve(5, range);
  range.octets.set([1, 2, 3, 4, 5], range.offset);
  ring.commit(5);
  assertEquals([ring.read(into), ...into.subarray(0, 5)], [5, 1, 2, 3, 4, 5], "reserved");
  ring.append(octets, 0, 5);
  ring.append(new Uint8Array(900), 0, 900);
  assertEquals(ring.start + 905, ring.end, "grown, from another base");
});
