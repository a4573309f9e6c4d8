import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { Cubic, CUBIC_ALPHA, CUBIC_BETA, CUBIC_C } from "../../../tcp/congestion/cubic.ts";
import { after, instant, micros, milliseconds, seconds } from "../../../tcp/base/units.ts";
import { averageWindow, MSS, OPTIONS, Path } from "./support.ts";

/** In congestion avoidance after a loss at a window of `segments`, W_max. */
function afterLossAt(segments: number, rtt = milliseconds(100)): Path {
  const path = new Path(new Cubic(OPTIONS), rtt);
  path.setCwnd(segments * MSS);
  path.lose();
  return path;
}

/** RFC 9438 4.2 (1), in segments. */
function wCubic(t: number, k: number, wMax: number): number {
  return CUBIC_C * (t - k) ** 3 + wMax;
}

/** RFC 9438 4.2 (2). */
function kOf(wMax: number, cwnd: number): number {
  return Math.cbrt((wMax - cwnd) / CUBIC_C);
}

/** Whole rounds of one RTT each; the stage begins at the first ACK. */
function runRounds(path: Path, count: number): void {
  for (let i = 0; i < count; i++) path.round();
}

Deno.test("the constants are those of the standard (RFC 9438 4.3, 4.6, 5)", () => {
  assertEquals([CUBIC_C, CUBIC_BETA], [0.4, 0.7]);
  assertAlmostEquals(CUBIC_ALPHA, 9 / 17, 1e-12);
});

Deno.test("slow start doubles the window in each round trip (RFC 9438 4.10)", () => {
  const path = new Path(new Cubic(OPTIONS));
  const windows = [1, 2, 3].map(() => {
    path.round();
    return path.segments;
  });
  assertEquals(windows, [20, 40, 80]);
});

Deno.test("loss lowers the threshold to 0.7 of what is in flight, to two segments at least (RFC 9438 4.6)", () => {
  const path = new Path(new Cubic(OPTIONS));
  assertEquals(path.reduce(100 * MSS), 70_000);
  assertEquals(path.segments, 10);
  assertEquals(path.reduce(50 * MSS), 35_000);
  assertEquals(path.reduce(2 * MSS), 2_000);
  assertEquals(path.reduce(0), 2_000);
});

Deno.test("the window follows W_cubic(t) from 0.7 W_max over the plateau at K and beyond (RFC 9438 4.2, 4.4, 4.5)", () => {
  const path = afterLossAt(1_000);
  const start = path.now;
  const k = kOf(1_000, 700); // 9.086 s
  assertAlmostEquals(k, 9.0856, 1e-4);
  for (const second of [1, 3, 6, 9, 10, 12, 15]) {
    while ((path.now - start) / 1e6 < second) path.round();
    // At the end of a round trip that began an RTT ago the window has come to W_cubic of about now.
    const expected = wCubic((path.now - start) / 1e6, k, 1_000);
    const tolerance = 0.02 * Math.abs(expected - 1_000) + 3;
    assertAlmostEquals(path.segments, expected, tolerance, `at ${second} s`);
  }
});

Deno.test("growth is slowest at K: concave before it and convex after it (RFC 9438 4.4, 4.5)", () => {
  const path = afterLossAt(1_000);
  const growths: number[] = [];
  for (let i = 0; i < 180; i++) {
    const before = path.segments;
    path.round();
    growths.push(path.segments - before);
  }
  assert(growths[10]! > growths[50]! && growths[50]! > growths[85]!);
  assert(growths[170]! > growths[130]! && growths[130]! > growths[95]!);
  assert(Math.max(...growths.slice(86, 94)) < 0.1);
});

Deno.test("one ACK moves the window the acknowledged share of the way to the target (RFC 9438 4.4)", () => {
  for (const segments of [1, 70]) {
    const path = afterLossAt(1_000);
    path.ack();
    path.now = after(path.now, seconds(1));
    const before = path.control.cwnd;
    path.ack(segments * MSS);
    const target = wCubic(1.1, kOf(1_000, 700), 1_000) * MSS;
    const expected = before + (target - before) * segments * MSS / before;
    assertAlmostEquals(path.control.cwnd, expected, 2, `${segments} segments`);
  }
});

Deno.test("an ACK for more than a window moves it no further than to the target", () => {
  const path = afterLossAt(1_000);
  path.ack();
  path.now = after(path.now, seconds(1));
  path.ack(3_000 * MSS);
  assertAlmostEquals(path.segments, wCubic(1.1, kOf(1_000, 700), 1_000), 0.01);
});

