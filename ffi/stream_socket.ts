/**
 * The kernel's own TCP: connected sockets, for the test server and as the peer in tests.
 *
 * @module
 */

import {
  IPPROTO_TCP,
  MSG_DONTWAIT,
  MSG_NOSIGNAL,
  POLLOUT,
  SHUT_WR,
  SO_ERROR,
  SO_LINGER,
  SOCK_STREAM,
  SOL_SOCKET,
  TCP_CONGESTION,
  TCP_NODELAY,
} from "./constants.ts";
import {
  check,
  EAGAIN,
  EALREADY,
  ECONNRESET,
  EHOSTUNREACH,
  EINPROGRESS,
  EINTR,
  EISCONN,
  ENETUNREACH,
  EPIPE,
  errnoName,
  ETIMEDOUT,
  lastErrno,
  SystemError,
} from "./errno.ts";
import {
  bindSocket,
  type FileDescriptor,
  getOption,
  localEndpoint,
  openSocket,
  orClose,
  setOption,
  setOptionBytes,
} from "./file_descriptor.ts";
import { type Libc, loadLibc } from "./libc.ts";
import { PollSet } from "./poll.ts";
import { cString, encodeSockaddr, type Endpoint, formatSockaddr } from "./sockaddr.ts";

/** Errors that `connect` is known for; see connect(2). */
const CONNECT_ERRORS = new Set(
  "EACCES EADDRINUSE EADDRNOTAVAIL EAFNOSUPPORT EBADF ECONNREFUSED EHOSTUNREACH EINVAL ENETUNREACH EPERM ETIMEDOUT"
    .split(" "),
);

/** A connected socket, or one on its way there. Nothing blocks but `finishConnect` with a time. */
export class StreamSocket implements Disposable {
  /** The other end. */
  readonly remote: Endpoint;
  readonly #libc: Libc = loadLibc();
  readonly #descriptor: FileDescriptor;

  /** Takes ownership of a connected or connecting socket's descriptor. */
  constructor(descriptor: FileDescriptor, remote: Endpoint) {
    this.#descriptor = descriptor;
    this.remote = remote;
  }

  /**
   * Starts a connection and returns at once; it is there when the socket is writable and `finishConnect` says so.
   *
   * @param local address and port to come from; the kernel's choice when absent
   * @throws SystemError ENETUNREACH, EADDRINUSE, and ECONNREFUSED where that is known at once
   */
  static connect(remote: Endpoint, local?: Endpoint): StreamSocket {
    const descriptor = openSocket("socket SOCK_STREAM", remote.address.family, SOCK_STREAM, IPPROTO_TCP);
    return orClose(descriptor, (number) => {
      if (local !== undefined) bindSocket(number, local);
      startConnect(number, remote);
      return new StreamSocket(descriptor, remote);
    });
  }

  get descriptor(): number {
    return this.#descriptor.number;
  }

