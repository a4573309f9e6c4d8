import { assert, assertEquals, assertRejects } from "@std/assert";
import { POLLIN, POLLOUT } from "../../ffi/mod.ts";
import { after, instant, milliseconds, NEVER, seconds } from "../../tcp/base/units.ts";
import { type Bench, bench, packet, READABLE, WRITABLE } from "./support.ts";

Deno.test("a turn takes what arrived, fires what is due, and sends what that brought, in this order", () => {
  const { device, core, loop, time } = bench();
  device.waiting.push(packet(1), packet(2));
  core.deadlines.push(time.now);
  core.onArrival = (seq) => core.queue.push(seq + 100);
  assertEquals(loop.turn(), true);
  assertEquals(core.diary, ["arrives 1", "arrives 2", "fires", "sends 101", "sends 102"]);
  assertEquals(device.sent.length, 2);
  assertEquals(loop.turn(), false);
});

Deno.test("who looks on hears of a segment before the core has it, of timers after they have fired, and before the core sends", () => {
  const { device, core, loop, time } = bench({
    monitors: [{
      segmentArrives: (segment) => void core.diary.push(`sees ${segment.seq}`),
      timersFired: () => void core.diary.push("sees timers"),
      transmitBegins: () => void core.diary.push("sees sending"),
    }, {
      segmentArrives: () => void core.diary.push("so does another"),
      timersFired: () => {},
    }],
  });
  device.waiting.push(packet(1));
  core.deadlines.push(time.now);
  core.queue.push(2, 3);
  loop.turn();
  const arrival = ["sees 1", "so does another", "arrives 1"];
  assertEquals(core.diary, [...arrival, "fires", "sees timers", "sees sending", "sends 2", "sends 3"]);
});

Deno.test("a turn reads the clock once, once more for each segment that it sends, and for every eight that arrive", () => {
  const { device, core, loop, time } = bench();
  device.waiting.push(packet(1), packet(2), packet(3));
  core.queue.push(1, 2, 3);
  const before = time.readings;
  loop.turn();
  assertEquals(time.readings, before + 1 + 3);
  for (let i = 0; i < 17; i++) device.waiting.push(packet(i));
  loop.turn();
  assertEquals(time.readings, before + 1 + 3 + 1 + 2);
});

Deno.test("packets that take long to deal with do not keep a turn from sending for more than half a millisecond or eight of them", () => {
  const { device, core, loop, time } = bench();
  const taken = (micros: number): number => {
    device.waiting.length = 0;
    for (let i = 0; i < 64; i++) device.waiting.push(packet(i));
    core.onArrival = (): number => time.now = instant(time.now + micros);
    loop.turn();
    return 64 - device.waiting.length;
  };
  assertEquals([taken(5), taken(20), taken(100), taken(1_000)], [64, 32, 8, 8]);
});

Deno.test("a flood of packets does not keep a turn from sending", () => {
  const { device, core, loop } = bench();
  for (let i = 0; i < 100; i++) device.waiting.push(packet(i));
  core.queue.push(7);
  assertEquals(loop.turn(), true);
  assertEquals(device.waiting.length, 100 - 64);
  assertEquals(device.sent.length, 1);
});

Deno.test("half a megabyte of long packets is enough for a turn: the reader gets them while they are in the cache", () => {
  const { device, loop } = bench();
  for (let i = 0; i < 20; i++) device.waiting.push(new Uint8Array(65_535));
  assertEquals(loop.turn(), true);
  assertEquals(device.waiting.length, 20 - 9);
});

Deno.test("much to send does not keep the next turn from receiving", () => {
  const { device, core, loop } = bench();
  for (let i = 0; i < 100; i++) core.queue.push(i);
  assertEquals(loop.turn(), true);
  assertEquals(device.sent.length, 64);
});

