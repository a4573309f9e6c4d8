/**
 * Writes the blocks of a pcapng file into memory.
 *
 * Comments are put together of texts that were encoded once and of digits: making strings of them, and octets of those,
 * took more time than all the rest of a capture.
 *
 * @module
 */

import type { PacketSource } from "../../trace/recorder.ts";
import { ALIGNMENT, BlockType, BYTE_ORDER_MAGIC, type Nanoseconds, OptionCode } from "./pcapng.ts";

const VERSION_MAJOR = 1;
const VERSION_MINOR = 0;
const LENGTH_UNKNOWN = 0xffff_ffff;
const OPTION_HEADER = 4;
const MAX_OPTION_LENGTH = 65_535;
const FIRST_ROOM = 1 << 20;
const MOST_OCTETS_PER_CHARACTER = 3;
const MOST_ASCII = 0x7f;
/** Beyond this an integer is no int32 any more, which is divided much faster. */
const MOST_INT32 = 0x7fff_ffff;
const BILLION = 1_000_000_000;
const BILLION_DIGITS = 9;
const DIGIT_ZERO = 0x30;
const HUNDRED = 100;
const ENCODER = new TextEncoder();

/** The digits of 0 to 99, as two octets, little-endian. */
const DIGIT_PAIRS = Uint16Array.from(
  { length: HUNDRED },
  (_one, i) => DIGIT_ZERO + Math.floor(i / 10) | DIGIT_ZERO + i % 10 << 8,
);

/** The least number of one digit more, by how many digits a number has. */
const DIGIT_LIMITS = Int32Array.from({ length: BILLION_DIGITS + 1 }, (_one, digits) => 10 ** digits);

/** A text that is written again and again, encoded once, in words. */
export class TextPiece {
  /** Octets. */
  readonly length: number;
  /** Little-endian; the last is filled up with zeros. */
  readonly words: Int32Array;

  constructor(text: string) {
    const octets = ENCODER.encode(text);
    const whole = new Uint8Array(Math.ceil(octets.length / ALIGNMENT) * ALIGNMENT);
    whole.set(octets);
    const view = new DataView(whole.buffer);
    this.length = octets.length;
    this.words = Int32Array.from(
      { length: whole.length / ALIGNMENT },
      (_word, i) => view.getInt32(i * ALIGNMENT, true),
    );
  }
}

const MINUS_SIGN = new TextPiece("-");

/** Octets of LINKTYPE_NULL's header, and what it says: address families as BSD numbers them, in the order of the writer. */
export const LOOPBACK_HEADER = 4;
const LOOPBACK_IPV4 = 2;
const LOOPBACK_IPV6 = 30;

/** Writes blocks one after the other into memory, little-endian, until they are taken. */
export class BlockBuffer {
  #octets = new Uint8Array(FIRST_ROOM);
  #view = new DataView(this.#octets.buffer);
  /** Octets before the last word. */
  #most = FIRST_ROOM - ALIGNMENT;
  #length = 0;
  #blockStart = -1;
  #optionStart = -1;

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

  /** The block with which a file begins, whole: the section's length is not known. `program`: name and version. */
  sectionHeader(program: string): void {
    this.begin(BlockType.sectionHeader);
    this.uint32(BYTE_ORDER_MAGIC);
    this.uint16(VERSION_MAJOR);
    this.uint16(VERSION_MINOR);
    this.uint32(LENGTH_UNKNOWN);
    this.uint32(LENGTH_UNKNOWN);
    this.textOption(OptionCode.sectionApplication, program);
    this.end(true);
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
    this.#reserve(octets.length);
    this.#octets.set(octets, this.#length);
    this.#length += octets.length;
    this.#pad();
  }

