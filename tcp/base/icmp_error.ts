/**
 * The ICMP error record: what the network said about one of our segments.
 *
 * One record is reused for every error. The addresses stay where the packet has them; nothing here is owned.
 *
 * @module
 */

import type { Family, Port } from "./address.ts";
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
