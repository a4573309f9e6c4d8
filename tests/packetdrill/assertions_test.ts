/** The small Python of `%{ … }%`. */

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { type CodeOutcome, type Names, runCode } from "../../packetdrill/assertions.ts";
import { START } from "../../packetdrill/errors.ts";
import { parsePython } from "../../packetdrill/python.ts";

const FIGURES = new Map([["tcpi_snd_cwnd", 10], ["tcpi_rtt", 50_000], ["tcpi_options", 7], ["tcpi_lost", 0]]);

function named(figures: ReadonlyMap<string, number> = FIGURES, variables = new Map<string, number>()): Names {
  return { figures, variables, platform: "linux" };
}

function runText(code: string, names: Names = named()): CodeOutcome {
  return runCode(parsePython(code, START), names);
}

const HOLD: readonly string[] = [
  "assert tcpi_snd_cwnd == 10",
  "assert tcpi_snd_cwnd == 10, tcpi_snd_cwnd",
  "assert tcpi_snd_cwnd == 10, 'cwnd=%d, at %d' % (tcpi_snd_cwnd, 3)",
  "assert 49000 <= tcpi_rtt <= 51000, tcpi_rtt",
  "assert 49e3 < tcpi_rtt < 51e3",
  "assert not tcpi_lost",
  "assert tcpi_lost == 1 or tcpi_snd_cwnd == 10 and tcpi_lost == 0",
  "assert tcpi_options == (TCPI_OPT_TIMESTAMPS | TCPI_OPT_SACK | TCPI_OPT_WSCALE)",
  "assert (tcpi_options & TCPI_OPT_ECN) == 0",
  "assert tcpi_snd_cwnd * 2 + 1 == 21 and tcpi_snd_cwnd // 3 == 3 and tcpi_snd_cwnd % 4 == 2",
  "assert -tcpi_snd_cwnd == -10 and abs(-3) == 3 and min(4, tcpi_snd_cwnd) == 4",
  "assert tcpi_snd_cwnd != 9 and TCP_CA_Open == 0",
  "assert 1 << 4 == 16",
];

for (const code of HOLD) {
  Deno.test(`holds: ${code}`, () => assertEquals(runText(code), { passed: 1, unchecked: [], failure: null }));
}

const FAIL: readonly string[] = [
  "assert tcpi_snd_cwnd == 11, tcpi_snd_cwnd",
  "assert 60000 <= tcpi_rtt <= 70000",
  "assert 40000 <= tcpi_rtt <= 45000",
  "assert tcpi_lost",
  "assert tcpi_lost == 0 and tcpi_snd_cwnd == 1",
  "assert not (tcpi_snd_cwnd == 10)",
];

for (const code of FAIL) {
  Deno.test(`fails: ${code}`, () => assert(runText(code).failure !== null));
}

Deno.test("a failure names the values that were compared", () => {
  assertStringIncludes(
    runText("assert tcpi_snd_cwnd == 11").failure?.text ?? "",
    "tcpi_snd_cwnd is 10",
  );
});

const UNCHECKED: readonly string[] = [
  "assert tcpi_pacing_rate == 1",
  "assert tcpi_lost == 0 if 1 else 2",
  "assert len([1]) == 1",
  "for x in y: pass",
  "assert 'a' == 'a'",
  "assert math.floor(1.5) == 1",
];

for (const code of UNCHECKED) {
  Deno.test(`is not checked, and says so: ${code}`, () => {
    const outcome = runText(code);
    assertEquals([outcome.passed, outcome.unchecked.length, outcome.failure], [0, 1, null]);
  });
}

Deno.test("a figure of a connection that is gone cannot be checked, and fails", () => {
  const gone = { ...named(), figures: null };
  assertMatch(runText("assert tcpi_snd_cwnd == 10", gone).failure?.text ?? "", /there is no connection/);
  assertMatch(runText("assert failure == 0", gone).failure?.text ?? "", /there is no connection/);
  assertEquals(runText("assert TIMED_OUT == 3", gone).passed, 1);
});

Deno.test("statements end at line ends and semicolons, comments and continued lines are understood", () => {
  const code =
    "assert tcpi_lost == 0; assert tcpi_snd_cwnd == 10, 'a;b' # c; assert 0\nassert 1 == \\\n 1;\nprint(tcpi_lost)";
  assertEquals(runText(code).passed, 3);
});

Deno.test("what is assigned is known to later snippets", () => {
  const variables = new Map<string, number>();
  runText("cwnd = tcpi_snd_cwnd\ncwnd += 1", named(FIGURES, variables));
  assertEquals(runText("assert cwnd == 11", named(new Map(), variables)).passed, 1);
});

Deno.test("an assignment that is not supported makes its name unknown again", () => {
  const variables = new Map([["window", 10]]);
  runText("window = len(1)", named(FIGURES, variables));
  assertEquals(runText("assert window == 10", named(FIGURES, variables)).unchecked.length, 1);
});
