/** Standard streams, pipes and files: what they are, and that nothing about them waits. */

import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { fileKind, loadWholeLibc, StreamFile, SystemError } from "../../ffi/mod.ts";
import { withPipe } from "./pipes.ts";

const libc = loadWholeLibc();

Deno.test("a path or a descriptor is told by what stands behind it", () => {
  assertEquals(fileKind("/dev/null"), "null device");
  assertEquals(fileKind("/dev/full"), "device");
  assertEquals(fileKind("/tmp"), "folder");
  assertEquals(fileKind("/etc/passwd"), "file");
  assertEquals(fileKind("/no/such/thing"), "absent");
  assertEquals(fileKind(12_345), "absent");
});

Deno.test("a pipe that nobody reads takes what it has room for, and then nothing, at once", async () => {
  await withPipe((input, output) => {
    const much = new Uint8Array(1 << 20).map((_, i) => i % 251);
    const written = output.write(much);
    assert(written >= 4_096 && written < much.length, `${written}`);
    assertEquals([output.isReady, output.write(much)], [false, 0]);
    const into = new Uint8Array(written);
    for (let octets = 0; octets < written;) octets += input.read(into.subarray(octets)) ?? 0;
    assertEquals(into, much.subarray(0, written));
    assertEquals([input.read(into), output.isReady], [0, true]);
  });
});

Deno.test("a pipe ends when its writer closes, and a write fails when its reader has", async () => {
  await withPipe((input, output) => {
    assertEquals(output.write(new Uint8Array(3)), 3);
    output[Symbol.dispose]();
    assertEquals(input.read(new Uint8Array(10)), 3);
    assertEquals(input.read(new Uint8Array(10)), null);
  });
  await withPipe((input, output) => {
    input[Symbol.dispose]();
    const error = assertThrows(() => output.write(new Uint8Array(3)), SystemError);
    assertEquals(error.errnoName, "EPIPE");
  });
});

Deno.test("a full device says so, and what is not there cannot be opened", async () => {
  using full = await StreamFile.openOutput("/dev/full");
  assertEquals(assertThrows(() => full.write(new Uint8Array(1)), SystemError).errnoName, "ENOSPC");
  assertEquals(
    (await assertRejects(() => StreamFile.openInput("/nowhere"), SystemError)).errnoName,
    "ENOENT",
  );
});

Deno.test("a regular file is read to its end", async () => {
  using file = await StreamFile.openInput("/etc/passwd");
  assertEquals(file.kind, "file");
  const into = new Uint8Array(1 << 16);
  let octets = 0;
  for (let length = file.read(into); length !== null; length = file.read(into)) octets += length;
  assert(octets > 0 && libc !== null);
});
