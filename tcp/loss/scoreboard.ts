/**
 * The scoreboard of RFC 6675 3: what of the segments in flight the peer reported as received (SACKed), what counts as
 * lost, and what was retransmitted.
 *
 * No acknowledgement costs in proportion to what is in flight. A SACK block is found by binary search; what was reported
 * before is skipped as a range; losses are looked for in the order of sending ({@link SentOrder}); what waits to be sent
 * again is in a heap ({@link LostQueue}). A record may stand for several wire segments (segmentation offload).
 *
 * @module
 */

import type { SendReason } from "../base/observer.ts";
import * as seq from "../base/seq.ts";
import type { SeqNumber } from "../base/seq.ts";
import * as units from "../base/units.ts";
import type { Instant } from "../base/units.ts";
import { type AckSample, sentAfter } from "./ack_sample.ts";
import { LostQueue } from "./lost_queue.ts";
import * as mark from "./mark.ts";
import { NONE, Records } from "./records.ts";
import { SackCounter } from "./rfc6675.ts";
import { SackReports } from "./sack_reports.ts";
import { SentOrder } from "./sent_order.ts";

// Bound here: what is imported is looked up at each use (tests/bench/profiles/core.md).
const { seqAdd, seqAfter, seqBefore, seqDistance } = seq;
const { instant } = units;
const { isUndisturbed, isWaiting, Mark, mayArrive, Tally } = mark;

/** How often SACK blocks may cut a record, and each of its parts, inside a segment: into 4 parts a segment at most. */
const MOST_CUTS = 2;

/** The scoreboard of one connection. Records are named by their slots. */
export class Scoreboard {
  readonly records: Records = new Records();
  readonly sentOrder: SentOrder = new SentOrder(this.records);
  /** Loss by counting what was reported, where RACK is off (RFC 6675). */
  readonly counter: SackCounter = new SackCounter();
  readonly octets: mark.Tally = new Tally();
  readonly segments: mark.Tally = new Tally();
  /** The end of the furthest octet that was ever reported or acknowledged. */
  highestDelivered: SeqNumber;
  /** How often a record was found to be lost. */
  losses = 0;
  /** When the newest of the retransmissions found to be lost was sent; negative: none was, since it was set so. */
  lostRetransmissionSentAt: Instant = instant(-1);
  readonly #lostQueue: LostQueue = new LostQueue();
  /** Blocks that were taken in lately: most ACKs repeat two and let the third grow. Null: none was. */
  #reports: SackReports | null = null;
  /** The record behind what was reported last, perhaps. */
  #nextUnreported = NONE;
  /** Records that wait to be sent again. */
  #waiting = 0;
  #cause: SendReason[] = [];
  #segmentSize: number;

  /** `segmentSize`: payload octets of a full segment. */
  constructor(iss: SeqNumber, segmentSize: number) {
    this.highestDelivered = iss;
    this.#segmentSize = segmentSize;
  }

  /** Whether nothing is in flight. */
  get isEmpty(): boolean {
    return this.records.count === 0;
  }

  /** Whether a lost record waits to be sent again. */
  get hasLost(): boolean {
    return this.#waiting > 0;
  }

