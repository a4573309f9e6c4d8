/**
 * What an interface is like, by its index: kind, hardware address, MTUs.
 *
 * @module
 */

import { AF_INET6, IFF_LOOPBACK, IFF_LOWER_UP, IFF_UP } from "./constants.ts";
import {
  askNetlink,
  type Attributes,
  decodeAttributes,
  listNetlink,
  type NetlinkAnswer,
  numberIn,
} from "./netlink.ts";
import type { IpAddress } from "./sockaddr.ts";

/** As far as sending frames goes. */
export type LinkKind = "ethernet" | "loopback" | "other";

/** An interface. */
export interface Link {
  readonly kind: LinkKind;
  readonly name: string;
  /** Whether somebody has brought it up. */
  readonly isUp: boolean;
  /** Whether there is something at the other end of the cable. */
  readonly hasCarrier: boolean;
  /** Hardware address; six octets of an Ethernet and of loopback. */
  readonly address: Uint8Array<ArrayBuffer>;
  /** Octets of the largest packet of each family: a router may have announced a smaller one for IPv6 (RFC 4861 4.6.4). */
  readonly mtu: Readonly<Record<4 | 6, number>>;
}

const RTM_GETLINK = 18;

/** Octets of an Ethernet address. */
export const HARDWARE_ADDRESS_LENGTH = 6;

// <linux/if_link.h>, struct ifinfomsg: octet of family, padding, u16 type, i32 index, and more; 16 in all
const LINK_LENGTH = 16;
const LINK_TYPE_OFFSET = 2;
const LINK_INDEX_OFFSET = 4;
const LINK_FLAGS_OFFSET = 8;
const IFLA_ADDRESS = 1;
const IFLA_IFNAME = 3;
const IFLA_MTU = 4;
/** By family; of IPv6 an array of numbers of 32 bits, IFLA_INET6_CONF, of which the third is the MTU (<linux/ipv6.h>). */
const IFLA_AF_SPEC = 26;
const IFLA_INET6_CONF = 2;
const DEVCONF_MTU6 = 2;

// <linux/if_addr.h>, struct ifaddrmsg: octets of family, prefix length, flags, scope; u32 index
const RTM_GETADDR = 22;
const ADDRESS_LENGTH = 8;
const ADDRESS_FLAGS_OFFSET = 2;
const IFA_ADDRESS = 1;
const IFA_F_DADFAILED = 0x08;
const IFA_F_TENTATIVE = 0x40;

// <linux/if_arp.h>
const ARPHRD_ETHER = 1;
const ARPHRD_LOOPBACK = 772;

/** What the kernel knows of the interface. @throws SystemError ENODEV */
export function readLink(index: number): Link {
  const { fixed, attributes } = ask(index);
  const type = fixed.getUint16(LINK_TYPE_OFFSET, true);
  const flags = fixed.getUint32(LINK_FLAGS_OFFSET, true);
  return {
    kind: type === ARPHRD_ETHER ? "ethernet" : type === ARPHRD_LOOPBACK ? "loopback" : "other",
    name: nameIn(attributes),
    isUp: (flags & IFF_UP) !== 0,
    hasCarrier: (flags & IFF_LOWER_UP) !== 0,
    address: attributes.get(IFLA_ADDRESS) ?? new Uint8Array(HARDWARE_ADDRESS_LENGTH),
    mtu: { 4: mtuIn(attributes, 4), 6: mtuIn(attributes, 6) },
  };
}

/** Octets of the largest packet, as `Link.mtu`. @throws SystemError ENODEV */
export function linkMtu(index: number, family: 4 | 6): number {
  return mtuIn(ask(index).attributes, family);
}

function ask(index: number): NetlinkAnswer {
  const fixed = new Uint8Array(LINK_LENGTH);
  new DataView(fixed.buffer).setInt32(LINK_INDEX_OFFSET, index, true);
  return askNetlink({ call: "rtnetlink RTM_GETLINK", type: RTM_GETLINK, fixed, attributes: [] });
}

/** Interfaces of this network: whether each is up, and whether it is loopback. @throws SystemError */
export function listInterfaces(): readonly { name: string; isUp: boolean; isLoopback: boolean }[] {
  const fixed = new Uint8Array(LINK_LENGTH);
  const question = { call: "rtnetlink RTM_GETLINK", type: RTM_GETLINK, fixed, attributes: [] };
  return listNetlink(question, LINK_LENGTH).entries.map((link) => {
    const flags = link.fixed.getUint32(LINK_FLAGS_OFFSET, true);
    return {
      name: nameIn(link.attributes),
      isUp: (flags & IFF_UP) !== 0,
      isLoopback: (flags & IFF_LOOPBACK) !== 0,
    };
  });
}

/** Whether it is an IPv6 address of this host's that duplicate address detection (RFC 4862 5.4) keeps from use. @throws SystemError */
export function isUnproven({ octets }: IpAddress): boolean {
  const fixed = new Uint8Array(ADDRESS_LENGTH);
  fixed[0] = AF_INET6;
  const question = { call: "rtnetlink RTM_GETADDR", type: RTM_GETADDR, fixed, attributes: [] };
  return listNetlink(question, ADDRESS_LENGTH).entries.some((entry) =>
    (entry.fixed.getUint8(ADDRESS_FLAGS_OFFSET) & (IFA_F_TENTATIVE | IFA_F_DADFAILED)) !== 0 &&
    String(entry.attributes.get(IFA_ADDRESS)) === String(octets)
  );
}

function mtuIn(attributes: Attributes, family: 4 | 6): number {
  const own = family === 4 ? 0 : mtuOfIpv6(attributes.get(IFLA_AF_SPEC));
  return own || numberIn(attributes.get(IFLA_MTU));
}

function nameIn(attributes: Attributes): string {
  return new TextDecoder().decode(attributes.get(IFLA_IFNAME)).replace(/\0.*/, "");
}

/** 0: the interface has no IPv6. */
function mtuOfIpv6(families: Uint8Array<ArrayBuffer> | undefined): number {
  const ofIpv6 = families && decodeAttributes(families).get(AF_INET6);
  const settings = ofIpv6 && decodeAttributes(ofIpv6).get(IFLA_INET6_CONF);
  return numberIn(settings?.subarray(4 * DEVCONF_MTU6));
}
