/**
 * The pcapng file format (draft-ietf-opsawg-pcapng): numbers of blocks and options, and a writer of blocks.
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
  sectionOs: 3,
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

const OPTION_HEADER = 4;
const MAX_OPTION_LENGTH = 65_535;
const FIRST_ROOM = 1 << 20;
const MOST_OCTETS_PER_CHARACTER = 3;

/** A moment as the two halves of a count of nanoseconds. */
export interface Nanoseconds {
  high: number;
  low: number;
}

/** Writes blocks one after the other into memory, little-endian, until they are taken. */
export class BlockBuffer {
  #octets = new Uint8Array(FIRST_ROOM);
  #view = new DataView(this.#octets.buffer);
  #length = 0;
  #blockStart = -1;
  readonly #encoder = new TextEncoder();

  /** Octets of all blocks that are complete. */
  get complete(): number {
    return this.#blockStart < 0 ? this.#length : this.#blockStart;
  }

  /** Whether a block has been begun and not been ended. */
  get isOpen(): boolean {
    return this.#blockStart >= 0;
  }

  /** The complete blocks, lent until the next call. */
  peek(): Uint8Array {
    return this.#octets.subarray(0, this.complete);
  }

  /** Forgets the complete blocks; an open one moves to the front. */
  discard(): void {
    const complete = this.complete;
    this.#octets.copyWithin(0, complete, this.#length);
    this.#length -= complete;
    if (this.#blockStart >= 0) this.#blockStart = 0;
  }

  /** Begins a block; the one before must be ended. */
  begin(type: number): void {
    this.#blockStart = this.#length;
    this.uint32(type);
    this.uint32(0);
  }

  /** Ends the block: closes its options, and writes its length at both ends. */
  end(hasOptions: boolean): void {
    if (hasOptions) this.uint32(OptionCode.end);
    const length = this.#length - this.#blockStart + ALIGNMENT;
    this.uint32(length);
    this.#view.setUint32(this.#blockStart + ALIGNMENT, length, true);
    this.#blockStart = -1;
  }

  uint16(value: number): void {
    this.#reserve(2);
    this.#view.setUint16(this.#length, value, true);
    this.#length += 2;
  }

  uint32(value: number): void {
    this.#reserve(4);
    this.#view.setUint32(this.#length, value, true);
    this.#length += 4;
  }

  /** Copies octets and fills up to the next boundary with zeros. */
  octets(octets: Uint8Array): void {
    this.#reserve(octets.length + ALIGNMENT);
    this.#octets.set(octets, this.#length);
    this.#length += octets.length;
    this.#pad();
  }

  /** An option that holds a text; what does not fit into one is cut. */
  textOption(code: number, text: string): void {
    const cut = text.length > MAX_OPTION_LENGTH / MOST_OCTETS_PER_CHARACTER
      ? text.slice(0, MAX_OPTION_LENGTH / MOST_OCTETS_PER_CHARACTER)
      : text;
    this.#reserve(OPTION_HEADER + cut.length * MOST_OCTETS_PER_CHARACTER + ALIGNMENT);
    const { written } = this.#encoder.encodeInto(cut, this.#octets.subarray(this.#length + OPTION_HEADER));
    this.uint16(code);
    this.uint16(written);
    this.#length += written;
    this.#pad();
  }

  /** An option that holds octets. */
  octetsOption(code: number, octets: Uint8Array): void {
    this.uint16(code);
    this.uint16(octets.length);
    this.octets(octets);
  }

  /** An option that holds a 32-bit number. */
  uint32Option(code: number, value: number): void {
    this.uint16(code);
    this.uint16(4);
    this.uint32(value);
  }

  /** An option that holds a 64-bit count. */
  countOption(code: number, count: number): void {
    this.uint16(code);
    this.uint16(8);
    this.uint32(count % 2 ** 32);
    this.uint32(Math.floor(count / 2 ** 32));
  }

  /** An option that holds a moment. */
  momentOption(code: number, moment: Nanoseconds): void {
    this.uint16(code);
    this.uint16(8);
    this.uint32(moment.high);
    this.uint32(moment.low);
  }

  #pad(): void {
    while (this.#length % ALIGNMENT !== 0) this.#octets[this.#length++] = 0;
  }

  #reserve(octets: number): void {
    const needed = this.#length + octets + ALIGNMENT;
    if (needed <= this.#octets.length) return;
    const larger = new Uint8Array(Math.max(needed, 2 * this.#octets.length));
    larger.set(this.#octets.subarray(0, this.#length));
    this.#octets = larger;
    this.#view = new DataView(larger.buffer);
  }
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
