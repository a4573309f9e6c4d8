/**
 * IPsec policies of this host, as far as they apply to a connection.
 *
 * @module
 */

import { IPPROTO_TCP, NETLINK_XFRM } from "./constants.ts";
import { EACCES, EINVAL, EPERM, EPROTONOSUPPORT, isErrno, SystemError } from "./errno.ts";
import { askNetlink, listNetlink, type NetlinkAnswer } from "./netlink.ts";
import type { Flow } from "./route.ts";
import { addressFamily, formatSockaddr, type IpAddress } from "./sockaddr.ts";

/** Which way packets go. */
export type Direction = "in" | "out";

/** A flow whose source address is chosen. */
export type SettledFlow = Flow & { readonly source: IpAddress };

/** What the policies do with a flow's packets: let them pass as they are, wrap or check them, or throw them away. */
export type IpsecVerdict = "none" | "applies" | "blocks";

// <linux/xfrm.h>: questions, and struct xfrm_userpolicy_info: selector, lifetimes, priority, index, direction, action, …
const XFRM_MSG_GETPOLICY = 0x15;
const XFRM_MSG_GETDEFAULT = 0x28;
const POLICY_ID_LENGTH = 64;
const POLICY_LENGTH = 168;
const POLICY_PRIORITY_OFFSET = 152;
const POLICY_DIRECTION_OFFSET = 160;
const POLICY_ACTION_OFFSET = 161;
const ACTION_BLOCK = 1;
/** What wraps the packets; a policy without it lets them pass as they are. */
const XFRMA_TMPL = 5;
/** By direction, and in struct xfrm_userpolicy_default: octets in, forward, out. */
const POLICY_DIRECTIONS = { in: 0, out: 1 } as const;
const DEFAULT_LENGTH = 4;
const DEFAULT_OFFSETS = { in: 0, out: 2 } as const;
const DEFAULT_BLOCK = 1;
// struct xfrm_selector: both addresses, ports and their masks in network order, family, prefix lengths, protocol, …
const SELECTOR = {
  destination: 0,
  source: 16,
  destinationPort: 32,
  destinationPortMask: 34,
  sourcePort: 36,
  sourcePortMask: 38,
  family: 40,
  destinationBits: 42,
  sourceBits: 43,
  protocol: 44,
} as const;

/**
 * What the policies mean for the flow's packets; of several that name it the kernel takes the one of the lowest priority number.
 *
 * @param sender whose packets: on their way out the kernel does not look at the ports of a raw socket's
 * @throws SystemError EPERM without CAP_NET_ADMIN
 */
export function ipsecVerdict(
  flow: SettledFlow,
  direction: Direction,
  sender: "kernel" | "raw socket" = "kernel",
): IpsecVerdict {
  const list = policies();
  const first = inOrder(list.entries).find((policy) => applies(policy, flow, direction, sender));
  if (first !== undefined) return verdictOf(first);
  if (list.isSupported && blocksByDefault(direction)) return "blocks";
  return list.isCut ? "applies" : "none";
}

/**
 * Does nothing where the policies mean the same for packets of a raw socket as for the kernel's own TCP, or where they may not be
 * looked at.
 *
 * @throws SystemError EPERM of `xfrm_policy` where one that names ports holds for the flow: a raw socket's packets would go around it
 */
export function assertNoneGoneAround(flow: SettledFlow): void {
  let policies;
  try {
    policies = outgoingPolicies();
  } catch (error) {
    if (isErrno(error, EPERM, EACCES)) return;
    throw error;
  }
  const error = goneAround(policies, flow);
  if (error !== null) throw error;
}

/**
 * The policies for what leaves, first the one that the kernel takes first; none where no policy names ports, so that all hold for
 * packets of a raw socket, too.
 *
 * @throws SystemError EPERM without CAP_NET_ADMIN
 */
export function outgoingPolicies(): readonly NetlinkAnswer[] {
  const outgoing = policies().entries.filter(({ fixed }) => isFor("out", fixed));
  return outgoing.some(({ fixed }) => namesPorts(fixed)) ? inOrder(outgoing) : [];
}

/** An error that says that packets of a raw socket would go around one of these policies; null: they would not. */
export function goneAround(outgoing: readonly NetlinkAnswer[], flow: SettledFlow): SystemError | null {
  const first = outgoing.find((policy) => applies(policy, flow, "out", "kernel"));
  if (first === undefined || !namesPorts(first.fixed)) return null;
  const instead = outgoing.find((policy) => applies(policy, flow, "out", "raw socket"));
  const verdict = verdictOf(first);
  if (verdict !== "applies" && verdict === (instead === undefined ? "none" : verdictOf(instead))) return null;
  const peer = formatSockaddr({ address: flow.destination, port: flow.destinationPort ?? 0 });
  const error = new SystemError("xfrm_policy", EPERM, peer);
  error.message = `Cannot send to ${peer}: ${error.likelyCause}`; // no system call has failed
  return error;
}

