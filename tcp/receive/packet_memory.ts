/**
 * A receive buffer whose size counts memory, as it does in systems that keep packets as they came, instead of octets of
 * data: a small packet takes many times the room of its data. The window is the share of the free memory that data have
 * turned out to make up, and opens step by step as data proves to come in packets that are worth their memory.
 *
 * @module
 */

import { PacketList } from "./packet_list.ts";

/** The share is counted in 256ths; before anything came it is one half. */
const WHOLE_SHARE = 256;
const FIRST_SHARE = 128;

/** Memory for each octet of window, as long as nothing is known of the packets. */
const MEMORY_PER_OCTET = WHOLE_SHARE / FIRST_SHARE;

/** Octets of memory beside the packet: what describes it, what lies before and behind it in its storage. */
const DESCRIPTION = 256;
const HEADROOM = 64;
const TRAILER = 320;
const HEADERS = 40;
const PAGE = 4096;
/** The segment size that the share was measured with, before one came (the default MSS). */
const FIRST_SEGMENT = 536;
const LEAST_SEGMENT = 88;
/** A window below this part of the memory's is closed at once, so that it does not open by crumbs. */
const LEAST_PART = 16;
/** Memory that every connection has: that of a packet of an Ethernet's segment. */
const LEAST_MEMORY = 2304;
/** Least window steps that the memory is good for: less could not be announced. */
const LEAST_STEPS = 4;
/** Data that is shorter does not open the window further. */
const LEAST_GROWTH = 128;

/** Memory that a packet with `data` octets takes: a power of two, or pages from one page on. */
export function memoryOf(data: number): number {
  const packet = data + HEADERS;
  const storage = HEADROOM + packet + TRAILER;
  if (storage <= PAGE) return 2 ** Math.ceil(Math.log2(storage)) + DESCRIPTION;
  return PAGE + DESCRIPTION + Math.ceil((packet - (PAGE - HEADROOM - TRAILER)) / PAGE) * PAGE;
}

/** The memory of one connection, and the window that it is good for. */
export class PacketMemory {
  readonly #most: number;
  readonly #shrinks: boolean;
  #limit: number;
  #used = 0;
  #share = FIRST_SHARE;
  #segment = FIRST_SEGMENT;
  /** Octets that the last packet's storage has left: data that follows it goes there. */
  #tail = 0;
  /** What is offered at most; rises as data comes. */
  #offer = 0;
  /** What the offer may rise to. */
  #clamp: number;
  readonly #packets: PacketList = new PacketList();

  /**
   * `window`: octets of the first window; `windowMax`: what tuning may make of it; `shrinks`: whether the window follows
   * the memory down, never saying more than there is.
   */
  constructor(window: number, windowMax: number, shrinks: boolean = false) {
    this.#shrinks = shrinks;
    this.#limit = Math.max(window * MEMORY_PER_OCTET, LEAST_MEMORY);
    this.#most = windowMax * MEMORY_PER_OCTET;
    this.#clamp = window;
  }

  /** The first window, in octets: whole segments of `mss` octets. */
  begin(mss: number): number {
    const whole = this.#clamp;
    this.#offer = whole > mss ? whole - whole % mss : whole;
    this.#segment = Math.max(LEAST_SEGMENT, Math.min(FIRST_SEGMENT, Math.floor(this.#offer / 2)));
    return this.#offer;
  }

  /** The window of all the memory. */
  get whole(): number {
    return this.#windowOf(this.#limit);
  }

  /** Whether so much data, with nothing else beside it, is more than the memory was meant for. */
  isExceededBy(data: number): boolean {
    return data > this.#limit;
  }

  /** Whether more is kept than the memory was meant for. */
  get isExceeded(): boolean {
    return this.#used > this.#limit;
  }

  /** Whether less than half of the window is free. */
  get isMoreThanHalfFull(): boolean {
    return this.#free < Math.min(this.#clamp, this.whole) / 2;
  }

  /** A packet is kept whose data ends at stream offset `end`; `segment`: the size of its segments; `mss`: ours. */
  took(data: number, end: number, segment: number, mss: number): void {
    const memory = memoryOf(data);
    if (segment >= this.#segment) {
      if (segment !== this.#segment) this.#measure(data, memory);
      this.#segment = Math.min(segment, mss);
    }
    this.#charge(end, data, memory);
    const room = Math.min(this.#clamp, this.#free) - this.#offer;
    if (data >= LEAST_GROWTH && room > 0) this.#offer += Math.min(room, 2 * Math.max(mss, data));
  }

  /** All data before stream offset `start` has been read: its packets are gone. */
  readTo(start: number): void {
    this.#used -= this.#packets.removeTo(start);
  }

  /** The memory is to be good for a window of `octets` of packets as first assumed. */
  resize(octets: number, shift: number): void {
    this.#limit = octets * MEMORY_PER_OCTET;
    this.ensureSteps(shift);
  }

  /** The memory is at least what windows in steps of `2^shift` octets need to open at all. */
  ensureSteps(shift: number): void {
    this.#limit = Math.max(this.#limit, LEAST_MEMORY, LEAST_STEPS << shift);
  }

  /** The memory is to be good for a window of `octets` of packets such as came. */
  tuneTo(octets: number): void {
    const limit = Math.min(this.#most, Math.ceil(octets * WHOLE_SHARE / this.#share));
    if (limit <= this.#limit) return;
    this.#limit = limit;
    this.#setClamp(this.whole);
  }

  /** The window to announce; `known`: octets that the last one said. It may be less than what was announced. */
  window(known: number, shift: number): number {
    const whole = this.whole;
    const full = Math.min(this.#clamp, whole);
    const most = Math.min(full, this.#offer);
    const segment = Math.min(this.#segment, most);
    let free = this.#free;
    if (this.#shrinks || free < full / 2) free = free >> shift << shift;
    if (free < full / 2) {
      if (free < Math.floor(whole / LEAST_PART) || free < segment) return 0;
    }
    free = Math.min(free, this.#offer);
    if (shift > 0) return Math.ceil(free / (1 << shift)) * (1 << shift);
    if (known <= free - segment || known > free) return free - free % segment;
    // No room for a whole segment more, ever: half of what there can be is worth telling (MUST-39).
    return segment === most && free > known + most / 2 ? free : known;
  }

  get #free(): number {
    return this.#windowOf(Math.max(0, this.#limit - this.#used));
  }

  #windowOf(memory: number): number {
    return Math.floor(memory * this.#share / WHOLE_SHARE);
  }

  #measure(data: number, memory: number): void {
    const share = Math.max(1, Math.floor(data * WHOLE_SHARE / memory));
    if (share === this.#share) return;
    this.#share = share;
    this.#setClamp(this.whole);
  }

  #setClamp(clamp: number): void {
    if (clamp < this.#clamp) this.#offer = Math.min(this.#offer, clamp);
    this.#clamp = clamp;
  }

  #charge(end: number, data: number, memory: number): void {
    const packets = this.#packets;
    if (packets.lastEnd === end - data && data <= this.#tail) {
      packets.extendLast(end);
      this.#tail -= data;
      return;
    }
    const isLast = packets.add(end, memory);
    this.#used += memory;
    const storage = HEADROOM + HEADERS + data + TRAILER;
    this.#tail = isLast && storage <= PAGE ? memory - DESCRIPTION - storage : 0;
  }
}
