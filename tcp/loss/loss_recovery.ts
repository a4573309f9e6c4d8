/**
 * What the rest of the connection asks of loss recovery, and what it tells it. Two ways of doing it stand behind this:
 * `recovery.ts` counts octets, as the RFCs do; `segment_recovery.ts` counts segments, as Linux does.
 *
 * @module
 */

import type { CongestionReason, RecoveryPhase } from "../base/observer.ts";
import { type SeqNumber, seqNumber, type Timestamp } from "../base/seq.ts";
import { type Instant, instant, type Micros, micros } from "../base/units.ts";
import type { Delivery } from "./delivery.ts";
import type { InFlight } from "./scoreboard.ts";
import type { TailLossProbe } from "./tail_loss_probe.ts";

/** What recovery needs to know of an acknowledgement; one reused record. */
export class AckFacts {
  now: Instant = instant(0);
  /** SND.UNA before and after. */
  priorUna: SeqNumber = seqNumber(0);
  una: SeqNumber = seqNumber(0);
  sndNxt: SeqNumber = seqNumber(0);
  /** Payload of a full segment, octets. */
  mss = 1;
  /** `pipe` before the acknowledgement, octets. */
  priorPipe = 0;
  /** Whether SACK was agreed. */
  selective = false;
  /** Octets newly reported by SACK. */
  newlySacked = 0;
  /** Whether it is a duplicate by RFC 5681 2. */
  isDuplicate = false;
  /** Whether it reports a segment received twice (DSACK). */
  reportsDuplicate = false;
  /** What it reports so: from here to there. */
  duplicateLeft: SeqNumber = seqNumber(0);
  duplicateRight: SeqNumber = seqNumber(0);
  /** The timestamp echoed; null without timestamps. */
  echo: Timestamp | null = null;
  /** Whether the congestion window is what held sending back. */
  windowLimited = false;
  /** Most segments that were outstanding at once, of late. */
  mostOutstanding = 0;
  smoothedRtt: Micros = micros(0);
  minimumRtt: Micros = micros(0);
  /** Whether it carries text, SYN or FIN. */
  carriesText = false;
  /** Whether it changes the window that we know. */
  updatesWindow = false;
  /** Whether it echoes a congestion mark, ECN being agreed. */
  echoesMark = false;
  /** Whether new text waits that the peer's window lets out. */
  hasSendableText = false;
}

/** Figures of loss recovery in segments, as `TCP_INFO` has them. */
export interface SegmentFigures {
  readonly outstanding: number;
  readonly sacked: number;
  readonly lost: number;
  readonly resent: number;
  /** Segments that may come out of order before it means loss. */
  readonly reordering: number;
  /** How often reordering was seen. */
  readonly reorderingsSeen: number;
}

/** Loss recovery of one connection. */
export interface LossRecovery {
  readonly inFlight: InFlight;
  readonly delivery: Delivery;
  readonly tailProbe: TailLossProbe;
  readonly phase: RecoveryPhase;
  /** SND.NXT when the present reduction began. */
  readonly recoveryPoint: SeqNumber;
  readonly dupAcks: number;
  /** After how long RACK wants to look again; 0: not. */
  readonly reorderingWait: Micros;
  /** Whether the last acknowledgement showed that the time-out was needless: its back-off is to be taken back. */
  readonly timeoutWasSpurious: boolean;
  /** F-RTO asks for new data instead of retransmissions (RFC 5682 2.1, step 2b). */
  readonly prefersNewData: boolean;
  /** Nothing is sent again until the next acknowledgement: new data were sent instead (F-RTO). */
  readonly holdsRetransmissions: boolean;
  /** The window came down, for whatever reason: with ECN the next new text says so by CWR (RFC 3168 6.1.2). */
  owesReduced: boolean;
  /** Why the window changed last. */
  readonly changeReason: CongestionReason;
  /** Octets thought to be in the network. */
  readonly pipe: number;
  readonly figures: SegmentFigures;
  /** Octets that the congestion window lets out now; negative when it shrank. */
  congestionRoom(): number;
  /** Notes new octets sent; `marks` of {@link Mark}. */
  sent(start: SeqNumber, end: SeqNumber, now: Instant, marks: number): void;
  /** Notes that a record was sent again, carrying `value` as its timestamp; `isProbe`: as a tail loss probe. */
  resent(index: number, now: Instant, value: Timestamp | null, isProbe: boolean): void;
  /** An acceptable acknowledgement arrived; the scoreboard and `delivery` have taken it in. */
  ackArrived(ack: AckFacts): void;
  /** The reordering timer fired (RFC 8985 6.2). */
  reorderingTimerFired(ack: AckFacts): void;
  /** The retransmission timer fired with something in flight (RFC 5681 3.1, RFC 6298 5.4). */
  timedOut(ack: AckFacts): void;
  /** The path takes smaller segments now: what was too long is lost (RFC 1191). */
  pathMtuShrank(mss: number): void;
}
