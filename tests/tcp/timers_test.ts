import { assert, assertEquals } from "@std/assert";
import { NO_TIMER, RetransmissionTimer, Timer, Timers } from "../../tcp/connection/timers.ts";
import { instant, micros, NEVER } from "../../tcp/base/units.ts";

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
  timers.set(Timer.override, at(50));
  timers.set(Timer.keepAlive, at(50));
  timers.clear(Timer.override);
  assertEquals(timers.next(), 50);
  assert(!timers.isRunning(Timer.override) && timers.isRunning(Timer.keepAlive));
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
  one.set(Timer.override, at(5));
  assertEquals(other.next(), NEVER);
});

/** A retransmission timer and the deadlines that it is one of. */
function retransmissionTimer(): { timer: RetransmissionTimer; timers: Timers } {
  const timers = new Timers();
  return { timer: new RetransmissionTimer(timers), timers };
}

Deno.test("a tail loss probe comes before the timeout, which follows at its time when the probe is called off (RFC 8985 8)", () => {
  const { timer, timers } = retransmissionTimer();
  timer.startTimeout(at(0), micros(300));
  timer.probeAfter(at(0), micros(100), false);
  assert(timer.is("tail loss probe") && !timer.is("retransmission"));
  assertEquals([timers.next(), timer.timeoutAt], [100, 300]);
  timer.resumeTimeout();
  assert(timer.is("retransmission"));
  assertEquals([timers.next(), timer.timeoutAt], [300, 300]);
});

Deno.test("a tail loss probe takes the place of a timeout that is due no later, which comes then when it is called off (RFC 8985 7.2)", () => {
  const { timer } = retransmissionTimer();
  timer.startTimeout(at(0), micros(300));
  timer.probeAfter(at(100), micros(400), false);
  assert(timer.is("tail loss probe"));
  assertEquals([timer.deadline, timer.timeoutAt], [300, 300]);
});

Deno.test("RACK's wait takes the place of a tail loss probe; one that would outlast the timeout does not count (RFC 8985 8)", () => {
  const { timer } = retransmissionTimer();
  timer.startTimeout(at(0), micros(300));
  timer.probeAfter(at(0), micros(200), false);
  timer.waitFor(at(0), micros(250));
  assert(timer.is("reordering"));
  assertEquals(timer.deadline, 250);
  timer.waitFor(at(0), micros(300));
  assert(timer.is("retransmission"));
  assertEquals(timer.deadline, 300);
});

Deno.test("the persist timer has no timeout behind it, and ends with the next one (RFC 9293 3.8.6.1)", () => {
  const { timer, timers } = retransmissionTimer();
  timer.startTimeout(at(0), micros(300));
  timer.startPersist(at(0), micros(500));
  assert(timer.is("persist"));
  assertEquals([timers.next(), timer.timeoutAt], [500, NEVER]);
  timer.startTimeout(at(0), micros(600));
  assertEquals([timers.next(), timer.timeoutAt, timer.kind], [600, 600, "retransmission"]);
});

Deno.test("a timer that was stopped, or has fired, is of no kind and has no timeout", () => {
  const { timer, timers } = retransmissionTimer();
  timer.startTimeout(at(0), micros(300));
  timer.stop();
  assert(!timer.is("retransmission"));
  assertEquals([timer.deadline, timer.timeoutAt], [NEVER, NEVER]);
  timer.startTimeout(at(0), micros(300));
  assertEquals(timers.nextDue(at(300)), Timer.retransmission);
  assertEquals([timer.is("retransmission"), timer.timeoutAt, timer.kind], [false, NEVER, "retransmission"]);
});
