import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { NO_RANGE, RangeSet } from "../../tcp/buffer/range_set.ts";
import { seqAdd, seqDistance, type SeqNumber, seqNumber } from "../../tcp/base/seq.ts";

/** Where the numbers of these tests begin: they wrap in the middle of them. */
const ORIGIN = seqNumber(-35);

function at(offset: number): SeqNumber {
  return seqAdd(ORIGIN, offset);
}

/** A set of ranges that are counted from {@link ORIGIN}. */
class Offsets {
  readonly #set: RangeSet;

  constructor(limit: number) {
    this.#set = new RangeSet(limit);
  }

  get count(): number {
    return this.#set.count;
  }
  get capacity(): number {
    return this.#set.capacity;
  }
  start(index: number): number {
    return seqDistance(ORIGIN, this.#set.start(index));
  }
  end(index: number): number {
    return seqDistance(ORIGIN, this.#set.end(index));
  }
  indexAfter(offset: number): number {
    return this.#set.indexAfter(at(offset));
  }
  add(start: number, end: number): number {
    return this.#set.add(at(start), at(end));
  }
  removeBefore(offset: number): void {
    this.#set.removeBefore(at(offset));
  }
  covers(start: number, end: number): boolean {
    return this.#set.covers(at(start), at(end));
  }
  coveredFrom(offset: number): number {
    return seqDistance(ORIGIN, this.#set.coveredFrom(at(offset)));
  }
  clear(): void {
    this.#set.clear();
  }
}

function ranges(set: Offsets): [number, number][] {
  return Array.from({ length: set.count }, (_, i) => [set.start(i), set.end(i)]);
}

function setOf(...list: [number, number][]): Offsets {
  const set = new Offsets(100);
  for (const [start, end] of list) set.add(start, end);
  return set;
}

Deno.test("an empty set has nothing anywhere", () => {
  const set = new Offsets(4);
  assertEquals(ranges(set), []);
  assertEquals(set.coveredFrom(5), 5);
  set.removeBefore(10);
  assertEquals(set.count, 0);
});

const ADDITIONS: [name: string, start: number, end: number, index: number, after: [number, number][]][] = [
  ["before all", 1, 5, 0, [[1, 5], [10, 20], [30, 40], [50, 60]]],
  ["after all", 70, 80, 3, [[10, 20], [30, 40], [50, 60], [70, 80]]],
  ["in a gap", 22, 28, 1, [[10, 20], [22, 28], [30, 40], [50, 60]]],
  ["touching the one before", 20, 25, 0, [[10, 25], [30, 40], [50, 60]]],
  ["touching the one after", 25, 30, 1, [[10, 20], [25, 40], [50, 60]]],
  ["touching the last", 60, 61, 2, [[10, 20], [30, 40], [50, 61]]],
  ["filling a gap", 20, 30, 0, [[10, 40], [50, 60]]],
  ["one octet short of filling a gap", 21, 30, 1, [[10, 20], [21, 40], [50, 60]]],
  ["within one", 12, 18, 0, [[10, 20], [30, 40], [50, 60]]],
  ["the same again", 30, 40, 1, [[10, 20], [30, 40], [50, 60]]],
  ["over one on both sides", 28, 42, 1, [[10, 20], [28, 42], [50, 60]]],
  ["over two", 15, 35, 0, [[10, 40], [50, 60]]],
  ["over all", 0, 100, 0, [[0, 100]]],
  ["from within one to a gap", 35, 45, 1, [[10, 20], [30, 45], [50, 60]]],
  ["empty", 25, 25, NO_RANGE, [[10, 20], [30, 40], [50, 60]]],
];

for (const [name, start, end, index, after] of ADDITIONS) {
  Deno.test(`adding a range ${name} joins what touches and returns where it is`, () => {
    const set = setOf([10, 20], [30, 40], [50, 60]);
    assertEquals(set.add(start, end), index);
    assertEquals(ranges(set), after);
  });
}

Deno.test("a range more than the limit is refused, and one that joins others is not", () => {
  const set = new Offsets(3);
  for (const start of [10, 30, 50]) assertEquals(set.add(start, start + 10), set.count - 1);
  assertEquals(set.add(70, 80), NO_RANGE);
  assertEquals(set.add(0, 5), NO_RANGE);
  assertEquals(ranges(set), [[10, 20], [30, 40], [50, 60]]);
  assertEquals(set.add(20, 30), 0);
  assertEquals(set.add(70, 80), 2);
  assertEquals(ranges(set), [[10, 40], [50, 60], [70, 80]]);
});

Deno.test("a set that was cleared is empty and takes ranges again", () => {
  const set = setOf([10, 20], [30, 40], [50, 60]);
  set.clear();
  assertEquals(ranges(set), []);
  assertEquals(set.add(5, 6), 0);
  assertEquals(ranges(set), [[5, 6]]);
});

Deno.test("memory is taken as ranges come, and never for more than the limit", () => {
  const set = new Offsets(10);
  const capacities = Array.from({ length: 10 }, (_, i) => {
    set.add(10 * i, 10 * i + 5);
    return set.capacity;
  });
  assertEquals(new Offsets(10).capacity, 0);
  assertEquals(capacities, [4, 4, 4, 4, 8, 8, 8, 8, 10, 10]);
});

Deno.test("a set with a limit of 0 takes nothing", () => {
  assertEquals(new Offsets(0).add(1, 2), NO_RANGE);
});

Deno.test("removeBefore drops whole ranges and cuts the one it falls into", () => {
  const rows: [offset: number, after: [number, number][]][] = [
    [10, [[10, 20], [30, 40]]],
    [11, [[11, 20], [30, 40]]],
    [20, [[30, 40]]],
    [25, [[30, 40]]],
    [30, [[30, 40]]],
    [39, [[39, 40]]],
    [40, []],
    [99, []],
  ];
  for (const [offset, after] of rows) {
    const set = setOf([10, 20], [30, 40]);
    set.removeBefore(offset);
    assertEquals(ranges(set), after, `before ${offset}`);
  }
});

Deno.test("coveredFrom and covers know both edges of a range", () => {
  const set = setOf([10, 20], [30, 40]);
  assertEquals([9, 10, 19, 20, 29, 30, 39, 40].map((offset) => set.coveredFrom(offset)), [
    9,
    20,
    20,
    20,
    29,
    40,
    40,
    40,
  ]);
  assert(set.covers(10, 20) && set.covers(15, 15) && set.covers(5, 5));
  assert(!set.covers(10, 21) && !set.covers(9, 20) && !set.covers(15, 35));
});

Deno.test("ranges as far from each other as a window reaches keep their order", () => {
  const set = new Offsets(4);
  set.add(2 ** 30 + 10, 2 ** 30 + 20);
  set.add(10, 20);
  assertEquals(ranges(set), [[10, 20], [2 ** 30 + 10, 2 ** 30 + 20]]);
  assert(!set.covers(2 ** 29 + 15, 2 ** 29 + 16));
});

Deno.test("any sequence of additions and removals gives what a set of single octets gives", () => {
  const step = fc.record({
    start: fc.integer({ min: 0, max: 60 }),
    length: fc.integer({ min: 0, max: 12 }),
    isRemoval: fc.boolean(),
  });
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 40, size: "max" }),
      fc.integer({ min: 1, max: 6 }),
      (steps, limit) => {
        const set = new Offsets(limit);
        let model = new Set<number>();
        for (const { start, length, isRemoval } of steps) {
          if (isRemoval && length < 4) {
            set.removeBefore(start);
            model = new Set([...model].filter((octet) => octet >= start));
          } else if (set.add(start, start + length) !== NO_RANGE) {
            for (let i = 0; i < length; i++) model.add(start + i);
          }
          const held = Array.from({ length: 80 }, (_, i) => i).filter((i) => set.covers(i, i + 1));
          assertEquals(held, [...model].sort((a, b) => a - b));
          assert(set.count <= limit);
          const list = ranges(set);
          for (let i = 1; i < list.length; i++) assert(list[i - 1]![1] < list[i]![0]);
        }
      },
    ),
    { seed: 2, numRuns: 300 },
  );
});

Deno.test("a full set of many ranges stays sorted whatever the order of arrival", () => {
  const set = new Offsets(1_000);
  for (let i = 0; i < 1_000; i++) set.add((i * 617) % 1_000 * 10, (i * 617) % 1_000 * 10 + 5);
  assertEquals(set.count, 1_000);
  for (let i = 0; i < 1_000; i++) assertEquals([set.start(i), set.end(i)], [i * 10, i * 10 + 5]);
  assertEquals(set.indexAfter(5_004), 500);
  assertEquals(set.indexAfter(5_005), 501);
});
