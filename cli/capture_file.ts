/**
 * Reads a capture file through whoever tells it.
 *
 * @module
 */

import { CaptureFormatError, type CaptureTeller, decompressed, type TellingResult } from "../capture/mod.ts";
import { ExitCode } from "./exit_codes.ts";
import { ProgramFailure } from "./failures.ts";
import { readChunks } from "./files.ts";
import { quoted } from "./options.ts";

/** Shows the teller a whole file; `-` is standard input. `onPiece`: called after each piece. @throws ProgramFailure */
export async function through(
  file: string,
  teller: CaptureTeller,
  onPiece: () => void = () => {},
): Promise<TellingResult> {
  try {
    for await (const octets of decompressed(readChunks(file))) {
      teller.push(octets);
      onPiece();
    }
    return teller.end();
  } catch (error) {
    if (!(error instanceof CaptureFormatError)) throw error;
    throw new ProgramFailure(ExitCode.system, `${quoted(file)}: ${error.message}`);
  }
}
