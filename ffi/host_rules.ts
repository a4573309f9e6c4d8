/**
 * Rules of this host that apply to what passes its IP layer, and so not to frames by packet socket: IPsec, netfilter (filters,
 * NAT, connection tracking), routes that encapsulate.
 *
 * What is asked here is whether there are any, not what they would do: a rule that looks harmless may be what makes another
 * one work, as an input filter relies on the connection tracking of what leaves.
 *
 * @module
 */

import { IPPROTO_TCP, NETLINK_NETFILTER, NETLINK_XFRM, O_CLOEXEC, O_RDONLY } from "./constants.ts";
import { check, EACCES, EINVAL, ENOENT, EPERM, EPROTONOSUPPORT, isErrno } from "./errno.ts";
import { FileDescriptor } from "./file_descriptor.ts";
import { loadLibc } from "./libc.ts";
import { askNetlink, listNetlink, type NetlinkAnswer } from "./netlink.ts";
import { type Flow, routeTo } from "./route.ts";
import { addressFamily, cString, type IpAddress } from "./sockaddr.ts";

/** Which way packets go. */
export type Direction = "in" | "out";

// <linux/xfrm.h>: questions, and struct xfrm_userpolicy_info: selector, lifetimes, priority, index, direction, action, …
const XFRM_MSG_GETPOLICY = 0x15;
const XFRM_MSG_GETDEFAULT = 0x28;
const POLICY_ID_LENGTH = 64;
const POLICY_LENGTH = 168;
const POLICY_DIRECTION_OFFSET = 160;
/** By direction, and in struct xfrm_userpolicy_default: octets in, forward, out. */
const POLICY_DIRECTIONS = { in: 0, out: 1 } as const;
const DEFAULT_LENGTH = 4;
const DEFAULT_OFFSETS = { in: 0, out: 2 } as const;
const DEFAULT_BLOCK = 1;
// struct xfrm_selector: both addresses, ports and their masks in network order, family, prefix lengths, protocol, …
const SELECTOR = {
  destination: 0,
  source: 16,
  family: 40,
  destinationBits: 42,
  sourceBits: 43,
  protocol: 44,
} as const;

// <linux/netfilter/nfnetlink.h>, nf_tables.h, nfnetlink_hook.h: subsystem << 8 | message
const NFT_MSG_GETCHAIN = 10 << 8 | 4;
const NFNL_MSG_HOOK_GET = 12 << 8;
/** struct nfgenmsg: octets of family and version, u16. */
const NFGENMSG_LENGTH = 4;
const NFTA_CHAIN_TABLE = 1;
const NFTA_CHAIN_NAME = 3;
/** Of chains that packets come to by themselves. */
const NFTA_CHAIN_HOOK = 4;
const NFNLA_HOOK_HOOKNUM = 1;
const NFNLA_HOOK_FUNCTION_NAME = 4;
// <linux/netfilter.h>: families, and hooks on each way
const NFPROTO_INET = 1;
const NFPROTO = { 4: 2, 6: 10 } as const;
const HOOKS = { in: [0, 1], out: [3, 4] } as const; // prerouting, input; output, postrouting

/** Names of the tables that iptables-legacy has made in this network; the nftables of its namesake are in the other list. */
const TABLES = {
  4: "/proc/thread-self/net/ip_tables_names",
  6: "/proc/thread-self/net/ip6_tables_names",
} as const;
const TABLES_LENGTH = 1_024;

/**
 * What of this host's has a say about the flow's packets on their way through its IP layer.
 *
 * @returns in words; null: nothing, as far as the kernel lists it. Where this process may not look, that
 * @throws SystemError ENETUNREACH when there is no route
 */
export function hostRules(flow: Flow & { readonly source: IpAddress }, direction: Direction): string | null {
  const found: string[] = [];
  try {
    if (direction === "out" && routeTo(flow).isEncapsulating) found.push("a route that encapsulates");
    if (hasPolicies(flow, direction)) found.push("IPsec policies (ip xfrm policy)");
    const { family } = flow.destination;
    const chains = [...nftablesChains(family), ...legacyTables(family), ...hookFunctions(family, direction)];
    if (chains.length > 0) found.push(`netfilter (${[...new Set(chains)].join(", ")})`);
  } catch (error) {
    if (!isErrno(error, EPERM, EACCES)) throw error;
    return "rules that this process may not see: that takes the right CAP_NET_ADMIN, as root has it";
  }
  return found.length === 0 ? null : found.join(" and ");
}

