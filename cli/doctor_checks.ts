/**
 * What the facts about a host mean for a connection of ours: each check passes, fails, or cannot be made.
 *
 * @module
 */

import { checkFirewall, checkIpsec, checkNat, checkOffloads, checkTracking } from "./doctor_rule_checks.ts";
import { FREE_A_PORT, NO_FREE_PORT } from "./failures.ts";
import { type DoctorFacts, ENOUGH_DESCRIPTORS, NOT_ONE_HOST, ROOT } from "./doctor_facts.ts";
import { clause, fail, type Finding, missing, NO_RIGHT, NOT_OURS, pass, unknown } from "./doctor_finding.ts";

/** The checks by name, in their order: what this process may do, then the way to the host, then rules on that way. */
export const CHECKS = {
  "rights": checkRights,
  "namespaces": checkNamespaces,
  "file descriptors": checkDescriptors,
  "clock": checkClock,
  "time stamps": checkStamps,
  "resolver": checkResolver,
  "route": checkRoute,
  "source address": checkSource,
  "MTU": checkMtu,
  "offloads": checkOffloads,
  "guard": checkGuard,
  "firewall": checkFirewall,
  "connection tracking": checkTracking,
  "NAT": checkNat,
  "IPsec": checkIpsec,
} as const satisfies Readonly<Record<string, (facts: DoctorFacts) => Finding>>;

/** The name of a check. */
export type CheckName = keyof typeof CHECKS;

const NO_RAW_SOCKETS = ["EAFNOSUPPORT", "EPROTONOSUPPORT", "ESOCKTNOSUPPORT", "EINVAL", "ENOSYS"];

/** Years before this are those of clocks that nobody has set. */
const FIRST_YEAR = 2025;

/** A clock that moves less often makes round trips and timers coarse, µs. */
const COARSE_STEP = 1_000;

/** RFC 791 3.2, RFC 8200 5: what every link must carry. */
const LEAST_MTU = { 4: 68, 6: 1_280 } as const;

function checkRights({ rawSocket, rights, user }: DoctorFacts): Finding {
  if (rawSocket.isKnown) {
    return pass(
      rights.isKnown && rights.value.has("netAdmin")
        ? "raw sockets can be opened (CAP_NET_RAW), and this host's rules can be read (CAP_NET_ADMIN)"
        : "raw sockets can be opened (CAP_NET_RAW); this host's rules cannot be read without CAP_NET_ADMIN",
    );
  }
  const { errnoName, message } = rawSocket;
  if (NO_RIGHT.includes(errnoName)) {
    const isRoot = user.isKnown && user.value === ROOT;
    return fail(
      `no raw socket can be opened: CAP_NET_RAW is missing (${errnoName})${
        isRoot ? ", though this is root" : ""
      }`,
      isRoot
        ? "grant it where this container or sandbox is started, such as docker run --cap-add NET_RAW"
        : "run it as root (sudo), or give the compiled program that capability (sudo setcap cap_net_raw+ep " +
          "./rawtcp-client), or use a network of your own (unshare -Urn)",
    );
  }
  if (NO_RAW_SOCKETS.includes(errnoName)) {
    return fail(
      `no raw socket can be opened: this system offers none (${errnoName})`,
      "use a Linux kernel that has them; WSL 1 and some sandboxes do not",
    );
  }
  return unknown(clause(message));
}

function checkNamespaces(facts: DoctorFacts): Finding {
  const { interfaces, isInOwnNetwork, isInUserNamespace } = facts;
  if (!interfaces.isKnown) return unknown(clause(interfaces.message));
  const list = interfaces.value.map(({ name, isUp }) => isUp ? name : `${name} (down)`).join(", ");
  if (!interfaces.value.some(({ isUp }) => isUp)) {
    return fail(
      `no interface of this network is up: ${list === "" ? "it has none" : list}`,
      "ip link set lo up",
    );
  }
  const network = !isInOwnNetwork.isKnown || isInOwnNetwork.value === null
    ? "a network"
    : isInOwnNetwork.value
    ? "a network namespace other than the first process's"
    : "the network of the first process";
  const user = isInUserNamespace.isKnown && isInUserNamespace.value
    ? "; capabilities hold in a user namespace only"
    : "";
  return pass(`${network} with ${list}${user}`);
}

