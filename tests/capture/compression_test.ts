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

/** Unpacked as it comes in pieces of so many octets, and what was said at the end. */
async function unpacked(
  file: Uint8Array,
  piece: number,
): Promise<{ readonly octets: Uint8Array; readonly reason: string }> {
  const pieces: Uint8Array[] = [];
  const chunks = async function* (): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    for (let at = 0; at < file.length; at += piece) yield await Promise.resolve(file.slice(at, at + piece));
  };
  let reason = "";
  for await (const octets of decompressed(chunks(), (why) => reason = why)) pieces.push(octets.slice());
  return {
    octets: new Uint8Array(await new Blob(pieces as Uint8Array<ArrayBuffer>[]).arrayBuffer()),
    reason,
  };
}

Deno.test("files packed by gzip and zstd are unpacked while they come (RFC 1952, RFC 8878)", async () => {
  for (const file of [TEXT, await gzip(TEXT), zstd(TEXT)]) {
    for (const piece of [3, 100, 100_000]) {
      assertEquals(await unpacked(file, piece), { octets: TEXT, reason: "" });
    }
  }
});

/** Octets that cannot be packed into less. */
const NOISE = Uint8Array.from(
  { length: 200_000 },
  (_octet, i) => Math.imul(i + 1, 2_654_435_761) >>> 13 & 0xff,
);

Deno.test("a file of several members or frames is unpacked to its end (RFC 1952 2.2, RFC 8878 3.1)", async () => {
  const member = await gzip(TEXT);
  const skipped = Uint8Array.of(0x53, 0x2a, 0x4d, 0x18, 2, 0, 0, 0, 9, 9);
  for (
    const parts of [
      [member, member],
      [await gzip(new Uint8Array(0)), member, member],
      [member, member, new Uint8Array(512)],
      [skipped, zstd(TEXT), zstd(TEXT)],
    ]
  ) {
    const file = Uint8Array.from(parts.flatMap((part) => [...part]));
    for (const piece of [7, 100_000]) {
      const { octets, reason } = await unpacked(file, piece);
      assertEquals([octets.length, reason], [2 * TEXT.length, ""]);
    }
  }
});

Deno.test("of a cut file comes what was before the cut, and it is said to be cut", async () => {
  const file = await gzip(NOISE);
  const { octets, reason } = await unpacked(file.slice(0, file.length - 12), 5_000);
  assert(octets.length > NOISE.length / 2);
  assertEquals(octets, NOISE.slice(0, octets.length));
  assertEquals(reason, "gzip: unexpected end of file");
});

Deno.test("a file cut behind its last octet of content is said to be cut, too", async () => {
  const packed = await gzip(TEXT);
  for (const left of [1, 8]) {
    const { octets, reason } = await unpacked(packed.slice(0, packed.length - left), 50);
    assertEquals([octets, reason], [TEXT, "gzip: unexpected end of file"]);
  }
  // Its end is behind what it has: an empty block would follow.
  const frame = zstd(TEXT);
  frame[7] = (frame[7] ?? 0) & ~1;
  assertEquals(await unpacked(frame, 50), { octets: TEXT, reason: "zstd: unexpected EOF" });
});

Deno.test("a file whose checksum is wrong is said to be damaged (RFC 1952 2.3.1)", async () => {
  const packed = await gzip(NOISE);
  packed[packed.length - 6] = (packed[packed.length - 6] ?? 0) ^ 1;
  const { octets, reason } = await unpacked(packed, 5_000);
  assertEquals(octets, NOISE.slice(0, octets.length));
  assert(octets.length > NOISE.length / 2);
  assertEquals(reason, "gzip: incorrect data check");
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
