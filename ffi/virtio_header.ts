/**
 * The header that a packet socket with PACKET_VNET_HDR has before each packet: what is left for a device to do, and what one
 * has done. struct virtio_net_hdr of <linux/virtio_net.h>, in the host's order (a legacy header).
 *
 * @module
 */

import type { InboundChecksum } from "./packet_device.ts";

/** Octets of the header. */
export const VNET_LENGTH = 10;

// where its fields are
export const VNET_FLAGS = 0;
export const VNET_GSO_TYPE = 1;
export const VNET_HEADER_LENGTH = 2;
export const VNET_GSO_SIZE = 4;
export const VNET_CHECKSUM_START = 6;
export const VNET_CHECKSUM_OFFSET = 8;

// flags
export const NEEDS_CHECKSUM = 1;
const CHECKSUM_VALID = 2;

// types
export const GSO_NONE = 0;
export const GSO_TCPV4 = 1;
export const GSO_TCPV6 = 4;
/** Only the first of the cut segments may carry CWR (RFC 3168 6.1.2). */
export const GSO_ECN = 0x80;

/** How the TCP checksum stands of the received packet whose header is at `at`. */
export function vnetChecksum(octets: Uint8Array, at: number): InboundChecksum {
  const flags = octets[at + VNET_FLAGS] ?? 0;
  if ((flags & NEEDS_CHECKSUM) !== 0) return "unfinished";
  return (flags & CHECKSUM_VALID) !== 0 ? "verified" : "unknown";
}

/** Payload octets of each segment that was merged into the packet whose header is at `at`; 0: it is one segment. */
export function vnetSegmentSize(octets: Uint8Array, at: number): number {
  if (octets[at + VNET_GSO_TYPE] === GSO_NONE) return 0;
  return (octets[at + VNET_GSO_SIZE] as number) | (octets[at + VNET_GSO_SIZE + 1] as number) << 8;
}
