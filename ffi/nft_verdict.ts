/**
 * What the rules of nftables make of a packet, found out by reading them: nothing is sent.
 *
 * Conditions on addresses, ports, protocol, flags, interfaces, mark and connection state are decided, sets of such values too.
 * Of others (limits, extensions, maps) it is not known whether they hold, and so both is possible from there on.
 *
 * @module
 */

import {
  bigEndian,
  type Hook,
  type NftChain,
  type NftElement,
  type NftExpression,
  type NftRule,
} from "./netfilter.ts";
import { decodeAttributes } from "./netlink.ts";
import { type Certainty, matched, STATE } from "./nft_match.ts";
import { elementAt, order, type Registers } from "./nft_sets.ts";

/** An interface, as rules see it; that of no interface has neither name nor index. */
export interface PacketInterface {
  readonly name: string;
  readonly index: number;
}

/** The rules of nftables, and how to look into its sets. */
export interface NftRuleset {
  readonly chains: readonly NftChain[];
  readonly rules: readonly NftRule[];
  /** The elements of a set; null: they cannot be told. */
  readonly elements: (family: number, table: string, set: string) => readonly NftElement[] | null;
}

/** A packet on its way through this host. */
export interface PacketAtHook {
  /** Octets of the IP header and of the TCP header; null: not known. */
  readonly network: readonly (number | null)[];
  readonly transport: readonly (number | null)[];
  readonly family: 4 | 6;
  /** The interface that it comes by; of packets of our own one without name. */
  readonly inbound: PacketInterface;
  /** The interface that it leaves by; of packets to us one without name. */
  readonly outbound: PacketInterface;
  readonly mark: number;
  /** Number of the user whose socket sends it; null: not known, as of what comes in. */
  readonly user: number | null;
  /** Whether it is the first of its connection, for connection tracking; null: not known, such as of what is not tracked. */
  readonly isNew: boolean | null;
  /** Whether to masquerade it would change nothing, because it comes from the interface's own address. */
  readonly hasOwnAddress: boolean;
}

/** What becomes of it at a hook, and by which rule or policy, as `nft` names it. */
export interface NftVerdict {
  readonly verdict: "passes" | "dropped" | "rewritten" | "unclear";
  /** Empty: no rule has a say. */
  readonly where: string;
}

type Outcome = "accept" | "drop" | "rewrite" | "continue";

/** Where packets may end in a chain, and the rule that each is due to. */
type Outcomes = Map<Outcome, string>;

// <linux/netfilter/nf_tables.h>: attributes, keys and operators
const META = { register: 1, key: 2 } as const;
const META_KEY = {
  etherType: 1,
  mark: 3,
  inboundIndex: 4,
  outboundIndex: 5,
  inboundName: 6,
  outboundName: 7,
  user: 10,
  family: 15,
  protocol: 16,
} as const;
const PAYLOAD = { register: 1, base: 2, offset: 3, length: 4 } as const;
const BASE = { network: 1, transport: 2 };
const CT = { register: 1, key: 2 } as const;
const CT_STATE = 0;
const CMP = { register: 1, operator: 2, data: 3 } as const;
const RANGE = { register: 1, operator: 2, from: 3, to: 4 } as const;
const BITWISE = { source: 1, destination: 2, mask: 4, xor: 5, operation: 6 } as const;
const LOOKUP = { set: 1, register: 2, destination: 3, flags: 5 } as const;
const LOOKUP_INVERTED = 1;
const IMMEDIATE = { register: 1, data: 2 } as const;
const DATA = { value: 1, verdict: 2 } as const;
const VERDICT = { code: 1, chain: 2 } as const;
const CODE = { drop: 0, accept: 1, jump: -3, goto: -4, return: -5 } as const;
const TARGET_NAME = 1;
const MATCH = { name: 1, revision: 2, info: 3 } as const;
/** struct tcphdr: the port that it goes to, u16. */
const DESTINATION_PORT = 2;
/** The register of what becomes of the packet. */
const VERDICT_REGISTER = 0;
const NAME_LENGTH = 16;
const IPPROTO_TCP = 6;
const FAMILY_NUMBER = { 4: 2, 6: 10 } as const;
/** EtherTypes, in network order. */
const ETHER_TYPE = { 4: [0x08, 0x00], 6: [0x86, 0xdd] } as const;

