/**
 * Measures everything side by side with the peers found on this machine, in namespaces of its own:
 *
 *     deno task bench [--rounds N] [--seconds N] [--only ROW,…] [--no-write]
 *
 * Needs root for the namespaces; what needs none is measured without. Installs nothing. Prints the table, and writes
 * RESULTS.md, results.svg and the table of docs/benchmarks.md after a run of all rows. Ends with 1 when a row fails.
 *
 * @module
 */

import { parseArgs } from "@std/cli/parse-args";
import { Bench, type Extent, messageOf } from "./bench.ts";
import { chart } from "./chart.ts";
import { describeMachine, isNoisy } from "./machine.ts";
import { document, machinesOf, rangeTable } from "./pages.ts";
import { hasFailed, type Report, type Result } from "./report.ts";
import type { Row } from "./row.ts";
import { ROWS } from "./rows.ts";
import { findTools } from "./tools.ts";

const FOLDER = new URL("./", import.meta.url).pathname;
const PAGE = new URL("../../docs/benchmarks.md", import.meta.url).pathname;

/** Between these lines the page has the table. */
const PAGE_MARKS = /(<!-- bench: [^\n]*-->\n)[\s\S]*?(<!-- bench end -->)/;

/** How much is measured unless something else is asked for. */
const USUAL: Extent = { rounds: 5, seconds: 2, bulkSeconds: [2, 20], octets: 10e9, isPinned: false };

const MOST_ROUNDS = 50;
const MOST_SECONDS = 60;

const HELP = `deno task bench [--rounds N] [--seconds N] [--gigabytes N] [--only ROW,…] [--pin] [--no-write]

  --rounds N      turns of each contender (${USUAL.rounds})
  --seconds N,…   lengths of bulk runs, whole because iperf3's are (${USUAL.bulkSeconds.join()}); the
                  first is also that of other runs
  --gigabytes N   length of the transfers during which memory is watched (${USUAL.octets / 1e9})
  --pin           bulk rows beside iperf3 with each end on a core of its own; nothing is written then
  --only ROW,…    only these rows, by the beginnings of their names; nothing is written then
  --no-write      leave RESULTS.md, results.svg and docs/benchmarks.md as they are

Rows: ${ROWS.map(({ name }) => name).join(", ")}
`;

/** What was asked for. */
interface Wanted {
  readonly extent: Extent;
  readonly rows: readonly Row[];
  readonly isWritten: boolean;
}

function print(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));
}

