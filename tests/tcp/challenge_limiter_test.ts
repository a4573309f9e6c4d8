/** The limit to challenge ACKs: bounded, and of no use to who counts them (RFC 5961 10, CVE-2016-5696). */

import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { ChallengeLimiter } from "../../tcp/connection/challenge_limiter.ts";
import { instant, seconds } from "../../tcp/base/units.ts";

const PER_SECOND = 100;

/** How many are allowed in each of `count` seconds, asked for far more than there can be. */
function allowedBySecond(limiter: ChallengeLimiter, count: number): number[] {
  return Array.from({ length: count }, (_, second) => {
    let allowed = 0;
    for (let i = 0; i < 10 * PER_SECOND; i++) {
      if (limiter.allows(instant(seconds(second) + i))) allowed++;
    }
    return allowed;
  });
}

Deno.test("each second allows from half the mean to one and a half times it (RFC 5961 10)", () => {
  for (const seed of [0, 1, -1, 0x1234_5678]) {
    for (const allowed of allowedBySecond(new ChallengeLimiter(PER_SECOND, seed), 200)) {
      assert(allowed >= PER_SECOND / 2 && allowed <= PER_SECOND * 1.5, `${allowed} in a second`);
    }
  }
});

Deno.test("the limit is drawn anew each second: who counts the answers learns nothing of a guess (CVE-2016-5696)", () => {
  const limits = allowedBySecond(new ChallengeLimiter(PER_SECOND, 7), 200);
  const mean = limits.reduce((sum, limit) => sum + limit, 0) / limits.length;
  assert(Math.abs(mean - PER_SECOND) < PER_SECOND / 10, `The mean is ${mean}`);
  // One answer more or less, which a right guess makes, is lost among them.
  assert(new Set(limits).size > PER_SECOND / 4, `Only ${new Set(limits).size} different limits`);
});

Deno.test("limits follow from the seed: another host has others", () => {
  const of = (seed: number): number[] => allowedBySecond(new ChallengeLimiter(PER_SECOND, seed), 20);
  assertEquals(of(1), of(1));
  assertNotEquals(of(1), of(2));
});

Deno.test("the smallest limit still lets one out in a second, and 0 is no limit", () => {
  assertEquals(allowedBySecond(new ChallengeLimiter(1, 3), 50), Array(50).fill(1));
  assertEquals(allowedBySecond(new ChallengeLimiter(0, 3), 2), [10 * PER_SECOND, 10 * PER_SECOND]);
});

Deno.test("a second begins with the first challenge after the one before is over", () => {
  const limiter = new ChallengeLimiter(1, 3);
  const allows = (micros: number): boolean => limiter.allows(instant(micros));
  assertEquals([allows(500_000), allows(1_499_999), allows(1_500_000), allows(2_400_000)], [
    true,
    false,
    true,
    false,
  ]);
});
