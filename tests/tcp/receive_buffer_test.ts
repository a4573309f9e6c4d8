/**
 * How large the receive buffer becomes: so large that the window is not what holds a peer back (RFC 9293 3.8.6 leaves the
 * size to the receiver).
 */

import { assertEquals } from "@std/assert";
import { Flag } from "../../tcp/base/segment.ts";
import { instant, micros } from "../../tcp/base/units.ts";
import { controlBlockOf } from "../../tcp/connection/connection.ts";
import { WindowTuning } from "../../tcp/receive/tuning.ts";
import { at, establish, HERE, IRS, ISS, segmentOf, sentBy, THERE } from "./exchange.ts";

const MAX = 6 << 20;
const LIMIT = 128 << 10;
const ROUND_TRIP = micros(100);

/** Octets of a segment. */
const LENGTH = 1_400;

Deno.test("the receive buffer grows to four times what was read in a round trip, as soon as it is read, up to its largest size, and never shrinks", () => {
  const tuning = new WindowTuning(MAX);
  const after = (moment: number, octets: number, limit: number): number =>
    tuning.limitAfter(octets, limit, ROUND_TRIP, instant(moment));
  assertEquals(after(0, 20_000, LIMIT), LIMIT, "a round begins");
  assertEquals(after(50, 60_000, LIMIT), 320_000, "it is not over");
  assertEquals(after(100, 20_000, 320_000), 400_000);
  assertEquals(after(200, 1_000, 400_000), 400_000);
  assertEquals(after(300, MAX, 400_000), MAX);
});

Deno.test("the receive buffer stays as it is while no round trip is known, or it has its largest size", () => {
  assertEquals(new WindowTuning(MAX).limitAfter(MAX, LIMIT, micros(0), instant(0)), LIMIT);
  const tuning = new WindowTuning(LIMIT);
  for (const moment of [0, 200, 400]) {
    assertEquals(tuning.limitAfter(MAX, LIMIT, ROUND_TRIP, instant(moment)), LIMIT);
  }
});

Deno.test("a receive buffer that the user has sized stays as it is", () => {
  const tuning = new WindowTuning(MAX);
  tuning.stop();
  assertEquals(tuning.limitAfter(MAX, LIMIT, ROUND_TRIP, instant(0)), LIMIT);
});

Deno.test("time that data waited before we took them is part of the round trip that the receive buffer is sized by", () => {
  const tuning = new WindowTuning(MAX);
  tuning.limitAfter(0, LIMIT, ROUND_TRIP, instant(0));
  tuning.waited(micros(900));
  tuning.waited(micros(10));
  let limit = LIMIT;
  // 50,000 octets every 100 microseconds: ten times as much in a round trip of a millisecond.
  for (let moment = 100; moment < 1_000; moment += 100) {
    limit = tuning.limitAfter(50_000, limit, ROUND_TRIP, instant(moment));
    assertEquals(limit, 4 * 50_000 * moment / 100);
  }
  limit = tuning.limitAfter(50_000, limit, ROUND_TRIP, instant(1_000));
  assertEquals(limit, 4 * 10 * 50_000);
  assertEquals(
    tuning.limitAfter(700_000, limit, ROUND_TRIP, instant(1_100)),
    2_800_000,
    "a round without waits",
  );
});

Deno.test("a segment's wait counts from the kernel's time stamp; a segment without one has not waited", () => {
  const into = new Uint8Array(LENGTH);
  const limitAfter = (wait: number | null): number => {
    const { connection } = establish({ buffers: { receiveBuffer: LIMIT, receiveBufferMax: MAX } }, at(-1));
    const { receiver } = controlBlockOf(connection);
    // The handshake took no time, so that each read is a round of its own, but for the waits.
    for (let i = 0; i < 100; i++) {
      const now = at(i / 1_000);
      const local = { address: HERE, port: 40_000 };
      const said = { flags: Flag.ack, seq: IRS + 1 + i * LENGTH, ack: ISS + 1, length: LENGTH };
      const segment = segmentOf(THERE, local, said);
      if (wait !== null) segment.arrivedAt = at(i / 1_000 - wait);
      connection.segmentArrives(segment, now);
      assertEquals(connection.receive(into, now), LENGTH);
      sentBy(connection, now);
    }
    return receiver.window.limit;
  };
  assertEquals(limitAfter(null), LIMIT);
  assertEquals(limitAfter(0), LIMIT);
  assertEquals(limitAfter(0.04), 4 * 42 * LENGTH);
});
