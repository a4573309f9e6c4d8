import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { completeConfig } from "../../tcp/config/complete.ts";
import type { TcpConfig } from "../../tcp/config/config.ts";
import { STANDARD } from "../../tcp/config/standard.ts";
import { LINUX } from "../../tcp/config/profiles.ts";
import { RttEstimator } from "../../tcp/send/rtt.ts";
import { seqNumber } from "../../tcp/base/seq.ts";
import { instant, type Micros, micros, milliseconds, seconds } from "../../tcp/base/units.ts";

const ms = milliseconds;

/** No lower bound, so that the formulas show. */
const BARE: TcpConfig = completeConfig({ retransmission: { minRto: micros(0) } });

function estimator(config: TcpConfig, ...samples: Micros[]): RttEstimator {
  const rtt = new RttEstimator(config);
  samples.forEach((sample, i) => rtt.sample(sample, instant(i)));
  return rtt;
}

Deno.test("the timeout is the initial one before a sample, and all figures are 0 (RFC 6298 2.1)", () => {
  const rtt = estimator(STANDARD);
  assertEquals(rtt.timeout(), seconds(1));
  assertEquals([rtt.srtt, rtt.rttvar, rtt.latest, rtt.minimum, rtt.backoff], [0, 0, 0, 0, 0] as Micros[]);
  assert(!rtt.hasSample);
});

Deno.test("the first sample R makes SRTT R, RTTVAR R/2 and RTO 3R (RFC 6298 2.2)", () => {
  const rtt = estimator(BARE, ms(100));
  assertEquals([rtt.srtt, rtt.rttvar, rtt.timeout()], [ms(100), ms(50), ms(300)]);
});

Deno.test("further samples move RTTVAR by 1/4 and then SRTT by 1/8 (RFC 6298 2.3)", () => {
  const rtt = estimator(BARE, ms(100), ms(180));
  // RTTVAR = 3/4 * 50 + 1/4 * |100 - 180| = 57.5; SRTT = 7/8 * 100 + 1/8 * 180 = 110
  assertAlmostEquals(rtt.rttvar, ms(57.5), 1e-6);
  assertAlmostEquals(rtt.srtt, ms(110), 1e-6);
  assertEquals(rtt.timeout(), ms(110 + 4 * 57.5));
  assertEquals(rtt.latest, ms(180));
});

Deno.test("the variation counts at least one tick of the clock (RFC 6298 2.3)", () => {
  const rtt = new RttEstimator(BARE, ms(10));
  for (let i = 0; i < 200; i++) rtt.sample(ms(100), instant(i));
  assertEquals(rtt.timeout(), ms(110));
});

Deno.test("the timeout is at least minRto and at most maxRto (RFC 6298 2.4, 2.5)", () => {
  assertEquals(estimator(STANDARD, ms(1)).timeout(), seconds(1));
  assertEquals(estimator(STANDARD, seconds(30)).timeout(), seconds(60));
});

Deno.test("minRto bounds the sum for the standard and the variation for Linux", () => {
  const samples = Array.from({ length: 100 }, () => ms(150));
  assertEquals(
    estimator(completeConfig({ retransmission: { minRto: ms(200) } }), ...samples).timeout(),
    ms(200),
  );
  assertEquals(estimator(LINUX, ...samples).timeout(), ms(350));
  assertEquals(estimator(LINUX, ms(100)).timeout(), ms(300));
  assertEquals(estimator(LINUX, ms(200)).timeout(), ms(600));
});

Deno.test("a sample of 0 counts as 1 µs", () => {
  const rtt = estimator(BARE, micros(0));
  assertEquals([rtt.srtt, rtt.minimum], [1, 1] as Micros[]);
  assert(rtt.hasSample);
});

Deno.test("each expiry doubles the timeout up to maxRto (RFC 6298 5.5)", () => {
  const rtt = estimator(completeConfig({ retransmission: { maxRto: seconds(10) } }), ms(500));
  assertEquals(rtt.timeout(), ms(1_500));
  const timeouts = [1, 2, 3, 4].map(() => {
    rtt.doubleRto();
    return rtt.timeout();
  });
  assertEquals(timeouts, [seconds(3), seconds(6), seconds(10), seconds(10)]);
  assertEquals(rtt.backoff, 4);
  assertEquals(rtt.rto, ms(1_500));
});

