/**
 * Owned file descriptors and the socket calls that are the same for every kind of socket.
 *
 * @module
 */

import {
  EFD_CLOEXEC,
  F_DUPFD_CLOEXEC,
  IP_MTU_DISCOVER,
  IP_TOS,
  IPPROTO_IP,
  IPPROTO_IPV6,
  IPV6_MTU_DISCOVER,
  IPV6_TCLASS,
  PMTUDISC_INTERFACE,
  SOCK_CLOEXEC,
  SOCK_NONBLOCK,
  SOL_SOCKET,
} from "./constants.ts";
import { check, SystemError } from "./errno.ts";
import { loadLibc } from "./libc.ts";
import {
  addressFamily,
  decodeSockaddr,
  encodeSockaddr,
  type Endpoint,
  formatSockaddr,
  SOCKADDR_IN6_LENGTH,
} from "./sockaddr.ts";

/** A file descriptor with one owner: closed once, by `close` or at the end of a `using` block. */
export class FileDescriptor implements Disposable {
  #number: number;

  /** Takes ownership of an open descriptor. */
  constructor(number: number) {
    this.#number = number;
  }

  /** The descriptor; -1 once closed, which every call refuses with EBADF. */
  get number(): number {
    return this.#number;
  }

  /** Closes the descriptor; a second call does nothing. @throws SystemError EBADF when somebody else has closed it */
  close(): void {
    const number = this.#number;
    if (number < 0) return;
    this.#number = -1;
    check("close", loadLibc().close(number));
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/** Whether so many descriptors can be opened now; tries it. @throws SystemError EMFILE, ENFILE */
export function assertDescriptors(count: number): void {
  using opened = new DisposableStack();
  for (let i = 0; i < count; i++) {
    opened.use(new FileDescriptor(check("eventfd", loadLibc().eventfd(0, EFD_CLOEXEC))));
  }
}

/**
 * Has the kernel make room for descriptors up to `count` at once, where the process may have so many. Its table grows by
 * doubling otherwise, and a process with threads stands still each time, some 10 ms (fs/file.c waits for RCU).
 *
 * @throws SystemError EMFILE, ENFILE
 */
export function reserveDescriptors(count: number): void {
  const { eventfd, fcntl, close } = loadLibc();
  using any = new FileDescriptor(check("eventfd", eventfd(0, EFD_CLOEXEC)));
  const last = fcntl(any.number, F_DUPFD_CLOEXEC, count - 1);
  if (last >= 0) close(last);
}

/**
 * Opens a nonblocking socket that programs started from here do not inherit.
 *
 * @param call for messages: `socket SOCK_RAW`
 * @throws SystemError EPERM when not permitted, EAFNOSUPPORT when there is no such family
 */
export function openSocket(call: string, family: 4 | 6, type: number, protocol: number): FileDescriptor {
  const domain = addressFamily(family);
  return new FileDescriptor(
    check(call, loadLibc().socket(domain, type | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol)),
  );
}

/**
 * Runs `prepare` on a new descriptor and closes it should that throw.
 *
 * @throws what `prepare` throws
 */
export function orClose<T>(descriptor: FileDescriptor, prepare: (number: number) => T): T {
  try {
    return prepare(descriptor.number);
  } catch (error) {
    descriptor.close();
    throw error;
  }
}

/** Gives the socket its local address. @throws SystemError EADDRINUSE, EADDRNOTAVAIL, EACCES */
export function bindSocket(number: number, local: Endpoint): void {
  const bytes = encodeSockaddr(local);
  check("bind", loadLibc().bind(number, bytes, bytes.length), () => formatSockaddr(local));
}

/** The local address and port. @throws SystemError */
export function localEndpoint(number: number): Endpoint {
  const bytes = new Uint8Array(SOCKADDR_IN6_LENGTH);
  const length = new Uint32Array([bytes.length]);
  check("getsockname", loadLibc().getsockname(number, bytes, length));
  return decodeSockaddr(bytes);
}

/** Sets an option whose value is a C int. `call` is for messages: `setsockopt IP_HDRINCL`. @throws SystemError */
export function setOption(number: number, level: number, name: number, value: number, call: string): void {
  setOptionBytes(number, level, name, new Int32Array([value]), call);
}

/** Sets an option whose value is a structure or text. @throws SystemError */
export function setOptionBytes(
  number: number,
  level: number,
  name: number,
  value: Uint8Array<ArrayBuffer> | Int32Array<ArrayBuffer>,
  call: string,
): void {
  check(call, loadLibc().setsockopt(number, level, name, value, value.byteLength));
}

/** Reads an option whose value is a C int. @throws SystemError */
export function getOption(number: number, level: number, name: number, call: string): number {
  const value = new Int32Array(1);
  const length = new Uint32Array([value.byteLength]);
  check(call, loadLibc().getsockopt(number, level, name, value, length));
  return value[0] ?? 0;
}

/**
 * Keeps a socket out of the kernel's path MTU discovery: packets may have the interface's MTU, and ICMP messages that come
 * for the socket change no route. Whether such a message is to be believed the core decides, by the number that it quotes
 * (RFC 5927 7.1); the kernel cannot for a socket whose packets it does not know.
 */
export function ignorePathMtu(number: number, family: 4 | 6): void {
  if (family === 4) {
    setOption(number, IPPROTO_IP, IP_MTU_DISCOVER, PMTUDISC_INTERFACE, "setsockopt IP_MTU_DISCOVER");
  } else {setOption(
      number,
      IPPROTO_IPV6,
      IPV6_MTU_DISCOVER,
      PMTUDISC_INTERFACE,
      "setsockopt IPV6_MTU_DISCOVER",
    );}
}

/** The octet of an IP header, or its traffic class, with this DiffServ code point and no ECN; RFC 2474 3. */
export function typeOfService(dscp: number): number {
  return dscp << 2;
}

/** Has rules of routing see this DiffServ code point. Packets that bring their own header keep what stands there. */
export function setTypeOfService(number: number, family: 4 | 6, dscp: number): void {
  if (dscp === 0) return;
  const value = typeOfService(dscp);
  if (family === 4) setOption(number, IPPROTO_IP, IP_TOS, value, "setsockopt IP_TOS");
  else setOption(number, IPPROTO_IPV6, IPV6_TCLASS, value, "setsockopt IPV6_TCLASS");
}

/**
 * Makes one of a socket's buffers as large as asked where this process may (CAP_NET_ADMIN), else as large as the system allows.
 *
 * @param forced `SO_RCVBUFFORCE` or `SO_SNDBUFFORCE`, needs CAP_NET_ADMIN
 * @param plain `SO_RCVBUF` or `SO_SNDBUF`, limited by net.core.rmem_max and wmem_max
 * @param octets wanted; the kernel doubles it for its own bookkeeping
 */
export function enlargeBuffer(number: number, forced: number, plain: number, octets: number): void {
  try {
    setOption(number, SOL_SOCKET, forced, octets, "setsockopt SO_*BUFFORCE");
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    setOption(number, SOL_SOCKET, plain, octets, "setsockopt SO_*BUF");
  }
}
