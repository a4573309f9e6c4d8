/**
 * What was sent and not yet acknowledged, one record per segment in sequence order, and the scoreboard over it: which
 * records the peer reported as received (SACKED), which are presumed lost (LOST), which were sent again (RESENT).
 *
 * The records lie in parallel typed arrays used as a ring, so that following a segment makes no garbage. A record may
 * stand for several wire segments (segmentation offload); a SACK that covers part of one splits it.
 *
 * @module
 */

import { NO_FLOAT64, NO_INT32, NO_OCTETS } from "../base/empty.ts";
import type { SendReason } from "../base/observer.ts";
import {
  seqAdd,
  seqAtOrAfter,
  seqAtOrBefore,
  seqBefore,
  seqDistance,
  type SeqNumber,
  seqNumber,
  seqToInt32,
} from "../base/seq.ts";
import type { Instant } from "../base/units.ts";
import type { Delivery } from "./delivery.ts";
import { Mark } from "./mark.ts";

const FIRST_CAPACITY = 16;

/** Records that SACK blocks may make of what is in flight. */
const RECORDS_PER_SEGMENT = 2;
const RECORDS_SPARE = 64;

/** The records of one connection. Indexes run from 0 (the oldest) to `count - 1`. */
export class InFlight {
  #capacity = 0;
  #head = 0;
  #count = 0;
  #start: Int32Array = NO_INT32;
  #end: Int32Array = NO_INT32;
  #marks: Uint8Array = NO_OCTETS;
  /** Wire segments that the record stands for. */
  #segments: Int32Array = NO_INT32;
  #sentAt: Float64Array = NO_FLOAT64;
  #cause: SendReason[] = [];

  #total = 0;
  #sacked = 0;
  #lost = 0;
  #resent = 0;
  #totalSegments = 0;
  #sackedSegments = 0;
  #lostSegments = 0;
  #resentSegments = 0;
  #segmentSize = 1;
  /** No record before this index is lost and waiting to be sent again. */
  #resendHint = 0;

  /** Records held. */
  get count(): number {
    return this.#count;
  }

  /** Records for which there is memory. */
  get capacity(): number {
    return this.#capacity;
  }

  /** Sequence space of all records, octets. */
  get totalOctets(): number {
    return this.#total;
  }

  /** Octets that the peer reported by SACK. */
  get sackedOctets(): number {
    return this.#sacked;
  }

  /** Octets presumed lost, whether sent again or not. */
  get lostOctets(): number {
    return this.#lost;
  }

  /** Octets of retransmissions thought to be in the network. */
  get resentOctets(): number {
    return this.#resent;
  }

  /** Octets thought to be in the network: `pipe` of RFC 6675 4. */
  get pipe(): number {
    return this.#total - this.#sacked - this.#lost + this.#resent;
  }

  /** Wire segments of all records; the four sums in segments are those in octets, counted otherwise. */
  get totalSegments(): number {
    return this.#totalSegments;
  }

  get sackedSegments(): number {
    return this.#sackedSegments;
  }

  get lostSegments(): number {
    return this.#lostSegments;
  }

  get resentSegments(): number {
    return this.#resentSegments;
  }

  /** `pipe` in segments. */
  get pipeSegments(): number {
    return this.#totalSegments - this.#sackedSegments - this.#lostSegments + this.#resentSegments;
  }

  /** Full segments have this many octets of payload now: what is in flight is counted anew. */
  set segmentSize(octets: number) {
    this.#segmentSize = octets;
    this.#totalSegments = this.#sackedSegments = 0;
    this.#lostSegments = this.#resentSegments = 0;
    for (let index = 0; index < this.#count; index++) {
      const at = this.#at(index);
      this.#segments[at] = this.#segmentsIn(this.length(index), this.#marks[at] as number);
      this.#totalSegments += this.#segments[at] as number;
      this.#countSegments(this.#marks[at] as number, this.#segments[at] as number);
    }
  }

  /** Whether a lost record waits to be sent again. */
  get hasLostToResend(): boolean {
    return this.nextLost() >= 0;
  }

