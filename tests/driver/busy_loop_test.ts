/** A loop with always something to do, on the real clock: what else this thread is wanted for. */

import { assert } from "@std/assert";
import { Loop } from "../../driver/loop.ts";
import { loadWholeLibc } from "../../ffi/mod.ts";
import { FakeCore, FakeDevice, packet } from "./support.ts";

loadWholeLibc();

const INTERVAL = 100;
const DURATION = 1_500;

/** Longest that a timer of 100 ms is late while a loop of this patience is busy, milliseconds. */
async function lateness(patience: number): Promise<number> {
  const device = new FakeDevice();
  using loop = new Loop({ device, side: new FakeCore(), patience });
  const start = performance.now();
  let last = start;
  let longest = 0;
  const look = (): void => {
    longest = Math.max(longest, performance.now() - last - INTERVAL);
    last = performance.now();
  };
  const timer = setInterval(look, INTERVAL);
  device.waiting.push(packet(1));
  await loop.run(() => {
    device.waiting.push(packet(1));
    return performance.now() - start > DURATION;
  });
  look();
  clearInterval(timer);
  return longest;
}

// While there is something to go on with, the runtime looks for timers and signals only now and then, and signals come that way, too.
for (const patience of [0, 50]) {
  Deno.test(`timers of the runtime are not kept waiting by a busy loop of ${patience} ms of patience`, async () => {
    const least = Math.min(await lateness(patience), await lateness(patience)); // the system may be busy, too
    assert(least < 200, `${least.toFixed(0)} ms late`);
  });
}
