/**
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
export { type Fault, FAULT_SYNTAX, type FaultWay, parseFaults } from "./faults.ts";
export { type FaultyExit, FaultyPath, ipHeaderLength } from "./faulty_path.ts";
