/**
 * Where the programs' lines go: narration to standard output, troubles to standard error, with or without colour.
 *
 * @module
 */

import { counted } from "./counted.ts";
import { terminalText } from "../trace/escape.ts";
import { ioReason, isReaderGone } from "./io_errors.ts";
import { ExitCode, type ExitCodeNumber } from "./exit_codes.ts";

/** When to colour. */
export type ColorChoice = "auto" | "always" | "never";

/** What `--color` takes. */
export const COLOR_CHOICES: readonly ColorChoice[] = ["auto", "always", "never"];

/** A stream that takes octets at once, such as `Deno.stdout`. */
export interface TextSink {
  writeSync(octets: Uint8Array): number;
  isTerminal(): boolean;
  /** Waits until what was taken is written, where that is not so at once, or until `late`: then the rest is given up. */
  drained?(late?: Promise<void>): Promise<void>;
  /** Gives up what waits to be written. */
  giveUp?(): void;
  /** Whether so much waits to be written that the work had better hold back. @default false */
  readonly isBehind?: boolean;
  /** Why what was taken could not be written. @default null */
  readonly error?: Error | null;
  /** Called whenever nothing waits to be written any more. */
  onDrained?: (() => void) | null;
  /** Writes that were dropped because nobody read what was written before. @default 0 */
  readonly dropped?: number;
  /** Octets that were given up. @default 0 */
  readonly lost?: number;
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
 * is dropped, and {@link Output.finish} tells the reason unless it was only the reader.
 */
export class Output {
  /** Called before each line: takes away what stands on the terminal's last one. */
  beforeLine: (() => void) | null = null;
  /** Where narration goes. */
  readonly out: TextSink;
  /** Where warnings and failures go. */
  readonly err: TextSink;
  #writeError: Error | null = null;
  readonly #quiet: boolean;
  readonly #colorOut: boolean;
  readonly #colorErr: boolean;
  readonly #encoder = new TextEncoder();
  #outGone = false;

  constructor(options: OutputOptions) {
    this.out = options.out ?? Deno.stdout;
    this.err = options.err ?? Deno.stderr;
    this.#quiet = options.quiet;
    this.#colorOut = wantsColor(options.color, this.out);
    this.#colorErr = wantsColor(options.color, this.err);
  }

  /** Called whenever a stream that was behind no longer is. */
  set onDrained(call: () => void) {
    for (const sink of [this.out, this.err]) if (sink.onDrained !== undefined) sink.onDrained = call;
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
    if (!this.#quiet) this.#diagnose("warning", text);
  }

  /** The one line that says why it failed, on standard error, quiet or not. */
  failure(text: string): void {
    this.#diagnose("failure", text);
  }

  /** Whether readers are so far behind that the work had better hold back. */
  get isBehind(): boolean {
    return this.out.isBehind === true || this.err.isBehind === true;
  }

  /**
   * Waits until everything is written, or until `late`, and tells what could not be. @returns the exit code, which is another
   * one when the work went well but something failed to be written; what readers had no time to take makes no difference
   */
  async finish(code: ExitCodeNumber = ExitCode.ok, late?: Promise<void>): Promise<ExitCodeNumber> {
    await Promise.all([this.out.drained?.(late), this.err.drained?.(late)]);
    const result = this.#told(code);
    await this.err.drained?.(late);
    return result;
  }

  /** The program ends here and now: gives up what waits, and says so. */
  giveUp(): void {
    this.out.giveUp?.();
    this.err.giveUp?.();
    this.#told(ExitCode.ok);
  }

  /** Tells what was not written. @returns the exit code */
  #told(code: ExitCodeNumber): ExitCodeNumber {
    let result = code;
    const diagnose = (stream: string, reason: string): void => {
      this.failure(`Cannot write to ${stream}: ${reason}`);
      if (result === ExitCode.ok) result = ExitCode.system;
    };
    const outError = this.#writeError ?? this.out.error ?? null;
    if (outError !== null) diagnose("standard output", terminalText(ioReason(outError)));
    if (this.err.error) diagnose("standard error", terminalText(ioReason(this.err.error)));
    for (const [stream, sink] of [["standard output", this.out], ["standard error", this.err]] as const) {
      if (sink.dropped) {
        diagnose(stream, `its reader was too slow, ${counted(sink.dropped, "write")} dropped`);
      }
      if (sink.lost) this.failure(`Cannot write to ${stream}: ${untaken(sink.lost)}`);
    }
    return result;
  }

  #narrate(text: string): void {
    if (this.isSilent) return;
    this.beforeLine?.();
    const error = tryToWrite(this.out, this.#encoder.encode(`${text}\n`));
    if (error === null) return;
    this.#outGone = true;
    if (!isReaderGone(error)) this.#writeError = error;
  }

  #diagnose(mark: Mark, text: string): void {
    this.beforeLine?.();
    tryToWrite(this.err, this.#encoder.encode(`${painted(mark, this.#colorErr)} ${text}\n`));
  }
}

/** Why an output is not whole whose reader had no time for more. */
export function untaken(octets: number): string {
  return `its reader did not take the last ${counted(octets, "byte")}`;
}

/** Writes all octets, in as many pieces as they are taken in. @throws what prevents it */
export function writeAll(sink: Pick<TextSink, "writeSync">, octets: Uint8Array): void {
  for (let written = 0; written < octets.length;) written += sink.writeSync(octets.subarray(written));
}

/** Writes a line. @throws what prevents it */
export function writeLine(sink: TextSink, line: string): void {
  writeAll(sink, new TextEncoder().encode(`${line}\n`));
}

/** Writes all octets; returns what prevented it. */
function tryToWrite(sink: TextSink, octets: Uint8Array): Error | null {
  try {
    writeAll(sink, octets);
    return null;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/**
 * `auto` is a terminal that knows colours, unless NO_COLOR is in the environment (https://no-color.org); FORCE_COLOR makes it
 * so in any case.
 */
export function wantsColor(choice: ColorChoice, sink: TextSink): boolean {
  switch (choice) {
    case "always":
      return true;
    case "never":
      return false;
    case "auto":
      return isForced(variable("FORCE_COLOR")) ||
        (!Deno.noColor && variable("TERM") !== "dumb" && sink.isTerminal());
  }
}

function isForced(value: string | undefined): boolean {
  return value !== undefined && value !== "" && value !== "0" && value !== "false";
}

/** A variable of the environment, as far as it may be read; asking never prompts. */
export function variable(name: string): string | undefined {
  const isReadable = Deno.permissions.querySync({ name: "env", variable: name }).state === "granted";
  return isReadable ? Deno.env.get(name) : undefined;
}

/** The mark, coloured or not; what libraries make of NO_COLOR would overrule `--color always`. */
function painted(mark: Mark, color: boolean): string {
  const [text, set, end] = MARKS[mark];
  return color ? `\x1b[${set}m${text}\x1b[${end}m` : text;
}
