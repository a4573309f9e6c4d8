/**
 * The kernel's own TCP: listening sockets, for the test server and as the peer in tests.
 *
 * @module
 */

import {
  IPPROTO_TCP,
  SO_OOBINLINE,
  SO_REUSEADDR,
  SOCK_CLOEXEC,
  SOCK_NONBLOCK,
  SOCK_STREAM,
  SOL_SOCKET,
} from "./constants.ts";
import { check, EAGAIN, EINTR, errnoName, lastErrno, SystemError, wouldWait } from "./errno.ts";
import {
  bindSocket,
  FileDescriptor,
  localEndpoint,
  openSocket,
  orClose,
  setOption,
} from "./file_descriptor.ts";
import { loadLibc } from "./libc.ts";
import { assertOneHost } from "./one_host.ts";
import { decodeSockaddr, type Endpoint, formatSockaddr, SOCKADDR_IN6_LENGTH } from "./sockaddr.ts";
import { StreamSocket } from "./stream_socket.ts";

const DEFAULT_BACKLOG = 128;

/** Errors of `accept4` that belong to a connection that has died in the queue, not to the listener; see accept(2). */
const LOST_IN_QUEUE = new Set([
  "ECONNABORTED",
  "EPROTO",
  "ENETDOWN",
  "EHOSTDOWN",
  "EHOSTUNREACH",
  "ENETUNREACH",
]);

/** A listening socket. Nothing blocks. */
export class StreamListener implements Disposable {
  /** Address and port it listens on; the port is the kernel's choice where 0 was asked for. */
  readonly local: Endpoint;
  readonly #descriptor: FileDescriptor;

  private constructor(descriptor: FileDescriptor, local: Endpoint) {
    this.#descriptor = descriptor;
    this.local = local;
  }

  /**
   * Listens on `local` with SO_REUSEADDR, so that old connections in TIME-WAIT do not keep it from that.
   *
   * @param backlog connections that may wait for `accept`
   * @throws SystemError EADDRINUSE, EADDRNOTAVAIL, EACCES
   * @throws RangeError for multicast and broadcast addresses
   */
  static open(local: Endpoint, backlog: number = DEFAULT_BACKLOG): StreamListener {
    assertOneHost(local.address);
    const descriptor = openSocket("socket SOCK_STREAM", local.address.family, SOCK_STREAM, IPPROTO_TCP);
    return orClose(descriptor, (number) => {
      setOption(number, SOL_SOCKET, SO_REUSEADDR, 1, "setsockopt SO_REUSEADDR");
      // RFC 6093 6: urgent octets stay in the stream, of the connections that are accepted, too.
      setOption(number, SOL_SOCKET, SO_OOBINLINE, 1, "setsockopt SO_OOBINLINE");
      bindSocket(number, local);
      check("listen", loadLibc().listen(number, backlog), () => formatSockaddr(local));
      return new StreamListener(descriptor, localEndpoint(number));
    });
  }

  get descriptor(): number {
    return this.#descriptor.number;
  }

  /** The next waiting connection, undefined when there is none. @throws SystemError EMFILE and the like */
  accept(): StreamSocket | undefined {
    const bytes = new Uint8Array(SOCKADDR_IN6_LENGTH);
    let number = this.#acceptOnce(bytes);
    if (number < 0 && !wouldWait()) number = this.#acceptOnce(bytes); // see lastErrno
    if (number >= 0) return new StreamSocket(new FileDescriptor(number), decodeSockaddr(bytes));
    const errno = lastErrno();
    if (errno === EAGAIN || errno === EINTR || LOST_IN_QUEUE.has(errnoName(errno))) return undefined;
    throw new SystemError("accept4", errno, formatSockaddr(this.local));
  }

  #acceptOnce(address: Uint8Array<ArrayBuffer>): number {
    const length = new Uint32Array([address.length]);
    return loadLibc().accept4(this.#descriptor.number, address, length, SOCK_NONBLOCK | SOCK_CLOEXEC);
  }

  [Symbol.dispose](): void {
    this.#descriptor.close();
  }
}
