import { assertEquals } from "@std/assert";
import { told } from "./kit.ts";
import { CAPTURE_STORIES } from "./stories.ts";

for (const [rule, packets, lines] of CAPTURE_STORIES) {
  Deno.test(`captures of others: ${rule}`, () => assertEquals(told(packets), lines));
}
