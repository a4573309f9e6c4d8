/** The limit to challenge ACKs: bounded, and of no use to who counts them (RFC 5961 7, CVE-2016-5696). */

import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { ChallengeLimiter } from "../../tcp/connection/challenge_limiter.ts";
import { Flag } from "../../tcp/base/segment.ts";
import { instant, seconds } from "../../tcp/base/units.ts";
import { at, establish, IRS, ISS, type Said, sentBy } from "./exchange.ts";

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

Deno.test("each second allows from half the mean to one and a half times it (RFC 5961 7)", () => {
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

Deno.test("a connection sends ten challenge ACKs in 5 s, whatever draws them (RFC 5961 7)", () => {
  const draws: readonly [string, Said][] = [
    ["SYN", { flags: Flag.syn, seq: IRS + 100 }],
    ["SYN-ACK once more", { flags: Flag.syn | Flag.ack, seq: IRS, ack: ISS + 1 }],
    ["RST in the window", { flags: Flag.rst, seq: IRS + 100 }],
    ["ACK of what was never sent", { flags: Flag.ack, seq: IRS + 1, ack: ISS + 1_000 }],
  ];
  for (const [name, said] of draws) {
    const { connection, arrive } = establish({}, at(0));
    let answers = 0;
    for (let i = 0; i < 1_000; i++) {
      arrive(said, at(i / 400));
      answers += sentBy(connection, at(i / 400)).length;
    }
    assertEquals([name, answers], [name, 10]);
    for (let i = 0; i < 20; i++) {
      arrive(said, at(5 + i / 400));
      answers += sentBy(connection, at(5 + i / 400)).length;
    }
    assertEquals([name, answers, connection.state], [name, 20, "ESTABLISHED"]);
  }
});

Deno.test("as Linux one challenge ACK in half a second, or one answer to a bare segment out of window (RFC 5961 7)", () => {
  const { connection, arrive } = establish({ defence: { challengesAtOnce: 1 } }, at(0));
  const answers = (said: Said, seconds: number): number => {
    arrive(said, at(seconds));
    return sentBy(connection, at(seconds)).length;
  };
  const syn: Said = { flags: Flag.syn, seq: IRS + 100 };
  const bare: Said = { flags: Flag.ack, seq: IRS - 100, ack: ISS + 1 };
  assertEquals([0, 0.2, 0.49, 0.5].map((seconds) => answers(syn, seconds)), [1, 0, 0, 1]);
  assertEquals([0.6, 0.99, 1, 1.1].map((seconds) => answers(bare, seconds)), [0, 0, 1, 0]);
  assertEquals([1.2, 1.5].map((seconds) => answers(syn, seconds)), [0, 1]);
});

Deno.test("answers to bare segments out of window and challenges do not use up each other's limit by the standard", () => {
  const { connection, arrive } = establish({}, at(0));
  arrive({ flags: Flag.ack, seq: IRS - 100, ack: ISS + 1 }, at(0));
  assertEquals(sentBy(connection, at(0)).length, 1);
  arrive({ flags: Flag.syn, seq: IRS + 100 }, at(0));
  assertEquals(sentBy(connection, at(0)).length, 1);
});
