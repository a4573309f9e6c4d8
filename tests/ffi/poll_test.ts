/** Waiting for descriptors: what is ready, for how long, and who wakes whom. */

import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { SC_NPROCESSORS_ONLN } from "../../ffi/constants.ts";
import { check } from "../../ffi/errno.ts";
import {
  FileDescriptor,
  loadWholeLibc,
  MAX_WAIT,
  POLLIN,
  POLLNVAL,
  POLLOUT,
  PollSet,
} from "../../ffi/mod.ts";
import { openDescriptors } from "./support.ts";

const libc = loadWholeLibc();
const ONE = new Uint8Array(new BigUint64Array([1n]).buffer);

/** A descriptor that is readable once `write` was called on it. */
function event(): FileDescriptor {
  return new FileDescriptor(check("eventfd", libc.eventfd(0, 0)));
}

function signal(descriptor: FileDescriptor): void {
  check("write", libc.write(descriptor.number, ONE, 8n));
}

/** How often the kernel is asked meanwhile. */
function pollsDuring(action: () => void): number {
  const { poll } = libc;
  let count = 0;
  const counting: typeof poll = (...args) => {
    count++;
    return poll(...args);
  };
  Object.defineProperty(libc, "poll", { value: counting, configurable: true });
  try {
    action();
  } finally {
    Object.defineProperty(libc, "poll", { value: poll, configurable: true });
  }
  return count;
}

Deno.test("poll says at once which descriptors are ready for what", () => {
  using set = new PollSet();
  using a = event();
  using b = event();
  const slotA = set.add(a.number);
  const slotB = set.add(b.number, POLLIN | POLLOUT);
  assertEquals(set.poll(), 1);
  assertEquals([set.events(slotA), set.events(slotB)], [0, POLLOUT]);
  signal(a);
  signal(b);
  assertEquals(set.poll(), 2);
  assertEquals([set.events(slotA), set.events(slotB)], [POLLIN, POLLIN | POLLOUT]);
  set.setEvents(slotB, 0);
  assertEquals(set.poll(), 1);
  assertEquals(set.events(slotB), 0);
});

Deno.test("a removed slot is not watched, and is used again", () => {
  using set = new PollSet();
  using a = event();
  signal(a);
  const slot = set.add(a.number);
  assertEquals(set.poll(), 1);
  set.remove(slot);
  assertEquals([set.poll(), set.events(slot)], [0, 0]);
  assertEquals(set.add(a.number), slot);
  assertEquals(set.poll(), 1);
});

Deno.test("a descriptor that is not open is reported", () => {
  using set = new PollSet();
  const slot = set.add(1_000_000);
  assertEquals([set.poll(), set.events(slot)], [1, POLLNVAL]);
});

Deno.test("a set grows beyond its capacity", () => {
  using set = new PollSet(1);
  using a = event();
  signal(a);
  const slots = Array.from({ length: 40 }, () => set.add(a.number));
  assertEquals(set.poll(), 40);
  assertEquals(slots.map((slot) => set.events(slot)), slots.map(() => POLLIN));
});

Deno.test("poll with a time blocks for that time", () => {
  using set = new PollSet();
  const start = performance.now();
  assertEquals(set.poll(30), 0);
  const elapsed = performance.now() - start;
  assert(elapsed >= 29, `${elapsed} ms`);
});

Deno.test("a wait ends at its time, rounded up", async () => {
  using set = new PollSet();
  const start = performance.now();
  assertEquals(await set.wait(49.2), 0);
  const elapsed = performance.now() - start;
  assert(elapsed >= 49, `${elapsed} ms`);
});

Deno.test("timers run while a wait lasts", async () => {
  using set = new PollSet();
  let ran = false;
  const timer = setTimeout(() => {
    ran = true;
    set.wake(); // otherwise it would last
  }, 5);
  assertEquals([await set.wait(MAX_WAIT), ran], [0, true]);
  clearTimeout(timer);
});

Deno.test("a wait of part of a millisecond lasts a whole one, never less", async () => {
  using set = new PollSet();
  const start = performance.now();
  for (let i = 0; i < 20; i++) await set.wait(0.4);
  assert(performance.now() - start >= 19, `${performance.now() - start} ms`);
});

Deno.test("a wait of no or negative time returns without waiting", async () => {
  using set = new PollSet();
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    set.wake();
  }, MAX_WAIT / 2);
  assertEquals([await set.wait(0), await set.wait(-5)], [0, 0]);
  clearTimeout(timer);
  assertEquals(isLate, false);
});

Deno.test("a descriptor that becomes ready ends the wait", async () => {
  using set = new PollSet();
  using a = event();
  const slot = set.add(a.number);
  const waiting = set.wait(10_000);
  signal(a);
  assertEquals(await waiting, 1);
  assertEquals(set.events(slot), POLLIN);
});

