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
/** Nanoseconds from 1970 to the last moment that a `Date` can be (ECMA-262 21.4.1.1). */
const LATEST = 8_640_000_000_000_000n * 1_000_000n;
/** The highest bit of the resolution octet: a power of two instead of ten. */
const BINARY_RESOLUTION = 0x80;
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

interface Option {
  readonly code: number;
  readonly value: Uint8Array;
}

const NO_OPTIONS: readonly Option[] = [];
const NO_COMMENTS: readonly string[] = [];
const UNTIMED = { isUntimed: true } as const;
const NO_OCTETS = new Uint8Array(0);
const TEXTS = new TextDecoder();

/** Reads a pcapng file as it comes. */
export class PcapngReader implements FormatReader {
  readonly trailingComments: string[] = [];
  isBroken = false;
  wanted = 0;
  untimed = 0;
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
    this.wanted = BLOCK_OVERHEAD;
    while (at + BLOCK_OVERHEAD <= octets.length) {
      const isSection = this.#view.getUint32(at, true) === BlockType.sectionHeader;
      const length = isSection && !this.#startSection(at)
        ? 0
        : this.#view.getUint32(at + ALIGNMENT, this.#littleEndian);
      this.isBroken = length < BLOCK_OVERHEAD || length % ALIGNMENT !== 0 || length > MOST_OCTETS;
      this.wanted = length;
      if (this.isBroken || at + length > octets.length) break;
      // Where both lengths differ nobody knows where the next block begins.
      this.isBroken = this.#view.getUint32(at + length - ALIGNMENT, this.#littleEndian) !== length;
      if (this.isBroken) break;
      const type = this.#view.getUint32(at, this.#littleEndian);
      this.#block(type, at + BODY_OFFSET, at + BODY_OFFSET + length - BLOCK_OVERHEAD);
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

  /** A block whose body lies from `at` to before `end`. */
  #block(type: number, at: number, end: number): void {
    switch (type) {
      case BlockType.sectionHeader:
        return this.#comments(at + SECTION_FIXED, end);
      case BlockType.interfaceDescription:
        return this.#interface(at, end);
      case BlockType.enhancedPacket:
        if (end - at < PACKET_FIXED) return;
        return this.#packet(at, end, this.#view.getUint32(at, this.#littleEndian));
      case BlockType.packet:
        if (end - at < PACKET_FIXED) return;
        return this.#packet(at, end, this.#view.getUint16(at, this.#littleEndian));
      case BlockType.simplePacket:
        return this.#simplePacket(at, end);
      case BlockType.interfaceStatistics:
        return this.#comments(at + STATISTICS_FIXED, end);
    }
  }

