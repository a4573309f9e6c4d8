/**
 * One connection as the wire shows it: what can be told of its variables without asking either end.
 *
 * The view is that of the local end. What only the end itself knows (congestion window, threshold, time-out, queues) is
 * not known here.
 *
 * @module
 */

import { Flag, Option, type Segment, seqAdd, type State } from "../../trace/core.ts";
import type { Direction, Numberings } from "../../trace/copy.ts";
import { Numbering } from "../../trace/numbering.ts";
import type { ConnectionRecord, SegmentMark, SegmentRecord, ViewRecord } from "../../trace/record.ts";
import { RoundTrips } from "./round_trips.ts";

/** Ranges beyond a gap that are remembered; more are forgotten, the oldest first. */
const MOST_RANGES = 1_000;

/** RFC 7323 2.3. */
const MAX_WINDOW_SHIFT = 14;

const NO_SHIFT = -1;

/** The farthest that a believable segment lies beyond what is known: the largest window (RFC 7323 2.2). */
const FARTHEST = 2 ** 30;

/** Follows one connection. */
export class Flow implements Numberings {
  readonly record: ConnectionRecord;
  readonly own: Numbering = new Numbering();
  readonly peer: Numbering = new Numbering();
  /** The state before the first segment. */
  readonly #first: State;
  #hasBegun = false;
  readonly #roundTrips = new RoundTrips();
  #ownShift = NO_SHIFT;
  #peerShift = NO_SHIFT;
  #ownSyn = false;
  #peerSyn = false;
  #ownSynAcked = false;
  /** The numbers after each side's FIN. */
  #ownFinEnd = Infinity;
  #peerFinEnd = Infinity;
  #peerFinFirst = false;
  #isReset = false;
  #sndUna = 0;
  #sndMax = 0;
  #sndWnd = 0;
  #rcvNxt = 0;
  #rcvWnd = 0;
  #dupAcks = 0;
  /** Received beyond a gap: start and end of each range. */
  #ranges: [start: number, end: number][] = [];

  constructor(record: ConnectionRecord, first: State) {
    this.record = record;
    this.#first = first;
  }

