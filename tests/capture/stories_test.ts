import { assertEquals } from "@std/assert";
import { told } from "./kit.ts";
import { ODD_CAPTURES } from "./odd_stories.ts";
import { CAPTURE_STORIES } from "./stories.ts";
import { STRAY_CAPTURES } from "./stray_stories.ts";

for (const [rule, packets, lines] of [...CAPTURE_STORIES, ...ODD_CAPTURES, ...STRAY_CAPTURES]) {
  Deno.test(`captures of others: ${rule}`, () => assertEquals(told(packets), lines));
}
