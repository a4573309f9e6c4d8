/**
 * What whoever watches a connection may see: each event with the reason that the code at that place has for it.
 *
 * A reason is a code; its rule and its sentence are the watcher's business (`trace/`). The variables that the rule read
 * are in the connection's view, which shows the moment of the call. Nothing of an event may be kept but by copying:
 * segments and views are reused.
 *
 * @module
 */

import type { Endpoint } from "./address.ts";
import type { IcmpError } from "./icmp_error.ts";
import type { Segment } from "./segment.ts";
import type { SeqNumber } from "./seq.ts";
import type { State } from "./state.ts";
import type { Instant, Micros } from "./units.ts";

/** Why a connection sends its SYN or SYN-ACK. */
export type SynReason =
  | "syn"
  | "syn-ack"
  | "syn-retransmitted"
  | "syn-ack-retransmitted"
  | "syn-ack-repeated";

/** Why a segment is sent. */
export type SendReason =
  | SynReason
  | "syn-ack-cookie"
  | "handshake-ack"
  | "data"
  | "urgent-data"
  | "fin"
  | "limited-transmit"
  | "retransmit-timeout"
  | "retransmit-duplicate-acks"
  | "retransmit-sack"
  | "retransmit-rack"
  | "retransmit-partial-ack"
  | "retransmit-path-mtu"
  | "retransmit-shorter"
  | "retransmit-long-lost"
  | "retransmit-mtu-probe"
  | "retransmit-black-hole"
  | "retransmit-lost-probe"
  | "retransmit-refused"
  | "retransmit-other-way"
  | "tail-loss-probe"
  | "mtu-probe"
  | "forward-rto-probe"
  | "window-probe"
  | "keep-alive"
  | "ack-quick"
  | "ack-second-segment"
  | "ack-alternate-segment"
  | "ack-delayed-timer"
  | "ack-out-of-order"
  | "ack-gap-filled"
  | "ack-duplicate-segment"
  | "ack-partly-duplicate"
  | "ack-window-update"
  | "ack-fin"
  | "ack-congestion-mark"
  | "ack-unacceptable"
  | "ack-old-timestamp"
  | "ack-keep-alive"
  | "ack-beyond-window"
  | "ack-too-many-gaps"
  | "challenge-reset"
  | "challenge-syn"
  | "challenge-ack"
  | "reset-no-connection"
  | "reset-bad-ack"
  | "reset-abort"
  | "reset-data-after-close"
  | "reset-syn-in-window"
  | "reset-timeout";

/** Why an arrived segment, or the packet that held it, is not used further. */
export type DropReason =
  | "truncated"
  | "not-tcp"
  | "fragment"
  | "bad-ip-header"
  | "bad-ip-checksum"
  | "bad-data-offset"
  | "bad-checksum"
  | "bad-option-length"
  | "not-ours"
  | "no-connection"
  | "unacceptable-sequence"
  | "timestamp-too-old"
  | "reset-out-of-window"
  | "reset-challenged"
  | "reset-in-time-wait"
  | "reset-bad-ack"
  | "syn-challenged"
  | "no-ack-flag"
  | "ack-not-acceptable"
  | "ack-of-unsent"
  | "invalid-source"
  | "backlog-full"
  | "listening"
  | "closed"
  | "missing-timestamp"
  | "syn-with-fin"
  | "data-after-fin"
  | "too-many-gaps";

/** Why a connection changed its state. */
export type StateReason =
  | "active-open"
  | "passive-open"
  | "syn-received"
  | "syn-cookie-returned"
  | "syn-ack-received"
  | "simultaneous-open"
  | "syn-acknowledged"
  | "user-close"
  | "fin-received"
  | "fin-acknowledged"
  | "time-wait-over"
  | "fin-wait-2-over"
  | "reset-received"
  | "refused"
  | "syn-in-window"
  | "timed-out"
  | "user-abort"
  | "unreachable"
  | "data-after-close"
  | "closed-before-established"
  | "returned-to-listen";

/** What an ICMP error means for the connection whose segment it quotes. */
export type IcmpVerdict =
  | "not-outstanding"
  | "source-quench"
  | "path-mtu-known"
  | "path-mtu-smaller"
  | "path-mtu-too-small"
  | "soft-error"
  | "hard-error";

/** The timers of a connection, in the order in which those that are due at the same moment fire. */
export const TIMER_NAMES = [
  "retransmission",
  "tail loss probe",
  "reordering",
  "persist",
  "override",
  "delayed ACK",
  "keep-alive",
  "TIME-WAIT",
  "FIN-WAIT-2",
  "connect",
  "user timeout",
] as const;

/** Which of a connection's timers. */
export type TimerName = typeof TIMER_NAMES[number];

/** Why the congestion window or the slow-start threshold changed. */
export type CongestionReason =
  | "initial-window"
  | "slow-start"
  | "conservative-slow-start"
  | "slow-start-exit"
  | "slow-start-after-timeout"
  | "congestion-avoidance"
  | "fast-recovery"
  | "proportional-rate-reduction"
  | "recovery-ended"
  | "tail-loss-repaired"
  | "retransmission-timeout"
  | "ecn-echo"
  | "spurious-retransmission"
  | "idle-restart"
  | "syn-lost";

/** Where loss recovery may stand, in the order of the numbers that Linux has for it. */
export const RECOVERY_PHASES = ["open", "disorder", "congestion window reduced", "recovery", "loss"] as const;

/** Where loss recovery stands. */
export type RecoveryPhase = typeof RECOVERY_PHASES[number];