/** Parts that neither decide nor ask anything. */
const HARMLESS: readonly string[] = ["counter", "log", "notrack", "dup"];
/** Targets of iptables that can keep packets from connection tracking. */
const UNTRACKING_TARGETS: readonly string[] = ["CT", "NOTRACK"];
const REWRITING: readonly string[] = ["nat", "redir"];
const REWRITING_TARGETS: readonly string[] = ["DNAT", "SNAT", "REDIRECT"];
/** Chains within chains are followed so deep; the kernel allows no more. */
const DEEPEST = 16;

/** What the base chains of a hook make of the packet, those of one type. */
export function nftVerdict(
  ruleset: NftRuleset,
  packet: PacketAtHook,
  hook: Hook,
  kind: "filter" | "nat",
): NftVerdict {
  let doubt = "";
  const here = ruleset.chains.filter(({ base }) =>
    base?.hook === hook && (base.type === "nat") === (kind === "nat") &&
    (base.devices.length === 0 || base.devices.includes(packet.inbound.name) ||
      base.devices.includes(packet.outbound.name))
  );
  for (const chain of here.toSorted((a, b) => (a.base?.priority ?? 0) - (b.base?.priority ?? 0))) {
    const outcomes = walk(chain, ruleset, packet, 0);
    if (outcomes.delete("continue")) {
      const policy = chain.base?.drops === true ? "drop" : "accept";
      outcomes.set(policy, outcomes.get(policy) ?? `nft ${chain.table} ${chain.name}, its policy`);
    }
    const [[outcome, where] = ["accept", ""]] = outcomes;
    if (outcomes.size > 1) doubt ||= outcomes.get("drop") ?? outcomes.get("rewrite") ?? "";
    else if (outcome === "drop") return { verdict: "dropped", where };
    else if (outcome === "rewrite") return { verdict: "rewritten", where };
  }
  return { verdict: doubt === "" ? "passes" : "unclear", where: doubt };
}

/** Whether a rule may keep the packet from connection tracking, at whatever hook. */
export function mayBeUntracked(ruleset: NftRuleset, packet: PacketAtHook): boolean {
  return ruleset.rules.some((rule) =>
    rule.expressions.some(keepsFromTracking) && judge(rule, packet, ruleset).certainty !== "no"
  );
}

function keepsFromTracking({ name, attributes }: NftExpression): boolean {
  return name === "notrack" ||
    name === "target" && UNTRACKING_TARGETS.includes(textOf(attributes.get(TARGET_NAME)));
}

function walk(chain: NftChain, ruleset: NftRuleset, packet: PacketAtHook, depth: number): Outcomes {
  const outcomes: Outcomes = new Map();
  for (const rule of ruleset.rules) {
    if (rule.chain !== chain.name || rule.table !== chain.table || rule.family !== chain.family) continue;
    const { certainty, does } = judge(rule, packet, ruleset);
    if (certainty === "no" || does === null) continue;
    const here = `nft ${rule.table} ${rule.chain}, rule ${rule.handle}`;
    if (does.kind === "anything") {
      outcomes.set("accept", here).set("drop", here);
      continue;
    }
    if (does.kind === "end") outcomes.set(does.outcome, here);
    else {
      const inner = { ...chain, name: does.chain };
      const within = depth < DEEPEST
        ? walk(inner, ruleset, packet, depth + 1)
        : new Map([["continue", ""] as const]);
      const comesBack = within.delete("continue");
      for (const [outcome, where] of within) outcomes.set(outcome, where);
      if (does.kind === "goto" && comesBack) outcomes.set("continue", here);
      if (does.kind === "jump" && comesBack) continue;
    }
    if (certainty === "yes") return outcomes;
  }
  outcomes.set("continue", "");
  return outcomes;
}

/** What a rule does with a packet that fulfils it; null: nothing that matters here. */
type Action =
  | { readonly kind: "end"; readonly outcome: Outcome }
  | { readonly kind: "jump" | "goto"; readonly chain: string }
  /** What is done depends on something that is not known. */
  | { readonly kind: "anything" };

function judge(
  rule: NftRule,
  packet: PacketAtHook,
  ruleset: NftRuleset,
): { readonly certainty: Certainty; readonly does: Action | null } {
  const registers = new Map<number, Uint8Array>();
  let certainty: Certainty = "yes";
  for (const expression of rule.expressions) {
    const does = isMap(expression)
      ? mapped(expression, rule, registers, ruleset)
      : actionOf(expression, packet);
    if (does === "none") return { certainty: "no", does: null };
    if (does !== null) return { certainty, does };
    const holds = expression.name === "lookup"
      ? isMember(expression, rule, registers, ruleset)
      : condition(expression, packet, registers);
    if (holds === "no") return { certainty: "no", does: null };
    if (holds === "maybe") certainty = "maybe";
  }
  return { certainty, does: null };
}