  /** Whether the peer has reported shorter segments than the oldest that is missing, and none as long. There is a missing one. */
  get onlyLongLost(): boolean {
    const { records } = this;
    const segment = (slot: number): number => Math.min(records.length(slot), this.#segmentSize);
    const missing = segment(records.first);
    let longest = 0;
    for (let slot = records.first; slot !== records.end; slot = records.next(slot)) {
      const marks = records.marks(slot);
      // A part of what left as one segment says nothing of a segment's length.
      if ((marks & Mark.sacked) === 0) continue;
      if (marks >= Mark.cut) return false;
      longest = Math.max(longest, segment(slot));
    }
    return longest > 0 && longest < missing;
  }

  /** Octets of payload of a full segment. When they change, what is in flight is counted anew. */
  get segmentSize(): number {
    return this.#segmentSize;
  }

  set segmentSize(octets: number) {
    const { records, segments } = this;
    this.#segmentSize = octets;
    segments.clear();
    for (let slot = records.first; slot !== records.end; slot = records.next(slot)) {
      records.setSegments(slot, this.#segmentsIn(records.length(slot), records.marks(slot)));
      segments.add(records.segments(slot), records.marks(slot));
    }
  }

  /** Why the record counts as lost. */
  cause(slot: number): SendReason {
    return this.#cause[slot] as SendReason;
  }

  /**
   * Notes that [start, end) was sent for the first time. `marks`: of {@link Mark}, what is known at sending. Returns the slot
   * of its record.
   */
  push(start: SeqNumber, end: SeqNumber, now: Instant, marks: number): number {
    if (this.records.isFull) this.#makeRoom();
    const octets = seqDistance(start, end);
    const segments = this.#segmentsIn(octets, marks);
    const slot = this.records.push(start, end, now, marks, segments);
    this.sentOrder.append(slot);
    this.octets.total += octets;
    this.segments.total += segments;
    return slot;
  }

  /** Removes what `ack` acknowledges, trimming a record that it cuts, and notes each delivery. */
  acknowledge(ack: SeqNumber, sample: AckSample): void {
    const { records } = this;
    while (records.count > 0 && seqBefore(records.start(records.first), ack)) {
      const slot = records.first;
      if (seqBefore(ack, records.until(slot))) this.#trim(slot, ack);
      const marks = records.marks(slot);
      const octets = records.length(slot);
      const isNews = (marks & Mark.sacked) === 0;
      if (slot === this.#nextUnreported) this.#nextUnreported = NONE;
      sample.recordFirstSentAt = records.firstSentAt(slot);
      if (isNews) this.#noteDelivered(slot, sample);
      sample.acknowledged(octets, isNews, (marks & Mark.everResent) !== 0);
      this.counter.passed(records, slot);
      this.octets.add(-octets, marks);
      this.segments.add(-records.segments(slot), marks);
      records.removeFirst();
      if (isUndisturbed(marks)) this.#acknowledgeRun(ack, sample);
    }
    if (seqAfter(ack, this.highestDelivered)) this.highestDelivered = ack;
    if (this.octets.sacked === 0) this.#reports = null;
  }

  /**
   * Removes together, as far as `ack` reaches, the oldest records of which nothing is known but that they were sent: behind one
   * of the kind, which has told the sample when the oldest left, they say no more than their sum, and when the last left. In
   * the order of sending no others come before them.
   */
  #acknowledgeRun(ack: SeqNumber, sample: AckSample): void {
    const { records, sentOrder } = this;
    const { first, end } = records;
    let last = NONE;
    let count = 0;
    let segments = 0;
    for (let slot = first; slot !== end; slot = records.next(slot)) {
      if (seqBefore(ack, records.until(slot)) || !isUndisturbed(records.marks(slot))) break;
      if (slot === this.#nextUnreported) this.#nextUnreported = NONE;
      this.counter.passed(records, slot);
      segments += records.segments(slot);
      count++;
      last = slot;
    }
    if (last === NONE) return;
    const until = records.until(last);
    const octets = seqDistance(records.start(first), until);
    sample.recordSentAt = records.sentAt(last);
    sample.recordSerial = records.serial(last);
    sample.delivered(octets, until, 0);
    sample.acknowledged(octets, true, false);
    this.octets.total -= octets;
    this.segments.total -= segments;
    const { overtaken } = sentOrder;
    sentOrder.removeTo(last, overtaken !== NONE && seqBefore(records.start(overtaken), until));
    records.removeTo(last, count);
  }

  /**
   * Marks what a SACK block covers, cutting records at its edges. `wholeSegments`: only where segments end.
   * @returns octets newly reported
   */
  sack(left: SeqNumber, right: SeqNumber, wholeSegments: boolean, sample: AckSample): number {
    const { records } = this;
    let newly = 0;
    const reports = this.#reports ??= new SackReports();
    const from = reports.takenTo(left);
    if (!seqBefore(from, right)) return 0;
    const next = this.#nextUnreported;
    const isNext = next !== NONE && next !== records.end && records.start(next) === from;
    let slot = this.#notSacked(isNext ? next : records.find(from));
    if (slot !== records.end && seqBefore(records.start(slot), from)) {
      const inside = seqDistance(records.start(slot), from);
      const cut = wholeSegments ? Math.ceil(inside / this.#segmentSize) * this.#segmentSize : inside;
      if (cut < records.length(slot)) this.#cutBySack(slot, cut);
      slot = this.#notSacked(records.next(slot));
    }
    for (; slot !== records.end && seqBefore(records.start(slot), right); slot = this.#notSacked(slot)) {
      if (seqBefore(right, records.until(slot))) {
        const inside = seqDistance(records.start(slot), right);
        const cut = wholeSegments ? Math.floor(inside / this.#segmentSize) * this.#segmentSize : inside;
        if (cut === 0 || !this.#cutBySack(slot, cut)) break;
      }
      newly += records.length(slot);
      this.#markSacked(slot, sample);
    }
    const isCutShort = slot !== records.end && seqBefore(records.start(slot), right);
    reports.remember(left, isCutShort ? records.start(slot) : right);
    this.#nextUnreported = slot;
    return newly;
  }

  /** The record counts as lost; a retransmission of it that was under way is lost too. */
  markLost(slot: number, cause: SendReason): void {
    const { records } = this;
    const marks = records.marks(slot);
    this.#cause[slot] = cause;
    if (!mayArrive(marks)) return;
    this.losses++;
    const isRetransmission = (marks & Mark.resent) !== 0;
    if (isRetransmission && records.sentAt(slot) > this.lostRetransmissionSentAt) {
      this.lostRetransmissionSentAt = records.sentAt(slot);
    }
    this.#remark(slot, marks & ~Mark.resent | Mark.lost);
    this.sentOrder.remove(slot);
    // Nothing of what is in the queue waits any more.
    if (this.#waiting === 0) this.#lostQueue.clear();
    this.#waiting++;
    this.#lostQueue.add(slot, records.start(slot));
  }

  /** Notes that the record was sent again, as a probe perhaps, though the peer had reported it. */
  markResent(slot: number, now: Instant): void {
    const { records } = this;
    const marks = records.marks(slot);
    if ((marks & Mark.sacked) !== 0) return records.setMarks(slot, marks | Mark.everResent);
    if (isWaiting(marks)) this.#waiting--;
    else this.sentOrder.remove(slot);
    this.#remark(slot, marks | Mark.resent | Mark.everResent);
    records.noteSent(slot, now);
    this.sentOrder.append(slot);
  }

  /** The record to be sent again next: the lost one with the lowest number; {@link NONE} when none waits. */
  nextLost(): number {
    if (this.#waiting === 0) return NONE;
    const queue = this.#lostQueue;
    while (!this.#isQueued(queue.first, queue.firstStart)) queue.removeFirst();
    return queue.first;
  }

  /** Nothing counts as lost any more: what looked like loss was reordering or delay. */
  forgetLosses(): void {
    if (this.octets.lost > 0) this.#unmark(Mark.lost);
  }

  /** Nothing counts as received any more: the peer has thrown away what it had reported (RFC 2018 8). */
  forgetSacks(): void {
    if (this.octets.sacked > 0) this.#unmark(Mark.sacked);
    this.#reports = null;
    this.counter.reset();
  }

  /** Cuts the record so that its first part is `octets` long; both parts keep its marks and times. */
  cut(slot: number, octets: number): void {
    const { records, segments } = this;
    if (octets <= 0 || octets >= records.length(slot)) return;
    if (records.isFull) this.#makeRoom();
    const marks = records.marks(slot);
    const part = records.cut(slot, seqAdd(records.start(slot), octets));
    segments.add(-records.segments(slot), marks);
    // PSH belongs to the last octet of data (RFC 9293 3.9.1.2), which may leave a FIN behind.
    const isFinAlone = (marks & Mark.fin) !== 0 && records.length(part) === 1;
    records.setMarks(slot, marks & ~(isFinAlone ? Mark.fin : Mark.push | Mark.fin));
    if (isFinAlone) records.setMarks(part, marks & ~Mark.push);
    records.setSegments(slot, this.#segmentsIn(octets, records.marks(slot)));
    records.setSegments(part, this.#segmentsIn(records.length(part), marks));
    segments.add(records.segments(slot) + records.segments(part), marks);
    this.#cause[part] = this.cause(slot);
    if ((marks & Mark.sacked) !== 0) {
      records.setSkip(part, records.skip(slot));
      records.setSkip(slot, part);
    } else if (isWaiting(marks)) {
      this.#waiting++;
      this.#lostQueue.add(part, records.start(part));
    } else {
      this.sentOrder.insertAfter(slot, part);
    }
  }

  /** The newest record reaches further: more goes out with it when it is sent again. */
  extendLast(end: SeqNumber, marks: number): void {
    const { records } = this;
    const slot = records.last;
    this.octets.add(seqDistance(records.until(slot), end), records.marks(slot));
    this.segments.add(-records.segments(slot), records.marks(slot));
    records.extendLast(end);
    records.setMarks(slot, records.marks(slot) | marks);
    records.setSegments(slot, this.#segmentsIn(records.length(slot), records.marks(slot)));
    this.segments.add(records.segments(slot), records.marks(slot));
  }

  /** Gives the memory back when nothing is in flight. */
  trim(): void {
    if (this.records.count > 0 || this.records.capacity === 0) return;
    this.records.release();
    this.counter.reset();
    this.#reports = null;
    this.#nextUnreported = NONE;
    this.#lostQueue.release();
    this.#cause = [];
  }

  #makeRoom(): void {
    const { records } = this;
    records.grow();
    for (let slot = this.#cause.length; slot < records.capacity; slot++) this.#cause.push("data");
  }

  #isQueued(slot: number, start: SeqNumber): boolean {
    return this.records.start(slot) === start && isWaiting(this.records.marks(slot));
  }

  #remark(slot: number, marks: number): void {
    const { records } = this;
    const before = records.marks(slot);
    this.octets.change(records.length(slot), before, marks);
    this.segments.change(records.segments(slot), before, marks);
    records.setMarks(slot, marks);
  }

  #markSacked(slot: number, sample: AckSample): void {
    const { records } = this;
    const marks = records.marks(slot);
    this.#noteDelivered(slot, sample);
    this.#remark(slot, marks & ~(Mark.lost | Mark.resent) | Mark.sacked);
    records.setSkip(slot, records.next(slot));
    if (seqAfter(records.until(slot), this.highestDelivered)) this.highestDelivered = records.until(slot);
    this.counter.sacked(records, slot);
  }

  /** Takes a record that was not reported before out of the lists, and tells the sample of it. */
  #noteDelivered(slot: number, sample: AckSample): void {
    const { records } = this;
    const marks = records.marks(slot);
    if (isWaiting(marks)) this.#waiting--;
    else this.sentOrder.remove(slot);
    sample.recordSentAt = records.sentAt(slot);
    sample.recordMadeAt = records.madeAt(slot);
    sample.recordSerial = records.serial(slot);
    sample.delivered(records.length(slot), records.until(slot), marks);
  }

  /**
   * The record itself, or the first one behind it that is not SACKed. Of a SACKed record one further on is noted, up to which all
   * are SACKed; paths are halved on the way (union-find).
   */
  #notSacked(from: number): number {
    const { records } = this;
    let slot = from;
    while (slot !== records.end && (records.marks(slot) & Mark.sacked) !== 0) {
      const next = records.skip(slot);
      const isSacked = next !== records.end && (records.marks(next) & Mark.sacked) !== 0;
      if (isSacked) records.setSkip(slot, records.skip(next));
      slot = next;
    }
    return slot;
  }

  /**
   * Cuts the record behind `octets`. Blocks of single octets would make a record of each: beyond a few parts of a segment
   * a block is not cut for, and what it covers in part is not reported. Returns whether it was cut.
   */
  #cutBySack(slot: number, octets: number): boolean {
    const { records } = this;
    const marks = records.marks(slot);
    if (octets % this.#segmentSize !== 0) {
      if (marks >= MOST_CUTS * Mark.cut) return false;
      records.setMarks(slot, marks + Mark.cut);
    }
    this.cut(slot, octets);
    return true;
  }

  /** What `ack` covers of the oldest record becomes a record of its own; segments that it cuts stay with the rest. */
  #trim(slot: number, ack: SeqNumber): void {
    const { records } = this;
    const before = records.segments(slot);
    this.cut(slot, seqDistance(records.start(slot), ack));
    const excess = records.segments(slot) + records.segments(records.next(slot)) - before;
    if (excess <= 0) return;
    records.setSegments(slot, records.segments(slot) - excess);
    this.segments.add(-excess, records.marks(slot));
  }

  /** Takes a mark off all records. Those that may arrive are put in order anew, which happens once a round trip at most. */
  #unmark(mark: number): void {
    const { records, sentOrder } = this;
    const slots: number[] = [];
    sentOrder.clear();
    this.#lostQueue.clear();
    this.#waiting = 0;
    for (let slot = records.first; slot !== records.end; slot = records.next(slot)) {
      this.#remark(slot, records.marks(slot) & ~mark);
      if (mayArrive(records.marks(slot))) slots.push(slot);
      else if (isWaiting(records.marks(slot))) {
        this.#waiting++;
        this.#lostQueue.add(slot, records.start(slot));
      }
    }
    slots.sort((a, b) => this.#wasSentAfter(a, b) ? 1 : -1);
    for (const slot of slots) sentOrder.append(slot);
  }

  #wasSentAfter(a: number, b: number): boolean {
    const { records } = this;
    return sentAfter(records.serial(a), records.until(a), records.serial(b), records.until(b));
  }

  /** A FIN needs no segment of its own behind data. */
  #segmentsIn(octets: number, marks: number): number {
    const data = (marks & Mark.fin) !== 0 ? octets - 1 : octets;
    return data <= this.#segmentSize ? 1 : Math.ceil(data / this.#segmentSize);
  }
}