function checkDescriptors({ freeDescriptors, descriptorLimit }: DoctorFacts): Finding {
  const limit = descriptorLimit.isKnown ? ` (the limit is ${descriptorLimit.value})` : "";
  if (freeDescriptors < ENOUGH_DESCRIPTORS) {
    return fail(
      `only ${freeDescriptors} more file descriptors can be opened${limit}, where a client may need ${ENOUGH_DESCRIPTORS}`,
      "raise the limit (ulimit -n 1024)",
    );
  }
  return pass(`at least ${ENOUGH_DESCRIPTORS} more can be opened${limit}`);
}

function checkClock({ clockStep, year }: DoctorFacts): Finding {
  if (clockStep > COARSE_STEP) {
    return fail(
      `the clock moves in steps of ${Math.round(clockStep)} µs: round trips and timers are no finer`,
      "give this machine a finer clock source (/sys/devices/system/clocksource)",
    );
  }
  if (year < FIRST_YEAR) {
    return fail(
      `the system's clock shows the year ${year}, and so will captures`,
      "set the clock (date, or an NTP client)",
    );
  }
  return pass(
    `steps of ${clockStep < 1 ? "less than 1" : `${Math.round(clockStep)}`} µs, and the year is ${year}`,
  );
}

function checkStamps({ stamps }: DoctorFacts): Finding {
  if (!stamps.isKnown) return unknown(clause(stamps.message));
  return stamps.value ? pass("the kernel says when each packet arrived") : fail(
    "the kernel does not say when packets arrived: times are those at which the program saw them",
    "use a kernel with SO_TIMESTAMPNS to measure; connections work without",
  );
}

function checkResolver({ way, isLiteral, addresses, port }: DoctorFacts): Finding {
  if (!port.isKnown) {
    return fail(clause(port.message), "give the port's number, or add the service to /etc/services");
  }
  if (isLiteral && addresses.isKnown) return pass(`${way.target.host} is an address: no name is looked up`);
  if (addresses.isKnown) return pass(`${way.target.host} is ${addresses.value.join(", ")}`);
  return fail(
    clause(addresses.message),
    addresses.errnoName === "EAI_AGAIN"
      ? "name a server that answers in /etc/resolv.conf, add the host to /etc/hosts, or give its address"
      : "check the name, add it to /etc/hosts, or give an address",
  );
}

const ADD_ROUTE =
  "add a route (ip route add default via ROUTER), or bring the interface up (ip link set NAME up)";
const NEEDS_MTU = `; IPv6 needs an interface with an MTU of ${LEAST_MTU[6]}`;
const DELETE_ROUTE = "find the route that forbids it (ip route show table all; ip rule), and delete it";

const OTHER_INTERFACE =
  "leave --interface out, or name one that leads there: ip route get shows which, with the address behind it";
const NO_WAY_THERE = ["EHOSTUNREACH", "ENETUNREACH"];

/** What to do, by the error, where no route has to be added. */
const ROUTE_FIXES: Readonly<Record<string, string>> = {
  EINVAL: DELETE_ROUTE,
  EACCES: `give the address of one host, or, where it is one, ${DELETE_ROUTE}`,
  EHOSTUNREACH: DELETE_ROUTE,
  ENONET: "give it one (ip address add ADDRESS/LENGTH dev NAME), or wait until those that it has can be used",
  ENODEV: "give the name of an interface as ip link shows it",
  [NOT_ONE_HOST]: "give the address of one host",
};

