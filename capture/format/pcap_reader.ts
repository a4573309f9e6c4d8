/**
 * Reads the classic capture format of libpcap (draft-ietf-opsawg-pcap), with times in micro- or nanoseconds.
 *
 * @module
 */

import type { FormatReader, TakePacket } from "../capture.ts";

const MAGIC_MICROSECONDS = 0xa1b2c3d4;
const MAGIC_NANOSECONDS = 0xa1b23c4d;
/** Kernels of the nineties, patched: each record has eight octets more. */
const MAGIC_PATCHED = 0xa1b2cd34;
const FILE_HEADER = 24;
const PACKET_HEADER = 16;
const PATCHED_PACKET_HEADER = 24;
const LINK_TYPE_OFFSET = 20;
/** What stands above these bits tells of a frame check sequence. */
const LINK_TYPE_BITS = 0xffff;
const NANOS_PER_SECOND = 1_000_000_000n;
const NANOS_PER_MICRO = 1_000;
const NO_COMMENTS: readonly string[] = [];
/** Longer than any packet: the file is damaged. */
const MOST_OCTETS = 1 << 26;

interface PcapFormat {
  readonly littleEndian: boolean;
  readonly nanosPerUnit: number;
  readonly packetHeader: number;
}

/** Reads a pcap file as it comes. */
export class PcapReader implements FormatReader {
  readonly trailingComments: readonly string[] = [];
  isBroken = false;
  wanted = 0;
  readonly untimed = 0;
  readonly #take: TakePacket;
  readonly #format: PcapFormat;
  readonly #linkType: number;
  #hasBegun = false;
  /** The second of the last packet, and the nanoseconds until it began. */
  #second = 0;
  #secondStart = 0n;

  private constructor(format: PcapFormat, linkType: number, take: TakePacket) {
    this.#format = format;
    this.#linkType = linkType;
    this.#take = take;
  }

  /** A reader for a file that begins with these octets; null when it is no pcap. */
  static of(file: Uint8Array, take: TakePacket): PcapReader | null {
    if (file.length < FILE_HEADER) return null;
    const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
    const format = formatOf(view);
    if (format === null) return null;
    return new PcapReader(
      format,
      view.getUint32(LINK_TYPE_OFFSET, format.littleEndian) & LINK_TYPE_BITS,
      take,
    );
  }

  read(octets: Uint8Array): number {
    const { littleEndian, nanosPerUnit, packetHeader } = this.#format;
    const view = new DataView(octets.buffer, octets.byteOffset, octets.byteLength);
    let at = this.#hasBegun ? 0 : FILE_HEADER;
    this.#hasBegun = true;
    this.wanted = packetHeader;
    while (at + packetHeader <= octets.length) {
      const kept = view.getUint32(at + 8, littleEndian);
      const start = at + packetHeader;
      this.isBroken = kept > MOST_OCTETS;
      this.wanted = packetHeader + kept;
      if (this.isBroken || start + kept > octets.length) break;
      this.#take({
        time: this.#startOf(view.getUint32(at, littleEndian)) +
          BigInt(view.getUint32(at + 4, littleEndian) * nanosPerUnit),
        linkType: this.#linkType,
        interfaceName: "",
        direction: null,
        octets: octets.subarray(start, start + kept),
        originalLength: Math.max(view.getUint32(at + 12, littleEndian), kept),
        comments: NO_COMMENTS,
      });
      at = start + kept;
      this.wanted = packetHeader;
    }
    return at;
  }

  /** Nanoseconds until a second began: many packets are of one. */
  #startOf(second: number): bigint {
    if (second !== this.#second) {
      this.#second = second;
      this.#secondStart = BigInt(second) * NANOS_PER_SECOND;
    }
    return this.#secondStart;
  }
}

function formatOf(view: DataView): PcapFormat | null {
  for (const littleEndian of [true, false]) {
    const format = { littleEndian, packetHeader: PACKET_HEADER };
    switch (view.getUint32(0, littleEndian)) {
      case MAGIC_MICROSECONDS:
        return { ...format, nanosPerUnit: NANOS_PER_MICRO };
      case MAGIC_NANOSECONDS:
        return { ...format, nanosPerUnit: 1 };
      case MAGIC_PATCHED:
        return { littleEndian, packetHeader: PATCHED_PACKET_HEADER, nanosPerUnit: NANOS_PER_MICRO };
    }
  }
  return null;
}
