/**
 * ```ts
 * import { Network } from "@rawtcp/rawtcp/lab";
 * import { milliseconds, parseAddress } from "@rawtcp/rawtcp/core";
 *
 * const network = new Network({ seed: 7 });
 * const [client, server] = [network.addHost("192.0.2.1"), network.addHost("192.0.2.2")];
 * network.join(client, server, { delay: milliseconds(20), loss: 0.02 });
 * server.listen({ port: 80 });
 * const remote = { address: parseAddress("192.0.2.2"), port: 80 };
 * const connection = client.connect({ remote }, network.now);
 * network.runUntil(() => connection.state === "ESTABLISHED");
 * console.log(network.now); // 40000: one round trip, in microseconds
 * ```
 *
 * A network in memory: hosts joined by links with delay, loss, reordering, duplication, damage and bottlenecks, in virtual
 * time and from a seed; faults on request. `lab/README.md` has an example.
 *
 * @module
 */

export { Link, LinkCounts, type LinkDrop, type LinkExit, type LinkPlan, PERFECT_LINK } from "./link.ts";
export type { Fate, Judge } from "./link.ts";
export { type AttachOptions, type Core, Network, type NetworkOptions } from "./network.ts";
export type { Packet, PacketEvent } from "./network.ts";
export { Random } from "./random.ts";
export {
  type Fault,
  type FaultChoice,
  type FaultWay,
  isByChance,
  type PacketKind,
  parseFaults,
} from "./faults.ts";
export { FAULT_SYNTAX } from "./fault_syntax.ts";
export { type FaultyExit, FaultyPath, ipHeaderLength } from "./faulty_path.ts";
