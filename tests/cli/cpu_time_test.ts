import { assert } from "@std/assert";
import { cpuTime } from "../../cli/cpu_time.ts";

const WORK = 20_000;

Deno.test("work costs CPU time, in microseconds", () => {
  const start = performance.now();
  const before = cpuTime();
  let rounds = 0;
  while (cpuTime() - before < WORK && ++rounds < 1e8) Math.hypot(start, rounds);
  const used = cpuTime() - before;
  const wall = 1_000 * (performance.now() - start);
  assert(used >= WORK, `${rounds} rounds cost ${used} µs`);
  // All threads together, on all processors; however busy these are, no more time can be used than has passed.
  assert(used <= (wall + WORK) * navigator.hardwareConcurrency, `${used} µs of CPU time in ${wall} µs`);
});
