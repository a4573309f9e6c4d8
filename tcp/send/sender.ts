/**
 * The sending half: what was sent and acknowledged, the peer's window, and what of the user's data may be sent now.
 * Variables as in RFC 9293 3.3.1.
 *
 * @module
 */

import { ByteRing } from "../buffer/byte_ring.ts";
import type { TcpConfig } from "../config/config.ts";
import type { Segment } from "../base/segment.ts";
import { FIRST_SEND_BUFFER, SendTuning } from "./tuning.ts";
import * as seq from "../base/seq.ts";
import type { SeqNumber } from "../base/seq.ts";
import type { Instant, Micros } from "../base/units.ts";

// Bound here: what is imported is looked up at each use (tests/bench/profiles/core.md).
const { seqAdd, seqAfter, seqAtOrBefore, seqBefore, seqDistance, seqInWindow, seqLater } = seq;

/** RFC 9293 3.8.6.2.1: Fs, the part of the largest window that is worth a segment. */
const WORTHWHILE_WINDOW_DIVISOR = 2;

/** The MSS of whoever announces none (RFC 9293 3.7.1): a window that is no larger is not worth two segments. */
const DEFAULT_MSS = 536;

/** More than any window: an ACK so far behind is refused for that. */
const MOST_REMEMBERED = 2 ** 30;

/** Octets that count as a full segment, of a sender of segments of `mss` and for the largest window that its peer ever had. */
export function fullSegmentFor(mss: number, largestWindow: number): number {
  return largestWindow > DEFAULT_MSS ? Math.min(mss, largestWindow >> 1) : mss;
}

/** Sequence variables and buffer of the sending side. */
export class Sender {
  readonly iss: SeqNumber;
  sndUna: SeqNumber;
  /** Timeouts since SND.UNA moved: what R1 and R2 are compared with (RFC 9293 3.8.3). */
  expiries = 0;
  sndNxt: SeqNumber;
  /** SND.WND: the peer's window, scaled. */
  sndWnd = 0;
  /** Largest window that the peer has announced; bounds acceptable ACKs (RFC 5961 5) and judges small windows. */
  maxSndWnd = 0;
  sndWl1: SeqNumber;
  sndWl2: SeqNumber;
  /** SND.UP: the octet after the urgent data; meaningful while `isUrgent`. */
  sndUp: SeqNumber;
  isUrgent = false;
  /** Payload octets that a segment may have, as far as peer and path take them. */
  mss: number;
  /** Where the data begins that the user gave last. */
  givenFrom: SeqNumber;
  /** The user will send no more: a FIN follows what is queued. */
  finQueued = false;
  finSent = false;
  /** End of the last segment that was smaller than full: what Nagle's algorithm waits for, as Minshall has it. */
  smallEnd: SeqNumber;
  /** Whether the last answer to an unacceptable segment had the right edge of a shrunken window as its number. */
  answersFromEdge = false;
  readonly ring: ByteRing;
  /** Sequence space acknowledged so far, our SYN with it; {@link MOST_REMEMBERED}: at least that. */
  #acknowledged = 0;
  /** Null: the buffer has one size. */
  #tuning: SendTuning | null;
  /** Where the records of the user end, in order; null: there has been none. */
  #recordEnds: SeqNumber[] | null = null;
  /** Sequence number of the ring's first octet. */
  #ringSeq: SeqNumber;

  constructor(config: TcpConfig, iss: SeqNumber, mss: number) {
    this.iss = iss;
    this.sndUna = iss;
    this.sndNxt = iss;
    this.sndWl1 = iss;
    this.sndWl2 = iss;
    this.sndUp = iss;
    this.smallEnd = iss;
    this.givenFrom = iss;
    this.mss = mss;
    this.#tuning = config.buffers.sendBufferTuning ? new SendTuning(config.buffers.sendBuffer) : null;
    const limit = this.#tuning === null
      ? config.buffers.sendBuffer
      : Math.min(config.buffers.sendBuffer, FIRST_SEND_BUFFER);
    this.ring = new ByteRing(limit);
    this.#ringSeq = seqAdd(iss, 1);
  }