Deno.test("the target is at most one and a half windows (RFC 9438 4.2)", () => {
  const path = afterLossAt(1_000);
  path.ack();
  const before = path.control.cwnd;
  path.now = after(path.now, seconds(60));
  path.ack();
  assertAlmostEquals(path.control.cwnd, before + 0.5 * MSS, 2);
  for (let i = 0; i < 300; i++) path.ack();
  assertAlmostEquals(path.control.cwnd, before + 301 * 0.5 * MSS, 2);
});

Deno.test("the window never shrinks in congestion avoidance, even above the curve (RFC 9438 4.2)", () => {
  const path = afterLossAt(1_000);
  path.ack();
  path.setCwnd(990 * MSS);
  path.ack();
  assertEquals(path.segments, 990);
});

Deno.test("short round trips: the window is W_est, which grows by alpha segments a round trip (RFC 9438 4.3)", () => {
  const path = afterLossAt(100, milliseconds(10));
  runRounds(path, 10);
  // Hand-computed: 70 + 10 * 9/17, less what a growing window takes off each round's share
  assertAlmostEquals(path.segments, 70 + 10 * CUBIC_ALPHA, 0.1);
});

Deno.test("W_est grows by one segment a round trip once it has reached the window of before (RFC 9438 4.3)", () => {
  const path = afterLossAt(20, milliseconds(2));
  let rounds = 0;
  while (path.segments < 20 && rounds < 100) {
    path.round();
    rounds++;
  }
  // From 14 to 20 at 9/17 a round trip
  assert(rounds >= 11 && rounds <= 13, `${rounds} rounds`);
  const before = path.segments;
  runRounds(path, 5);
  assertAlmostEquals(path.segments - before, 5, 0.3);
});

Deno.test("fast convergence: a loss below W_max makes W_max 0.85 of the window (RFC 9438 4.7)", () => {
  const path = afterLossAt(1_000);
  path.ack();
  path.setCwnd(800 * MSS);
  path.lose();
  assertEquals(path.segments, 560);
  const start = path.now;
  const k = kOf(680, 560);
  for (const share of [0.5, 1]) {
    while ((path.now - start) / 1e6 < share * k) path.round();
    assertAlmostEquals(path.segments, wCubic(share * k, k, 680), 4, `at ${share} K`);
  }
});

Deno.test("no fast convergence when the loss comes above W_max (RFC 9438 4.7)", () => {
  const path = afterLossAt(1_000);
  path.ack();
  path.setCwnd(1_200 * MSS);
  path.lose();
  const start = path.now;
  const k = kOf(1_200, 840);
  while ((path.now - start) / 1e6 < k) path.round();
  assertAlmostEquals(path.segments, 1_200, 3);
});

Deno.test("alpha becomes 1 at the window of before, not at the lowered W_max (RFC 9438 4.3, 4.7)", () => {
  const path = afterLossAt(40, milliseconds(1));
  path.ack();
  path.setCwnd(30 * MSS);
  path.lose();
  assertEquals(path.segments, 21);
  // W_max is 25.5, cwnd_prior 30: alpha stays 9/17 on the way from 21 to 30, 17 round trips
  runRounds(path, 14);
  assertAlmostEquals(path.segments, 21 + 14 * CUBIC_ALPHA, 0.3);
});

Deno.test("a timeout makes the window one segment and the threshold 0.7 of the flight (RFC 9438 4.8)", () => {
  const path = afterLossAt(1_000);
  path.timeout(700 * MSS);
  assertEquals([path.segments, path.control.ssthresh], [1, 490_000]);
});

Deno.test("a timeout after progress lowers the threshold again (RFC 5681 3.1)", () => {
  const path = afterLossAt(100);
  path.timeout(100 * MSS);
  path.ack();
  path.timeout(50 * MSS);
  assertEquals(path.control.ssthresh, 35_000);
  path.timeout(20 * MSS);
  assertEquals(path.control.ssthresh, 14_000);
});

Deno.test("after a timeout alpha is 9/17 up to the window of before (RFC 9438 4.3, 4.8)", () => {
  const path = new Path(new Cubic(OPTIONS), milliseconds(2));
  path.setCwnd(20 * MSS);
  path.timeout(20 * MSS);
  path.setCwnd(14 * MSS);
  runRounds(path, 5);
  assertAlmostEquals(path.segments, 14 + 5 * CUBIC_ALPHA, 0.2);
});