Deno.test("an unsound packet is reported and does not reach the core", () => {
  const reasons: string[] = [];
  const { device, core, loop } = bench({ onDrop: (reason) => reasons.push(reason) });
  const damaged = packet(1);
  damaged[24] = (damaged[24] ?? 0) ^ 0xff; // sequence number
  device.waiting.push(damaged, packet(2).subarray(0, 30), new Uint8Array([0x45]), packet(3));
  loop.turn();
  assertEquals(core.diary, ["arrives 3"]);
  assertEquals(reasons, ["bad-checksum", "truncated", "truncated"]);
});

Deno.test("without a deadline the loop sleeps until something happens", async () => {
  const { loop, poller, device, core } = bench();
  poller.onWait = (): ReadonlyMap<number, number> => {
    device.waiting.push(packet(5));
    return READABLE;
  };
  assertEquals(await loop.run(() => core.diary.length > 0), true);
  assertEquals(poller.waits, [{ milliseconds: Infinity, deviceEvents: POLLIN }]);
  assertEquals(core.diary, ["arrives 5"]);
});

Deno.test("what the condition gives the core to send leaves before the loop sleeps", async () => {
  const { loop, device, core, poller } = bench();
  let asked = 0;
  poller.onWait = () => READABLE;
  await loop.run(() => {
    asked++;
    if (asked === 1) core.queue.push(5);
    return asked === 2;
  });
  assertEquals([device.sent.length, poller.waits.length], [1, 0]);
});

Deno.test("a run ends when its time is up", async () => {
  const { loop, time, poller } = bench();
  const until = after(time.now, seconds(2));
  assertEquals(await loop.run(() => false, until), false);
  assert(time.now >= until && time.now < until + 2_000);
  assert(poller.waits.length <= 2, `${poller.waits.length} waits`);
});

Deno.test("a run whose time is up already takes one turn", async () => {
  const { loop, time, core, device } = bench();
  core.queue.push(1);
  assertEquals(await loop.run(() => false, time.now), false);
  assertEquals(device.sent.length, 1);
});

Deno.test("a full device keeps its packet, and the loop waits until it is writable", async () => {
  const { loop, device, core, poller } = bench();
  core.queue.push(1, 2);
  device.answers.push("full", "full");
  poller.onWait = () => WRITABLE;
  await loop.run(() => device.sent.length === 2);
  assertEquals(core.diary, ["sends 1", "sends 2"]);
  assertEquals(device.sent, [packet(1), packet(2)]);
  assertEquals(poller.waits[0], { milliseconds: Infinity, deviceEvents: POLLIN | POLLOUT });
});

Deno.test("a packet that waits for room does not keep arrivals out", () => {
  const { loop, device, core } = bench();
  core.queue.push(1);
  device.answers.push("full", "full");
  loop.turn();
  assertEquals(loop.hasUnsent, true);
  device.waiting.push(packet(9));
  assertEquals(loop.turn(), true);
  assertEquals(core.diary, ["sends 1", "arrives 9"]);
  loop.turn();
  assertEquals([loop.hasUnsent, device.sent.length], [false, 1]);
});

Deno.test("a device that says writable and stays full is asked once in a while, not in a circle", async () => {
  const { loop, device, core, poller, time } = bench();
  core.queue.push(1);
  const until = after(time.now, milliseconds(10));
  for (let i = 0; i < 1_000; i++) device.answers.push("full");
  poller.onWait = (
    _count,
  ) => (poller.waits.at(-1)?.deviceEvents === (POLLIN | POLLOUT) ? WRITABLE : undefined);
  await loop.run(() => false, until);
  assert(poller.waits.length > 5 && poller.waits.length < 30, `${poller.waits.length} waits in 10 ms`);
});

Deno.test("a device that says readable and has nothing is asked once in a while, not in a circle", async () => {
  const { loop, poller, time } = bench();
  const until = after(time.now, milliseconds(10));
  poller.onWait = () => poller.waits.at(-1)?.deviceEvents === POLLIN ? READABLE : undefined;
  await loop.run(() => false, until);
  assert(poller.waits.length > 15 && poller.waits.length < 40, `${poller.waits.length} waits in 10 ms`);
});

