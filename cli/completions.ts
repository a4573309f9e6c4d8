/**
 * Completions of a program's options for shells, from the one table of its options.
 *
 * @module
 */

import type { SHELLS } from "./about_options.ts";
import type { ProgramText } from "./program_text.ts";
import type { OptionSpec } from "./options.ts";

/** The completions as the shell reads them. */
export function completions(program: ProgramText, shell: (typeof SHELLS)[number]): string {
  switch (shell) {
    case "bash":
      return bash(program);
    case "zsh":
      return zsh(program);
    case "fish":
      return fish(program);
  }
}

function optionsOf({ groups }: ProgramText): readonly OptionSpec[] {
  return groups.flatMap(({ options }) => options);
}

/** Options whose values are files. */
function takesFile({ value }: OptionSpec): boolean {
  return value !== undefined && value.includes("FILE");
}

/** Options that make operands files, and not hosts. */
function filesByOption(program: ProgramText): readonly string[] {
  return optionsOf(program).filter(({ name }) => name === "read" || name === "script")
    .map(({ name }) => `--${name}`);
}

function bash(program: ProgramText): string {
  const { name, operands } = program;
  const options = optionsOf(program);
  const both = ({ name, letter }: OptionSpec): string[] => [
    `--${name}`,
    ...letter === undefined ? [] : [`-${letter}`],
  ];
  const files = options.filter(takesFile).flatMap(both);
  const choices = options.flatMap((option) =>
    option.choices === undefined
      ? []
      : [`    ${both(option).join("|")}) _rawtcp_words "${option.choices.join(" ")}" "$word"; return ;;`]
  );
  const called = `_${name.replaceAll("-", "_")}`;
  const forFiles = filesByOption(program);
  const rest = operands === "" ? "" : `
  case " \${COMP_WORDS[*]} " in
    ${forFiles.map((one) => `*" ${one} "*`).join("|")}) _rawtcp_files "$word" ;;
    *) COMPREPLY=($(compgen -A hostname -- "$word")) ;;
  esac`;
  return `_rawtcp_files() {
  compopt -o filenames 2>/dev/null
  mapfile -t COMPREPLY < <(compgen -f -- "$1")
}
_rawtcp_words() {
  COMPREPLY=($(compgen -W "$1" -- "$2"))
  [[ \${COMPREPLY[0]} != *= ]] || compopt -o nospace 2>/dev/null
}
${called}() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]}
  # The shell takes --option=value apart.
  if [[ $word == "=" ]]; then word=""
  elif [[ $before == "=" ]]; then before=\${COMP_WORDS[COMP_CWORD-2]}
  fi
  COMPREPLY=()
  case $before in
${
    [...files.length === 0 ? [] : [`    ${files.join("|")}) _rawtcp_files "$word"; return ;;`], ...choices]
      .join("\n")
  }
  esac
  if [[ $word == -* ]]; then _rawtcp_words "${options.flatMap(both).join(" ")}" "$word"; return; fi${rest}
}
complete -F ${called} ${name}
`;
}

function zsh(program: ProgramText): string {
  const quote = (text: string): string => text.replaceAll("'", "'\\''").replaceAll(/[[\]:]/g, "\\$&");
  const lines = optionsOf(program).map((option) => {
    const { name, letter, value, help, choices } = option;
    const action = choices !== undefined ? wordsOfZsh(choices) : takesFile(option) ? "_files" : "";
    const argument = value === undefined ? "" : `:${quote(value)}:${action}`;
    const text = `[${quote(help)}]${argument}`;
    const long = value === undefined ? `--${name}` : `--${name}=`;
    return letter === undefined ? `  '${long}${text}'` : `  {-${letter},${long}}'${text}'`;
  });
  const others = program.operands === "" ? [] : ["  '*:host or file:{_hosts; _files}'"];
  return `#compdef ${program.name}\n_arguments -s -S \\\n${[...lines, ...others].join(" \\\n")}\n`;
}

/** Behind a word that ends in "=" a value follows, and no space. */
function wordsOfZsh(choices: readonly string[]): string {
  const open = choices.filter((choice) => choice.endsWith("="));
  if (open.length === 0) return `(${choices.join(" ")})`;
  const closed = choices.filter((choice) => !choice.endsWith("="));
  return `{compadd -- ${closed.join(" ")}; compadd -S "" -- ${open.join(" ")}}`;
}

function fish(program: ProgramText): string {
  const quote = (text: string): string => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
  return optionsOf(program).map((option) => {
    const { name, letter, value, help, choices } = option;
    const parts = [`complete -c ${program.name} -l ${name}`];
    if (letter !== undefined) parts.push(`-s ${letter}`);
    if (value !== undefined) parts.push(takesFile(option) ? "-r -F" : "-x");
    if (choices !== undefined) parts.push(`-a ${quote(choices.join(" "))}`);
    return `${parts.join(" ")} -d ${quote(help)}\n`;
  }).join("");
}
