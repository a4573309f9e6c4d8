/**
 * Finding out that a reduction of the window was spurious: the segments had only been late. By timestamps (Eifel,
 * RFC 3522 3.2) or because everything that was sent again was reported as received twice (DSACK, RFC 3708 3).
 *
 * @module
 */

import { NO_INT32 } from "../base/empty.ts";
import {
  seqAdd,
  seqAtOrAfter,
  seqAtOrBefore,
  seqBefore,
  seqDistance,
  type SeqNumber,
  seqNumber,
  seqToInt32,
  type Timestamp,
  timestampDistance,
} from "../base/seq.ts";

/** Ranges sent again that are kept; what is sent again is mostly one piece, and more are not worth the memory. */
const MAX_RANGES = 32;

/** The evidence about one reduction. */
export class UndoEvidence {
  #armed = false;
  #armedAt: SeqNumber = seqNumber(0);
  #hasResent = false;
  #firstResendTimestamp: Timestamp | null = null;
  /** What was sent again and not yet reported as received twice: start and length of each range. */
  #starts: Int32Array = NO_INT32;
  #lengths: Int32Array = NO_INT32;
  #count = 0;
  /** Whether DSACKs can tell: not when something was sent three times, or when the network doubles packets. */
  #mayTell = true;

  /** A reduction begins, with `una` the oldest number that is not acknowledged. */
  arm(una: SeqNumber): void {
    this.#armed = true;
    this.#armedAt = una;
    this.#hasResent = false;
    this.#firstResendTimestamp = null;
    this.#count = 0;
    this.#mayTell = true;
  }

  /** The reduction cannot be undone any more. */
  disarm(): void {
    this.#armed = false;
  }

  /** Whether a reduction may still turn out to be spurious. */
  get isArmed(): boolean {
    return this.#armed;
  }

  /** [start, end) was sent again, carrying `value` in its timestamps option (null: no timestamps). */
  resent(start: SeqNumber, end: SeqNumber, value: Timestamp | null): void {
    if (!this.#armed) return;
    if (!this.#hasResent) this.#firstResendTimestamp = value;
    this.#hasResent = true;
    const length = seqDistance(start, end);
    const last = this.#count - 1;
    if (this.#indexOf(start, length) >= 0 || this.#count === MAX_RANGES) this.#mayTell = false;
    else if (last >= 0 && start === seqAdd(this.#start(last), this.#length(last))) {
      this.#lengths[last] = this.#length(last) + length;
    } else this.#insert(start, length);
  }

  /**
   * The peer reported [left, right) as received twice. RFC 3708 3: what was never sent again the network has doubled, but
   * what lies before the reduction is of another one.
   */
  duplicateReported(left: SeqNumber, right: SeqNumber): void {
    if (!this.#armed || seqAtOrBefore(right, this.#armedAt)) return;
    // RFC 3522 3.2, step (5): the ACK of the first transmission was lost or late, so timestamps can tell no more.
    this.#firstResendTimestamp = null;
    if (!this.#mayTell) return;
    const length = seqDistance(left, right);
    const index = this.#indexOf(left, length);
    const before = index < 0 ? -1 : seqDistance(this.#start(index), left);
    const behind = index < 0 ? -1 : this.#length(index) - before - length;
    this.#mayTell = before >= 0 && behind >= 0 && (this.#count < MAX_RANGES || before === 0 || behind === 0);
    if (!this.#mayTell) return;
    this.#lengths[index] = before;
    if (before === 0) this.#remove(index);
    if (behind > 0) this.#insert(right, behind);
  }

  /** Whether something was sent again since the reduction. */
  get hasResent(): boolean {
    return this.#hasResent;
  }

  /** Whether everything that was sent again since the reduction was reported as a duplicate. */
  get allResentWereDuplicates(): boolean {
    return this.#armed && this.#mayTell && this.#hasResent && this.#count === 0;
  }

  /**
   * Takes the echo of an acknowledgement of something sent again: whether it dates from before that. RFC 3522 3.2, step (4): one
   * that does not ends the matter, for the first repetition was needed, whatever later ones were.
   */
  echoIsOlder(echo: Timestamp | null): boolean {
    if (!this.#armed || echo === null || this.#firstResendTimestamp === null) return false;
    const isOlder = timestampDistance(echo, this.#firstResendTimestamp) > 0;
    if (!isOlder) this.#firstResendTimestamp = null;
    return isOlder;
  }

  /** The first range that overlaps the given one; -1 when none does. */
  #indexOf(start: SeqNumber, length: number): number {
    const end = seqAdd(start, length);
    for (let i = 0; i < this.#count; i++) {
      const isBefore = seqAtOrAfter(start, seqAdd(this.#start(i), this.#length(i)));
      if (!isBefore && seqBefore(this.#start(i), end)) return i;
    }
    return -1;
  }

  #insert(start: SeqNumber, length: number): void {
    // Most connections never get here.
    if (this.#starts === NO_INT32) {
      this.#starts = new Int32Array(MAX_RANGES);
      this.#lengths = new Int32Array(MAX_RANGES);
    }
    this.#starts[this.#count] = seqToInt32(start);
    this.#lengths[this.#count++] = length;
  }

  #remove(index: number): void {
    this.#count--;
    this.#starts.copyWithin(index, index + 1, this.#count + 1);
    this.#lengths.copyWithin(index, index + 1, this.#count + 1);
  }

  #start(index: number): SeqNumber {
    return seqNumber(this.#starts[index] as number);
  }

  #length(index: number): number {
    return this.#lengths[index] as number;
  }
}
