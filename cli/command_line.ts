/**
 * Command lines of programs that know what may have been meant by an option that they do not have.
 *
 * @module
 */

import {
  type OptionSpec,
  type ParsedOptions,
  parseKnownOptions,
  UnknownOption,
  UsageError,
} from "./options.ts";
import type { OtherProgram } from "./unknown_option.ts";

/**
 * Reads a command line. A value may start with a dash; `--` ends the options.
 *
 * @param otherProgram asked for only when an option is unknown
 * @throws UsageError for an unknown option, a missing value, a value for an option that takes none, and an option that
 * would be ignored
 */
export async function parseOptions(
  args: readonly string[],
  specs: readonly OptionSpec[],
  otherProgram?: () => Promise<OtherProgram>,
): Promise<ParsedOptions> {
  try {
    return await parseKnownOptions(args, specs);
  } catch (error) {
    if (!(error instanceof UnknownOption)) throw error;
    const { unknownOptionText } = await import("./unknown_option.ts");
    const { argument, option } = error;
    throw new UsageError(unknownOptionText(argument, option, specs, await otherProgram?.() ?? null));
  }
}
