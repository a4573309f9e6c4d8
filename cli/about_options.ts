/**
 * The options by which a program tells of itself; the texts are in `help.ts`, loaded when one is asked for.
 *
 * @module
 */

import type { OptionSpec, ParsedOptions } from "./options.ts";

/** The shells that there are completions for. */
export const SHELLS = ["bash", "zsh", "fish"] as const;

/** The options, for the parser and the help. */
export const ABOUT_OPTIONS: readonly OptionSpec[] = [
  { name: "help", letter: "h", help: "show this help; -h shows the short one" },
  { name: "man", help: "print the manual page, for man -l -" },
  {
    name: "completions",
    value: "SHELL",
    choices: SHELLS,
    help: `print completions for ${SHELLS.join(", ")}`,
  },
  { name: "licenses", help: "print what is inside, and under which licence" },
  { name: "version", letter: "V", help: "show the version" },
];

/** Whether one of {@link ABOUT_OPTIONS} is there. */
export function asksAboutProgram({ values, flags }: ParsedOptions): boolean {
  return ABOUT_OPTIONS.some(({ name }) => values.has(name) || flags.has(name));
}
