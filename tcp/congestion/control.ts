/**
 * What a congestion control sees and says. It decides how many octets may be in the network; what is lost, what is sent
 * again and how the window comes down to the threshold is not its business.
 *
 * @module
 */

import type { SeqNumber } from "../base/seq.ts";
import type { Instant, Micros } from "../base/units.ts";

/** The congestion controls of the library. */
export type CongestionControlName = "cubic" | "reno";

/** When slow start ends once the round trip grows: after going on slowly for a while (RFC 9406), or at once (Linux). */
export type SlowStartExit = "after rounds" | "at once";

/** What an acknowledgement, a loss or a timeout tells. Valid during the call only. Amounts are octets. */
export interface CongestionSample {
  /** The moment of the call. */
  readonly now: Instant;
  /** Payload of a full segment. */
  readonly mss: number;
  /** What was sent and not acknowledged before, without what limited transmit added (RFC 5681 3.2). */
  readonly flightSize: number;
  /** How far SND.UNA moved. */
  readonly ackedOctets: number;
  /**
   * What this ACK showed to have left the network: newly acknowledged or newly SACKed. What was SACKed before is not
   * counted again; without SACK each duplicate ACK stands for one segment, and those are taken off when SND.UNA moves
   * (DeliveredData of RFC 9937). For `ackReceived` what duplicate ACKs showed is delivered when SND.UNA moves.
   */
  readonly deliveredOctets: number;
  /** SND.UNA after this ACK. */
  readonly una: SeqNumber;
  /** SND.NXT. */
  readonly sndNxt: SeqNumber;
  /** Round-trip time measured by this ACK; 0: none. */
  readonly rtt: Micros;
  /** SRTT; 0: none. */
  readonly srtt: Micros;
  /** The least round trip of late; 0: none. */
  readonly minRtt: Micros;
  /** Whether the congestion window, and nothing else, kept us from sending more in this round trip. */
  readonly isCwndLimited: boolean;
}

/** What a congestion control starts from. */
export interface CongestionOptions {
  /** Payload octets of a full segment. */
  readonly mss: number;
  /** The initial window, octets (RFC 6928). */
  readonly initialCwnd: number;
  /** Whether slow start ends when the round-trip time grows (RFC 9406). */
  readonly hystart: boolean;
  /** When that is found out. */
  readonly slowStartExit: SlowStartExit;
  /** The moment of the call. */
  readonly now: Instant;
}

/** The congestion control of one connection. What one of your own throws ends its connection, which is aborted, and no other. */
export interface CongestionControl {
  /** What people call it. */
  readonly name: string;
  /**
   * The window, octets; less than a segment counts as one. Loss recovery sets it too, to one segment at least: on the way down
   * to `ssthresh` (RFC 9937), after a timeout, after a lost SYN.
   */
  cwnd: number;
  /** The slow-start threshold, octets; Infinity until the first reduction. */
  readonly ssthresh: number;
  /** Whether slow start goes on slowly, to see whether round trips really take longer (RFC 9406 4.2); absent: it never does. */
  readonly isConservative?: boolean;
  /** Octets per second at which data leave; what is not above 0, or absent: at once, as far as the window lets them. */
  readonly pacingRate?: number | undefined;
  /** Data were acknowledged outside of fast recovery, after a timeout too; or reported by SACK, where reordering is measured. */
  ackReceived(ack: CongestionSample): void;
  /** Loss or a congestion mark, once for a window of data: lowers `ssthresh`, to which recovery leads the window. */
  lossDetected(loss: CongestionSample): void;
  /** The retransmission timer fired, for these data for the first time: lowers `ssthresh`. The window becomes one segment. */
  timeout(loss: CongestionSample): void;
  /** The last loss or timeout was none: `cwnd` and `ssthresh` are at least what they were before. */
  undo(): void;
  /**
   * Nothing was outstanding for `span`, though nothing was in the way of sending: no time to grow in. `isLong`: so long that
   * the window says nothing of the path any more, and should restart (RFC 5681 4.1).
   */
  idle(span: Micros, isLong: boolean): void;
}

/** Makes the congestion control of a new connection. */
export type CongestionControlFactory = (options: CongestionOptions) => CongestionControl;
