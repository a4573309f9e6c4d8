/**
 * Captures that were packed: gzip and zstd are unpacked while they are read, others are named.
 *
 * @module
 */

import { CaptureFormatError } from "./capture_reader.ts";

const MAGIC_OCTETS = 6;

const GZIP = [0x1f, 0x8b];
const ZSTD = [0x28, 0xb5, 0x2f, 0xfd];
/** Of a frame that is to be skipped (RFC 8878 3.1.2), the first octet of which has 16 values: pzstd begins with one. */
const SKIPPABLE = [0x2a, 0x4d, 0x18];

/** What is said of a packed file of which nothing can be unpacked. */
const CUT_TOO_SOON = "the file is cut before anything is whole, or damaged; get a whole copy of it";

/** Formats that the platform cannot unpack, by how they begin, with what can. */
const OTHERS: readonly (readonly [magic: readonly number[], name: string, command: string])[] = [
  [[0xfd, 0x37, 0x7a, 0x58, 0x5a], "xz", "xz -dc"],
  [[0x42, 0x5a, 0x68], "bzip2", "bzip2 -dc"],
  [[0x04, 0x22, 0x4d, 0x18], "lz4", "lz4 -dc"],
];

/** What unpacks: takes a piece, and gives what has come out of it. */
interface Unpacker {
  /** @throws Error when the piece, or the end, is not what was to come: `given` has what came out before */
  push(octets: Uint8Array): Promise<void>;
  end(): Promise<void>;
  /** What has come out since it was taken. */
  given: Uint8Array[];
}

/**
 * The octets of a file, unpacked when it is packed by gzip or zstd. A file that is cut or damaged gives what comes before that:
 * `onBreak` is told. @throws CaptureFormatError when nothing does, or when it is packed by something else
 */
export async function* decompressed(
  file: AsyncIterable<Uint8Array<ArrayBuffer>>,
  onBreak: (reason: string) => void = () => {},
): AsyncGenerator<Uint8Array> {
  const chunks = file[Symbol.asyncIterator]();
  const { first, isAll } = await beginning(chunks);
  const packed = OTHERS.find(([magic]) => begins(first, magic));
  if (packed !== undefined) {
    const [, name, command] = packed;
    throw new CaptureFormatError(`Cannot unpack ${name}: try ${command} FILE | rawtcp-client --read -`);
  }
  const all = joined(first, isAll ? null : chunks);
  if (begins(first, ZSTD) || begins(first.subarray(1), SKIPPABLE)) {
    yield* unpacked(all, await zstd(), "zstd", onBreak);
  } else if (begins(first, GZIP)) yield* unpacked(all, await gzip(), "gzip", onBreak);
  else yield* all;
}

async function* unpacked(
  packed: AsyncIterable<Uint8Array>,
  unpacker: Unpacker,
  name: string,
  onBreak: (reason: string) => void,
): AsyncGenerator<Uint8Array> {
  let reason: string | null = null;
  let isEmpty = true;
  const broken = (error: unknown): void => {
    reason = error instanceof Error ? error.message : String(error);
  };
  for await (const octets of packed) {
    await unpacker.push(octets).catch(broken);
    isEmpty &&= unpacker.given.every(({ length }) => length === 0);
    yield* unpacker.given.splice(0);
    if (reason !== null) break;
  }
  if (reason === null) await unpacker.end().catch(broken);
  isEmpty &&= unpacker.given.every(({ length }) => length === 0);
  yield* unpacker.given.splice(0);
  if (reason === null) return;
  if (isEmpty) throw new CaptureFormatError(`Cannot unpack ${name}: ${CUT_TOO_SOON}`);
  onBreak(`${name}: ${reason}`);
}

/** One member after the other (RFC 1952 2.2): the platform's own `DecompressionStream` takes only one. */
async function gzip(): Promise<Unpacker> {
  const { createGunzip } = await import("node:zlib");
  const stream = createGunzip();
  const given: Uint8Array[] = [];
  let settle: (error?: Error | null) => void = () => {};
  let failure: Error | null = null;
  stream.on("data", (octets: Uint8Array) => given.push(octets));
  stream.on("error", (error: Error) => {
    failure = error;
    settle(error);
  });
  let hasEnded = false;
  stream.on("end", () => {
    hasEnded = true;
    settle();
  });
  const settled = (begin: (done: (error?: Error | null) => void) => void): Promise<void> =>
    new Promise((resolve, reject) => {
      settle = (error) => error ? reject(error) : resolve();
      if (failure !== null) reject(failure);
      else if (hasEnded) resolve();
      else begin(settle);
    });
  return {
    given,
    push: (octets) => settled((done) => void stream.write(octets, done)),
    end: () => settled(() => void stream.end()),
  };
}

/** Zstandard (RFC 8878), which the platform does not have. */
async function zstd(): Promise<Unpacker> {
  // Elsewhere than in this project nothing says what this name means, unless whoever imports us does.
  const { Decompress } = await import("fzstd").catch(() => {
    throw new CaptureFormatError(
      "Cannot unpack zstd without the package fzstd: add it, or try zstd -dc FILE | rawtcp-client --read -",
    );
  });
  const given: Uint8Array[] = [];
  const stream = new Decompress((octets: Uint8Array) => void given.push(octets));
  return {
    given,
    push: (octets) => new Promise((resolve) => resolve(stream.push(octets))),
    end: () => new Promise((resolve) => resolve(stream.push(new Uint8Array(0), true))),
  };
}

async function beginning(
  chunks: AsyncIterator<Uint8Array<ArrayBuffer>>,
): Promise<{ readonly first: Uint8Array<ArrayBuffer>; readonly isAll: boolean }> {
  let first = new Uint8Array(0);
  while (first.length < MAGIC_OCTETS) {
    const { value, done } = await chunks.next();
    if (done === true) return { first, isAll: true };
    const longer = new Uint8Array(first.length + value.length);
    longer.set(first);
    longer.set(value, first.length);
    first = longer;
  }
  return { first, isAll: false };
}

async function* joined(
  first: Uint8Array<ArrayBuffer>,
  rest: AsyncIterator<Uint8Array<ArrayBuffer>> | null,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  yield first;
  for (let next = await rest?.next(); next !== undefined && next.done !== true; next = await rest?.next()) {
    yield next.value;
  }
}

function begins(octets: Uint8Array, magic: readonly number[]): boolean {
  return magic.every((octet, i) => octets[i] === octet);
}
