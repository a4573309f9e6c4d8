/**
 * The files that observing leaves: never over an existing one without being told to, and never half of one, but for
 * captures, which grow while it happens.
 *
 * @module
 */

import { ExitCode } from "./exit_codes.ts";
import { ProgramFailure } from "./failures.ts";
import { quoted } from "./options.ts";

/** Octets that are read at a time. */
const READ_OCTETS = 1 << 20;

/** Takes octets, all of them, at once. */
export interface OctetFile extends Disposable {
  write(octets: Uint8Array): void;
}

/** @throws ProgramFailure when the file exists and may not be replaced: before any work is done for it */
export function checkAbsent(path: string, force: boolean): void {
  if (force) return;
  try {
    Deno.lstatSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
    throw fileFailure(path, error);
  }
  throw new ProgramFailure(
    ExitCode.usage,
    `Cannot write ${quoted(path)}: it exists; give another name, or --force to replace it`,
  );
}

/** Writes a whole file under another name beside it and then gives it its own. @throws ProgramFailure */
export function writeWhole(path: string, text: string, force: boolean): void {
  checkAbsent(path, force);
  const beside = `${path}.${crypto.randomUUID().slice(0, 8)}.tmp`;
  try {
    Deno.writeTextFileSync(beside, text, { createNew: true });
    Deno.renameSync(beside, path);
  } catch (error) {
    removeQuietly(beside);
    throw fileFailure(path, error);
  }
}

/** Opens a file that grows while it is written, `-` for standard output. @throws ProgramFailure */
export function openGrowing(path: string, force: boolean): OctetFile {
  if (path === "-") return new GrowingFile(Deno.stdout, null);
  try {
    const file = Deno.openSync(
      path,
      force ? { write: true, create: true, truncate: true } : { write: true, createNew: true },
    );
    return new GrowingFile(file, file);
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) checkAbsent(path, force);
    throw fileFailure(path, error);
  }
}

/** The octets of a file as they are read, `-` for standard input. @throws ProgramFailure */
export async function* readChunks(path: string): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const octets = new Uint8Array(READ_OCTETS);
  try {
    using file = path === "-" ? null : await Deno.open(path);
    const source = file ?? Deno.stdin;
    for (let read = await source.read(octets); read !== null; read = await source.read(octets)) {
      yield octets.slice(0, read);
    }
  } catch (error) {
    throw fileFailure(path, error, "read");
  }
}

/** A disk that is full, or a reader that went away, ends the writing but not the connection. */
class GrowingFile implements OctetFile {
  readonly #sink: { writeSync(octets: Uint8Array): number };
  readonly #owned: Disposable | null;
  #failed = false;

  constructor(sink: { writeSync(octets: Uint8Array): number }, owned: Disposable | null) {
    this.#sink = sink;
    this.#owned = owned;
  }

  write(octets: Uint8Array): void {
    if (this.#failed) return;
    try {
      for (let written = 0; written < octets.length;) {
        written += this.#sink.writeSync(octets.subarray(written));
      }
    } catch {
      this.#failed = true;
    }
  }

  [Symbol.dispose](): void {
    this.#owned?.[Symbol.dispose]();
  }
}

function removeQuietly(path: string): void {
  try {
    Deno.removeSync(path);
  } catch {
    // It was never made.
  }
}

function fileFailure(path: string, error: unknown, verb: "read" | "write" = "write"): ProgramFailure {
  const reason = error instanceof Deno.errors.NotCapable
    ? `Deno was not allowed to; run it with --allow-${verb}`
    : error instanceof Error
    ? error.message
    : String(error);
  return new ProgramFailure(ExitCode.system, `Cannot ${verb} ${quoted(path)}: ${reason}`);
}
