/** When a segment that passes is a full one, and when nobody can tell. */

import { assertEquals } from "@std/assert";
import { Option } from "../../trace/core.ts";
import { FullSize, optionOctets } from "../../trace/full_size.ts";

const MSS = 1_460;
const options = optionOctets(Option.timestamps, 0);

/** What of segments of these lengths is full; the MSS is `mss`, 0: none is announced, null: no SYN was seen. */
function fullness(mss: number | null, lengths: readonly number[], segmentSize = 0): readonly string[] {
  const sizes = new FullSize();
  if (mss !== null) sizes.announced(mss, 4);
  return lengths.map((length) => {
    const full = sizes.passed({ length, segmentSize, options });
    return full === null ? "?" : length % full === 0 ? "full" : "short";
  });
}

Deno.test("a segment is full when it has as much as the MSS leaves beside options (RFC 9293 3.7.1)", () => {
  assertEquals(fullness(MSS, [1_448, 1_447, 100]), ["full", "short", "short"]);
});

Deno.test("joined segments are full when they are a multiple of that, and what is left over says that there was no more", () => {
  assertEquals(fullness(MSS, [28_960, 2_896, 2_996, 1_448]), ["full", "full", "?", "full"]);
  assertEquals(fullness(MSS, [1_448, 2_996]), ["full", "short"]);
  assertEquals(fullness(MSS, [2_996, 3_000], 1_448), ["short", "short"]);
});

Deno.test("a path may take less than the MSS: only segments of the same length, one after the other, show it", () => {
  assertEquals(fullness(MSS, [1_348, 1_348, 1_348, 2_696, 2_700, 100]), [
    "?",
    "?",
    "full",
    "full",
    "short",
    "short",
  ]);
  assertEquals(fullness(MSS, [100, 90, 1_448]), ["?", "short", "full"]);
});

Deno.test("without the SYN any segment may be joined ones, however long it is", () => {
  assertEquals(fullness(null, [1_448, 28_960, 1_448]), ["?", "?", "?"]);
  assertEquals(fullness(null, [1_448, 1_448, 1_448, 2_896]), ["?", "?", "full", "?"]);
});

Deno.test("who announces no MSS takes 536 octets over IPv4 and 1,220 over IPv6 (RFC 9293 3.7.1, MUST-15)", () => {
  assertEquals(fullness(0, [524, 1_448, 1_048]), ["full", "short", "full"]);
  const six = new FullSize();
  six.announced(0, 6);
  assertEquals(six.passed({ length: 1_208, segmentSize: 0, options }), 1_208);
});

Deno.test("options of segments with data are timestamps and SACK blocks, padded to words (RFC 7323 appendix A)", () => {
  assertEquals([optionOctets(0, 0), optionOctets(Option.timestamps, 3), optionOctets(0, 1)], [0, 40, 12]);
});
