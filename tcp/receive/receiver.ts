/**
 * The receiving half: which segments are acceptable, where their data goes, which window we announce.
 * Variables as in RFC 9293 3.3.1.
 *
 * @module
 */

import { ByteRing } from "../buffer/byte_ring.ts";
import { NO_RANGE, RangeSet } from "../buffer/range_set.ts";
import type { TcpConfig } from "../config/config.ts";
import { PacketMemory } from "./packet_memory.ts";
import type { Segment } from "../base/segment.ts";
import * as segments from "../base/segment.ts";
import * as seq from "../base/seq.ts";
import type { SeqNumber } from "../base/seq.ts";
import type { Instant, Micros } from "../base/units.ts";
import { ReceiveWindow } from "./receive_window.ts";
import { WindowTuning } from "./tuning.ts";

// Bound here: what is imported is looked up at each use (tests/bench/profiles/core.md).
const { Flag } = segments;
const { seqAdd, seqDistance, seqNumber } = seq;

/** Ranges of out-of-order data that are kept: a window of 6 MB in wild order makes no more. Bounded, for memory and time. */
const MAX_OUT_OF_ORDER_RANGES = 2_048;

/** "The peer's FIN has not been seen." */
const NO_FIN = -1;

/** What became of a segment's data. */
export type DataOutcome =
  /** It came in order; nothing waits behind it. */
  | "in order"
  /** It came in order and closed a gap, wholly or in part. */
  | "gap filled"
  /** It lies beyond a gap and is kept. */
  | "out of order"
  /** All of it had been received before. */
  | "duplicate"
  /** It lies beyond a gap, and as many ranges beyond gaps are kept as may be: it is not. */
  | "too many gaps"
  /** None of it fits into the window. */
  | "no room";

/** Sequence variables and buffer of the receiving side. */
export class Receiver {
  irs: SeqNumber = seqNumber(0);
  /** RCV.UP; meaningful while `isUrgent`. */
  rcvUp: SeqNumber = seqNumber(0);
  isUrgent = false;
  /** Largest payload of one segment seen: what "full-sized" means for acknowledging (RFC 5681 4.2). */
  fullSegment: number;
  /** Nobody will read any more: data are acknowledged as refused by RST. */
  readingEnded = false;
  /** What lies beyond the announced window is inside as long as the buffer has room for it. */
  takesWhatFits = false;
  /** The peer's FIN came in order: the stream is complete. */
  finTaken = false;
  /** What of it the last segment delivered. */
  delivered = 0;

  readonly ring: ByteRing;
  readonly outOfOrder: RangeSet = new RangeSet(MAX_OUT_OF_ORDER_RANGES);
  readonly tuning: WindowTuning;
  readonly #ownMss: number;
  /** What the buffer takes in memory, when that is what its size means; null: its size is octets of data. */
  readonly #memory: PacketMemory | null;
  readonly window: ReceiveWindow;
  #finOffset = NO_FIN;
  /** End of the furthest data that the peer has sent beyond the window; nothing once RCV.NXT has passed it. */
  #overshotTo: SeqNumber = seqNumber(0);

