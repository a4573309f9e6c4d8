/**
 * A script from its text to what it comes to.
 *
 * @module
 */

import type { Script } from "./ast.ts";
import { checkScript } from "./check.ts";
import { START } from "./errors.ts";
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
export function runParsed(script: Script, options: RunOptions, watch: Watch = {}): RunResult {
  const runner = new Runner(script, runSettings(script.options, options), watch);
  try {
    runner.run();
    return runner.result(null);
  } catch (error) {
    return judged(runner.result(error), options);
  }
}

/** Whoever allows nothing that is not supported takes a skip for a failure. */
function judged(result: RunResult, { unsupportedFails }: RunOptions): RunResult {
  if (!unsupportedFails || result.outcome !== "skipped") return result;
  return { ...result, outcome: "failed", reason: `Not supported: ${result.reason}` };
}
