/**
 * Command lines: options as GNU programs take them, operands, and values with their ranges.
 *
 * @module
 */

import { parseArgs } from "@std/cli/parse-args";
import { escapeControls } from "./escape.ts";

/** The command line cannot be understood; the message says what to write instead. */
export class UsageError extends Error {
  override readonly name = "UsageError";
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
  /** What it does, for the help; lines apart by newlines. */
  readonly help: string;
}

/** What stood on a command line. Of an option given more than once, the last one counts. */
export interface ParsedOptions {
  /** Values by long name. */
  readonly values: ReadonlyMap<string, string>;
  /** Long names of the options without value that were given. */
  readonly flags: ReadonlySet<string>;
  /** What was not an option, in its order. */
  readonly operands: readonly string[];
}

/** Longest span that an option takes, seconds: a day. */
const MAX_SECONDS = 86_400;

/** The largest port, RFC 9293 3.1: the field has 16 bits. */
const MAX_PORT = 65_535;

/** Spaces between the longest option and the column of explanations. */
const HELP_GAP = 2;

/**
 * Reads a command line. A value may start with a dash; `--` ends the options.
 *
 * @throws UsageError for an unknown option, a missing value, or a value for an option that takes none
 */
export function parseOptions(args: readonly string[], specs: readonly OptionSpec[]): ParsedOptions {
  const valued = specs.filter((spec) => spec.value !== undefined).map((spec) => spec.name);
  const plain = specs.filter((spec) => spec.value === undefined).map((spec) => spec.name);
  const canonical = canonicalArguments(args, specs);
  const parsed = parseArgs(canonical, {
    string: [...valued, "_"],
    boolean: plain,
    "--": true,
    unknown: known,
  });
  const values = new Map<string, string>();
  for (const name of valued) {
    const value = parsed[name];
    if (typeof value === "string") values.set(name, value);
  }
  const flags = new Set(plain.filter((name) => parsed[name] === true));
  return { values, flags, operands: parsed["--"] as readonly string[] };
}

/** parseArgs keeps operands and says no to every option that is not in its lists. */
function known(argument: string, key?: string): boolean {
  if (key === undefined) return true;
  throw unknownOption(argument);
}

/**
 * Writes every option in its one unmistakable form, `--name=value` or `--name`, and every operand behind `--`: parseArgs
 * would take `-x` of `-m -x` for another option, and `true` of `--quiet true` for a value.
 */
function canonicalArguments(args: readonly string[], specs: readonly OptionSpec[]): readonly string[] {
  const options: string[] = [];
  const operands: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const argument = args[i] ?? "";
    if (argument === "--") {
      operands.push(...args.slice(i + 1));
      break;
    }
    if (argument === "-" || !argument.startsWith("-")) operands.push(argument);
    else if (argument.startsWith("--")) i += longOption(argument, args[i + 1], specs, options);
    else i += shortOptions(argument, args[i + 1], specs, options);
  }
  return [...options, "--", ...operands];
}

