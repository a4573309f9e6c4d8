/**
 * `sockstat … | grep …`: how many connections must be in a state.
 *
 * @module
 */

import { type State, STATES } from "../tcp/mod.ts";
import type { ShellCommand } from "./ast.ts";
import { ScriptError, unknownWord } from "./errors.ts";
import { placeOf, type Words } from "./shell.ts";

/** How many connections must be in a state. */
export interface StateCheck {
  readonly state: State;
  readonly count: number;
}

/** How FreeBSD's `sockstat` calls the states. */
const SOCKSTAT_STATES: Readonly<Record<string, State>> = {
  ...Object.fromEntries(STATES.map((state) => [state.replaceAll("-", "_"), state])),
  SYN_RCVD: "SYN-RECEIVED",
  FIN_WAIT_1: "FIN-WAIT-1",
  FIN_WAIT_2: "FIN-WAIT-2",
};

/** `sockstat … | grep -c STATE | grep N`, with further `grep WORD` before. */
export function stateCheck(words: Words, command: ShellCommand): StateCheck {
  const [first = [], ...filters] = pipeline(words);
  const [count = "", last] = [filters.at(-1)?.[1], filters.at(-2)];
  const state = last?.[2] ?? "";
  const isPlain = first[0] === "sockstat" && filters.every(([name]) => name === "grep") && last?.[1] === "-c";
  if (!isPlain || last?.length !== 3 || filters.at(-1)?.length !== 2 || !/^\d+$/.test(count)) {
    const message = `Cannot read "${words.join(" ")}"`;
    throw new ScriptError(
      placeOf("sockstat", command),
      message,
      "sockstat ... | grep -c STATE | grep NUMBER",
    );
  }
  const found = SOCKSTAT_STATES[state];
  if (found === undefined) {
    throw unknownWord(placeOf(state, command), state, "a state", Object.keys(SOCKSTAT_STATES));
  }
  return { state: found, count: Number(count) };
}

/** The commands that a pipeline connects. */
function pipeline(words: Words): string[][] {
  const commands: string[][] = [[]];
  for (const word of words) {
    if (word === "|") commands.push([]);
    else commands.at(-1)?.push(word);
  }
  return commands;
}
