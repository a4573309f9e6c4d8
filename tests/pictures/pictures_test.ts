/** The documents' pictures are those that the programs draw today, as far as two runs are alike. */

import { assertEquals } from "@std/assert";
import { runStory, storyOf } from "../stories/run.ts";
import ladder from "../../docs/ladder.svg" with { type: "text" };

/** What differs from run to run: moments, spans, initial numbers, ports, windows. */
const CHANCE: ReadonlySet<string> = new Set(["time", "pause", "later", "initial", "end", "state"]);

function withoutChance(text: string): string {
  return text.replace(/win \d+/g, "win").replace(/[\d.]+ (µs|ms|s) later/g, "later");
}

/** Arrows, labels and remarks in their order. */
function drawn(svg: string): readonly string[] {
  return [...svg.matchAll(/<(path|text) class="([^"]*)"[^>]*>(?:([^<]*)<\/text>)?/g)]
    .filter(([, , names = ""]) => !names.split(" ").some((name) => CHANCE.has(name)))
    .map(([, element, names, content = ""]) => `${element} ${names} ${withoutChance(content)}`.trim());
}

/** The states in their order: on which row each stands depends on how soon it came. */
function states(svg: string): readonly string[] {
  return [...svg.matchAll(/class="state"[^>]*>([^<]*)</g)].map(([, state = ""]) => state);
}

function style(svg: string): string {
  return /<style>.*<\/style>/s.exec(svg)?.[0] ?? "";
}

Deno.test("the first picture of README.md is what a run with the same faults draws today: else deno task pictures", async () => {
  const { pictures: { svg } } = await runStory(storyOf("faults"));
  assertEquals(drawn(ladder), drawn(svg));
  assertEquals(states(ladder), states(svg));
  assertEquals(style(ladder), style(svg));
});

Deno.test("in the first picture of README.md both losses are drawn as losses, each with a brace to its repeat", () => {
  assertEquals(ladder.match(/l10 10 m0 -10 l-10 10/g)?.length, 2);
  assertEquals(ladder.match(/class="brace"/g)?.length, 2);
});
