import { assert, assertEquals } from "@std/assert";
import { initialCwnd } from "../../../tcp/congestion/window.ts";
import { createCongestionControl } from "../../../tcp/congestion/create.ts";
import { NewReno } from "../../../tcp/congestion/new_reno.ts";
import { micros, milliseconds, seconds } from "../../../tcp/base/units.ts";
import { averageWindow, MSS, OPTIONS, Path } from "./support.ts";

function reno(): Path {
  return new Path(new NewReno(OPTIONS));
}

/** In congestion avoidance with a window of `segments`. */
function avoiding(segments: number): Path {
  const path = reno();
  path.setCwnd(2 * segments * MSS);
  path.lose();
  assertEquals(path.segments, segments);
  return path;
}

Deno.test("controls are made by their names", () => {
  assertEquals(createCongestionControl("reno", OPTIONS).name, "reno");
  assertEquals(createCongestionControl("cubic", OPTIONS).name, "cubic");
});

Deno.test("the initial window is ten segments, at most 14600 octets, at least two segments (RFC 6928 2)", () => {
  const rows: [mss: number, segments: number, window: number][] = [
    [536, 10, 5_360],
    [1_460, 10, 14_600],
    [1_461, 10, 14_600],
    [7_300, 10, 14_600],
    [8_960, 10, 17_920],
    [65_495, 10, 130_990],
    [1_460, 1, 1_460],
    [1_460, 4, 5_840],
    [1, 10, 10],
  ];
  for (const [mss, segments, window] of rows) {
    assertEquals(initialCwnd(mss, segments), window, `${segments} segments of ${mss}`);
    assertEquals(
      createCongestionControl("reno", { ...OPTIONS, mss, initialCwnd: initialCwnd(mss, segments) }).cwnd,
      window,
    );
  }
});

Deno.test("slow start doubles the window in each round trip (RFC 5681 3.1)", () => {
  const path = reno();
  const windows = [1, 2, 3, 4].map(() => {
    path.round();
    return path.segments;
  });
  assertEquals(windows, [20, 40, 80, 160]);
  assertEquals(path.control.ssthresh, Infinity);
});

Deno.test("slow start counts octets, not ACKs: many small ones give no more (RFC 3465 2.1)", () => {
  const path = reno();
  for (let i = 0; i < 100; i++) path.ack(MSS / 10);
  assertEquals(path.segments, 20);
});

Deno.test("slow start doubles as well when one ACK covers two segments or forty (RFC 3465 2.1)", () => {
  for (const perAck of [2, 40]) {
    const path = reno();
    path.setCwnd(40 * MSS);
    path.round(perAck);
    assertEquals(path.segments, 80, `${perAck} segments per ACK`);
  }
});

Deno.test("the window does not grow while it is not what limits sending (RFC 7661 4.4)", () => {
  const path = reno();
  path.round(1, { limited: false });
  assertEquals(path.segments, 10);
  const later = avoiding(10);
  later.round(1, { limited: false });
  later.round(1, { limited: false });
  assertEquals(later.segments, 10);
});

Deno.test("slow start ends at the threshold, and what is left of the ACK counts for congestion avoidance", () => {
  const path = avoiding(10);
  path.setCwnd(9 * MSS);
  path.ack(4 * MSS);
  assertEquals(path.segments, 10);
  path.ack(6 * MSS);
  assertEquals(path.segments, 10);
  path.ack(MSS);
  assertEquals(path.segments, 11);
});

Deno.test("congestion avoidance adds one segment for each window of octets (RFC 3465 2.1)", () => {
  for (const perAck of [1, 2, 5]) {
    const path = avoiding(20);
    const windows = [1, 2, 3].map(() => {
      for (let octets = 0; octets < path.control.cwnd; octets += MSS) {
        if (octets % (perAck * MSS) === 0) path.ack(perAck * MSS);
      }
      return Math.round(path.segments);
    });
    assertEquals(windows, [21, 22, 23], `${perAck} segments per ACK`);
  }
});

Deno.test("19 of 20 segments are not yet a window (RFC 3465 2.1)", () => {
  const path = avoiding(20);
  for (let i = 0; i < 19; i++) path.ack();
  assertEquals(path.segments, 20);
  path.ack();
  assertEquals(path.segments, 21);
});

Deno.test("loss halves what is in flight, to two segments at least (RFC 5681 3.1 (4))", () => {
  const rows: [flight: number, threshold: number][] = [
    [20_000, 10_000],
    [20_001, 10_000],
    [5_000, 2_500],
    [4_000, 2_000],
    [3_999, 2_000],
    [0, 2_000],
  ];
  for (const [flight, threshold] of rows) {
    const path = reno();
    assertEquals(path.reduce(flight), threshold, `flight ${flight}`);
    assertEquals(path.control.ssthresh, threshold);
    assertEquals(path.segments, 10, "the window is the caller's to lead down (RFC 9937)");
  }
});

