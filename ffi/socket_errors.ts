/**
 * What it means when a socket does not send or receive: for the packet at hand, or for nothing but this one call.
 *
 * @module
 */

import type { SendResult } from "./packet_device.ts";
import {
  EACCES,
  EAGAIN,
  ECONNREFUSED,
  EHOSTDOWN,
  EHOSTUNREACH,
  EINTR,
  EINVAL,
  EMSGSIZE,
  ENETDOWN,
  ENETUNREACH,
  ENOBUFS,
  ENONET,
  ENOPROTOOPT,
  EOPNOTSUPP,
  EPERM,
  EPROTO,
  lastErrno,
  SystemError,
  wouldWait,
} from "./errno.ts";

/** How often a call is made again whose error may be an ICMP error's: each of them fails one call. */
const MOST_REPEATED_CALLS = 8;

const VERDICTS: ReadonlyMap<number, SendResult> = new Map<number, SendResult>([
  [EAGAIN, "full"],
  [ENOBUFS, "full"],
  [EINTR, "full"],
  [EMSGSIZE, "too long"],
  [EPERM, "unreachable"],
  [EACCES, "unreachable"],
  [ECONNREFUSED, "unreachable"],
  [EHOSTDOWN, "unreachable"],
  [EHOSTUNREACH, "unreachable"],
  [ENETDOWN, "unreachable"],
  [ENETUNREACH, "unreachable"],
  // What else an ICMP error makes of a socket that has a peer.
  [ENONET, "unreachable"],
  [ENOPROTOOPT, "unreachable"],
  [EOPNOTSUPP, "unreachable"],
  [EPROTO, "unreachable"],
]);

/**
 * What a receive call that has just failed comes to: 0 where it only had nothing to deliver, else what `again`, the same call,
 * gives. The error number of the first may be another's, see `lastErrno`; and a socket that has a peer tells of an ICMP error
 * about any connection with that host instead of delivering, each time that one has come.
 *
 * @throws SystemError for what still fails after a few calls, and is no ICMP error
 */
export function receivedAfterAll(call: string, again: () => number): number {
  for (let calls = 0; calls < MOST_REPEATED_CALLS; calls++) {
    if (wouldWait()) return 0;
    const length = again();
    if (length >= 0) return length;
  }
  const errno = lastErrno();
  if (VERDICTS.has(errno)) return 0;
  throw new SystemError(call, errno);
}

/**
 * What a send call that has just failed comes to: `again`, the same call, is made a few times more unless the error number is
 * certainly the packet's, see {@link isVerdict}. Negative, with the error number to be asked for, where it still fails.
 */
export function sentAfterAll(again: () => number): number {
  let sent = -1;
  for (let calls = 0; sent < 0 && calls < MOST_REPEATED_CALLS && !isVerdict(lastErrno()); calls++) {
    sent = again();
  }
  return sent;
}

/**
 * Whether `sendto` has certainly meant this error number for the packet at hand. The others are worth another try: a socket
 * that has a peer also tells so of an ICMP error that came since its last call, and has then sent nothing; see `lastErrno`, too.
 */
function isVerdict(errno: number): boolean {
  return errno === EPERM || VERDICTS.get(errno) === "full";
}

/**
 * What an error of `sendto` means for the packet. EPERM and EACCES are a firewall's or a route's verdict on this one
 * packet: a TCP takes it as a loss.
 *
 * @throws SystemError for what says nothing about the packet
 */
export function sendResult(errno: number, call = "sendto"): SendResult {
  const result = VERDICTS.get(errno);
  if (result !== undefined) return result;
  // A blackhole route says so to whoever has the kernel look for the way.
  if (errno === EINVAL && call === "sendto") return "unreachable";
  throw new SystemError(call, errno);
}
