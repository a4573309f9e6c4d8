/**
 * The port guard: keeps the kernel from answering segments that are for us with RST, without a firewall rule.
 *
 * A listening kernel socket owns the port, and its filter drops every segment before the kernel's TCP sees it. Raw and
 * packet sockets are served earlier and still get their copy. All of it ends with the process.
 *
 * @module
 */

import { attachFilter, dropAllFilter } from "./bpf.ts";
import { IPPROTO_IPV6, IPPROTO_TCP, IPV6_V6ONLY, SOCK_STREAM } from "./constants.ts";
import { check } from "./errno.ts";
import {
  bindSocket,
  type FileDescriptor,
  localEndpoint,
  openSocket,
  orClose,
  setOption,
} from "./file_descriptor.ts";
import { loadLibc } from "./libc.ts";
import { type Endpoint, formatSockaddr } from "./sockaddr.ts";

/** Holds a local TCP port for a user-space TCP; give it back with `dispose` or `using`. */
export class PortGuard implements Disposable {
  /** The address and port held; the port is the kernel's choice where 0 was asked for. */
  readonly local: Endpoint;
  readonly #descriptor: FileDescriptor;

  private constructor(descriptor: FileDescriptor, local: Endpoint) {
    this.#descriptor = descriptor;
    this.local = local;
  }

  /**
   * Takes the port of `local`, or a free one for port 0; no right is needed.
   *
   * @throws SystemError EADDRINUSE when another socket has the port, EADDRNOTAVAIL when the address is not this host's
   */
  static open(local: Endpoint): PortGuard {
    const descriptor = openSocket("socket SOCK_STREAM", local.address.family, SOCK_STREAM, IPPROTO_TCP);
    return orClose(descriptor, (number) => {
      if (local.address.family === 6) {
        setOption(number, IPPROTO_IPV6, IPV6_V6ONLY, 1, "setsockopt IPV6_V6ONLY");
      }
      bindSocket(number, local);
      attachFilter(number, dropAllFilter()); // before listen: in between a SYN would be answered
      check("listen", loadLibc().listen(number, 1), () => formatSockaddr(local));
      return new PortGuard(descriptor, localEndpoint(number));
    });
  }

  /** Gives the port back; from now on the kernel answers for it again. */
  [Symbol.dispose](): void {
    this.#descriptor.close();
  }
}
