/**
 * Where packets to a destination leave this host, down to the link layer: interface, next hop, its hardware address.
 * Nothing is sent: what the kernel has not resolved yet it resolves with the first packet of a raw socket.
 *
 * @module
 */

import { addressFamily, type IpAddress } from "./sockaddr.ts";
import { ENOENT, isErrno } from "./errno.ts";
import { askNetlink } from "./netlink.ts";

/** What an interface is like, as far as sending frames goes. */
export type LinkKind = "ethernet" | "loopback" | "other";

/** The first step towards a destination. */
export interface NextHop {
  /** Index of the interface. */
  readonly interfaceIndex: number;
  readonly kind: LinkKind;
  /** Hardware address of the interface; six octets of an Ethernet one and of loopback. */
  readonly ownAddress: Uint8Array<ArrayBuffer>;
  /** Hardware address of the next hop; null: the kernel does not know it now. On loopback its own. */
  readonly address: Uint8Array<ArrayBuffer> | null;
}

/** Octets of an Ethernet address. */
export const HARDWARE_ADDRESS_LENGTH = 6;

// <linux/rtnetlink.h>: questions, and attributes of a route
const RTM_GETLINK = 18;
const RTM_GETROUTE = 26;
const RTM_GETNEIGH = 30;
const RTA_DST = 1;
const RTA_SRC = 2;
const RTA_OIF = 4;
const RTA_GATEWAY = 5;
/** struct rtvia: u16 family and an address, where the gateway is of the other family. */
const RTA_VIA = 18;
// struct rtmsg: octets of family, destination and source prefix length, and more; 12 in all
const ROUTE_LENGTH = 12;

// <linux/if_link.h>, struct ifinfomsg: octet of family, padding, u16 type, i32 index, and more; 16 in all
const LINK_LENGTH = 16;
const LINK_TYPE_OFFSET = 2;
const LINK_INDEX_OFFSET = 4;
const IFLA_ADDRESS = 1;

// <linux/if_arp.h>
const ARPHRD_ETHER = 1;
const ARPHRD_LOOPBACK = 772;

// <linux/neighbour.h>, struct ndmsg: octet of family, padding, i32 interface, u16 state, and more; 12 in all
const NEIGHBOUR_LENGTH = 12;
const NEIGHBOUR_INTERFACE_OFFSET = 4;
const NEIGHBOUR_STATE_OFFSET = 8;
const NDA_DST = 1;
const NDA_LLADDR = 2;
/** NUD_REACHABLE, STALE, DELAY, PROBE, NOARP, PERMANENT: the address is there and in use. */
const USABLE_STATES = 0x02 | 0x04 | 0x08 | 0x10 | 0x40 | 0x80;

/**
 * The first step of packets from `source` to `destination`, as the kernel's routing has it now.
 *
 * @throws SystemError ENETUNREACH when there is no route
 */
export function nextHopTo(destination: IpAddress, source: IpAddress): NextHop {
  const { interfaceIndex, gateway } = routeStep(destination, source);
  const { kind, ownAddress } = readLink(interfaceIndex);
  const address = kind === "loopback" ? ownAddress : neighbourAddress(interfaceIndex, gateway ?? destination);
  return { interfaceIndex, kind, ownAddress, address };
}

/** Where the routing table sends a packet. `gateway` null: the destination is on the link itself. */
function routeStep(
  destination: IpAddress,
  source: IpAddress,
): { readonly interfaceIndex: number; readonly gateway: IpAddress | null } {
  const fixed = new Uint8Array(ROUTE_LENGTH);
  const bits = destination.octets.length * 8;
  fixed.set([addressFamily(destination.family), bits, bits]);
  const attributes: [number, Uint8Array][] = [[RTA_DST, destination.octets], [RTA_SRC, source.octets]];
  if (destination.scopeId !== undefined && destination.scopeId !== 0) {
    attributes.push([RTA_OIF, int32(destination.scopeId)]);
  }
  const answer = askNetlink({ call: "rtnetlink RTM_GETROUTE", type: RTM_GETROUTE, fixed, attributes });
  const octets = answer.attributes.get(RTA_GATEWAY) ?? answer.attributes.get(RTA_VIA)?.subarray(2);
  return {
    interfaceIndex: readInt32(answer.attributes.get(RTA_OIF)),
    gateway: octets === undefined ? null : { family: octets.length === 4 ? 4 : 6, octets },
  };
}

function readLink(index: number): { readonly kind: LinkKind; readonly ownAddress: Uint8Array<ArrayBuffer> } {
  const fixed = new Uint8Array(LINK_LENGTH);
  new DataView(fixed.buffer).setInt32(LINK_INDEX_OFFSET, index, true);
  const answer = askNetlink({ call: "rtnetlink RTM_GETLINK", type: RTM_GETLINK, fixed, attributes: [] });
  const type = answer.fixed.getUint16(LINK_TYPE_OFFSET, true);
  return {
    kind: type === ARPHRD_ETHER ? "ethernet" : type === ARPHRD_LOOPBACK ? "loopback" : "other",
    ownAddress: answer.attributes.get(IFLA_ADDRESS) ?? new Uint8Array(HARDWARE_ADDRESS_LENGTH),
  };
}

/** Null when the neighbour is not in the table, or not resolved. @throws SystemError for anything else */
function neighbourAddress(interfaceIndex: number, hop: IpAddress): Uint8Array<ArrayBuffer> | null {
  const fixed = new Uint8Array(NEIGHBOUR_LENGTH);
  fixed[0] = addressFamily(hop.family);
  new DataView(fixed.buffer).setInt32(NEIGHBOUR_INTERFACE_OFFSET, interfaceIndex, true);
  try {
    const answer = askNetlink({
      call: "rtnetlink RTM_GETNEIGH",
      type: RTM_GETNEIGH,
      fixed,
      attributes: [[NDA_DST, hop.octets]],
    });
    const isUsable = (answer.fixed.getUint16(NEIGHBOUR_STATE_OFFSET, true) & USABLE_STATES) !== 0;
    return isUsable ? answer.attributes.get(NDA_LLADDR) ?? null : null;
  } catch (error) {
    if (isErrno(error, ENOENT)) return null;
    throw error;
  }
}

function int32(value: number): Uint8Array {
  return new Uint8Array(new Int32Array([value]).buffer);
}

function readInt32(octets: Uint8Array<ArrayBuffer> | undefined): number {
  return octets === undefined ? 0 : new DataView(octets.buffer, octets.byteOffset).getInt32(0, true);
}