Deno.test("two thousand expiries give maxRto and no more", () => {
  const rtt = estimator(STANDARD, ms(500));
  for (let i = 0; i < 2_000; i++) rtt.doubleRto();
  assertEquals(rtt.timeout(), seconds(60));
});

Deno.test("a sample ends the back-off (RFC 6298 5)", () => {
  const rtt = estimator(STANDARD, ms(500));
  rtt.doubleRto();
  rtt.sample(ms(500), instant(10));
  assertEquals([rtt.backoff, rtt.timeout()], [0, ms(500 + 4 * 0.75 * 250)]);
});

Deno.test("resetBackoff ends the back-off and leaves the estimate", () => {
  const rtt = estimator(STANDARD, ms(500));
  rtt.doubleRto();
  rtt.resetBackoff();
  assertEquals([rtt.backoff, rtt.timeout()], [0, ms(1_500)]);
});

Deno.test("after a lost SYN data begin with 3 s until there is a sample (RFC 6298 5.7)", () => {
  const rtt = estimator(STANDARD);
  rtt.doubleRto();
  rtt.doubleRto();
  rtt.useInitialAfterSynLoss();
  assertEquals([rtt.backoff, rtt.timeout()], [0, seconds(3)]);
  rtt.sample(ms(10), instant(0));
  assertEquals(rtt.timeout(), seconds(1));
  const slow = estimator(STANDARD, seconds(2));
  slow.useInitialAfterSynLoss();
  assertEquals(slow.timeout(), seconds(6));
});

Deno.test("the minimum is that of the last minutes, not of all time", () => {
  const rtt = new RttEstimator(STANDARD);
  rtt.sample(ms(20), instant(0));
  rtt.sample(ms(50), instant(seconds(100)));
  assertEquals(rtt.minimum, ms(20));
  rtt.sample(ms(60), instant(seconds(160)));
  assertEquals(rtt.minimum, ms(20));
  rtt.sample(ms(70), instant(seconds(290)));
  assertEquals(rtt.minimum, ms(20));
  rtt.sample(ms(80), instant(seconds(311)));
  assertEquals(rtt.minimum, ms(60));
  rtt.sample(ms(30), instant(seconds(312)));
  assertEquals(rtt.minimum, ms(30));
  rtt.sample(ms(90), instant(seconds(5_000)));
  assertEquals(rtt.minimum, ms(90));
});

Deno.test("a minimum is forgotten 300 s after the half window that it began, and not before", () => {
  const rows: [second: number, minimum: Micros][] = [[149, ms(20)], [150, ms(20)], [299, ms(20)], [
    300,
    ms(50),
  ]];
  for (const [second, minimum] of rows) {
    const rtt = new RttEstimator(STANDARD);
    rtt.sample(ms(20), instant(0));
    rtt.sample(ms(50), instant(seconds(150)));
    rtt.sample(ms(60), instant(seconds(second)));
    assertEquals(rtt.minimum, minimum, `at ${second} s`);
  }
  const quiet = new RttEstimator(STANDARD);
  quiet.sample(ms(20), instant(0));
  quiet.sample(ms(60), instant(seconds(300)));
  assertEquals(quiet.minimum, ms(60));
});

Deno.test("after a spurious timeout the first round trip of new data is the estimate (RFC 4015 3.1, step (11))", () => {
  const rtt = estimator(BARE, ms(100));
  rtt.doubleRto();
  rtt.doubleRto();
  rtt.restore(ms(400), instant(5));
  assertEquals([rtt.srtt, rtt.rttvar, rtt.backoff, rtt.timeout()], [ms(400), ms(200), 0, ms(1_200)]);
  assertEquals([rtt.latest, rtt.minimum, rtt.samples], [ms(400), ms(100), 2] as Micros[]);
  rtt.sample(ms(400), instant(6));
  assertEquals([rtt.srtt, rtt.rttvar], [ms(400), ms(150)]);
});

Deno.test("a spurious timeout never makes the estimate bolder than it was (RFC 4015 3.6)", () => {
  const rtt = estimator(BARE, ms(100));
  rtt.doubleRto();
  rtt.restoresFrom = seqNumber(1);
  rtt.restore(ms(60), instant(5));
  // SRTT_prev is SRTT + 2G
  assertEquals([rtt.srtt, rtt.rttvar, rtt.timeout()], [ms(102), ms(50), ms(302)]);
  assertEquals([rtt.latest, rtt.minimum, rtt.restoresFrom], [ms(60), ms(60), null]);
});
