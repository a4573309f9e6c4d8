/** Which mutants are made of a script. */

import { assertEquals } from "@std/assert";
import { mutantsOf, type Mutation } from "../../packetdrill/mutate.ts";
import { parseScript } from "../../packetdrill/parser.ts";

function mutationsOf(line: string): Mutation[] {
  return mutantsOf(parseScript(line, "test"), "every").map((mutant) => mutant.mutation);
}

const CASES: readonly (readonly [line: string, mutations: Mutation[]])[] = [
  ["0 > P. 1:11(10) ack 1 win 5", ["seq", "ack", "flag", "push", "window", "option", "time"]],
  ["0 > P. 1:11(10) ack 1", ["seq", "ack", "flag", "push", "option", "time"]],
  ["0 > S 0:0(0) <...>", ["ack", "flag", "push", "time"]],
  ["* > R ...(0)", ["ack", "flag", "push", "option"]],
  ["0 write(3, ..., 5) = 5", ["result"]],
  ["0 write(3, ..., 5) = -1 EPIPE", ["result"]],
  ["0 write(3, ..., 5) = ...", []],
  ["0 %{ assert tcpi_lost == 0 }%", ["assertion"]],
  ["0 < . 1:1(0) ack 1 win 5", []],
];

for (const [line, mutations] of CASES) {
  Deno.test(`mutants of ${line}: ${mutations.join(", ") || "none"}`, () =>
    assertEquals(mutationsOf(line), mutations));
}

Deno.test("a mutant differs from its script in one event, and only the last line of each kind is asked for", () => {
  const script = parseScript("0 > . 1:1(0) ack 1\n+0 > . 2:2(0) ack 2", "test");
  const mutants = mutantsOf(script, "last");
  assertEquals(
    mutants.every((mutant) => mutant.line === 2 && mutant.script.events[0] === script.events[0]),
    true,
  );
  assertEquals(mutants.every((mutant) => JSON.stringify(mutant.script) !== JSON.stringify(script)), true);
});
