/**
 * `deno task packetdrill`: runs packetdrill scripts, ours and others', over the core in virtual time.
 *
 * @module
 */

import { parseArgs } from "@std/cli/parse-args";
import type { ProfileName } from "../tcp/config/profiles.ts";
import { mutantsOf } from "./mutate.ts";
import { BORROWED_SCRIPTS, definitionsFor, OWN_SCRIPTS, type RunOptions } from "./options.ts";
import { parseScript } from "./parser.ts";
import { count, mutantLine, reportLines, type Tally, tallyLine } from "./report.ts";
import { runParsed, runScript } from "./runner.ts";

/** The text of `--help`. */
export const USAGE = `Usage: deno task packetdrill [OPTION]... PATH...

Runs the packetdrill scripts at PATH, files or folders, over the TCP of this project in virtual time.

  --profile NAME   behave as standard, linux or freebsd; default: what a script names, or standard
  --strict         as our own scripts: options in exact order, PSH compared, nothing sent beyond what is expected
  --mutate         change each expectation of each script once: every such mutant must fail
  --ipv4, --ipv6   the family for scripts that name none; default: --ipv4
  --both           run those once over each
  --wrap           begin both sequence spaces just below 2^32
  -D NAME=VALUE    replace the word NAME in scripts
  -q, --quiet      print failures and the last line only
  -h, --help       print this

Prints "ok", "FAIL" (script line, packet expected, packet sent, everything so far) or "skip" (the word that is not
known) for each. Exit status: 0 when nothing failed, 1 otherwise, 2 for wrong usage.`;

const EXIT_FAILED = 1;
const EXIT_USAGE = 2;
/** What a shell says of a program that wrote where nobody reads any more. */
const EXIT_PIPE = 141;
const SUFFIX = ".pkt";

/** What the command line asks for. */
interface Job {
  readonly options: RunOptions;
  readonly families: readonly (4 | 6)[];
  readonly mutate: boolean;
  readonly quiet: boolean;
  readonly paths: readonly string[];
  /** Counted as the job goes on. */
  readonly mutants: { made: number; unnoticed: number };
}

function readArguments(args: readonly string[]): Job | string {
  let unknown: string | null = null;
  const parsed = parseArgs(args, {
    boolean: ["strict", "mutate", "ipv4", "ipv6", "both", "wrap", "quiet", "help"],
    string: ["profile", "D"],
    collect: ["D"],
    alias: { h: "help", q: "quiet" },
    unknown: (argument, key) => {
      if (key !== undefined) unknown ??= argument;
      return true;
    },
  });
  if (parsed.help === true) return USAGE;
  if (unknown !== null) return `Cannot use ${unknown}\n\n${USAGE}`;
  const profile = typeof parsed.profile === "string" ? parsed.profile : null;
  if (profile !== null && !isProfile(profile)) return `Cannot use profile ${profile}\n\n${USAGE}`;
  if (parsed._.length === 0) return `Cannot run nothing: name a script or a folder\n\n${USAGE}`;
  const definitions = new Map<string, string>();
  for (const definition of Array.isArray(parsed.D) ? parsed.D as string[] : []) {
    const equals = definition.indexOf("=");
    if (equals < 1) return `Cannot use -D ${definition}: write NAME=VALUE\n\n${USAGE}`;
    definitions.set(definition.slice(0, equals), definition.slice(equals + 1));
  }
  return {
    options: {
      ...(parsed.strict === true ? OWN_SCRIPTS : BORROWED_SCRIPTS),
      profile,
      sequences: parsed.wrap === true ? "wrap" : "ordinary",
      definitions,
    },
    families: parsed.both === true ? [4, 6] : parsed.ipv6 === true ? [6] : [4],
    mutate: parsed.mutate === true,
    quiet: parsed.quiet === true,
    paths: parsed._.map(String),
    mutants: { made: 0, unnoticed: 0 },
  };
}

function isProfile(name: string): name is ProfileName {
  return name === "standard" || name === "linux" || name === "freebsd";
}

/** The scripts at a path, in order of their names. */
function* scriptsAt(path: string): Generator<string> {
  if (!Deno.statSync(path).isDirectory) {
    yield path;
    return;
  }
  const entries = [...Deno.readDirSync(path)].sort((a, b) => a.name < b.name ? -1 : 1);
  for (const entry of entries) {
    const inner = `${path.replace(/\/$/, "")}/${entry.name}`;
    if (entry.isDirectory) yield* scriptsAt(inner);
    else if (entry.name.endsWith(SUFFIX)) yield inner;
  }
}

/** Writes to standard output, all of it. */
function print(line: string): void {
  let octets = new TextEncoder().encode(`${line}\n`);
  while (octets.length > 0) octets = octets.subarray(Deno.stdout.writeSync(octets));
}

/** Whether the script says itself which family it is for. */
function namesFamily(text: string): boolean {
  return /^\s*--ip_version\b/m.test(text);
}

function runFile(path: string, job: Job, tally: Tally): void {
  const text = Deno.readTextFileSync(path);
  for (const family of namesFamily(text) ? [null] : job.families) {
    const options = { ...job.options, family };
    const result = runScript(text, path, options);
    count(tally, result.outcome);
    const name = job.families.length > 1 && family !== null ? `${path} (IPv${family})` : path;
    if (!job.quiet || result.outcome === "failed") reportLines(name, path, result).forEach(print);
    if (job.mutate && result.outcome === "ok") runMutants(text, path, options, job);
  }
}

function runMutants(text: string, path: string, options: RunOptions, job: Job): void {
  for (const mutant of mutantsOf(parseScript(text, path, definitionsFor(options)), "every")) {
    if (mutant.mutation === "push" && !options.push) continue;
    const result = runParsed(mutant.script, options);
    const noticed = result.outcome === "failed";
    job.mutants.made++;
    if (!noticed) job.mutants.unnoticed++;
    if (!job.quiet || !noticed) print(mutantLine(path, mutant, result));
  }
}

function main(args: readonly string[]): number {
  const job = readArguments(args);
  if (job === USAGE) {
    print(USAGE);
    return 0;
  }
  if (typeof job === "string") {
    Deno.stderr.writeSync(new TextEncoder().encode(`${job}\n`));
    return EXIT_USAGE;
  }
  const tally: Tally = { passed: 0, failed: 0, skipped: 0 };
  for (const path of job.paths) {
    try {
      for (const script of scriptsAt(path)) runFile(script, job, tally);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
      Deno.stderr.writeSync(new TextEncoder().encode(`Cannot find ${path}\n`));
      return EXIT_USAGE;
    }
  }
  const { made, unnoticed } = job.mutants;
  if (job.mutate) print(`${made} mutants, ${unnoticed} of them not noticed`);
  print(tallyLine(tally));
  return tally.failed === 0 && unnoticed === 0 ? 0 : EXIT_FAILED;
}

if (import.meta.main) {
  try {
    Deno.exit(main(Deno.args));
  } catch (error) {
    // Whoever read along has enough, as `head` has.
    if (error instanceof Deno.errors.BrokenPipe) Deno.exit(EXIT_PIPE);
    throw error;
  }
}
