/**
 * ```ts
 * import { OWN_SCRIPTS, runScript } from "@rawtcp/rawtcp/packetdrill";
 *
 * const script = `
 * 0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
 * +0 bind(3, ..., ...) = 0
 * +0 listen(3, 1) = 0
 * +0 < S 0:0(0) win 1000 <mss 1000>
 * +0 > S. 0:0(0) ack 1 <mss 1460>`;
 * const { outcome, reason } = runScript(script, "syn.pkt", OWN_SCRIPTS);
 * console.log(outcome, reason); // ok
 * ```
 *
 * Scripts in packetdrill's language over the core, in virtual time.
 *
 * @module
 */

export type { Place } from "./errors.ts";
export { type Mutation, MUTATIONS } from "./mutate.ts";
export { BORROWED_SCRIPTS, isProfileName, OWN_SCRIPTS, PROFILE_NAMES, type RunOptions } from "./options.ts";
export { count, mutantLine, type Report, reportLines, type Tally, tallyLine } from "./report.ts";
export { type MutantRun, runMutants, runScript } from "./run.ts";
export type { RunResult } from "./verdict.ts";
export { SCRIPT_START, type SequenceStart, type Watch } from "./world.ts";
