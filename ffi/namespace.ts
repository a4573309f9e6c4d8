/**
 * A private network for tests and demonstrations: a namespace with nothing in it but its own loopback interface, which is down.
 *
 * @module
 */

import { CLONE_NEWNET } from "./constants.ts";
import { check } from "./errno.ts";
import { loadLibc } from "./libc.ts";

/**
 * Moves the calling thread into a new, empty network. Sockets opened before stay in the old one; those opened from
 * now on belong to the new one. Threads that run already stay where they are, Deno's pool for name look-ups among them.
 * Under `deno test` every test file has a thread of its own. Needs CAP_SYS_ADMIN.
 *
 * @throws SystemError EPERM
 */
export function unshareNetwork(): void {
  check("unshare CLONE_NEWNET", loadLibc().unshare(CLONE_NEWNET));
}
