/**
 * Reads pcapng. Lengths are checked before anything is read by them; unknown blocks and options are skipped.
 *
 * @module
 */

import type { FormatReader, TakePacket } from "../capture.ts";
import {
  ALIGNMENT,
  BLOCK_OVERHEAD,
  BlockType,
  BODY_OFFSET,
  BYTE_ORDER_MAGIC,
  OptionCode,
  PacketDirection,
} from "./pcapng.ts";

const NANOS_PER_SECOND = 1_000_000_000n;
const MICROSECOND_RESOLUTION = 6;
/** The highest bit of the resolution octet: a power of two instead of ten. */
const BINARY_RESOLUTION = 0x80;
/** Beyond this the units of time are too small to count. */
const MAX_RESOLUTION = 40;
const DIRECTION_BITS = 3;
/** Longer than any block that a program writes: the file is damaged. */
const MOST_OCTETS = 1 << 26;
const OPTION_HEADER = 4;

/** Where the fixed parts of the bodies end and options, or packets, begin. */
const SECTION_FIXED = 16;
const INTERFACE_FIXED = 8;
const STATISTICS_FIXED = 12;
/** Of the enhanced packet block, and of the obsolete one, whose interface has 16 bits, beside a count of drops. */
const PACKET_FIXED = 20;

interface Interface {
  readonly linkType: number;
  readonly snapLength: number;
  name: string;
  unitsPerSecond: bigint;
  /** Nanoseconds to add. */
  offset: bigint;
}

/** Part of a file, with the order of octets of its section. */
interface Body {
  readonly view: DataView;
  readonly octets: Uint8Array;
  readonly littleEndian: boolean;
}

/** Reads a pcapng file as it comes. */
export class PcapngReader implements FormatReader {
  readonly trailingComments: string[] = [];
  isBroken = false;
  readonly #take: TakePacket;
  #view: DataView = new DataView(new ArrayBuffer(0));
  #octets: Uint8Array = new Uint8Array(0);
  #interfaces: Interface[] = [];
  #littleEndian = true;
  /** Of the packet before, for those that have no time. */
  #time = 0n;

  private constructor(take: TakePacket) {
    this.#take = take;
  }

  /** A reader for a file that begins with these octets; null when it is no pcapng. */
  static of(file: Uint8Array, take: TakePacket): PcapngReader | null {
    const reader = new PcapngReader(take);
    reader.#show(file);
    return file.length >= BLOCK_OVERHEAD && reader.#startSection(0) ? reader : null;
  }

  read(octets: Uint8Array): number {
    this.#show(octets);
    let at = 0;
    while (at + BLOCK_OVERHEAD <= octets.length) {
      const isSection = this.#view.getUint32(at, true) === BlockType.sectionHeader;
      const length = isSection && !this.#startSection(at)
        ? 0
        : this.#view.getUint32(at + ALIGNMENT, this.#littleEndian);
      this.isBroken = length < BLOCK_OVERHEAD || length % ALIGNMENT !== 0 || length > MOST_OCTETS;
      if (this.isBroken || at + length > octets.length) break;
      this.#block(this.#view.getUint32(at, this.#littleEndian), this.#body(at + BODY_OFFSET, length));
      at += length;
    }
    return at;
  }

