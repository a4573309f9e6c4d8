/**
 * The segment record: what one TCP segment says, with the few facts of the IP layer that TCP needs.
 *
 * One record is reused for every segment of a direction. Inbound, addresses and payload stay where the packet has them;
 * outbound, the payload is lent by the send ring as one or two ranges. Nothing here is copied or owned.
 *
 * @module
 */

import type { Family, Port } from "./address.ts";
import { NO_OCTETS } from "./empty.ts";
import { OctetRange } from "./octet_range.ts";
import { seqAdd, type SeqNumber, seqNumber, type Timestamp, timestamp } from "./seq.ts";
import { type Instant, NEVER } from "./units.ts";

/** The control bits of the header, RFC 9293 3.1; AE of RFC 9768. */
export const Flag = {
  fin: 1 << 0,
  syn: 1 << 1,
  rst: 1 << 2,
  psh: 1 << 3,
  ack: 1 << 4,
  urg: 1 << 5,
  ece: 1 << 6,
  cwr: 1 << 7,
  ae: 1 << 8,
} as const;

/** Which options a segment carries, as bits of {@link Segment.options}. */
export const Option = {
  maximumSegmentSize: 1 << 0,
  windowScale: 1 << 1,
  selectiveAckPermitted: 1 << 2,
  selectiveAck: 1 << 3,
  timestamps: 1 << 4,
  userTimeout: 1 << 5,
} as const;

/** The ECN field of the IP header, RFC 3168 5. */
export const EcnCodepoint = { notCapable: 0, capable1: 1, capable0: 2, congestionExperienced: 3 } as const;

/** How the options stand in a SYN: the two orders that most hosts of the net use. */
export type SynOptionOrder = "linux" | "freebsd";

/** SACK blocks that fit into a header's 40 octets of options (RFC 2018 3). */
export const MAX_SACK_BLOCKS = 4;

/** One TCP segment, to be filled in and read; see the module's note on who owns what. */
export class Segment {
  /** IP version. */
  family: Family = 4;
  /** The octets that hold both addresses; 4 or 16 each by `family`. Borrowed. */
  addresses: Uint8Array = NO_OCTETS;
  /** Where in `addresses` the source address starts. */
  sourceOffset = 0;
  /** Where in `addresses` the destination address starts. */
  destinationOffset = 0;
  /** ECN field of the IP header: an {@link EcnCodepoint}. */
  ecn = 0;
  /** DiffServ codepoint of the IP header, 6 bits. */
  dscp = 0;
  /** TTL or hop limit of the IP header. */
  hopLimit = 64;

  /** The sender's. */
  sourcePort: Port = 0;
  /** The receiver's. */
  destinationPort: Port = 0;
  /** Of the first octet, or of SYN or FIN when there is none. */
  seq: SeqNumber = seqNumber(0);
  /** Meaningful when the ACK flag is set. */
  ack: SeqNumber = seqNumber(0);
  /** A set of {@link Flag} bits. */
  flags = 0;
  /** The window field as the header has it, 0 to 65535, not scaled. */
  window = 0;
  /** The urgent pointer as the header has it. */
  urgentPointer = 0;

  /** A set of {@link Option} bits: which of the fields below hold something. */
  options = 0;
  /** MSS option, octets. */
  maximumSegmentSize = 0;
  /** Window scale option: the shift, as received (it may exceed 14). */
  windowScale = 0;
  /** TSval of the timestamps option. */
  timestampValue: Timestamp = timestamp(0);
  /** TSecr of the timestamps option. */
  timestampEcho: Timestamp = timestamp(0);
  /** SACK blocks in use, 0 to {@link MAX_SACK_BLOCKS}. */
  sackBlockCount = 0;
  /** Left and right edge of each block in turn, as int32 (see `seq.ts`). Owned by this record. */
  readonly sackEdges: Int32Array = new Int32Array(2 * MAX_SACK_BLOCKS);
  /** User timeout option: granularity bit and 15 bits of value, as in RFC 5482 3.3. */
  userTimeout = 0;
  /** How a SYN's options are laid out when it is encoded. */
  synOptionOrder: SynOptionOrder = "linux";

  /** The payload: inbound where the packet has it, in one part; outbound lent by the send ring. */
  readonly payload: OctetRange = new OctetRange();
  /** Payload octets of each wire segment when this record stands for several (GSO or GRO); 0 when it stands for one. */
  segmentSize = 0;

  /** Inbound: when the kernel received it; NEVER: not known, and the moment at which the core gets it counts. */
  arrivedAt: Instant = NEVER;
  /** Inbound: whether the checksum field held the pseudo-header's sum only, for an offloading device to finish. */
  checksumUnfinished = false;
  /** Inbound: options of a known kind that were skipped because their length was not the one of their kind. */
  malformedOptions = 0;
  /** Inbound: whether the end of an option cannot be determined, so that it and what follows was not read (MUST-7). */
  optionsCutShort = false;

  /** Whether all the given {@link Flag} bits are set. */
  has(flags: number): boolean {
    return (this.flags & flags) === flags;
  }

  /** Whether the given {@link Option} is present. */
  hasOption(option: number): boolean {
    return (this.options & option) !== 0;
  }

  /** SEG.LEN: octets of sequence space, counting SYN and FIN (RFC 9293 3.4). */
  get sequenceLength(): number {
    return this.payload.length + ((this.flags & Flag.syn) !== 0 ? 1 : 0) +
      ((this.flags & Flag.fin) !== 0 ? 1 : 0);
  }

  /** The sequence number after the last one that this segment occupies. */
  get end(): SeqNumber {
    return seqAdd(this.seq, this.sequenceLength);
  }

  /** Forgets flags, options and payload; addresses and ports stay. */
  clear(): void {
    this.ecn = 0;
    this.flags = 0;
    this.window = 0;
    this.urgentPointer = 0;
    this.options = 0;
    this.sackBlockCount = 0;
    this.seq = seqNumber(0);
    this.ack = seqNumber(0);
    this.payload.clear();
    this.segmentSize = 0;
    this.checksumUnfinished = false;
    this.malformedOptions = 0;
    this.optionsCutShort = false;
  }
}

/** The flags as people write them: `SYN,ACK`; `-` for none. */
export function formatFlags(flags: number): string {
  const names: string[] = [];
  for (const [name, bit] of Object.entries(Flag)) {
    if ((flags & bit) !== 0) names.push(name.toUpperCase());
  }
  return names.length === 0 ? "-" : names.join(",");
}