/** All policies of this network; none in a kernel without IPsec. */
function policies(): { entries: readonly NetlinkAnswer[]; isCut: boolean; isSupported: boolean } {
  try {
    const list = listNetlink({
      call: "xfrm XFRM_MSG_GETPOLICY",
      protocol: NETLINK_XFRM,
      type: XFRM_MSG_GETPOLICY,
      fixed: new Uint8Array(POLICY_ID_LENGTH),
      attributes: [],
    }, POLICY_LENGTH);
    return { ...list, isSupported: true };
  } catch (error) {
    if (!isErrno(error, EPROTONOSUPPORT)) throw error;
    return { entries: [], isCut: false, isSupported: false };
  }
}

function verdictOf({ fixed, attributes }: NetlinkAnswer): IpsecVerdict {
  if (fixed.getUint8(POLICY_ACTION_OFFSET) === ACTION_BLOCK) return "blocks";
  return attributes.has(XFRMA_TMPL) ? "applies" : "none";
}

/** By priority. */
function inOrder(entries: readonly NetlinkAnswer[]): readonly NetlinkAnswer[] {
  const priority = ({ fixed }: NetlinkAnswer): number => fixed.getUint32(POLICY_PRIORITY_OFFSET, true);
  return entries.toSorted((a, b) => priority(a) - priority(b));
}

function isFor(direction: Direction, fixed: DataView): boolean {
  return fixed.getUint8(POLICY_DIRECTION_OFFSET) === POLICY_DIRECTIONS[direction];
}

function namesPorts(fixed: DataView): boolean {
  return fixed.getUint16(SELECTOR.destinationPortMask) !== 0 ||
    fixed.getUint16(SELECTOR.sourcePortMask) !== 0;
}

function applies(
  { fixed }: NetlinkAnswer,
  flow: SettledFlow,
  direction: Direction,
  sender: "kernel" | "raw socket",
): boolean {
  if (!isFor(direction, fixed)) return false;
  const ends = [[flow.source, flow.sourcePort], [flow.destination, flow.destinationPort]] as const;
  const [[from, fromPort], [to, toPort]] = direction === "out" ? ends : [ends[1], ends[0]];
  const family = fixed.getUint16(SELECTOR.family, true);
  const protocol = fixed.getUint8(SELECTOR.protocol);
  return (family === 0 || family === addressFamily(flow.destination.family)) &&
    (protocol === 0 || protocol === IPPROTO_TCP) &&
    isWithin(to, fixed, SELECTOR.destination, fixed.getUint8(SELECTOR.destinationBits)) &&
    isWithin(from, fixed, SELECTOR.source, fixed.getUint8(SELECTOR.sourceBits)) &&
    (direction === "out" && sender === "raw socket"
      ? !namesPorts(fixed)
      : isPort(toPort, fixed, SELECTOR.destinationPort, SELECTOR.destinationPortMask) &&
        isPort(fromPort, fixed, SELECTOR.sourcePort, SELECTOR.sourcePortMask));
}

/** A port that is not known may be any. */
function isPort(port: number | undefined, view: DataView, at: number, maskAt: number): boolean {
  return port === undefined || port === 0 || ((port ^ view.getUint16(at)) & view.getUint16(maskAt)) === 0;
}

/** Whether the first `bits` of an address are those at `at`. */
function isWithin({ octets }: IpAddress, view: DataView, at: number, bits: number): boolean {
  for (let i = 0; i < octets.length && 8 * i < bits; i++) {
    const mask = 0xff00 >> Math.min(8, bits - 8 * i) & 0xff;
    if ((((octets[i] ?? 0) ^ view.getUint8(at + i)) & mask) !== 0) return false;
  }
  return true;
}

/** What happens to packets that no policy names; older kernels let them pass, and do not know the question. */
function blocksByDefault(direction: Direction): boolean {
  try {
    const fixed = new Uint8Array(DEFAULT_LENGTH);
    const call = "xfrm XFRM_MSG_GETDEFAULT";
    const answer = askNetlink({
      call,
      protocol: NETLINK_XFRM,
      type: XFRM_MSG_GETDEFAULT,
      fixed,
      attributes: [],
    });
    return answer.fixed.getUint8(DEFAULT_OFFSETS[direction]) === DEFAULT_BLOCK;
  } catch (error) {
    if (isErrno(error, EINVAL)) return false;
    throw error;
  }
}
