/**
 * Where the programs' lines go: narration to standard output, troubles to standard error, with or without colour.
 *
 * @module
 */

import { escapeControls } from "./escape.ts";
import { ExitCode, type ExitCodeNumber } from "./exit_codes.ts";

/** When to colour. */
export type ColorChoice = "auto" | "always" | "never";

/** What `--color` takes. */
export const COLOR_CHOICES: readonly ColorChoice[] = ["auto", "always", "never"];

/** A stream that takes octets at once, such as `Deno.stdout`. */
export interface TextSink {
  writeSync(octets: Uint8Array): number;
  isTerminal(): boolean;
}

/** What a line is about; each has its mark. */
export type Mark = "note" | "sent" | "received" | "done" | "warning" | "failure";

/** Each mark's text, and the number that sets its colour (ECMA-48 8.3.117, SGR) with the one that ends it. */
const MARKS: Readonly<Record<Mark, readonly [text: string, set: number, end: number]>> = {
  note: ["[*]", 2, 22], // dim
  sent: ["[>]", 36, 39], // cyan
  received: ["[<]", 35, 39], // magenta
  done: ["[+]", 32, 39], // green
  warning: ["[!]", 33, 39], // yellow
  failure: ["[-]", 31, 39], // red
};

/** How an {@link Output} is to be. */
export interface OutputOptions {
  readonly color: ColorChoice;
  /** Only failures are shown. */
  readonly quiet: boolean;
  /** @default Deno.stdout */
  readonly out?: TextSink;
  /** @default Deno.stderr */
  readonly err?: TextSink;
}

/**
 * Writes lines. A reader that went away (`| head -1`) or a full disk does not disturb the work: what cannot be written
 * is dropped, and {@link Output.writeError} keeps the reason unless it was only the reader.
 */
export class Output {
  /** Why standard output could not be written; null when it could, or when its reader just went away. */
  writeError: Error | null = null;
  /** Called before each line: takes away what stands on the terminal's last one. */
  beforeLine: (() => void) | null = null;
  readonly #out: TextSink;
  readonly #err: TextSink;
  readonly #quiet: boolean;
  readonly #colorOut: boolean;
  readonly #colorErr: boolean;
  readonly #encoder = new TextEncoder();
  #outGone = false;

  constructor(options: OutputOptions) {
    this.#out = options.out ?? Deno.stdout;
    this.#err = options.err ?? Deno.stderr;
    this.#quiet = options.quiet;
    this.#colorOut = wantsColor(options.color, this.#out);
    this.#colorErr = wantsColor(options.color, this.#err);
  }

  /** Whether nobody reads the narration: what is costly to write need not be written. */
  get isSilent(): boolean {
    return this.#quiet || this.#outGone;
  }

  /** A line of narration on standard output; nothing when quiet. `text` is one line, already safe to show. */
  line(mark: Mark, text: string): void {
    this.#narrate(`${painted(mark, this.#colorOut)} ${text}`);
  }

  /** A line that belongs to the one before, as it is. */
  continuation(text: string): void {
    this.#narrate(text);
  }

  /** Something to know that is no failure, on standard error; nothing when quiet. */
  warning(text: string): void {
    if (!this.#quiet) this.#complain("warning", text);
  }

  /** The one line that says why it failed, on standard error, quiet or not. */
  failure(text: string): void {
    this.#complain("failure", text);
  }

  /** The exit code of work that went well; says so when its narration could not all be written. */
  finish(): ExitCodeNumber {
    if (this.writeError === null) return ExitCode.ok;
    this.failure(`Cannot write to standard output: ${escapeControls(this.writeError.message)}`);
    return ExitCode.system;
  }

  #narrate(text: string): void {
    if (this.isSilent) return;
    this.beforeLine?.();
    const error = writeLine(this.#out, this.#encoder.encode(`${text}\n`));
    if (error === null) return;
    this.#outGone = true;
    if (!(error instanceof Deno.errors.BrokenPipe)) this.writeError = error;
  }

  #complain(mark: Mark, text: string): void {
    this.beforeLine?.();
    writeLine(this.#err, this.#encoder.encode(`${painted(mark, this.#colorErr)} ${text}\n`));
  }
}

/** Writes all octets; returns what prevented it. */
function writeLine(sink: TextSink, octets: Uint8Array): Error | null {
  try {
    for (let written = 0; written < octets.length;) written += sink.writeSync(octets.subarray(written));
    return null;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** `auto` is a terminal and no NO_COLOR in the environment (https://no-color.org). */
function wantsColor(choice: ColorChoice, sink: TextSink): boolean {
  switch (choice) {
    case "always":
      return true;
    case "never":
      return false;
    case "auto":
      return !Deno.noColor && sink.isTerminal();
  }
}

/** The mark, coloured or not; what libraries make of NO_COLOR would overrule `--color always`. */
function painted(mark: Mark, color: boolean): string {
  const [text, set, end] = MARKS[mark];
  return color ? `\x1b[${set}m${text}\x1b[${end}m` : text;
}
