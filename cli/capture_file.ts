/**
 * Reads a capture file through whoever tells it.
 *
 * @module
 */

import {
  CaptureFormatError,
  CaptureTeller,
  decompressed,
  type Hindsight,
  type TellerOptions,
  type TellingResult,
} from "../capture/mod.ts";
import { ExitCode } from "./exit_codes.ts";
import { ProgramFailure } from "./failures.ts";
import { readChunks } from "./files.ts";
import { quoted } from "./options.ts";

/** What messages call a capture. */
export function captureName(file: string): string {
  return file === "-" ? "standard input" : quoted(file);
}

/** Shows the teller a whole file; `-` is standard input. `onPiece`: called after each piece. @throws ProgramFailure */
export async function through(
  file: string,
  teller: CaptureTeller,
  onPiece: () => void = () => {},
): Promise<TellingResult> {
  let unpacking: string | null = null;
  try {
    for await (const octets of decompressed(readChunks(file), (reason) => unpacking = reason)) {
      teller.push(octets);
      onPiece();
    }
    return teller.end(unpacking);
  } catch (error) {
    if (!(error instanceof CaptureFormatError)) throw error;
    throw new ProgramFailure(ExitCode.system, `${captureName(file)}: ${error.message}`);
  }
}

/**
 * Reads a file without telling anything; once more where the first reading shows which checksums are not to be believed, or
 * that packets are not in order. @throws ProgramFailure
 */
export async function surveyed(
  file: string,
  program: string,
  options: TellerOptions,
): Promise<TellingResult> {
  const first = await silently(file, program, options);
  if (first.offloading.length === 0 && !first.isUnsorted) return first;
  return silently(file, program, { ...options, hindsight: hindsightOf(first) });
}

/** What a further reading is to know beforehand, without the connections: they are many at times. */
export function hindsightOf(result: TellingResult): Hindsight {
  const { offloading, isUnsorted, disorder, doublesAll, revokedResets } = result;
  return { offloading, isUnsorted, disorder, doublesAll, revokedResets };
}

/** Follows the connections of a file without telling anything. */
function silently(file: string, program: string, options: TellerOptions): Promise<TellingResult> {
  return through(file, new CaptureTeller({ program, payload: false }, options));
}