/** Appends the canonical form of a long option; returns how many further arguments it used. */
function longOption(
  argument: string,
  next: string | undefined,
  specs: readonly OptionSpec[],
  into: string[],
): number {
  const equals = argument.indexOf("=");
  const name = argument.slice(2, equals < 0 ? undefined : equals);
  const spec = specs.find((candidate) => candidate.name === name);
  if (spec === undefined) throw unknownOption(argument);
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
  specs: readonly OptionSpec[],
  into: string[],
): number {
  for (let at = 1; at < argument.length; at++) {
    const letter = argument[at];
    const spec = specs.find((candidate) => candidate.letter === letter);
    if (spec === undefined) throw unknownOption(`-${letter}`);
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

function unknownOption(argument: string): UsageError {
  return new UsageError(`Unknown option ${quoted(argument)}`);
}

/** The text in quotes, cut when long and with control characters escaped, to stand in a message of one line. */
export function quoted(text: string): string {
  const LONGEST = 60;
  return `"${escapeControls(text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text)}"`;
}

/** A whole number in decimal digits. @throws UsageError naming `what` when it is none or out of range */
export function parseWhole(text: string, what: string, least: number, most: number): number {
  const value = /^\d{1,15}$/.test(text) ? Number(text) : NaN;
  if (value >= least && value <= most) return value;
  throw new UsageError(`Cannot use ${quoted(text)} as ${what}: give a whole number from ${least} to ${most}`);
}

/** Octets per unit, by its name in capitals: thousands, and the powers of two that IEC 80000-13 names. */
const OCTETS_PER_UNIT: ReadonlyMap<string, number> = new Map([
  ["", 1],
  ["K", 1e3],
  ["M", 1e6],
  ["G", 1e9],
  ["T", 1e12],
  ["KI", 2 ** 10],
  ["MI", 2 ** 20],
  ["GI", 2 ** 30],
  ["TI", 2 ** 40],
]);

/** An amount of octets: digits, perhaps with a unit behind them, as in `1500`, `10M`, `10MB`, `64KiB`. @throws UsageError */
export function parseOctets(text: string, what: string): number {
  const [, digits = "", unit = ""] = /^(\d{1,16})([KMGT]?|[KMGT]B|[KMGT]iB)$/i.exec(text) ?? [];
  const scale = OCTETS_PER_UNIT.get(unit.toUpperCase().replace(/B$/, ""));
  const octets = digits === "" || scale === undefined ? NaN : Number(digits) * scale;
  if (octets <= Number.MAX_SAFE_INTEGER) return octets;
  throw new UsageError(
    `Cannot use ${quoted(text)} as ${what}: give a whole number of bytes, less than 2^53, ` +
      "with K, M, G or T (10^3, 10^6, …) or KiB, MiB, GiB or TiB (2^10, 2^20, …) behind it or nothing",
  );
}

/** A port; `least` is 1 for a destination, 0 where 0 means "any". @throws UsageError */
export function parsePort(text: string, what: string, least: 0 | 1): number {
  return parseWhole(text, what, least, MAX_PORT);
}

/** A span in seconds, fractions allowed; more than 0 unless `zeroAllowed`. @throws UsageError */
export function parseSeconds(text: string, what: string, zeroAllowed = false): number {
  const span = /^(\d{1,9}(\.\d{0,9})?|\.\d{1,9})$/.test(text) ? Number(text) : NaN;
  if (span <= MAX_SECONDS && (span > 0 || (zeroAllowed && span === 0))) return span;
  const least = zeroAllowed ? "0 or more" : "more than 0";
  throw new UsageError(
    `Cannot use ${quoted(text)} as ${what}: give seconds, ${least} and at most ${MAX_SECONDS}`,
  );
}

/** One of the given words. @throws UsageError */
export function parseChoice<T extends string>(text: string, what: string, choices: readonly T[]): T {
  const choice = choices.find((candidate) => candidate === text);
  if (choice !== undefined) return choice;
  throw new UsageError(`Cannot use ${quoted(text)} as ${what}: give ${choices.join(", ")}`);
}

/** The options as a help text lists them, in two columns. */
export function optionTable(specs: readonly OptionSpec[]): string {
  const names = specs.map((spec) => {
    const short = spec.letter === undefined ? "    " : `-${spec.letter}, `;
    return `  ${short}--${spec.name}${spec.value === undefined ? "" : ` ${spec.value}`}`;
  });
  const column = Math.max(...names.map((name) => name.length)) + HELP_GAP;
  const lines: string[] = [];
  for (const [i, spec] of specs.entries()) {
    spec.help.split("\n").forEach((line, j) =>
      lines.push((j === 0 ? names[i] ?? "" : "").padEnd(column) + line)
    );
  }
  return lines.join("\n");
}