Deno.test("wake ends the wait with nothing ready, once", async () => {
  using set = new PollSet();
  set.wake(); // nobody waits: without effect
  const start = performance.now();
  assertEquals(await set.wait(20), 0);
  assert(performance.now() - start >= 19, "a wake before the wait does not end it");
  const waiting = set.wait(10_000);
  set.wake();
  set.wake();
  assertEquals(await waiting, 0);
  assertEquals(set.poll(), 0, "the wake is used up");
  const again = performance.now();
  assertEquals(await set.wait(20), 0);
  assert(performance.now() - again >= 19, "the next wait lasts");
});

Deno.test("descriptors added beyond the capacity during a wait are seen when it ends", async () => {
  using set = new PollSet(1);
  using a = event();
  signal(a);
  const waiting = set.wait(10_000);
  const slots = Array.from({ length: 10 }, () => set.add(a.number));
  set.wake();
  assertEquals(await waiting, 10);
  assertEquals(slots.map((slot) => set.events(slot)), slots.map(() => POLLIN));
});

Deno.test("two waits at once are refused", async () => {
  using set = new PollSet();
  const waiting = set.wait(10_000);
  await assertRejects(() => set.wait(1), Error, "Cannot wait twice");
  set.wake();
  await waiting;
});

Deno.test("disposing ends the wait; twice is harmless", async () => {
  const before = openDescriptors();
  const set = new PollSet();
  const waiting = set.wait(MAX_WAIT);
  set[Symbol.dispose]();
  set[Symbol.dispose]();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<string>((resolve) => timer = setTimeout(resolve, MAX_WAIT / 2, "too late"));
  assertEquals(await Promise.race([waiting, late]), 0);
  clearTimeout(timer);
  await assertRejects(() => set.wait(1), Error, "after its disposal");
  assertEquals(openDescriptors(), before, "the waker is closed once the wait is over");
  set.wake();
});

Deno.test("many short waits in a row all end", async () => {
  using set = new PollSet();
  for (let i = 0; i < 200; i++) {
    const waiting = set.wait(1000);
    set.wake();
    assertEquals(await waiting, 0);
  }
});

Deno.test("a rest lasts, though something is ready", () => {
  using set = new PollSet(1);
  using ready = event();
  set.add(ready.number);
  signal(ready);
  const start = performance.now();
  set.rest(5_000);
  const rested = performance.now() - start;
  assert(rested >= 5, `rested ${rested} ms`);
});

Deno.test("a poll that the kernel refuses is an error", () => {
  using set = new PollSet(1);
  for (let i = 0; i < 3; i++) set.add(-1);
  assertThrows(() => check("poll", libc.poll(null, 1n, 0)), Error, "EFAULT");
});

Deno.test("a set that spins sees at once what is there, and takes its time where nothing comes", () => {
  using set = new PollSet(1, 2_000);
  using ready = event();
  const slot = set.add(ready.number);
  const start = performance.now();
  assertEquals(set.poll(20), 0);
  const waited = performance.now() - start;
  assert(waited >= 19, `waited ${waited} ms`); // some of it spinning, the rest asleep
  signal(ready);
  assertEquals([set.poll(1_000), set.events(slot)], [1, POLLIN]);
});

Deno.test({
  name: "a set that spins in vain a few times sleeps at once for a while, and then tries again",
  ignore: libc.sysconf(SC_NPROCESSORS_ONLN) === 1, // it never spins there
  fn: () => {
    const SPIN = 5_000; // microseconds
    using set = new PollSet(1, SPIN);
    const spins = (): boolean => pollsDuring(() => set.poll(1)) > 1; // to sleep it asks the kernel once
    const rounds = Array.from({ length: 8 + 64 }, spins);
    assertEquals(rounds, [...Array(8).fill(true), ...Array(64).fill(false)]);
    assert(spins());
  },
});

Deno.test("a turn of others, once asked for, comes after every timer that was due before", async () => {
  using set = new PollSet();
  const seen: string[] = [];
  await set.letOthers();
  const timer = setTimeout(() => seen.push("timer"), 0);
  assertEquals(set.letOthers(), null);
  assertEquals(seen, []);
  await set.letOthers();
  assertEquals(seen, ["timer"]);
  assert(set.letOthers() !== null, "each turn asks for the next");
  clearTimeout(timer);
});

Deno.test("a turn of others that has come while nobody waited is asked for anew", async () => {
  using set = new PollSet();
  await set.letOthers();
  set.letOthers();
  await new Promise((resolve) => setTimeout(resolve, 20));
  assertEquals(set.letOthers(), null);
});

Deno.test("disposing of the set ends the turn of others that is waited for", async () => {
  const set = new PollSet();
  await set.letOthers();
  set.letOthers();
  const turn = set.letOthers();
  set[Symbol.dispose]();
  await turn;
  assertEquals(set.letOthers(), null);
});