  /** Sequence number after the last octet of data that the user gave: where the FIN goes. */
  get dataEnd(): SeqNumber {
    return seqAdd(this.#ringSeq, this.ring.length);
  }

  /** Octets of data never sent. */
  get unsent(): number {
    return Math.max(0, seqDistance(this.#dataNext, this.dataEnd));
  }

  /** Octets of sequence space sent and not acknowledged. */
  get unacknowledged(): number {
    return seqDistance(this.sndUna, this.sndNxt);
  }

  /** Octets that the peer's window lets us send beyond SND.NXT; negative when it shrank (MUST-34). */
  get usableWindow(): number {
    return this.sndWnd - seqDistance(this.sndUna, this.sndNxt);
  }

  /** Whether our FIN was acknowledged. */
  get finAcknowledged(): boolean {
    return this.finSent && seqAfter(this.sndUna, this.dataEnd);
  }

  /**
   * RFC 9293 3.10.7.4, fifth: whether the segment's window is newer than the one we know; if so it is taken.
   *
   * Beyond the standard's two cases an ACK above SND.WL2 is newer too, whatever its number: on a retransmission it moves
   * SND.UNA, and the window that we know would reach further than the peer ever said.
   */
  updateWindow(segment: Segment, windowShift: number): boolean {
    const isNewer = seqAfter(segment.ack, this.sndWl2) || seqBefore(this.sndWl1, segment.seq) ||
      (this.sndWl1 === segment.seq && seqAtOrBefore(this.sndWl2, segment.ack));
    if (!isNewer) return false;
    this.setWindow(segment.window << windowShift, seqLater(this.sndWl1, segment.seq), segment.ack);
    return true;
  }

  /** Takes a window from the segment numbered `seq` that acknowledged `ack`. Octets, scaled. */
  setWindow(octets: number, seq: SeqNumber, ack: SeqNumber): void {
    this.sndWnd = octets;
    if (octets > this.maxSndWnd) this.maxSndWnd = octets;
    this.sndWl1 = seq;
    this.sndWl2 = ack;
  }

  /** RFC 5961 5.2: SND.UNA - MAX.SND.WND <= SEG.ACK <= SND.NXT, and nothing from before our first octet. */
  isAckAcceptable(ack: SeqNumber): boolean {
    const behind = seqDistance(ack, this.sndUna);
    return behind <= Math.min(this.maxSndWnd, this.#acknowledged - 1) && seqAtOrBefore(ack, this.sndNxt);
  }

  /** Moves SND.UNA to `ack` and forgets the data before it. Returns how many octets of data that was. */
  acknowledge(ack: SeqNumber): number {
    this.#acknowledged = Math.min(MOST_REMEMBERED, this.#acknowledged + seqDistance(this.sndUna, ack));
    this.sndUna = ack;
    this.expiries = 0;
    const acknowledged = Math.max(0, Math.min(seqDistance(this.#ringSeq, ack), this.ring.length));
    this.ring.discard(acknowledged);
    this.#ringSeq = seqAdd(this.#ringSeq, acknowledged);
    if (this.isUrgent && seqAtOrBefore(this.sndUp, ack)) this.isUrgent = false;
    return acknowledged;
  }

  /**
   * How many octets of new data one segment may carry now; 0: none.
   *
   * Sender-side avoidance of silly windows and Nagle's algorithm, RFC 9293 3.8.6.2.1 and 3.7.4: full segments go out as
   * far as both windows reach; less than a full segment only when it is all there is and nothing is outstanding, or when it
   * is a good part of the largest window that the peer ever had. Where half that window is less than a segment, halves are what
   * goes as far as both windows reach, unless one segment takes all there is.
   *
   * @param congestionRoom octets that the congestion window still lets out
   * @param limit payload octets that one segment may have: a whole number of full segments
   */
  nextDataLength(congestionRoom: number, limit: number, config: TcpConfig): number {
    const unsent = this.unsent;
    const usable = Math.min(this.usableWindow, congestionRoom);
    if (unsent === 0 || usable <= 0) return 0;
    const ofRecord = this.#unsentOfRecord(unsent);
    const isIdle = this.sndNxt === this.sndUna;
    const full = this.fullSegment;
    const isWhole = full === this.mss || isIdle && ofRecord <= Math.min(usable, this.mss);
    const length = Math.min(ofRecord, usable, isWhole ? limit : full);
    if (length === ofRecord && ofRecord < unsent) return length;
    const tail = this.tailOf(length);
    if (tail === 0) return length;
    const isLast = length === unsent;
    if (isLast && this.nagleAllows(length, config)) return length;
    if (length > tail) return length - tail;
    if (isLast || usable === congestionRoom && congestionRoom < this.usableWindow) return 0;
    const isFree = isIdle || !config.sending.nagle;
    return isFree && length >= this.maxSndWnd / WORTHWHILE_WINDOW_DIVISOR ? length : 0;
  }

  /**
   * Payload octets of a full segment: half of the largest window that the peer ever had, when that is less than a segment may
   * have. RFC 9293 3.8.6.2.1 has it be worth one (Fs). As one segment, a window's worth would wait for the peer's delayed ACK
   * each time, with nothing under way that shows its loss. It counts as full for Nagle's algorithm as well, where
   * 3.8.6.2.1 has the second half wait for the first one's ACK.
   */
  get fullSegment(): number {
    return fullSegmentFor(this.mss, this.maxSndWnd);
  }

  /** Octets of `length` that are left behind its full segments. */
  tailOf(length: number): number {
    const full = this.fullSegment;
    return length === full ? 0 : length % full;
  }

  /** Enlarges the buffer when more leaves in a round trip than it is meant for (send buffer auto-tuning). */
  tune(octetsAcknowledged: number, roundTrip: Micros, now: Instant): void {
    if (this.#tuning === null) return;
    this.ring.limit = this.#tuning.limitAfter(octetsAcknowledged, this.ring.limit, roundTrip, now);
  }

  /** Gives the buffer a size of the user's choice, and leaves it at that. */
  resize(octets: number): void {
    this.#tuning = null;
    this.ring.limit = octets;
  }

  /** What the user has given so far is a record: no segment holds octets of it and of what follows. */
  endRecord(): void {
    const ends = this.#recordEnds ??= [];
    if (ends.at(-1) !== this.dataEnd) ends.push(this.dataEnd);
  }

  /** Whether a record ends at `seq`. */
  isRecordEnd(seq: SeqNumber): boolean {
    return this.#recordEnds !== null && this.#recordEnds.includes(seq);
  }

  /** Whether there are records that are not wholly acknowledged. */
  get hasRecords(): boolean {
    return this.#recordEnds !== null && this.#recordEnds.length > 0;
  }

  /** Octets of the record that is sent next that were never sent; all `unsent` when no record was ended. */
  get unsentOfRecord(): number {
    return this.#unsentOfRecord(this.unsent);
  }

  #unsentOfRecord(unsent: number): number {
    const ends = this.#recordEnds;
    if (ends === null) return unsent;
    while (ends.length > 0 && seqAtOrBefore(ends[0] as SeqNumber, this.sndUna)) ends.shift();
    const next = ends.find((end) => seqAfter(end, this.#dataNext));
    return next === undefined ? unsent : seqDistance(this.#dataNext, next);
  }

  /** Whether the FIN may go out: all data was sent and there is room for it. */
  finMayGo(dataLength: number): boolean {
    return this.finQueued && !this.finSent && this.unsent === dataLength && this.usableWindow > dataLength;
  }

  /**
   * Whether something waits that the peer's window does not let out while nothing is outstanding within it: the window is
   * closed, or too small for a segment that is worth it.
   */
  get isBlockedByWindow(): boolean {
    const waits = this.unsent > 0 || (this.finQueued && !this.finSent) || this.sndNxt !== this.sndUna;
    const outstandingInWindow = this.sndNxt !== this.sndUna && this.sndWnd > 0;
    const usable = this.usableWindow;
    return waits && !outstandingInWindow && (usable <= 0 || (usable < this.mss && usable < this.unsent));
  }

  /** Lends data [seq, seq + length) to an outgoing segment. */
  lendData(seq: SeqNumber, length: number, out: Segment): void {
    this.ring.lend(seqDistance(this.#ringSeq, seq), length, out.payload);
  }

  /** Notes that new sequence space was sent up to `end`. */
  sentTo(end: SeqNumber, isSmall: boolean): void {
    this.sndNxt = end;
    if (isSmall) this.smallEnd = end;
  }

  /** Octets from SEG.SEQ to the end of urgent data when the segment should carry the URG flag; 0 when not. */
  urgentOffset(seq: SeqNumber): number {
    if (!this.isUrgent || !seqAfter(this.sndUp, seq)) return 0;
    // RFC 9293 3.8.5: the pointer has 16 bits; further away, it points as far as it can (RFC 6093 has no better).
    return Math.min(seqDistance(seq, this.sndUp), 0xffff);
  }

  get #dataNext(): SeqNumber {
    return this.sndNxt === this.iss ? seqAdd(this.iss, 1) : this.sndNxt;
  }

  /** Nagle: whether the last, small segment may go although it is not full. */
  nagleAllows(length: number, config: TcpConfig): boolean {
    // Nothing will follow that would fill it; or it must not wait (RFC 9293 3.7.4 knows neither).
    if (this.finQueued || this.isUrgent) return true;
    if (config.sending.cork) return false;
    if (!config.sending.nagle) return true;
    const hasFullPart = length > this.mss;
    if (config.sending.nagleVariant === "minshall") {
      return !seqInWindow(this.sndUna, this.sndUna, seqDistance(this.sndUna, this.smallEnd));
    }
    if (this.sndNxt === this.sndUna) return !hasFullPart || config.sending.nagleVariant === "earlier sends";
    // All that is outstanding came with the same call as this, the end of it.
    return config.sending.nagleVariant === "earlier sends" && this.sndUna === this.givenFrom;
  }
}
