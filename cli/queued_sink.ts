/**
 * Writing to whoever reads: never waits for them, and keeps what they have not taken yet within a bound.
 *
 * @module
 */

import { POLLOUT } from "../ffi/constants.ts";
import { PollSet } from "../ffi/poll.ts";
import { StreamFile } from "../ffi/stream_file.ts";
import { isReaderGone } from "./io_errors.ts";
import type { TextSink } from "./output.ts";

/** Octets that wait from which on the work is asked to hold back. */
const HELD_BACK_AT = 1 << 20;

/** Octets that wait at most; what is written beyond is dropped and counted. */
const MOST_QUEUED = 32 << 20;

/** Longest single wait for room, milliseconds; there is nothing to do when it is over but to wait again. */
const LONGEST_WAIT = 60_000;

/** A stream's writing end with a queue before it. */
export class QueuedSink implements TextSink, Disposable {
  /** Why it could not be written; null when it could, or when its reader just went away. */
  error: Error | null = null;
  /** Writes that were dropped because too much waited already. */
  dropped = 0;
  /** Octets that were given up because nobody read them in time. */
  lost = 0;
  /** Called whenever nothing waits any more. */
  onDrained: (() => void) | null = null;
  readonly #file: StreamFile;
  readonly #queue: Uint8Array[] = [];
  #queued = 0;
  #isGone = false;
  #draining: Promise<void> | null = null;

  /** Owns the file. */
  constructor(file: StreamFile) {
    this.#file = file;
  }

  /** Whether so much waits that the work had better hold back. */
  get isBehind(): boolean {
    return this.#queued >= HELD_BACK_AT;
  }

  isTerminal(): boolean {
    return this.#file.kind === "terminal";
  }

  /** Takes all octets (copies what must wait), or drops all of them. @throws Error why it cannot be written any more */
  writeSync(octets: Uint8Array): number {
    if (this.error !== null) throw this.error;
    if (this.#isGone) return octets.length;
    const written = this.#queue.length === 0 ? this.#write(octets) : 0;
    if (this.#isGone || written === octets.length) return octets.length;
    if (written === 0 && this.#queued + octets.length > MOST_QUEUED) this.dropped++;
    else this.#keep(octets.slice(written));
    return octets.length;
  }

  /** Waits until all is written, or cannot be, or until `late`: what still waits then is given up. */
  async drained(late?: Promise<void>): Promise<void> {
    await (late === undefined ? this.#draining : Promise.race([this.#draining, late]));
    if (late !== undefined) this.giveUp();
  }

  /** Drops what waits, counts it, and takes no more. Nothing happens where nothing waits. */
  giveUp(): void {
    if (this.#queued === 0) return;
    this.lost = this.#queued;
    this.#end();
  }

  [Symbol.dispose](): void {
    this.#end();
    this.#file[Symbol.dispose]();
  }

  #keep(octets: Uint8Array): void {
    this.#queue.push(octets);
    this.#queued += octets.length;
    this.#draining ??= this.#drain();
  }

  async #drain(): Promise<void> {
    using room = new PollSet(1);
    room.add(this.#file.descriptor, POLLOUT);
    while (this.#queue.length > 0) {
      await room.wait(LONGEST_WAIT);
      this.#writeQueue();
    }
    this.#draining = null;
    this.onDrained?.();
  }

  #writeQueue(): void {
    let done = 0;
    for (; done < this.#queue.length; done++) {
      const octets = this.#queue[done] ?? new Uint8Array();
      const written = this.#write(octets);
      this.#queued -= written;
      if (this.#isGone) return;
      if (written < octets.length) {
        this.#queue[done] = octets.subarray(written);
        break;
      }
    }
    this.#queue.splice(0, done);
  }

  /** Writes what goes now; failures end everything. @returns octets written */
  #write(octets: Uint8Array): number {
    try {
      return this.#file.write(octets);
    } catch (error) {
      if (!isReaderGone(error)) this.error = error instanceof Error ? error : new Error(String(error));
      this.#end();
      return 0;
    }
  }

  #end(): void {
    this.#isGone = true;
    this.#queue.length = 0;
    this.#queued = 0;
  }
}

/** The standard output of this process (1), or its standard error (2). @throws LibcError without the C library */
export function standardSink(number: 1 | 2): QueuedSink {
  return new QueuedSink(StreamFile.output(number));
}
