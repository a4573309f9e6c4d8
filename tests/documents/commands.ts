/**
 * Commands in documents and help texts that start a program of ours, read as the program itself reads them.
 *
 * @module
 */

import { parseClientArguments } from "../../cli/client_arguments.ts";
import { parseServerArguments } from "../../cli/server_arguments.ts";
import type { Code } from "./claims.ts";

/** A command that begins with a program of ours. */
interface Command {
  readonly program: "client" | "server";
  readonly args: readonly string[];
}

/** A word of a command line, quoted as shells do, or what ends a command. */
const WORD =
  /(?:\$?'(?:\\.|[^'])*'|"(?:\\.|[^"])*"|[^\s'"|;&<>()#`]|(?<=\S)#)+|\|\||&&|[|;&()<>]|(?<=\s)#.*$/g;
const ENDS: ReadonlySet<string> = new Set(["|", "||", "&&", ";", "&", "<", ">", "(", ")"]);

/** What stands for something else; where a number is wanted there is a number for it. */
const PLACEHOLDERS: ReadonlyMap<string, string> = new Map([
  ["PORT", "80"],
  ["N", "5"],
  ["TIME", "5s"],
  ["MODE", "echo"],
  ["HOST:PORT", "host:80"],
  ["tcp://HOST:PORT", "tcp://host:80"],
]);

/** Permissions that the programs ask for when they are run from their sources. */
const PERMISSION = /^--allow-(?:ffi|read|write|env(?:=RAWTCP_LIBC)?)$/;

/** Of an option without its value, or without others that it needs; that there is each is looked at elsewhere. */
const OF_NO_INTEREST = /needs a value|would be ignored|^Cannot use --/;

/** What the demonstration takes besides, the server's. */
const MODE = "--mode";

/** Every command of ours in a piece of code or a line of a help text that the program would refuse, a line each. */
export async function refusedCommands({ line, text }: Code): Promise<readonly string[]> {
  if (/\.\.\.\s*\[|\]\.\.\.|…/.test(text)) return []; // the summary of a command line, or part of one
  const wrong: string[] = [];
  for (const words of commandsIn(text)) {
    const flags = words.slice(words.indexOf("run") + 1).filter((word) => word.startsWith("--allow-"));
    const command = commandOf(words);
    if (command === null) continue;
    const mode = words.indexOf(MODE);
    if (command.program === "client" && mode >= 0) {
      const error = await refusal({ program: "server", args: words.slice(mode, mode + 2).map(readable) });
      if (error !== null) wrong.push(`${line} gives a mode that there is not: ${error}`);
    }
    if (words.includes("run")) {
      const other = flags.find((flag) => !PERMISSION.test(flag));
      if (other !== undefined) wrong.push(`${line} gives deno ${other}, which no program needs`);
      if (!flags.includes("--allow-ffi")) wrong.push(`${line} runs a program without --allow-ffi`);
    }
    const error = await refusal(command);
    if (error !== null) wrong.push(`${line} has the command "${words.join(" ")}": ${error}`);
  }
  return wrong;
}

/** The same of options that stand alone in a piece of code: of each value, and of each letter. */
export async function refusedOptions({ line, text }: Code): Promise<readonly string[]> {
  if (text.startsWith("--allow-")) {
    return PERMISSION.test(text) ? [] : [`${line} names ${text}, which no program needs`];
  }
  if (!/^--?[a-zA-Z]/.test(text) || /[|[…]|(?<![\w-])[A-Z]+(?!\w)/.test(text)) return [];
  const args = wordsOf(text).map(readable);
  const errors = await Promise.all([
    refusal({ program: "client", args }),
    refusal({ program: "server", args }),
  ]);
  const known = errors.filter((error) => error === null || !error.startsWith('Unknown option "--'));
  if (known.length === 0 || known.some((error) => error === null || OF_NO_INTEREST.test(error))) return [];
  return [`${line} has the options "${text}": ${known[0]}`];
}

/** The words of each command. */
function commandsIn(text: string): readonly (readonly string[])[] {
  const commands: string[][] = [[]];
  for (const [word] of text.matchAll(WORD)) {
    if (word.startsWith("#")) continue;
    if (ENDS.has(word)) commands.push([]);
    else commands.at(-1)?.push(word);
  }
  return commands;
}

function wordsOf(text: string): readonly string[] {
  return commandsIn(text)[0] ?? [];
}

/** The command without what stands before the program; null: it starts none of ours. */
function commandOf(words: readonly string[]): Command | null {
  if (words.lastIndexOf("$") > 0) return null; // two terminals side by side
  const start = words.findIndex((word) =>
    /^(?:[\w./]*\/)?(?:rawtcp-client|rawtcp-server)$|^(?:\.\.\/rawtcp\/)?(?:main|server)\.ts$/.test(word)
  );
  const first = words.findIndex((word) => word !== "$" && word !== "sudo");
  if (start >= 0) {
    const isRun = words.slice(first, start).includes("run");
    if (start > first && !isRun) return null;
    const program = words[start]?.includes("client") || words[start]?.includes("main.ts")
      ? "client"
      : "server";
    return { program, args: words.slice(start + 1).map(readable) };
  }
  const task = words.indexOf("task");
  if (task < 0 || words[task + 1] !== "demo") return null;
  const args = words.slice(task + 2);
  const mode = args.indexOf(MODE);
  return { program: "client", args: (mode < 0 ? args : args.toSpliced(mode, 2)).map(readable) };
}

/** A word without its quotes, and with a value for what stands for one. */
function readable(word: string): string {
  return PLACEHOLDERS.get(word) ?? word.replace(/^\$?(['"])(.*)\1$/, "$2");
}

/** Why the program does not take the command line; null: it does. */
async function refusal({ program, args }: Command): Promise<string | null> {
  try {
    await (program === "client" ? parseClientArguments(args) : parseServerArguments(args));
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : `${error}`;
  }
}
