/**
 * The probe of the path MTU that is out: a segment with data, longer than those that are known to pass (RFC 4821 7.5).
 *
 * @module
 */

import { isWaiting, Mark } from "./mark.ts";
import { NONE } from "./records.ts";
import type { Scoreboard } from "./scoreboard.ts";
import { seqAtOrAfter, type SeqNumber, seqNumber } from "../base/seq.ts";

/** What became of a probe. */
export type ProbeFate = "arrived" | "lost" | "unknown";

/** The one probe of a connection. */
export class MtuProbe {
  /** Whether one is out. */
  isOut = false;
  /** Octets of the IP packet. */
  octets = 0;
  #start: SeqNumber = seqNumber(0);
  #end: SeqNumber = seqNumber(0);

  /** [start, end) leaves as a probe, a packet of `octets`. */
  sent(start: SeqNumber, end: SeqNumber, octets: number): void {
    this.isOut = true;
    this.octets = octets;
    this.#start = start;
    this.#end = end;
  }

  /** Its record; {@link NONE}: there is none that is of the probe alone. */
  slot({ records }: Scoreboard): number {
    const slot = records.find(this.#start);
    return slot !== records.end && records.start(slot) === this.#start ? slot : NONE;
  }

  /** Whether the probe is lost: too long perhaps, which is no congestion (RFC 4821 7.6.2). */
  isLost(scoreboard: Scoreboard): boolean {
    if (!this.isOut) return false;
    const slot = this.slot(scoreboard);
    return slot !== NONE && isWaiting(scoreboard.records.marks(slot));
  }

  /** Whether nothing but the probe is lost. */
  isOnlyLoss(scoreboard: Scoreboard): boolean {
    return this.isLost(scoreboard) &&
      scoreboard.octets.lost === scoreboard.records.length(this.slot(scoreboard));
  }

  /** What is known of it; null: it may be on its way. `isRepairing`: losses were there before it was sent. */
  fate(scoreboard: Scoreboard, una: SeqNumber, isRepairing: boolean): ProbeFate | null {
    if (seqAtOrAfter(una, this.#end)) return "arrived";
    const slot = this.slot(scoreboard);
    if (slot === NONE) return "unknown";
    const marks = scoreboard.records.marks(slot);
    if ((marks & Mark.sacked) !== 0) return "arrived";
    if (!isWaiting(marks)) return null;
    return isRepairing || this.isOnlyLoss(scoreboard) ? "lost" : "unknown";
  }
}
