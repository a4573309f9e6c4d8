/**
 * `--read FILE FILE`: two captures of the same connections, side by side.
 *
 * @module
 */

import {
  CaptureTeller,
  compareCaptures,
  type Comparison,
  type Flow,
  type Passage,
  type Point,
  type TellerOptions,
  type TellingResult,
} from "../capture/mod.ts";
import { through } from "./capture_file.ts";
import { counted } from "./counted.ts";
import { ExitCode } from "./exit_codes.ts";
import { ProgramFailure } from "./failures.ts";
import { quoted } from "./options.ts";

/** Two captures, one of which is told. */
export interface ReadPair {
  /** That of the clients' side. */
  readonly file: string;
  readonly survey: TellingResult;
  readonly comparison: Comparison;
}

/** A capture that has been read, with its packets at hand. */
interface Read {
  readonly file: string;
  readonly survey: TellingResult;
  readonly point: Point;
}

/** Reads both files and compares them. @throws ProgramFailure when they have no connection in common */
export async function comparison(
  files: readonly [string, string],
  program: string,
  find: string | null,
): Promise<ReadPair> {
  const [first, second] = files;
  const areAlike = baseName(first) === baseName(second);
  const nameOf = areAlike ? (file: string): string => file : baseName;
  const one = await read(first, nameOf(first), program, find);
  const other = await read(second, nameOf(second), program, find);
  const compared = compareCaptures(one.point, other.point);
  if (compared === null) {
    const connections = (count: number): string => counted(count, "connection");
    throw new ProgramFailure(
      ExitCode.usage,
      `Cannot compare ${quoted(first)} with ${quoted(second)}: none of the ${
        connections(one.survey.flows.length)
      } of the one is among the ${connections(other.survey.flows.length)} of the other`,
    );
  }
  const { file, survey } = compared.here === one.point ? one : other;
  return { file, survey, comparison: compared };
}

/** Reads a file; once more where the first reading shows which checksums are not to be believed. */
async function read(file: string, name: string, program: string, find: string | null): Promise<Read> {
  const options = { ignoresComments: true, ...find === null ? {} : { find } };
  let [passages, survey] = await passagesOf(file, program, options);
  if (survey.offloading.length > 0 || survey.isUnsorted) {
    [passages, survey] = await passagesOf(file, program, { ...options, hindsight: survey });
  }
  const { duration, epoch } = survey;
  return { file, survey, point: { name, epoch: epoch ?? 0, duration, passages } };
}

async function passagesOf(
  file: string,
  program: string,
  options: TellerOptions,
): Promise<readonly [ReadonlyMap<Flow, readonly Passage[]>, TellingResult]> {
  const passages = new Map<Flow, Passage[]>();
  const onPassage = (passage: Passage): void => {
    const known = passages.get(passage.flow);
    if (known === undefined) passages.set(passage.flow, [passage]);
    else known.push(passage);
  };
  const teller = new CaptureTeller({ program, payload: false }, { ...options, onPassage });
  const survey = await through(file, teller);
  return [passages, survey];
}

function baseName(file: string): string {
  return file.slice(file.lastIndexOf("/") + 1);
}
