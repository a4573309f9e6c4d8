import { assert, assertEquals, assertRejects } from "@std/assert";
import { CaptureFormatError } from "../../capture/format/capture_reader.ts";
import { decompressed } from "../../capture/format/compression.ts";

const TEXT = new TextEncoder().encode("what a capture holds, at some length ".repeat(20));

/** A frame of one raw block (RFC 8878 3.1.1). */
function zstd(text: Uint8Array): Uint8Array {
  const size = text.length - 256;
  const block = text.length << 3 | 1;
  const header = [0x28, 0xb5, 0x2f, 0xfd, 0x60, size & 255, size >> 8];
  return Uint8Array.of(...header, block & 255, block >> 8 & 255, block >> 16, ...text);
}

async function gzip(text: Uint8Array): Promise<Uint8Array> {
  const packed = ReadableStream.from([text.slice()]).pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(packed).arrayBuffer());
}

/** Unpacked as it comes in pieces of so many octets. */
async function unpacked(file: Uint8Array, piece: number): Promise<Uint8Array> {
  const pieces: number[] = [];
  const chunks = async function* (): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    for (let at = 0; at < file.length; at += piece) yield await Promise.resolve(file.slice(at, at + piece));
  };
  for await (const octets of decompressed(chunks())) for (const octet of octets) pieces.push(octet);
  return Uint8Array.from(pieces);
}

Deno.test("files packed by gzip and zstd are unpacked while they come (RFC 1952, RFC 8878)", async () => {
  for (const file of [TEXT, await gzip(TEXT), zstd(TEXT)]) {
    for (const piece of [3, 100, 100_000]) assertEquals(await unpacked(file, piece), TEXT);
  }
});

/** Octets that cannot be packed into less. */
const NOISE = Uint8Array.from(
  { length: 200_000 },
  (_octet, i) => Math.imul(i + 1, 2_654_435_761) >>> 13 & 0xff,
);

Deno.test("of a cut file comes what was before the cut", async () => {
  const file = await gzip(NOISE);
  const part = await unpacked(file.slice(0, file.length - 12), 5_000);
  assert(part.length > NOISE.length / 2);
  assertEquals(part, NOISE.slice(0, part.length));
});

Deno.test("a packed file of which nothing is whole is said to be cut", async () => {
  const cut = [(await gzip(TEXT)).slice(0, 10), zstd(TEXT).slice(0, 9)];
  for (const file of cut) {
    await assertRejects(
      () => unpacked(file, 50),
      CaptureFormatError,
      "the file is cut before anything is whole",
    );
  }
});

Deno.test("what cannot be unpacked is named, with the command that can", async () => {
  const xz = Uint8Array.of(0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, 0, 0);
  await assertRejects(() => unpacked(xz, 100), CaptureFormatError, "xz -dc");
});
