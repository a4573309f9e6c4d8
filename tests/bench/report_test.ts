import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { chart } from "./chart.ts";
import type { Machine } from "./machine.ts";
import { document, machinesOf, rangeTable } from "./pages.ts";
import { formatValue, hasFailed, type Report, type Result, summary, table } from "./report.ts";
import type { Claim } from "./row.ts";
import { ROWS } from "./rows.ts";
import { compare } from "./rows/exactness.ts";
import { judge } from "./rows/resident.ts";

const MACHINE: Machine = {
  date: "2026-01-02 03:04 UTC",
  kernel: "Linux 6",
  cpu: "a CPU",
  cores: 2,
  load: [0.1, 0.2, 0.3],
  deno: "Deno 2",
  congestionControl: "cubic",
  versions: ["iperf3: 3"],
};

function claimOf(changes: Partial<Claim>): Claim {
  return {
    work: "bulk up",
    ours: { who: "rawtcp", unit: "MB/s", values: [500, 700, 600] },
    peer: { who: "iperf3", unit: "MB/s", values: [1_000, 1_000, 1_000] },
    bound: { kind: "at least", limit: 0.7, aim: 1 },
    ...changes,
  };
}

function measured(...claims: readonly Claim[]): Result {
  return { name: "bulk", kind: "measured", outcome: { claims, notes: ["A note"], leftOut: ["nc: gone"] } };
}

function reportOf(results: readonly Result[]): Report {
  const tools = { found: new Map(), missing: new Map([["cc", "there is no cc"]] as const) };
  return {
    machine: MACHINE,
    tools,
    rounds: 3,
    bulkSeconds: [2, 20],
    results,
    duration: 61,
    isPartial: false,
    isShort: false,
  };
}

Deno.test("the table has a ratio with its spread, what is wanted, whether it is met, and both figures", () => {
  const [, , line] = table([measured(claimOf({ octets: "exact" }))]).split("\n");
  assertEquals(
    line,
    "| bulk up | iperf3 | 0.6 (0.5 to 0.7) | at least 0.7, aim 1 | **not met** | 600 (500 to 700) MB/s | 1000 MB/s | exact |",
  );
});

Deno.test("what failed comes first, then what is not met, then what loses", () => {
  const at = (work: string, limit: number, ours: number): Claim =>
    claimOf({
      work,
      bound: { kind: "at least", limit },
      ours: { who: "rawtcp", unit: "MB/s", values: [ours] },
    });
  const results: readonly Result[] = [
    measured(at("wins", 0.5, 2_000), at("loses", 0.5, 900), at("falls short", 0.5, 100)),
    measured(claimOf({ work: "wrong", octets: "FAILED: x" })),
    { name: "broken", kind: "failed", reason: "b" },
  ];
  const works = table(results).split("\n").slice(2).map((line) => line.split(" | ")[0]);
  assertEquals(works, ["| wrong", "| broken", "| falls short", "| loses", "| wins"]);
});

