/**
 * How other programs are told which connection is meant.
 *
 * @module
 */

import type { ConnectionRecord } from "./record.ts";

/** The display filter by which Wireshark and tshark show a connection. */
export function displayFilter({ local, remote }: ConnectionRecord): string {
  const [localAt, remoteAt] = [local.lastIndexOf(":"), remote.lastIndexOf(":")];
  const bare = (address: string): string => address.replace(/^\[|\]$/g, "");
  const field = local.startsWith("[") ? "ipv6.addr" : "ip.addr";
  return `${field}==${bare(local.slice(0, localAt))} && tcp.port==${local.slice(localAt + 1)} && ` +
    `${field}==${bare(remote.slice(0, remoteAt))} && tcp.port==${remote.slice(remoteAt + 1)}`;
}
