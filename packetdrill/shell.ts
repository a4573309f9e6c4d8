/**
 * Splits a script's shell snippets into simple commands. Nothing is ever run: `settings.ts` knows what each means.
 *
 * @module
 */

import type { ShellCommand } from "./ast.ts";
import type { Place } from "./errors.ts";

/** The words of one command; a pipeline is one command with `|` among its words. */
export type Words = readonly string[];

/** The commands of a snippet, in order. Redirections and comments are left out; `$((1+2))` becomes a number. */
export function splitCommands(text: string): Words[] {
  const commands: string[][] = [[]];
  const joined = text.replace(/\\\n/g, " ");
  const pattern =
    /\$\(\(([^)]*(?:\([^)]*\))?[^)]*)\)\)|"((?:\\.|[^"\\])*)"|'([^']*)'|#[^\n]*|\n|&&|;|\||[0-9]?>&?\s*[^\s;|&]+|[^\s"'|;&$#>]+|\$\{?\w+\}?|\S|\s+/g;
  let word: string | null = null;
  const finishWord = (): void => {
    if (word !== null) (commands[commands.length - 1] as string[]).push(word);
    word = null;
  };
  for (const match of joined.matchAll(pattern)) {
    const [whole, arithmetic, doubled, single] = match;
    if (/^(\n|&&|;)$/.test(whole)) {
      finishWord();
      commands.push([]);
    } else if (whole === "|") {
      finishWord();
      (commands[commands.length - 1] as string[]).push("|");
    } else if (/^\s+$/.test(whole) || whole.startsWith("#") || /^[0-9]?>/.test(whole)) {
      finishWord();
    } else {
      const piece = arithmetic !== undefined
        ? String(arithmeticValue(arithmetic))
        : expandArithmetic(doubled ?? single ?? whole);
      word = (word ?? "") + piece;
    }
  }
  finishWord();
  return commands.filter((words) => words.length > 0);
}

function expandArithmetic(text: string): string {
  return text.replace(
    /\$\(\(((?:[^()]|\([^()]*\))*)\)\)/g,
    (_whole, inner: string) => String(arithmeticValue(inner)),
  );
}

/** The value of sums and products of integers; NaN when there is more to it. */
function arithmeticValue(text: string): number {
  let sum = 0;
  for (const term of text.replace(/[()\s]/g, "").split("+")) {
    sum += term.split("*").reduce((product, factor) => product * Number(factor), 1);
  }
  return sum;
}

/** Where the word of a command stands. */
export function placeOf(word: string, { text, place }: ShellCommand): Place {
  const before = text.slice(0, Math.max(0, text.indexOf(word))).split("\n");
  const last = before.at(-1) ?? "";
  const isFirst = before.length === 1;
  return {
    line: place.line + before.length - 1,
    column: isFirst ? place.column + last.length : last.length + 1,
  };
}
