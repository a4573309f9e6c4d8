import { assertEquals } from "@std/assert";
import type { Bound, Claim } from "./row.ts";
import { judgedValue, markOf, spreadOf } from "./statistics.ts";

const SPREADS: readonly (readonly [name: string, values: readonly number[], expected: readonly number[]])[] =
  [
    ["of one value is that value", [7], [7, 7, 7]],
    ["of an odd count is the middle, whatever the order", [30, 10, 20], [20, 10, 30]],
    ["of an even count is the mean of the two in the middle", [1, 100, 3, 2], [2.5, 1, 100]],
    ["sorts numbers as numbers", [10, 9, 100], [10, 9, 100]],
    ["of nothing is no number", [], [NaN, NaN, NaN]],
  ];

for (const [name, values, [median, least, most]] of SPREADS) {
  Deno.test(`the median ${name}`, () => assertEquals({ ...spreadOf(values) }, { median, least, most }));
}

function claimOf(
  ours: readonly number[],
  theirs: readonly number[] | null,
  changes: Partial<Claim> = {},
): Claim {
  const figure = (who: string, values: readonly number[]) => ({ who, unit: "MB/s", values });
  return {
    work: "work",
    ours: figure("rawtcp", ours),
    ...theirs === null ? {} : { peer: figure("peer", theirs) },
    ...changes,
  };
}

Deno.test("a ratio is that of the medians, its spread that of the rounds", () => {
  assertEquals(judgedValue(claimOf([10, 30, 20], [10, 10, 40])), { median: 2, least: 0.5, most: 3 });
});

Deno.test("how many times less we take is their figure by ours", () => {
  const claim = claimOf([10, 20], [200, 300], { ratio: "theirs to ours" });
  assertEquals(judgedValue(claim), { median: 250 / 15, least: 15, most: 20 });
});

Deno.test("without a peer our own value is judged", () => {
  assertEquals(judgedValue(claimOf([3, 1, 2], null)), { median: 2, least: 1, most: 3 });
});

const LEAST: Bound = { kind: "at least", limit: 0.7, aim: 1 };
const MOST: Bound = { kind: "at most", limit: 1.5, aim: 1 };

const MARKS: readonly (readonly [ours: number, bound: Bound | null, mark: string])[] = [
  [69, LEAST, "NOT MET"],
  [70, LEAST, "met"],
  [99, LEAST, "met"],
  [100, LEAST, "aim met"],
  [151, MOST, "NOT MET"],
  [150, MOST, "met"],
  [101, MOST, "met"],
  [100, MOST, "aim met"],
  [70, { kind: "at least", limit: 0.7 }, "met"],
  [1, null, "for information"],
  [NaN, LEAST, "NOT MET"],
  [NaN, MOST, "NOT MET"],
];

for (const [ours, bound, mark] of MARKS) {
  const wanted = bound === null
    ? "nothing wanted"
    : `${bound.kind} ${bound.limit}, aim ${bound.aim ?? "none"}`;
  Deno.test(`${ours} beside 100 is "${mark}" with ${wanted}`, () => {
    assertEquals(markOf(claimOf([ours], [100], bound === null ? {} : { bound })), mark);
  });
}