  #comments(at: number, end: number): void {
    for (const { code, value } of this.#options(at, end)) {
      if (code === OptionCode.comment) this.trailingComments.push(textOf(value));
    }
  }

  #interface(at: number, end: number): void {
    if (end - at < INTERFACE_FIXED) return;
    const found: Interface = {
      linkType: this.#view.getUint16(at, this.#littleEndian),
      snapLength: this.#view.getUint32(at + 4, this.#littleEndian),
      name: "",
      unitsPerSecond: 10n ** BigInt(MICROSECOND_RESOLUTION),
      offset: 0n,
    };
    for (const { code, value } of this.#options(at + INTERFACE_FIXED, end)) {
      if (code === OptionCode.interfaceName) found.name = textOf(value);
      if (code === OptionCode.interfaceTimestampResolution) found.unitsPerSecond = unitsOf(value[0] ?? 0);
      if (code === OptionCode.interfaceTimestampOffset && value.length === 8) {
        const view = new DataView(value.buffer, value.byteOffset, value.byteLength);
        found.offset = view.getBigInt64(0, this.#littleEndian) * NANOS_PER_SECOND;
      }
    }
    this.#interfaces.push(found);
  }

  /** The enhanced packet block and the obsolete one differ in how many bits name the interface. */
  #packet(at: number, end: number, interfaceNumber: number): void {
    const view = this.#view;
    const littleEndian = this.#littleEndian;
    const on = this.#interfaces[interfaceNumber];
    const kept = view.getUint32(at + 12, littleEndian);
    const start = at + PACKET_FIXED;
    if (on === undefined) return this.#unread("packets of interfaces that are not described");
    if (start + kept > end) return this.#unread("packets longer than their block");
    const units = BigInt(view.getUint32(at + 4, littleEndian)) << 32n |
      BigInt(view.getUint32(at + 8, littleEndian));
    let comments: string[] | null = null;
    let flags = 0;
    for (const { code, value } of this.#options(start + Math.ceil(kept / ALIGNMENT) * ALIGNMENT, end)) {
      if (code === OptionCode.comment) (comments ??= []).push(textOf(value));
      if (code === OptionCode.packetFlags && value.length === 4) {
        flags = new DataView(value.buffer, value.byteOffset, 4).getUint32(0, littleEndian);
      }
    }
    const isTimed = this.#timed(units * NANOS_PER_SECOND / on.unitsPerSecond + on.offset);
    this.#take({
      time: this.#time,
      ...isTimed ? {} : UNTIMED,
      linkType: on.linkType,
      interfaceName: on.name,
      direction: directionOf(flags),
      octets: this.#octets.subarray(start, start + kept),
      originalLength: Math.max(view.getUint32(at + 16, littleEndian), kept),
      comments: comments ?? NO_COMMENTS,
    });
  }

  /** Has no time and no options, and belongs to the first interface. */
  #simplePacket(at: number, end: number): void {
    const on = this.#interfaces[0];
    if (end - at < ALIGNMENT) return;
    if (on === undefined) return this.#unread("packets of interfaces that are not described");
    this.untimed++;
    const originalLength = this.#view.getUint32(at, this.#littleEndian);
    const start = at + ALIGNMENT;
    const kept = Math.min(originalLength, on.snapLength || originalLength, end - start);
    this.#take({
      time: this.#time,
      ...UNTIMED,
      linkType: on.linkType,
      interfaceName: on.name,
      direction: null,
      octets: this.#octets.subarray(start, start + kept),
      originalLength,
      comments: NO_COMMENTS,
    });
  }

  /** A damaged time, or one of an unknown clock, is as good as none. */
  #timed(time: bigint): boolean {
    const isTimed = time <= LATEST && time >= -LATEST;
    if (isTimed) this.#time = time;
    else this.untimed++;
    return isTimed;
  }

  /** A packet that there was, and of which nothing is to be had. */
  #unread(unread: string): void {
    this.#take({
      time: this.#time,
      linkType: 0,
      interfaceName: "",
      direction: null,
      octets: NO_OCTETS,
      originalLength: 0,
      comments: NO_COMMENTS,
      unread,
    });
  }

  /** The options from `at` to before `end`; most packets have none. */
  #options(at: number, end: number): Iterable<Option> {
    return at + OPTION_HEADER <= end
      ? optionsOf(this.#view, this.#octets, at, end, this.#littleEndian)
      : NO_OPTIONS;
  }
}

function* optionsOf(
  view: DataView,
  octets: Uint8Array,
  start: number,
  bodyEnd: number,
  littleEndian: boolean,
): Generator<Option> {
  let at = start;
  while (at + OPTION_HEADER <= bodyEnd) {
    const code = view.getUint16(at, littleEndian);
    const length = view.getUint16(at + 2, littleEndian);
    const end = at + OPTION_HEADER + length;
    if (code === OptionCode.end || end > bodyEnd) return;
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
  return ((resolution & BINARY_RESOLUTION) === 0 ? 10n : 2n) ** BigInt(resolution & ~BINARY_RESOLUTION);
}

function textOf(octets: Uint8Array): string {
  return TEXTS.decode(octets);
}
