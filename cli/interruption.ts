/**
 * Ctrl-C: the first one asks the work to end well, the second ends the program at once.
 *
 * @module
 */

import { assertDescriptors } from "../ffi/file_descriptor.ts";
import { ExitCode, type ExitCodeNumber } from "./exit_codes.ts";
import type { Output } from "./output.ts";

/** What can be asked to end. */
export interface Interruptible {
  /** Asks; the work ends soon by itself. */
  interrupt(): void;
}

/** How signals arrive and the program ends; `Deno` by default. */
export interface Signals {
  addSignalListener(signal: "SIGINT" | "SIGTERM", listener: () => void): void;
  exit(code: number): never;
}

/** Exit codes of programs that a signal ended, as shells have them: 128 and the signal's number. */
const EXIT_CODES = { SIGINT: ExitCode.interrupted, SIGTERM: ExitCode.terminated } as const;

/** Descriptors that the runtime takes for signals; and as much as we take at least ourselves. */
const SIGNAL_DESCRIPTORS = 8;

/** How long an interrupted program waits until what it has to say is written, milliseconds. */
const LAST_WORDS = 1_000;

/** Listens for Ctrl-C (SIGINT) and SIGTERM for the rest of the program's life. */
export class Interruption {
  /** The code to exit with once the work has ended; that of the first signal. */
  exitCode: ExitCodeNumber = ExitCode.interrupted;
  readonly #signals: Signals;
  #work: Interruptible | null = null;
  #asked = false;

  /** @throws SystemError EMFILE: the runtime itself would end with a backtrace where it has no descriptors for signals */
  constructor(signals: Signals = Deno) {
    this.#signals = signals;
    if (signals === Deno) assertDescriptors(SIGNAL_DESCRIPTORS);
    signals.addSignalListener("SIGINT", () => this.#interrupt("SIGINT"));
    signals.addSignalListener("SIGTERM", () => this.#interrupt("SIGTERM"));
  }

  /** From now on there is work that can end well; before, the first signal ends the program. */
  attach(work: Interruptible): void {
    this.#work = work;
  }

  /**
   * Ends well: the work is over, and what the output has to say is written; after a signal that is not waited for long, and
   * the next signal ends the program at once. @returns the exit code
   */
  async finish(output: Pick<Output, "finish">, code: ExitCodeNumber): Promise<ExitCodeNumber> {
    this.#work = null;
    if (!this.#asked) return await output.finish(code);
    const late = new Promise<ExitCodeNumber>((resolve) => setTimeout(() => resolve(code), LAST_WORDS));
    return await Promise.race([output.finish(code), late]);
  }

  #interrupt(signal: keyof typeof EXIT_CODES): void {
    if (this.#asked || this.#work === null) this.#signals.exit(EXIT_CODES[signal]);
    this.#asked = true;
    this.exitCode = EXIT_CODES[signal];
    this.#work.interrupt();
  }
}
