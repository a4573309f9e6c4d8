/** What IPv4 identifications of one end show of the order in which packets were sent. */

import { assertEquals } from "@std/assert";
import { idDistance, PacketIds } from "../../capture/analysis/packet_ids.ts";

const SPACING = 50_000; // µs

function idsOf(identifications: readonly number[]): PacketIds {
  const ids = new PacketIds();
  for (const [i, id] of identifications.entries()) ids.add(id, i * SPACING);
  return ids;
}

Deno.test("identifications that go up by little are counted, over 65,535 too, once six steps were seen", () => {
  assertEquals(idsOf([65_533, 65_534, 65_535, 0, 1, 2]).areCounted, false);
  const ids = idsOf([65_533, 65_534, 65_535, 0, 1, 2, 5]);
  assertEquals([ids.areCounted, ids.highest], [true, 5]);
});

Deno.test("a packet that was overtaken lowers nothing, and one without identification changes nothing", () => {
  assertEquals(idsOf([1, 2, 3, 5, 4]).highest, 5);
  assertEquals(idsOf([1, 2, -1]).highest, 2);
  assertEquals(idsOf([-1]).highest, -1);
});

Deno.test("identifications by chance, constant ones and those with their octets swapped are not counted", () => {
  assertEquals(idsOf([9_000, 40, 33_000, 12_000, 60_000, 500, 20_000, 45_000, 7]).areCounted, false);
  assertEquals(idsOf(new Array(20).fill(0)).areCounted, false);
  assertEquals(idsOf([256, 512, 768, 1_024, 1_280, 1_536, 1_792, 2_048]).areCounted, false);
});

Deno.test("one stray step in eight is borne, two are not", () => {
  const eight = [1, 2, 3, 4, 5, 6, 7, 8, 9];
  assertEquals(idsOf([...eight, 30_000]).areCounted, true);
  assertEquals(idsOf([...eight, 30_000, 60_000]).areCounted, false);
});

Deno.test("the order is told for as long as the counter goes on by less than a quarter of all numbers", () => {
  const ids = idsOf([0, 1_000, 2_000, 3_000, 4_000, 5_000, 6_000]); // 1,000 in 50 ms
  assertEquals([ids.tellOrder(800_000), ids.tellOrder(830_000)], [true, false]);
  assertEquals(idsOf([1, 2]).tellOrder(1), false);
});

Deno.test("the distance of two identifications is the shorter way round", () => {
  assertEquals([idDistance(1, 3), idDistance(3, 1), idDistance(65_535, 0), idDistance(0, 65_535)], [
    2,
    -2,
    1,
    -1,
  ]);
});
