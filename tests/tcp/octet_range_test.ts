import { assertEquals } from "@std/assert";
import { copyOctets } from "../../tcp/base/copy.ts";
import { OctetRange } from "../../tcp/base/octet_range.ts";

/** Octets as they stand in a stream from `offset` on. */
function octets(offset: number, length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (offset + i) % 251);
}

Deno.test("copyOctets copies short and long, whole and in part, and within one array", () => {
  for (const length of [0, 1, 24, 25, 100]) {
    const into = new Uint8Array(200).fill(255);
    copyOctets(octets(0, 150), 7, into, 11, length, null, null);
    assertEquals(into.subarray(11, 11 + length), octets(7, length));
    assertEquals([into[10], into[11 + length]], [255, 255]);
  }
  // The same two arrays again and again: in time they are copied by words, and nothing else tells.
  const from = octets(0, 4_000);
  const into = new Uint8Array(4_096);
  for (let round = 0; round < 300; round++) {
    const length = 25 + 7 * round;
    into.fill(255);
    copyOctets(from, round, into, 11 + round, length, null, null);
    assertEquals(into.subarray(11 + round, 11 + round + length), octets(round, length));
    assertEquals([into[10 + round], into[11 + round + length]], [255, 255]);
  }
  const part = new Uint8Array(into.buffer, 100, 1_000);
  for (let round = 0; round < 40; round++) {
    into.fill(255);
    copyOctets(from, 1_000 + round, part, round, 900, null, null);
    assertEquals(into.subarray(100 + round, 1_000 + round), octets(1_000 + round, 900));
  }
  const whole = new Uint8Array(200).fill(255);
  copyOctets(octets(0, 150), 0, whole, 3, 150, null, null);
  assertEquals(whole.subarray(3, 153), octets(0, 150));
  const same = octets(0, 100);
  copyOctets(same, 5, same, 15, 30, null, null);
  assertEquals(same, new Uint8Array([...octets(0, 15), ...octets(5, 30), ...octets(45, 55)]));
});

/** Ten octets, 0 to 9, of which the first lies at index 6 of a ring of 12. */
function wrapped(): OctetRange {
  const range = new OctetRange();
  range.octets = Uint8Array.of(6, 7, 8, 9, 255, 255, 0, 1, 2, 3, 4, 5);
  range.offset = 6;
  range.length = 10;
  range.firstPartLength = 6;
  return range;
}

/** What a range names, in order. */
function named(range: OctetRange): number[] {
  const out = new Uint8Array(range.length + 2).fill(99);
  range.copyTo(out, 1);
  assertEquals([out[0], out[range.length + 1]], [99, 99], "nothing around it is written");
  return [...out.subarray(1, range.length + 1)];
}

Deno.test("every part of a range that wraps names the octets that the whole has there", () => {
  const whole = wrapped();
  const part = new OctetRange();
  for (let skip = 0; skip <= 10; skip++) {
    for (let length = 0; length <= 10 - skip; length++) {
      part.setPart(whole, skip, length);
      assertEquals(named(part), [...octets(skip, length)], `${length} from ${skip}`);
      assertEquals(part.firstPartLength <= part.length, true);
      assertEquals(Object.is(part.offset, -0), false, "a minus zero makes the field slow in every range");
    }
  }
});

Deno.test("a range that is cleared names nothing and keeps no memory alive", () => {
  const range = wrapped();
  range.clear();
  assertEquals([range.octets.length, range.offset, range.length, range.firstPartLength], [0, 0, 0, 0]);
});