function checkRoute(facts: DoctorFacts): Finding {
  const { route, steering, addresses } = facts;
  if (!addresses.isKnown) return missing(facts, addresses);
  if (!route.isKnown) {
    if (route.errnoName === NOT_OURS) return missing(facts, route);
    const text = route.errnoName === "ENETUNREACH"
      ? `there is no route to ${addresses.value[0] ?? facts.way.target.host}`
      : clause(route.message);
    const isIpv6 = addresses.value[0]?.includes(":") === true;
    const addRoute = isIpv6 ? ADD_ROUTE + NEEDS_MTU : ADD_ROUTE;
    const isByInterface = facts.way.interfaceName !== null && NO_WAY_THERE.includes(route.errnoName);
    return fail(text, isByInterface ? OTHER_INTERFACE : ROUTE_FIXES[route.errnoName] ?? addRoute);
  }
  const { destination, interfaceName, isUp, hasCarrier, gateway } = route.value;
  if (!isUp) {
    return fail(
      `${interfaceName}, by which ${destination} is reached, is down`,
      `bring it up (ip link set ${interfaceName} up)`,
    );
  }
  if (!hasCarrier) {
    return fail(
      `${interfaceName}, by which ${destination} is reached, has no carrier: nothing is up at its other end`,
      `see to the cable and to what it leads to (ip link show ${interfaceName})`,
    );
  }
  if (steering.isKnown && steering.value?.difference) {
    return fail(
      steering.value.difference,
      "make the rule one by address or mark and not by port (ip rule), or name the way with --interface",
    );
  }
  const by = interfaceName === "" ? "" : ` by ${interfaceName}`;
  const through = gateway === null ? "" : ` through a router`;
  return pass(`${destination} is reached${by}${through}`);
}

function checkSource(facts: DoctorFacts): Finding {
  const { source, way, route } = facts;
  if (!route.isKnown && route.errnoName === NOT_OURS) {
    const what = way.source ?? "the source address";
    return fail(
      `packets cannot come from ${what}: ${clause(route.message)}`,
      "add it (ip address add), bring its interface up (ip link set NAME up), or give another one" +
        (what.includes(":") ? NEEDS_MTU : ""),
    );
  }
  if (!source.isKnown || !route.isKnown) return missing(facts, source);
  const { interfaceName, isLoopback } = route.value;
  if (source.value === "::1" && !isLoopback) {
    return fail(
      `packets come from ${source.value}, which nobody beyond ${interfaceName} can answer`,
      "wait until this host's own addresses can be used (ip -6 address shows which are tentative), or add one",
    );
  }
  return pass(`packets come from ${source.value}`);
}

function checkMtu(facts: DoctorFacts): Finding {
  const { route } = facts;
  if (!route.isKnown) return missing(facts, route);
  const { mtu, source, interfaceName } = route.value;
  const least = LEAST_MTU[source.family];
  if (mtu < least) {
    return fail(
      `packets of ${mtu} bytes at most, where IPv${source.family} needs ${least}`,
      `ip link set ${interfaceName} mtu 1500`,
    );
  }
  return pass(`packets of up to ${mtu} bytes leave this host; what lies behind shows when they are sent`);
}

function checkGuard(facts: DoctorFacts): Finding {
  const { guard, way } = facts;
  if (guard.isKnown) {
    return pass("a socket that drops everything keeps the kernel from answering for our port");
  }
  if (!facts.source.isKnown || !facts.route.isKnown) return missing(facts, guard);
  if (guard.errnoName === "EADDRINUSE" && way.sourcePort === 0) {
    return fail(NO_FREE_PORT, FREE_A_PORT);
  }
  if (guard.errnoName === "EADDRINUSE") {
    return fail(
      `another socket has port ${way.sourcePort}`,
      "choose another port, or stop its owner",
    );
  }
  if (guard.errnoName === "EMFILE") return fail(clause(guard.message), "raise the limit (ulimit -n 1024)");
  return fail(
    clause(guard.message),
    "without it the kernel resets our connections: use a kernel that allows it",
  );
}
