/**
 * Captures that were packed: gzip and zstd are unpacked while they are read, others are named.
 *
 * @module
 */

import { CaptureFormatError } from "./capture_reader.ts";

const MAGIC_OCTETS = 6;

/** What is said of a packed file of which nothing can be unpacked. */
const CUT_TOO_SOON = "the file is cut before anything is whole, or damaged; get a whole copy of it";

/** Formats that the platform cannot unpack, by how they begin, with what can. */
const OTHERS: readonly (readonly [magic: readonly number[], name: string, command: string])[] = [
  [[0xfd, 0x37, 0x7a, 0x58, 0x5a], "xz", "xz -dc"],
  [[0x42, 0x5a, 0x68], "bzip2", "bzip2 -dc"],
  [[0x04, 0x22, 0x4d, 0x18], "lz4", "lz4 -dc"],
];

/** The octets of a file, unpacked when it is packed by gzip or zstd. @throws CaptureFormatError when by something else */
export async function* decompressed(
  file: AsyncIterable<Uint8Array<ArrayBuffer>>,
): AsyncGenerator<Uint8Array> {
  const chunks = file[Symbol.asyncIterator]();
  const { first, isAll } = await beginning(chunks);
  const packed = OTHERS.find(([magic]) => begins(first, magic));
  if (packed !== undefined) {
    const [, name, command] = packed;
    throw new CaptureFormatError(`Cannot unpack ${name}: try ${command} FILE | rawtcp-client --read -`);
  }
  const all = joined(first, isAll ? null : chunks);
  if (begins(first, [0x28, 0xb5, 0x2f, 0xfd])) return yield* unpackedZstd(all);
  if (!begins(first, [0x1f, 0x8b])) return yield* all;
  let isEmpty = true;
  try {
    for await (const octets of ReadableStream.from(all).pipeThrough(new DecompressionStream("gzip"))) {
      isEmpty = false;
      yield octets;
    }
  } catch (error) {
    // A cut file gives what came before; that it is cut shows in the capture's own format.
    if (!(error instanceof TypeError)) throw error;
  }
  if (isEmpty) throw new CaptureFormatError(`Cannot unpack gzip: ${CUT_TOO_SOON}`);
}

/** Zstandard (RFC 8878), which the platform does not have. A cut file gives what came before. */
async function* unpackedZstd(packed: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  // Elsewhere than in this project nothing says what this name means, unless whoever imports us does.
  const { Decompress } = await import("fzstd").catch(() => {
    throw new CaptureFormatError(
      "Cannot unpack zstd without the package fzstd: add it, or try zstd -dc FILE | rawtcp-client --read -",
    );
  });
  let unpacked: Uint8Array[] = [];
  let isEmpty = true;
  const stream = new Decompress((octets: Uint8Array) => void unpacked.push(octets));
  for await (const octets of packed) {
    try {
      stream.push(octets);
    } catch (error) {
      throw new CaptureFormatError(`Cannot unpack zstd: ${error instanceof Error ? error.message : error}`);
    }
    const ready = unpacked;
    unpacked = [];
    isEmpty &&= ready.every(({ length }) => length === 0);
    yield* ready;
  }
  if (isEmpty) throw new CaptureFormatError(`Cannot unpack zstd: ${CUT_TOO_SOON}`);
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
