/**
 * The files that the programs leave: never over an existing one without being told to, and never half of one, but for
 * captures and payload, which grow while it happens.
 *
 * @module
 */

import { POLLIN } from "../ffi/constants.ts";
import { mayCallLibc } from "../ffi/libc.ts";
import { outliveFileLimit } from "../ffi/signals.ts";
import { fileKind, StreamFile } from "../ffi/stream_file.ts";
import { ExitCode } from "./exit_codes.ts";
import { ProgramFailure } from "./failures.ts";
import { ioReason } from "./io_errors.ts";
import { quoted } from "./options.ts";
import { untaken, writeAll } from "./output.ts";

/** Octets that are read at a time. */
const READ_OCTETS = 1 << 20;

/** Most octets of a file that is read whole. */
const MOST_WHOLE = 1 << 30;

/** Longest single wait for a pipe, milliseconds; there is nothing to do when it is over but to wait again. */
const LONGEST_WAIT = 60_000;

/** Of so many reads of a file one lets the program do something else meanwhile. */
const READS_AT_ONCE = 8;

/** Takes octets, all of them, at once, and remembers what prevented it. */
export interface OctetFile {
  write(octets: Uint8Array): void;
  /** Whether so much waits to be written that the work had better hold back. */
  readonly isBehind: boolean;
  /**
   * Waits until all is written, or until `late`, and closes. @returns octets that were given up
   * @throws ProgramFailure when not all could be written
   */
  finish(late?: Promise<void>): Promise<number>;
  /** Closes here and now. @returns octets that were given up */
  giveUp(): number;
}

/**
 * Before any work is done for a file. Pipes and devices are there already, and nothing of theirs is replaced.
 *
 * @throws ProgramFailure when there is no folder for it, or when it exists and may not be replaced
 */
export function checkAbsent(path: string, force: boolean): void {
  checkFolder(path);
  const found = whatIsAt(path, force);
  if (found === "nothing") return;
  if (found === "folder") throw fileFailure(path, new Error("it is a folder"));
  if (force || isStream(path)) return;
  throw new ProgramFailure(
    ExitCode.usage,
    `Cannot write ${quoted(path)}: it exists; give another name, or --force to replace it`,
  );
}

/** @throws ProgramFailure when that may not be looked at, and it matters */
function whatIsAt(path: string, mayReplace: boolean): "nothing" | "folder" | "something" {
  try {
    return Deno.lstatSync(path).isDirectory ? "folder" : "something";
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "nothing";
    if (mayReplace && error instanceof Deno.errors.NotCapable) return "something";
    throw fileFailure(path, error);
  }
}

/**
 * Before any work is done for a file that is written whole at the end: a folder that takes none is found now, by a file that
 * is gone again at once.
 *
 * @throws ProgramFailure as `checkAbsent`, and when its folder takes no file
 */
export function checkCanWrite(path: string, force: boolean): void {
  checkAbsent(path, force);
  if (isStream(path)) return;
  const beside = nameBeside(path);
  try {
    Deno.openSync(beside, { write: true, createNew: true }).close();
  } catch (error) {
    throw fileFailure(path, error);
  }
  removeQuietly(beside);
}

/** Whether Deno lets the program do what `checkCanWrite` does: look at the file, and make another one beside it. */
export function mayCheck(path: string): boolean {
  const wanted = [{ name: "read", path }, { name: "write", path: folderOf(path) }] as const;
  return wanted.every((permission) => Deno.permissions.querySync(permission).state === "granted");
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/") + 1) || ".";
}

/** @throws ProgramFailure when the folder of a file is not there, as far as that may be looked at */
function checkFolder(path: string): void {
  try {
    Deno.statSync(folderOf(path));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) throw fileFailure(path, error);
  }
}

/**
 * Writes a whole file under another name beside it and then gives it its own; pipes and devices are written as they are, until
 * `late`. @throws ProgramFailure
 */
export async function writeWhole(
  path: string,
  text: string,
  force: boolean,
  late?: Promise<void>,
): Promise<void> {
  checkAbsent(path, force);
  if (isStream(path)) return await writeToStream(path, text, late);
  const beside = nameBeside(path);
  outliveFileLimit();
  try {
    Deno.writeTextFileSync(beside, text, { createNew: true });
    Deno.renameSync(beside, path);
  } catch (error) {
    removeQuietly(beside);
    throw fileFailure(path, error);
  }
}

/** @throws ProgramFailure */
async function writeToStream(path: string, text: string, late?: Promise<void>): Promise<void> {
  const octets = new TextEncoder().encode(text);
  const opening = openGrowing(path, false);
  const file = await (late === undefined ? opening : Promise.race([opening, late]));
  file?.write(octets);
  const lost = file === undefined ? octets.length : await file.finish(late);
  if (lost > 0) throw fileFailure(path, new Error(untaken(lost)));
}

/**
 * Opens a file that grows while it is written. What is there already is replaced, a symbolic link included, when that may be;
 * pipes and devices are written as they are, and never waited for.
 *
 * @throws ProgramFailure
 */
export async function openGrowing(path: string, force: boolean): Promise<OctetFile> {
  if (isStream(path)) {
    const file = await openStream(path, "write");
    const { QueuedSink } = await import("./queued_sink.ts");
    return new GrowingFile(new QueuedSink(file), path);
  }
  return new GrowingFile(openRegular(path, force), path);
}

/**
 * Whether the path is a pipe or a device, which nobody can overwrite; without the C library none is known.
 *
 * @throws ProgramFailure when that may not be looked at
 */
