/**
 * What there is to tell of a program, from which its help, manual page and completions are made.
 *
 * @module
 */

import type { OptionGroup } from "./options.ts";

/** All that there is to tell of a program. */
export interface ProgramText {
  readonly name: string;
  /** What it is, in a few words without a period. */
  readonly summary: string;
  readonly operands: string;
  readonly description: string;
  /** Commands and what they do. */
  readonly examples: readonly (readonly [command: string, what: string])[];
  readonly groups: readonly OptionGroup[];
  /** Sections of prose; paragraphs apart by an empty line, lines that begin with a space stay as they are. */
  readonly notes: readonly (readonly [title: string, text: string])[];
  readonly environment: readonly (readonly [name: string, what: string])[];
  readonly files: readonly (readonly [path: string, what: string])[];
  readonly exitCodes: readonly (readonly [code: number, meaning: string])[];
  readonly version: string;
}
