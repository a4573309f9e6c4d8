/**
 * Where the IP packet begins in a frame of each kind of link (LINKTYPE_ numbers of tcpdump.org).
 *
 * @module
 */

/** The kinds of link that can be read. */
export const LinkType = {
  null: 0,
  ethernet: 1,
  rawOpenBsd: 12,
  rawOther: 14,
  raw: 101,
  loop: 108,
  linuxCooked: 113,
  ipv4: 228,
  ipv6: 229,
  linuxCooked2: 276,
} as const;

/** An IP packet inside its frame. */
export interface FoundPacket {
  /** Where it begins; the frame may be shorter. */
  readonly offset: number;
  /** As the link layer says; null when it does not. */
  readonly direction: "sent" | "arrived" | null;
}

const ETHER_TYPE_IPV4 = 0x0800;
const ETHER_TYPE_IPV6 = 0x86dd;
/** 802.1Q and 802.1ad tags, and the type of old QinQ. */
const VLAN_TYPES: ReadonlySet<number> = new Set([0x8100, 0x88a8, 0x9100]);
const ETHERNET_TYPE_OFFSET = 12;
const VLAN_TAG_LENGTH = 4;
const MOST_VLAN_TAGS = 4;
const NULL_HEADER_LENGTH = 4;
const COOKED_HEADER_LENGTH = 16;
const COOKED_TYPE_OFFSET = 14;
const COOKED2_HEADER_LENGTH = 20;
const COOKED2_PACKET_TYPE_OFFSET = 10;
const PACKET_TO_US = 0;
const PACKET_FROM_US = 4;

/** Finds the IP packet in a frame; null when it holds none, or the link is of an unknown kind. */
export function findIpPacket(linkType: number, frame: Uint8Array): FoundPacket | null {
  switch (linkType) {
    case LinkType.raw:
    case LinkType.rawOpenBsd:
    case LinkType.rawOther:
    case LinkType.ipv4:
    case LinkType.ipv6:
      return ifIp(frame, 0, null);
    case LinkType.null:
    case LinkType.loop:
      return ifIp(frame, NULL_HEADER_LENGTH, null);
    case LinkType.ethernet:
      return inEthernet(frame);
    case LinkType.linuxCooked:
      return isIpType(uint16(frame, COOKED_TYPE_OFFSET))
        ? ifIp(frame, COOKED_HEADER_LENGTH, cookedDirection(uint16(frame, 0)))
        : null;
    case LinkType.linuxCooked2:
      return isIpType(uint16(frame, 0))
        ? ifIp(frame, COOKED2_HEADER_LENGTH, cookedDirection(frame[COOKED2_PACKET_TYPE_OFFSET] ?? -1))
        : null;
    default:
      return null;
  }
}

/** Whether frames of this kind of link can be read. */
export function isKnownLinkType(linkType: number): boolean {
  return Object.values(LinkType).some((known) => known === linkType);
}

function inEthernet(frame: Uint8Array): FoundPacket | null {
  let at = ETHERNET_TYPE_OFFSET;
  for (let tags = 0; tags < MOST_VLAN_TAGS && VLAN_TYPES.has(uint16(frame, at)); tags++) {
    at += VLAN_TAG_LENGTH;
  }
  return isIpType(uint16(frame, at)) ? ifIp(frame, at + 2, null) : null;
}

function ifIp(frame: Uint8Array, offset: number, direction: FoundPacket["direction"]): FoundPacket | null {
  const version = (frame[offset] ?? 0) >> 4;
  return version === 4 || version === 6 ? { offset, direction } : null;
}

function cookedDirection(packetType: number): FoundPacket["direction"] {
  if (packetType === PACKET_FROM_US) return "sent";
  return packetType === PACKET_TO_US ? "arrived" : null;
}

function isIpType(type: number): boolean {
  return type === ETHER_TYPE_IPV4 || type === ETHER_TYPE_IPV6;
}

function uint16(octets: Uint8Array, at: number): number {
  return (octets[at] ?? 0) << 8 | (octets[at + 1] ?? 0);
}
