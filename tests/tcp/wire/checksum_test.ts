import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { Segment } from "../../../tcp/base/segment.ts";
import { checksumOf, foldSum, sumOctets, sumPayload, sumPseudoHeader } from "../../../tcp/wire/checksum.ts";
import { hexToOctets, holds, plainSegment, slowSum } from "./support.ts";

/** Octets 0 to 255 over and over, with a stride that gives each residue of 4 different neighbours. */
function patterned(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => i * 167 + (i >> 8));
}

Deno.test("the sum of RFC 1071's own example is the one it gives (RFC 1071 3)", () => {
  assertEquals(sumOctets(hexToOctets("0001 f203 f4f5 f6f7"), 0, 8), 0xddf2);
  assertEquals(checksumOf(0xddf2), 0x220d);
});

Deno.test("an odd last octet counts as the high half of a word (RFC 9293 3.1)", () => {
  assertEquals(sumOctets(Uint8Array.of(0x12, 0x34, 0x56), 0, 3), 0x1234 + 0x5600);
});

Deno.test("sums are as the plain definition has them at every alignment, for lengths around the word loop's edges", () => {
  const buffer = patterned(1_000).buffer;
  const lengths = [
    0,
    1,
    2,
    3,
    15,
    16,
    17,
    94,
    95,
    96,
    97,
    98,
    99,
    100,
    111,
    112,
    113,
    127,
    128,
    129,
    400,
    401,
  ];
  for (let start = 0; start < 8; start++) {
    const view = new Uint8Array(buffer, start, 900);
    for (let offset = 0; offset < 8; offset++) {
      for (const length of lengths) {
        const expected = slowSum(view.subarray(offset, offset + length));
        assertEquals(
          sumOctets(view, offset, length),
          expected,
          `start ${start} offset ${offset} length ${length}`,
        );
      }
    }
  }
});

Deno.test("sums of random octets, offsets and lengths are as the plain definition has them", () => {
  const random = fc.record({
    octets: fc.uint8Array({ maxLength: 600, size: "max" }),
    start: fc.nat(9),
    cut: fc.nat(9),
  });
  holds(random, ({ octets, start, cut }) => {
    const offset = Math.min(start, octets.length);
    const length = Math.max(octets.length - offset - cut, 0);
    assertEquals(sumOctets(octets, offset, length), slowSum(octets.subarray(offset, offset + length)));
  }, 3_000);
});

Deno.test("no accumulator overflows: the largest octets in more than any packet's length sum up right", () => {
  for (const length of [65_535, 65_536, 65_537, 131_072 + 31, 1_000_003]) {
    const octets = new Uint8Array(length + 3).fill(0xff);
    assertEquals(sumOctets(octets, 3, length), slowSum(octets.subarray(3)), `${length} octets`);
  }
});

Deno.test("words are found in a buffer whose length is no whole number of them", () => {
  for (const length of [201, 202, 203]) {
    const octets = patterned(length);
    assertEquals(sumOctets(octets, 0, length), slowSum(octets));
    assertEquals(sumOctets(octets, 1, length - 1), slowSum(octets.subarray(1)));
  }
});

Deno.test("a buffer's sum is right whichever other buffers were summed in between", () => {
  const buffers = Array.from({ length: 11 }, (_, i) => new Uint8Array(300).fill(i + 1));
  for (let turn = 0; turn < 60; turn++) {
    const octets = buffers[turn * turn % buffers.length] ?? new Uint8Array(0);
    octets[turn] = turn;
    assertEquals(sumOctets(octets, 0, 300), slowSum(octets), `turn ${turn}`);
  }
});

Deno.test("folding adds every carry back in, and makes 0 of nothing but 0 (RFC 1071 1)", () => {
  const rows: [sum: number, folded: number][] = [
    [0, 0],
    [1, 1],
    [0xffff, 0xffff],
    [0x1_0000, 1],
    [0x1_ffff, 1],
    [0x7fff_ffff, 0x7fff],
    [0x8000_0000, 0x8000],
    [0xffff_ffff, 0xffff],
    [0xffff_ffff_ffff, 0xffff],
    [0x1234_5678_9abc, 0x1234 + 0x5678 + 0x9abc - 0xffff],
  ];
  for (const [sum, folded] of rows) assertEquals(foldSum(sum), folded, `sum 0x${sum.toString(16)}`);
});

Deno.test("the pseudo-header's sum covers addresses, protocol and length of both families (RFC 9293 3.1, RFC 8200 8.1)", () => {
  const ipv4 = plainSegment(4);
  assertEquals(sumPseudoHeader(ipv4, 33), slowSum(hexToOctets("c0000201 c6336402 00 06 0021")));
  const ipv6 = plainSegment(6);
  const addresses = "20010db8000000000000000000000001 20010db8000100000000000000000002";
  assertEquals(sumPseudoHeader(ipv6, 70_000), slowSum(hexToOctets(`${addresses} 00011170 00000006`)));
});

Deno.test("a payload in two ranges of a ring sums up as if it lay in one, after an odd first range too", () => {
  const ring = patterned(500);
  for (const length of [0, 1, 2, 96, 97, 250, 499, 500]) {
    for (const offset of [0, 1, 250, 399, 400, 498, 499]) {
      const segment = new Segment();
      segment.payload.set(ring, offset, length);
      segment.payload.firstPartLength = Math.min(length, ring.length - offset);
      const inOne = new Uint8Array(length);
      segment.payload.copyTo(inOne, 0);
      assertEquals(sumPayload(segment), slowSum(inOne), `${length} octets from ${offset}`);
    }
  }
});
