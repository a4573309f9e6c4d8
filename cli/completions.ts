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

function bash(program: ProgramText): string {
  const { name } = program;
  const options = optionsOf(program);
  const words = options.flatMap((option) => [
    `--${option.name}`,
    ...option.letter === undefined ? [] : [`-${option.letter}`],
  ]);
  const files = options.filter(takesFile).flatMap(({ name, letter }) => [
    `--${name}`,
    ...letter === undefined ? [] : [`-${letter}`],
  ]);
  const choices = options.filter(({ choices }) => choices !== undefined)
    .map(({ name, choices = [] }) =>
      `    --${name}) COMPREPLY=($(compgen -W "${choices.join(" ")}" -- "$word")); return ;;`
    );
  const called = `_${name.replaceAll("-", "_")}`;
  return `${called}() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]}
  case $before in
${files.length === 0 ? "" : `    ${files.join("|")}) COMPREPLY=($(compgen -f -- "$word")); return ;;\n`}${
    choices.join("\n")
  }
  esac
  case $word in
    -*) COMPREPLY=($(compgen -W "${words.join(" ")}" -- "$word")) ;;
    *) COMPREPLY=($(compgen -A hostname -- "$word")) ;;
  esac
}
complete -F ${called} ${name}
`;
}

function zsh(program: ProgramText): string {
  const quote = (text: string): string => text.replaceAll("'", "'\\''").replaceAll(/[[\]:]/g, "\\$&");
  const lines = optionsOf(program).map((option) => {
    const { name, letter, value, help, choices } = option;
    const action = choices !== undefined ? `(${choices.join(" ")})` : takesFile(option) ? "_files" : "";
    const argument = value === undefined ? "" : `:${quote(value)}:${action}`;
    const text = `[${quote(help)}]${argument}`;
    const long = value === undefined ? `--${name}` : `--${name}=`;
    return letter === undefined ? `  '${long}${text}'` : `  {-${letter},${long}}'${text}'`;
  });
  return `#compdef ${program.name}\n_arguments -s -S \\\n${lines.join(" \\\n")} \\\n  '*:host:_hosts'\n`;
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
