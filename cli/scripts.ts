/**
 * `--script`, and `deno task packetdrill`: runs packetdrill scripts over the core in virtual time. No right is needed.
 *
 * @module
 */

import {
  BORROWED_SCRIPTS,
  count,
  mutantLine,
  OWN_SCRIPTS,
  PROFILE_NAMES,
  reportLines,
  runMutants,
  type RunOptions,
  type RunResult,
  runScript,
  SCRIPT_START,
  type Tally,
  tallyLine,
} from "../packetdrill/mod.ts";
import { counted } from "./counted.ts";
import { ExitCode } from "./exit_codes.ts";
import { ProgramFailure } from "./failures.ts";
import { asksAboutProgram } from "./about_options.ts";
import { ownText } from "./help.ts";
import { ioReason, isReaderGone } from "./io_errors.ts";
import {
  CAPTURE_OPTIONS,
  isObserved,
  type ObserveArguments,
  observeArguments,
  SHOWING_OPTIONS,
  takesStandardOutput,
} from "./observe_arguments.ts";
import { observed } from "./observed.ts";
import { refuseOneFileTwice } from "./written_files.ts";
import { parseChoice } from "./option_values.ts";
import { type OptionGroup, quoted, UsageError } from "./options.ts";
import { parseOptions } from "./command_line.ts";
import { COLOR_CHOICES, type ColorChoice, Output, type TextSink, writeLine } from "./output.ts";
import type { ProgramText } from "./program_text.ts";
import { VERSION } from "./version.ts";

/** How the command ends. */
const ScriptExit = { ok: 0, failed: 1, error: 2, readerGone: 141 } as const;

const SUFFIX = ".pkt";

/** Octets that are read at a time. */
const READ_OCTETS = 1 << 16;

/** Octets of the longest script: what is longer is none. */
const LONGEST_SCRIPT = 16 << 20;

const GROUPS: readonly OptionGroup[] = [
  {
    title: "How scripts are run",
    options: [
      {
        name: "profile",
        value: "NAME",
        choices: PROFILE_NAMES,
        help: "behave as standard, linux or freebsd (default: what a script names, or standard)",
      },
      {
        name: "strict",
        help:
          "as for our own scripts: options in exact order, PSH compared, every octet and packet accounted " +
          "for, nothing skipped",
      },
      {
        name: "mutate",
        help: "make each expectation of each script wrong once: every such mutant must fail",
      },
      { name: "ipv4", help: "over IPv4, unless a script names a family (the default)" },
      { name: "ipv6", help: "over IPv6, unless a script names a family" },
      { name: "both", help: "once over each, unless a script names a family" },
      { name: "wrap", help: "begin both sequence spaces just below 2^32" },
      {
        name: "define",
        letter: "D",
        value: "NAME=VALUE",
        repeats: true,
        help: "replace the word NAME in scripts; may be given again",
      },
    ],
  },
  {
    title: "What is printed",
    options: [
      { name: "full", help: "all of a failure's log, not its last 40 lines" },
      { name: "quiet", letter: "q", help: "failures, errors and the last line only" },
      {
        name: "color",
        value: "WHEN",
        choices: COLOR_CHOICES,
        help: "auto, always or never (default: auto)",
      },
      { name: "help", letter: "h", help: "this help; -h the short one" },
    ],
  },
  { title: "One run of one script, shown whether it passes or fails", options: SHOWING_OPTIONS },
  { title: "Captures of one run", options: CAPTURE_OPTIONS },
];

const OPTIONS = GROUPS.flatMap(({ options }) => options);

/** How the command is called, and where relative paths begin. */
export interface ScriptCommand {
  /** As the user typed it, for the help. */
  readonly name: string;
  /** A folder; null: the current one. */
  readonly base: string | null;
}

/** What there is to tell of the command. */
export function scriptsText(name: string): ProgramText {
  return {
    name,
    summary: "run packetdrill scripts over the TCP of rawtcp",
    operands: "PATH...",
    description:
      "Runs the packetdrill scripts at PATH, files or folders, over the TCP of this project in virtual time. It needs " +
      "no privileges, and sends nothing.",
    examples: [
      [`${name} FILE.pkt`, "check that this TCP does what a script says"],
      [`${name} --profile linux FOLDER`, "run scripts that were written for Linux"],
      [`${name} --trace --ladder FILE.pkt`, "show one run"],
    ],
    groups: GROUPS,
    notes: [[
      "What is printed of each script",
      '"ok"; "FAIL" with what was expected, what happened, and the log up to there; "skip" with the word that is ' +
      'not supported; or "ERROR" for a mistake in the script, with its place and what was expected there. The language, ' +
      "with all that is supported: packetdrill/README.md.",
    ]],
    environment: [],
    files: [],
    exitCodes: [
      [ScriptExit.ok, "nothing failed"],
      [ScriptExit.failed, "a script failed, or a mutant was not noticed"],
      [ScriptExit.error, "a script has a mistake, or wrong usage"],
    ],
    version: VERSION,
  };
}

