/**
 * Where packets to a destination leave this host, down to the link layer: interface, next hop, its hardware address.
 * What the kernel has not resolved yet it resolves with the first packet of a raw socket.
 *
 * @module
 */

import { ENOENT, isErrno } from "./errno.ts";
import { type LinkKind, readLink } from "./link.ts";
import { askNetlink, changeByNetlink } from "./netlink.ts";
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
  /** Whether the kernel has asked it for its address, and it has not answered. */
  readonly isSilent: boolean;
}

/** What the kernel's table has of a neighbour. */
interface Neighbour extends Pick<NextHop, "address" | "isSilent"> {
  /** NUD_…; 0: nothing. */
  readonly state: number;
}

const RTM_NEWNEIGH = 28;
const RTM_GETNEIGH = 30;

// <linux/neighbour.h>, struct ndmsg: octet of family, padding, i32 interface, u16 state, and more; 12 in all
const NEIGHBOUR_LENGTH = 12;
const NEIGHBOUR_INTERFACE_OFFSET = 4;
const NEIGHBOUR_STATE_OFFSET = 8;
const NDA_DST = 1;
const NDA_LLADDR = 2;
/** NUD_REACHABLE, STALE, DELAY, PROBE, NOARP, PERMANENT: the address is there and in use. */
const USABLE_STATES = 0x02 | 0x04 | 0x08 | 0x10 | 0x40 | 0x80;
/** NUD_INCOMPLETE, FAILED. */
const SILENT_STATES = 0x01 | 0x20;
/** NUD_REACHABLE, STALE, DELAY: it was asked for before, and is used without being asked now. */
const UNASKED_STATES = 0x02 | 0x04 | 0x08;
const NUD_PROBE = 0x10;

/**
 * The first step of a flow's packets, as the kernel's routing has it now.
 *
 * @throws SystemError ENETUNREACH when there is no route
 */
export function nextHopTo(flow: Flow): NextHop {
  const { interfaceIndex, gateway } = routeTo(flow);
  const { kind, address: ownAddress } = readLink(interfaceIndex);
  const hop = gateway ?? flow.destination;
  const { address, isSilent } = kind === "loopback"
    ? { address: ownAddress, isSilent: false }
    : neighbourAt(interfaceIndex, hop);
  return { interfaceIndex, kind, hop, ownAddress, address, isSilent };
}

/**
 * Has the kernel ask the next hop whether it still has its hardware address, which is used meanwhile: no answer, and the kernel asks
 * everybody with the next packet. Nothing where the address was set by hand, or is being asked for.
 *
 * @throws SystemError EPERM without CAP_NET_ADMIN, ENETUNREACH when there is no route
 */
export function askWhetherThere(flow: Flow): void {
  const { interfaceIndex, gateway } = routeTo(flow);
  const hop = gateway ?? flow.destination;
  if ((neighbourAt(interfaceIndex, hop).state & UNASKED_STATES) === 0) return;
  changeByNetlink({
    call: "rtnetlink RTM_NEWNEIGH",
    type: RTM_NEWNEIGH,
    fixed: neighbourMessage(interfaceIndex, hop, NUD_PROBE),
    attributes: [[NDA_DST, hop.octets]],
  });
}

function neighbourMessage(interfaceIndex: number, { family }: IpAddress, state: number): Uint8Array {
  const fixed = new Uint8Array(NEIGHBOUR_LENGTH);
  const view = new DataView(fixed.buffer);
  fixed[0] = addressFamily(family);
  view.setInt32(NEIGHBOUR_INTERFACE_OFFSET, interfaceIndex, true);
  view.setUint16(NEIGHBOUR_STATE_OFFSET, state, true);
  return fixed;
}

/** @throws SystemError when the table cannot be read */
function neighbourAt(interfaceIndex: number, hop: IpAddress): Neighbour {
  try {
    const answer = askNetlink({
      call: "rtnetlink RTM_GETNEIGH",
      type: RTM_GETNEIGH,
      fixed: neighbourMessage(interfaceIndex, hop, 0),
      attributes: [[NDA_DST, hop.octets]],
    });
    const state = answer.fixed.getUint16(NEIGHBOUR_STATE_OFFSET, true);
    const isUsable = (state & USABLE_STATES) !== 0;
    const address = isUsable ? answer.attributes.get(NDA_LLADDR) ?? null : null;
    return { address, isSilent: (state & SILENT_STATES) !== 0, state };
  } catch (error) {
    if (isErrno(error, ENOENT)) return { address: null, isSilent: false, state: 0 };
    throw error;
  }
}
