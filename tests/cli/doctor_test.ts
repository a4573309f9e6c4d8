/** The doctor: what each check makes of the facts, and that it goes by them alone. */

import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { parseClientArguments } from "../../cli/client_arguments.ts";
import { findings } from "../../cli/doctor.ts";
import { type CheckName, CHECKS } from "../../cli/doctor_checks.ts";
import type { DoctorFacts, Fact } from "../../cli/doctor_facts.ts";
import type { Finding } from "../../cli/doctor_finding.ts";
import { UsageError } from "../../cli/options.ts";
import type { FilterVerdicts, NftVerdict } from "../../ffi/mod.ts";

function known<T>(value: T): Fact<T> {
  return { isKnown: true, value };
}

function unknown(errnoName: string, message = `Something failed: ${errnoName}`): Fact<never> {
  return { isKnown: false, errnoName, message };
}

const address = { family: 4, octets: Uint8Array.of(192, 0, 2, 1) } as const;
const PASSES: NftVerdict = { verdict: "passes", where: "" };
const FILTERS: FilterVerdicts = { out: PASSES, in: PASSES, nat: PASSES, unread: [], needsTracking: false };
const ROUTE = {
  source: address,
  mtu: 1_500,
  interfaceIndex: 2,
  gateway: null,
  isEncapsulating: false,
  interfaceName: "eth0",
  isUp: true,
  hasCarrier: true,
  isLoopback: false,
  destination: "192.0.2.2",
};

/** A host with which nothing is wrong. */
const SOUND: DoctorFacts = {
  isEstablished: false,
  way: {
    target: { host: "example.org", port: 80 },
    family: null,
    source: null,
    sourcePort: 0,
    interfaceName: null,
    mark: 0,
    dscp: 0,
  },
  rawSocket: known(true),
  rights: known(new Set(["netRaw", "netAdmin"] as const)),
  user: known(0),
  isInUserNamespace: known(false),
  isInOwnNetwork: known(false),
  interfaces: known([{ name: "lo", isUp: true, isLoopback: true }]),
  freeDescriptors: 16,
  descriptorLimit: known(1_024),
  clockStep: 0.1,
  year: 2026,
  isLiteral: false,
  addresses: known(["192.0.2.2"]),
  port: known(80),
  route: known(ROUTE),
  steering: known(null),
  source: known("192.0.2.1"),
  guard: known(true),
  stamps: known(true),
  offloads: known([]),
  filters: known(FILTERS),
  tracking: known(null),
  ipsec: known({ in: "none", out: "none", outOfKernel: "none" }),
};

/** The check's finding with these facts changed. */
function finding(check: CheckName, changes: Partial<DoctorFacts>): Finding {
  const [found] = findings({ ...SOUND, ...changes }, [check]);
  if (found === undefined) throw new Error(`No check ${check}`);
  return found;
}

const dropped: NftVerdict = { verdict: "dropped", where: "nft filter out, rule 7" };
const unclear: NftVerdict = { verdict: "unclear", where: "nft filter out, rule 8" };
const rewritten: NftVerdict = { verdict: "rewritten", where: "nft nat out, rule 9" };
const filters = (changes: Partial<FilterVerdicts>): Partial<DoctorFacts> => ({
  filters: known({ ...FILTERS, ...changes }),
});