  /** Shift of the windows that a direction announces; 0 until both SYNs agreed. */
  shiftOf(direction: Direction): number {
    if (this.#ownShift === NO_SHIFT || this.#peerShift === NO_SHIFT) return 0;
    return direction === "sent" ? this.#ownShift : this.#peerShift;
  }

  /** Starts the numbering of a direction at its SYN, or before its first octet when the SYN was not seen. */
  number(segment: Segment, direction: Direction): void {
    const [sender, receiver] = direction === "sent" ? [this.own, this.peer] : [this.peer, this.own];
    if (segment.has(Flag.syn) || sender.base === null) sender.start(segment.seq);
    if (!segment.has(Flag.ack) || receiver.base !== null) return;
    receiver.start(segment.has(Flag.syn) ? seqAdd(segment.ack, -1) : segment.ack);
  }

  /** Marks of a segment about to be taken in. */
  marks(segment: SegmentRecord, direction: Direction): readonly SegmentMark[] {
    if (segment.end === segment.seq) return [];
    const known = direction === "sent" ? this.#sndMax : this.#rcvNxt;
    const isProbe = segment.seq === known - 1 && segment.length === 1 && (segment.flags & Flag.fin) === 0;
    if (direction === "sent") return segment.seq < known && !isProbe ? ["retransmission"] : [];
    if (segment.end <= known) return ["duplicate"];
    return segment.seq > known ? ["out of order"] : [];
  }

  /** Whether an arriving segment is the first to acknowledge our FIN. */
  takesFin(segment: SegmentRecord): boolean {
    return segment.ack !== null && segment.ack >= this.#ownFinEnd && this.#sndUna < this.#ownFinEnd;
  }

  /** Takes in a segment of either direction; `segment` is the copy of `original`. */
  add(segment: SegmentRecord, original: Segment, direction: Direction, time: number): void {
    const known = direction === "sent" ? this.#sndMax : this.#rcvNxt;
    if (segment.end > known + FARTHEST) return;
    this.#hasBegun = true;
    (direction === "sent" ? this.own : this.peer).advance(original.seq);
    if ((segment.flags & Flag.syn) !== 0) this.#noteSyn(segment, direction);
    if ((segment.flags & Flag.rst) !== 0) this.#isReset = true;
    if (direction === "sent") this.#addSent(segment, time);
    else this.#addArrived(segment, time);
  }

  /** The variables now. */
  view(): ViewRecord {
    const { srtt, rttvar, latest, minimum } = this.#roundTrips;
    return {
      state: this.state(),
      sndUna: this.#sndUna,
      sndNxt: this.#sndMax,
      sndMax: this.#sndMax,
      sndWnd: this.#sndWnd,
      rcvNxt: this.#rcvNxt,
      rcvWnd: this.#rcvWnd,
      cwnd: null,
      ssthresh: null,
      pipe: null,
      flight: Math.max(this.#sndMax - this.#sndUna, 0),
      unsent: null,
      unread: null,
      dupAcks: this.#dupAcks,
      phase: null,
      recoveryPoint: null,
      srtt: Math.round(srtt),
      rttvar: Math.round(rttvar),
      latestRtt: latest,
      minRtt: minimum,
      rto: null,
      backoff: 0,
      mss: null,
    };
  }

  /** The state of the local end, as far as segments tell. */
  state(): State {
    if (!this.#hasBegun) return this.#first;
    if (this.#isReset) return "CLOSED";
    if (this.#ownSyn && !this.#peerSyn) return "SYN-SENT";
    if (this.#peerSyn && !this.#ownSyn) return "SYN-RECEIVED";
    if (this.#ownSyn && !this.#ownSynAcked) return "SYN-RECEIVED";
    const ownFin = this.#ownFinEnd !== Infinity;
    const ownFinAcked = ownFin && this.#sndUna >= this.#ownFinEnd;
    const peerFin = this.#peerFinEnd !== Infinity && this.#rcvNxt >= this.#peerFinEnd;
    if (!ownFin) return peerFin ? "CLOSE-WAIT" : "ESTABLISHED";
    if (!peerFin) return ownFinAcked ? "FIN-WAIT-2" : "FIN-WAIT-1";
    if (this.#peerFinFirst) return ownFinAcked ? "CLOSED" : "LAST-ACK";
    return ownFinAcked ? "TIME-WAIT" : "CLOSING";
  }

  #noteSyn(segment: SegmentRecord, direction: Direction): void {
    const hasShift = (segment.options & Option.windowScale) !== 0;
    const shift = hasShift ? Math.min(segment.windowScale, MAX_WINDOW_SHIFT) : NO_SHIFT;
    // A SYN that acknowledges is an answer to one, seen or not.
    if (direction === "sent" || segment.ack !== null) this.#ownSyn = true;
    if (direction === "arrived" || segment.ack !== null) this.#peerSyn = true;
    if (direction === "sent") this.#ownShift = shift;
    else this.#peerShift = shift;
  }

  #addSent(segment: SegmentRecord, time: number): void {
    const isNew = segment.end > this.#sndMax;
    if (segment.end > segment.seq) this.#roundTrips.sent(segment.seq, segment.end, isNew, time);
    this.#sndMax = Math.max(this.#sndMax, segment.end);
    if ((segment.flags & Flag.fin) !== 0 && this.#ownFinEnd === Infinity) {
      this.#ownFinEnd = segment.end;
      this.#peerFinFirst = this.#peerFinEnd !== Infinity;
    }
    if (segment.ack !== null) this.#receivedUpTo(segment.ack);
    this.#rcvWnd = segment.window;
  }

  #addArrived(segment: SegmentRecord, time: number): void {
    if ((segment.flags & Flag.fin) !== 0) this.#peerFinEnd = segment.end;
    if (segment.end > segment.seq) this.#received(segment.seq, segment.end);
    if (segment.ack === null) return;
    if (segment.ack > this.#sndUna) {
      this.#sndUna = segment.ack;
      this.#sndMax = Math.max(this.#sndMax, segment.ack);
      this.#dupAcks = 0;
      this.#roundTrips.acknowledged(segment.ack, time);
      if (segment.ack > 0) this.#ownSynAcked = true;
    } else if (this.#isDuplicateAck(segment)) this.#dupAcks++;
    if (segment.ack >= this.#sndUna) this.#sndWnd = segment.window;
  }

  /** RFC 5681 2. */
  #isDuplicateAck(segment: SegmentRecord): boolean {
    return segment.ack === this.#sndUna && this.#sndMax > this.#sndUna && segment.end === segment.seq &&
      segment.window === this.#sndWnd;
  }

  #received(start: number, end: number): void {
    if (start > this.#rcvNxt) {
      this.#ranges.push([start, end]);
      if (this.#ranges.length > MOST_RANGES) this.#ranges.shift();
      return;
    }
    this.#receivedUpTo(end);
  }

  #receivedUpTo(end: number): void {
    if (end <= this.#rcvNxt) return;
    this.#rcvNxt = end;
    for (let grew = this.#ranges.length > 0; grew;) {
      const reached = this.#ranges.filter(([start]) => start <= this.#rcvNxt);
      grew = reached.length > 0;
      if (!grew) return;
      this.#ranges = this.#ranges.filter(([start]) => start > this.#rcvNxt);
      for (const range of reached) this.#rcvNxt = Math.max(this.#rcvNxt, range[1]);
    }
  }
}
