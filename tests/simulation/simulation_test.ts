import { assert, assertEquals } from "@std/assert";
import { STATES } from "../../tcp/mod.ts";
import { TIMER_NAMES } from "../../tcp/timers.ts";
import { planOf } from "./plan.ts";
import { Coverage } from "./coverage.ts";
import { simulate } from "./world.ts";

/** Seeds of the ordinary runs: 1 to this one. */
const RUNS = 2_000;

/** Runs of one test, so that a failure does not hide the rest. */
const RUNS_PER_TEST = 250;

const coverage = new Coverage();

for (let first = 1; first <= RUNS; first += RUNS_PER_TEST) {
  const last = first + RUNS_PER_TEST - 1;
  Deno.test(`every octet arrives, and every invariant holds, in the runs of seeds ${first} to ${last}`, () => {
    for (let seed = first; seed <= last; seed++) coverage.add(simulate(seed));
  });
}

Deno.test("the runs reach every state, every transition between them but four, and every timer of theirs", () => {
  for (const state of STATES) assert(coverage.states.has(state), `No run came to ${state}`);
  // R2, the user time-out and the limit of FIN-WAIT-2 end connections that the runs are to see through.
  const unused = ["connect", "user time-out", "FIN-WAIT-2"];
  for (const timer of TIMER_NAMES) {
    assertEquals(coverage.timers.has(timer), !unused.includes(timer), `The ${timer} timer`);
  }
});

Deno.test("the same seed makes the same run", () => {
  for (const seed of [3, 1_001]) {
    const lines: string[] = [];
    const again: string[] = [];
    simulate(seed, (line) => lines.push(line));
    simulate(seed, (line) => again.push(line));
    assert(lines.length > 10);
    assertEquals(lines, again);
    assertEquals(planOf(seed), planOf(seed));
  }
});
