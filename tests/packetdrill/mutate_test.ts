/** Which mutants are made of a script. */

import { assertEquals } from "@std/assert";
import { mutantsOf, type Mutation } from "../../packetdrill/mutate.ts";
import { parseScript } from "../../packetdrill/parser.ts";

function mutationsOf(line: string): Mutation[] {
  return mutantsOf(parseScript(line, "test")).map((mutant) => mutant.mutation);
}

const CASES: readonly (readonly [line: string, mutations: Mutation[]])[] = [
  ["0 > P. 1:11(10) ack 1 win 5", ["seq", "ack", "flag", "push", "window", "option", "time"]],
  ["0 > P. 1:11(10) ack 1", ["seq", "ack", "flag", "push", "option", "time"]],
  ["0 > S 0:0(0) <...>", ["ack", "flag", "push", "time"]],
  ["* > R ...(0)", ["ack", "flag", "push", "option"]],
  ["0 write(3, ..., 5) = 5", ["result"]],
  ["0 write(3, ..., 5) = -1 EPIPE", ["result"]],
  ["0 write(3, ..., 5) = ...", []],
  ["0...1 write(3, ..., 5) = 5", ["result", "return time"]],
  ["0 > PU. 1:11(10) ack 1 urg 5", ["seq", "ack", "flag", "push", "urgent pointer", "option", "time"]],
  ["0 getsockopt(3, SOL_SOCKET, SO_ERROR, [ECONNRESET], [4]) = 0", ["result", "value"]],
  ["0 getsockopt(3, SOL_TCP, TCP_INFO, {tcpi_state=1, tcpi_rtt=2}, [4]) = 0", ["result", "value", "value"]],
  ["0 poll([{fd=4, events=POLLIN, revents=POLLIN}], 1, 0) = 1", ["result", "value"]],
  ["0 %{ assert 1 == 1; assert tcpi_lost == 0 }%", ["assertion", "assertion"]],
  ["0 close(3) = 0\n+0 `sockstat -s | grep -c LISTEN | grep 1`\n+0 close(3) = 0", [
    "result",
    "result",
    "state",
  ]],
  ["0 %{ assert tcpi_lost == 0 }%", ["assertion"]],
  ["0 < . 1:1(0) ack 1 win 5", []],
];

for (const [line, mutations] of CASES) {
  Deno.test(`mutants of ${line}: ${mutations.join(", ") || "none"}`, () =>
    assertEquals(mutationsOf(line), mutations));
}

Deno.test("a mutant differs from its script in one event, and every line has its own", () => {
  const script = parseScript("0 > . 1:1(0) ack 1\n+0 > . 2:2(0) ack 2", "test");
  const mutants = mutantsOf(script);
  for (const mutant of mutants) {
    const changed = mutant.script.events.flatMap((event, i) => event === script.events[i] ? [] : [i + 1]);
    assertEquals(changed, [mutant.place.line]);
    assertEquals(JSON.stringify(mutant.script) === JSON.stringify(script), false);
  }
  assertEquals(mutants.filter(({ place }) => place.line === 1).length, mutants.length / 2);
});
