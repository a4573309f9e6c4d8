/** When segments were on the wire: what the core and its observer hear of it. */

import { assert, assertEquals } from "@std/assert";
import { Loop } from "../../driver/loop.ts";
import { epochOf, WireClock } from "../../driver/wire_clock.ts";
import { WireObserver } from "../../driver/wire_observer.ts";
import { parseAddress } from "../../tcp/base/address.ts";
import { IcmpError } from "../../tcp/base/icmp_error.ts";
import type { Observer } from "../../tcp/base/observer.ts";
import { Flag, Segment } from "../../tcp/base/segment.ts";
import { seqNumber } from "../../tcp/base/seq.ts";
import { type Instant, instant, NEVER, seconds } from "../../tcp/base/units.ts";
import { STANDARD } from "../../tcp/config/standard.ts";
import { Connection } from "../../tcp/connection/connection.ts";
import { encodePacket } from "../../tcp/wire/packet.ts";
import { FakeCore, FakeDevice, FakePoller, FakeTime, packet } from "./support.ts";

/** What the wall clock shows at the loop's clock's origin. */
const EPOCH = 1_700_000_000_000_000;

const LOCAL = { address: parseAddress("192.0.2.2"), port: 2_000 };
const REMOTE = { address: parseAddress("192.0.2.1"), port: 1_000 };

/** Keeps what it is told, each with its moment. */
class Diary implements Observer {
  readonly entries: [what: string, at: number][] = [];

  #note(what: string, now: Instant): void {
    this.entries.push([what, now]);
  }
  segmentSent(_view: unknown, _segment: Segment, reason: string, now: Instant): void {
    this.#note(`sent ${reason}`, now);
  }
  segmentArrived(_view: unknown, _segment: Segment, now: Instant): void {
    this.#note("arrived", now);
  }
  segmentDropped(_view: unknown, _segment: Segment | null, reason: string, now: Instant): void {
    this.#note(`dropped ${reason}`, now);
  }
  stateChanged(_view: unknown, _from: string, to: string, _reason: string, now: Instant): void {
    this.#note(to, now);
  }
  timerFired(_view: unknown, timer: string, _timeoutBefore: number, now: Instant): void {
    this.#note(`${timer} fired`, now);
  }
  icmpArrived(_view: unknown, _error: unknown, verdict: string, now: Instant): void {
    this.#note(verdict, now);
  }
  congestionChanged(_view: unknown, _window: number, _threshold: number, reason: string, now: Instant): void {
    this.#note(reason, now);
  }
}

interface Bench {
  readonly time: FakeTime;
  readonly device: FakeDevice;
  readonly diary: Diary;
  readonly connection: Connection;
  readonly loop: Loop;
}

/** A connection whose SYN is due, watched, on a device of the test's; each reading of the clock takes 10 µs. */
function opening(): Bench {
  const time = new FakeTime(10);
  const device = new FakeDevice();
  const diary = new Diary();
  const watcher = new WireObserver(diary);
  const connection = Connection.connect({
    config: STANDARD,
    local: LOCAL,
    remote: REMOTE,
    isn: () => seqNumber(100),
    observer: watcher,
  }, time.now);
  const wallClock = (): number => EPOCH + time.now + 5; // in the middle between two readings
  const poller = new FakePoller(time);
  const loop = new Loop({ device, side: connection, clock: time.read, poller, watcher, wallClock });
  return { time, device, diary, connection, loop };
}

/** The peer's answer to the SYN. */
function synAck(): Uint8Array {
  const segment = new Segment();
  segment.addresses = Uint8Array.of(...REMOTE.address.octets, ...LOCAL.address.octets);
  segment.destinationOffset = 4;
  segment.sourcePort = REMOTE.port;
  segment.destinationPort = LOCAL.port;
  segment.flags = Flag.syn | Flag.ack;
  segment.seq = seqNumber(900);
  segment.ack = seqNumber(101);
  segment.window = 1_000;
  const octets = new Uint8Array(100);
  return octets.subarray(0, encodePacket(segment, octets));
}

Deno.test("the round trip goes from the call that sent to the kernel's time stamp, however late the program wakes", () => {
  const { time, device, diary, connection, loop } = opening();
  loop.turn();
  const syn = diary.entries.find(([what]) => what === "sent syn")?.[1] ?? 0;
  time.now = instant(time.now + seconds(1) / 2);
  device.waiting.push(synAck());
  device.stamps.push(EPOCH + syn + 25);
  loop.turn();
  assertEquals(connection.state, "ESTABLISHED");
  assertEquals(connection.latestRtt, 25);
});

Deno.test("without a time stamp the round trip ends when the segment is received", () => {
  const { time, device, diary, connection, loop } = opening();
  loop.turn();
  const syn = diary.entries.find(([what]) => what === "sent syn")?.[1] ?? 0;
  time.now = instant(syn + 5_000);
  device.waiting.push(synAck());
  loop.turn();
  assertEquals(connection.latestRtt, 5_010);
});

Deno.test("a segment is told of at the moment of the call that sent it", () => {
  const { time, diary, loop } = opening();
  const opened = time.now;
  loop.turn();
  const [open, syn] = diary.entries;
  assertEquals([open?.[0], syn?.[0]], ["SYN-SENT", "sent syn"]);
  assert((syn?.[1] ?? 0) > opened);
  assert((syn?.[1] ?? 0) <= time.now);
});