  start(index: number): SeqNumber {
    return seqNumber(this.#start[this.#at(index)] as number);
  }

  end(index: number): SeqNumber {
    return seqNumber(this.#end[this.#at(index)] as number);
  }

  /** Sequence space of the record, octets. */
  length(index: number): number {
    const at = this.#at(index);
    return (this.#end[at] as number) - (this.#start[at] as number) | 0;
  }

  marks(index: number): number {
    return this.#marks[this.#at(index)] as number;
  }

  /** Wire segments that the record stands for. */
  segments(index: number): number {
    return this.#segments[this.#at(index)] as number;
  }

  /** When the record was last sent. */
  sentAt(index: number): Instant {
    return this.#sentAt[this.#at(index)] as Instant;
  }

  /** The record's segment left at `moment`, a little after it was made. */
  setSentAt(index: number, moment: Instant): void {
    this.#sentAt[this.#at(index)] = moment;
  }

  /** Why the record is presumed lost. */
  cause(index: number): SendReason {
    return this.#cause[this.#at(index)] as SendReason;
  }

  /** Notes that [start, end) was sent for the first time. `marks`: of {@link Mark}, what is known at sending. */
  push(start: SeqNumber, end: SeqNumber, now: Instant, marks: number): void {
    if (this.#count === this.#capacity) this.#grow();
    const at = this.#at(this.#count++);
    this.#start[at] = seqToInt32(start);
    this.#end[at] = seqToInt32(end);
    this.#marks[at] = marks;
    this.#sentAt[at] = now;
    this.#cause[at] = "data";
    this.#total += seqDistance(start, end);
    this.#segments[at] = this.#segmentsIn(seqDistance(start, end), marks);
    this.#totalSegments += this.#segments[at] as number;
  }

  /** Removes what `ack` acknowledges, trimming a record that it cuts, and notes each delivery. */
  acknowledge(ack: SeqNumber, delivery: Delivery): void {
    while (this.#count > 0 && seqBefore(this.start(0), ack)) {
      if (seqBefore(ack, this.end(0))) this.#trim(ack);
      const at = this.#head;
      const marks = this.#marks[at] as number;
      const octets = this.length(0);
      const isNews = (marks & Mark.sacked) === 0;
      if (isNews) this.#noteDelivered(at, octets, marks, delivery);
      delivery.acknowledged(octets, isNews, (marks & Mark.everResent) !== 0);
      this.#uncount(at, marks, octets);
      this.#total -= octets;
      this.#totalSegments -= this.#segments[at] as number;
      this.#head = this.#head + 1 & this.#capacity - 1;
      this.#count--;
      if (this.#resendHint > 0) this.#resendHint--;
    }
  }

  /** Marks what a SACK block covers, splitting records at its edges. Returns octets newly reported. */
  sack(left: SeqNumber, right: SeqNumber, delivery: Delivery): number {
    let newly = 0;
    let index = this.indexAtOrAfter(left);
    if (index > 0 && seqBefore(left, this.end(index - 1)) && this.#maySplit) this.split(index - 1, left);
    for (; index < this.#count && seqBefore(this.start(index), right); index++) {
      const at = this.#at(index);
      if (((this.#marks[at] as number) & Mark.sacked) !== 0) continue;
      if (seqBefore(right, this.end(index))) {
        if (!this.#maySplit) break;
        this.split(index, right);
      }
      newly += this.length(index);
      this.#markSacked(index, delivery);
    }
    return newly;
  }

  /** As {@link sack}, but whole segments only: what a block covers of a segment in part is not reported. */
  sackSegments(left: SeqNumber, right: SeqNumber, delivery: Delivery): number {
    let newly = 0;
    let index = this.indexAtOrAfter(left);
    if (index > 0 && seqBefore(left, this.end(index - 1))) {
      const inside = seqDistance(this.start(index - 1), left);
      this.splitAfter(index - 1, Math.ceil(inside / this.#segmentSize) * this.#segmentSize);
      while (index < this.#count && seqBefore(this.start(index), left)) index++;
    }
    for (; index < this.#count && seqBefore(this.start(index), right); index++) {
      const at = this.#at(index);
      if (((this.#marks[at] as number) & Mark.sacked) !== 0) continue;
      if (seqBefore(right, this.end(index))) {
        const inside = seqDistance(this.start(index), right);
        const whole = Math.floor(inside / this.#segmentSize) * this.#segmentSize;
        if (whole === 0) break;
        this.splitAfter(index, whole);
      }
      newly += this.length(index);
      this.#markSacked(index, delivery);
    }
    return newly;
  }

  #markSacked(index: number, delivery: Delivery): void {
    const at = this.#at(index);
    const octets = this.length(index);
    const marks = this.#marks[at] as number;
    this.#noteDelivered(at, octets, marks, delivery);
    this.#uncount(at, marks, octets);
    this.#marks[at] = marks & ~(Mark.lost | Mark.resent) | Mark.sacked;
    this.#sacked += octets;
    this.#sackedSegments += this.#segments[at] as number;
  }

  /** What `ack` covers of the first record becomes a record of its own; segments that it cuts stay with the rest. */
  #trim(ack: SeqNumber): void {
    const before = this.segments(0);
    this.split(0, ack);
    const at = this.#at(0);
    const excess = (this.#segments[at] as number) + this.segments(1) - before;
    if (excess <= 0) return;
    this.#segments[at] = (this.#segments[at] as number) - excess;
    this.#totalSegments -= excess;
    this.#countSegments(this.#marks[at] as number, -excess);
  }

  /** Presumes the record lost; a retransmission of it that was under way counts as lost too. */
  markLost(index: number, cause: SendReason): void {
    const at = this.#at(index);
    const marks = this.#marks[at] as number;
    const octets = this.length(index);
    const segments = this.#segments[at] as number;
    if ((marks & Mark.resent) !== 0) {
      this.#resent -= octets;
      this.#resentSegments -= segments;
    }
    if ((marks & Mark.lost) === 0) {
      this.#lost += octets;
      this.#lostSegments += segments;
    }
    this.#marks[at] = marks & ~Mark.resent | Mark.lost;
    this.#cause[at] = cause;
    if (index < this.#resendHint) this.#resendHint = index;
  }

  /** Notes that the record was sent again. */
  markResent(index: number, now: Instant): void {
    const at = this.#at(index);
    const marks = this.#marks[at] as number;
    if ((marks & Mark.resent) === 0) {
      this.#resent += this.length(index);
      this.#resentSegments += this.#segments[at] as number;
    }
    this.#marks[at] = marks | Mark.resent | Mark.everResent;
    this.#sentAt[at] = now;
  }

  /** Takes back every presumption of loss: the reordering or delay that caused it was not loss. */
  forgetLosses(): void {
    this.#unmark(Mark.lost);
    this.#lost = this.#lostSegments = 0;
    this.#resendHint = 0;
  }

  /** Takes back every SACK report: the peer has thrown away what it had reported (RFC 2018 8). */
  forgetSacks(): void {
    this.#unmark(Mark.sacked);
    this.#sacked = this.#sackedSegments = 0;
  }

  #unmark(mark: number): void {
    for (let index = 0; index < this.#count; index++) {
      const at = this.#at(index);
      this.#marks[at] = (this.#marks[at] as number) & ~mark;
    }
  }

  /** The first record that is lost and not yet sent again; -1 when there is none. */
  nextLost(): number {
    if (this.#lost === 0) return -1;
    for (let index = this.#resendHint; index < this.#count; index++) {
      const marks = this.#marks[this.#at(index)] as number;
      if ((marks & (Mark.lost | Mark.resent | Mark.sacked)) === Mark.lost) {
        this.#resendHint = index;
        return index;
      }
    }
    this.#resendHint = this.#count;
    return -1;
  }

  /** The index of the first record that starts at or after `seq`; `count` when none does. */
  indexAtOrAfter(seq: SeqNumber): number {
    let low = 0;
    let high = this.#count;
    while (low < high) {
      const middle = low + high >> 1;
      if (seqAtOrAfter(this.start(middle), seq)) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** Cuts the record in two at `seq`, which lies inside it; both parts keep its marks and times. */
  split(index: number, seq: SeqNumber): void {
    if (seqAtOrBefore(seq, this.start(index)) || seqAtOrAfter(seq, this.end(index))) return;
    if (this.#count === this.#capacity) this.#grow();
    for (let i = this.#count; i > index; i--) this.#copyRecord(this.#at(i - 1), this.#at(i));
    this.#count++;
    const first = this.#at(index);
    const second = this.#at(index + 1);
    this.#end[first] = seqToInt32(seq);
    this.#start[second] = seqToInt32(seq);
    if (this.#resendHint > index) this.#resendHint++;
    const marks = this.#marks[first] as number;
    this.#marks[first] = marks & ~(Mark.push | Mark.fin);
    const before = this.#segments[first] as number;
    this.#segments[first] = this.#segmentsIn(this.length(index), this.#marks[first] as number);
    this.#segments[second] = this.#segmentsIn(this.length(index + 1), marks);
    const more = (this.#segments[first] as number) + (this.#segments[second] as number) - before;
    this.#totalSegments += more;
    this.#countSegments(marks, more);
  }

  /** Cuts the record so that its first part is `octets` long. */
  splitAfter(index: number, octets: number): void {
    this.split(index, seqAdd(this.start(index), octets));
  }

  /** Gives the memory back when nothing is in flight. */
  trim(): void {
    if (this.#count > 0 || this.#capacity === 0) return;
    this.#capacity = this.#head = 0;
    this.#start = this.#end = this.#segments = NO_INT32;
    this.#marks = NO_OCTETS;
    this.#sentAt = NO_FLOAT64;
    this.#cause = [];
  }

  /** Blocks of single octets would make a record of each: beyond a few for a segment, a part of one is not reported. */
  get #maySplit(): boolean {
    return this.#count < RECORDS_PER_SEGMENT * this.#total / this.#segmentSize + RECORDS_SPARE;
  }

  #at(index: number): number {
    return this.#head + index & this.#capacity - 1;
  }

  #noteDelivered(at: number, octets: number, marks: number, delivery: Delivery): void {
    delivery.recordSentAt = this.#sentAt[at] as Instant;
    delivery.delivered(octets, seqNumber(this.#end[at] as number), marks);
  }

  /** A FIN needs no segment of its own behind text. */
  #segmentsIn(octets: number, marks: number): number {
    const text = (marks & Mark.fin) !== 0 ? octets - 1 : octets;
    return Math.max(1, Math.ceil(text / this.#segmentSize));
  }

  #countSegments(marks: number, segments: number): void {
    if ((marks & Mark.sacked) !== 0) this.#sackedSegments += segments;
    if ((marks & Mark.lost) !== 0) this.#lostSegments += segments;
    if ((marks & Mark.resent) !== 0) this.#resentSegments += segments;
  }

  #uncount(at: number, marks: number, octets: number): void {
    this.#countSegments(marks, -(this.#segments[at] as number));
    if ((marks & Mark.sacked) !== 0) this.#sacked -= octets;
    if ((marks & Mark.lost) !== 0) this.#lost -= octets;
    if ((marks & Mark.resent) !== 0) this.#resent -= octets;
  }

  #copyRecord(from: number, to: number): void {
    this.#start[to] = this.#start[from] as number;
    this.#end[to] = this.#end[from] as number;
    this.#marks[to] = this.#marks[from] as number;
    this.#segments[to] = this.#segments[from] as number;
    this.#sentAt[to] = this.#sentAt[from] as number;
    this.#cause[to] = this.#cause[from] as SendReason;
  }

  #grow(): void {
    const capacity = Math.max(FIRST_CAPACITY, 2 * this.#capacity);
    const order = Array.from({ length: this.#count }, (_, index) => this.#at(index));
    const moved = <T extends Int32Array | Uint8Array | Float64Array>(from: T, to: T): T =>
      order.reduce((into, at, index) => (into[index] = from[at] as number, into), to);
    this.#start = moved(this.#start, new Int32Array(capacity));
    this.#end = moved(this.#end, new Int32Array(capacity));
    this.#marks = moved(this.#marks, new Uint8Array(capacity));
    this.#segments = moved(this.#segments, new Int32Array(capacity));
    this.#sentAt = moved(this.#sentAt, new Float64Array(capacity));
    this.#cause = order.map((at) => this.#cause[at] as SendReason);
    this.#head = 0;
    this.#capacity = capacity;
  }
}
