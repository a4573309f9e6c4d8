/**
 * `--read FILE FILE`: two captures of the same connections, side by side.
 *
 * @module
 */

import { compareCaptures, type Comparison, type Point, type TellingResult } from "../capture/mod.ts";
import { surveyed } from "./capture_file.ts";
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
  /** The one beside it. */
  readonly other: { readonly file: string; readonly survey: TellingResult };
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
  for (const { file, survey: { untimed } } of [one, other]) {
    if (untimed === 0) continue;
    const packets = counted(untimed, "packet");
    throw new ProgramFailure(
      ExitCode.usage,
      `Cannot compare ${quoted(first)} with ${quoted(second)}: ${packets} of ${quoted(file)} have no time`,
    );
  }
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
  const [here, there] = compared.here === one.point ? [one, other] : [other, one];
  return { file: here.file, survey: here.survey, comparison: compared, other: there };
}

/** Reads a file; once more where the first reading shows which checksums are not to be believed. */
async function read(file: string, name: string, program: string, find: string | null): Promise<Read> {
  const options = { keepsPackets: true, ...find === null ? {} : { find } };
  const survey = await surveyed(file, program, options);
  return { file, survey, point: { name, ...survey } };
}

function baseName(file: string): string {
  return file.slice(file.lastIndexOf("/") + 1);
}