  /** This end's address and port. @throws SystemError */
  get local(): Endpoint {
    return localEndpoint(this.#descriptor.number);
  }

  /**
   * Whether the connection that `connect` started is there; false while it is under way.
   *
   * @param milliseconds to block this thread for at most
   * @throws SystemError ECONNREFUSED, EHOSTUNREACH and the like when it has failed
   */
  finishConnect(milliseconds: number = 0): boolean {
    using set = new PollSet(1);
    set.add(this.#descriptor.number, POLLOUT);
    if (set.poll(milliseconds) === 0) return false;
    const errno = this.takeError();
    if (errno !== 0) throw new SystemError("connect", errno, formatSockaddr(this.remote));
    return true;
  }

  /** The pending error number (SO_ERROR), 0 for none; asking clears it. @throws SystemError */
  takeError(): number {
    return getOption(this.#descriptor.number, SOL_SOCKET, SO_ERROR, "getsockopt SO_ERROR");
  }

  /**
   * Reads what has arrived into the start of `into` (at least one octet long).
   *
   * @returns octets read; 0 when nothing is waiting; null at the end of the peer's stream
   * @throws SystemError ECONNRESET when the peer aborted, ETIMEDOUT when it vanished
   */
  receive(into: Uint8Array): number | null {
    if (into.length === 0) return 0;
    let octets = this.#receiveOnce(into);
    if (octets < 0 && !isStreamError(lastErrno())) octets = this.#receiveOnce(into); // see lastErrno
    if (octets > 0) return octets;
    return octets === 0 ? null : nothingMoved("recv");
  }

  /**
   * Hands over as much of `from` as fits.
   *
   * @returns octets taken, 0 when the send buffer is full
   * @throws SystemError EPIPE or ECONNRESET when the connection is gone
   */
  send(from: Uint8Array): number {
    if (from.length === 0) return 0;
    let octets = this.#sendOnce(from);
    if (octets < 0 && !isStreamError(lastErrno())) octets = this.#sendOnce(from); // see lastErrno
    return octets >= 0 ? octets : nothingMoved("send");
  }

  /** Ends our stream with a FIN; the peer's may go on. `how`: SHUT_WR, SHUT_RD or SHUT_RDWR. @throws SystemError ENOTCONN */
  shutdown(how: number = SHUT_WR): void {
    check("shutdown", this.#libc.shutdown(this.#descriptor.number, how));
  }

  /** Makes closing abort the connection with a RST, and closes. @throws SystemError */
  abort(): void {
    if (this.#descriptor.number < 0) return;
    // struct linger, <bits/socket.h>: int onoff, int seconds
    setOptionBytes(
      this.#descriptor.number,
      SOL_SOCKET,
      SO_LINGER,
      new Int32Array([1, 0]),
      "setsockopt SO_LINGER",
    );
    this.#descriptor.close();
  }

  /** Sends small writes at once. @throws SystemError */
  setNoDelay(on: boolean): void {
    setOption(this.#descriptor.number, IPPROTO_TCP, TCP_NODELAY, on ? 1 : 0, "setsockopt TCP_NODELAY");
  }

  /** Chooses the kernel's congestion control by name, such as `cubic` or `reno`. @throws SystemError ENOENT */
  setCongestionControl(name: string): void {
    const text = cString(name);
    setOptionBytes(this.#descriptor.number, IPPROTO_TCP, TCP_CONGESTION, text, "setsockopt TCP_CONGESTION");
  }

  [Symbol.dispose](): void {
    this.#descriptor.close();
  }

  #receiveOnce(into: Uint8Array): number {
    return this.#libc.recv(this.#descriptor.number, pointerTo(into), BigInt(into.length), MSG_DONTWAIT);
  }

  #sendOnce(from: Uint8Array): number {
    const flags = MSG_DONTWAIT | MSG_NOSIGNAL;
    return this.#libc.send(this.#descriptor.number, pointerTo(from), BigInt(from.length), flags);
  }
}

/**
 * Starts connecting. Where `connect` cannot have meant the error number (see lastErrno) a second call asks how things stand:
 * while connecting is under way it answers EALREADY, once connected EISCONN.
 */
function startConnect(number: number, remote: Endpoint): void {
  const bytes = encodeSockaddr(remote);
  let result = loadLibc().connect(number, bytes, bytes.length);
  if (result >= 0) return;
  let errno = lastErrno();
  if (errno === EINPROGRESS) return;
  if (!CONNECT_ERRORS.has(errnoName(errno))) {
    result = loadLibc().connect(number, bytes, bytes.length);
    errno = lastErrno();
    if (result >= 0 || errno === EINPROGRESS || errno === EALREADY || errno === EISCONN) return;
  }
  throw new SystemError("connect", errno, formatSockaddr(remote));
}

/** Whether a transfer on a connection can have failed with this number. The first four are told only once. */
function isStreamError(errno: number): boolean {
  switch (errno) {
    case ECONNRESET:
    case ETIMEDOUT:
    case EHOSTUNREACH:
    case ENETUNREACH:
    case EPIPE:
    case EAGAIN:
    case EINTR:
      return true;
    default:
      return false;
  }
}

/** 0 when the last call would only have had to wait. @throws SystemError for everything else */
function nothingMoved(call: string): 0 {
  const errno = lastErrno();
  if (errno === EAGAIN || errno === EINTR) return 0;
  throw new SystemError(call, errno);
}

/** The address of the first octet. The declarations exclude shared memory, which nothing here makes. */
function pointerTo(bytes: Uint8Array): Deno.PointerValue {
  return Deno.UnsafePointer.of(bytes as Uint8Array<ArrayBuffer>);
}
