/**
 * The ICMP error record: what the network said about one of our segments.
 *
 * One record is reused for every error. The addresses stay where the packet has them; nothing here is owned.
 *
 * @module
 */

import { type Family, formatAddress, type IpAddress, type Port } from "./address.ts";
import { type SeqNumber, seqNumber } from "./seq.ts";

/** What an ICMP error is about, the same for both families (RFC 792; RFC 4443 3). */
export type IcmpErrorKind =
  | "unreachable"
  | "packet too big"
  | "time exceeded"
  | "parameter problem"
  | "source quench";

const NO_OCTETS = new Uint8Array(0);

/** One ICMP error that quotes a TCP segment. What it quotes is ours only when the core finds it so (RFC 5927 4.1). */
export class IcmpError {
  /** IP version of the error and of what it quotes. */
  family: Family = 4;
  /** What it says. */
  kind: IcmpErrorKind = "unreachable";
  /** The ICMP type as the message has it. */
  type = 0;
  /** The ICMP code as the message has it. */
  code = 0;
  /** "packet too big": octets of the largest packet that goes through, headers included; 0: the router did not say. */
  mtu = 0;
  /** "parameter problem": which octet of the quoted packet is at fault. */
  pointer = 0;
  /** Who says so: a router, or the peer; null: our own host, with or without an ICMP packet. */
  reporter: IpAddress | null = null;
  /** The neighbour that our own host cannot reach, because it does not answer ARP or its like; null: that is not the cause. */
  silentNeighbour: IpAddress | null = null;

  /** The octets that hold the quoted packet's addresses; 4 or 16 each by `family`. Borrowed. */
  addresses: Uint8Array = NO_OCTETS;
  /** Where in `addresses` the quoted packet's source starts: the sender of the segment, which should be us. */
  sourceOffset = 0;
  /** Where in `addresses` the quoted packet's destination starts. */
  destinationOffset = 0;
  /** Source port of the quoted segment. */
  sourcePort: Port = 0;
  /** Destination port of the quoted segment. */
  destinationPort: Port = 0;
  /** Sequence number of the quoted segment. */
  seq: SeqNumber = seqNumber(0);
}

/** What {@link icmpText} reads of an error; addresses as text. */
export interface IcmpWords {
  /** Of the IP version whose ICMP it is. */
  readonly family: Family;
  /** ICMP's type. */
  readonly type: number;
  /** ICMP's code. */
  readonly code: number;
  /** Who says so; `THIS_HOST`; null: not known. */
  readonly reporter: string | null;
  /** As `IcmpError.silentNeighbour`. */
  readonly silentNeighbour: string | null;
}

/** How our own host is named as the one who reports an error. */
export const THIS_HOST = "this host";

/** Types and codes as the RFCs name them: RFC 792, RFC 1122 3.2.2.1, RFC 1812 5.2.7.1. */
const NAMES_IPV4: Readonly<Record<number, string | readonly string[]>> = {
  3: [
    "network unreachable",
    "host unreachable",
    "protocol unreachable",
    "port unreachable",
    "fragmentation needed",
    "source route failed",
    "destination network unknown",
    "destination host unknown",
    "source host isolated",
    "network administratively prohibited",
    "host administratively prohibited",
    "network unreachable for this type of service",
    "host unreachable for this type of service",
    "communication administratively prohibited",
    "host precedence violation",
    "precedence cutoff in effect",
  ],
  4: "source quench",
  11: ["TTL expired on the way", "fragments did not come together in time"],
  12: ["parameter problem", "a required option is missing", "bad length"],
};

/** RFC 4443 3.1 to 3.4, RFC 6550 20.18, RFC 7112 5, RFC 8754 5.4, RFC 8883 3 and 4. */
const NAMES_IPV6: Readonly<Record<number, string | readonly string[]>> = {
  1: [
    "no route to destination",
    "communication administratively prohibited",
    "beyond scope of source address",
    "address unreachable",
    "port unreachable",
    "source address failed policy",
    "route rejected",
    "error in the source routing header",
    "headers too long",
  ],
  2: "packet too big",
  3: ["hop limit expired on the way", "fragments did not come together in time"],
  4: [
    "erroneous header field",
    "unknown next header",
    "unknown option",
    "first fragment without all headers",
    "header error above segment routing",
    "next header unknown to a router",
    "extension header too big",
    "extension header chain too long",
    "too many extension headers",
    "too many options",
    "option too big",
  ],
};

/** The name of an ICMP error; with its numbers where no RFC named here has one. */
export function icmpErrorName(family: Family, type: number, code: number): string {
  const names = (family === 4 ? NAMES_IPV4 : NAMES_IPV6)[type];
  const name = typeof names === "string" ? names : names?.[code];
  return name ?? `type ${type}, code ${code}`;
}

/** Who says what: `ICMP "host unreachable" from 192.0.2.1`, `No answer to ARP from 192.0.2.7`. */
export function icmpText({ family, type, code, reporter, silentNeighbour }: IcmpWords): string {
  if (silentNeighbour !== null) {
    return `No answer to ${family === 4 ? "ARP" : "neighbour discovery"} from ${silentNeighbour}`;
  }
  const name = `"${icmpErrorName(family, type, code)}"`;
  if (reporter === THIS_HOST) return `This host's own ${name}`;
  return reporter === null ? `ICMP ${name}` : `ICMP ${name} from ${reporter}`;
}

/** The words of an error record. */
export function icmpWords({ family, type, code, reporter, silentNeighbour }: IcmpError): IcmpWords {
  return {
    family,
    type,
    code,
    reporter: reporter === null ? THIS_HOST : formatAddress(reporter),
    silentNeighbour: silentNeighbour === null ? null : formatAddress(silentNeighbour),
  };
}
