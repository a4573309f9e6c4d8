import { assertEquals } from "@std/assert";
import { MtuSearch } from "../../tcp/send/mtu_search.ts";

/** Timeouts in a row after which shorter packets are tried. */
const ENOUGH = 2;

Deno.test("packets become no shorter than each path of the family takes (RFC 8200 5, RFC 1122 3.3.2)", () => {
  const search = new MtuSearch();
  assertEquals(search.shorter(1_500, 1_076, 4, ENOUGH, ENOUGH), 1_076);
  assertEquals(search.shorter(1_500, 1_076, 6, ENOUGH, ENOUGH), 1_280);
  assertEquals(search.shorter(1_500, 68, 4, ENOUGH, ENOUGH), 576);
  assertEquals(search.shorter(1_280, 1_076, 6, ENOUGH, ENOUGH), 0);
});

Deno.test("packets of the base length that are lost as well give way to the shortest after twice as many timeouts more", () => {
  const search = new MtuSearch();
  assertEquals(search.shorter(1_280, 1_280, 4, 3 * ENOUGH, ENOUGH), 0);
  search.fallBack(1_500, 1_280);
  assertEquals(search.shorter(1_280, 1_280, 4, 3 * ENOUGH - 1, ENOUGH), 0);
  assertEquals(search.shorter(1_280, 1_280, 4, 3 * ENOUGH, ENOUGH), 576);
  search.passes = true;
  assertEquals(search.shorter(1_280, 1_280, 4, 3 * ENOUGH, ENOUGH), 0);
});
