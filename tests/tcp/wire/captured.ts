/**
 * Packets of a Linux 6.18 kernel's TCP, captured on a veth pair and on loopback, and what another dissector reads in
 * them.
 *
 * @module
 */

import { CAPTURED_ON_LOOPBACK } from "./captured_loopback.ts";
import { CAPTURED_ON_VETH } from "./captured_veth.ts";

/** One captured IP packet. Sequence numbers and timestamps as unsigned numbers. */
export interface CapturedPacket {
  readonly name: string;
  readonly source: string;
  readonly destination: string;
  readonly ecn: number;
  readonly ports: readonly [number, number];
  readonly seq: number;
  readonly ack: number;
  readonly flags: number;
  readonly window: number;
  readonly urgentPointer: number;
  readonly maximumSegmentSize: number | null;
  readonly windowScale: number | null;
  readonly selectiveAckPermitted: boolean;
  readonly timestamps: readonly [number, number] | null;
  readonly sackBlocks: readonly (readonly [number, number])[];
  readonly payloadLength: number;
  readonly checksumUnfinished: boolean;
  readonly hex: string;
}

/** The packets. Their TTL or hop limit is 64. */
export const CAPTURED_PACKETS: readonly CapturedPacket[] = [...CAPTURED_ON_VETH, ...CAPTURED_ON_LOOPBACK];
