/** Samples that show what nobody is told are found, and true ones believed. */

import { assertEquals } from "@std/assert";
import { falseSamples, rulesIn } from "./samples.ts";

const CATALOGUE = [
  { rule: "RFC 1 2", label: "timeout {expiries}", sentence: "No ACK of {una} came (in {time})." },
  { rule: "RFC 3 4", label: "closes", sentence: "It closes." },
];

const inBlock = (text: string): string => `Before.\n\n\`\`\`\n${text}\n\`\`\`\n`;

const SAMPLES: readonly (readonly [text: string, wrong: number])[] = [
  ["1.0 ! cwnd 2: timeout 3 [RFC 1 2]", 0],
  ["1.0 ! cwnd 2: timeout 3 [RFC 3 4]", 1],
  ["1.0  No ACK of 17 came\n     (in 1 s). [RFC\n     1 2]", 0],
  ["1.0  No ACK of 17 came (in 1 s), or late. [RFC 1 2]", 1],
  ["It closes. [RFC 3 4] It closes. [RFC 1 2]", 1],
];

for (const [text, wrong] of SAMPLES) {
  Deno.test(`of ${JSON.stringify(text)} ${wrong === 0 ? "all" : "not all"} is told`, () => {
    assertEquals(falseSamples("d", inBlock(text), CATALOGUE).length, wrong);
    assertEquals(falseSamples("d", text, CATALOGUE), []);
  });
}

Deno.test("rules in samples are counted, those beside them are not", () => {
  assertEquals(rulesIn(`${inBlock("a [RFC 1 2] b [RFC 3 4]")}and [RFC 5 6](link)`), 2);
});
