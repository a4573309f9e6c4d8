/**
 * What a program tells of itself, from the one table of its options: help, short help, manual page and completions.
 *
 * @module
 */

import { SHELLS } from "./about_options.ts";
import { completions } from "./completions.ts";
import { licences } from "./licences.ts";
import type { OptionSpec, ParsedOptions } from "./options.ts";
import type { ProgramText } from "./program_text.ts";
import { parseChoice } from "./option_values.ts";

/** Widest line, as terminals have been since punched cards. */
const COLUMNS = 80;

/** Where explanations begin, and those of exit codes. */
const HELP_COLUMN = 27;
const CODE_COLUMN = 7;

/** What `--help`, `-h`, `--version`, `--man`, `--completions` and `--licenses` ask for, one of which is there. @throws UsageError */
export function ownText(program: ProgramText, { values, flags, byLetter }: ParsedOptions): string {
  if (flags.has("help")) return (byLetter.has("help") ? shortHelp : fullHelp)(program);
  if (flags.has("version")) return `${program.name} ${program.version}`;
  if (flags.has("man")) return manualPage(program);
  if (flags.has("licenses")) return licences();
  return completions(program, parseChoice(values.get("completions") ?? "", "--completions", SHELLS));
}

/** The text of `--help`. */
export function fullHelp(program: ProgramText): string {
  const { groups, notes, environment, files, exitCodes } = program;
  const list = (title: string, rows: readonly (readonly [string, string])[]): string =>
    rows.length === 0 ? "" : `${title}:\n${rows.map(([name, what]) => row(`  ${name}`, what)).join("\n")}\n`;
  return [
    usage(program),
    paragraph(program.description),
    examples(program),
    ...groups.map(({ title, options }) =>
      `${title}:\n${options.map((option) => row(synopsis(option), option.help)).join("\n")}\n`
    ),
    ...notes.map(([title, text]) => `${title}:\n${prose(text, "  ")}\n`),
    list("Environment", environment),
    list("Files", files),
    `Exit codes:\n${exitCodes.map(exitCodeLine).join("\n")}\n`,
  ].filter((part) => part !== "").join("\n");
}

/** The text of `-h`: how to begin, and the names of everything else. */
export function shortHelp(program: ProgramText): string {
  const names = program.groups.map(({ title, options }) =>
    row(`  ${title}`, options.map((option) => `--${option.name}`).join(" "))
  );
  return [
    usage(program),
    examples(program),
    `Options (${program.name} --help explains them):\n${names.join("\n")}\n`,
  ].join("\n");
}

/** The manual page, for `man -l -`. */
export function manualPage(program: ProgramText): string {
  const { name, summary, operands, description, groups, notes, environment, files, exitCodes, version } =
    program;
  const lines = [
    `.TH ${name.toUpperCase()} 1 "" "${name} ${version}"`,
    ".SH NAME",
    `${roff(name)} \\- ${roff(summary)}`,
  ];
  lines.push(
    ".SH SYNOPSIS",
    `.B ${roff(name)}`,
    `[OPTION]... ${roff(operands)}`,
    ".SH DESCRIPTION",
    roff(description),
  );
  lines.push(".SH EXAMPLES");
  for (const [command, what] of program.examples) lines.push(".TP", `.B ${roff(command)}`, roff(what));
  lines.push(".SH OPTIONS");
  for (const { title, options } of groups) {
    lines.push(`.SS ${roff(title)}`);
    for (const option of options) lines.push(".TP", `.B ${roff(synopsis(option).trim())}`, roff(option.help));
  }
  for (const [title, text] of notes) {
    lines.push(
      `.SH ${roff(title.toUpperCase())}`,
      ...text.split("\n\n").flatMap((part) => [".PP", roff(part)]),
    );
  }
  const list = (title: string, rows: readonly (readonly [string, string])[]): void => {
    if (rows.length === 0) return;
    lines.push(`.SH ${title}`, ...rows.flatMap(([term, what]) => [".TP", `.B ${roff(term)}`, roff(what)]));
  };
  list("ENVIRONMENT", environment);
  list("FILES", files);
  list("EXIT STATUS", exitCodes.map(([code, meaning]) => [String(code), plain(meaning)]));
  return `${lines.join("\n")}\n`;
}

function exitCodeLine([code, meaning]: readonly [number, string]): string {
  const indent = " ".repeat(CODE_COLUMN);
  return `  ${String(code).padStart(3)}  ${
    wrapped(plain(meaning), COLUMNS - CODE_COLUMN).join(`\n${indent}`)
  }`;
}

/** Without the marks of code that a document has. */
function plain(text: string): string {
  return text.replaceAll("`", "");
}

function usage({ name, operands }: ProgramText): string {
  return `Usage: ${name} [OPTION]...${operands === "" ? "" : ` ${operands}`}\n`;
}

function examples({ examples }: ProgramText): string {
  return `Examples:\n${examples.map(([command, what]) => `  ${command}\n      ${what}`).join("\n")}\n`;
}

/** `  -m, --message TEXT`. */
function synopsis({ name, letter, value }: OptionSpec): string {
  const short = letter === undefined ? "    " : `-${letter}, `;
  return `  ${short}--${name}${value === undefined ? "" : ` ${value}`}`;
}

/** A term and its explanation in two columns; the term on a line of its own when it is long. */
function row(term: string, text: string): string {
  const lines = wrapped(text, COLUMNS - HELP_COLUMN);
  const isLong = term.length > HELP_COLUMN - 2;
  const rest = (isLong ? lines : lines.slice(1)).map((line) => " ".repeat(HELP_COLUMN) + line);
  return [isLong ? term : term.padEnd(HELP_COLUMN) + (lines[0] ?? ""), ...rest].join("\n").trimEnd();
}

function paragraph(text: string): string {
  return `${wrapped(text, COLUMNS).join("\n")}\n`;
}

function prose(text: string, indent: string): string {
  const parts = text.split("\n\n").map((part) =>
    part.startsWith(" ")
      ? part
      : wrapped(part, COLUMNS - indent.length).map((line) => indent + line).join("\n")
  );
  return parts.join("\n\n");
}

function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) {
      lines[lines.length - 1] = `${last} ${word}`;
    } else lines.push(word);
  }
  return lines;
}

/** Text for troff: backslashes and hyphens as they are, and no line that it takes for a command. */
function roff(text: string): string {
  return text.trim().replaceAll("\\", "\\e").replaceAll("-", "\\-").replace(/^(?=[.'])/gm, "\\&");
}
