/**
 * What an interface does with packets in the kernel's place: cutting, merging, checksums; <linux/ethtool.h>.
 *
 * @module
 */

import { SystemError } from "./errno.ts";
import { interfaceRequest } from "./network_interface.ts";

/** Offloads by the names that ethtool -k has for them. */
const OFFLOADS = {
  "tcp-segmentation-offload": 0x1e,
  "generic-segmentation-offload": 0x23,
  "generic-receive-offload": 0x2b,
  "tx-checksumming": 0x16,
  "rx-checksumming": 0x14,
} as const;

/** Their names. */
export type Offload = keyof typeof OFFLOADS;

const SIOCETHTOOL = 0x8946;
/** struct ethtool_value: u32 command, u32 value. */
const VALUE_LENGTH = 8;
const IFREQ_POINTER_OFFSET = 16;

/** Those that are on; null: the interface does not say. */
export function offloadsOn(interfaceName: string): readonly Offload[] | null {
  try {
    return (Object.keys(OFFLOADS) as Offload[]).filter((name) => isOn(interfaceName, OFFLOADS[name]));
  } catch (error) {
    if (error instanceof SystemError) return null;
    throw error;
  }
}

function isOn(interfaceName: string, command: number): boolean {
  const value = new Uint32Array(new ArrayBuffer(VALUE_LENGTH));
  value[0] = command;
  const address = BigInt(Deno.UnsafePointer.value(Deno.UnsafePointer.of(value)));
  interfaceRequest("ioctl SIOCETHTOOL", SIOCETHTOOL, interfaceName, (request) => {
    request.setBigUint64(IFREQ_POINTER_OFFSET, address, true);
  });
  return value[1] !== 0;
}
