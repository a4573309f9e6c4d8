/**
 * Loss detection by counting what the peer reported beyond a hole: IsLost and NextSeg of RFC 6675 4. Used when RACK is off.
 * Without the rescue retransmission of NextSeg (4): what is lost behind all reports is the timer's.
 *
 * What was reported beyond a record only grows, so the records below one number are lost and those above it are not: the
 * frontier, which only moves on.
 *
 * @module
 */

import { seqBefore, type SeqNumber, seqNumber } from "../base/seq.ts";
import { Mark } from "./mark.ts";
import { NONE, type Records } from "./records.ts";

/** What the counter asks of the scoreboard. */
interface Marker {
  readonly records: Records;
  readonly hasLost: boolean;
  readonly highestDelivered: SeqNumber;
  markLost(slot: number, cause: "retransmit-sack"): void;
}

/** What of the records above the frontier was reported. */
export class SackCounter {
  /** The first record above the frontier; {@link NONE} while nothing was reported. */
  #frontier = NONE;
  #frontierStart: SeqNumber = seqNumber(0);
  /** Octets, and ranges without a hole between their records, reported above it. */
  #octets = 0;
  #ranges = 0;
  /** How far holes went out on suspicion. */
  #suspected: SeqNumber | null = null;

  /** A record was reported. */
  sacked(records: Records, slot: number): void {
    if (this.#frontier === NONE) this.#moveTo(records, records.first);
    if (seqBefore(records.start(slot), this.#frontierStart)) return;
    const previous = slot === this.#frontier ? NONE : records.previous(slot);
    this.#octets += records.length(slot);
    this.#ranges += 1 - (isSacked(records, previous) ? 1 : 0) -
      (isSacked(records, records.next(slot)) ? 1 : 0);
  }

  /** The oldest record is about to be removed. */
  passed(records: Records, slot: number): void {
    if (slot === this.#frontier) this.#pass(records);
  }

  /** Nothing counts as reported. */
  reset(): void {
    this.#frontier = NONE;
    this.#octets = this.#ranges = 0;
    this.#suspected = null;
  }

  /** Marks every record with `dupThresh` reported ranges, or more than `dupThresh` - 1 segments reported, beyond it. */
  detectLosses(scoreboard: Marker, dupThresh: number, mss: number): void {
    const { records } = scoreboard;
    if (this.#frontier === NONE) return;
    while (
      this.#frontier !== records.end && (this.#ranges >= dupThresh || this.#octets > (dupThresh - 1) * mss)
    ) {
      const marks = records.marks(this.#frontier);
      if ((marks & (Mark.sacked | Mark.lost | Mark.everResent)) === 0) {
        scoreboard.markLost(this.#frontier, "retransmit-sack");
      }
      this.#pass(records);
    }
  }

  /** NextSeg (3): marks the first hole that was not sent again yet, however little was reported beyond it. */
  markNextHole(scoreboard: Marker): void {
    const { records } = scoreboard;
    if (scoreboard.hasLost || this.#octets === 0) return;
    const isBehind = this.#suspected !== null && seqBefore(this.#frontierStart, this.#suspected);
    let slot = isBehind ? records.find(this.#suspected as SeqNumber) : this.#frontier;
    const known = Mark.sacked | Mark.lost | Mark.everResent;
    while (slot !== records.end && (records.marks(slot) & known) !== 0) slot = records.next(slot);
    if (slot === records.end || !seqBefore(records.start(slot), scoreboard.highestDelivered)) return;
    this.#suspected = records.until(slot);
    scoreboard.markLost(slot, "retransmit-sack");
  }

  /** The record at the frontier lies below it from now on. */
  #pass(records: Records): void {
    const slot = this.#frontier;
    if (isSacked(records, slot)) {
      this.#octets -= records.length(slot);
      if (!isSacked(records, records.next(slot))) this.#ranges--;
    }
    const next = records.next(slot);
    this.#frontier = next;
    this.#frontierStart = records.until(slot);
  }

  #moveTo(records: Records, slot: number): void {
    this.#frontier = slot;
    this.#frontierStart = records.start(slot);
  }
}

function isSacked(records: Records, slot: number): boolean {
  return slot !== NONE && slot !== records.end && (records.marks(slot) & Mark.sacked) !== 0;
}