Deno.test("after a timeout congestion avoidance begins at the plateau: K is 0, W_max the window (RFC 9438 4.8)", () => {
  const path = afterLossAt(1_000);
  runRounds(path, 10);
  path.timeout(700 * MSS);
  path.setCwnd(490 * MSS);
  const start = path.now;
  runRounds(path, 50);
  const t = (path.now - start) / 1e6;
  const expected = Math.max(wCubic(t, 0, 490), 490 + 50 * CUBIC_ALPHA);
  assertAlmostEquals(path.segments, expected, 0.05 * (expected - 490) + 1);
});

Deno.test("when slow start ended without loss, congestion avoidance begins at the plateau (RFC 9438 4.10)", () => {
  const path = new Path(new Cubic({ ...OPTIONS, hystart: true }));
  path.setCwnd(500 * MSS);
  // Two rounds of 8 samples, the second 20 ms slower: conservative slow start; five such rounds end it.
  path.round(10);
  for (let i = 0; i < 6; i++) path.round(10, { rtt: milliseconds(140) });
  const threshold = path.control.ssthresh;
  assert(Number.isFinite(threshold));
  const exit = threshold / MSS;
  const start = path.now;
  runRounds(path, 40);
  const t = (path.now - start) / 1e6;
  assertAlmostEquals(path.segments, Math.max(wCubic(t, 0, exit), exit + 40), 3);
});

Deno.test("time in which the window is not the limit does not count (RFC 9438 5.8)", () => {
  const path = afterLossAt(1_000);
  runRounds(path, 10);
  const before = path.segments;
  for (let i = 0; i < 100; i++) path.round(10, { limited: false });
  assertEquals(path.segments, before);
  runRounds(path, 10);
  const continuous = afterLossAt(1_000);
  runRounds(continuous, 20);
  assertAlmostEquals(path.segments, continuous.segments, 2);
});

Deno.test("idle time does not count, whether the ACK after it is limited or not (RFC 9438 5.8)", () => {
  for (const limited of [true, false]) {
    const path = afterLossAt(1_000);
    runRounds(path, 10);
    path.control.idle(seconds(30), false);
    path.now = after(path.now, seconds(30));
    path.ack(MSS, { limited });
    runRounds(path, 10);
    const continuous = afterLossAt(1_000);
    runRounds(continuous, 20);
    assertAlmostEquals(path.segments, continuous.segments, 2);
  }
});

Deno.test("after idling for more than an RTO the window is at most the initial one (RFC 5681 4.1)", () => {
  const path = afterLossAt(1_000);
  path.ack();
  path.control.idle(micros(0), true);
  assertEquals([path.segments, path.control.ssthresh], [10, 700_000]);
  path.now = after(path.now, seconds(5));
  runRounds(path, 3);
  assertEquals(path.segments, 80);
});

Deno.test("after such idling the curve to W_max begins anew from the threshold", () => {
  const path = afterLossAt(1_000);
  runRounds(path, 10);
  path.control.idle(micros(0), true);
  path.now = after(path.now, seconds(5));
  path.setCwnd(path.control.ssthresh);
  runRounds(path, 20);
  assertAlmostEquals(path.segments, wCubic(2, kOf(1_000, 700), 1_000), 6);
});

Deno.test("undo puts the window back on the curve it was on, while the next one runs (RFC 9438 4.9.2)", () => {
  const undone = afterLossAt(1_000);
  const untouched = afterLossAt(1_000);
  for (const path of [undone, untouched]) runRounds(path, 30);
  const before = undone.segments;
  undone.lose();
  runRounds(undone, 5);
  runRounds(untouched, 5);
  undone.control.undo();
  assertAlmostEquals(undone.segments, before, 1e-9);
  assertEquals(undone.control.ssthresh, 700_000);
  for (const path of [undone, untouched]) runRounds(path, 15);
  assertAlmostEquals(undone.segments, untouched.segments, 2);
  for (const path of [undone, untouched]) runRounds(path, 100);
  assertAlmostEquals(undone.segments, untouched.segments, 2);
});

Deno.test("undo restores W_est and the window of before, which decides alpha (RFC 9438 4.9.2)", () => {
  const path = afterLossAt(20, milliseconds(2));
  runRounds(path, 5);
  const before = path.segments;
  path.lose();
  runRounds(path, 3);
  path.control.undo();
  assertAlmostEquals(path.segments, before, 1e-9);
  runRounds(path, 4);
  assertAlmostEquals(path.segments, before + 4 * CUBIC_ALPHA, 0.2);
});

