/**
 * Tail loss probe, RFC 8985 7: when the last segments of a flight may be lost, one more segment is sent before the
 * retransmission timer, so that its acknowledgement shows what is missing.
 *
 * @module
 */

import { seqAfter, seqAtOrAfter, type SeqNumber } from "../base/seq.ts";
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

  /** Notes that a probe went out. */
  sent(sndNxt: SeqNumber, isRetransmission: boolean): void {
    this.end = sndNxt;
    this.isRetransmission = isRetransmission;
  }

  /**
   * Takes in an acknowledgement; the episode ends when it covers the probe.
   * @returns whether it shows that the probe repaired a loss, which calls for a congestion response (7.4.2)
   */
  repairedLoss(ack: AckSample): boolean {
    if (this.end === null || !seqAtOrAfter(ack.una, this.end)) return false;
    const isCovered = seqAfter(ack.una, this.end);
    const repaired = this.isRetransmission && !ack.reportsDuplicate && isCovered;
    if (isCovered || !this.isRetransmission || ack.reportsDuplicate || ack.isBare) this.end = null;
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