function actionOf({ name, attributes }: NftExpression, packet: PacketAtHook): Action | null {
  if (name === "reject") return end("drop");
  if (name === "queue") return { kind: "anything" };
  if (REWRITING.includes(name)) return end("rewrite");
  if (name === "masq") return end(packet.hasOwnAddress ? "accept" : "rewrite");
  if (name === "target") {
    const target = textOf(attributes.get(TARGET_NAME));
    if (target === "REJECT") return end("drop");
    if (target === "MASQUERADE") return end(packet.hasOwnAddress ? "accept" : "rewrite");
    return REWRITING_TARGETS.includes(target) ? end("rewrite") : null;
  }
  if (name !== "immediate" || bigEndian(attributes.get(IMMEDIATE.register)) !== 0) return null;
  return actionFor(nested(nested(attributes, IMMEDIATE.data), DATA.verdict));
}

function end(outcome: Outcome): Action {
  return { kind: "end", outcome };
}

/** Null: nothing that matters here. */
function actionFor(verdict: NftExpression["attributes"]): Action | null {
  switch (bigEndian(verdict.get(VERDICT.code))) {
    case CODE.drop:
      return end("drop");
    case CODE.accept:
      return end("accept");
    case CODE.return:
      return end("continue");
    case CODE.jump:
    case CODE.goto: {
      const chain = textOf(verdict.get(VERDICT.chain));
      return { kind: bigEndian(verdict.get(VERDICT.code)) === CODE.jump ? "jump" : "goto", chain };
    }
    default:
      return null;
  }
}

/** Whether a part of a rule holds for the packet; loads of registers hold always. */
function condition(
  { name, attributes }: NftExpression,
  packet: PacketAtHook,
  registers: Map<number, Uint8Array>,
): Certainty {
  const number = (attribute: number): number => bigEndian(attributes.get(attribute));
  const load = (register: number, value: Uint8Array | null): Certainty => {
    if (value === null) registers.delete(register);
    else registers.set(register, value);
    return "yes";
  };
  switch (name) {
    case "meta":
      return load(number(META.register), metaValue(number(META.key), packet));
    case "payload":
      return load(number(PAYLOAD.register), payloadValue(attributes, packet));
    case "ct": {
      if (number(CT.key) !== CT_STATE || packet.isNew === null) return load(number(CT.register), null);
      const state = packet.isNew ? STATE.new : STATE.established;
      return load(number(CT.register), Uint8Array.of(state, 0, 0, 0));
    }
    case "immediate":
      return load(
        number(IMMEDIATE.register),
        nested(attributes, IMMEDIATE.data).get(DATA.value) ?? null,
      );
    case "bitwise":
      return load(number(BITWISE.destination), bitwise(attributes, registers.get(number(BITWISE.source))));
    case "cmp":
      return compared(
        registers.get(number(CMP.register)),
        number(CMP.operator),
        valueOf(attributes, CMP.data),
      );
    case "range": {
      const value = registers.get(number(RANGE.register));
      if (value === undefined) return "maybe";
      const isWithin = order(value, valueOf(attributes, RANGE.from)) >= 0 &&
        order(value, valueOf(attributes, RANGE.to)) <= 0;
      return isWithin === (number(RANGE.operator) === 0) ? "yes" : "no";
    }
    case "match":
      return matchOf(attributes, packet);
    default:
      return HARMLESS.includes(name) ? "yes" : unknownPart(registers);
  }
}

/** Octets of a header; null: they are not known here. */
function payloadValue(attributes: NftExpression["attributes"], packet: PacketAtHook): Uint8Array | null {
  const [start = 0, length = 0, base = 0] = [PAYLOAD.offset, PAYLOAD.length, PAYLOAD.base].map((at) =>
    bigEndian(attributes.get(at))
  );
  const headers = new Map([[BASE.network, packet.network], [BASE.transport, packet.transport]]);
  const octets = (headers.get(base) ?? []).slice(start, start + length);
  return octets.length === length && !octets.includes(null) ? Uint8Array.from(octets, Number) : null;
}

/** Whether an extension of iptables holds. */
function matchOf(attributes: NftExpression["attributes"], packet: PacketAtHook): Certainty {
  const [high = null, low = null] = packet.transport.slice(DESTINATION_PORT, DESTINATION_PORT + 2);
  const destinationPort = high === null || low === null ? null : high << 8 | low;
  const info = attributes.get(MATCH.info) ?? new Uint8Array();
  const revision = bigEndian(attributes.get(MATCH.revision));
  return matched(textOf(attributes.get(MATCH.name)), revision, info, { ...packet, destinationPort });
}

