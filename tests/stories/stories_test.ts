/**
 * What people are shown of each situation: produced live by two cores and the client's own session, and read back from the
 * capture of the same run. The golden texts were read against the RFCs before they were committed.
 */

import { assertEquals } from "@std/assert";
import {
  CAPTURES,
  GLOSSARY,
  GOLDEN,
  LIMITS,
  PICTURES,
  SEVERAL,
  SHAPES,
  SITUATIONS_PAGE,
  WORDS,
} from "./golden/index.ts";
import { capturesPage } from "./captures_page.ts";
import { glossaryPage } from "./glossary_page.ts";
import { limitsPage } from "./limits_page.ts";
import { severalPage } from "./several_page.ts";
import { shapesPage } from "./shapes_page.ts";
import { situationsPage } from "./situations_page.ts";
import { wordsPage } from "./words.ts";
import { type Outcome, type ReadBack, runStory, type Texts } from "./run.ts";
import { PICTURED, STORIES } from "./stories.ts";

const outcomes = new Map<string, Promise<Outcome>>();

/** Each story is run once, by whichever test comes first. */
function outcomeOf(name: string): Promise<Outcome> {
  let outcome = outcomes.get(name);
  if (outcome === undefined) {
    outcome = runStory(name);
    outcomes.set(name, outcome);
  }
  return outcome;
}

const OUTPUTS: readonly (keyof Texts)[] = ["narration", "trace", "explain", "ladder", "statistics"];
const READ_BACK: readonly (keyof ReadBack)[] = ["trace", "explain", "ladder"];

for (const { name, about } of STORIES) {
  for (const output of OUTPUTS) {
    Deno.test(`${name} (${about}): ${output}`, async () => {
      const { live } = await outcomeOf(name);
      assertEquals(live[output], GOLDEN.get(name)?.[output]);
    });
  }

  if (PICTURED.includes(name)) {
    Deno.test(`${name}: the ladder's files`, async () => {
      const { pictures } = await outcomeOf(name);
      assertEquals(pictures, PICTURES.get(name));
    });
  }

  for (const output of READ_BACK) {
    Deno.test(`${name}: ${output} read back from the capture says word for word what was said live`, async () => {
      const { live, readBack } = await outcomeOf(name);
      assertEquals(readBack[output], live[output]);
    });
  }
}

Deno.test("the glossary", () => {
  assertEquals(glossaryPage(), GLOSSARY);
});

Deno.test("what is told of captures of others, of one point and of two", () => {
  assertEquals(capturesPage(), CAPTURES);
});

Deno.test("what senders wait for, as far as packets tell", () => {
  assertEquals(limitsPage(), LIMITS);
});

Deno.test("what is shown of several connections at once, and their figures", () => {
  assertEquals(severalPage(), SEVERAL);
});

Deno.test("ladders of shapes that no story has", () => {
  assertEquals(shapesPage(), SHAPES);
});

Deno.test("how numbers, flags, options and ICMP errors are written", () => {
  assertEquals(wordsPage(), WORDS);
});

Deno.test("what is shown of the situations that no story has", () => {
  assertEquals(situationsPage(), SITUATIONS_PAGE);
});
