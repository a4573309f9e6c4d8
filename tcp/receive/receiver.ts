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
import { Flag } from "../base/segment.ts";
import { seqAdd, seqAfter, seqDistance, type SeqNumber, seqNumber } from "../base/seq.ts";
import type { Instant, Micros } from "../base/units.ts";
import { WindowTuning } from "./tuning.ts";

/** Ranges of out-of-order data that are kept; more than a well-behaved network makes, and bounded (MUST: memory). */
const MAX_OUT_OF_ORDER_RANGES = 256;

/** Largest value of the window field. */
const MAX_WINDOW_FIELD = 65_535;

/** "The peer's FIN has not been seen." */
const NO_FIN = -1;

/** By this part of its size, and two units of the window field, the buffer may be exceeded by what windows are rounded up by. */
const ROUNDING_PART = 1 / 4;

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
  /** None of it fits into the window or the memory for gaps. */
  | "no room";

/** Sequence variables and buffer of the receiving side. */
export class Receiver {
  irs: SeqNumber = seqNumber(0);
  rcvNxt: SeqNumber = seqNumber(0);
  /** Right edge of the window that we announced. */
  rcvAdv: SeqNumber = seqNumber(0);
  /** Furthest right edge that we ever announced: what the peer sends within it is no lie (RFC 9293 3.8.6). */
  #furthestEdge: SeqNumber = seqNumber(0);
  /** RCV.UP; meaningful while `isUrgent`. */
  rcvUp: SeqNumber = seqNumber(0);
  isUrgent = false;
  /** Largest payload of one segment seen: what "full-sized" means for acknowledging (RFC 5681 4.2). */
  fullSegment: number;
  /** Nobody will read any more: data is acknowledged as refused by RST. */
  readingEnded = false;
  /** What lies beyond the announced window is inside as long as the buffer has room for it. */
  takesWhatFits = false;
  /** Octets of options in every segment of the peer. */
  optionOctets = 0;
  /** The peer's FIN came in order: the stream is complete. */
  finTaken = false;
  /** What of it the last segment delivered. */
  delivered = 0;

  readonly ring: ByteRing;
  readonly outOfOrder: RangeSet = new RangeSet(MAX_OUT_OF_ORDER_RANGES);
  readonly tuning: WindowTuning;
  readonly #ownMss: number;
  readonly #roundsUp: boolean;
  readonly #shrinks: boolean;
  /** Data was refused because what waits to be read is more than the buffer is meant for. */
  #isOverrun = false;
  /** What the buffer takes in memory, when that is what its size means; null: its size is octets of data. */
  readonly #memory: PacketMemory | null;
  #windowShift = 0;
  #windowCap: number;
  /** RCV.WND as it was last announced. */
  #windowAnnounced = 0;
  /** Octets that the buffer is meant to hold. `ring.limit` is more while what was announced may still come. */
  #limit: number;
  #finOffset = NO_FIN;