const FAULTS: readonly (readonly [CheckName, Partial<DoctorFacts>, text: string, fix: string])[] = [
  [
    "rights",
    { rawSocket: unknown("EPERM"), user: known(1_000) },
    "CAP_NET_RAW is missing",
    "setcap cap_net_raw+ep",
  ],
  ["rights", { rawSocket: unknown("EPERM") }, "though this is root", "--cap-add NET_RAW"],
  ["rights", { rawSocket: unknown("EPROTONOSUPPORT") }, "this system offers none", "WSL 1"],
  [
    "namespaces",
    { interfaces: known([{ name: "lo", isUp: false, isLoopback: true }]) },
    "lo (down)",
    "ip link set lo up",
  ],
  ["file descriptors", { freeDescriptors: 3 }, "only 3 more", "ulimit -n"],
  ["clock", { clockStep: 4_000 }, "steps of 4000 µs", "clock source"],
  ["clock", { year: 1970 }, "the year 1970", "set the clock"],
  ["time stamps", { stamps: known(false) }, "does not say when packets arrived", "SO_TIMESTAMPNS"],
  [
    "resolver",
    { addresses: unknown("EAI_AGAIN", "Cannot resolve it") },
    "cannot resolve it",
    "/etc/resolv.conf",
  ],
  [
    "resolver",
    { addresses: unknown("EAI_NONAME", "Cannot resolve it") },
    "cannot resolve it",
    "check the name",
  ],
  ["resolver", { port: unknown("EAI_SERVICE", "Cannot resolve it") }, "cannot resolve it", "/etc/services"],
  ["route", { route: unknown("ENETUNREACH") }, "no route to 192.0.2.2", "ip route add"],
  [
    "route",
    { route: unknown("EHOSTUNREACH"), way: { ...SOUND.way, interfaceName: "lo" } },
    "EHOSTUNREACH",
    "leave --interface out",
  ],
  ["route", { route: unknown("EINVAL") }, "EINVAL", "ip rule"],
  ["route", { route: unknown("ENODEV") }, "ENODEV", "as ip link shows it"],
  ["route", { route: unknown("not one host") }, "not one host", "the address of one host"],
  ["route", { route: unknown("ENONET") }, "ENONET", "ip address add"],
  ["route", { route: unknown("EACCES") }, "EACCES", "the address of one host"],
  ["route", { route: known({ ...ROUTE, isUp: false, hasCarrier: false }) }, "is down", "ip link set eth0 up"],
  [
    "route",
    { route: known({ ...ROUTE, hasCarrier: false }) },
    "eth0, by which 192.0.2.2 is reached, has no carrier",
    "cable",
  ],
  [
    "route",
    { steering: known({ interfaceIndex: 3, difference: "a raw socket has no way there" }) },
    "has no way there",
    "--interface",
  ],
  [
    "source address",
    { route: unknown("EADDRNOTAVAIL", "It does not belong to this host") },
    "packets cannot come from the source address: it does not belong to this host",
    "ip address",
  ],
  ["source address", { source: known("::1") }, "nobody beyond eth0 can answer", "tentative"],
  ["MTU", { route: known({ ...ROUTE, mtu: 60 }) }, "IPv4 needs 68", "ip link set eth0 mtu"],
  ["guard", { guard: unknown("EADDRINUSE") }, "no local port is free", "ip_local_reserved_ports"],
  [
    "guard",
    { guard: unknown("EADDRINUSE"), way: { ...SOUND.way, sourcePort: 40_000 } },
    "another socket has port 40000",
    "choose another",
  ],
  ["guard", { guard: unknown("EMFILE") }, "failed", "ulimit -n"],
  [
    "firewall",
    filters({ out: dropped }),
    "our SYN is dropped or refused by nft filter out, rule 7",
    "nft -a",
  ],
  ["firewall", filters({ in: dropped }), "what the peer answers is dropped", "ct state established accept"],
  [
    "connection tracking",
    { tracking: known({ isOn: true, connections: 64, most: 64 }) },
    "table is full",
    "nf_conntrack_max",
  ],
  ["NAT", filters({ nat: rewritten }), "rewritten by nft nat out, rule 9", "exempt"],
  [
    "IPsec",
    { ipsec: known({ in: "none", out: "blocks", outOfKernel: "blocks" }) },
    "throws away our packets",
    "ip xfrm policy",
  ],
  [
    "IPsec",
    { ipsec: known({ in: "blocks", out: "none", outOfKernel: "none" }) },
    "what the peer sends",
    "ip xfrm policy",
  ],
  [
    "IPsec",
    { ipsec: known({ in: "none", out: "none", outOfKernel: "blocks" }) },
    "throws away what the kernel's own TCP sends; ours would go around it",
    "addresses alone",
  ],
];