Deno.test("each machine keeps its section; the range has the medians of all, and the worst mark first", () => {
  const first = document(reportOf([measured(claimOf({}))]));
  const quick = claimOf({ ours: { who: "rawtcp", unit: "MB/s", values: [1_100, 1_200] } });
  const second = document(
    { ...reportOf([measured(quick)]), machine: { ...MACHINE, cpu: "another CPU" } },
    first,
  );
  assertEquals(second.match(/^## .*/gm), ["## another CPU, 2 cores", "## a CPU, 2 cores"]);
  assertEquals(rangeTable(second).split("\n").slice(2), [
    "| bulk up | iperf3 | 0.6 to 1.15 | at least 0.7, aim 1 | **not met**, aim met |",
  ]);
  assertEquals(machinesOf(second).split("\n").map((line) => /(?:an.*|a) CPU, \d cores/.exec(line)?.[0]), [
    "another CPU, 2 cores",
    "a CPU, 2 cores",
  ]);
  // As `deno fmt` leaves it: columns padded, long lines broken.
  const padded = second.replaceAll("|---", "| --- ").replaceAll("; load at", ";\n  load at");
  assertEquals(rangeTable(padded), rangeTable(second));
  assertEquals(machinesOf(padded), machinesOf(second));
  const again = document(reportOf([measured(quick)]), second);
  assertEquals(again.match(/^## .*/gm), ["## a CPU, 2 cores", "## another CPU, 2 cores"]);
});

Deno.test("what an older section has met may fall short of what is wanted now", () => {
  const modest = claimOf({ bound: { kind: "at least", limit: 0.5 } });
  const before = document({ ...reportOf([measured(modest)]), machine: { ...MACHINE, cpu: "another CPU" } });
  assertStringIncludes(before, "| at least 0.5 | met |");
  const quick = claimOf({ ours: { who: "rawtcp", unit: "MB/s", values: [800] } });
  assertEquals(rangeTable(document(reportOf([measured(quick)]), before)).split("\n").slice(2), [
    "| bulk up | iperf3 | 0.6 to 0.8 | at least 0.7, aim 1 | **not met**, met |",
  ]);
});

Deno.test("the range of one machine is its own figure; what is not judged is not in it", () => {
  const { bound: _, ...informative } = claimOf({ work: "for information" });
  const { peer: __, ...alone } = claimOf({ work: "memory", bound: { kind: "at most", limit: 8 } });
  const page = document(reportOf([measured(informative, alone), { name: "a", kind: "failed", reason: "b" }]));
  assertEquals(rangeTable(page).split("\n").slice(2), [
    "| memory | — | 600 (500 to 700) MB/s | at most 8 | **not met** |",
  ]);
});

Deno.test("a row that failed stays in the table with its reason and makes the run fail", () => {
  const reason =
    "rawtcp, round 2: ended with 1:\n  error: Uncaught (in promise) Error: it broke\n    at x.ts";
  const results: readonly Result[] = [measured(claimOf({})), { name: "loss-up", kind: "failed", reason }];
  assertStringIncludes(table(results), "| loss-up |  | **failed** |  |  | error: Error: it broke |  |  |");
  assertEquals(hasFailed(results), true);
  assertEquals(hasFailed(results.slice(0, 1)), false);
});

Deno.test("a row that is left out stays in the table and is no failure", () => {
  const results: readonly Result[] = [{ name: "raw-upload", kind: "left out", reason: "cc: there is no cc" }];
  assertStringIncludes(table(results), "| raw-upload |  | left out |");
  assertEquals(hasFailed(results), false);
});

Deno.test("octets that differ are shown and make the run fail; a bound that is not met does not", () => {
  const results = [measured(claimOf({ octets: "FAILED: the hashes at both ends differ" }))];
  assertStringIncludes(table(results), "**FAILED: the hashes at both ends differ**");
  assertEquals(hasFailed(results), true);
  assertEquals(hasFailed([measured(claimOf({ octets: "exact" }))]), false);
});

Deno.test("a reason cannot break the table", () => {
  const results: readonly Result[] = [{ name: "x", kind: "failed", reason: "a | b" }];
  assertStringIncludes(table(results), "a \\| b");
});

Deno.test("the summary counts marks, failures and what was left out", () => {
  const results: readonly Result[] = [
    measured(claimOf({}), claimOf({ bound: { kind: "at least", limit: 0.5 } })),
    { name: "a", kind: "failed", reason: "" },
    { name: "b", kind: "left out", reason: "" },
  ];
  assertEquals(summary(results), "0 aims met, 1 met, 1 not met; 1 rows failed, 1 left out");
});

Deno.test("the document names the machine, what is missing and the notes, and says when the machine was busy", () => {
  const quiet = reportOf([measured(claimOf({}))]);
  for (
    const text of ["a CPU, 2 cores", "load at the start 0.10", "cc: there is no cc", "nc: gone", "A note"]
  ) {
    assertStringIncludes(document(quiet), text);
  }
  assert(!document(quiet).includes("The machine was busy"));
  const busy = { ...quiet, machine: { ...MACHINE, load: [1.5, 1, 1] } };
  assertStringIncludes(document(busy), "The machine was busy");
  assert(!document(quiet).includes("short run"));
  assertStringIncludes(document({ ...quiet, isShort: true }), "short run");
});

for (const [value, text] of [[1234.5, "1235"], [99.94, "99.9"], [0.12345, "0.123"], [NaN, "—"]] as const) {
  Deno.test(`${value} is written ${text}`, () => assertEquals(formatValue(value), text));
}

Deno.test("the chart has a bar for each ratio, coloured by its mark, and none for what has no peer", () => {
  const { peer: _, ...alone } = claimOf({ work: "memory <1>" });
  const svg = chart([measured(claimOf({}), claimOf({ bound: { kind: "at least", limit: 0.5 } }), alone)]);
  assertEquals([...svg.matchAll(/<rect class="(\w+)"/g)].map((match) => match[1]), [
    "ground",
    "missed",
    "met",
  ]);
  assertMatch(svg, /prefers-color-scheme: dark/);
  assert(!svg.includes("memory"));
});

Deno.test("the chart cannot be broken by a name", () => {
  assertStringIncludes(chart([measured(claimOf({ work: `<a> & "b"` }))]), "&lt;a&gt; &amp; &quot;b&quot;");
});

Deno.test("the names of the rows differ, so that --only can tell them apart", () => {
  assertEquals(new Set(ROWS.map(({ name }) => name)).size, ROWS.length);
});

const WHOLE = { octets: 10, hash: "aa" };
const TRANSFERS = [
  ["both ends have all of it", WHOLE, WHOLE, true],
  ["another hash there", WHOLE, { octets: 10, hash: "bb" }, false],
  ["fewer octets there", WHOLE, { octets: 9, hash: "aa" }, false],
  ["fewer octets at both ends", { octets: 9, hash: "aa" }, { octets: 9, hash: "aa" }, false],
  ["no hashes", { octets: 10, hash: null }, { octets: 10, hash: null }, false],
] as const;

for (const [name, ours, theirs, isExact] of TRANSFERS) {
  Deno.test(`a transfer with ${name} is ${isExact ? "exact" : "not exact"}`, () => {
    assertEquals(compare(10, ours, theirs) === null, isExact);
  });
}

Deno.test("memory that grows is told from memory that is flat after its first quarter", () => {
  assertEquals(judge([10, 60, 70, 71, 70, 71, 71, 70]), { highest: 71, growth: 0 });
  assertEquals(judge([10, 60, 70, 71, 80, 90, 100, 110]), { highest: 110, growth: 39 });
});
