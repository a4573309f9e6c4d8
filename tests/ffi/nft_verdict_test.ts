/** What rules of nftables make of a packet: what holds for sure, what surely does not, and what nobody can tell. */

import { assertEquals } from "@std/assert";
import type { NftChain, NftElement, NftExpression, NftRule } from "../../ffi/netfilter.ts";
import { mayBeUntracked, nftVerdict, type PacketAtHook } from "../../ffi/nft_verdict.ts";

const OUTPUT = "output";

/** A SYN from 192.0.2.1, port not known, to 192.0.2.2:80, leaving by eth0. */
const SYN: PacketAtHook = {
  family: 4,
  network: [...new Array(9).fill(null), 6, null, null, 192, 0, 2, 1, 192, 0, 2, 2],
  transport: [null, null, 0, 80, ...new Array(9).fill(null), 0x02, ...new Array(6).fill(null)],
  inbound: { name: "", index: 0 },
  outbound: { name: "eth0", index: 2 },
  mark: 0,
  user: 0,
  isNew: true,
  hasOwnAddress: true,
};

type Value = number | Uint8Array | readonly Attribute[];
type Attribute = readonly [type: number, value: Value];

/** Attributes as the kernel gives them: numbers of four octets in network order. */
function encode(attributes: readonly Attribute[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(attributes.flatMap(([type, value]) => {
    const octets = octetsOf(value);
    const length = 4 + octets.length;
    const padding = new Array((4 - length % 4) % 4).fill(0);
    return [length & 0xff, length >> 8, type, 0, ...octets, ...padding];
  }));
}

function octetsOf(value: Value): Uint8Array<ArrayBuffer> {
  if (typeof value === "number") {
    const octets = new Uint8Array(4);
    new DataView(octets.buffer).setInt32(0, value);
    return octets;
  }
  return value instanceof Uint8Array ? Uint8Array.from(value) : encode(value);
}

function expression(name: string, ...attributes: readonly Attribute[]): NftExpression {
  return { name, attributes: new Map(attributes.map(([type, value]) => [type, octetsOf(value)])) };
}

const verdict = (code: number, chain = ""): NftExpression =>
  expression("immediate", [1, 0], [2, [[2, [[1, code], [2, new TextEncoder().encode(`${chain}\0`)]]]]]);
const drop = verdict(0);
const accept = verdict(1);
const payload = (base: number, offset: number, length: number): NftExpression =>
  expression("payload", [1, 1], [2, base], [3, offset], [4, length]);
const compare = (operator: number, ...octets: readonly number[]): NftExpression =>
  expression("cmp", [1, 1], [2, operator], [3, [[1, Uint8Array.from(octets)]]]);
const isTcp = [expression("meta", [1, 1], [2, 16]), compare(0, 6)];
const toPort = (port: number): NftExpression[] => [payload(2, 2, 2), compare(0, port >> 8, port & 0xff)];
const fromPort80 = [payload(2, 0, 2), compare(0, 0, 80)];
const counter = expression("counter");
const inSet = (set: string, inverted = 0): NftExpression =>
  expression("lookup", [1, new TextEncoder().encode(`${set}\0`)], [2, 1], [5, inverted]);

/** Of sets by name: ports one by one, from 70 to 89 (90 is where it ends), and what cannot be told. */
function elementsOf(_family: number, _table: string, set: string): readonly NftElement[] | null {
  const none = new Map<number, Uint8Array<ArrayBuffer>>();
  const of = (key: readonly number[], verdict: NftElement["verdict"], isEnd = false): NftElement => ({
    key: Uint8Array.from(key),
    isEnd,
    verdict,
  });
  const element = (port: number, isEnd = false): NftElement => of([0, port], none, isEnd);
  const code = (number: number): NftElement["verdict"] => new Map([[1, octetsOf(number)]]);
  if (set === "ports") return [element(22), element(80)];
  if (set === "empty") return [];
  if (set === "addresses and ports") return [of([192, 0, 2, 2, 0, 80, 0, 0], none)];
  if (set === "states") return [of([2, 0, 0, 0], code(1)), of([1, 0, 0, 0], code(0))];
  if (set === "verdicts") return [of([0, 80], code(0)), of([0, 22], code(1))];
  if (set === "interval") return [element(90, true), element(70), element(0, true)];
  return null;
}
const name = (
  text: string,
): number[] => [...new TextEncoder().encode(text), ...new Array(16 - text.length).fill(0)];

function judge(
  rules: readonly (readonly NftExpression[])[],
  policy: "accept" | "drop" = "accept",
  sub: readonly (readonly NftExpression[])[] = [],
  type: "filter" | "nat" = "filter",
): string {
  const base = { hook: OUTPUT, devices: [], priority: 0, type, drops: policy === "drop" } as const;
  const chains: NftChain[] = [{ family: 2, table: "t", name: "out", base }, {
    family: 2,
    table: "t",
    name: "sub",
    base: null,
  }];
  const of = (chain: string, list: readonly (readonly NftExpression[])[], from: number): NftRule[] =>
    list.map((expressions, i) => ({ table: "t", chain, handle: from + i, family: 2, expressions }));
  const all = [...of("out", rules, 1), ...of("sub", sub, 11)];
  const found = nftVerdict({ chains, rules: all, elements: elementsOf }, SYN, OUTPUT, type);
  return `${found.verdict} ${found.where}`.trim();
}

const RULE_1 = "nft t out, rule 1";

Deno.test("a rule whose conditions hold drops, and is named; one whose conditions do not hold is passed over", () => {
  assertEquals(judge([[...isTcp, ...toPort(80), counter, drop]]), `dropped ${RULE_1}`);
  assertEquals(judge([[...isTcp, ...toPort(81), counter, drop]]), "passes");
  assertEquals(judge([[counter, drop]]), `dropped ${RULE_1}`);
  assertEquals(judge([[...toPort(80), expression("reject")]]), `dropped ${RULE_1}`);
});

Deno.test("the first rule that holds counts, then the policy", () => {
  assertEquals(judge([[...toPort(80), accept], [drop]]), "passes");
  assertEquals(judge([[...toPort(81), accept]], "drop"), "dropped nft t out, its policy");
  assertEquals(judge([[...toPort(80), accept]], "drop"), "passes");
});

Deno.test("sets are looked into, and those with intervals", () => {
  const port = payload(2, 2, 2);
  const source = payload(1, 12, 4);
  assertEquals(judge([[port, inSet("ports"), drop]]), `dropped ${RULE_1}`);
  assertEquals(judge([[port, inSet("ports", 1), drop]]), "passes");
  assertEquals(judge([[port, inSet("interval"), drop]]), `dropped ${RULE_1}`);
  assertEquals(judge([[port, inSet("interval", 1), drop]]), "passes");
  assertEquals(judge([[source, inSet("ports"), drop]]), `unclear ${RULE_1}`, "values of another kind");
});

Deno.test("the values of several registers are one key, each filled up to four octets", () => {
  const port = (register: number): NftExpression =>
    expression("payload", [1, register], [2, 2], [3, 2], [4, 2]);
  const destination = payload(1, 16, 4);
  assertEquals(judge([[destination, port(9), inSet("addresses and ports"), drop]]), `dropped ${RULE_1}`);
  assertEquals(judge([[destination, port(10), inSet("addresses and ports"), drop]]), `unclear ${RULE_1}`);
  const source = payload(1, 12, 4);
  assertEquals(judge([[source, port(9), inSet("addresses and ports"), drop]]), "passes");
  assertEquals(judge([[source, inSet("empty"), drop]]), "passes");
});

Deno.test("a map of verdicts is looked into, and a value that is not in it is passed over", () => {
  const map = (name: string): NftExpression =>
    expression("lookup", [1, new TextEncoder().encode(`${name}\0`)], [2, 1], [3, 0]);
  assertEquals(judge([[payload(2, 2, 2), map("verdicts")]]), `dropped ${RULE_1}`);
  const state = expression("ct", [1, 1], [2, 0]);
  assertEquals(judge([[state, map("states")]], "drop"), "dropped nft t out, its policy");
  assertEquals(judge([[state, map("states")]]), "passes");
});

Deno.test("a rule by user holds for the user whose socket it is", () => {
  const user = expression("meta", [1, 1], [2, 10]);
  assertEquals(judge([[user, compare(0, 0, 0, 0, 0), drop]]), `dropped ${RULE_1}`);
  assertEquals(judge([[user, compare(0, 1, 0, 0, 0), drop]]), "passes");
});

Deno.test("matches of iptables by state, port and user are judged, others not", () => {
  const match = (name: string, revision: number, length: number, fields: readonly [number, number][]) => {
    const info = new Uint8Array(length);
    for (const [at, octet] of fields) info[at] = octet;
    return expression("match", [1, new TextEncoder().encode(`${name}\0`)], [2, revision], [3, info]);
  };
  const byState = (states: number, inverted = 0, flags = 1): NftExpression =>
    match("conntrack", 3, 160, [[146, flags], [148, inverted], [150, states]]);
  assertEquals(judge([[byState(8), drop]]), `dropped ${RULE_1}`);
  assertEquals(judge([[byState(2 | 4), accept]], "drop"), "dropped nft t out, its policy");
  assertEquals(judge([[byState(2 | 4, 1), drop]]), `dropped ${RULE_1}`);
  assertEquals(judge([[byState(8, 0, 3), drop]]), `unclear ${RULE_1}`, "of addresses as well");
  const asState = match("conntrack", 3, 160, [[146, 1], [147, 1 << 5], [150, 8]]);
  assertEquals(judge([[asState, drop]]), `dropped ${RULE_1}`, "-m state");
  const ports = (kind: number, port: number, inverted = 0): NftExpression =>
    match("multiport", 1, 48, [[0, kind], [1, 3], [2, 22], [4, port], [6, port + 2], [33, 1], [
      47,
      inverted,
    ]]);
  assertEquals(judge([[ports(1, 79), drop]]), `dropped ${RULE_1}`);
  assertEquals(judge([[ports(1, 81), drop]]), "passes");
  assertEquals(judge([[ports(1, 81, 1), drop]]), `dropped ${RULE_1}`);
  assertEquals(judge([[ports(0, 79), drop]]), `unclear ${RULE_1}`, "of the port that it comes from");
  const owner = (first: number, compared: number, inverted = 0): NftExpression =>
    match("owner", 1, 24, [[0, first], [4, 9], [16, compared], [17, inverted]]);
  assertEquals(judge([[owner(0, 1), drop]]), `dropped ${RULE_1}`);
  assertEquals(judge([[owner(5, 1), drop]]), "passes");
  assertEquals(judge([[owner(5, 1, 1), drop]]), `dropped ${RULE_1}`);
  assertEquals(judge([[owner(0, 2), drop]]), `unclear ${RULE_1}`, "by group");
  assertEquals(judge([[match("string", 1, 48, []), drop]]), `unclear ${RULE_1}`);
});

Deno.test("what a map makes of a packet may be anything", () => {
  const map = expression("lookup", [1, new TextEncoder().encode("map\0")], [2, 1], [3, 0]);
  assertEquals(judge([[payload(2, 2, 2), map]]), `unclear ${RULE_1}`);
  assertEquals(judge([[payload(2, 2, 2), map], [drop]]), "unclear nft t out, rule 2");
});

Deno.test("of a set that cannot be read, and of a port that is not known, it is not known whether they hold", () => {
  assertEquals(judge([[payload(2, 2, 2), inSet("other"), drop]]), `unclear ${RULE_1}`);
  assertEquals(judge([[...fromPort80, drop]]), `unclear ${RULE_1}`);
  assertEquals(judge([[...fromPort80, accept]], "drop"), "unclear nft t out, its policy");
  assertEquals(judge([[...fromPort80, accept]]), "passes");
  assertEquals(judge([[...fromPort80, drop], [drop]]), "dropped nft t out, rule 2");
});

Deno.test("masks, ranges, names of interfaces and connection states are decided", () => {
  const mask = (...octets: readonly number[]): NftExpression =>
    expression("bitwise", [1, 1], [2, 1], [4, [[1, Uint8Array.from(octets)]]], [5, [[1, new Uint8Array(4)]]]);
  const toNet = (
    third: number,
  ) => [payload(1, 16, 4), mask(255, 255, 255, 0), compare(0, 192, 0, third, 0), drop];
  assertEquals([judge([toNet(2)]), judge([toNet(3)])], [`dropped ${RULE_1}`, "passes"]);
  const range = (from: number, to: number) => [
    payload(2, 2, 2),
    expression("range", [1, 1], [2, 0], [3, [[1, Uint8Array.of(0, from)]]], [4, [[1, Uint8Array.of(0, to)]]]),
    drop,
  ];
  assertEquals([judge([range(79, 81)]), judge([range(81, 90)])], [`dropped ${RULE_1}`, "passes"]);
  const by = (
    ...octets: readonly number[]
  ) => [expression("meta", [1, 1], [2, 7]), compare(0, ...octets), drop];
  assertEquals(judge([by(...name("eth0"))]), `dropped ${RULE_1}`);
  assertEquals(judge([by(...name("eth0").slice(0, 3))]), `dropped ${RULE_1}`, "eth*");
  assertEquals(judge([by(...name("eth1"))]), "passes");
  const byIndex = (index: number) => [expression("meta", [1, 1], [2, 5]), compare(0, index, 0, 0, 0), drop];
  assertEquals([judge([byIndex(2)]), judge([byIndex(1)])], [`dropped ${RULE_1}`, "passes"]);
  const state = (bit: number) => [
    expression("ct", [1, 1], [2, 0]),
    mask(bit, 0, 0, 0),
    compare(1, 0, 0, 0, 0),
    drop,
  ];
  assertEquals([judge([state(8)]), judge([state(2)])], [`dropped ${RULE_1}`, "passes"]);
});

Deno.test("chains that are jumped to come back, those that are gone to do not", () => {
  const [jump, goTo, back] = [verdict(-3, "sub"), verdict(-4, "sub"), verdict(-5)];
  assertEquals(judge([[jump]], "accept", [[...toPort(80), drop]]), "dropped nft t sub, rule 11");
  assertEquals(judge([[jump], [drop]], "accept", [[back], [drop]]), "dropped nft t out, rule 2");
  assertEquals(judge([[goTo], [drop]], "accept", [[back]]), "passes");
  assertEquals(judge([[jump]], "accept", [[verdict(-3, "sub")]]), "passes", "a circle ends");
});

Deno.test("chains of an interface are for its packets alone, and tables of the same name in other families are others", () => {
  const rule: NftRule = { family: 5, table: "t", chain: "c", handle: 1, expressions: [drop] };
  const on = (device: string, family = 5): string => {
    const base = { hook: "egress", devices: [device], priority: 0, type: "filter", drops: false } as const;
    const chains: NftChain[] = [{ family, table: "t", name: "c", base }];
    return nftVerdict({ chains, rules: [rule], elements: elementsOf }, SYN, "egress", "filter").verdict;
  };
  assertEquals([on("eth0"), on("eth1"), on("eth0", 2)], ["dropped", "passes", "passes"]);
});

Deno.test("NAT rewrites, but for masquerading as the address that the packet has already", () => {
  assertEquals(judge([[...toPort(80), expression("redir")]], "accept", [], "nat"), `rewritten ${RULE_1}`);
  assertEquals(judge([[...toPort(81), expression("nat")]], "accept", [], "nat"), "passes");
  assertEquals(judge([[expression("masq")]], "accept", [], "nat"), "passes");
});

Deno.test("of what a rule may keep from tracking, the state of its connection is not known", () => {
  const established = [
    expression("ct", [1, 1], [2, 0]),
    expression("bitwise", [1, 1], [2, 1], [4, [[1, Uint8Array.of(2, 0, 0, 0)]]], [5, [[
      1,
      new Uint8Array(4),
    ]]]),
    compare(1, 0, 0, 0, 0),
    accept,
  ];
  const answered = (isNew: boolean | null): string => {
    const base = { type: "filter", hook: OUTPUT, priority: 0, drops: true, devices: [] } as const;
    const chain: NftChain = { family: 2, table: "t", name: "out", base };
    const rule: NftRule = { table: "t", chain: "out", handle: 1, family: 2, expressions: established };
    const ruleset = { chains: [chain], rules: [rule], elements: () => null };
    return nftVerdict(ruleset, { ...SYN, isNew }, OUTPUT, "filter").verdict;
  };
  assertEquals([answered(false), answered(true), answered(null)], ["passes", "dropped", "unclear"]);
  const untracked = (...expressions: readonly NftExpression[]): boolean => {
    const rule: NftRule = { table: "t", chain: "raw", handle: 1, family: 2, expressions };
    return mayBeUntracked({ chains: [], rules: [rule], elements: () => null }, SYN);
  };
  const notrack = expression("notrack");
  const ct = expression("target", [1, new TextEncoder().encode("CT\0")]);
  assertEquals([untracked(notrack), untracked(ct), untracked(counter)], [true, true, false]);
  assertEquals([untracked(...toPort(80), notrack), untracked(...toPort(81), notrack)], [true, false]);
});