  /** Lets the packet copy its first `octets` octets, and fills up to the next boundary with zeros. */
  packet(packet: PacketSource, octets: number): void {
    this.#reserve(octets);
    packet.copyTo(this.#octets, this.#length, octets);
    this.#length += octets;
    this.#pad();
  }

  /** As `packet`, behind the header that says which family it is of: `LOOPBACK_HEADER` octets more. */
  packetOfEitherFamily(packet: PacketSource, octets: number): void {
    this.#reserve(LOOPBACK_HEADER + octets);
    const at = this.#length;
    const start = at + LOOPBACK_HEADER;
    packet.copyTo(this.#octets, start, octets);
    const isIpv4 = octets === 0 || (this.#octets[start] as number) >> 4 === 4;
    this.#view.setUint32(at, isIpv4 ? LOOPBACK_IPV4 : LOOPBACK_IPV6, true);
    this.#length = start + octets;
    this.#pad();
  }

  /** A text: a part of an option that was begun. */
  piece(text: TextPiece): void {
    const { words, length } = text;
    this.#reserve(length);
    const view = this.#view;
    const at = this.#length;
    for (let i = 0; i < words.length; i++) view.setInt32(at + ALIGNMENT * i, words[i] as number, true);
    this.#length = at + length;
  }

  /** A text that is written once: a part of an option that was begun. */
  text(text: string): void {
    this.#reserve(MOST_OCTETS_PER_CHARACTER * text.length);
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code > MOST_ASCII) {
        this.#length += ENCODER.encodeInto(text.slice(i), this.#octets.subarray(this.#length)).written;
        return;
      }
      this.#octets[this.#length++] = code;
    }
  }

  /** A whole number in digits: a part of an option that was begun. */
  integer(value: number): void {
    if (value > MOST_INT32) {
      const upper = Math.floor(value / BILLION);
      this.integer(upper);
      this.#digits(value - upper * BILLION, BILLION_DIGITS);
    } else if (value < 0) {
      this.piece(MINUS_SIGN);
      this.integer(-value);
    } else this.#digits(value, digitsOf(value));
  }

  /** Begins an option that is put together of parts. */
  beginOption(code: number): void {
    this.#optionStart = this.#length;
    this.uint16(code);
    this.uint16(0);
  }

  /** Ends the option that was begun; what does not fit into one is cut. */
  endOption(): void {
    const start = this.#optionStart + OPTION_HEADER;
    this.#length = Math.min(this.#length, start + MAX_OPTION_LENGTH);
    this.#view.setUint16(this.#optionStart + 2, this.#length - start, true);
    this.#pad();
  }

  /** An option that holds a text; what does not fit into one is cut. */
  textOption(code: number, text: string): void {
    const cut = text.length > MAX_OPTION_LENGTH / MOST_OCTETS_PER_CHARACTER
      ? text.slice(0, MAX_OPTION_LENGTH / MOST_OCTETS_PER_CHARACTER)
      : text;
    this.#reserve(OPTION_HEADER + cut.length * MOST_OCTETS_PER_CHARACTER + ALIGNMENT);
    const { written } = ENCODER.encodeInto(cut, this.#octets.subarray(this.#length + OPTION_HEADER));
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

  #digits(value: number, digits: number): void {
    this.#reserve(digits);
    const view = this.#view;
    const start = this.#length;
    let left = value | 0;
    let at = start + digits;
    while (at - start > 1) {
      const rest = left / HUNDRED | 0;
      at -= 2;
      view.setUint16(at, DIGIT_PAIRS[left - rest * HUNDRED] as number, true);
      left = rest;
    }
    if (at > start) view.setUint8(start, DIGIT_ZERO + left);
    this.#length = start + digits;
  }

  /** The octets up to the next boundary are overwritten by what follows, so they may be set where none are missing. */
  #pad(): void {
    this.#reserve(0);
    this.#view.setUint32(this.#length, 0, true);
    this.#length = this.#length + ALIGNMENT - 1 & -ALIGNMENT;
  }

  /** Makes room for so many octets and a word. */
  #reserve(octets: number): void {
    if (this.#length + octets > this.#most) this.#grow(octets);
  }

  #grow(octets: number): void {
    const needed = this.#length + octets + ALIGNMENT;
    const larger = new Uint8Array(Math.max(needed, 2 * this.#octets.length));
    larger.set(this.#octets.subarray(0, this.#length));
    this.#octets = larger;
    this.#view = new DataView(larger.buffer);
    this.#most = larger.length - ALIGNMENT;
  }
}

/** How many digits a number from 0 to 2^31 - 1 has. */
function digitsOf(value: number): number {
  let digits = 1;
  while (digits <= BILLION_DIGITS && value >= (DIGIT_LIMITS[digits] as number)) digits++;
  return digits;
}