for (const [check, changes, text, fix] of FAULTS) {
  Deno.test(`${check} fails: ${text}; and says what to do: ${fix}`, () => {
    const found = finding(check, changes);
    assertEquals(found.verdict, "fail");
    assertStringIncludes(found.text, text);
    assertStringIncludes(found.fix ?? "", fix);
  });
}

const UNKNOWN: readonly (readonly [CheckName, Partial<DoctorFacts>, text: string])[] = [
  ["rights", { rawSocket: unknown("EMFILE") }, "EMFILE"],
  ["namespaces", { interfaces: unknown("EAFNOSUPPORT") }, "EAFNOSUPPORT"],
  ["time stamps", { stamps: unknown("EMFILE") }, "EMFILE"],
  ["route", { addresses: unknown("EAI_NONAME") }, "the host has no address"],
  [
    "source address",
    { addresses: unknown("EAI_NONAME"), source: unknown("EAI_NONAME") },
    "the host has no address",
  ],
  ["MTU", { route: unknown("ENETUNREACH") }, "there is no way"],
  [
    "guard",
    { route: unknown("EADDRNOTAVAIL"), guard: unknown("EADDRNOTAVAIL") },
    "the source is not this host's",
  ],
  ["offloads", { offloads: known(null) }, "does not say"],
  ["firewall", { filters: unknown("EPERM") }, "not permitted to look"],
  ["firewall", filters({ out: unclear }), "cannot be told from here: nft filter out, rule 8"],
  ["firewall", filters({ unread: ["filter"] }), "iptables (table filter) are not read"],
  ["connection tracking", { tracking: known({ isOn: null, connections: 1, most: 2 }) }, "cannot be seen"],
  [
    "connection tracking",
    { route: unknown("ENETUNREACH"), tracking: known({ isOn: null, connections: 1, most: 2 }) },
    "there is no way",
  ],
  ["NAT", { filters: unknown("EPERM") }, "not permitted to look"],
  ["NAT", filters({ nat: unclear }), "cannot be told from here"],
  ["NAT", filters({ unread: ["nat"] }), "iptables (table nat) are not read"],
  ["IPsec", { ipsec: unknown("EPERM") }, "not permitted to look"],
  [
    "IPsec",
    { ipsec: known({ in: "none", out: "applies", outOfKernel: "applies" }) },
    "security associations",
  ],
];

for (const [check, changes, text] of UNKNOWN) {
  Deno.test(`${check} says that it does not know: ${text}`, () => {
    const found = finding(check, changes);
    assertEquals(found.verdict, "unknown");
    assertStringIncludes(found.text, text);
  });
}

Deno.test("on a sound host every check passes, and has nothing to be done", () => {
  for (const { check, verdict, fix } of findings(SOUND)) assertEquals([verdict, fix], ["pass", null], check);
  assertEquals(findings(SOUND).map(({ check }) => check), Object.keys(CHECKS));
});

Deno.test("every check can fail, but for offloads, which harm nobody", () => {
  const failing = new Set(FAULTS.map(([check]) => check));
  for (const check of Object.keys(CHECKS) as CheckName[]) {
    assert(failing.has(check) || check === "offloads", check);
  }
});

Deno.test("--doctor takes what decides about the way, and refuses what it would ignore", async () => {
  const command = await parseClientArguments(["--doctor", "-4", "--mark", "7", "example.org:http", "--json"]);
  assert(command.kind === "doctor");
  assertEquals(command.way.target, { host: "example.org", port: "http" });
  assertEquals([command.way.family, command.way.mark, command.isJson], [4, 7, true]);
  for (const other of [["--trace"], ["-m", "x"], ["--connect-timeout", "3"], ["--mss", "500"]]) {
    await assertRejects(() => parseClientArguments(["--doctor", ...other]), UsageError, "--doctor");
  }
});