export function isStream(path: string): boolean {
  if (!mayCallLibc()) return false;
  try {
    return ["pipe", "terminal", "device", "null device"].includes(fileKind(path));
  } catch (error) {
    throw fileFailure(path, error);
  }
}

/** Opens a new file, in the place of an old one when that may be. @throws ProgramFailure */
export function openRegular(path: string, force: boolean): Deno.FsFile {
  const create = { write: true, createNew: true };
  outliveFileLimit();
  try {
    if (!force) return Deno.openSync(path, create);
    const beside = nameBeside(path);
    const file = Deno.openSync(beside, create);
    try {
      Deno.renameSync(beside, path);
    } catch (error) {
      file.close();
      removeQuietly(beside);
      throw error;
    }
    return file;
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) checkAbsent(path, force);
    throw fileFailure(path, error);
  }
}

/** Opens what is there already. A pipe waits for its other end. @throws ProgramFailure */
export async function openStream(path: string, verb: "read" | "write"): Promise<StreamFile> {
  try {
    if (Deno.permissions.querySync({ name: verb, path }).state !== "granted") {
      throw new Deno.errors.NotCapable(path);
    }
    if (fileKind(path) === "folder") throw new Error("it is a folder");
    return verb === "read" ? await StreamFile.openInput(path) : await StreamFile.openOutput(path);
  } catch (error) {
    throw fileFailure(path, error, verb);
  }
}

/** The octets of a file as they are read, `-` for standard input. @throws ProgramFailure */
export async function* readChunks(path: string): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const octets = new Uint8Array(READ_OCTETS);
  try {
    using file = path === "-" ? null : await Deno.open(path);
    const source = file ?? Deno.stdin;
    // What lies on a disk is at hand: to have another thread read it takes longer than reading it.
    const most = file !== null && (await file.stat()).isFile ? READS_AT_ONCE : 1;
    for (let reads = 1;; reads++) {
      const read = reads % most === 0 ? await source.read(octets) : source.readSync(octets);
      if (read === null) return;
      yield octets.slice(0, read);
    }
  } catch (error) {
    throw fileFailure(path, error, "read");
  }
}

/** All octets of a file or of a pipe, whose writer is waited for. @throws ProgramFailure, also for more than fits in memory */
export async function readWhole(path: string): Promise<Uint8Array<ArrayBuffer>> {
  const pieces = bounded(path, isStream(path) ? streamedChunks(path) : readChunks(path));
  return new Uint8Array(await new Response(ReadableStream.from(pieces)).arrayBuffer());
}

/** The same pieces. @throws ProgramFailure once they are more than are read whole: devices go on for ever */
async function* bounded<T extends Uint8Array>(path: string, pieces: AsyncIterable<T>): AsyncGenerator<T> {
  let octets = 0;
  for await (const piece of pieces) {
    octets += piece.length;
    if (octets > MOST_WHOLE) throw fileFailure(path, new Error("it is longer than 1 GiB"), "read");
    yield piece;
  }
}

async function* streamedChunks(path: string): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  using file = await openStream(path, "read");
  const { PollSet } = await import("../ffi/poll.ts");
  using arrival = new PollSet(1);
  arrival.add(file.descriptor, POLLIN);
  const octets = new Uint8Array(READ_OCTETS);
  for (;;) {
    const read = file.read(octets);
    if (read === null) return;
    if (read === 0) await arrival.wait(LONGEST_WAIT);
    else yield octets.slice(0, read);
  }
}

/** What {@link GrowingFile} writes to. */
interface GrowingSink extends Disposable {
  writeSync(octets: Uint8Array): number;
  drained?(late?: Promise<void>): Promise<void>;
  giveUp?(): void;
  readonly lost?: number;
  readonly error?: Error | null;
  readonly dropped?: number;
  readonly isBehind?: boolean;
}

/** A disk that is full ends the writing but not the connection, as does a reader that goes away: of that a sink says nothing. */
class GrowingFile implements OctetFile {
  readonly #sink: GrowingSink;
  readonly #path: string;
  #error: unknown = null;

  constructor(sink: GrowingSink, path: string) {
    this.#sink = sink;
    this.#path = path;
  }

  write(octets: Uint8Array): void {
    if (this.#error !== null) return;
    try {
      writeAll(this.#sink, octets);
    } catch (error) {
      this.#error = error;
    }
  }

  get isBehind(): boolean {
    return this.#sink.isBehind === true;
  }

  async finish(late?: Promise<void>): Promise<number> {
    await this.#sink.drained?.(late);
    this.#sink[Symbol.dispose]();
    const error = this.#error ?? this.#sink.error ?? null;
    if (error !== null) throw fileFailure(this.#path, error);
    if (this.#sink.dropped) {
      throw fileFailure(this.#path, new Error("its reader was too slow, and packets had to be dropped"));
    }
    return this.#sink.lost ?? 0;
  }

  giveUp(): number {
    this.#sink.giveUp?.();
    this.#sink[Symbol.dispose]();
    return this.#sink.lost ?? 0;
  }
}

function nameBeside(path: string): string {
  return `${path}.${crypto.randomUUID().slice(0, 8)}.tmp`;
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
    ? error.message.includes("all access")
      ? "Deno keeps programs away from there"
      : `Deno was not allowed to; run it with --allow-${verb}`
    : ioReason(error);
  return new ProgramFailure(ExitCode.system, `Cannot ${verb} ${quoted(path)}: ${reason}`);
}
