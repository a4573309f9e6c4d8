/**
 * Whether this host's own rules let a connection's packets pass: our SYN out and its answer in, or what follows them.
 *
 * @module
 */

import { SystemError } from "./errno.ts";
import { readLink } from "./link.ts";
import { IPPROTO_TCP } from "./constants.ts";
import type { Direction, SettledFlow } from "./ipsec.ts";
import {
  HOOKS,
  iptablesTables,
  nftChains,
  type NftElement,
  nftElements,
  type NftExpression,
  nftRules,
} from "./netfilter.ts";
import {
  mayBeUntracked,
  type NftRuleset,
  type NftVerdict,
  nftVerdict,
  type PacketAtHook,
  type PacketInterface,
} from "./nft_verdict.ts";
import { effectiveUser } from "./process_facts.ts";
import { routeTo } from "./route.ts";

/** What nftables and iptables make of the connection. */
export interface FilterVerdicts {
  /** Of what we send and of what comes back, with the rule that matters. */
  readonly out: NftVerdict;
  readonly in: NftVerdict;
  /** NAT of our SYN. */
  readonly nat: NftVerdict;
  /** Tables of iptables-legacy, whose rules are not read here. */
  readonly unread: readonly string[];
  /** Whether rules of nftables need connections to be tracked: they ask for states, or rewrite addresses. */
  readonly needsTracking: boolean;
}

// RFC 791 3.1, RFC 8200 3, RFC 9293 3.1: where the fields are that are known beforehand
const IPV4 = { length: 20, protocol: 9, source: 12, destination: 16 } as const;
const IPV6 = { length: 40, protocol: 6, source: 8, destination: 24 } as const;
const TCP = { length: 20, sourcePort: 0, destinationPort: 2, flags: 13 } as const;
const TRACKED: readonly string[] = ["ct", "nat", "masq", "redir", "connlimit", "flow_offload", "synproxy"];
const TRACKED_EXTENSIONS: readonly string[] = ["conntrack", "state", "connlimit", "connmark"];
const MATCH_NAME = 1;
const NO_INTERFACE: PacketInterface = { name: "", index: 0 };
const SYN = 0x02;
const SYN_ACK = 0x12;

/**
 * Reads the rules and follows a packet each way through them.
 *
 * @param isEstablished whether the packets are those of a connection that is there already, not the SYN and its answer
 * @throws SystemError EPERM without CAP_NET_ADMIN
 */
export function filterVerdicts(flow: SettledFlow, isEstablished = false): FilterVerdicts {
  const { family } = flow.destination;
  const chains = nftChains(family);
  const rules = chains.length === 0 ? [] : nftRules(family);
  const unread = iptablesTables(family);
  if (rules === null) {
    const unclear: NftVerdict = { verdict: "unclear", where: "too many rules of nftables to read" };
    return { out: unclear, in: unclear, nat: unclear, unread, needsTracking: true };
  }
  const known = new Map<string, readonly NftElement[] | null>();
  const elements = (number: number, table: string, set: string): readonly NftElement[] | null => {
    const key = `${number} ${table} ${set}`;
    const found = known.get(key) ?? nftElements(number, table, set);
    known.set(key, found);
    return found;
  };
  const ruleset: NftRuleset = { chains, rules, elements };
  const packets = { out: packetAt(flow, "out", isEstablished), in: packetAt(flow, "in", isEstablished) };
  // The state of an answer is that of its connection, of which tracking must have seen our packet as well.
  const isUntracked = mayBeUntracked(ruleset, packets.out) || mayBeUntracked(ruleset, packets.in);
  const verdict = (direction: Direction, kind: "filter" | "nat"): NftVerdict => {
    const known = packets[direction];
    const packet = isUntracked ? { ...known, isNew: null } : known;
    const found = HOOKS[direction].map((hook) => nftVerdict(ruleset, packet, hook, kind));
    const passes: NftVerdict = { verdict: "passes", where: "" };
    return found.find(({ verdict }) => verdict === "dropped" || verdict === "rewritten") ??
      found.find(({ verdict }) => verdict === "unclear") ?? passes;
  };
  const needsTracking = chains.some(({ base }) => base?.type === "nat") ||
    rules.some(({ expressions }) => expressions.some(isAboutConnections));
  return {
    out: verdict("out", "filter"),
    in: verdict("in", "filter"),
    nat: verdict("out", "nat"),
    unread,
    needsTracking,
  };
}

/** The parts of rules that have the kernel track connections; extensions of iptables have their names within. */
function isAboutConnections({ name, attributes }: NftExpression): boolean {
  if (name !== "match") return TRACKED.includes(name);
  const extension = new TextDecoder().decode(attributes.get(MATCH_NAME)).replace(/\0.*/s, "");
  return TRACKED_EXTENSIONS.includes(extension);
}

function packetAt(flow: SettledFlow, direction: Direction, isEstablished: boolean): PacketAtHook {
  const { destination, source, sourcePort = 0, destinationPort = 0, mark = 0 } = flow;
  const { family } = destination;
  const { interfaceIndex: index } = routeTo(flow);
  const device: PacketInterface = { index, name: index === 0 ? "" : readLink(index).name };
  const [from, to] = direction === "out" ? [source, destination] : [destination, source];
  const [fromPort, toPort] = direction === "out"
    ? [sourcePort, destinationPort]
    : [destinationPort, sourcePort];
  const layout = family === 4 ? IPV4 : IPV6;
  const network: (number | null)[] = new Array(layout.length).fill(null);
  network[layout.protocol] = IPPROTO_TCP;
  network.splice(layout.source, from.octets.length, ...from.octets);
  network.splice(layout.destination, to.octets.length, ...to.octets);
  const transport: (number | null)[] = new Array(TCP.length).fill(null);
  putPort(transport, TCP.sourcePort, fromPort);
  putPort(transport, TCP.destinationPort, toPort);
  transport[TCP.flags] = isEstablished ? null : direction === "out" ? SYN : SYN_ACK;
  return {
    family,
    network,
    transport,
    inbound: direction === "in" ? device : NO_INTERFACE,
    outbound: direction === "out" ? device : NO_INTERFACE,
    mark: direction === "out" ? mark : 0,
    user: direction === "out" ? userOrNull() : null,
    isNew: direction === "out" && !isEstablished,
    hasOwnAddress: String(routeTo({ destination, destinationPort }).source.octets) === String(source.octets),
  };
}

/** Null: /proc does not say. */
function userOrNull(): number | null {
  try {
    return effectiveUser();
  } catch (error) {
    if (error instanceof SystemError) return null;
    throw error;
  }
}

/** 0: not known. */
function putPort(header: (number | null)[], at: number, port: number): void {
  if (port === 0) return;
  header[at] = port >> 8;
  header[at + 1] = port & 0xff;
}
