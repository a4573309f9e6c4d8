import { assertEquals } from "@std/assert";
import { OctetCount } from "../../tcp/base/octet_count.ts";

Deno.test("octets are counted one by one and in great amounts, beyond 2^30, 2^32 and 2^40", () => {
  const count = new OctetCount();
  let expected = 0;
  assertEquals(count.value, 0);
  for (const octets of [0, 1, 2 ** 30 - 2, 1, 1, 2 ** 30, 2 ** 30, 2 ** 30 - 1, 7]) {
    count.add(octets);
    assertEquals(count.value, expected += octets);
  }
  for (let i = 0; i < 2_000; i++) count.add(2 ** 30 - i);
  assertEquals(count.value, expected + 2_000 * 2 ** 30 - 1_999 * 1_000);
});