  #show(octets: Uint8Array): void {
    this.#octets = octets;
    this.#view = new DataView(octets.buffer, octets.byteOffset, octets.byteLength);
  }

  #startSection(at: number): boolean {
    if (this.#view.getUint32(at, true) !== BlockType.sectionHeader) return false;
    if (at + BODY_OFFSET + ALIGNMENT > this.#octets.length) return false;
    const magic = this.#view.getUint32(at + BODY_OFFSET, true);
    this.#littleEndian = magic === BYTE_ORDER_MAGIC;
    this.#interfaces = [];
    return this.#littleEndian || this.#view.getUint32(at + BODY_OFFSET, false) === BYTE_ORDER_MAGIC;
  }

  #body(at: number, blockLength: number): Body {
    const octets = this.#octets.subarray(at, at + blockLength - BLOCK_OVERHEAD);
    const view = new DataView(octets.buffer, octets.byteOffset, octets.byteLength);
    return { octets, view, littleEndian: this.#littleEndian };
  }

  #block(type: number, body: Body): void {
    switch (type) {
      case BlockType.sectionHeader:
        return this.#comments(body, SECTION_FIXED);
      case BlockType.interfaceDescription:
        return this.#interface(body);
      case BlockType.enhancedPacket:
        if (body.octets.length < PACKET_FIXED) return;
        return this.#packet(body, body.view.getUint32(0, body.littleEndian));
      case BlockType.packet:
        if (body.octets.length < PACKET_FIXED) return;
        return this.#packet(body, body.view.getUint16(0, body.littleEndian));
      case BlockType.simplePacket:
        return this.#simplePacket(body);
      case BlockType.interfaceStatistics:
        return this.#comments(body, STATISTICS_FIXED);
    }
  }

  #comments(body: Body, fixed: number): void {
    for (const { code, value } of optionsOf(body, fixed)) {
      if (code === OptionCode.comment) this.trailingComments.push(textOf(value));
    }
  }

  #interface(body: Body): void {
    if (body.octets.length < INTERFACE_FIXED) return;
    const found: Interface = {
      linkType: body.view.getUint16(0, body.littleEndian),
      snapLength: body.view.getUint32(4, body.littleEndian),
      name: "",
      unitsPerSecond: 10n ** BigInt(MICROSECOND_RESOLUTION),
      offset: 0n,
    };
    for (const { code, value } of optionsOf(body, INTERFACE_FIXED)) {
      if (code === OptionCode.interfaceName) found.name = textOf(value);
      if (code === OptionCode.interfaceTimestampResolution) found.unitsPerSecond = unitsOf(value[0] ?? 0);
      if (code === OptionCode.interfaceTimestampOffset && value.length === 8) {
        const view = new DataView(value.buffer, value.byteOffset, value.byteLength);
        found.offset = view.getBigInt64(0, body.littleEndian) * NANOS_PER_SECOND;
      }
    }
    this.#interfaces.push(found);
  }

  /** The enhanced packet block and the obsolete one differ in how many bits name the interface. */
  #packet({ view, octets, littleEndian }: Body, interfaceNumber: number): void {
    const on = this.#interfaces[interfaceNumber];
    const kept = view.getUint32(12, littleEndian);
    if (on === undefined || PACKET_FIXED + kept > octets.length) return;
    const units = BigInt(view.getUint32(4, littleEndian)) << 32n | BigInt(view.getUint32(8, littleEndian));
    const comments: string[] = [];
    let flags = 0;
    const optionsAt = PACKET_FIXED + Math.ceil(kept / ALIGNMENT) * ALIGNMENT;
    for (const { code, value } of optionsOf({ view, octets, littleEndian }, optionsAt)) {
      if (code === OptionCode.comment) comments.push(textOf(value));
      if (code === OptionCode.packetFlags && value.length === 4) {
        flags = new DataView(value.buffer, value.byteOffset, 4).getUint32(0, littleEndian);
      }
    }
    this.#time = units * NANOS_PER_SECOND / on.unitsPerSecond + on.offset;
    this.#take({
      time: this.#time,
      linkType: on.linkType,
      interfaceName: on.name,
      direction: directionOf(flags),
      octets: octets.subarray(PACKET_FIXED, PACKET_FIXED + kept),
      originalLength: Math.max(view.getUint32(16, littleEndian), kept),
      comments,
    });
  }

  /** Has no time and no options, and belongs to the first interface. */
  #simplePacket({ view, octets, littleEndian }: Body): void {
    const on = this.#interfaces[0];
    if (on === undefined || octets.length < ALIGNMENT) return;
    const originalLength = view.getUint32(0, littleEndian);
    const kept = Math.min(originalLength, on.snapLength || originalLength, octets.length - ALIGNMENT);
    this.#take({
      time: this.#time,
      linkType: on.linkType,
      interfaceName: on.name,
      direction: null,
      octets: octets.subarray(ALIGNMENT, ALIGNMENT + kept),
      originalLength,
      comments: [],
    });
  }
}

function* optionsOf(
  body: Body,
  start: number,
): Generator<{ readonly code: number; readonly value: Uint8Array }> {
  const { view, octets, littleEndian } = body;
  let at = start;
  while (at + OPTION_HEADER <= octets.length) {
    const code = view.getUint16(at, littleEndian);
    const length = view.getUint16(at + 2, littleEndian);
    const end = at + OPTION_HEADER + length;
    if (code === OptionCode.end || end > octets.length) return;
    yield { code, value: octets.subarray(at + OPTION_HEADER, end) };
    at += OPTION_HEADER + Math.ceil(length / ALIGNMENT) * ALIGNMENT;
  }
}

function directionOf(flags: number): "sent" | "arrived" | null {
  switch (flags & DIRECTION_BITS) {
    case PacketDirection.inbound:
      return "arrived";
    case PacketDirection.outbound:
      return "sent";
    default:
      return null;
  }
}

function unitsOf(resolution: number): bigint {
  const exponent = Math.min(resolution & ~BINARY_RESOLUTION, MAX_RESOLUTION);
  return ((resolution & BINARY_RESOLUTION) === 0 ? 10n : 2n) ** BigInt(exponent);
}

function textOf(octets: Uint8Array): string {
  return new TextDecoder().decode(octets);
}
