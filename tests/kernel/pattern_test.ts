import { assertEquals, assertThrows } from "@std/assert";
import { checkPattern, patternAt, skewAt } from "./pattern.ts";

/** Places around the end of the stream's period, and around words. */
const PLACES = [0, 1, 2, 3, 4, 7, 1_048_570, 1_048_572, 1_048_573, 1_048_574, 2_097_146, 5_000_000_001];

/** The stream's octets from `place` on, in a buffer of their own, `skew` octets from its beginning. */
function copyAt(place: number, length: number, skew: number): Uint8Array {
  const copy = new Uint8Array(length + skew).subarray(skew);
  copy.set(patternAt(place, length));
  return copy;
}

Deno.test("what the stream has at a place is right there, however it lies in memory", () => {
  for (const place of PLACES) {
    for (const length of [0, 1, 2, 3, 4, 5, 8, 1_001]) {
      for (let skew = 0; skew < 4; skew++) checkPattern(copyAt(place, length, skew), place);
      checkPattern(copyAt(place, length, skewAt(place)), place);
    }
  }
});

Deno.test("one wrong octet anywhere is found, and named", () => {
  for (const place of PLACES) {
    for (let skew = 0; skew < 4; skew++) {
      for (const wrong of [0, 1, 2, 3, 4, 5, 500, 998, 999, 1_000]) {
        const piece = copyAt(place, 1_001, skew);
        piece[wrong] = (piece[wrong] ?? 0) ^ 1;
        assertThrows(() => checkPattern(piece, place), Error, `Octet ${place + wrong} `);
      }
    }
  }
});

Deno.test("the stream at another place is not taken for it", () => {
  for (const place of PLACES) {
    for (const shift of [1, 4, 1_460, 65_495, 65_536, 1 << 20]) {
      assertThrows(() => checkPattern(copyAt(place + shift, 1_000, 0), place), Error, "of the stream is");
    }
  }
});

Deno.test("the stream repeats after its period only", () => {
  assertEquals(patternAt(1_048_573, 100), patternAt(0, 100));
});
