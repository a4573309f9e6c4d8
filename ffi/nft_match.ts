/**
 * Matches of iptables within rules of nftables, as `iptables-nft` and what builds on it (ufw, Docker) writes them: those of which it
 * can be told whether they hold.
 *
 * @module
 */

/** Whether a part of a rule holds for a packet. */
export type Certainty = "yes" | "no" | "maybe";

/** What matches ask about. */
export interface MatchedPacket {
  /** In network order; null: not known. */
  readonly destinationPort: number | null;
  /** Whether it is the first of its connection, for connection tracking; null: not known. */
  readonly isNew: boolean | null;
  /** Number of the user whose socket sends it; null: not known, as of what comes in. */
  readonly user: number | null;
}

/** States of connection tracking: bits of <linux/netfilter/nf_conntrack_common.h>, those of nftables and of iptables alike. */
export const STATE = { established: 2, new: 8 } as const;

// <linux/netfilter/xt_conntrack.h>, struct xt_conntrack_mtinfo2 and 3: u16 in the host's order. Of mtinfo1 the states are an octet,
// the lower one here
const CONNTRACK = { flags: 146, inverted: 148, states: 150, length: 152 } as const;
const XT_CONNTRACK_STATE = 1;
/** It was written as `-m state`. */
const XT_CONNTRACK_STATE_ALIAS = 1 << 13;
// <linux/netfilter/xt_multiport.h>, struct xt_multiport_v1: octets of what is compared and count; 15 u16; 15 octets; octet
const MULTIPORT = { kind: 0, count: 1, ports: 2, ranges: 32, inverted: 47, length: 48 } as const;
const XT_MULTIPORT_DESTINATION = 1;
// <linux/netfilter/xt_owner.h>: u32 of first and last user, and of group; octets of what is compared, and of what is inverted
const OWNER = { first: 0, last: 4, compared: 16, inverted: 17, length: 18 } as const;
const XT_OWNER_UID = 1;

/** What a match makes of the packet. @param info what the extension was told, as its structure has it */
export function matched(name: string, revision: number, info: Uint8Array, packet: MatchedPacket): Certainty {
  const view = new DataView(info.buffer, info.byteOffset, info.byteLength);
  switch (name) {
    case "conntrack":
      return revision >= 1 ? conntrackMatch(view, packet) : "maybe";
    case "multiport":
      return revision === 1 ? multiportMatch(view, packet) : "maybe";
    case "owner":
      return ownerMatch(view, packet);
    default:
      return "maybe";
  }
}

function conntrackMatch(info: DataView, { isNew }: MatchedPacket): Certainty {
  if (info.byteLength < CONNTRACK.length || isNew === null) return "maybe";
  const asked = info.getUint16(CONNTRACK.flags, true) & ~XT_CONNTRACK_STATE_ALIAS;
  if (asked !== XT_CONNTRACK_STATE) return "maybe";
  const state = isNew ? STATE.new : STATE.established;
  const holds = (info.getUint16(CONNTRACK.states, true) & state) !== 0;
  return certain(holds, info.getUint16(CONNTRACK.inverted, true) !== 0);
}

function multiportMatch(info: DataView, { destinationPort: port }: MatchedPacket): Certainty {
  if (info.byteLength < MULTIPORT.length || port === null) return "maybe";
  if (info.getUint8(MULTIPORT.kind) !== XT_MULTIPORT_DESTINATION) return "maybe";
  const portAt = (i: number): number => info.getUint16(MULTIPORT.ports + 2 * i, true);
  let holds = false;
  for (let i = 0; i < info.getUint8(MULTIPORT.count); i++) {
    const first = portAt(i);
    const last = info.getUint8(MULTIPORT.ranges + i) === 0 ? first : portAt(++i);
    holds ||= first <= port && port <= last;
  }
  return certain(holds, info.getUint8(MULTIPORT.inverted) !== 0);
}

function ownerMatch(info: DataView, { user }: MatchedPacket): Certainty {
  if (info.byteLength < OWNER.length || user === null) return "maybe";
  if (info.getUint8(OWNER.compared) !== XT_OWNER_UID) return "maybe";
  const holds = info.getUint32(OWNER.first, true) <= user && user <= info.getUint32(OWNER.last, true);
  return certain(holds, info.getUint8(OWNER.inverted) !== 0);
}

function certain(holds: boolean, isInverted: boolean): Certainty {
  return holds !== isInverted ? "yes" : "no";
}