Deno.test("a device that had nothing for a while is heard at once when it has something", async () => {
  const { loop, poller, device, core } = bench();
  poller.onWait = (count) => {
    if (count === 40) device.waiting.push(packet(1));
    return poller.waits.at(-1)?.deviceEvents === POLLIN ? READABLE : undefined;
  };
  await loop.run(() => core.diary.length > 0);
  assert(poller.waits.length <= 42, `${poller.waits.length} waits`);
});

Deno.test("a segment that is too long or cannot leave is reported, and the next one goes", () => {
  const unsent: string[] = [];
  const { loop, device, core } = bench({
    onUnsent: (segment, outcome) => unsent.push(`${outcome} ${segment.seq}`),
  });
  core.queue.push(1, 2, 3);
  device.answers.push("too long", "unreachable", "sent");
  loop.turn();
  assertEquals(unsent, ["too long 1", "unreachable 2"]);
  assertEquals(device.sent, [packet(3)]);
});

Deno.test("a busy loop gives the thread away every few milliseconds", async () => {
  const { loop, device, poller, time } = bench({}, 100);
  for (let i = 0; i < 64 * 200; i++) device.waiting.push(packet(i));
  const moments: number[] = [time.now];
  poller.onOthersTurn = () => moments.push(time.now);
  await loop.run(() => device.waiting.length === 0);
  moments.push(time.now);
  const [first = NaN, ...holds] = moments.slice(1).map((moment, i) => moment - (moments[i] ?? 0));
  assert(first < 12_000, `first, before their turn is asked for: thread held for ${first} µs`);
  assert(Math.max(...holds) < 6_000, `thread held for ${Math.max(...holds)} µs`);
  assertEquals(poller.waits, []);
});

Deno.test("other descriptors are called when they have something, and no more once let go", async () => {
  const { loop, poller } = bench();
  let calls = 0;
  const watch = loop.watch(7, () => calls++);
  poller.onWait = () => new Map([[7, POLLIN]]);
  await loop.run(() => calls === 2);
  assertEquals(poller.waits.length, 2);
  watch[Symbol.dispose]();
  watch[Symbol.dispose]();
  await loop.run(() => poller.waits.length === 4);
  assertEquals(calls, 2);
});

Deno.test("an aborted signal ends the sleep and the run with its reason", async () => {
  const { loop, poller } = bench();
  const abort = new AbortController();
  poller.onWait = (): undefined => {
    abort.abort(new Error("enough"));
    return undefined;
  };
  await assertRejects(() => loop.run(() => false, NEVER, abort.signal), Error, "enough");
  assertEquals([poller.waits.length, poller.wakes], [1, 1]);
});

Deno.test("a wake from outside has the loop ask again whether it is done", async () => {
  const { loop, poller } = bench();
  let done = false;
  poller.onWait = (): undefined => {
    done = true;
    loop.wake();
    return undefined;
  };
  assertEquals(await loop.run(() => done), true);
});

Deno.test("disposing of the loop disposes of its poller", () => {
  const { loop, poller } = bench();
  loop[Symbol.dispose]();
  assertEquals(poller.disposed, true);
});

Deno.test("after a busy turn a patient loop waits with the thread in hand, once, and then leaves it", async () => {
  const { device, core, loop, poller, time } = bench({ patience: 1 });
  device.waiting.push(packet(1));
  await loop.run(() => false, after(time.now, milliseconds(30)));
  assertEquals(core.diary, ["arrives 1"]);
  assertEquals(poller.polls, [1]);
  assert(poller.waits.length > 0);
});

/** A patient loop that gets 200 packets, each of which takes so many microseconds, and then waits for a while. */
async function runWithPackets(spacing: number, patience: number): Promise<Bench> {
  const made = bench({ patience }, 0.01);
  const { device, core, loop, time } = made;
  core.onArrival = (): number => time.now = instant(time.now + spacing);
  for (let i = 0; i < 200; i++) device.waiting.push(packet(i));
  await loop.run(() => false, after(time.now, milliseconds(30)));
  return made;
}

