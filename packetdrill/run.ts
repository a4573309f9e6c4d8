/**
 * A script from its text to what it comes to.
 *
 * @module
 */

import type { Script } from "./ast.ts";
import { checkScript } from "./check.ts";
import { type Place, START } from "./errors.ts";
import { mutantsOf, type Mutation } from "./mutate.ts";
import { definitionsFor, type RunOptions, runSettings } from "./options.ts";
import { parseScript } from "./parser.ts";
import { Runner } from "./runner.ts";
import type { Watch } from "./world.ts";
import { NOTHING_RUN, type RunResult, verdictOn } from "./verdict.ts";

/**
 * Reads, checks and runs the script `text`; `path` is for messages. Never throws for what the script says or does: a
 * mistake in it is an error, whatever else it may be; what it uses that is not supported makes it a skip.
 */
export function runScript(text: string, path: string, options: RunOptions, watch: Watch = {}): RunResult {
  try {
    const script = parseScript(text, path, definitionsFor(options));
    const [unsupported] = checkScript(script, runSettings(script.options, options));
    if (unsupported !== undefined) throw unsupported;
    return runParsed(script, options, watch);
  } catch (error) {
    return judged({ ...NOTHING_RUN, ...verdictOn(error, START) }, options);
  }
}

/** Runs a script that was read, unchecked. Never throws for what it says or does. */
function runParsed(script: Script, options: RunOptions, watch: Watch = {}): RunResult {
  const runner = new Runner(script, runSettings(script.options, options), watch);
  try {
    runner.run();
    return runner.result(null);
  } catch (error) {
    return judged(runner.result(error), options);
  }
}

/** A run of a script with one thing changed, which must fail. */
export interface MutantRun {
  /** What kind of thing was changed. */
  readonly mutation: Mutation;
  /** What was changed. */
  readonly place: Place;
  /** What came of it. */
  readonly result: RunResult;
}

/**
 * Runs every mutant of the script `text`: each of its expectations made wrong once, but for those that `options` do not mind.
 *
 * @throws ScriptError when it is not a script
 */
export function* runMutants(text: string, path: string, options: RunOptions): Generator<MutantRun> {
  for (const { mutation, place, script } of mutantsOf(parseScript(text, path, definitionsFor(options)))) {
    if (mutation === "push" && !options.push) continue;
    yield { mutation, place, result: runParsed(script, options) };
  }
}

/** Whoever allows nothing that is not supported takes a skip for a failure. */
function judged(result: RunResult, { unsupportedFails }: RunOptions): RunResult {
  if (!unsupportedFails || result.outcome !== "skipped") return result;
  return { ...result, outcome: "failed", reason: `Not supported: ${result.reason}` };
}