  constructor(config: TcpConfig, ownMss: number) {
    const { receiveBuffer, receiveBufferMax, shrinksWindow } = config.buffers;
    this.ring = new ByteRing(receiveBuffer);
    this.tuning = new WindowTuning(receiveBufferMax);
    this.#ownMss = ownMss;
    this.#memory = config.compatibility.receiveBufferCounts === "packets"
      ? new PacketMemory(receiveBuffer, receiveBufferMax, shrinksWindow)
      : null;
    this.window = new ReceiveWindow(config, this.ring, this.#memory, ownMss);
    this.fullSegment = Math.min(536, ownMss);
  }

  /** RCV.NXT: the next octet expected. */
  get rcvNxt(): SeqNumber {
    return this.window.rcvNxt;
  }

  /** RCV.WND: octets that the peer may send from RCV.NXT on. */
  get rcvWnd(): number {
    return this.window.rcvWnd;
  }

  /** Data delivered in order so far, octets. */
  get octetsReceived(): number {
    return this.ring.end;
  }

  /** Octets from RCV.NXT on that are acceptable: RCV.WND, or all that fits. */
  get acceptableLength(): number {
    return this.takesWhatFits ? Math.max(this.rcvWnd, this.window.limit - this.ring.length) : this.rcvWnd;
  }

  /** Takes the peer's SYN: IRS, RCV.NXT. What our own SYN announced, if it went out before, stands. */
  begin(irs: SeqNumber): void {
    this.irs = irs;
    this.window.begin(irs);
  }

  /** RFC 9293 3.10.7.4, first: the four cases of acceptability. */
  isAcceptable(segment: Segment): boolean {
    const window = Math.max(this.acceptableLength, this.window.furthest);
    const length = segment.sequenceLength;
    const offset = seqDistance(this.rcvNxt, segment.seq);
    if (length === 0) {
      // Whoever sent a whole window that got lost numbers its ACKs with the window's right edge. The standard would have
      // us drop them and what they acknowledge; we take them. A RST counts by the standard.
      const places = segment.has(Flag.rst) ? Math.max(window, 1) : window + 1;
      return offset >= 0 && offset < places;
    }
    if (this.#memory !== null) return this.#takesWhole(segment, offset);
    if (window === 0) return false;
    const last = offset + length - 1;
    return (offset >= 0 && offset < window) || (last >= 0 && last < window);
  }

  /**
   * Notes how far a peer goes that sends beyond the window, by less than a whole buffer. One that moves SND.UNA by the ACK of an old
   * segment, and SND.WND not, as RFC 9293 3.10.7.4, fifth, has it, takes its window for larger than it is.
   */
  noteOvershoot({ end }: Segment): void {
    const octets = seqDistance(this.window.rcvAdv, end);
    if (octets > 0 && octets <= this.window.limit) this.#overshotTo = end;
  }

  /** Whether the segment has no data, and a number among those that the peer has used beyond the window. */
  isBehindOvershoot(segment: Segment): boolean {
    const octets = seqDistance(this.rcvNxt, this.#overshotTo);
    const offset = seqDistance(this.rcvNxt, segment.seq);
    return segment.sequenceLength === 0 && offset > 0 && offset <= octets && octets <= 2 * this.window.limit;
  }

  /**
   * Takes the data of an acceptable segment, as much of it as fits the window; the peer's FIN is noted for when its turn
   * comes. `RCV.NXT` moves over what is there without a gap.
   */
  takeData(segment: Segment): DataOutcome {
    if (segment.segmentSize === 0) this.#noteFullSegment(segment.payload.length);
    else this.#noteFullSegment(segment.segmentSize);
    const { ring, outOfOrder } = this;
    // Counted from RCV.NXT, not from the stream's first octet: numbers beyond an int32 leave garbage behind.
    const start = seqDistance(this.rcvNxt, segment.seq);
    const wanted = start + segment.payload.length;
    this.delivered = 0;
    if (this.#memory?.isExceededBy(this.ring.length) === true) {
      this.window.overrun();
      return "no room";
    }
    const end = this.#memory === null ? this.#fitting(wanted) : this.#roomFor(wanted);
    if ((segment.flags & Flag.fin) !== 0 && end === wanted) this.#finOffset = ring.end + wanted;
    if (end < wanted) this.noteOvershoot(segment);
    const from = Math.max(start, 0);
    if (wanted <= 0 || from < end && outOfOrder.count > 0 && this.#isThere(from, end)) return "duplicate";
    if (from >= end) return "no room";
    const skip = segment.payload.offset + (from - start);
    if (from > 0) {
      const { rcvNxt } = this;
      if (outOfOrder.add(seqAdd(rcvNxt, from), seqAdd(rcvNxt, end)) === NO_RANGE) return "too many gaps";
      ring.place(from, segment.payload.octets, skip, end - from, segment.payload.view);
      this.#count(segment, end);
      return "out of order";
    }
    this.#count(segment, end);
    ring.append(segment.payload.octets, skip, end, segment.payload.view);
    const gapBefore = outOfOrder.count > 0;
    this.#moveOn(gapBefore ? end + this.#joinRanges(seqAdd(this.rcvNxt, end)) : end);
    return gapBefore ? "gap filled" : "in order";
  }

  /** RCV.NXT moves over octets that are in the ring. */
  #moveOn(octets: number): void {
    this.window.advance(octets);
    this.delivered = octets;
  }

  /** Counts out-of-order data that the ring's end, at `next`, has reached as received in order. @returns its octets */
  #joinRanges(next: SeqNumber): number {
    const { ring, outOfOrder } = this;
    const end = outOfOrder.coveredFrom(next);
    const octets = seqDistance(next, end);
    ring.extend(octets);
    outOfOrder.removeBefore(end);
    return octets;
  }

  /** Whether all data [from, end), counted from RCV.NXT, lies beyond a gap already. */
  #isThere(from: number, end: number): boolean {
    return this.outOfOrder.covers(seqAdd(this.rcvNxt, from), seqAdd(this.rcvNxt, end));
  }

  /** Notes the FIN of a segment without data that fits. */
  noteFin(segment: Segment): void {
    if (this.#finOffset !== NO_FIN) return;
    const offset = this.ring.end + seqDistance(this.rcvNxt, segment.seq) + segment.payload.length;
    if (offset <= this.ring.end + this.acceptableLength) this.#finOffset = offset;
  }

  /** Whether the peer's FIN is next in order. */
  get finIsNext(): boolean {
    return this.#finOffset !== NO_FIN && this.ring.end === this.#finOffset;
  }

  /** Moves RCV.NXT over the peer's FIN; nothing can follow it. */
  takeFin(): void {
    this.window.advanceOverFin();
    this.#finOffset = NO_FIN;
    this.finTaken = true;
    this.outOfOrder.clear();
  }

  /** Whether more waits to be read than the memory of the buffer was meant for. */
  get isOverfull(): boolean {
    return this.#memory !== null && this.#memory.isExceeded;
  }

  /** Whether the memory of the buffer is more than half used up by what waits to be read. */
  get isMoreThanHalfFull(): boolean {
    return this.#memory !== null && this.#memory.isMoreThanHalfFull;
  }

  /**
   * Data beyond a gap goes when it alone keeps the window closed: what is next in order could never come otherwise. The peer
   * sends it again: it was reported by SACK at most, which binds nobody (RFC 2018 8).
   */
  dropBeyondGaps(): void {
    if (this.#memory === null || this.ring.length > 0 || this.outOfOrder.count === 0) return;
    this.outOfOrder.clear();
    this.#memory.readTo(Infinity);
    this.window.roomMade();
  }

  /** Sequence number of the next octet that the user will read. */
  get readNext(): SeqNumber {
    return seqAdd(this.#dataNext, -this.ring.length);
  }

  /** Moves data to the reader. @returns octets moved */
  read(into: Uint8Array): number {
    const octets = this.ring.read(into);
    this.#madeRoom();
    return octets;
  }

  /** The reader is done with the first octets of data where they lay. @throws RangeError for more than are there */
  consume(octets: number): void {
    if (octets < 0 || octets > this.ring.length) {
      throw new RangeError(`Cannot consume ${octets} octets: received and not read are ${this.ring.length}`);
    }
    this.ring.discard(octets);
    this.#madeRoom();
  }

  /** The user makes the buffer larger or smaller; from now on it has the size that the user gave. */
  resize(octets: number): void {
    this.window.resize(octets);
    this.tuning.stop();
  }

  /** Enlarges the buffer when the reader keeps up with what the window lets in (receive buffer auto-tuning). */
  tune(octetsRead: number, roundTrip: Micros, now: Instant): void {
    const before = this.#memory?.whole ?? this.window.limit;
    const limit = this.tuning.limitAfter(octetsRead, before, roundTrip, now);
    if (limit <= before) return;
    this.#memory?.tuneTo(limit);
    this.window.setLimit(Math.max(this.window.limit, limit));
  }

  /** Gives memory back that nothing is in. */
  trim(): void {
    this.ring.trim();
    this.outOfOrder.trim();
  }

  /** Drops what was received and not read. */
  discardData(): void {
    this.readingEnded = true;
    this.outOfOrder.clear();
    this.ring.restartAt(this.ring.end);
    this.#memory?.readTo(Infinity);
    this.window.roomMade();
    this.ring.trim();
  }

  /** Sequence number of the octet that follows the data received in order: RCV.NXT, or the peer's FIN before it. */
  get #dataNext(): SeqNumber {
    return this.finTaken ? seqAdd(this.rcvNxt, -1) : this.rcvNxt;
  }

  #madeRoom(): void {
    this.#memory?.readTo(this.ring.start);
    this.window.roomMade();
  }

  /**
   * Where the buffer counts packets, a segment that begins inside the window is kept as a whole, which may be beyond the
   * window's edge while nothing waits to be read, or as far as a window before reached. A FIN beyond the edge harms nobody.
   */
  #takesWhole(segment: Segment, offset: number): boolean {
    const window = this.rcvWnd;
    const furthest = window === 0 ? 0 : this.window.furthest;
    const dataEnd = offset + segment.payload.length;
    if (offset + segment.sequenceLength <= 0) return false;
    if (segment.payload.length === 0) return offset < window || offset === 0 && segment.has(Flag.fin);
    if (offset >= window) return false;
    return dataEnd <= furthest || this.ring.length === 0;
  }

  /** How far data up to `wanted` fits into window and buffer, and not beyond the FIN; all counted from RCV.NXT. */
  #fitting(wanted: number): number {
    const end = Math.min(wanted, this.acceptableLength, this.ring.room);
    return this.#finOffset === NO_FIN ? end : Math.min(end, this.#finOffset - this.ring.end);
  }

  /** Has the ring reach to `wanted`, but not beyond the FIN; both counted from RCV.NXT. @returns how far */
  #roomFor(wanted: number): number {
    const { ring } = this;
    const end = this.#finOffset === NO_FIN ? wanted : Math.min(wanted, this.#finOffset - ring.end);
    ring.limit = Math.max(ring.limit, ring.length + end);
    return end;
  }

  /** Counts a segment that is kept, up to `end` from RCV.NXT on. */
  #count(segment: Segment, end: number): void {
    if (this.#memory === null) return;
    const size = segment.segmentSize === 0 ? segment.payload.length : segment.segmentSize;
    const whole = segment.payload.length;
    this.#memory.took(whole, this.ring.end + end, Math.min(size, whole), this.#ownMss);
  }

  #noteFullSegment(octets: number): void {
    if (octets > this.fullSegment) this.fullSegment = Math.min(octets, this.#ownMss);
  }
}