Deno.test("where packets come densely a patient loop rests before it waits, and takes what has come without being woken", async () => {
  for (const [spacing, rests] of [[4, [20]], [6, []]] as const) {
    const { poller } = await runWithPackets(spacing, 1);
    assertEquals([poller.rests, poller.polls.filter((wait) => wait > 0).length], [rests, 1], `${spacing} µs`);
  }
});

Deno.test("where packets come less densely than before, a patient loop rests no more", async () => {
  const { device, core, loop, poller, time } = bench({ patience: 1 }, 0.01);
  let spacing = 4;
  core.onArrival = (): number => time.now = instant(time.now + spacing);
  for (let i = 0; i < 200; i++) device.waiting.push(packet(i));
  poller.onPoll = () => {
    if (spacing === 6) return undefined;
    spacing = 6;
    for (let i = 0; i < 200; i++) device.waiting.push(packet(i));
    return READABLE;
  };
  await loop.run(() => false, after(time.now, milliseconds(30)));
  assertEquals([poller.rests.length, core.diary.length], [1, 400]);
});

Deno.test("a patient loop rests again as long as packets come in its rests, and no more after a pause", async () => {
  const { device, core, loop, poller, time } = await runWithPackets(4, 1);
  assertEquals(poller.rests.length, 1);
  device.waiting.push(packet(1_000));
  await loop.run(() => false, after(time.now, milliseconds(30)));
  assertEquals(poller.rests.length, 1);
  poller.onRest = () => void (poller.rests.length <= 3 && device.waiting.push(packet(1_001)));
  poller.onPoll = (count) => {
    if (count > 4) return undefined;
    for (let i = 0; i < 200; i++) device.waiting.push(packet(i));
    return READABLE;
  };
  device.waiting.push(packet(1_002));
  await loop.run(() => false, after(time.now, milliseconds(30)));
  assertEquals([poller.rests.length, core.diary.filter((line) => line === "arrives 1001").length], [4, 2]);
});

Deno.test("a loop without patience does not rest", async () => {
  assertEquals((await runWithPackets(4, 0)).poller.rests, []);
});

Deno.test("what comes while the thread is in hand is taken without leaving it, for 5 ms at most, and others are asked after the first", async () => {
  const { device, core, loop, poller, time } = bench({ patience: 1 });
  const taken: number[] = [];
  poller.onPoll = (count) => {
    time.now = after(time.now, milliseconds(1));
    device.waiting.push(packet(count));
    return READABLE;
  };
  poller.onOthersTurn = () => taken.push(core.diary.length);
  device.waiting.push(packet(0));
  await loop.run(() => taken.length > 1, after(time.now, seconds(1)));
  assertEquals([taken, poller.waits], [[1 + 1 + 5, 1 + 1 + 5 + 6], []]);
});

Deno.test("a loop that is patient for longer keeps a busy thread for as long", async () => {
  const { device, loop, poller, time } = bench({ patience: 50 });
  const moments: number[] = [];
  poller.onOthersTurn = () => moments.push(time.now);
  device.waiting.push(packet(0));
  await loop.run(() => {
    time.now = after(time.now, milliseconds(1));
    device.waiting.push(packet(0));
    return moments.length === 2;
  }, after(time.now, seconds(1)));
  const held = (moments[1] ?? NaN) - (moments[0] ?? NaN);
  assert(held >= 50_000 && held < 53_000, `thread held for ${held} µs`);
});

Deno.test("many short runs leave the thread to others as often as one long one: every 5 ms", async () => {
  const { device, loop, poller, time } = bench();
  device.waiting.push(packet(0));
  for (let run = 0; run < 50; run++) {
    let turns = 0;
    await loop.run(() => {
      time.now = after(time.now, milliseconds(1));
      device.waiting.push(packet(run));
      return ++turns === 2;
    });
  }
  assert(poller.othersTurns >= 12, `${poller.othersTurns} turns of others in 100 ms`);
});

Deno.test("a loop is not patient unless asked to be", async () => {
  const { device, loop, poller, time } = bench();
  device.waiting.push(packet(1));
  await loop.run(() => false, after(time.now, milliseconds(30)));
  assertEquals(poller.polls, []);
});
