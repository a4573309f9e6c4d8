/**
 * Where the octets go that the peer sends: shown, counted, or into a file or pipe that may stall.
 *
 * @module
 */

import type { Hash } from "node:crypto";
import type { StreamFile } from "../ffi/mod.ts";
import { ExitCode } from "./exit_codes.ts";
import { ProgramFailure } from "./failures.ts";
import { ioReason, isReaderGone } from "./io_errors.ts";

/** Takes octets in order, without waiting. */
export interface OctetSink {
  /** What to watch for room when there is none now; null: there always is. */
  readonly descriptor: number | null;
  /** There is a connection: what takes the octets may be made now, or replaced. @throws ProgramFailure */
  begin?(): void;
  /** Takes octets from the start of `octets`. @returns how many; 0: no room now @throws ProgramFailure */
  take(octets: Uint8Array): number;
}

/** Takes everything and forgets it. */
export const FORGETTING: OctetSink = { descriptor: null, take: (octets) => octets.length };

/** Hands everything to a function, which copies what it keeps. */
export function showing(show: (octets: Uint8Array) => void): OctetSink {
  return {
    descriptor: null,
    take: (octets): number => {
      show(octets);
      return octets.length;
    },
  };
}

/** What a {@link FileSink} writes to: `StreamFile`, or a file of Deno's, which never lacks room. */
export type PayloadFile = StreamFile | Deno.FsFile;

/** Writes everything to a file or a pipe. */
export class FileSink implements OctetSink {
  readonly #file: PayloadFile;
  readonly #name: string;

  /** Borrows the file. `name` is for messages. */
  constructor(file: PayloadFile, name: string) {
    this.#file = file;
    this.#name = name;
  }

  get descriptor(): number | null {
    return "kind" in this.#file && this.#file.kind !== "file" ? this.#file.descriptor : null;
  }

  take(octets: Uint8Array): number {
    try {
      return "kind" in this.#file ? this.#file.write(octets) : this.#file.writeSync(octets);
    } catch (error) {
      const reason = isReaderGone(error) ? "nobody reads it any more" : ioReason(error);
      throw new ProgramFailure(ExitCode.system, `Cannot write to ${this.#name}: ${reason}`);
    }
  }
}

/** Opens its file only once there is a connection: one that fails leaves what was there, and nothing new. */
export class LateSink implements OctetSink {
  readonly #open: () => OctetSink;
  #sink: OctetSink = FORGETTING;

  constructor(open: () => OctetSink) {
    this.#open = open;
  }

  get descriptor(): number | null {
    return this.#sink.descriptor;
  }

  begin(): void {
    this.#sink = this.#open();
  }

  take(octets: Uint8Array): number {
    return this.#sink.take(octets);
  }
}

/** Passes everything on, and hashes it. */
export class HashingSink implements OctetSink {
  readonly #next: OctetSink;
  readonly #hash: Hash;

  constructor(next: OctetSink, hash: Hash) {
    this.#next = next;
    this.#hash = hash;
  }

  get descriptor(): number | null {
    return this.#next.descriptor;
  }

  begin(): void {
    this.#next.begin?.();
  }

  take(octets: Uint8Array): number {
    const taken = this.#next.take(octets);
    if (taken > 0) this.#hash.update(octets.subarray(0, taken));
    return taken;
  }
}
