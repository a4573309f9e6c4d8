/**
 * Tail loss probe, RFC 8985 7: when the last segments of a flight may be lost, one more segment is sent before the
 * retransmission timer, so that its acknowledgement shows what is missing.
 *
 * @module
 */

import { seqAdd, seqAfter, seqAtOrAfter, type SeqNumber } from "../base/seq.ts";
import { type Micros, micros, milliseconds } from "../base/units.ts";
import type { AckSample } from "./ack_sample.ts";

/** RFC 8985 7.2: TLP.max_ack_delay, the longest that a peer is thought to delay an ACK; the value is Linux's. */
const WORST_DELAYED_ACK = milliseconds(200);

/** How late the probe is when more than one segment is out: two ticks of a coarse clock. */
const SLACK = milliseconds(2);

/** The variables of the probe. */
export class TailLossProbe {
  /** TLP.end_seq: SND.NXT when the outstanding probe was sent; null when none is. */
  end: SeqNumber | null = null;
  /** TLP.is_retrans: whether it repeated a segment. */
  isRetransmission = false;
  /** How many round trips had been measured when the last probe was sent. */
  #measuredBefore = 0;

  /** Notes that a probe went out; `measured`: how many round trips have been measured so far. */
  sent(sndNxt: SeqNumber, isRetransmission: boolean, measured: number): void {
    this.end = sndNxt;
    this.isRetransmission = isRetransmission;
    this.#measuredBefore = measured;
  }

  /** Whether another probe may be sent, now that so many round trips have been measured, one of them since the last probe (7.3). */
  mayFollow(measured: number): boolean {
    return measured > this.#measuredBefore;
  }

  /**
   * Takes in an acknowledgement; the episode ends when it covers the probe.
   * @returns whether it shows that the probe repaired a loss, which calls for a congestion response (7.4.2)
   */
  repairedLoss(ack: AckSample): boolean {
    if (this.end === null || !seqAtOrAfter(ack.una, this.end)) return false;
    const isCovered = seqAfter(ack.una, this.end);
    // A FIN behind the data is in no D-SACK of some peers.
    const reportsProbe = ack.reportsDuplicate &&
      (ack.duplicateRight === this.end || seqAdd(ack.duplicateRight, 1) === this.end);
    const isBare = ack.isBare && !ack.reportsDuplicate && ack.newlySacked === 0;
    const repaired = this.isRetransmission && !reportsProbe && isCovered;
    if (isCovered || !this.isRetransmission || reportsProbe || isBare) this.end = null;
    return repaired;
  }

  /**
   * How long to wait before a probe (7.2): two round trips, and the peer's delayed ACK when only one segment is out.
   * `initial`: what to wait without a sample.
   */
  static timeout(srtt: Micros, isSingleSegment: boolean, initial: Micros): Micros {
    if (srtt === 0) return initial;
    return micros(2 * srtt + (isSingleSegment ? WORST_DELAYED_ACK : SLACK));
  }
}
