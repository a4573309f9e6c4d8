import { assert } from "@std/assert";
import { cpuMicros, loadWholeLibc } from "../../ffi/mod.ts";

const WORK = 20_000;

loadWholeLibc(); // before any test, or it would be the test's leak

Deno.test("work costs CPU time, in microseconds", () => {
  const start = performance.now();
  const before = cpuMicros();
  let rounds = 0;
  while (cpuMicros() - before < WORK && ++rounds < 1e8) Math.hypot(start, rounds);
  const used = cpuMicros() - before;
  const wall = 1_000 * (performance.now() - start);
  assert(used >= WORK, `${rounds} rounds cost ${used} µs`);
  // All threads together, on all processors; however busy these are, no more time can be used than has passed.
  assert(used <= (wall + WORK) * navigator.hardwareConcurrency, `${used} µs of CPU time in ${wall} µs`);
});
