/**
 * Networks of their own for tests: a namespace with nothing in it but its loopback interface.
 *
 * @module
 */

import { CLONE_NEWNET, IPPROTO_TCP, O_CLOEXEC, O_RDONLY, SOCK_RAW } from "../../ffi/constants.ts";
import { check } from "../../ffi/errno.ts";
import { FileDescriptor, openSocket } from "../../ffi/file_descriptor.ts";
import { bringUp, loadLibc, loadWholeLibc, SystemError, unshareNetwork } from "../../ffi/mod.ts";
import { cString } from "../../ffi/sockaddr.ts";

/** The calling thread's network; needs Linux 3.17. */
const OWN_NETWORK = "/proc/thread-self/ns/net";

/** A stay in a private network; ends with `dispose`, which takes the thread back to the network it came from. */
export class PrivateNetwork implements Disposable {
  readonly #home: FileDescriptor;

  private constructor(home: FileDescriptor) {
    this.#home = home;
  }

  /** Enters a new network with `lo` up. @throws SystemError EPERM */
  static enter(): PrivateNetwork {
    const path = cString(OWN_NETWORK);
    const home = new FileDescriptor(
      check("open", loadLibc().open(path, O_RDONLY | O_CLOEXEC), () => OWN_NETWORK),
    );
    try {
      unshareNetwork();
      bringUp("lo");
      return new PrivateNetwork(home);
    } catch (error) {
      home.close();
      throw error;
    }
  }

  [Symbol.dispose](): void {
    if (this.#home.number < 0) return;
    check("setns CLONE_NEWNET", loadLibc().setns(this.#home.number, CLONE_NEWNET));
    this.#home.close();
  }
}

/**
 * Enters a private network for the rest of the thread's life, which is that of a test file.
 *
 * @returns undefined when done; otherwise why raw sockets cannot be used in a network of one's own, for the test's name
 */
export function enterTestNetwork(): string | undefined {
  loadWholeLibc();
  try {
    unshareNetwork();
    bringUp("lo");
  } catch (error) {
    if (error instanceof SystemError) return `needs a network namespace, ${error.message}`;
    throw error;
  }
  return rawSocketRefusal();
}

/** Why a raw TCP socket cannot be opened; undefined when it can. */
function rawSocketRefusal(): string | undefined {
  try {
    openSocket("socket SOCK_RAW", 4, SOCK_RAW, IPPROTO_TCP).close();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
