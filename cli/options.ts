/**
 * Command lines: options as GNU programs take them, operands, and values with their ranges.
 *
 * @module
 */

import { terminalText } from "../trace/escape.ts";

/** The command line cannot be understood; the message says what to write instead. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** An option that the program does not have. */
export class UnknownOption extends Error {
  /** With its dashes. */
  readonly argument: string;
  /** Without them; empty for a letter. */
  readonly option: string;

  constructor(argument: string, option: string) {
    super(argument);
    this.argument = argument;
    this.option = option;
  }
}

/** An option that a program knows. */
export interface OptionSpec {
  /** The long name, without dashes. */
  readonly name: string;
  /** The letter of the short form. */
  readonly letter?: string;
  /** What the help calls the value; absent when the option takes none. */
  readonly value?: string;
  /** When the value may be left out: the next argument is one only if it looks like this; otherwise the value is empty. */
  readonly optional?: RegExp;
  /** What it does, for the help: a sentence or two without the last period. */
  readonly help: string;
  /** The words of which the value is one. */
  readonly choices?: readonly string[];
  /** Options of which one must be given too: without them this one would be ignored. */
  readonly needs?: readonly string[];
  /** Whether all that it does is to narrate: nothing of it is shown when quiet, or when standard output is a program's. @default false */
  readonly narrates?: boolean;
  /** Whether it may be given more than once; the values are joined by commas then. @default false */
  readonly repeats?: boolean;
}

/** Options that belong together. */
export interface OptionGroup {
  readonly title: string;
  readonly options: readonly OptionSpec[];
}

/** What stood on a command line. */
export interface ParsedOptions {
  /** Values by long name. */
  readonly values: ReadonlyMap<string, string>;
  /** Long names of the options without value that were given. */
  readonly flags: ReadonlySet<string>;
  /** What was not an option, in its order. */
  readonly operands: readonly string[];
  /** Long names of the options that were given by their letters. */
  readonly byLetter: ReadonlySet<string>;
}

/**
 * Reads a command line. A value may start with a dash; `--` ends the options.
 *
 * @throws UnknownOption
 * @throws UsageError for a missing value, a value for an option that takes none, and an option that would be ignored
 */
export async function parseKnownOptions(
  args: readonly string[],
  specs: readonly OptionSpec[],
): Promise<ParsedOptions> {
  const valued = specs.filter((spec) => spec.value !== undefined);
  const plain = specs.filter((spec) => spec.value === undefined).map((spec) => spec.name);
  const { options, operands, byLetter } = canonicalArguments(args, specs);
  refuseTwice(options, valued);
  const parsed = await readOptions(options, valued, plain);
  const values = new Map<string, string>();
  for (const { name } of valued) {
    const value = parsed[name];
    if (typeof value === "string") values.set(name, value);
    else if (Array.isArray(value) && value.length > 0) values.set(name, value.join(","));
  }
  const flags = new Set(plain.filter((name) => parsed[name] === true));
  for (const spec of specs) {
    if (values.has(spec.name) || flags.has(spec.name)) refuseIgnored(spec, values, flags);
  }
  return { values, flags, operands, byLetter };
}

/** What the package makes of options in their canonical form; it is not loaded where there are none. */
async function readOptions(
  options: readonly string[],
  valued: readonly OptionSpec[],
  plain: readonly string[],
): Promise<Readonly<Record<string, unknown>>> {
  if (options.length === 0) return {};
  const { parseArgs } = await import("@std/cli/parse-args");
  return parseArgs(options, {
    string: valued.map((spec) => spec.name),
    boolean: plain,
    collect: valued.filter((spec) => spec.repeats === true).map((spec) => spec.name),
  });
}

/** @throws UsageError when an option has two values, of which one would be ignored */
function refuseTwice(options: readonly string[], valued: readonly OptionSpec[]): void {
  for (const { name, repeats } of valued) {
    if (repeats === true || options.filter((one) => one.startsWith(`--${name}=`)).length < 2) continue;
    throw new UsageError(`Option --${name} is given twice: give it once`);
  }
}

