/**
 * ICMP errors about our segments, RFC 9293 3.9.2.2 with the caution of RFC 5927: an error is believed only when it quotes
 * something that is outstanding, and then mostly taken as a hint.
 *
 * @module
 */

import { Event } from "../base/events.ts";
import { type IcmpError, icmpText, icmpWords } from "../base/icmp_error.ts";
import { seqBefore } from "../base/seq.ts";
import type { IcmpVerdict } from "../base/observer.ts";
import { dropTooLongProbe, rememberPath } from "./path_probing.ts";
import type { Tcb } from "./tcb.ts";
import type { Instant } from "../base/units.ts";

/** Least path MTU of each family (RFC 1191 3, RFC 8201 4). */
const LEAST_MTU_IPV4 = 68;
const LEAST_MTU_IPV6 = 1_280;

/** RFC 1191 5: what to take from a router that says "too big" and not how big: octets that every host takes. */
const MTU_OF_OLD_ROUTERS = 576;

/** Headers that a path MTU holds beside the payload, at least one octet of which must remain. */
const LEAST_MSS_ROOM = 88;

/**
 * Unreachable codes that are soft in IPv4: net, host, source route failed (MUST-56), and what says the same of a type of service
 * (11, 12). The others that no RFC sorts say that nobody has such an address, or that somebody refuses: they count as hard.
 */
const SOFT_UNREACHABLE_IPV4: readonly number[] = [0, 1, 5, 11, 12];

/** Unreachable codes of IPv6 that are hard: administratively prohibited, port (RFC 4443 3.1); RFC 5461 2 has the soft ones. */
const HARD_UNREACHABLE_IPV6: readonly number[] = [1, 4];

/** Unreachable codes of IPv4 that say "refused": protocol, port, network, host and communication prohibited. */
const REFUSALS_IPV4: readonly number[] = [2, 3, 9, 10, 13];

/** Code of "time exceeded" when the TTL or hop limit ran out on the way (the other is reassembly). */
const EXPIRED_IN_TRANSIT = 0;

/** Code of IPv6's "parameter problem" that says what IPv4's "protocol unreachable" does. */
const UNKNOWN_NEXT_HEADER = 1;

/** Takes in an ICMP error that quotes this connection's addresses and ports. */
export function icmpArrives(tcb: Tcb, error: IcmpError, now: Instant): void {
  const { sender } = tcb;
  if (tcb.state === "CLOSED" || tcb.state === "LISTEN") return;
  // RFC 5927 4.1: what is quoted must be outstanding.
  if (seqBefore(error.seq, sender.sndUna) || !seqBefore(error.seq, sender.sndNxt)) {
    return tell(tcb, error, "not-outstanding", now);
  }
  switch (error.kind) {
    case "source quench":
      // MUST-55, RFC 6633.
      return tell(tcb, error, "source-quench", now);
    case "packet too big":
      return pathMtuShrank(tcb, error, now);
    case "time exceeded":
    case "parameter problem":
      return isRefusedOrExpired(tcb, error)
        ? unreachableForGood(tcb, error, now)
        : softErrorArrived(tcb, error, now);
    case "unreachable":
      return unreachable(tcb, error, now);
  }
}

/**
 * RFC 1191 and RFC 8201: segments become smaller; what was too long is sent again in pieces. The window stays as many octets
 * (RFC 1191 6.4), where RFC 5681 3.1 would have it stay as many segments.
 */
function pathMtuShrank(tcb: Tcb, error: IcmpError, now: Instant): void {
  const { mtu } = error;
  const isIpv4 = tcb.local.address.family === 4;
  const least = isIpv4 ? LEAST_MTU_IPV4 : LEAST_MTU_IPV6;
  // RFC 8201 4: discarded, not rounded up. Our own interface has no more to say than that it is too small.
  if (!isIpv4 && mtu < least && error.reporter !== null) return tell(tcb, error, "path-mtu-too-small", now);
  const believed = Math.max(mtu === 0 ? MTU_OF_OLD_ROUTERS : mtu, least, LEAST_MSS_ROOM);
  if (believed >= tcb.handshake.mtu) return tell(tcb, error, "path-mtu-known", now);
  tcb.handshake.mtu = believed;
  rememberPath(tcb, now);
  const mss = tcb.handshake.sendMss();
  const isAboutProbe = dropTooLongProbe(tcb, believed);
  if (isAboutProbe) return tell(tcb, error, "path-mtu-smaller", now);
  if (mss >= tcb.sender.mss) return tell(tcb, error, "path-mtu-known", now);
  tell(tcb, error, "path-mtu-smaller", now);
  tcb.sender.mss = mss;
  tcb.control.cwnd = Math.max(tcb.control.cwnd, mss);
  tcb.recovery.segmentsShrank(mss, "retransmit-path-mtu");
}

/** SHLD-26 and RFC 5461: a hard error ends an attempt to connect; an open connection it only worries. */
function unreachable(tcb: Tcb, error: IcmpError, now: Instant): void {
  const isHard = error.family === 4
    ? !SOFT_UNREACHABLE_IPV4.includes(error.code)
    : HARD_UNREACHABLE_IPV6.includes(error.code);
  const isOpening = tcb.state === "SYN-SENT" || tcb.state === "SYN-RECEIVED";
  const ends = isOpening ? endsOpening(tcb, isHard) : isHard && tcb.config.defence.hardErrorsAbort;
  const isFinal = ends || isRefusedOrExpired(tcb, error);
  return isFinal ? unreachableForGood(tcb, error, now) : softErrorArrived(tcb, error, now);
}

function unreachableForGood(tcb: Tcb, error: IcmpError, now: Instant): void {
  tell(tcb, error, "hard-error", now);
  tcb.fail("unreachable", icmpText(icmpWords(error)), "unreachable", now);
}

/** Whether the error says "refused" or that the TTL was too small, before the peer has answered, where that counts. */
function isRefusedOrExpired(tcb: Tcb, error: IcmpError): boolean {
  if (tcb.config.defence.icmpEndsOpening !== "refused or expired" || tcb.state !== "SYN-SENT") return false;
  const isIpv4 = error.family === 4;
  switch (error.kind) {
    case "unreachable":
      return (isIpv4 ? REFUSALS_IPV4 : HARD_UNREACHABLE_IPV6).includes(error.code);
    case "time exceeded":
      return error.code === EXPIRED_IN_TRANSIT;
    case "parameter problem":
      return !isIpv4 && error.code === UNKNOWN_NEXT_HEADER;
    default:
      return false;
  }
}

function endsOpening(tcb: Tcb, isHard: boolean): boolean {
  switch (tcb.config.defence.icmpEndsOpening) {
    case "never":
    case "refused or expired":
      return false;
    case "hard":
      return isHard;
    case "any":
      return true;
  }
}

function softErrorArrived(tcb: Tcb, error: IcmpError, now: Instant): void {
  tell(tcb, error, "soft-error", now);
  tcb.softError = error.kind;
  tcb.softErrorAt = now;
  tcb.addEvents(Event.softError);
}

function tell(tcb: Tcb, error: IcmpError, verdict: IcmpVerdict, now: Instant): void {
  tcb.observer?.icmpArrived(tcb.view, error, verdict, now);
}
