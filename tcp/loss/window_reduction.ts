/**
 * Reductions of the congestion window: the threshold that a sign of congestion sets (RFC 5681 3.1), and the way of the window
 * down to it (RFC 9937).
 *
 * @module
 */

import { seqAfter, type SeqNumber } from "../base/seq.ts";
import { type Instant, instant } from "../base/units.ts";
import type { TcpConfig } from "../config/config.ts";
import type { CongestionControl } from "../congestion/control.ts";
import type { AckSample } from "./ack_sample.ts";
import type { Tally } from "./mark.ts";
import { ProportionalRateReduction } from "./prr.ts";

/** What is known of one connection's last reduction. */
export class WindowReduction {
  readonly #config: TcpConfig;
  readonly #control: CongestionControl;
  /** What is in flight. */
  readonly #octets: Tally;
  readonly #prr = new ProportionalRateReduction();
  /** FlightSize, or the window in its place, from which the threshold was computed last; 0: it was not. */
  flightSize = 0;
  /** The window came down, for whatever reason: with ECN the next new data say so by CWR (RFC 3168 6.1.2). */
  cwrPending = false;
  /** SND.NXT when the window was reduced last, or the retransmission timer fired; null: something beyond it was acknowledged. */
  at: SeqNumber | null = null;
  /** When that was. */
  time: Instant = instant(-1);

  constructor(config: TcpConfig, control: CongestionControl, octets: Tally) {
    this.#config = config;
    this.#control = control;
    this.#octets = octets;
  }

  /** An ACK arrives while `at` is a number. */
  ackArrived(ack: AckSample): void {
    if (seqAfter(ack.una, this.at as SeqNumber)) this.at = null;
  }

  /** A sign of congestion: a new threshold, down to which {@link windowAfter} leads. */
  begin(ack: AckSample): void {
    this.setThreshold(ack);
    // RecoverFS of RFC 9937: what was outstanding before the acknowledgement, less what SACK had reported.
    this.#prr.begin(this.#outstandingBefore(ack) - (this.#octets.sacked - ack.newlySacked), ack.letOutOctets);
  }

  /** A sign of congestion: a new threshold. */
  setThreshold(ack: AckSample): void {
    this.#control.lossDetected(this.sampleOfFlight(ack));
    this.noted(ack);
  }

  /** The window comes down now. */
  noted(ack: AckSample): void {
    this.at = ack.sndNxt;
    this.time = ack.now;
    this.cwrPending = true;
  }

  /** The acknowledgement with FlightSize before it, but for what limited transmit added beyond the window (RFC 5681 3.2). */
  sampleOfFlight(ack: AckSample): AckSample {
    const { cwnd } = this.#control;
    this.flightSize = this.#config.recovery.ssthreshFrom === "cwnd"
      ? cwnd
      : Math.min(this.#outstandingBefore(ack), cwnd);
    ack.flightSize = this.flightSize;
    return ack;
  }

  /** `octets` were sent on the way down. */
  sent(octets: number): void {
    this.#prr.sent(octets);
  }

  /**
   * The window after an acknowledgement on the way down, with `pipe` octets in the network. `isSafe`: SND.UNA moved, and nothing
   * more is lost; `isRecovery`: what was lost is being sent again.
   */
  windowAfter(ack: AckSample, pipe: number, isSafe: boolean, isRecovery: boolean): number {
    const { ssthresh, cwnd } = this.#control;
    const { deliveredOctets, mss, letOutOctets } = ack;
    const window = this.#prr.windowAfter(deliveredOctets, pipe, ssthresh, isSafe, mss, letOutOctets);
    // RFC 6582 3.2, step 3: a partial ACK sends the next hole again, whatever the window.
    const isPartial = !ack.selective && isRecovery && ack.advanced;
    const least = isPartial ? pipe + mss : mss;
    // RFC 3168 6.1.2: an echo opens no window, not even from one segment to the threshold of two.
    const most = ack.echoesMark ? cwnd : Infinity;
    return Math.max(Math.min(window, most), least);
  }

  /** Octets that were outstanding before the acknowledgement, or would have been if each of its turn had been answered at once. */
  #outstandingBefore(ack: AckSample): number {
    return this.#octets.total + ack.ackedOctets + ack.letOutOctets;
  }
}
