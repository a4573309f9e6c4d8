/**
 * What the kernel lets this process do, and where it runs.
 *
 * @module
 */

import { EFD_CLOEXEC, SOCK_DGRAM } from "./constants.ts";
import { check, SystemError } from "./errno.ts";
import { FileDescriptor, openSocket } from "./file_descriptor.ts";
import { loadLibc } from "./libc.ts";
import { askForStamps } from "./received_message.ts";
import { readSmallFile } from "./small_file.ts";
import { fileNumber } from "./stream_file.ts";

// <linux/capability.h>
const CAPABILITIES = { netBindService: 10, netAdmin: 12, netRaw: 13, sysAdmin: 21 } as const;

/** The capabilities that matter here, as far as the user namespace of this process goes. */
export type Capability = keyof typeof CAPABILITIES;

/** A namespace map that leaves every user as it is: that of the host itself. */
const WHOLE_MAP = /^\s*0\s+0\s+4294967295\s*$/;

/** The effective capabilities now. @throws SystemError where /proc is missing */
export function capabilities(): ReadonlySet<Capability> {
  const mask = BigInt(`0x${statusField("CapEff")}`);
  const names = Object.keys(CAPABILITIES) as Capability[];
  return new Set(names.filter((name) => (mask >> BigInt(CAPABILITIES[name]) & 1n) === 1n));
}

/** The user that this process acts as. @throws SystemError where /proc is missing */
export function effectiveUser(): number {
  return Number(statusField("Uid").split(/\s+/)[1]);
}

/** A field of the thread's status, proc_pid_status(5). */
function statusField(name: string): string {
  const text = readSmallFile("/proc/thread-self/status");
  return new RegExp(`^${name}:\\s*(.*)$`, "m").exec(text)?.[1] ?? "0";
}

/** Whether this process is in a user namespace of its own, where capabilities reach no further. @throws SystemError */
export function isInUserNamespace(): boolean {
  return !WHOLE_MAP.test(readSmallFile("/proc/self/uid_map"));
}

/** Whether the network is another one than that of the first process; null: not to be seen. */
export function isInOwnNetwork(): boolean | null {
  try {
    const [own, first] = ["/proc/thread-self/ns/net", "/proc/1/ns/net"].map(fileNumber);
    return own !== first;
  } catch (error) {
    if (error instanceof SystemError) return null;
    throw error;
  }
}

/** Descriptors that this process may have at a time (ulimit -n). @throws SystemError where /proc is missing */
export function descriptorLimit(): number {
  const [, limit] = /^Max open files\s+(\S+)/m.exec(readSmallFile("/proc/self/limits")) ?? [];
  return limit === undefined || limit === "unlimited" ? Infinity : Number(limit);
}

/** How many more descriptors can be opened now, of so many: tries it. */
export function freeDescriptors(most: number): number {
  using opened = new DisposableStack();
  for (let i = 0; i < most; i++) {
    try {
      opened.use(new FileDescriptor(check("eventfd", loadLibc().eventfd(0, EFD_CLOEXEC))));
    } catch (error) {
      if (error instanceof SystemError) return i;
      throw error;
    }
  }
  return most;
}

/** Whether the kernel says when packets came. */
export function hasKernelStamps(): boolean {
  using socket = openSocket("socket SOCK_DGRAM", 4, SOCK_DGRAM, 0);
  return askForStamps(socket.number);
}
