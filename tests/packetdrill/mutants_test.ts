/**
 * Proves that our scripts can fail: in each, every expectation (each number and flag of each packet, its options and its
 * time, what calls return, assertions) is made wrong once, and every such mutant must fail.
 */

import { assert, assertEquals } from "@std/assert";
import { OWN_SCRIPTS } from "../../packetdrill/options.ts";
import { runMutants } from "../../packetdrill/run.ts";
import { SCRIPTS } from "./scripts/index.ts";

for (const [path, text] of SCRIPTS) {
  Deno.test(`packetdrill mutants: every wrong expectation in ${path.replace(/\.pkt$/, "")} is noticed`, () => {
    const runs = [...runMutants(text, path, OWN_SCRIPTS)];
    assert(runs.length > 0, "There is nothing to make wrong");
    const unnoticed = runs.filter(({ result }) => result.outcome !== "failed");
    assertEquals(unnoticed.map(({ mutation, place }) => `${mutation} in line ${place.line}`), []);
  });
}