function isMap({ name, attributes }: NftExpression): boolean {
  return name === "lookup" && attributes.has(LOOKUP.destination);
}

/** What a map of verdicts has for the value; none: the value is not in it, and the rule does not hold. */
function mapped(
  expression: NftExpression,
  rule: NftRule,
  registers: Registers,
  ruleset: NftRuleset,
): Action | "none" | null {
  if (bigEndian(expression.attributes.get(LOOKUP.destination)) !== VERDICT_REGISTER) {
    return { kind: "anything" };
  }
  const found = elementFor(expression, rule, registers, ruleset);
  if (found === undefined) return { kind: "anything" };
  return found === null ? "none" : actionFor(found.verdict);
}

/** Whether a value is in a set: the very value, or between where an interval begins and where it ends. */
function isMember(
  expression: NftExpression,
  rule: NftRule,
  registers: Registers,
  ruleset: NftRuleset,
): Certainty {
  const found = elementFor(expression, rule, registers, ruleset);
  if (found === undefined) return "maybe";
  const isInverted = (bigEndian(expression.attributes.get(LOOKUP.flags)) & LOOKUP_INVERTED) !== 0;
  return (found !== null) !== isInverted ? "yes" : "no";
}

/** As `elementAt`, of the set that is named. */
function elementFor(
  { attributes }: NftExpression,
  { family, table }: NftRule,
  registers: Registers,
  { elements }: NftRuleset,
): NftElement | null | undefined {
  const list = elements(family, table, textOf(attributes.get(LOOKUP.set)));
  return list === null ? undefined : elementAt(list, bigEndian(attributes.get(LOOKUP.register)), registers);
}

function textOf(octets: Uint8Array | undefined): string {
  return new TextDecoder().decode(octets).replace(/\0.*/s, "");
}

/** What it writes into registers is not known either. */
function unknownPart(registers: Map<number, Uint8Array>): Certainty {
  registers.clear();
  return "maybe";
}

/** Null: not known here. */
function metaValue(key: number, packet: PacketAtHook): Uint8Array | null {
  switch (key) {
    case META_KEY.protocol:
      return Uint8Array.of(IPPROTO_TCP);
    case META_KEY.etherType:
      return Uint8Array.from(ETHER_TYPE[packet.family]);
    case META_KEY.family:
      return Uint8Array.of(FAMILY_NUMBER[packet.family]);
    case META_KEY.mark:
      return new Uint8Array(new Uint32Array([packet.mark]).buffer);
    case META_KEY.user:
      return packet.user === null ? null : new Uint8Array(new Uint32Array([packet.user]).buffer);
    case META_KEY.inboundIndex:
      return new Uint8Array(new Uint32Array([packet.inbound.index]).buffer);
    case META_KEY.outboundIndex:
      return new Uint8Array(new Uint32Array([packet.outbound.index]).buffer);
    case META_KEY.inboundName:
      return interfaceName(packet.inbound.name);
    case META_KEY.outboundName:
      return interfaceName(packet.outbound.name);
    default:
      return null;
  }
}

function interfaceName(name: string): Uint8Array {
  const octets = new Uint8Array(NAME_LENGTH);
  octets.set(new TextEncoder().encode(name).subarray(0, NAME_LENGTH - 1));
  return octets;
}

function bitwise(
  attributes: NftExpression["attributes"],
  value: Uint8Array | undefined,
): Uint8Array | null {
  if (value === undefined || bigEndian(attributes.get(BITWISE.operation)) !== 0) return null;
  const mask = valueOf(attributes, BITWISE.mask);
  const xor = valueOf(attributes, BITWISE.xor);
  return value.map((octet, i) => (octet & (mask[i] ?? 0)) ^ (xor[i] ?? 0));
}

function compared(value: Uint8Array | undefined, operator: number, data: Uint8Array): Certainty {
  if (value === undefined) return "maybe";
  const sign = order(value, data);
  const holds = [sign === 0, sign !== 0, sign < 0, sign <= 0, sign > 0, sign >= 0][operator];
  return holds === undefined ? "maybe" : holds ? "yes" : "no";
}

function valueOf(attributes: NftExpression["attributes"], at: number): Uint8Array {
  return nested(attributes, at).get(DATA.value) ?? new Uint8Array();
}

function nested(attributes: NftExpression["attributes"], at: number): NftExpression["attributes"] {
  return decodeAttributes(attributes.get(at) ?? new Uint8Array());
}