Deno.test("undo before the next curve began leaves no trace (RFC 9438 4.9.2)", () => {
  const undone = afterLossAt(20, milliseconds(2));
  const untouched = afterLossAt(20, milliseconds(2));
  for (const path of [undone, untouched]) runRounds(path, 5);
  undone.setCwnd(undone.reduce(undone.control.cwnd));
  undone.control.undo();
  for (const path of [undone, untouched]) runRounds(path, 8);
  assertAlmostEquals(undone.segments, untouched.segments, 0.01);
});

Deno.test("undo of a timeout restores the curve too (RFC 9438 4.9.1)", () => {
  const undone = afterLossAt(1_000);
  const untouched = afterLossAt(1_000);
  for (const path of [undone, untouched]) runRounds(path, 30);
  undone.timeout(undone.control.cwnd);
  undone.control.undo();
  for (const path of [undone, untouched]) runRounds(path, 100);
  assertAlmostEquals(undone.segments, untouched.segments, 1);
});

Deno.test("undo that comes too late leaves everything (RFC 9438 4.9.2)", () => {
  const path = afterLossAt(100);
  path.setCwnd(150 * MSS);
  path.control.undo();
  assertEquals([path.segments, path.control.ssthresh], [150, 70_000]);
});

Deno.test("a new segment size keeps the window and W_max in octets, and the way between them begins anew", () => {
  const path = afterLossAt(1_000);
  runRounds(path, 20);
  const window = path.control.cwnd;
  path.sample.mss = 500;
  assertEquals(path.control.cwnd, window);
  const start = path.now;
  const k = Math.cbrt((1_000_000 - window) / 500 / CUBIC_C);
  for (const share of [0.3, 1]) {
    while ((path.now - start) / 1e6 < share * k) path.round();
    const expected = 1_000 + 0.5 * CUBIC_C * ((share - 1) * k) ** 3;
    assertAlmostEquals(path.segments, expected, 5, `at ${share} K`);
  }
});

/** Rows of the tables with Reno-like and with cubic growth. */
const AVERAGES: [rttMilliseconds: number, loss: number, window: number, tolerance: number][] = [
  [100, 1e-2, 12, 0.06],
  [100, 1e-3, 38, 0.06],
  [100, 1e-4, 187, 0.02],
  [100, 1e-5, 1_054, 0.02],
  [10, 1e-3, 38, 0.06],
  [10, 1e-4, 120, 0.04],
  [10, 1e-5, 379, 0.04],
];

for (const [rtt, loss, window, tolerance] of AVERAGES) {
  const name = `one loss in ${
    Math.round(1 / loss)
  } segments at ${rtt} ms keeps an average window of ${window} segments`;
  Deno.test(`${name} (RFC 9438 5.1, tables 1 and 2)`, () => {
    // The model has all losses at W_max, to which the window comes back ever more slowly; so it begins there:
    // the average of a cycle is 0.925 W_max.
    const control = new Cubic(OPTIONS, false);
    const average = averageWindow(control, loss, milliseconds(rtt), window / 0.925, 8);
    assert(Math.abs(average / window - 1) < tolerance, `${average} segments`);
  });
}

Deno.test("the window stays finite and at least one segment through a long mix of everything", () => {
  const path = new Path(new Cubic({ ...OPTIONS, hystart: true }));
  let seed = 12_345;
  for (let i = 0; i < 20_000; i++) {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fffffff;
    path.now = after(path.now, milliseconds(seed % 50));
    const pick = (seed >> 8) % 40;
    if (pick === 0) path.lose();
    else if (pick === 1) path.timeout(path.control.cwnd);
    else if (pick === 2) path.control.undo();
    else if (pick === 3) path.control.idle(micros(0), true);
    else if (pick === 4) path.sample.mss = 500 + seed % 9_000;
    else path.ack(1 + seed % 60_000, { limited: pick !== 5 });
    const window = path.control.cwnd;
    assert(Number.isInteger(window) && window >= 500 && window < 2 ** 40, `step ${i}: ${window}`);
  }
  assert(path.now > instant(0));
});

Deno.test("an ACK of more than a window takes the window to the target and not beyond (RFC 9438 4.2)", () => {
  const path = afterLossAt(1_000);
  runRounds(path, 100);
  const before = path.segments;
  const ahead = wCubic(10.2, kOf(1_000, 700), 1_000);
  path.ack(3 * before * MSS);
  assert(path.segments > before && path.segments <= ahead + 1, `${path.segments} segments, target ${ahead}`);
});