/** What the command line asks for. */
interface Job {
  readonly options: RunOptions;
  readonly families: readonly (4 | 6)[];
  readonly mutate: boolean;
  readonly full: boolean;
  readonly quiet: boolean;
  readonly color: ColorChoice;
  readonly observe: ObserveArguments;
  readonly paths: readonly string[];
}

async function readArguments(args: readonly string[], name: string): Promise<Job | string> {
  const parsed = await parseOptions(args, OPTIONS);
  const { values, flags, operands } = parsed;
  if (asksAboutProgram(parsed)) return ownText(scriptsText(name), parsed);
  if (operands.length === 0) throw new UsageError("There is nothing to run: name a script or a folder");
  const profile = values.get("profile");
  const color = values.get("color");
  return {
    options: {
      ...(flags.has("strict") ? OWN_SCRIPTS : BORROWED_SCRIPTS),
      profile: profile === undefined ? null : parseChoice(profile, "--profile", PROFILE_NAMES),
      sequences: flags.has("wrap") ? "wrap" : "ordinary",
      definitions: new Map((values.get("define")?.split(NEXT_DEFINITION) ?? []).map(definitionOf)),
    },
    families: flags.has("both") ? [4, 6] : flags.has("ipv6") ? [6] : [4],
    mutate: flags.has("mutate"),
    full: flags.has("full"),
    quiet: flags.has("quiet"),
    color: color === undefined ? "auto" : parseChoice(color, "--color", COLOR_CHOICES),
    observe: observeArguments(parsed, false),
    paths: operands,
  };
}

/** The comma before one more definition, not one within a value. */
const NEXT_DEFINITION = /,(?=\w+=)/;

function definitionOf(text: string): readonly [name: string, value: string] {
  const [, name, value] = /^(\w+)=(.*)$/s.exec(text) ?? [];
  if (name !== undefined && value !== undefined) return [name, value];
  throw new UsageError(`Cannot use ${quoted(text)} as -D: write NAME=VALUE`);
}

/** Nobody reads the output any more. */
class ReaderGone extends Error {}

function print(sink: TextSink, line: string): void {
  try {
    writeLine(sink, line);
  } catch (error) {
    if (isReaderGone(error)) throw new ReaderGone();
    throw new ProgramFailure(ExitCode.system, `Cannot write to ${streamName(sink)}: ${ioReason(error)}`);
  }
}

function streamName(sink: TextSink): string {
  return sink === Deno.stderr ? "standard error" : "standard output";
}

/** A script of those that the command line names. */
interface Source {
  /** As messages have it. */
  readonly path: string;
  /** Where the file is. */
  readonly real: string;
  readonly text: string;
}

/** The scripts at a path, in order of their names. @throws UsageError */
function* sourcesAt(path: string, base: string | null): Generator<Source> {
  const real = base === null || path.startsWith("/") ? path : `${base}/${path}`;
  try {
    if (!Deno.statSync(real).isDirectory) {
      yield { path, real, text: scriptAt(real) };
      return;
    }
    const entries = [...Deno.readDirSync(real)].sort((a, b) => a.name < b.name ? -1 : 1);
    for (const entry of entries) {
      const inner = `${path.replace(/\/$/, "")}/${entry.name}`;
      if (entry.isDirectory || entry.name.endsWith(SUFFIX)) yield* sourcesAt(inner, base);
    }
  } catch (error) {
    if (error instanceof UsageError || !(error instanceof Error)) throw error;
    const reason = error instanceof Deno.errors.NotFound
      ? "there is no such file or folder"
      : ioReason(error);
    throw new UsageError(`Cannot read ${quoted(path)}: ${reason}`);
  }
}