function hasPolicies(flow: Flow & { readonly source: IpAddress }, direction: Direction): boolean {
  const call = "xfrm XFRM_MSG_GETPOLICY";
  try {
    const list = listNetlink({
      call,
      protocol: NETLINK_XFRM,
      type: XFRM_MSG_GETPOLICY,
      fixed: new Uint8Array(POLICY_ID_LENGTH),
      attributes: [],
    }, POLICY_LENGTH);
    return list.isCut || list.entries.some((policy) => applies(policy, flow, direction)) ||
      blocksByDefault(direction);
  } catch (error) {
    if (isErrno(error, EPROTONOSUPPORT)) return false; // a kernel without IPsec
    throw error;
  }
}

function applies(
  { fixed }: NetlinkAnswer,
  flow: Flow & { readonly source: IpAddress },
  direction: Direction,
): boolean {
  if (fixed.getUint8(POLICY_DIRECTION_OFFSET) !== POLICY_DIRECTIONS[direction]) return false;
  const [from, to] = direction === "out" ? [flow.source, flow.destination] : [flow.destination, flow.source];
  const family = fixed.getUint16(SELECTOR.family, true);
  const protocol = fixed.getUint8(SELECTOR.protocol);
  return (family === 0 || family === addressFamily(flow.destination.family)) &&
    (protocol === 0 || protocol === IPPROTO_TCP) &&
    isWithin(to, fixed, SELECTOR.destination, fixed.getUint8(SELECTOR.destinationBits)) &&
    isWithin(from, fixed, SELECTOR.source, fixed.getUint8(SELECTOR.sourceBits));
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

/** Chains that packets of the family come to, whatever the way: one may rely on what another does. */
function nftablesChains(family: 4 | 6): readonly string[] {
  const list = netfilterList("nftables NFT_MSG_GETCHAIN", NFT_MSG_GETCHAIN, 0, []);
  return list.filter(({ fixed, attributes }) =>
    [NFPROTO_INET, NFPROTO[family]].includes(fixed.getUint8(0)) && attributes.has(NFTA_CHAIN_HOOK)
  ).map(({ attributes }) =>
    `nft ${text(attributes.get(NFTA_CHAIN_TABLE))} ${text(attributes.get(NFTA_CHAIN_NAME))}`
  );
}

/** Whoever else has a hook on the way, where the kernel lists them (5.14, CONFIG_NETFILTER_NETLINK_HOOK). */
function hookFunctions(family: 4 | 6, direction: Direction): readonly string[] {
  return HOOKS[direction].flatMap((hook) => {
    const attribute = [NFNLA_HOOK_HOOKNUM, Uint8Array.of(0, 0, 0, hook)] as const;
    const list = netfilterList("netfilter NFNL_MSG_HOOK_GET", NFNL_MSG_HOOK_GET, NFPROTO[family], [
      attribute,
    ]);
    return list.map(({ attributes }) => text(attributes.get(NFNLA_HOOK_FUNCTION_NAME)) || "a hook");
  });
}

/** Empty where the kernel has no such part. */
function netfilterList(
  call: string,
  type: number,
  family: number,
  attributes: readonly (readonly [number, Uint8Array])[],
): readonly NetlinkAnswer[] {
  try {
    const fixed = Uint8Array.of(family, 0, 0, 0);
    return listNetlink({ call, protocol: NETLINK_NETFILTER, type, fixed, attributes }, NFGENMSG_LENGTH)
      .entries;
  } catch (error) {
    if (isErrno(error, EINVAL, EPROTONOSUPPORT)) return [];
    throw error;
  }
}

function legacyTables(family: 4 | 6): readonly string[] {
  const path = cString(TABLES[family]);
  const libc = loadLibc();
  const number = libc.open(path, O_RDONLY | O_CLOEXEC);
  try {
    using file = new FileDescriptor(check("open", number, () => TABLES[family]));
    const into = new Uint8Array(TABLES_LENGTH);
    const length = check("read", libc.read(file.number, into, BigInt(into.length)));
    const names = new TextDecoder().decode(into.subarray(0, length)).split("\n").filter(Boolean);
    return names.map((name) => `iptables ${name}`);
  } catch (error) {
    if (isErrno(error, ENOENT)) return []; // a kernel without it
    throw error;
  }
}

function text(octets: Uint8Array<ArrayBuffer> | undefined): string {
  return new TextDecoder().decode(octets).replace(/\0.*/s, "");
}
