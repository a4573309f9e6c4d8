/**
 * The descriptors of this process: the next one, and how many it may have.
 *
 * @module
 */

import { EFD_CLOEXEC } from "../../ffi/constants.ts";
import { check } from "../../ffi/errno.ts";
import { FileDescriptor } from "../../ffi/file_descriptor.ts";
import { loadLibc } from "../../ffi/libc.ts";

/** <sys/resource.h> */
const RLIMIT_NOFILE = 7;

const { symbols: LIMITS } = Deno.dlopen("libc.so.6", {
  getrlimit: { parameters: ["i32", /* int resource */ "buffer" /* struct rlimit * */], result: "i32" },
  setrlimit: { parameters: ["i32", /* int resource */ "buffer" /* const struct rlimit * */], result: "i32" },
});

/** The number that the next descriptor will have: the lowest that is free. */
export function nextDescriptor(): number {
  using next = new FileDescriptor(check("eventfd", loadLibc().eventfd(0, EFD_CLOEXEC)));
  return next.number;
}

/** Lets this process have descriptors below `count` only, until the result is disposed of. */
export function limitDescriptors(count: number): Disposable {
  const [before, soft] = [new BigUint64Array(2), 0];
  check("getrlimit", LIMITS.getrlimit(RLIMIT_NOFILE, before));
  const lower = before.slice();
  lower[soft] = BigInt(count);
  check("setrlimit", LIMITS.setrlimit(RLIMIT_NOFILE, lower));
  return {
    [Symbol.dispose]: (): void => void check("setrlimit", LIMITS.setrlimit(RLIMIT_NOFILE, before)),
  };
}