/** @throws UsageError when none of the options is there that this one needs, or nothing of it would be shown */
function refuseIgnored(
  { name, needs, narrates }: OptionSpec,
  values: ReadonlyMap<string, string>,
  flags: ReadonlySet<string>,
): void {
  const silencer = flags.has("quiet") ? "--quiet" : flags.has("json") ? "--json" : null;
  if (narrates === true && silencer !== null) {
    throw new UsageError(`Option --${name} would be ignored: ${silencer} suppresses what it shows`);
  }
  if (needs === undefined || needs.some((other) => values.has(other) || flags.has(other))) return;
  const others = alternatives(needs.map((other) => `--${other}`));
  throw new UsageError(`Option --${name} would be ignored without ${others}`);
}

/** `a`, `a or b`, `a, b or c`. */
export function alternatives(words: readonly string[]): string {
  const last = words.at(-1) ?? "";
  return words.length < 2 ? last : `${words.slice(0, -1).join(", ")} or ${last}`;
}

/** @throws UnknownOption */
function optionNamed(name: string, specs: readonly OptionSpec[]): OptionSpec {
  const spec = specs.find((spec) => spec.name === name);
  if (spec === undefined) throw new UnknownOption(`--${name}`, name);
  return spec;
}

/** @throws UnknownOption */
function optionOfLetter(letter: string, specs: readonly OptionSpec[]): OptionSpec {
  const spec = specs.find((spec) => spec.letter === letter);
  if (spec === undefined) throw new UnknownOption(`-${letter}`, "");
  return spec;
}

/**
 * Writes every option in its one unmistakable form, `--name=value` or `--name`, and every operand behind `--`: parseArgs
 * would take `-x` of `-m -x` for another option, and `true` of `--quiet true` for a value.
 */
function canonicalArguments(
  args: readonly string[],
  known: readonly OptionSpec[],
): { readonly options: string[]; readonly operands: string[]; readonly byLetter: Set<string> } {
  const options: string[] = [];
  const operands: string[] = [];
  const byLetter = new Set<string>();
  for (let i = 0; i < args.length; i++) {
    const argument = args[i] ?? "";
    if (argument === "--") {
      operands.push(...args.slice(i + 1));
      break;
    }
    if (argument === "-" || !argument.startsWith("-")) operands.push(argument);
    else if (argument.startsWith("--")) i += longOption(argument, args[i + 1], known, options);
    else i += shortOptions(argument, args[i + 1], known, options, byLetter);
  }
  return { options, operands, byLetter };
}

/** Appends the canonical form of a long option; returns how many further arguments it used. */
function longOption(
  argument: string,
  next: string | undefined,
  known: readonly OptionSpec[],
  into: string[],
): number {
  const equals = argument.indexOf("=");
  const name = argument.slice(2, equals < 0 ? undefined : equals);
  const spec = optionNamed(name, known);
  if (spec.value === undefined) {
    if (equals >= 0) throw new UsageError(`Option --${name} takes no value`);
    into.push(`--${name}`);
    return 0;
  }
  if (equals >= 0) {
    into.push(argument);
    return 0;
  }
  if (spec.optional !== undefined) {
    const isGiven = next !== undefined && spec.optional.test(next);
    into.push(`--${name}=${isGiven ? next : ""}`);
    return isGiven ? 1 : 0;
  }
  into.push(`--${name}=${required(next, `--${name}`, spec.value)}`);
  return 1;
}

/** The same for a group of letters: `-q`, `-qV`, `-m TEXT`, `-mTEXT`. */
function shortOptions(
  argument: string,
  next: string | undefined,
  known: readonly OptionSpec[],
  into: string[],
  byLetter: Set<string>,
): number {
  for (let at = 1; at < argument.length; at++) {
    const letter = argument[at] ?? "";
    const spec = optionOfLetter(letter, known);
    byLetter.add(spec.name);
    if (spec.value === undefined) {
      into.push(`--${spec.name}`);
      continue;
    }
    const rest = argument.slice(at + 1);
    into.push(`--${spec.name}=${rest === "" ? required(next, `-${letter}`, spec.value) : rest}`);
    return rest === "" ? 1 : 0;
  }
  return 0;
}

function required(value: string | undefined, option: string, placeholder: string): string {
  if (value === undefined) throw new UsageError(`Option ${option} needs a value: ${option} ${placeholder}`);
  return value;
}

/** The text in quotes, cut when long and with control characters escaped, to stand in a message of one line. */
export function quoted(text: string): string {
  const LONGEST = 60;
  return `"${terminalText(text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text)}"`;
}
