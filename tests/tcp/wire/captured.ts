/**
 * Packets of a Linux 6.18 kernel's TCP, captured on a veth pair and on loopback, and what another dissector reads in
 * them.
 *
 * @module
 */

import { CAPTURED_ON_LOOPBACK } from "./captured_loopback.ts";
import { CAPTURED_ON_VETH } from "./captured_veth.ts";
import type { CapturedPacket } from "./support.ts";

/** The packets. Their TTL or hop limit is 64. */
export const CAPTURED_PACKETS: readonly CapturedPacket[] = [...CAPTURED_ON_VETH, ...CAPTURED_ON_LOOPBACK];
