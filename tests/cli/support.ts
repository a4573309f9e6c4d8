/** What the tests of the programs' text share. */

import { Output, type OutputOptions, type TextSink } from "../../cli/output.ts";

/** A stream that keeps what is written, a few octets at a time as pipes do. */
export class MemorySink implements TextSink {
  readonly #decoder = new TextDecoder();
  readonly #terminal: boolean;
  readonly #piece: number;
  text = "";

  constructor(terminal = false, piece = 7) {
    this.#terminal = terminal;
    this.#piece = piece;
  }

  writeSync(octets: Uint8Array): number {
    const taken = octets.subarray(0, this.#piece);
    this.text += this.#decoder.decode(taken, { stream: true });
    return taken.length;
  }

  isTerminal(): boolean {
    return this.#terminal;
  }

  /** The lines written so far. */
  get lines(): string[] {
    return this.text.split("\n").slice(0, -1);
  }
}

/** An output into memory. */
export function memoryOutput(
  options: Partial<OutputOptions> = {},
): { output: Output; out: MemorySink; err: MemorySink } {
  const out = new MemorySink();
  const err = new MemorySink();
  return { output: new Output({ color: "never", quiet: false, out, err, ...options }), out, err };
}
