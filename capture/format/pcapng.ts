/**
 * The pcapng file format (draft-ietf-opsawg-pcapng): numbers of blocks and options, and how it writes moments.
 *
 * @module
 */

/** Types of block. */
export const BlockType = {
  sectionHeader: 0x0a0d0d0a,
  interfaceDescription: 1,
  packet: 2,
  simplePacket: 3,
  nameResolution: 4,
  interfaceStatistics: 5,
  enhancedPacket: 6,
} as const;

/** Codes of options. Those of a kind of block have its name in front. */
export const OptionCode = {
  end: 0,
  comment: 1,
  sectionApplication: 4,
  interfaceName: 2,
  interfaceDescription: 3,
  interfaceTimestampResolution: 9,
  interfaceTimestampOffset: 14,
  packetFlags: 2,
  statisticsStart: 2,
  statisticsEnd: 3,
  statisticsReceived: 4,
  statisticsDropped: 5,
} as const;

/** What the first word after a section header's length says of the order of octets. */
export const BYTE_ORDER_MAGIC = 0x1a2b3c4d;

/** Records of a name resolution block. */
export const NameRecord = { end: 0, ipv4: 1, ipv6: 2 } as const;

/** The two lowest bits of a packet's flags. */
export const PacketDirection = { inbound: 1, outbound: 2 } as const;

/** Octets of a block besides its body: type and both lengths. */
export const BLOCK_OVERHEAD = 12;

/** Where the body of a block starts. */
export const BODY_OFFSET = 8;

/** Everything stands on a multiple of this many octets. */
export const ALIGNMENT = 4;

/** A moment as the two halves of a count of nanoseconds. */
export interface Nanoseconds {
  high: number;
  low: number;
}

/** Microseconds since 1970 as nanoseconds in two halves, without loss although the product exceeds 2^53. */
export function toNanoseconds(micros: number, into: Nanoseconds): void {
  const NANOS_PER_MICRO = 1_000;
  const SPLIT = 2 ** 26;
  const whole = Math.floor(micros);
  const upper = Math.floor(whole / SPLIT) * NANOS_PER_MICRO;
  const fraction = Math.round((micros - whole) * NANOS_PER_MICRO);
  // upper × 2^26 = (upper / 64) × 2^32
  const rest = upper % 64 * SPLIT + whole % SPLIT * NANOS_PER_MICRO + fraction;
  into.high = Math.floor(upper / 64) + Math.floor(rest / 2 ** 32);
  into.low = rest % 2 ** 32;
}
