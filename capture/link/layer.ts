/**
 * How a frame is unwrapped: a cursor that each layer moves on to the next one.
 *
 * @module
 */

/** A frame that is being unwrapped. */
export class Cursor {
  /** Borrowed. */
  octets: Uint8Array = new Uint8Array(0);
  /** Where the next layer begins. */
  at = 0;
  /** After how many octets of `octets` the frame ends, as the layers say; what was not captured counts. */
  end = 0;
  /** As the link layer says; null when it does not. */
  direction: "sent" | "arrived" | null = null;
  /** Where the innermost IP packet begins; -1: none found. */
  ip = -1;
  /** Where the addresses stand that a checksum is made with: those of the header, or of an extension of it. */
  source = -1;
  destination = -1;
  /** Where what it carries begins. */
  transport = -1;
  /** The protocol that it carries. */
  protocol = 0;
  /** What could not be read, as it is counted: `ethertype 0x88cc`; null when IP was found. */
  unread: string | null = null;
  /** Names of tunnels passed, outermost first. */
  readonly tunnels: string[] = [];

  /** Begins with a frame of `length` octets, of which `octets` were captured. */
  start(octets: Uint8Array, length: number): void {
    this.octets = octets;
    this.at = 0;
    this.end = length;
    this.direction = null;
    this.ip = -1;
    this.source = -1;
    this.destination = -1;
    this.transport = -1;
    this.protocol = 0;
    this.unread = null;
    this.tunnels.length = 0;
  }

  /** Whether the next `length` octets were captured. */
  has(length: number): boolean {
    return this.at + length <= this.octets.length;
  }

  uint8(offset: number): number {
    return this.octets[this.at + offset] ?? 0;
  }

  uint16(offset: number): number {
    return this.uint8(offset) << 8 | this.uint8(offset + 1);
  }

  /** Ends the unwrapping: the frame holds nothing that is read here. */
  give(up: string): null {
    this.unread = up;
    return null;
  }
}

/** The layers that are known, as others name them. */
export type LayerName =
  | "bsd"
  | "ethernet"
  | "vlan"
  | "llc"
  | "mpls"
  | "nsh"
  | "pppoe"
  | "ppp"
  | "ppp in hdlc"
  | "ppp with direction"
  | "token ring"
  | "fddi"
  | "radiotap"
  | "802.11"
  | "padded 802.11"
  | "cooked"
  | "cooked 2"
  | "pflog"
  | "ipnet"
  | "pktap"
  | "ppi"
  | "nflog"
  | "infiniband"
  | "vntag"
  | "pbb"
  | "wccp"
  | "ip"
  | "gre"
  | "udp"
  | "vxlan"
  | "geneve"
  | "gtp"
  | "vxlan-gpe"
  | "teredo"
  | "l2tp"
  | "juniper";

/** Reads one layer; returns what follows it, or null at the end. */
export type Layer = (cursor: Cursor) => LayerName | null;

/** More layers than any sensible frame has. */
export const MOST_LAYERS = 24;

/** What is said of a frame that is cut off within its headers. */
export const CUT_SHORT = "headers cut off";
