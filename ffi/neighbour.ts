/**
 * Where packets to a destination leave this host, down to the link layer: interface, next hop, its hardware address.
 * Nothing is sent: what the kernel has not resolved yet it resolves with the first packet of a raw socket.
 *
 * @module
 */

import { ENOENT, isErrno } from "./errno.ts";
import { type LinkKind, readLink } from "./link.ts";
import { askNetlink } from "./netlink.ts";
import { type Flow, routeTo } from "./route.ts";
import { addressFamily, type IpAddress } from "./sockaddr.ts";

/** The first step towards a destination. */
export interface NextHop {
  /** Index of the interface. */
  readonly interfaceIndex: number;
  readonly kind: LinkKind;
  /** Its address: a gateway's, or the destination. */
  readonly hop: IpAddress;
  /** Hardware address of the interface; six octets of an Ethernet one and of loopback. */
  readonly ownAddress: Uint8Array<ArrayBuffer>;
  /** Hardware address of the next hop; null: the kernel does not know it now. On loopback its own. */
  readonly address: Uint8Array<ArrayBuffer> | null;
}

const RTM_GETNEIGH = 30;

// <linux/neighbour.h>, struct ndmsg: octet of family, padding, i32 interface, u16 state, and more; 12 in all
const NEIGHBOUR_LENGTH = 12;
const NEIGHBOUR_INTERFACE_OFFSET = 4;
const NEIGHBOUR_STATE_OFFSET = 8;
const NDA_DST = 1;
const NDA_LLADDR = 2;
/** NUD_REACHABLE, STALE, DELAY, PROBE, NOARP, PERMANENT: the address is there and in use. */
const USABLE_STATES = 0x02 | 0x04 | 0x08 | 0x10 | 0x40 | 0x80;

/**
 * The first step of a flow's packets, as the kernel's routing has it now.
 *
 * @throws SystemError ENETUNREACH when there is no route
 */
export function nextHopTo(flow: Flow): NextHop {
  const { interfaceIndex, gateway } = routeTo(flow);
  const { kind, address: ownAddress } = readLink(interfaceIndex);
  const hop = gateway ?? flow.destination;
  const address = kind === "loopback" ? ownAddress : neighbourAddress(interfaceIndex, hop);
  return { interfaceIndex, kind, hop, ownAddress, address };
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
