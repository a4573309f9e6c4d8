import { assertEquals } from "@std/assert";
import { runCrowd } from "./crowd.ts";

Deno.test("sixty connections at once between two hosts over a path that loses 5 % all do their work", () => {
  const outcome = runCrowd({ seed: 1, connections: 60, loss: 0.05, ports: 60, timeWait: 1_000_000 });
  assertEquals(outcome.finished, 120);
});

Deno.test("hosts forget connections that are over", () => {
  const { left } = runCrowd({ seed: 2, connections: 40, loss: 0.02, ports: 8, timeWait: 100_000 });
  assertEquals(left, [0, 0]);
});

Deno.test("ports are used again, one connection after the other, and no octet goes to the wrong one", () => {
  for (const seed of [3, 4, 5, 6]) {
    const outcome = runCrowd({ seed, connections: 50, loss: 0.1, ports: 3, timeWait: 50_000 });
    assertEquals(outcome.finished, 100);
  }
});
