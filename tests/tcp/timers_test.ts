import { assert, assertEquals } from "@std/assert";
import { TIMER_NAMES } from "../../tcp/base/observer.ts";
import { NO_TIMER, Timer, Timers } from "../../tcp/connection/timers.ts";
import { instant, NEVER } from "../../tcp/base/units.ts";

const at = instant;

Deno.test("no timer runs at first", () => {
  const timers = new Timers();
  assertEquals(timers.next(), NEVER);
  for (const timer of Object.values(Timer)) {
    assert(!timers.isRunning(timer));
    assertEquals(timers.deadline(timer), NEVER);
  }
  assertEquals(timers.nextDue(at(1e15)), NO_TIMER);
  assertEquals(timers.nextDue(NEVER), NO_TIMER);
});

Deno.test("every timer has a name, in the order of the values", () => {
  assertEquals(Object.values(Timer), TIMER_NAMES.map((_, i) => i));
  assertEquals(TIMER_NAMES[Timer.retransmission], "retransmission");
  assertEquals(TIMER_NAMES[Timer.userTimeout], "user timeout");
  assertEquals(TIMER_NAMES[Timer.finWait2], "FIN-WAIT-2");
});

Deno.test("the next deadline is the least, whatever is set, moved and cleared", () => {
  const timers = new Timers();
  timers.set(Timer.retransmission, at(300));
  assertEquals(timers.next(), 300);
  timers.set(Timer.delayedAck, at(100));
  assertEquals(timers.next(), 100);
  timers.set(Timer.delayedAck, at(400));
  assertEquals(timers.next(), 300);
  timers.set(Timer.retransmission, at(200));
  assertEquals(timers.next(), 200);
  timers.clear(Timer.retransmission);
  assertEquals(timers.next(), 400);
  timers.clear(Timer.retransmission);
  assertEquals(timers.next(), 400);
  timers.clear(Timer.delayedAck);
  assertEquals(timers.next(), NEVER);
});

Deno.test("one of two equal deadlines may go", () => {
  const timers = new Timers();
  timers.set(Timer.persist, at(50));
  timers.set(Timer.keepAlive, at(50));
  timers.clear(Timer.persist);
  assertEquals(timers.next(), 50);
  assert(!timers.isRunning(Timer.persist) && timers.isRunning(Timer.keepAlive));
});

Deno.test("due timers come once each, in the order of their deadlines, and stop", () => {
  const timers = new Timers();
  timers.set(Timer.keepAlive, at(10));
  timers.set(Timer.retransmission, at(30));
  timers.set(Timer.delayedAck, at(20));
  timers.set(Timer.connect, at(30));
  timers.set(Timer.timeWait, at(31));
  assertEquals(timers.nextDue(at(9)), NO_TIMER);
  const due: number[] = [];
  for (let timer = timers.nextDue(at(30)); timer !== NO_TIMER; timer = timers.nextDue(at(30))) {
    due.push(timer);
  }
  assertEquals(due, [Timer.keepAlive, Timer.delayedAck, Timer.retransmission, Timer.connect]);
  assertEquals(timers.next(), 31);
});

Deno.test("a timer may be set again while the due ones are taken", () => {
  const timers = new Timers();
  timers.set(Timer.retransmission, at(10));
  assertEquals(timers.nextDue(at(10)), Timer.retransmission);
  timers.set(Timer.retransmission, at(40));
  assertEquals(timers.nextDue(at(10)), NO_TIMER);
  assertEquals(timers.next(), 40);
});

Deno.test("clearAll stops everything", () => {
  const timers = new Timers();
  for (const timer of Object.values(Timer)) timers.set(timer, at(timer));
  timers.clearAll();
  assertEquals(timers.next(), NEVER);
  assertEquals(timers.nextDue(at(100)), NO_TIMER);
});

Deno.test("two connections' timers do not touch each other", () => {
  const one = new Timers();
  const other = new Timers();
  one.set(Timer.persist, at(5));
  assertEquals(other.next(), NEVER);
});
