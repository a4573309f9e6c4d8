import { assert, assertEquals } from "@std/assert";
import { AckSample } from "../../../tcp/loss/ack_sample.ts";
import { HyStart } from "../../../tcp/congestion/hystart.ts";
import { NewReno } from "../../../tcp/congestion/new_reno.ts";
import { seqAdd, seqNumber } from "../../../tcp/base/seq.ts";
import { instant, type Micros, micros, milliseconds, seconds } from "../../../tcp/base/units.ts";
import { MSS, OPTIONS, Path } from "./support.ts";

const ms = milliseconds;

/** Octets in flight at any time. */
const FLIGHT = 100 * MSS;

/** Feeds rounds of any number of ACKs, each with a given round-trip time. */
class Rounds {
  readonly hystart: HyStart = new HyStart();
  readonly #sample = new AckSample();
  growth = 0;

  constructor(isn = 0) {
    this.#sample.una = seqNumber(isn);
    this.#sample.sndNxt = seqAdd(this.#sample.una, FLIGHT);
    this.#sample.deliveredOctets = MSS;
  }

  /** One round: an ACK for each of `times`, the last for the whole flight, after which the next flight is sent. */
  round(...times: Micros[]): void {
    const start = this.#sample.una;
    const end = this.#sample.sndNxt;
    times.forEach((rtt, i) => {
      const isLast = i === times.length - 1;
      this.#sample.una = isLast ? end : seqAdd(start, (i + 1) * MSS);
      this.#sample.sndNxt = isLast ? seqAdd(end, FLIGHT) : end;
      this.#sample.arrivedAt = instant(seconds(10));
      this.#sample.oldestSentAt = instant(seconds(10) - rtt);
      this.growth = this.hystart.ackReceived(this.#sample);
    });
  }
}

function times(count: number, rtt: Micros): Micros[] {
  return new Array<Micros>(count).fill(rtt);
}

const THRESHOLDS: [name: string, last: Micros, current: Micros, enters: boolean][] = [
  ["an eighth of the round-trip time", ms(80), ms(90), true],
  ["a little less than an eighth", ms(80), micros(ms(90) - 1), false],
  ["4 ms on a short path", ms(8), ms(12), true],
  ["a little less than 4 ms on a short path", ms(8), micros(ms(12) - 1), false],
  ["16 ms on a long path", ms(400), ms(416), true],
  ["a little less than 16 ms on a long path", ms(400), micros(ms(416) - 1), false],
];

for (const [name, last, current, enters] of THRESHOLDS) {
  Deno.test(`growth by ${name} ${enters ? "begins" : "does not begin"} conservative slow start (RFC 9406 4.2)`, () => {
    const rounds = new Rounds();
    rounds.round(...times(8, last));
    rounds.round(...times(8, current));
    assertEquals(rounds.hystart.isConservative, enters);
  });
}

Deno.test("seven samples of a round are too few to judge it (RFC 9406 4.2)", () => {
  const rounds = new Rounds();
  rounds.round(...times(8, ms(80)));
  rounds.round(...times(7, ms(200)));
  assert(!rounds.hystart.isConservative);
});

Deno.test("the minimum of the round counts, not its mean (RFC 9406 4.2)", () => {
  const rounds = new Rounds();
  rounds.round(...times(8, ms(80)));
  rounds.round(...times(20, ms(200)).with(3, ms(85)));
  assert(!rounds.hystart.isConservative);
});

Deno.test("the first round is what is in flight when the first ACK comes, so a burst's own queue is not growth", () => {
  const rounds = new Rounds();
  rounds.round(...Array.from({ length: 10 }, (_, i) => ms(100 + 14 * i)));
  assert(!rounds.hystart.isConservative);
  rounds.round(...times(10, ms(100)));
  assert(!rounds.hystart.isConservative);
});

Deno.test("ACKs without a sample do not count as samples", () => {
  const rounds = new Rounds();
  rounds.round(...times(8, ms(80)));
  rounds.round(...times(30, micros(0)), ...times(7, ms(200)));
  assert(!rounds.hystart.isConservative);
});

Deno.test("conservative slow start grows by a quarter (RFC 9406 4.2)", () => {
  const rounds = new Rounds();
  rounds.round(...times(8, ms(80)));
  assertEquals(rounds.growth, MSS);
  rounds.round(...times(9, ms(100)));
  assertEquals(rounds.growth, MSS / 4);
});

Deno.test("slow start goes on when the round-trip time falls below where conservative slow start began (RFC 9406 4.2)", () => {
  const rounds = new Rounds();
  rounds.round(...times(8, ms(80)));
  rounds.round(...times(8, ms(100)));
  assert(rounds.hystart.isConservative);
  rounds.round(...times(9, ms(99)));
  assert(!rounds.hystart.isConservative);
  assertEquals(rounds.growth, MSS);
});

Deno.test("conservative slow start ends after five rounds, its first in part (RFC 9406 4.2)", () => {
  const rounds = new Rounds();
  rounds.round(...times(8, ms(80)));
  const over = [1, 2, 3, 4, 5].map(() => {
    rounds.round(...times(8, ms(100)));
    return rounds.hystart.isOver;
  });
  assertEquals(over, [false, false, false, false, true]);
});

Deno.test("conservative slow start that was left begins its count anew (RFC 9406 4.2)", () => {
  const rounds = new Rounds();
  rounds.round(...times(8, ms(80)));
  for (let i = 0; i < 4; i++) rounds.round(...times(8, ms(100)));
  rounds.round(...times(8, ms(90)));
  assert(!rounds.hystart.isConservative && !rounds.hystart.isOver);
  const over = [1, 2, 3, 4, 5].map(() => {
    rounds.round(...times(8, ms(110)));
    return rounds.hystart.isOver;
  });
  assertEquals(over, [false, false, false, false, true]);
});

Deno.test("a round after one without samples is not judged", () => {
  const rounds = new Rounds();
  rounds.round(...times(8, micros(0)));
  rounds.round(...times(8, ms(500)));
  assert(!rounds.hystart.isConservative);
});

Deno.test("rounds end where they should across the wrap of the sequence numbers", () => {
  for (const isn of [0, -4_000, -12_000, 2 ** 31 - 4_000]) {
    const rounds = new Rounds(isn);
    rounds.round(...times(8, ms(80)));
    for (let i = 0; i < 4; i++) rounds.round(...times(8, ms(100)));
    assert(rounds.hystart.isConservative && !rounds.hystart.isOver, `ISN ${isn}`);
    rounds.round(...times(8, ms(100)));
    assert(rounds.hystart.isOver, `ISN ${isn}`);
  }
});

Deno.test("the window grows by a quarter in each conservative round, and then by congestion avoidance", () => {
  const path = new Path(new NewReno({ ...OPTIONS, hystart: true }));
  path.round();
  assertEquals(path.segments, 20);
  path.round(1, { rtt: ms(120) });
  assertEquals(path.control.ssthresh, Infinity);
  for (let i = 0; i < 4; i++) path.round(1, { rtt: ms(120) });
  const threshold = path.control.ssthresh;
  assertEquals(threshold, path.control.cwnd);
  // 20 + 8 + 12/4 in the round that turned conservative, then four rounds of a quarter, of which the last ends an ACK early
  const expected = 31 * 1.25 ** 4;
  assert(Math.abs(threshold / MSS - expected) < 3, `${threshold / MSS} segments, not ${expected}`);
  path.round();
  assertEquals(path.control.cwnd, threshold + MSS);
});

Deno.test("after a reduction slow start pays no attention to round-trip times (RFC 9406 4.3)", () => {
  const path = new Path(new NewReno({ ...OPTIONS, hystart: true }));
  path.timeout(400 * MSS);
  path.setCwnd(20 * MSS);
  path.round();
  path.round(1, { rtt: ms(300) });
  assertEquals(path.segments, 80);
});
