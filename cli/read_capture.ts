/**
 * `--read`: shows a capture, ours or anybody's, without any right.
 *
 * @module
 */

import { CaptureFormatError, tellCapture } from "../capture/mod.ts";
import { ExitCode } from "./exit_codes.ts";
import { ProgramFailure } from "./failures.ts";
import { type ObservationContext, outputOptions, writeAtEnd } from "./observation.ts";
import type { ObserveArguments } from "./observe_arguments.ts";
import { checkAbsent, readWhole } from "./observe_files.ts";
import { quoted } from "./options.ts";

/** Shows a capture as asked for, as a trace when nothing is. @throws ProgramFailure */
export async function showCapture(
  path: string,
  asked: ObserveArguments,
  context: ObservationContext,
): Promise<void> {
  const { explain, json, ladder, ladderFile, report, verbose } = asked;
  const isNothing = !explain && !json && !ladder && ladderFile === null && report === null && !verbose;
  const wanted = isNothing ? { ...asked, trace: true } : asked;
  for (const file of [report, ladderFile]) if (file !== null) checkAbsent(file, asked.force);
  const file = readWhole(path);
  try {
    const { outputs, result } = tellCapture(file, outputOptions(wanted, context, Deno.stdout));
    await writeAtEnd(outputs, wanted, context);
    const { packets, segments, connections, ignored, isCut } = result;
    if (ignored > 0 || isCut || segments === 0) {
      context.output.warning(
        `${quoted(path)}: ${packets} packets, ${segments} of them TCP in ${connections} connections` +
          (isCut ? "; the file ends in the middle of something" : ""),
      );
    }
  } catch (error) {
    if (!(error instanceof CaptureFormatError)) throw error;
    throw new ProgramFailure(ExitCode.system, `${quoted(path)}: ${error.message}`);
  }
}
