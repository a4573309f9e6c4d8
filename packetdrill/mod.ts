/**
 * Scripts in packetdrill's language over the core, in virtual time.
 *
 * @module
 */

export type { Script } from "./ast.ts";
export type { Place } from "./errors.ts";
export { type Mutant, mutantsOf, type Mutation } from "./mutate.ts";
export {
  BORROWED_SCRIPTS,
  definitionsFor,
  isProfileName,
  OWN_SCRIPTS,
  PROFILE_NAMES,
  type RunOptions,
} from "./options.ts";
export { parseScript } from "./parser.ts";
export { count, mutantLine, type Report, reportLines, type Tally, tallyLine } from "./report.ts";
export { runParsed, runScript } from "./run.ts";
export type { RunResult } from "./verdict.ts";
export { SCRIPT_START, type SequenceStart, type Watch } from "./world.ts";
