/**
 * Turns an interface's offloads (segmentation, merging, checksums on transmission) off or on, as `ethtool -K` does. As a
 * program, to be run inside the namespace: arguments interface, `on` or `off`.
 *
 * @module
 */

import { SOCK_DGRAM } from "../../ffi/constants.ts";
import { check } from "../../ffi/errno.ts";
import { openSocket } from "../../ffi/file_descriptor.ts";
import { loadLibc } from "../../ffi/mod.ts";

// <linux/sockios.h>, <linux/ethtool.h>: checksums come last, since segmentation needs them
const SIOCETHTOOL = 0x8946n;
const COMMANDS = { segmentation: 0x1f, softwareSegmentation: 0x24, merging: 0x2c, checksums: 0x17 } as const;

// struct ifreq, <net/if.h>
const IFREQ_LENGTH = 40;
const IFREQ_UNION_OFFSET = 16;

/** Switches them for an interface of this network namespace. @throws SystemError for what the interface has fixed */
export function switchOffloads(
  name: string,
  state: "on" | "off",
  which: readonly (keyof typeof COMMANDS)[] = [
    "segmentation",
    "softwareSegmentation",
    "merging",
    "checksums",
  ],
): void {
  using socket = openSocket("socket SOCK_DGRAM", 4, SOCK_DGRAM, 0);
  for (const what of state === "on" ? which.toReversed() : which) {
    const value = new Uint32Array([COMMANDS[what], state === "on" ? 1 : 0]); // struct ethtool_value
    const request = new Uint8Array(IFREQ_LENGTH);
    request.set(new TextEncoder().encode(name));
    const place = Deno.UnsafePointer.value(Deno.UnsafePointer.of(value));
    new DataView(request.buffer).setBigUint64(IFREQ_UNION_OFFSET, place, true);
    check(`ioctl SIOCETHTOOL ${what}`, loadLibc().ioctl(socket.number, SIOCETHTOOL, request), () => name);
  }
}

if (import.meta.main) switchOffloads(Deno.args[0] ?? "", Deno.args[1] === "on" ? "on" : "off");
