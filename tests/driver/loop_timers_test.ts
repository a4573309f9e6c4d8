/** When a loop has the core's timers fire. */

import { assert, assertEquals } from "@std/assert";
import { POLLIN } from "../../ffi/mod.ts";
import { after, instant, milliseconds, NEVER, seconds } from "../../tcp/base/units.ts";
import { bench, packet } from "./support.ts";

Deno.test("a timer that is due waits for what had arrived by then, however many turns that takes to read", () => {
  const { device, core, loop, time } = bench();
  for (let i = 0; i < 150; i++) device.waiting.push(packet(i));
  core.deadlines.push(time.now);
  core.queue.push(7);
  const fired = [loop.turn(), loop.turn(), loop.turn()].map(() => core.diary.indexOf("fires"));
  assertEquals(fired, [151, 151, 151], "after the last of them");
  assertEquals(core.diary.indexOf("sends 7"), 64, "what is to be sent does not wait");
});

Deno.test("a timer that what has arrived puts off does not fire", () => {
  const { device, core, loop, time } = bench();
  for (let i = 0; i < 100; i++) device.waiting.push(packet(i));
  core.deadlines.push(time.now);
  core.onArrival = (seq): void => void (seq === 99 && core.deadlines.pop());
  while (loop.turn());
  assertEquals([core.diary.length, core.firedAt], [100, []]);
});

Deno.test("in a flood a timer fires once packets are read that came after it was found due, by their stamps", () => {
  const { device, core, loop, time } = bench({ wallClock: () => time.now });
  core.deadlines.push(time.now);
  const due = time.now;
  for (let i = 0; i < 300; i++) {
    device.waiting.push(packet(i));
    device.stamps.push(due - 100 + i);
  }
  core.onArrival = (): number => time.now = instant(time.now + 1);
  for (let turns = 0; turns < 4; turns++) loop.turn();
  assertEquals(core.diary.indexOf("fires"), 128, "the second batch ends with one of 27 µs later");
});

Deno.test("in a flood without stamps a timer is late by a fifth of a second, and not by more", () => {
  const { device, core, loop, time } = bench();
  const due = time.now;
  core.deadlines.push(due);
  core.onArrival = (): void => {
    time.now = after(time.now, milliseconds(1));
    device.waiting.push(packet(1));
  };
  for (let i = 0; i < 100; i++) device.waiting.push(packet(i));
  for (let turns = 0; turns < 100 && core.firedAt.length === 0; turns++) loop.turn();
  const late = (core.firedAt[0] ?? NEVER) - due;
  assert(late >= 200_000 && late < 220_000, `${late} µs late`);
});

Deno.test("before a timer fires other descriptors are asked, and it does not where they put it off", () => {
  const { core, loop, poller, time } = bench();
  core.deadlines.push(time.now);
  poller.onPoll = () => new Map([[7, POLLIN]]);
  using _ = loop.watch(7, () => core.deadlines.pop());
  loop.turn();
  assertEquals([poller.polls, core.firedAt], [[0], []]);
});

Deno.test("no sleep goes past a deadline, and what is left is less than a millisecond of empty turns", async () => {
  const { core, loop, poller, time } = bench({}, 10);
  const deadline = instant(time.now + 12_345);
  core.deadlines.push(deadline);
  await loop.run(() => core.firedAt.length === 1, NEVER);
  assertEquals(poller.waits.map((wait) => wait.milliseconds), [12]);
  const late = (core.firedAt[0] ?? NEVER) - deadline;
  assert(late >= 0 && late <= 20, `fired ${late} µs late`);
});

Deno.test("a long sleep leaves room for the kernel's late wake-up, and the rest is slept in smaller pieces", async () => {
  const { core, loop, poller, time } = bench({}, 10);
  const deadline = after(time.now, seconds(16));
  core.deadlines.push(deadline);
  poller.onWait = (): undefined => {
    const asked = poller.waits.at(-1)?.milliseconds ?? 0;
    time.now = after(time.now, milliseconds(asked / 1_000)); // late by as much as Linux may
    return undefined;
  };
  await loop.run(() => core.firedAt.length === 1);
  assert(poller.waits.length <= 3, `${poller.waits.length} waits`);
  const late = (core.firedAt[0] ?? NEVER) - deadline;
  assert(late >= 0 && late <= 20, `fired ${late} µs late`);
});

Deno.test("a timer fires when it is due, and no later for a wait with the thread in hand before", async () => {
  const { device, core, loop, poller, time } = bench({ patience: 50 });
  device.waiting.push(packet(0));
  const due = after(time.now, seconds(1));
  core.deadlines.push(due);
  await loop.run(() => core.firedAt.length > 0, after(due, seconds(1)));
  const late = (core.firedAt[0] ?? NEVER) - due;
  assert(poller.polls[0] === 50 && late >= 0 && late < 1_000, `${late} µs late`);
});
