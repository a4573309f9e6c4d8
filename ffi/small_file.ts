/**
 * Short files of the kernel's own, such as those in /proc, read without Deno's permission for files.
 *
 * @module
 */

import { O_CLOEXEC, O_RDONLY } from "./constants.ts";
import { check } from "./errno.ts";
import { FileDescriptor } from "./file_descriptor.ts";
import { loadLibc } from "./libc.ts";
import { cString } from "./sockaddr.ts";

/** Octets read of a file. */
const LONGEST = 16_384;

/** The text of the file, as far as one read gives it. @throws SystemError ENOENT, EACCES */
export function readSmallFile(path: string): string {
  const libc = loadLibc();
  const number = libc.open(cString(path), O_RDONLY | O_CLOEXEC);
  using file = new FileDescriptor(check("open", number, () => path));
  const into = new Uint8Array(LONGEST);
  const length = check("read", libc.read(file.number, into, BigInt(into.length)), () => path);
  return new TextDecoder().decode(into.subarray(0, length));
}
