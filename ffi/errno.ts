/**
 * Errors of system calls: their names, what usually causes them, and the one function that turns a result into one.
 *
 * @module
 */

import { loadLibc } from "./libc.ts";

// <asm-generic/errno-base.h> and <asm-generic/errno.h>, the numbers that the code asks for by name
export const EPERM = 1;
export const ENOENT = 2;
export const EINTR = 4;
export const ENXIO = 6;
export const EAGAIN = 11;
export const ENOMEM = 12;
export const EACCES = 13;
export const ENODEV = 19;
export const EINVAL = 22;
export const EPIPE = 32;
export const ENONET = 64;
export const EPROTO = 71;
export const EMSGSIZE = 90;
export const ENOPROTOOPT = 92;
export const EPROTONOSUPPORT = 93;
export const ESOCKTNOSUPPORT = 94;
export const EOPNOTSUPP = 95;
export const EAFNOSUPPORT = 97;
export const EADDRNOTAVAIL = 99;
export const ENETDOWN = 100;
export const ENETUNREACH = 101;
export const ECONNRESET = 104;
export const ENOBUFS = 105;
export const EISCONN = 106;
export const ETIMEDOUT = 110;
export const ECONNREFUSED = 111;
export const EHOSTDOWN = 112;
export const EHOSTUNREACH = 113;
export const EALREADY = 114;
export const EINPROGRESS = 115;

/**
 * Names in the order of their numbers, from 1, as in <asm-generic/errno-base.h> and <asm-generic/errno.h>;
 * 41 and 58 do not exist.
 */
const NAMES = (
  "EPERM ENOENT ESRCH EINTR EIO ENXIO E2BIG ENOEXEC EBADF ECHILD EAGAIN ENOMEM EACCES EFAULT ENOTBLK EBUSY EEXIST " +
  "EXDEV ENODEV ENOTDIR EISDIR EINVAL ENFILE EMFILE ENOTTY ETXTBSY EFBIG ENOSPC ESPIPE EROFS EMLINK EPIPE EDOM " +
  "ERANGE EDEADLK ENAMETOOLONG ENOLCK ENOSYS ENOTEMPTY ELOOP - ENOMSG EIDRM ECHRNG EL2NSYNC EL3HLT EL3RST ELNRNG " +
  "EUNATCH ENOCSI EL2HLT EBADE EBADR EXFULL ENOANO EBADRQC EBADSLT - EBFONT ENOSTR ENODATA ETIME ENOSR ENONET " +
  "ENOPKG EREMOTE ENOLINK EADV ESRMNT ECOMM EPROTO EMULTIHOP EDOTDOT EBADMSG EOVERFLOW ENOTUNIQ EBADFD EREMCHG " +
  "ELIBACC ELIBBAD ELIBSCN ELIBMAX ELIBEXEC EILSEQ ERESTART ESTRPIPE EUSERS ENOTSOCK EDESTADDRREQ EMSGSIZE " +
  "EPROTOTYPE ENOPROTOOPT EPROTONOSUPPORT ESOCKTNOSUPPORT EOPNOTSUPP EPFNOSUPPORT EAFNOSUPPORT EADDRINUSE " +
  "EADDRNOTAVAIL ENETDOWN ENETUNREACH ENETRESET ECONNABORTED ECONNRESET ENOBUFS EISCONN ENOTCONN ESHUTDOWN " +
  "ETOOMANYREFS ETIMEDOUT ECONNREFUSED EHOSTDOWN EHOSTUNREACH EALREADY EINPROGRESS ESTALE EUCLEAN ENOTNAM ENAVAIL " +
  "EISNAM EREMOTEIO EDQUOT ENOMEDIUM EMEDIUMTYPE ECANCELED ENOKEY EKEYEXPIRED EKEYREVOKED EKEYREJECTED EOWNERDEAD " +
  "ENOTRECOVERABLE ERFKILL EHWPOISON"
).split(" ");

