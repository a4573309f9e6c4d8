/**
 * Where the octets come from that the client sends: its command line, a pattern, a file or a pipe.
 *
 * @module
 */

import type { StreamFile } from "../ffi/mod.ts";
import { ExitCode } from "./exit_codes.ts";
import { ProgramFailure } from "./failures.ts";
import { ioReason } from "./io_errors.ts";
import { Pattern } from "./pattern.ts";

/** Gives octets in order, without waiting for them. */
export interface OctetSource {
  /** Octets in all; null: known only at the end. */
  readonly total: number | null;
  /** What to watch for more to read when there is none now; null: there always is some, or the end. */
  readonly descriptor: number | null;
  /** The octets that come next; none: not now; null: the end. Borrowed until the next call. @throws ProgramFailure */
  next(): Uint8Array | null;
  /** So many of them are taken. */
  taken(octets: number): void;
}

/** Octets of the pattern handed over at a time: few enough to stay in a core's own cache. */
const PATTERN_PIECE = 64 << 10;

/** Octets read at a time. */
const READ_LENGTH = 256 << 10;

const NONE = new Uint8Array();

/** Octets that are there already. Borrows. */
export class TextSource implements OctetSource {
  readonly descriptor = null;
  readonly #octets: Uint8Array;
  #given = 0;

  constructor(octets: Uint8Array) {
    this.#octets = octets;
  }

  get total(): number {
    return this.#octets.length;
  }

  next(): Uint8Array | null {
    return this.#given === this.#octets.length ? null : this.#octets.subarray(this.#given);
  }

  taken(octets: number): void {
    this.#given += octets;
  }
}

/** So many octets of a pattern. */
export class PatternSource implements OctetSource {
  readonly descriptor = null;
  readonly total: number;
  readonly #pattern = new Pattern(PATTERN_PIECE);
  #given = 0;

  constructor(octets: number) {
    this.total = octets;
  }

  next(): Uint8Array | null {
    const left = this.total - this.#given;
    if (left === 0) return null;
    const octets = this.#pattern.from(this.#given);
    return left < octets.length ? octets.subarray(0, left) : octets;
  }

  taken(octets: number): void {
    this.#given += octets;
  }
}

/** What a file, a pipe or a terminal has, to its end. */
export class FileSource implements OctetSource {
  readonly total = null;
  readonly #file: StreamFile;
  readonly #name: string;
  readonly #buffer = new Uint8Array(READ_LENGTH);
  #from = 0;
  #until = 0;
  #hasEnded = false;

  /** Borrows the file. `name` is for messages. */
  constructor(file: StreamFile, name: string) {
    this.#file = file;
    this.#name = name;
  }

  get descriptor(): number | null {
    return this.#file.kind === "file" ? null : this.#file.descriptor;
  }

  next(): Uint8Array | null {
    if (this.#from === this.#until && !this.#hasEnded) this.#read();
    if (this.#from < this.#until) return this.#buffer.subarray(this.#from, this.#until);
    return this.#hasEnded ? null : NONE;
  }

  taken(octets: number): void {
    this.#from += octets;
  }

  #read(): void {
    try {
      const octets = this.#file.read(this.#buffer);
      this.#hasEnded = octets === null;
      this.#from = 0;
      this.#until = octets ?? 0;
    } catch (error) {
      throw new ProgramFailure(ExitCode.system, `Cannot read ${this.#name}: ${ioReason(error)}`);
    }
  }
}
