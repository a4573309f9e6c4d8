import { assert } from "@std/assert";
import { cpuTime } from "../../cli/cpu_time.ts";

Deno.test("work costs CPU time, in microseconds", () => {
  const cpuBefore = cpuTime();
  const before = performance.now();
  while (performance.now() - before < 100) Math.hypot(before, cpuBefore);
  const used = cpuTime() - cpuBefore;
  // Others may have the CPU half of the time; other threads of ours may work too.
  assert(used > 20_000 && used < 2_000_000, `${used} µs`);
});