Deno.test("a reduction and a timeout begin a new count of octets", () => {
  for (const event of ["reduce", "timeout"] as const) {
    const path = avoiding(10);
    for (let i = 0; i < 9; i++) path.ack();
    path[event](20 * MSS);
    path.setCwnd(10 * MSS);
    for (let i = 0; i < 9; i++) path.ack();
    assertEquals(path.segments, 10, event);
    path.ack();
    assertEquals(path.segments, 11, event);
  }
});

Deno.test("a timeout makes the window one segment and the threshold half the flight (RFC 5681 3.1)", () => {
  const path = avoiding(16);
  path.timeout(16 * MSS);
  assertEquals([path.segments, path.control.ssthresh], [1, 8_000]);
});

Deno.test("slow start leads from a timeout to the threshold, and congestion avoidance on", () => {
  const path = avoiding(16);
  path.timeout(16 * MSS);
  const windows = [1, 2, 3, 4, 5].map(() => {
    path.round();
    return path.segments;
  });
  assertEquals(windows, [2, 4, 8, 9, 10]);
});

Deno.test("undo restores window and threshold of before the reduction", () => {
  const path = avoiding(16);
  path.lose();
  assertEquals(path.segments, 8);
  path.control.undo();
  assertEquals([path.segments, path.control.ssthresh], [16, 16_000]);
});

Deno.test("undo of the first reduction goes on with slow start", () => {
  const path = reno();
  path.timeout(10 * MSS);
  path.control.undo();
  assertEquals([path.segments, path.control.ssthresh], [10, Infinity]);
  path.round();
  assertEquals(path.segments, 20);
});

Deno.test("undo right after the reduction, with the window not yet led down, restores the threshold", () => {
  const path = avoiding(16);
  path.reduce(16 * MSS);
  path.control.undo();
  assertEquals([path.segments, path.control.ssthresh], [16, 16_000]);
});

Deno.test("undo takes a reduction back once", () => {
  const path = avoiding(16);
  path.lose();
  path.control.undo();
  path.setCwnd(5 * MSS);
  path.control.undo();
  assertEquals(path.segments, 5);
});

Deno.test("a timeout after an undone one lowers the threshold", () => {
  const path = avoiding(16);
  path.timeout(16 * MSS);
  path.control.undo();
  path.timeout(16 * MSS);
  assertEquals([path.segments, path.control.ssthresh], [1, 8_000]);
});

Deno.test("a timeout after the end of a recovery lowers the threshold again", () => {
  const path = avoiding(16);
  path.timeout(16 * MSS);
  path.timeout(6 * MSS);
  assertEquals(path.control.ssthresh, 3_000);
});

Deno.test("undo comes too late when the window has grown past where it was (RFC 9438 4.9.2)", () => {
  const path = avoiding(16);
  path.lose();
  path.setCwnd(17 * MSS);
  const threshold = path.control.ssthresh;
  path.control.undo();
  assertEquals([path.segments, path.control.ssthresh], [17, threshold]);
});

Deno.test("without a reduction undo does nothing", () => {
  const path = reno();
  path.control.undo();
  assertEquals([path.segments, path.control.ssthresh], [10, Infinity]);
});

Deno.test("after idling for more than an RTO the window is at most the initial one (RFC 5681 4.1)", () => {
  const path = avoiding(40);
  path.control.idle(seconds(9), false);
  assertEquals(path.segments, 40);
  path.control.idle(micros(0), true);
  assertEquals([path.segments, path.control.ssthresh], [10, 40_000]);
  const small = avoiding(4);
  small.control.idle(micros(0), true);
  assertEquals(small.segments, 4);
});

Deno.test("after idling the threshold remembers three quarters of the window (RFC 2861 3.1)", () => {
  const path = avoiding(20);
  path.setCwnd(80 * MSS);
  path.control.idle(micros(0), true);
  assertEquals([path.segments, path.control.ssthresh], [10, 60_000]);
});

Deno.test("the average window follows the response function sqrt(1.5 / p), whatever it began with", () => {
  for (const loss of [1e-2, 1e-3, 1e-4]) {
    const expected = Math.sqrt(1.5 / loss);
    for (const start of [expected / 2, 2 * expected]) {
      const average = averageWindow(new NewReno(OPTIONS), loss, milliseconds(100), start, 8);
      assert(Math.abs(average / expected - 1) < 0.05, `p ${loss}: ${average} segments, not ${expected}`);
    }
  }
});
