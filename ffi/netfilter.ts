/**
 * Netfilter of this network: chains and rules of nftables, hooks of others, tables of iptables; <linux/netfilter/nf_tables.h>.
 *
 * @module
 */

import { NETLINK_NETFILTER } from "./constants.ts";
import { EINVAL, ENOENT, EPROTONOSUPPORT, isErrno } from "./errno.ts";
import type { Direction } from "./ipsec.ts";
import {
  type Attributes,
  decodeAttributes,
  decodeList,
  listNetlink,
  MOST_ENTRIES,
  type NetlinkAnswer,
} from "./netlink.ts";
import { readSmallFile } from "./small_file.ts";
import { cString } from "./sockaddr.ts";

// <linux/netfilter/nfnetlink.h>, nf_tables.h, nfnetlink_hook.h: subsystem << 8 | message
const NFT_MSG_GETCHAIN = 10 << 8 | 4;
const NFT_MSG_GETRULE = 10 << 8 | 7;
const NFNL_MSG_HOOK_GET = 12 << 8;
/** struct nfgenmsg: octets of family and version, u16. */
const NFGENMSG_LENGTH = 4;
const CHAIN = { table: 1, name: 3, hook: 4, policy: 5, type: 7 } as const;
const HOOK = { number: 1, priority: 2, device: 3, devices: 4 } as const;
const NFT_MSG_GETSETELEM = 10 << 8 | 13;
const RULE = { table: 1, chain: 2, handle: 3, expressions: 4 } as const;
const ELEMENTS = { table: 1, set: 2, list: 3 } as const;
const ELEMENT = { key: 1, data: 2, flags: 3, keyEnd: 10 } as const;
const DATA_VALUE = 1;
const DATA_VERDICT = 2;
const INTERVAL_END = 1;
const EXPRESSION = { name: 1, attributes: 2 } as const;
const POLICY_DROP = 0;
const NFNLA_HOOK_HOOKNUM = 1;
const NFNLA_HOOK_FUNCTION_NAME = 4;
// <linux/netfilter.h>: families, and hooks by their numbers
const NFPROTO_INET = 1;
const NFPROTO_NETDEV = 5;
const NFPROTO = { 4: 2, 6: 10 } as const;
const HOOK_NAMES = ["prerouting", "input", "forward", "output", "postrouting", "ingress"] as const;
const NETDEV_HOOK_NAMES = ["ingress", "egress"] as const;
/** Numbers of the hooks of the IP layer on each way. */
const IP_HOOKS = { in: [0, 1], out: [3, 4] } as const;

/** Where packets meet chains. */
export type Hook = (typeof HOOK_NAMES)[number] | (typeof NETDEV_HOOK_NAMES)[number];

/** Those that a packet to this host or from it passes, in their order. */
export const HOOKS: Readonly<Record<Direction, readonly Hook[]>> = {
  in: ["ingress", "prerouting", "input"],
  out: ["output", "postrouting", "egress"],
};

/** Names of the tables that iptables-legacy has made in this network; the nftables of its namesake are in the other list. */
const TABLES = {
  4: "/proc/thread-self/net/ip_tables_names",
  6: "/proc/thread-self/net/ip6_tables_names",
} as const;

/** A part of a rule: a condition, or what is to be done. */
export interface NftExpression {
  readonly name: string;
  readonly attributes: Attributes;
}

/** A chain of nftables. */
export interface NftChain {
  /** Number of the family that its table is of. */
  readonly family: number;
  readonly table: string;
  readonly name: string;
  /** Null: packets come to it from other chains alone. */
  readonly base: {
    readonly hook: Hook | null;
    /** Names of the interfaces whose packets come to it; empty: those of all. */
    readonly devices: readonly string[];
    /** Chains of a hook come in the order of these. */
    readonly priority: number;
    /** `filter`, `nat` or `route`. */
    readonly type: string;
    /** Whether what no rule names is dropped. */
    readonly drops: boolean;
  } | null;
}

/** A rule of nftables. */
export interface NftRule {
  readonly table: string;
  readonly chain: string;
  /** The number that `nft -a list ruleset` shows. */
  readonly handle: number;
  /** Number of the family that its table is of. */
  readonly family: number;
  readonly expressions: readonly NftExpression[];
}

/** All chains of nftables for packets of the family. @throws SystemError EPERM without CAP_NET_ADMIN */
export function nftChains(family: 4 | 6): readonly NftChain[] {
  return ofFamily(netfilterList("nftables NFT_MSG_GETCHAIN", NFT_MSG_GETCHAIN, 0, []), family).map(
    ({ fixed, attributes }) => {
      const hook = attributes.get(CHAIN.hook);
      const family = fixed.getUint8(0);
      return {
        family,
        table: text(attributes.get(CHAIN.table)),
        name: text(attributes.get(CHAIN.name)),
        base: hook === undefined ? null : baseOf(family, decodeAttributes(hook), attributes),
      };
    },
  );
}

function baseOf(
  family: number,
  hook: Attributes,
  attributes: Attributes,
): NonNullable<NftChain["base"]> {
  const policy = attributes.get(CHAIN.policy);
  const names: readonly Hook[] = family === NFPROTO_NETDEV ? NETDEV_HOOK_NAMES : HOOK_NAMES;
  const device = hook.get(HOOK.device);
  const several = hook.get(HOOK.devices);
  const devices = [
    ...device === undefined ? [] : [device],
    ...several === undefined ? [] : decodeList(several),
  ];
  return {
    hook: names[bigEndian(hook.get(HOOK.number))] ?? null,
    devices: devices.map(text),
    priority: bigEndian(hook.get(HOOK.priority)),
    type: text(attributes.get(CHAIN.type)),
    drops: policy !== undefined && bigEndian(policy) === POLICY_DROP,
  };
}