function say(text: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${text}\n`));
}

function usage(text: string): never {
  say(`bench: ${text}\n\n${HELP}`);
  Deno.exit(2);
}

/** A number within bounds. */
function numberOf(flag: string, text: unknown, most: number, isWhole: boolean): number {
  const value = Number(text);
  const isFit = value > 0 && value <= most && (!isWhole || Number.isInteger(value));
  return isFit
    ? value
    : usage(`--${flag} takes a ${isWhole ? "whole " : ""}number up to ${most}, not ${text}`);
}

function readArguments(args: readonly string[]): Wanted {
  const flags = parseArgs([...args], {
    string: ["rounds", "seconds", "gigabytes", "only"],
    boolean: ["write", "pin", "help"],
    negatable: ["write"],
    default: {
      rounds: String(USUAL.rounds),
      seconds: USUAL.bulkSeconds.join(),
      gigabytes: String(USUAL.octets / 1e9),
      write: true,
    },
    unknown: (arg) => usage(`there is no ${arg}`),
  });
  if (flags["help"] === true) {
    print(HELP);
    Deno.exit(0);
  }
  const only = flags["only"] === undefined ? null : String(flags["only"]).split(",");
  for (const name of only ?? []) {
    if (!ROWS.some((row) => row.name.startsWith(name))) usage(`there is no row ${name}`);
  }
  const bulkSeconds = String(flags["seconds"]).split(",").map((text) =>
    numberOf("seconds", text, MOST_SECONDS, true)
  );
  return {
    extent: {
      rounds: numberOf("rounds", flags["rounds"], MOST_ROUNDS, true),
      seconds: Math.min(...bulkSeconds),
      bulkSeconds,
      octets: Math.round(numberOf("gigabytes", flags["gigabytes"], 100, false) * 1e9),
      isPinned: flags["pin"] === true,
    },
    rows: ROWS.filter(({ name }) => only === null || only.some((wanted) => name.startsWith(wanted))),
    isWritten: flags["write"] === true && flags["pin"] !== true && only === null,
  };
}

async function measure(bench: Bench, row: Row): Promise<Result> {
  const { name } = row;
  const missing = row.needs.filter((tool) => !bench.tools.found.has(tool));
  if (missing.length > 0) {
    const reason = missing.map((tool) => `${tool}: ${bench.tools.missing.get(tool)}`).join("; ");
    return { name, kind: "left out", reason };
  }
  try {
    return { name, kind: "measured", outcome: await row.run(bench) };
  } catch (error) {
    return { name, kind: "failed", reason: messageOf(error) };
  }
}

/** The signals that end a run, and its exit code then. */
const SIGNALS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/** An end asked for by a signal. */
interface Interruption {
  /** Null while there is none. */
  code: number | null;
}

/** Ends all that the bench has started when a signal comes: the row at work fails, and no other begins. */
function listen(bench: Bench): Interruption {
  const interruption: Interruption = { code: null };
  for (const signal of Object.keys(SIGNALS) as (keyof typeof SIGNALS)[]) {
    Deno.addSignalListener(signal, () => {
      say(`bench: ${signal}, cleaning up`);
      interruption.code = SIGNALS[signal];
      void bench[Symbol.asyncDispose]();
    });
  }
  return interruption;
}

async function write(report: Report): Promise<void> {
  const [results, picture] = [`${FOLDER}RESULTS.md`, `${FOLDER}results.svg`];
  const text = document(report, await Deno.readTextFile(results));
  await Deno.writeTextFile(results, text);
  await Deno.writeTextFile(picture, chart(report.results));
  const page = await Deno.readTextFile(PAGE);
  const written = `\n${rangeTable(text)}\n\n${machinesOf(text)}\n\n`;
  await Deno.writeTextFile(PAGE, page.replace(PAGE_MARKS, (_, begin, end) => `${begin}${written}${end}`));
  await new Deno.Command(Deno.execPath(), { args: ["fmt", "--quiet", results, picture, PAGE] }).output();
  say(`bench: written: ${results}, ${picture}, ${PAGE}`);
}

async function main(): Promise<number> {
  const { extent, rows, isWritten } = readArguments(Deno.args);
  const start = performance.now();
  Deno.env.set("NO_COLOR", "1"); // for what programs say when they fail
  const tools = await findTools();
  const machine = await describeMachine(tools);
  for (const [name, why] of tools.missing) say(`bench: without ${name}: ${why}`);
  if (isNoisy(machine)) {
    say(`bench: others are at work on this machine (load ${machine.load[0]?.toFixed(2)})`);
  }
  await using bench = new Bench(extent, tools);
  const interruption = listen(bench);
  const results: Result[] = [];
  for (const [index, row] of rows.entries()) {
    say(`bench: ${index + 1} of ${rows.length}, ${row.name}`);
    const result = await measure(bench, row);
    if (interruption.code !== null) return interruption.code;
    if (result.kind !== "measured") say(`bench: ${result.name}: ${result.kind}: ${result.reason}`);
    results.push(result);
  }
  const duration = (performance.now() - start) / 1_000;
  const { rounds, seconds, bulkSeconds } = extent;
  const isPartial = rows.length < ROWS.length;
  const isShort = rounds < USUAL.rounds || seconds < USUAL.seconds ||
    bulkSeconds.length < USUAL.bulkSeconds.length || extent.octets < USUAL.octets;
  const report: Report = { machine, tools, rounds, bulkSeconds, results, duration, isPartial, isShort };
  print(document(report));
  if (isWritten) await write(report);
  return hasFailed(results) ? 1 : 0;
}

if (import.meta.main) Deno.exit(await main());
