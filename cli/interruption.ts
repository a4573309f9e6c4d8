/**
 * Ctrl-C, SIGTERM and a terminal that hangs up: the first of them asks the work to end well, the second ends the program at once.
 *
 * @module
 */

import { assertDescriptors } from "../ffi/file_descriptor.ts";
import { isIgnored } from "../ffi/signals.ts";
import { ExitCode, type ExitCodeNumber } from "./exit_codes.ts";
import type { Output } from "./output.ts";

/** What can be asked to end. */
export interface Interruptible {
  /** Asks; the work ends soon by itself. */
  interrupt(): void;
  /** Ends here and now, as the program does next: peers are told by RST. */
  end(): void;
}

/** Exit codes of programs that a signal ended, as shells have them: 128 and the signal's number. */
const EXIT_CODES = {
  SIGINT: ExitCode.interrupted,
  SIGTERM: ExitCode.terminated,
  SIGHUP: ExitCode.hungUp,
} as const;

type EndingSignal = keyof typeof EXIT_CODES;

/** Those that are listened for. */
const ENDING_SIGNALS = Object.keys(EXIT_CODES) as EndingSignal[];

/** How signals arrive and the program ends. */
export interface Signals {
  addSignalListener(signal: EndingSignal, listener: () => void): void;
  /** Whether whoever started this program wants it to live on, as nohup(1) does. */
  isIgnored(signal: EndingSignal): boolean;
  exit(code: number): never;
}

/** Those of this process. */
const PROCESS: Signals = {
  addSignalListener: (signal, listener) => Deno.addSignalListener(signal, listener),
  isIgnored,
  exit: (code) => Deno.exit(code),
};

/** Descriptors that the runtime takes for signals; and as much as we take at least ourselves. */
const SIGNAL_DESCRIPTORS = 8;

/** How long an ending program waits for each of its readers, milliseconds. */
const LAST_WORDS = 1_000;

/** Resolves a while after now, once an end is asked for: readers are not waited for any longer. */
export async function lastWords(asked: Promise<void>): Promise<void> {
  await asked;
  await new Promise<void>((resolve) => setTimeout(resolve, LAST_WORDS));
}

/** Listens for Ctrl-C (SIGINT), SIGTERM and SIGHUP for the rest of the program's life. */
export class Interruption {
  /** The code to exit with once the work has ended; that of the first signal. */
  exitCode: ExitCodeNumber = ExitCode.interrupted;
  /** Resolves when the first signal has come. */
  readonly asked: Promise<void>;
  readonly #signals: Signals;
  #work: Interruptible | null = null;
  #asked = false;
  readonly #tellAsked: () => void;

  /** @throws SystemError EMFILE: the runtime itself would end with a backtrace where it has no descriptors for signals */
  constructor(signals: Signals = PROCESS) {
    this.#signals = signals;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.asked = promise;
    this.#tellAsked = resolve;
    if (signals === PROCESS) assertDescriptors(SIGNAL_DESCRIPTORS);
    for (const signal of ENDING_SIGNALS) {
      // Ctrl-C is asked for by whoever presses it; a shell has programs in the background ignore it.
      if (signal === "SIGHUP" && signals.isIgnored(signal)) continue;
      signals.addSignalListener(signal, () => this.#interrupt(signal));
    }
  }

  /** From now on there is work that can end well; before, the first signal ends the program. */
  attach(work: Interruptible): void {
    this.#work = work;
  }

  /** Whether a signal has asked for the end. */
  get isAsked(): boolean {
    return this.#asked;
  }

  /**
   * Ends well: the work is over, and what the output has to say is written; once a signal has come, that is not waited for
   * long, and the next one ends the program at once. @returns the exit code
   */
  async finish(output: Pick<Output, "finish" | "giveUp">, code: ExitCodeNumber): Promise<ExitCodeNumber> {
    this.#work = { interrupt: () => {}, end: () => output.giveUp() };
    return await output.finish(code, lastWords(this.asked));
  }

  #interrupt(signal: EndingSignal): void {
    if (this.#asked || this.#work === null) this.#exit(EXIT_CODES[signal]);
    this.#asked = true;
    this.#tellAsked();
    this.exitCode = EXIT_CODES[signal];
    this.#work.interrupt();
  }

  #exit(code: ExitCodeNumber): never {
    try {
      this.#work?.end();
    } finally {
      this.#signals.exit(code);
    }
  }
}
