/** `--licenses` says what is inside, in the words of the licences themselves. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { licences, MIT_TEXT } from "../../cli/licences.ts";
import project from "../../deno.json" with { type: "json" };
import own from "../../LICENSE" with { type: "text" };
import uPlot from "uplot/licence" with { type: "text" };

const words = (text: string): string => text.split(/\s+/).filter((word) => word !== "").join(" ");

Deno.test("the licence's text is that of this package and of what the reports contain", () => {
  for (const text of [own, uPlot]) {
    const [, copyright = "", rest = ""] = /(Copyright \(c\) [^\n]+)\n([^]*)/.exec(text) ?? [];
    assertEquals(words(rest), words(MIT_TEXT));
    assertStringIncludes(licences(), copyright);
  }
});

Deno.test("every package that the programs import is named with its version", () => {
  const inTests = /ajv|fast-check|assert/;
  const used = Object.entries(project.imports).filter(([name]) => !inTests.test(name));
  assert(used.length >= 4);
  for (const [, target] of used) {
    const [, name = "", version = ""] = /^npm:([^@]+)@([\d.]+)/.exec(target) ?? [];
    const said = licences().toLowerCase();
    assert(said.includes(`${name.toLowerCase()} ${version}`), target);
  }
});