/** What a file or a pipe has, as far as it may be a script: devices go on for ever. */
function scriptAt(path: string): string {
  using file = Deno.openSync(path);
  const decoder = new TextDecoder();
  const octets = new Uint8Array(READ_OCTETS);
  let text = "";
  for (let total = 0;;) {
    const read = file.readSync(octets);
    if (read === null) return text + decoder.decode();
    total += read;
    if (total > LONGEST_SCRIPT) throw new Error("it is longer than 16 MiB");
    text += decoder.decode(octets.subarray(0, read), { stream: true });
  }
}

/** Whether the script says itself which family it is for. */
function namesFamily(text: string): boolean {
  return /^\s*--ip_version\b/m.test(text);
}

/** Runs what a job asks for. */
class ScriptJob {
  readonly #job: Job;
  readonly #output: Output;
  readonly #sink: TextSink;
  readonly #tally: Tally = { passed: 0, failed: 0, skipped: 0, errors: 0 };
  #mutants = 0;
  #unnoticed = 0;

  constructor(job: Job) {
    this.#job = job;
    const isTaken = takesStandardOutput(job.observe);
    this.#output = new Output({ color: job.color, quiet: isTaken });
    this.#sink = isTaken ? Deno.stderr : Deno.stdout;
  }

  async run(base: string | null): Promise<number> {
    const { paths, mutate, observe } = this.#job;
    const sources = paths.flatMap((path) => [...sourcesAt(path, base)]);
    if (sources.length === 0) {
      throw new UsageError(`Cannot find a script (${SUFFIX}) at ${quoted(paths.join(" "))}`);
    }
    const runs = sources.flatMap((source) => this.#familiesOf(source).map((family) => ({ source, family })));
    if (isObserved(observe) && runs.length > 1) {
      throw new UsageError("Cannot show several runs: name one script, and one family of it");
    }
    for (const { source, family } of runs) await this.#runOne(source, family);
    if (mutate) this.#print(`${counted(this.#mutants, "mutant")}, ${this.#unnoticed} of them not noticed`);
    this.#print(tallyLine(this.#tally));
    if (this.#tally.errors > 0) return ScriptExit.error;
    return this.#tally.failed === 0 && this.#unnoticed === 0 ? ScriptExit.ok : ScriptExit.failed;
  }

  #familiesOf({ text }: Source): readonly (4 | 6 | null)[] {
    return namesFamily(text) ? [null] : this.#job.families;
  }

  async #runOne(source: Source, family: 4 | 6 | null): Promise<void> {
    const { families, quiet, full, mutate } = this.#job;
    const options = { ...this.#job.options, family };
    const result = await this.#observed(source, options);
    count(this.#tally, result.outcome);
    const variant = families.length > 1 && family !== null ? `IPv${family}` : "";
    if (!quiet || result.outcome === "failed" || result.outcome === "error") {
      for (const line of reportLines({ ...source, variant, result }, full)) this.#print(line);
    }
    if (mutate && result.outcome === "ok") this.#runMutants(source, options);
  }

  /** Runs a script, shown and stored as the command line asks. */
  #observed({ path, real, text }: Source, options: RunOptions): Promise<RunResult> {
    const { observe, color } = this.#job;
    refuseOneFileTwice(observe, null, [["the script", real]]);
    const context = { program: "rawtcp-client", color, output: this.#output, epoch: -SCRIPT_START };
    return observed(
      observe,
      context,
      (watchers) => Promise.resolve(runScript(text, path, options, watchers)),
    );
  }

  #runMutants({ path, text }: Source, options: RunOptions): void {
    for (const run of runMutants(text, path, options)) {
      const noticed = run.result.outcome === "failed";
      this.#mutants++;
      if (!noticed) this.#unnoticed++;
      if (!this.#job.quiet || !noticed) this.#print(mutantLine(path, run));
    }
  }

  #print(line: string): void {
    print(this.#sink, line);
  }
}

/** Runs scripts as a command line (without the program's name) asks. @returns the exit code @throws ProgramFailure */
export async function runScripts(args: readonly string[], { name, base }: ScriptCommand): Promise<number> {
  try {
    const job = await readArguments(args, name);
    if (typeof job !== "string") return await new ScriptJob(job).run(base);
    print(Deno.stdout, job.trimEnd());
    return ScriptExit.ok;
  } catch (error) {
    // Whoever read along has enough, as `head` has.
    if (error instanceof ReaderGone) return ScriptExit.readerGone;
    if (!(error instanceof UsageError)) throw error;
    throw new ProgramFailure(ExitCode.usage, `${error.message} (see ${name} --help)`);
  }
}
