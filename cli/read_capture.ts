/**
 * `--read`: shows a capture, ours or anybody's, without any right.
 *
 * @module
 */

import { CaptureFormatError, CaptureTeller, decompressed, type TellingResult } from "../capture/mod.ts";
import { counted } from "./counted.ts";
import { ExitCode } from "./exit_codes.ts";
import { ProgramFailure } from "./failures.ts";
import { type ObservationContext, outputOptions, writeAtEnd } from "./observation.ts";
import type { ObserveArguments } from "./observe_arguments.ts";
import { checkAbsent, readChunks } from "./files.ts";
import { ioReason, isReaderGone } from "./io_errors.ts";
import { quoted } from "./options.ts";
import { type TextSink, writeLine } from "./output.ts";

/** Thrown when nobody reads any more what the capture is shown as. */
class ReaderGone extends Error {}

/** Writes a line; there is no connection that it could disturb. @throws ReaderGone; ProgramFailure when it cannot be written */
function writeOrEnd(sink: TextSink, line: string): void {
  try {
    writeLine(sink, line);
  } catch (error) {
    if (isReaderGone(error)) throw new ReaderGone();
    const reason = ioReason(error);
    throw new ProgramFailure(ExitCode.system, `Cannot write to standard output: ${reason}`);
  }
}

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
  const teller = new CaptureTeller(outputOptions(wanted, context, context.output.out, writeOrEnd));
  try {
    for await (const octets of decompressed(readChunks(path))) teller.push(octets);
    const result = teller.end();
    await writeAtEnd(teller.outputs, wanted, context, writeOrEnd);
    const remark = remarkOn(result);
    if (remark !== null) context.output.warning(`${quoted(path)}: ${remark}`);
  } catch (error) {
    if (error instanceof ReaderGone) return;
    if (!(error instanceof CaptureFormatError)) throw error;
    throw new ProgramFailure(ExitCode.system, `${quoted(path)}: ${error.message}`);
  }
}

/** What of the file was not read, and how it ends; null when all is well. */
function remarkOn({ packets, segments, flows, unread, isCut }: TellingResult): string | null {
  if (unread.length === 0 && !isCut && segments > 0) return null;
  return `${packets} packets, ${segments} of them TCP in ${counted(flows.length, "connection")}` +
    (unread.length === 0
      ? ""
      : `; not read: ${unread.map(([what, frames]) => `${frames} ${what}`).join(", ")}`) +
    (isCut ? "; the file ends in the middle of something" : "");
}
