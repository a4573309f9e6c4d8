/**
 * Whether this process may use raw sockets, and what to do when it may not.
 *
 * @module
 */

import { IPPROTO_TCP, SOCK_RAW } from "./constants.ts";
import { EACCES, EAFNOSUPPORT, EINVAL, EPERM, EPROTONOSUPPORT, ESOCKTNOSUPPORT, isErrno } from "./errno.ts";
import { openSocket } from "./file_descriptor.ts";
import { LibcError } from "./libc.ts";

const CHOICES = [
  "run it as root: sudo PROGRAM",
  "give the compiled program the right: sudo setcap cap_net_raw+ep PROGRAM",
  "run it in a private network: unshare --user --map-root-user --net PROGRAM (as unshare -Urn)",
];

/** Whether a raw TCP socket can be opened; tries it. */
export function canOpenRawSockets(): boolean {
  return rawSocketRefusal() === undefined;
}

/** Why a raw TCP socket cannot be opened; undefined when it can. */
export function rawSocketRefusal(): string | undefined {
  try {
    openSocket("socket SOCK_RAW", 4, SOCK_RAW, IPPROTO_TCP).close();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Whether `error` says that a right of this process or a permission of Deno is missing (exit code 77). */
export function isMissingRight(error: unknown): boolean {
  if (error instanceof LibcError) return error.permissionMissing;
  return isErrno(error, EPERM, EACCES) &&
    (error.call.startsWith("socket") || error.call.startsWith("unshare"));
}

/** What a failure to open a raw socket means, and what to do: several lines for a person. */
export function rawSocketProblem(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  if (isErrno(error, EPERM, EACCES)) {
    return [
      "Cannot open a raw socket: this process lacks CAP_NET_RAW; choose one of",
      ...CHOICES.map((choice) => `  - ${choice}`),
      "Where a container or sandbox withholds that capability even from root, it must be granted there (docker run --cap-add NET_RAW)",
    ].join("\n");
  }
  if (isErrno(error, EAFNOSUPPORT, EPROTONOSUPPORT, ESOCKTNOSUPPORT, EINVAL)) {
    return `Cannot open a raw socket: this system offers none, like WSL 1 and some sandboxes; use a Linux kernel that does. ${message}`;
  }
  return message;
}