  constructor(config: TcpConfig, ownMss: number) {
    this.#limit = config.buffers.receiveBuffer;
    this.ring = new ByteRing(this.#limit);
    this.tuning = new WindowTuning(config.buffers.receiveBufferMax);
    this.#ownMss = ownMss;
    this.#roundsUp = config.compatibility.roundsBuffers;
    this.#shrinks = config.buffers.shrinksWindow;
    this.#memory = config.compatibility.receiveBufferCounts === "packets"
      ? new PacketMemory(
        config.buffers.receiveBuffer,
        config.buffers.receiveBufferMax,
        config.buffers.shrinksWindow,
      )
      : null;
    this.fullSegment = Math.min(536, ownMss);
    this.#windowCap = config.buffers.initialReceiveWindow === 0
      ? Infinity
      : config.buffers.initialReceiveWindow;
  }

  /** The shift that the peer applies to our window field. */
  get windowShift(): number {
    return this.#windowShift;
  }

  /** A field that is scaled cannot say less than `2^shift` octets: a smaller buffer would be a window closed for ever. */
  set windowShift(shift: number) {
    this.#windowShift = shift;
    this.#memory?.ensureSteps(shift);
    this.#setLimit(Math.max(this.#limit, 1 << shift));
  }

  /** Octets that the buffer is meant to hold. */
  get limit(): number {
    return this.#limit;
  }

  /** Full segments have this many octets: a config that wants it has the buffer hold a whole number of them. */
  holdWholeSegments(octets: number): void {
    if (this.#roundsUp) this.#setLimit(Math.ceil(this.#limit / octets) * octets);
  }

  /** Makes the buffer larger or smaller. The window that was announced stands: the limit sinks as it is used (SHLD-14). */
  resize(octets: number): void {
    this.#memory?.resize(octets, this.#windowShift);
    this.#setLimit(Math.max(octets, 1 << this.#windowShift));
  }

  /** Data delivered in order so far, octets. */
  get octetsReceived(): number {
    return this.ring.end;
  }

  /** RCV.WND: octets that the peer may send from RCV.NXT on. */
  get rcvWnd(): number {
    return Math.max(0, seqDistance(this.rcvNxt, this.rcvAdv));
  }

  /** Octets from RCV.NXT on that are acceptable: RCV.WND, or all that fits. */
  get acceptableLength(): number {
    return this.takesWhatFits ? Math.max(this.rcvWnd, this.#limit - this.ring.length) : this.rcvWnd;
  }

  /** Takes the peer's SYN: IRS, RCV.NXT. What our own SYN announced, if it went out before, stands. */
  begin(irs: SeqNumber): void {
    const announced = this.rcvWnd;
    this.irs = irs;
    this.rcvNxt = seqAdd(irs, 1);
    this.rcvAdv = seqAdd(this.rcvNxt, announced);
    this.#furthestEdge = this.rcvAdv;
  }

  /** RFC 9293 3.10.7.4, first: the four cases of acceptability. */
  isAcceptable(segment: Segment): boolean {
    const window = Math.max(this.acceptableLength, seqDistance(this.rcvNxt, this.#furthestEdge));
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
      this.#isOverrun = true;
      return "no room";
    }
    const end = this.#memory === null ? this.#fitting(wanted) : this.#roomFor(wanted);
    if ((segment.flags & Flag.fin) !== 0 && end === wanted) this.#finOffset = ring.end + wanted;
    const from = Math.max(start, 0);
    if (wanted <= 0 || from < end && outOfOrder.count > 0 && this.#isThere(from, end)) return "duplicate";
    if (from >= end) return "no room";
    const skip = segment.payload.offset + (from - start);
    if (from > 0) {
      const base = ring.end;
      if (outOfOrder.add(base + from, base + end) === NO_RANGE) return "no room";
      ring.place(base + from, segment.payload.octets, skip, end - from);
      this.#count(segment, end);
      return "out of order";
    }
    this.#count(segment, end);
    ring.append(segment.payload.octets, skip, end);
    const gapBefore = outOfOrder.count > 0;
    this.#moveOn(gapBefore ? end + this.#joinRanges() : end);
    return gapBefore ? "gap filled" : "in order";
  }

  /** RCV.NXT moves over octets that are in the ring. */
  #moveOn(octets: number): void {
    this.rcvNxt = seqAdd(this.rcvNxt, octets);
    if (seqAfter(this.rcvNxt, this.rcvAdv)) this.rcvAdv = this.rcvNxt;
    if (seqAfter(this.rcvNxt, this.#furthestEdge)) this.#furthestEdge = this.rcvNxt;
    this.delivered = octets;
    if (this.#windowCap < Infinity) this.#windowCap += 2 * octets;
  }

  /** Counts out-of-order data that the ring's end has reached as received in order. @returns its octets */
  #joinRanges(): number {
    const { ring, outOfOrder } = this;
    const { end } = ring;
    ring.extendTo(outOfOrder.coveredFrom(end));
    outOfOrder.removeBefore(ring.end);
    return ring.end - end;
  }

  /** Whether all data [from, end), counted from RCV.NXT, lies beyond a gap already. */
  #isThere(from: number, end: number): boolean {
    const base = this.ring.end;
    return this.outOfOrder.covers(base + from, base + end);
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
    this.rcvNxt = seqAdd(this.rcvNxt, 1);
    // The FIN takes no room in the buffer: the window behind it stays as large as it was.
    this.rcvAdv = seqAdd(this.rcvAdv, 1);
    this.#finOffset = NO_FIN;
    this.finTaken = true;
    this.outOfOrder.clear();
  }

  /**
   * The window field of the next segment, moving the announced edge. The edge never moves left (SHLD-14), and right only
   * by half the buffer or a full segment (RFC 9293 3.8.6.2.2, MUST-39), unless the config has it shrink or the buffer was
   * overrun. `isSyn`: the field of a SYN is not scaled; `holds`: the edge stays where it is.
   */
  announceWindow(isSyn: boolean, holds: boolean): number {
    const shift = isSyn ? 0 : this.windowShift;
    if (!holds || isSyn) this.#moveEdge(isSyn, shift);
    const field = this.#fieldFrom(this.rcvNxt, shift);
    this.#windowAnnounced = this.rcvWnd;
    return field;
  }

  /** The window field of a segment that acknowledges `ack`, some while ago, and announces the same edge as the last one. */
  windowFrom(ack: SeqNumber): number {
    return this.#fieldFrom(ack, this.#windowShift);
  }

  #moveEdge(isSyn: boolean, shift: number): void {
    const first = isSyn ? this.#memory?.begin(Math.max(1, this.#ownMss - this.optionOctets)) : undefined;
    const edge = first === undefined
      ? this.#newEdge(shift)
      : seqAdd(this.rcvNxt, Math.min(first, MAX_WINDOW_FIELD));
    const closes = this.#isOverrun && edge === this.rcvNxt;
    const mayShrink = closes || this.#shrinks && shift > 0;
    if (mayShrink || seqAfter(edge, this.rcvAdv)) this.rcvAdv = edge;
    this.#isOverrun = false;
  }

  /**
   * RFC 7323 2.4: the field counts in units of `2^shift`, and a window that is no multiple of it is rounded up: else the
   * edge would move left. Segments shorter than a unit move it right that way each time, and nobody can have both; when
   * the buffer is to hold no more, the field is rounded down, and what was announced before stays acceptable.
   */
  #fieldFrom(ack: SeqNumber, shift: number): number {
    const window = seqDistance(ack, this.rcvAdv);
    const rounded = roundUp(window, shift);
    const edge = seqAdd(ack, rounded);
    const fits = this.#memory !== null || this.ring.length + seqDistance(this.rcvNxt, edge) <= this.most;
    if (fits) this.rcvAdv = edge;
    if (seqAfter(this.rcvAdv, this.#furthestEdge)) this.#furthestEdge = this.rcvAdv;
    this.#approachLimit();
    return Math.min(MAX_WINDOW_FIELD, (fits ? rounded : window) >> shift);
  }

  /** RCV.WND as it was last announced, whatever came since. */
  get windowAnnounced(): number {
    return this.#windowAnnounced;
  }

  /** Whether the window would be no smaller than it was when last announced, by a segment or so. */
  get windowHolds(): boolean {
    if (this.#memory !== null) {
      return this.#memory.window(this.#windowAnnounced, this.#windowShift) >= this.#windowAnnounced;
    }
    const free = Math.min(this.#limit - this.ring.length, this.#windowCap);
    return free + this.#ownMss > this.#windowAnnounced;
  }

  /** Whether more waits to be read than the memory of the buffer was meant for. */
  get isOverfull(): boolean {
    return this.#memory !== null && this.#memory.isExceeded;
  }

  /** Whether the memory of the buffer is more than half used up by what waits to be read. */
  get isMoreThanHalfFull(): boolean {
    return this.#memory !== null && this.#memory.isMoreThanHalfFull;
  }

  /** RCV.WND as far as the scaled field can say it: what the peer knows of it. */
  get windowKnown(): number {
    return this.rcvWnd >> this.windowShift << this.windowShift;
  }

  /** Octets by which the window that the peer knows would grow if it were announced now. */
  windowGrowth(): number {
    const edge = this.#newEdge(this.windowShift);
    return seqAfter(edge, this.rcvAdv) ? seqDistance(this.rcvNxt, edge) - this.windowKnown : 0;
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

  /** Raises the buffer when the reader keeps up with what the window lets in (receive buffer auto-tuning). */
  tune(octetsRead: number, roundTrip: Micros, now: Instant): void {
    const before = this.#memory?.whole ?? this.#limit;
    const limit = this.tuning.limitAfter(octetsRead, before, roundTrip, now);
    if (limit <= before) return;
    this.#memory?.tuneTo(limit);
    this.#setLimit(Math.max(this.#limit, limit));
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
    this.ring.trim();
  }

  /** Stream offset of a sequence number near RCV.NXT. */
  offsetOf(seq: SeqNumber): number {
    return this.ring.end + seqDistance(this.#dataNext, seq);
  }

  /** Sequence number of a stream offset near RCV.NXT. */
  seqOf(offset: number): SeqNumber {
    return seqAdd(this.#dataNext, offset - this.ring.end);
  }

  /** Sequence number of the octet that follows the data received in order: RCV.NXT, or the peer's FIN before it. */
  get #dataNext(): SeqNumber {
    return this.finTaken ? seqAdd(this.rcvNxt, -1) : this.rcvNxt;
  }

  #madeRoom(): void {
    this.ring.rewind();
    this.#memory?.readTo(this.ring.start);
    this.#approachLimit();
  }

  #setLimit(octets: number): void {
    this.#limit = octets;
    this.#approachLimit();
  }

  /** The ring holds what the buffer is meant for, or all that was announced; packets are kept whole wherever they end. */
  #approachLimit(): void {
    const announced = seqDistance(this.rcvNxt, this.#furthestEdge);
    const least = this.#memory === null ? this.#limit : Math.max(this.#limit, this.ring.limit);
    this.ring.limit = Math.max(least, this.ring.length + announced);
  }

  /** Octets that the buffer may come to hold: what windows are rounded up by is beyond what it is meant for. */
  get most(): number {
    return this.#limit * (1 + ROUNDING_PART) + (2 << this.#windowShift);
  }

  /**
   * Where the buffer counts packets, a segment that begins inside the window is kept as a whole, which may be beyond the
   * window's edge while nothing waits to be read, or as far as a window before reached. A FIN beyond the edge harms nobody.
   */
  #takesWhole(segment: Segment, offset: number): boolean {
    const window = this.rcvWnd;
    const furthest = window === 0 ? 0 : seqDistance(this.rcvNxt, this.#furthestEdge);
    const textEnd = offset + segment.payload.length;
    if (offset + segment.sequenceLength <= 0) return false;
    if (segment.payload.length === 0) return offset < window || offset === 0 && segment.has(Flag.fin);
    if (offset >= window) return false;
    return textEnd <= furthest || this.ring.length === 0;
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

  #newEdge(shift: number): SeqNumber {
    const ring = this.ring;
    if (this.#memory !== null) {
      const window = this.#memory.window(this.#windowAnnounced, shift);
      return seqAdd(this.rcvNxt, Math.min(window, MAX_WINDOW_FIELD << shift));
    }
    const cap = Math.max(this.#windowCap, 1 << shift);
    const free = Math.min(this.#limit - ring.length, cap);
    const representable = Math.min(free, MAX_WINDOW_FIELD << shift) >> shift << shift;
    const growth = representable - (this.rcvWnd >> shift << shift);
    const most = Math.min(this.#limit, cap);
    const step = Math.min(Math.floor(most / 2), this.#ownMss);
    // Systems that round up announce whatever there is, once it is a segment or a quarter of the buffer.
    const isWorthwhile = this.#roundsUp ? free >= Math.min(most / 4, this.#ownMss) : growth >= step;
    return growth > 0 && isWorthwhile ? seqAdd(this.rcvNxt, representable) : this.rcvAdv;
  }

  #noteFullSegment(octets: number): void {
    if (octets > this.fullSegment) this.fullSegment = Math.min(octets, this.#ownMss);
  }
}

/** `octets` as the next multiple of `2^shift`. */
function roundUp(octets: number, shift: number): number {
  return Math.ceil(octets / (1 << shift)) * (1 << shift);
}
