/**
 * Named pipes for tests.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { fileKind, StreamFile } from "../../ffi/mod.ts";
import { cString } from "../../ffi/sockaddr.ts";

const PIPES = Deno.dlopen("libc.so.6", {
  mkfifo: { parameters: ["buffer", "u32"], result: "i32" },
  unlink: { parameters: ["buffer"], result: "i32" },
});

/** A named pipe for the time of a test, both ends open. */
export async function withPipe(
  use: (input: StreamFile, output: StreamFile) => void | Promise<void>,
): Promise<void> {
  const path = `/tmp/rawtcp-test-${crypto.randomUUID()}`;
  assertEquals(PIPES.symbols.mkfifo(cString(path), 0o600), 0);
  try {
    assertEquals(fileKind(path), "pipe");
    const [input, output] = await Promise.all([StreamFile.openInput(path), StreamFile.openOutput(path)]);
    using _input = input;
    using _output = output;
    await use(input, output);
  } finally {
    PIPES.symbols.unlink(cString(path));
  }
}
