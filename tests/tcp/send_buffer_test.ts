import { assert, assertEquals } from "@std/assert";
import { controlBlockOf } from "../../tcp/connection/connection.ts";
import { FIRST_SEND_BUFFER, SendTuning } from "../../tcp/send/tuning.ts";
import { completeConfig } from "../../tcp/config/complete.ts";
import { instant, micros, milliseconds } from "../../tcp/base/units.ts";
import { measureBulk } from "../simulation/bulk.ts";
import { PERFECT_LINK } from "../../lab/link.ts";
import { at, establish } from "./exchange.ts";

const NOW = at(0);
const LARGE = new Uint8Array(1 << 20);
const MAX = 4 << 20;

Deno.test("a send buffer begins small, unless it is the user's size or smaller anyway", () => {
  assertEquals(establish({}, NOW).connection.send(LARGE, NOW), FIRST_SEND_BUFFER);
  assertEquals(establish({ buffers: { sendBufferTuning: false } }, NOW).connection.sendRoom, MAX);
  assertEquals(establish({ buffers: { sendBuffer: 10_000 } }, NOW).connection.sendRoom, 10_000);
});

Deno.test("a send buffer whose size the user has set keeps it, whatever is sent", () => {
  const { connection } = establish({}, NOW);
  connection.configure({ buffers: { sendBuffer: 700_000 } }, NOW);
  assertEquals([connection.sendRoom, connection.send(LARGE, NOW)], [700_000, 700_000]);
  controlBlockOf(connection).sender.tune(10 << 20, milliseconds(1), at(2_000));
  assertEquals(connection.sendRoom, 0);
});

Deno.test("a send buffer grows, doubling, when more than a quarter of it leaves in a round trip, up to its largest size", () => {
  const tuning = new SendTuning(MAX);
  const roundTrip = milliseconds(100);
  const after = (ms: number, octets: number, limit: number): number =>
    tuning.limitAfter(octets, limit, roundTrip, at(ms / 1_000));
  assertEquals(after(0, 0, FIRST_SEND_BUFFER), FIRST_SEND_BUFFER, "a round begins");
  assertEquals(after(99, FIRST_SEND_BUFFER, FIRST_SEND_BUFFER), FIRST_SEND_BUFFER, "it is not over");
  assertEquals(after(100, 0, FIRST_SEND_BUFFER), 2 * FIRST_SEND_BUFFER, "all of it left");
  const quarter = FIRST_SEND_BUFFER / 2;
  assertEquals(after(200, quarter, 2 * FIRST_SEND_BUFFER), 2 * FIRST_SEND_BUFFER, "a quarter of it");
  assertEquals(after(300, quarter + 1, 2 * FIRST_SEND_BUFFER), 4 * FIRST_SEND_BUFFER, "a little more");
  assertEquals(after(400, 10 * MAX, 4 * FIRST_SEND_BUFFER), MAX);
  assertEquals(after(500, 10 * MAX, MAX), MAX);
});

Deno.test("over a short round trip a send buffer holds what leaves in 500 microseconds, of which 2 MiB are the most", () => {
  const rows = [[90_000, FIRST_SEND_BUFFER], [150_000, 2 * FIRST_SEND_BUFFER], [1_500_000, 2 << 20]] as const;
  for (const [octets, expected] of rows) {
    const tuning = new SendTuning(MAX);
    let limit = FIRST_SEND_BUFFER;
    for (let turn = 0; turn <= 50_000; turn += 100) {
      limit = tuning.limitAfter(octets, limit, micros(40), instant(turn));
    }
    assertEquals(limit, expected, `${octets} octets in 100 microseconds`);
  }
  const tuning = new SendTuning(MAX);
  const limit = 4 << 20;
  tuning.limitAfter(0, limit, micros(40), instant(0));
  assertEquals(tuning.limitAfter(MAX, limit, micros(40), instant(1_000)), limit, "it does not shrink");
  assertEquals(
    tuning.limitAfter(50 << 20, limit, milliseconds(0), at(100)),
    limit,
    "no round trip is known",
  );
});

Deno.test("over a long path the send buffer grows to what fills the window", () => {
  const buffers = { sendBuffer: 8 << 20, receiveBuffer: 4 << 20, receiveBufferMax: 4 << 20 };
  const link = { ...PERFECT_LINK, delay: milliseconds(50), octetsPerSecond: 125_000_000 };
  const [fixed = 0, tuned = 0] = [false, true].map((sendBufferTuning) => {
    const config = completeConfig({ buffers: { ...buffers, sendBufferTuning } });
    const plan = { seed: 1, config, forth: link, back: link, segments: 20_000, timeMost: 60e6 };
    return measureBulk(plan).octetsPerSecond;
  });
  assert(tuned > 0.95 * fixed, `${tuned} octets a second, not ${fixed}`);
  // A buffer that stayed as it began would let out half a megabyte in 100 ms.
  assert(tuned > 2 * FIRST_SEND_BUFFER * 10, `${tuned} octets a second`);
});
