/**
 * Turns an interface's offloads (segmentation, merging, checksums on transmission) off or on, as `ethtool -K` does; run it
 * inside the namespace. Arguments: interface, `on` or `off`.
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

const [name = "", state = ""] = Deno.args;
using socket = openSocket("socket SOCK_DGRAM", 4, SOCK_DGRAM, 0);
const commands = Object.entries(COMMANDS);
for (const [what, command] of state === "on" ? commands.reverse() : commands) {
  const value = new Uint32Array([command, state === "on" ? 1 : 0]); // struct ethtool_value
  const request = new Uint8Array(IFREQ_LENGTH);
  request.set(new TextEncoder().encode(name));
  const place = Deno.UnsafePointer.value(Deno.UnsafePointer.of(value));
  new DataView(request.buffer).setBigUint64(IFREQ_UNION_OFFSET, place, true);
  check(`ioctl SIOCETHTOOL ${what}`, loadLibc().ioctl(socket.number, SIOCETHTOOL, request), () => name);
}
