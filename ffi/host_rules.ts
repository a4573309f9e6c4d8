/**
 * Rules of this host that apply to what passes its IP layer, and so not to frames by packet socket: IPsec, netfilter (filters,
 * NAT, connection tracking), routes that encapsulate.
 *
 * What is asked here is whether there are any, not what they would do: a rule that looks harmless may be what makes another
 * one work, as an input filter relies on the connection tracking of what leaves. Chains of an interface's own hooks, ingress and
 * egress, are not among them: frames of packet sockets pass egress like all others, and what comes to a packet socket that is
 * bound to a protocol has passed ingress (`__netif_receive_skb_core`).
 *
 * @module
 */

import { EACCES, EPERM, isErrno } from "./errno.ts";
import { type Direction, ipsecVerdict, type SettledFlow } from "./ipsec.ts";
import { type Hook, hookFunctions, iptablesTables, nftChains } from "./netfilter.ts";
import { routeTo } from "./route.ts";

/** Hooks that packets of packet sockets pass as well. */
const OF_INTERFACES: ReadonlySet<Hook | null> = new Set(["ingress", "egress"]);

/**
 * What of this host's has a say about the flow's packets on their way through its IP layer.
 *
 * @returns in words; null: nothing, as far as the kernel lists it. Where this process may not look, that
 * @throws SystemError ENETUNREACH when there is no route
 */
export function hostRules(flow: SettledFlow, direction: Direction): string | null {
  const found: string[] = [];
  if (direction === "out" && routeTo(flow).isEncapsulating) found.push("a route that encapsulates");
  try {
    if (ipsecVerdict(flow, direction) !== "none") found.push("IPsec policies (ip xfrm policy)");
    const { family } = flow.destination;
    const chains = [
      // Whatever the way: one chain may rely on what another does.
      ...nftChains(family).filter(({ base }) => base !== null && !OF_INTERFACES.has(base.hook)).map((
        { table, name },
      ) => `nft ${table} ${name}`),
      ...iptablesTables(family).map((name) => `iptables ${name}`),
      ...hookFunctions(family, direction) ?? [],
    ];
    if (chains.length > 0) found.push(`netfilter (${[...new Set(chains)].join(", ")})`);
  } catch (error) {
    if (!isErrno(error, EPERM, EACCES)) throw error;
    return "rules that this process may not see: that takes CAP_NET_ADMIN, as root has it";
  }
  return found.length === 0 ? null : found.join(" and ");
}