/**
 * All rules of nftables for packets of the family, in their order; null: there are too many to read.
 *
 * @throws SystemError EPERM without CAP_NET_ADMIN
 */
export function nftRules(family: 4 | 6): readonly NftRule[] | null {
  const list = netfilterList("nftables NFT_MSG_GETRULE", NFT_MSG_GETRULE, 0, []);
  if (list !== null && list.length >= MOST_ENTRIES) return null;
  return ofFamily(list, family).map(
    ({ fixed, attributes }) => ({
      family: fixed.getUint8(0),
      table: text(attributes.get(RULE.table)),
      chain: text(attributes.get(RULE.chain)),
      handle: bigEndian(attributes.get(RULE.handle)?.subarray(4)),
      expressions: decodeList(attributes.get(RULE.expressions) ?? new Uint8Array()).map((element) => {
        const parts = decodeAttributes(element);
        return {
          name: text(parts.get(EXPRESSION.name)),
          attributes: decodeAttributes(parts.get(EXPRESSION.attributes) ?? new Uint8Array()),
        };
      }),
    }),
  );
}

/** An element of a set: a value; or where an interval begins, or where one ends. */
export interface NftElement {
  readonly key: Uint8Array;
  readonly isEnd: boolean;
  /** What a map of verdicts has for it; empty: nothing. */
  readonly verdict: Attributes;
}

/** The elements of a set; null: they are too many, or of a kind that is not read here. @throws SystemError EPERM */
export function nftElements(family: number, table: string, set: string): readonly NftElement[] | null {
  const elements: NftElement[] = [];
  const list = netfilterList("nftables NFT_MSG_GETSETELEM", NFT_MSG_GETSETELEM, family, [
    [ELEMENTS.table, cString(table)],
    [ELEMENTS.set, cString(set)],
  ]);
  for (const { attributes } of list ?? []) {
    for (const element of decodeList(attributes.get(ELEMENTS.list) ?? new Uint8Array())) {
      const parts = decodeAttributes(element);
      const key = decodeAttributes(parts.get(ELEMENT.key) ?? new Uint8Array()).get(DATA_VALUE);
      if (key === undefined || parts.has(ELEMENT.keyEnd)) return null;
      const isEnd = (bigEndian(parts.get(ELEMENT.flags)) & INTERVAL_END) !== 0;
      const data = decodeAttributes(parts.get(ELEMENT.data) ?? new Uint8Array());
      elements.push({ key, isEnd, verdict: decodeAttributes(data.get(DATA_VERDICT) ?? new Uint8Array()) });
    }
  }
  return elements.length < MOST_ENTRIES ? elements : null;
}

/**
 * Functions that have a hook of the IP layer on the way; null: the kernel does not list them (before 5.14, or without
 * CONFIG_NETFILTER_NETLINK_HOOK).
 */
export function hookFunctions(family: 4 | 6, direction: Direction): readonly string[] | null {
  const call = "netfilter NFNL_MSG_HOOK_GET";
  const lists = IP_HOOKS[direction].map((hook) =>
    netfilterList(call, NFNL_MSG_HOOK_GET, NFPROTO[family], [
      [NFNLA_HOOK_HOOKNUM, Uint8Array.of(0, 0, 0, hook)],
    ])
  );
  if (lists.includes(null)) return null;
  return lists.flatMap((list) => list ?? []).map(({ attributes }) =>
    text(attributes.get(NFNLA_HOOK_FUNCTION_NAME)) || "a hook"
  );
}

/** Tables of iptables-legacy. @throws SystemError EACCES */
export function iptablesTables(family: 4 | 6): readonly string[] {
  try {
    return readSmallFile(TABLES[family]).split("\n").filter(Boolean);
  } catch (error) {
    if (isErrno(error, ENOENT)) return []; // a kernel without it
    throw error;
  }
}

/** A number of nftables' attributes, which are in network order; 0 when there is none. */
export function bigEndian(octets: Uint8Array<ArrayBuffer> | undefined): number {
  return octets === undefined || octets.length < 4
    ? 0
    : new DataView(octets.buffer, octets.byteOffset).getInt32(0);
}

/** What is for packets of the family, or for whatever an interface carries. */
function ofFamily(list: readonly NetlinkAnswer[] | null, family: 4 | 6): readonly NetlinkAnswer[] {
  const families: readonly number[] = [NFPROTO_INET, NFPROTO[family], NFPROTO_NETDEV];
  return list === null ? [] : list.filter(({ fixed }) => families.includes(fixed.getUint8(0)));
}

/** Null where the kernel has no such part. */
function netfilterList(
  call: string,
  type: number,
  family: number,
  attributes: readonly (readonly [number, Uint8Array])[],
): readonly NetlinkAnswer[] | null {
  try {
    const fixed = Uint8Array.of(family, 0, 0, 0);
    return listNetlink({ call, protocol: NETLINK_NETFILTER, type, fixed, attributes }, NFGENMSG_LENGTH)
      .entries;
  } catch (error) {
    if (isErrno(error, EINVAL, EPROTONOSUPPORT)) return null;
    throw error;
  }
}

function text(octets: Uint8Array<ArrayBuffer> | undefined): string {
  return new TextDecoder().decode(octets).replace(/\0.*/s, "");
}
