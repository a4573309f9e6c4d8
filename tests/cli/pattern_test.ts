import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { Pattern, PATTERN_PERIOD } from "../../cli/pattern.ts";

Deno.test("octet i of a stream is i mod 251, from wherever one goes on", () => {
  const pattern = new Pattern(1_000);
  for (const offset of [0, 1, 250, 251, 252, 65_536, 2 ** 31, 2 ** 32 + 5, 2 ** 53 - 2_000]) {
    const octets = pattern.from(offset);
    assertEquals(octets.length, 1_000);
    assert(octets.every((octet, i) => octet === (offset + i) % PATTERN_PERIOD), `${offset}`);
  }
});

Deno.test("the same place is the same view", () => {
  const pattern = new Pattern(10);
  assertStrictEquals(pattern.from(3), pattern.from(3 + PATTERN_PERIOD * 1_000));
});
