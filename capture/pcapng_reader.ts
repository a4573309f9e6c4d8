/**
 * Reads pcapng. Lengths are checked before anything is read by them; unknown blocks and options are skipped.
 *
 * @module
 */

import type { Capture, CapturedPacket } from "./capture.ts";
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
const OPTION_HEADER = 4;

/** Where the fixed parts of the bodies end and options, or packets, begin. */
const SECTION_FIXED = 16;
const INTERFACE_FIXED = 8;
const ENHANCED_FIXED = 20;
const STATISTICS_FIXED = 12;

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

/** Reads a pcapng file; null when it does not begin as one. */
export function readPcapng(file: Uint8Array): Capture | null {
  const reader = new PcapngReader(file);
  return reader.begins() ? reader.read() : null;
}

class PcapngReader {
  readonly #file: Uint8Array;
  readonly #view: DataView;
  readonly #packets: CapturedPacket[] = [];
  readonly #trailing: string[] = [];
  #interfaces: Interface[] = [];
  #littleEndian = true;

  constructor(file: Uint8Array) {
    this.#file = file;
    this.#view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  }

  begins(): boolean {
    return this.#file.length >= BLOCK_OVERHEAD && this.#startSection(0);
  }

  read(): Capture {
    let at = 0;
    while (at + BLOCK_OVERHEAD <= this.#file.length) {
      const isSection = this.#view.getUint32(at, true) === BlockType.sectionHeader;
      if (isSection && !this.#startSection(at)) break;
      const length = this.#view.getUint32(at + ALIGNMENT, this.#littleEndian);
      if (length < BLOCK_OVERHEAD || length % ALIGNMENT !== 0 || at + length > this.#file.length) break;
      this.#block(this.#view.getUint32(at, this.#littleEndian), this.#body(at + BODY_OFFSET, length));
      at += length;
    }
    return {
      packets: this.#packets,
      trailingComments: this.#trailing,
      isCut: at !== this.#file.length,
    };
  }

  #startSection(at: number): boolean {
    if (this.#view.getUint32(at, true) !== BlockType.sectionHeader) return false;
    if (at + BODY_OFFSET + ALIGNMENT > this.#file.length) return false;
    const magic = this.#view.getUint32(at + BODY_OFFSET, true);
    this.#littleEndian = magic === BYTE_ORDER_MAGIC;
    this.#interfaces = [];
    return this.#littleEndian || this.#view.getUint32(at + BODY_OFFSET, false) === BYTE_ORDER_MAGIC;
  }

  #body(at: number, blockLength: number): Body {
    const octets = this.#file.subarray(at, at + blockLength - BLOCK_OVERHEAD);
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
        return this.#enhancedPacket(body);
      case BlockType.simplePacket:
        return this.#simplePacket(body);
      case BlockType.interfaceStatistics:
        return this.#comments(body, STATISTICS_FIXED);
    }
  }

  #comments(body: Body, fixed: number): void {
    for (const { code, value } of optionsOf(body, fixed)) {
      if (code === OptionCode.comment) this.#trailing.push(textOf(value));
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

  #enhancedPacket({ view, octets, littleEndian }: Body): void {
    if (octets.length < ENHANCED_FIXED) return;
    const on = this.#interfaces[view.getUint32(0, littleEndian)];
    const kept = view.getUint32(12, littleEndian);
    if (on === undefined || ENHANCED_FIXED + kept > octets.length) return;
    const units = BigInt(view.getUint32(4, littleEndian)) << 32n | BigInt(view.getUint32(8, littleEndian));
    const comments: string[] = [];
    let flags = 0;
    const optionsAt = ENHANCED_FIXED + Math.ceil(kept / ALIGNMENT) * ALIGNMENT;
    for (const { code, value } of optionsOf({ view, octets, littleEndian }, optionsAt)) {
      if (code === OptionCode.comment) comments.push(textOf(value));
      if (code === OptionCode.packetFlags && value.length === 4) {
        flags = new DataView(value.buffer, value.byteOffset, 4).getUint32(0, littleEndian);
      }
    }
    this.#packets.push({
      time: units * NANOS_PER_SECOND / on.unitsPerSecond + on.offset,
      linkType: on.linkType,
      interfaceName: on.name,
      direction: directionOf(flags),
      octets: octets.subarray(ENHANCED_FIXED, ENHANCED_FIXED + kept),
      originalLength: view.getUint32(16, littleEndian),
      comments,
    });
  }

  /** Has no time and no options, and belongs to the first interface. */
  #simplePacket({ view, octets, littleEndian }: Body): void {
    const on = this.#interfaces[0];
    if (on === undefined || octets.length < ALIGNMENT) return;
    const originalLength = view.getUint32(0, littleEndian);
    const kept = Math.min(originalLength, on.snapLength || originalLength, octets.length - ALIGNMENT);
    this.#packets.push({
      time: this.#packets.at(-1)?.time ?? 0n,
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
