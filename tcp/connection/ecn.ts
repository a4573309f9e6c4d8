/**
 * Explicit congestion notification of one connection, RFC 3168 6.1: negotiation, echoing marks, answering echoes.
 *
 * @module
 */

import type { EcnCapable, EcnMode } from "../config/config.ts";
import { EcnCodepoint, Flag, type Segment } from "../base/segment.ts";

/** The ECN variables of both halves. */
export class Ecn {
  /** Whether both sides do ECN. */
  agreed = false;
  /** A mark arrived, and the peer has not yet said that it reduced its window: our segments carry ECE. */
  isEchoing = false;

  /** Flags for our SYN; `maySetThem`: not when it was repeated so often that the path may drop such SYNs (6.1.1.1). */
  synFlags(mode: EcnMode, maySetThem: boolean): number {
    return mode === "request" && maySetThem ? Flag.ece | Flag.cwr : 0;
  }

  /** Flags for our SYN-ACK. */
  get synAckFlags(): number {
    return this.agreed ? Flag.ece : 0;
  }

  /** Takes in the peer's SYN. */
  synArrived(segment: Segment, mode: EcnMode): void {
    this.agreed = mode !== "off" && segment.has(Flag.ece | Flag.cwr);
  }

  /** Takes in the peer's SYN-ACK; `asked`: our SYN asked for ECN. */
  synAckArrived(segment: Segment, asked: boolean): void {
    this.agreed = asked && segment.has(Flag.ece) && !segment.has(Flag.cwr);
  }

  /**
   * Takes in the marks of a segment with data.
   * @returns whether a mark arrived that the peer should hear of soon
   */
  dataArrived(segment: Segment): boolean {
    if (!this.agreed) return false;
    if (segment.has(Flag.cwr)) this.isEchoing = false;
    if (segment.ecn !== EcnCodepoint.congestionExperienced) return false;
    const isNew = !this.isEchoing;
    this.isEchoing = true;
    return isNew;
  }

  /** Marks an outgoing SYN or SYN-ACK that takes part in ECN; not by RFC 3168, which keeps both unmarked (6.1.1). */
  writeSyn(out: Segment, capable: EcnCapable): void {
    const isAnswer = out.has(Flag.ack);
    const takesPart = isAnswer ? this.agreed : out.has(Flag.ece);
    const isMarked = capable === "everything" || isAnswer && capable === "new data and syn-ack";
    if (takesPart && isMarked) out.ecn = EcnCodepoint.capable0;
  }

  /**
   * Marks an outgoing segment. Only new data are sent as capable, unless `capable` says more: not ACKs, not what is repeated,
   * no window probes (6.1.4 to 6.1.6). `owesReduced`: our window came down since the last new data (6.1.2).
   */
  write(out: Segment, isNewData: boolean, owesReduced: boolean, capable: EcnCapable): void {
    if (!this.agreed) return;
    if (this.isEchoing) out.flags |= Flag.ece;
    if (isNewData || capable === "everything") out.ecn = EcnCodepoint.capable0;
    if (owesReduced) out.flags |= Flag.cwr;
  }
}