/** What usually lies behind an error; a key "call NAME" applies to calls that start with that word only. */
const CAUSES: Readonly<Record<string, string>> = {
  "socket EPERM": "CAP_NET_RAW is missing",
  "socket EACCES": "CAP_NET_RAW is missing",
  "socket EAFNOSUPPORT": "this kernel or sandbox has no such address family",
  "socket EPROTONOSUPPORT": "this kernel or sandbox has no raw sockets of this protocol",
  "socket ESOCKTNOSUPPORT": "this kernel or sandbox has no raw sockets",
  "bind EACCES": "a port below 1024 needs CAP_NET_BIND_SERVICE; choose a higher one",
  "bind EADDRNOTAVAIL": "the address does not belong to this host",
  "bind ENODEV": "a link-local address needs its interface, as in fe80::1%eth0",
  "bind EINVAL": "a link-local address needs its interface, as in fe80::1%eth0",
  "listen EADDRINUSE":
    "another socket listens on this address and port; choose another port or stop its owner",
  "sendto EPERM": "a rule of this host drops the packet (firewall, IPsec or cgroup)",
  "sendto EINVAL": "this host's routing throws packets to the destination away",
  "sendto EACCES": "the destination is a broadcast address, or this host's routing forbids it",
  "connect EACCES": "the destination is a broadcast address, or this host's routing forbids it",
  "connect EINVAL": "a link-local address needs its interface, as in fe80::1%eth0",
  "connect EADDRNOTAVAIL": "every local port towards this destination is in use",
  "rtnetlink EADDRNOTAVAIL":
    "duplicate address detection has not let this host use the address, or not yet (ip -6 address shows which)",
  "rtnetlink ENONET": "this host has no address that it could send from there",
  "rtnetlink EACCES": "the destination is a broadcast address, or this host's routing forbids it",
  "rtnetlink EINVAL": "this host's routing throws packets to the destination away",
  "rtnetlink EHOSTUNREACH": "this host's routing says that nobody there can be reached",
  "xfrm_policy EPERM":
    "an IPsec policy that names ports holds for it, and packets of a raw socket would go around it; have it name addresses alone (ip xfrm policy)",
  "unshare EPERM": "CAP_SYS_ADMIN is missing; start under unshare --user --map-root-user --net instead",
  "setsockopt ENODEV": "there is no interface of this name",
  "setsockopt EPERM": "this socket option needs CAP_NET_ADMIN (or CAP_NET_RAW); run it as root (sudo)",
  "setsockopt ENOENT": "this kernel has no such name (a congestion control module, for one)",
  EPERM: "not permitted",
  EACCES: "not permitted",
  ENODEV: "there is no interface of this name",
  EMFILE: "this process has too many files open; raise the limit (ulimit -n)",
  ENFILE: "the system has too many files open",
  ENOMEM: "the system is out of memory",
  ENOBUFS: "the system has no buffer space left, or the device's queue is full",
  EMSGSIZE: "the packet is longer than the device's MTU",
  EADDRINUSE: "another socket has this address and port; choose another port or stop its owner",
  EADDRNOTAVAIL: "the address does not belong to this host",
  EAFNOSUPPORT: "this host has no such address family",
  ENETDOWN: "the interface is down",
  ENETUNREACH: "there is no route to this network",
  EHOSTUNREACH: "the next hop does not answer, or a router has no way to the host",
  EHOSTDOWN: "the next hop does not answer",
  ECONNREFUSED: "nothing listens on this port",
  ECONNRESET: "the peer aborted the connection",
  EPIPE: "the peer has closed the connection",
  ETIMEDOUT: "the peer did not answer",
  ENOPROTOOPT: "this kernel does not have this option",
  ENOSYS: "this kernel or sandbox does not have this call",
  ENOSPC: "the disk is full",
  EDQUOT: "the disk quota is used up",
  EFBIG: "the file would be longer than it may be (ulimit -f)",
  EIO: "the device reports an error",
  ENOENT: "there is no such file",
  EISDIR: "it is a folder",
  EINTR: "a signal arrived; try again",
  EAGAIN: "it would have to wait; try again",
};

