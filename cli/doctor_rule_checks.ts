/**
 * The checks of what this host does with packets on their way: firewall, connection tracking, NAT, IPsec, offloads.
 *
 * @module
 */

import type { DoctorFacts } from "./doctor_facts.ts";
import { fail, type Finding, missing, pass, unknown } from "./doctor_finding.ts";

const SHOW_RULES = "nft -a list ruleset shows the rules with their numbers";

/** Whether nftables lets out what we send, and in what comes back. */
export function checkFirewall(facts: DoctorFacts): Finding {
  const { filters, isEstablished } = facts;
  if (!filters.isKnown) return missing(facts, filters);
  const { out, in: back, unread } = filters.value;
  const [sent, answered] = isEstablished
    ? ["what we send", "what the peer sends"]
    : ["our SYN", "what the peer answers"];
  if (out.verdict === "dropped") {
    return fail(`${sent} is dropped or refused by ${out.where}`, `let it pass; ${SHOW_RULES}`);
  }
  if (back.verdict === "dropped") {
    return fail(
      `${answered} is dropped or refused by ${back.where}`,
      `let it pass, such as by ct state established accept; ${SHOW_RULES}`,
    );
  }
  if (unread.length > 0) {
    return unknown(
      `the rules of iptables (table ${unread.join(", ")}) are not read here`,
      "iptables -L -v -n, or ip6tables, shows what they drop",
    );
  }
  const [unclear] = [out, back].filter(({ verdict }) => verdict === "unclear");
  if (unclear !== undefined) {
    return unknown(
      `whether a rule holds for our packets cannot be told from here: ${unclear.where}`,
      SHOW_RULES,
    );
  }
  return pass("no rule of nftables drops our SYN or its answer");
}

/** Whether connection tracking has room for one more. */
export function checkTracking(facts: DoctorFacts): Finding {
  const { tracking } = facts;
  if (!tracking.isKnown) return missing(facts, tracking);
  if (tracking.value === null) return pass("this kernel tracks no connections, or shows no such table");
  const { isOn, connections, most } = tracking.value;
  if (isOn === null) {
    if (!facts.route.isKnown) return missing(facts, tracking);
    return unknown(
      "whether it is on here cannot be seen",
      "look as root (CAP_NET_ADMIN), on a kernel that lists its hooks",
    );
  }
  if (!isOn) return pass("nothing that is listed here has the kernel track connections");
  if (most > 0 && connections >= most) {
    return fail(
      `its table is full, with ${connections} of ${most} connections: packets of new ones are dropped`,
      "sysctl net.netfilter.nf_conntrack_max with a higher number",
    );
  }
  return pass(`on, with ${connections} of ${most} connections: the kernel follows ours as it does its own`);
}

/** Whether our packets go to the host that was named. */
export function checkNat(facts: DoctorFacts): Finding {
  const { filters } = facts;
  if (!filters.isKnown) return missing(facts, filters);
  const { nat, unread } = filters.value;
  if (nat.verdict === "rewritten") {
    return fail(
      `addresses or ports of our SYN are rewritten by ${nat.where}: what we show is not what leaves this host`,
      `exempt the connection, or see it beyond this host; ${SHOW_RULES}`,
    );
  }
  if (nat.verdict === "unclear") {
    return unknown(`whether a rule rewrites our SYN cannot be told from here: ${nat.where}`, SHOW_RULES);
  }
  if (unread.includes("nat")) {
    return unknown(
      "the rules of iptables (table nat) are not read here",
      "iptables -t nat -L -v -n shows them",
    );
  }
  return pass("no rule of nftables rewrites our SYN on this host; beyond it nobody can tell from here");
}

/** Whether IPsec lets our packets pass as they are. */
export function checkIpsec(facts: DoctorFacts): Finding {
  const { ipsec } = facts;
  if (!ipsec.isKnown) return missing(facts, ipsec);
  const { out, in: back, outOfKernel } = ipsec.value;
  if (out === "blocks" || back === "blocks") {
    const what = out === "blocks" ? "our packets" : "what the peer sends";
    return fail(
      `a policy throws away ${what}`,
      "ip xfrm policy shows it: delete it, or put an exception before it",
    );
  }
  if (out !== outOfKernel) {
    return fail(
      `a policy that names ports ${
        outOfKernel === "blocks" ? "throws away" : "holds for"
      } what the kernel's own TCP sends; ours would go around it, for the kernel does not look at the ports of a raw socket's packets, and so does not connect`,
      "have the policy name addresses alone (ip xfrm policy)",
    );
  }
  if (out === "applies" || back === "applies") {
    return unknown(
      "a policy holds for the connection: it works as far as there are security associations for it",
      "ip xfrm state shows these",
    );
  }
  return pass("no policy holds for the connection");
}

/** What the interface does in the kernel's place. */
export function checkOffloads(facts: DoctorFacts): Finding {
  const { offloads, route } = facts;
  if (!offloads.isKnown || !route.isKnown) return missing(facts, offloads);
  if (offloads.value === null) return unknown("the interface does not say what it has");
  const { interfaceName } = route.value;
  if (offloads.value.length === 0) return pass(`${interfaceName} has none on`);
  return pass(
    `${interfaceName} has ${
      offloads.value.join(", ")
    }: what these cut, merge or leave unsummed is taken as it is`,
  );
}
