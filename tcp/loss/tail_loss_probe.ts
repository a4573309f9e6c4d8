/**
 * Tail loss probe, RFC 8985 7: when the last segments of a flight may be lost, one more segment is sent before the
 * retransmission timer, so that its acknowledgement shows what is missing.
 *
 * @module
 */

import { seqAfter, seqAtOrAfter, type SeqNumber } from "../base/seq.ts";
import { type Micros, micros } from "../base/units.ts";

/** The variables of the probe. */
export class TailLossProbe {
  /** TLP.end_seq: SND.NXT when the outstanding probe was sent; null when none is. */
  end: SeqNumber | null = null;
  /** TLP.is_retrans: whether it repeated a segment. */
  isRetransmission = false;

  /** Notes that a probe went out. */
  sent(sndNxt: SeqNumber, isRetransmission: boolean): void {
    this.end = sndNxt;
    this.isRetransmission = isRetransmission;
  }

  /**
   * Takes in an acknowledgement; the episode ends when it covers the probe.
   * @returns whether it shows that the probe repaired a loss, which calls for a congestion response (7.4.2)
   */
  repairedLoss(una: SeqNumber, reportsDuplicate: boolean, isDuplicate: boolean): boolean {
    if (this.end === null || !seqAtOrAfter(una, this.end)) return false;
    const covered = seqAfter(una, this.end);
    const wasNeeded = this.isRetransmission && !reportsDuplicate && covered;
    if (covered || !this.isRetransmission || reportsDuplicate || isDuplicate) this.end = null;
    return wasNeeded;
  }

  /**
   * How long to wait before a probe (7.2): two round trips, and the peer's delayed ACK when only one segment is out.
   * `initial`: what to wait without a sample.
   */
  static timeout(smoothedRtt: Micros, isSingleSegment: boolean, delayedAck: Micros, initial: Micros): Micros {
    if (smoothedRtt === 0) return initial;
    return micros(2 * smoothedRtt + (isSingleSegment ? delayedAck : 2_000));
  }
}
