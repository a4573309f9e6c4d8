/**
 * What a congestion control sees and says. Loss detection, recovery and pacing are not its business.
 *
 * @module
 */

import type { CongestionControlName, SlowStartExit } from "../config/config.ts";
import { type SeqNumber, seqNumber } from "../base/seq.ts";
import { type Instant, instant, type Micros, micros } from "../base/units.ts";

/** RFC 5681 3.1: least threshold, in segments. */
export const MIN_THRESHOLD_SEGMENTS = 2;

/** RFC 6928 2: octets that an initial window may have whatever the segment size is, for a window of 10 segments. */
const INITIAL_WINDOW_SEGMENT = 1_460;

/** RFC 6928 2: segments that an initial window always has room for. */
const INITIAL_WINDOW_LEAST_SEGMENTS = 2;

/** RFC 2861 3: after idling the threshold remembers this part of the window. */
const REMEMBERED_WINDOW = 3 / 4;

/**
 * What one acknowledgment told. One record per connection, filled in for every ACK and valid during the call only.
 * Amounts are octets.
 */
export class AckSample {
  /** How far SND.UNA moved. */
  ackedOctets = 0;
  /**
   * What this ACK showed to have left the network: newly acknowledged or newly SACKed. What was SACKed before is not
   * counted again; without SACK each duplicate ACK stands for one segment, and those are taken off when SND.UNA moves
   * (DeliveredData of RFC 9937).
   */
  deliveredOctets = 0;
  /** SND.UNA after this ACK. */
  una: SeqNumber = seqNumber(0);
  /** SND.NXT. */
  sndNxt: SeqNumber = seqNumber(0);
  /** Round-trip time measured by this ACK; 0: none. */
  rtt: Micros = micros(0);
  /** SRTT; 0: none. */
  smoothedRtt: Micros = micros(0);
  /** Whether the congestion window, and nothing else, kept us from sending more in this round trip. */
  isWindowLimited = true;
  /** When the ACK arrived. */
  now: Instant = instant(0);
}

/** What a congestion control starts from. */
export interface CongestionOptions {
  /** Payload octets of a full segment. */
  readonly mss: number;
  /** Segments of the initial window. */
  readonly initialWindowSegments: number;
  /** Whether slow start ends when the round-trip time grows (RFC 9406). */
  readonly hystart: boolean;
  readonly slowStartExit: SlowStartExit;
  readonly now: Instant;
}

/** Decides how many octets may be in the network. The window and the threshold are octets. */
export interface CongestionControl {
  /** What the config calls it. */
  readonly name: CongestionControlName;
  /** At least one segment. */
  readonly cwnd: number;
  /** Infinity until the first reduction. */
  readonly ssthresh: number;
  /** New data were acknowledged outside of fast recovery: in order, after a time-out too. */
  acknowledged(sample: AckSample): void;
  /**
   * Loss or a congestion mark, once per window of data: lowers the threshold and returns it. The window stays as it is:
   * the caller leads it to the threshold by {@link setWindow} (RFC 9937). `flightSize` is what was sent and not
   * acknowledged, without what limited transmit added (RFC 5681 3.2).
   */
  reduce(flightSize: number, now: Instant): number;
  /**
   * The retransmission timer fired: the window is one segment. The threshold is lowered unless it was already and
   * nothing has been acknowledged since (RFC 5681 3.1).
   */
  timedOut(flightSize: number, now: Instant): void;
  /** Sets the window, to one segment at least: proportional rate reduction, end of recovery, a lost SYN. */
  setWindow(octets: number): void;
  /** All that was sent when a reduction or a time-out came is acknowledged. */
  recoveryEnded(now: Instant): void;
  /** The last reduction or time-out was needless: threshold and window are at least what they were before. */
  undo(): void;
  /** Nothing was sent for this long although nothing was in the way: the time does not count as time to grow in. */
  idled(span: Micros): void;
  /** Sending begins again after idling: the window may not be trusted if that took longer than an RTO (RFC 5681 4.1). */
  restartAfterIdle(idle: Micros, rto: Micros): void;
  /** Full segments now have this many octets of payload. */
  mssChanged(mss: number): void;
}

/** RFC 6928 2, for any number of segments: they count as 1460 octets where a segment is longer, but two always fit. */
export function initialWindow(mss: number, segments: number): number {
  return Math.min(
    segments * mss,
    Math.max(INITIAL_WINDOW_LEAST_SEGMENTS * mss, segments * INITIAL_WINDOW_SEGMENT),
  );
}

/** RFC 2861 3.1: the threshold after idling, so that slow start leads back to near where the window was. */
export function thresholdAfterIdle(window: number, threshold: number): number {
  return Math.max(threshold, Math.floor(REMEMBERED_WINDOW * window));
}