Deno.test("a segment that finds no room is told of when it has gone", () => {
  const { device, diary, loop } = opening();
  device.answers.push("full");
  loop.turn();
  assertEquals(diary.entries.map(([what]) => what), ["SYN-SENT"]);
  loop.turn();
  assertEquals(diary.entries.map(([what]) => what), ["SYN-SENT", "sent syn"]);
  assertEquals(device.sent.length, 1);
});

Deno.test("segments of one batch keep their own moments, and what one causes is told at its moment", () => {
  const { time, device, diary, loop } = opening();
  loop.turn();
  diary.entries.length = 0;
  const base = time.now;
  time.now = instant(base + 1_000);
  device.waiting.push(packet(1), synAck(), packet(901));
  device.stamps.push(EPOCH + base + 100, EPOCH + base + 200, EPOCH + base + 300);
  loop.turn();
  const moments = diary.entries.filter(([what]) => !what.startsWith("sent")).map(([what, at]) => [
    what,
    at - base,
  ]);
  assertEquals(moments, [
    ["arrived", 100],
    ["dropped ack-not-acceptable", 100],
    ["arrived", 200],
    ["initial-window", 200],
    ["ESTABLISHED", 200],
    ["arrived", 300],
    ["dropped ack-not-acceptable", 300],
  ]);
});

Deno.test("an ICMP error is told at the kernel's time stamp, and what it causes too, without one in the present turn", () => {
  for (const [stamp, expected] of [[EPOCH + 300, 300], [0, 900]] as const) {
    const { time, diary, connection, loop } = opening();
    loop.turn();
    diary.entries.length = 0;
    const base = time.now;
    time.now = instant(base + 890);
    loop.readClock();
    const error = new IcmpError();
    error.addresses = Uint8Array.of(...LOCAL.address.octets, ...REMOTE.address.octets);
    error.destinationOffset = 4;
    error.sourcePort = LOCAL.port;
    error.destinationPort = REMOTE.port;
    error.seq = seqNumber(100);
    loop.takeBeside(stamp === 0 ? 0 : stamp + base, (now) => connection.icmpArrives(error, now));
    assertEquals(diary.entries, [["soft-error", base + expected]]);
  }
});

Deno.test("the core hears when each segment left; not of one that waits for room", () => {
  const time = new FakeTime(10);
  const [device, core] = [new FakeDevice(), new FakeCore()];
  const loop = new Loop({ device, side: core, clock: time.read, poller: new FakePoller(time) });
  core.queue.push(1, 2, 3);
  device.answers.push("sent", "sent", "full");
  loop.turn();
  assertEquals(core.leftAt.length, 2);
  assertEquals((core.leftAt[1] ?? 0) - (core.leftAt[0] ?? 0), 10);
});

Deno.test("a time stamp is a moment of the loop's clock; no stamp is none", () => {
  const time = new FakeTime(0);
  const clock = new WireClock(time.read, () => EPOCH + time.now);
  assertEquals(clock.momentOf(EPOCH + time.now - 40, instant(0)), time.now - 40 as Instant);
  assertEquals(clock.momentOf(0, instant(0)), NEVER);
});

Deno.test("time stamps of packets that waited take no look at the clock, those of later ones do", () => {
  const time = new FakeTime();
  const clock = new WireClock(time.read, () => EPOCH + time.now);
  clock.momentOf(EPOCH + time.now, instant(0));
  const [now, before] = [time.now, time.readings];
  for (let age = 50; age >= 10; age--) {
    const moment = clock.momentOf(EPOCH + now - age, instant(0));
    assert(Math.abs(moment - (now - age)) <= 2, `${moment} for ${now - age}`);
  }
  assertEquals(time.readings - before, 0);
  time.now = instant(time.now + 1_000);
  clock.momentOf(EPOCH + time.now - 10, instant(0));
  assertEquals(time.readings - before, 1);
});

Deno.test("when somebody sets the wall clock, time stamps follow at the first that is impossible", () => {
  const time = new FakeTime(0);
  let epoch = EPOCH;
  const clock = new WireClock(time.read, () => epoch + time.now);
  const start = time.now;
  clock.momentOf(epoch + start, start);
  for (const step of [3_600_000_000, -7_200_000_000]) {
    epoch += step;
    time.now = instant(time.now + 1_000);
    assertEquals(clock.momentOf(epoch + time.now - 100, instant(time.now - 500)), time.now - 100 as Instant);
  }
});

Deno.test("a packet stamped before the wall clock was set did not come before the last look, nor after now", () => {
  const time = new FakeTime(0);
  const clock = new WireClock(time.read, () => EPOCH + time.now);
  const earliest = instant(time.now - 500);
  assertEquals(clock.momentOf(EPOCH - seconds(60), earliest), earliest);
  assertEquals(clock.momentOf(EPOCH + time.now + seconds(60), earliest), time.now);
});

Deno.test("of several readings of both clocks the quickest counts", () => {
  let [now, reading] = [0, 0];
  const took = [500, 500, 500, 500, 1, 1];
  const clock = (): Instant => instant(now += took[reading++] ?? 1);
  assertEquals(Math.abs(epochOf(clock, () => EPOCH + now) - EPOCH) <= 1, true);
});