/** Errors of a packet socket whose interface is gone, or does not cut and checksum as its kind does. */
export const LINK_ERRORS: readonly number[] = [ENXIO, ENODEV, EINVAL];

/** The symbolic name of an error number, such as `EADDRINUSE`; `E` and the number when it has none. */
export function errnoName(errno: number): string {
  const name = NAMES[errno - 1];
  return name === undefined || name === "-" ? `E${errno}` : name;
}

/** What usually causes this error of this call; empty when nothing general can be said. */
export function likelyCause(call: string, errno: number): string {
  const name = errnoName(errno);
  const word = call.split(" ", 1)[0] ?? call;
  return CAUSES[`${word} ${name}`] ?? CAUSES[name] ?? "";
}

/** A system call that failed. */
export class SystemError extends Error {
  override readonly name = "SystemError";
  /** The call and, for calls with many uses, which: `setsockopt SO_ATTACH_FILTER`. */
  readonly call: string;
  /** The symbolic name, such as `EADDRINUSE`. */
  readonly errnoName: string;
  /** The error number. */
  readonly errno: number;
  /** What usually causes it, in words; empty when nothing general can be said. */
  readonly likelyCause: string;
  /** What the call was about, such as `127.0.0.1:8888`; empty when there is nothing to add. */
  readonly subject: string;

  /** `subject` is what the call was about, such as `127.0.0.1:8888`; empty when there is nothing to add. */
  constructor(call: string, errno: number, subject = "") {
    const name = errnoName(errno);
    const cause = likelyCause(call, errno);
    const about = subject === "" ? "" : ` for ${subject}`;
    super(`System call ${call} failed${about}: ${name} (${errno})${cause === "" ? "" : `, ${cause}`}`);
    this.call = call;
    this.errnoName = name;
    this.errno = errno;
    this.likelyCause = cause;
    this.subject = subject;
  }
}

let errnoOfThread: Deno.UnsafePointerView | null = null;

/**
 * The error number of the last failed synchronous call of this thread. Ask right after the call; for a nonblocking one
 * it is lost, since that ran on another thread.
 *
 * It is right but for rare moments: between the call and this one the JavaScript engine may collect or install code, and
 * its own system calls then leave their number here (seen: ENOENT for EAGAIN, once in some hundred thousand). So code that runs
 * often and would give up on a number that the call cannot have meant repeats the call first.
 */
export function lastErrno(): number {
  return (errnoOfThread ??= findErrno())?.getInt32() ?? 0;
}

/** Where this thread has its error number: an isolate, and with it this module, runs on one thread all its life. */
function findErrno(): Deno.UnsafePointerView | null {
  const location = loadLibc().__errno_location();
  return location === null ? null : new Deno.UnsafePointerView(location);
}

/**
 * Returns the result of a system call, or throws when it is negative.
 *
 * @param call the call and which use of it: `check("setsockopt SO_ATTACH_FILTER", libc.setsockopt(…))`
 * @param subject says what it was about; asked only when the call failed, after the error number was read
 * @throws SystemError when `result` is negative
 */
export function check(call: string, result: number, subject?: () => string): number {
  if (result >= 0) return result;
  const errno = lastErrno();
  throw new SystemError(call, errno, subject?.());
}

/** Whether the last call failed only because it would have had to wait, or was interrupted. */
export function wouldWait(): boolean {
  const errno = lastErrno();
  return errno === EAGAIN || errno === EINTR;
}

/** Whether `error` is a SystemError with one of these numbers. */
export function isErrno(error: unknown, ...errnos: readonly number[]): error is SystemError {
  return error instanceof SystemError && errnos.includes(error.errno);
}