/** A connection as its watchers see it. All amounts in octets. */
export interface ConnectionView {
  /** Tells connections of one host apart; 1, 2, 3, … in the order of their making. */
  readonly id: number;
  /** Our end. */
  readonly local: Endpoint;
  /** The peer's end. */
  readonly remote: Endpoint;
  /** RFC 9293 3.3.2. */
  readonly state: State;

  /** ISS: our initial sequence number. */
  readonly iss: SeqNumber;
  /** IRS: the peer's initial sequence number. */
  readonly irs: SeqNumber;
  /** SND.UNA: the oldest octet of ours that is not acknowledged. */
  readonly sndUna: SeqNumber;
  /** SND.NXT: the next octet to send. */
  readonly sndNxt: SeqNumber;
  /** Highest sequence number sent, plus one. */
  readonly sndMax: SeqNumber;
  /** The peer's window, scaled. */
  readonly sndWnd: number;
  /** RCV.NXT: the next octet expected. */
  readonly rcvNxt: SeqNumber;
  /** The window that we last announced, less what came since; scaled. */
  readonly rcvWnd: number;
  /** The shift that the peer applies to our window field. */
  readonly rcvWindowShift: number;
  /** The shift that we apply to the peer's window field. */
  readonly sndWindowShift: number;

  /** The congestion window. */
  readonly cwnd: number;
  /** Infinity until the first reduction. */
  readonly ssthresh: number;
  /** Octets thought to be in the network: `pipe` of RFC 6675. */
  readonly pipe: number;
  /** Octets sent and not acknowledged cumulatively. */
  readonly unackedOctets: number;
  /** Octets taken by `send` that were never sent. */
  readonly unsentOctets: number;
  /** Octets received in order that `receive` has not taken. */
  readonly unreadOctets: number;
  /** Segments with data that the segment sent last acknowledges and none before it did: how many one ACK covers. */
  readonly segmentsCovered: number;
  /** Octets of the largest packet that the path takes, as far as known. */
  readonly pathMtu: number;
  /** Octets of the shortest packet that did not pass although shorter ones did; 0: there is none. */
  readonly failedMtu: number;
  /** Duplicate ACKs in a row (RFC 5681 2). */
  readonly dupAcks: number;
  /** Where loss recovery stands. */
  readonly recoveryPhase: RecoveryPhase;
  /** Where the present recovery ends: what had been sent when it began. */
  readonly recoveryPoint: SeqNumber;

  /** 0 before the first sample. */
  readonly smoothedRtt: Micros;
  /** RTTVAR (RFC 6298 2). */
  readonly rttVariation: Micros;
  /** The last round-trip time that was measured. */
  readonly latestRtt: Micros;
  /** The least round-trip time of the last minutes. */
  readonly minimumRtt: Micros;
  /** The retransmission timeout with its back-off. */
  readonly retransmissionTimeout: Micros;
  /** Name of the control that decides about the window: its formulas are the ones that hold. */
  readonly congestionControl: string;
  /** FlightSize from which the threshold was last computed (RFC 5681 3.1); 0: it was not, or from something else. */
  readonly reducedFrom: number;
  /** Times the retransmission timer fired since a round trip was last measured, each of which has doubled the timeout. */
  readonly backoff: number;
  /** Times the retransmission timer fired in a row for the oldest octet not acknowledged. */
  readonly expiries: number;
  /** Payload octets of a full segment of ours. */
  readonly sendMss: number;

  /** Totals since the connection began. */
  readonly segmentsSent: number;
  /** Segments that arrived for it. */
  readonly segmentsReceived: number;
  /** Octets of data sent, each counted once. */
  readonly octetsSent: number;
  /** Octets of data acknowledged. */
  readonly octetsAcknowledged: number;
  /** Octets of data received in order. */
  readonly octetsReceived: number;
  /** Segments sent again. */
  readonly segmentsRetransmitted: number;
  /** Octets of data sent again. */
  readonly octetsRetransmitted: number;
}

/** Receives every event of one host's connections. Observes, never changes. */
export interface Observer {
  /** A segment is sent, and why; `connection` is null for what belongs to none: a RST, a SYN-ACK with a SYN cookie. */
  segmentSent(connection: ConnectionView | null, segment: Segment, reason: SendReason, now: Instant): void;
  /** Called before the segment is looked at: the view shows the variables as they were. */
  segmentArrived(connection: ConnectionView | null, segment: Segment, now: Instant): void;
  /** The segment that arrived last is not used further; what of it was used before is seen in the view. */
  segmentDropped(connection: ConnectionView | null, segment: Segment, reason: DropReason, now: Instant): void;
  /** A connection changed its state, and why. */
  stateChanged(connection: ConnectionView, from: State, to: State, reason: StateReason, now: Instant): void;
  /**
   * A timer expired, and something follows from it. Told before what follows, but for the back-off of the retransmission
   * timeout: the view has the next one, `timeoutBefore` is the one that has just run out; 0: there is no next, since the
   * connection is given up, or the timer is another.
   */
  timerFired(connection: ConnectionView, timer: TimerName, timeoutBefore: Micros, now: Instant): void;
  /** An ICMP error that quotes a segment of this connection arrived. Told before what follows from it. */
  icmpArrived(connection: ConnectionView, error: IcmpError, verdict: IcmpVerdict, now: Instant): void;
  /** `windowBefore` and `thresholdBefore` are octets; the view has the values after. */
  congestionChanged(
    connection: ConnectionView,
    windowBefore: number,
    thresholdBefore: number,
    reason: CongestionReason,
    now: Instant,
  ): void;
}
