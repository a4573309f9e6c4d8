/**
 * Everything a person or a script may want to set, and the RFCs' choice of each.
 *
 * @module
 */

import type {
  CongestionControlFactory,
  CongestionControlName,
  SlowStartExit,
} from "../congestion/control.ts";
import type { SynOptionOrder } from "../base/segment.ts";
import type { Micros } from "../base/units.ts";

/** How a connection takes part in ECN (RFC 3168): never, when the peer asks, or by asking itself. */
export type EcnMode = "off" | "accept" | "request";

/**
 * What goes out marked as ECN-capable: new data (RFC 3168 6.1.2), the SYN-ACK as well (RFC 5562), or everything that a
 * connection with ECN sends (ECN++, draft-ietf-tcpm-generalized-ecn).
 */
export type EcnCapable = "new data" | "new data and syn-ack" | "everything";

/**
 * What Nagle's algorithm waits for before it lets a small segment go: every outstanding octet (RFC 9293 3.7.4), only those
 * of earlier calls of `send` (BSD), or only small segments (Minshall).
 */
export type NagleVariant = "outstanding data" | "earlier sends" | "minshall";

/** What a zero-window probe is made of: one octet of new data (RFC 9293 3.8.6.1), or none and an old number (Linux). */
export type WindowProbe = "new octet" | "old number";

/** What a reduction takes its part of: what is in flight (RFC 5681 3.1, RFC 9438 4.6) or the window (Linux). */
export type SsthreshFrom = "FlightSize" | "cwnd";

/** How far apart segments may arrive before it means loss: `dupThresh` always, or at least as far as was seen (Linux). */
export type ReorderingDegree = "fixed" | "measured";

/**
 * What shows F-RTO that a timeout was spurious: an original delivered by the second ACK after it (RFC 5682), or by any
 * (Linux, where the window grows as well by all that an ACK covers which shows nothing of the kind).
 */
export type ForwardRtoEvidence = "second ACK" | "any ACK";

/**
 * Which partial ACKs start the retransmission timer anew, without SACK (RFC 6582 3.2, step 3): the first of a recovery, so that
 * one of many losses ends by the timer, or each (Linux, FreeBSD).
 */
export type PartialAcksRestart = "first" | "each";

/** When idling ends: when data are sent again (RFC 5681 4.1), or when the user gives some (Linux). */
export type IdleEnds = "when sent" | "when given";

/**
 * What the size of a receive buffer counts: octets of data; or twice as many octets of memory, in which each packet is
 * kept as it came (Linux). The window then follows from the free memory, and a segment that begins in it is kept whole.
 */
export type ReceiveBufferCounts = "data" | "packets";

/** Which RST ends a connection: only the next in order (RFC 5961 3.2), or any in the window (RFC 793). */
export type ResetAcceptance = "exact" | "in window";

/** What a SYN in the window draws: a challenge ACK (RFC 5961 4.2), or RST and the end of the connection (RFC 793). */
export type SynAnswer = "challenge" | "reset";

/** `off`: never, SYNs beyond the backlog are dropped; `when full`: those beyond the backlog; `always`: all. */
export type SynCookiesWhen = "off" | "when full" | "always";

/** What becomes of SYN with FIN: it is used (RFC 9293), dropped by a listener (Linux), or dropped everywhere (FreeBSD's drop_synfin). */
export type SynWithFin = "use" | "drop in LISTEN" | "drop";

/**
 * Which ICMP errors end an attempt to connect: none; the hard ones (RFC 5461); those that say "refused" (protocol, port,
 * prohibited) and an expired TTL, both before the peer has answered (FreeBSD); or every "unreachable" (Linux).
 */
export type IcmpEndsOpening = "never" | "hard" | "refused or expired" | "any";

/** How the delay of ACKs is found: by a fixed time, by the spacing of what arrives, or by counting segments. */
export type AckDelay = "fixed" | "adaptive" | "every second segment";

/**
 * Which RSTs carry agreed timestamps: all (RFC 7323 3.2), those that answer no segment, or none. They are those of any segment;
 * 5.2 would have an answer carry 0 and the value that it answers, so that its receiver may look at the echo, which nobody does.
 */
export type TimestampsOnReset = "all" | "own" | "none";

/**
 * How the RST is numbered that answers data after a close: by SND.NXT, which the peer expects once it has our FIN; or as
 * for a segment without a connection (RFC 9293 3.10.7.1).
 */
export type LateDataReset = "in order" | "as unknown";

/**
 * What TIME-WAIT answers: what RFC 9293 3.10.7.4 has, which is old data and the FIN; every segment but a RST and the empty next
 * one, which starts it anew as all with ACK do, while a RST with an older timestamp counts for nothing (Linux); or every
 * segment with ACK but the plain next one, and then only a SYN with a higher sequence number ends it (FreeBSD).
 */
export type TimeWaitAnswers = "old data and FIN" | "all but the next" | "ACKs";

/** What the SYNs offer and how long an opening goes on (RFC 9293 3.5, 3.7.1; RFC 7323; RFC 2018). */
export interface HandshakeConfig {
  /** Largest segment that we can receive, octets, announced to the peer (RFC 9293 3.7.1). 0: from the MTU. */
  readonly mss: number;
  /** Whether our SYN carries the MSS option; without it the peer assumes 536 or 1220. */
  readonly mssOption: boolean;
  /** Least segment that a peer may make us send, options included, octets. */
  readonly leastPeerMss: number;
  /** RFC 7323 2. */
  readonly windowScaling: boolean;
  /** The shift that we announce, 0 to 14; "auto": the least that can express `receiveBufferMax`. */
  readonly windowScale: number | "auto";
  /** RFC 7323 3. */
  readonly timestamps: boolean;
  /** RFC 2018; with it DSACK (RFC 2883). */
  readonly selectiveAck: boolean;
  /** RFC 5482: the timeout announced to the peer; 0 for no option. */
  readonly userTimeoutOption: Micros;
  /** SYNs repeated before giving up by count; `connectTimeout` may end it earlier or later. */
  readonly synRetries: number;
  /** SYN-ACKs repeated before giving up: the three minutes of MUST-23 are for who opens, not for a guest that may be none. */
  readonly synAckRetries: number;
  /** Repeated SYNs that still ask for ECN: some paths drop such SYNs (RFC 3168 6.1.1.1). */
  readonly ecnSynRetries: number;
  /** Repeated SYNs after which they carry no option but the MSS, in case a path drops the others; 0: they always do. */
  readonly synRetriesWithOptions: number;
  /** Least time that an active open goes on (MUST-23); 0: only `synRetries` decides. */
  readonly connectTimeout: Micros;
}

/** Octets kept for the sender and for the reader, and the window that follows from them (RFC 9293 3.8.6). */
export interface BuffersConfig {
  /** Octets that `send` takes before it says "full". */
  readonly sendBuffer: number;
  /** Whether the send buffer begins small and grows to what two round trips take, up to `sendBuffer`. */
  readonly sendBufferTuning: boolean;
  /** Octets of receive buffer at the start; the first window follows from it. */
  readonly receiveBuffer: number;
  /** How large auto-tuning may make the receive buffer. Equal to `receiveBuffer`, or once that was changed: no auto-tuning. */
  readonly receiveBufferMax: number;
  /** Largest window announced in the first flight, octets; grows as data come in (0: the whole buffer). */
  readonly initialReceiveWindow: number;
  /** Whether the window may be announced smaller than it was, as memory runs short (RFC 9293 3.8.6, SHLD-14: better not). */
  readonly shrinksWindow: boolean;
}

/** What goes into packets, and when small ones may go (RFC 9293 3.7.4). */
export interface SendingConfig {
  /** Largest IP packet that the path takes, octets. */
  readonly mtu: number;
  /**
   * Timeouts of one segment in a row after which shorter ones are tried, since a router may drop long packets without telling
   * (RFC 4821 7.7, which waits for R1); 0: never.
   */
  readonly timeoutsUntilShorter: number;
  /** Octets of the longest packet that is sent then, before longer ones are searched for. */
  readonly baseMtu: number;
  /** DiffServ codepoint of our packets, 0 to 63. */
  readonly dscp: number;
  /** TTL or hop limit of our packets, 1 to 255. */
  readonly hopLimit: number;
  /** RFC 9293 3.7.4; false sends small segments at once. */
  readonly nagle: boolean;
  /** What Nagle's algorithm waits for. */
  readonly nagleVariant: NagleVariant;
  /** Holds back what does not fill a segment until it is switched off, or for 200 ms. */
  readonly cork: boolean;
  /** The tick of our timestamp clock (RFC 7323 5.4: 1 ms to 1 s). */
  readonly timestampTick: Micros;
}

/** How much may be in flight (RFC 5681, RFC 9438, RFC 9406), and ECN (RFC 3168). */
export interface CongestionConfig {
  /** By which rules the window grows and shrinks: one of the library's by name, or a function that makes another. */
  readonly congestionControl: CongestionControlName | CongestionControlFactory;
  /** Segments of the initial window; RFC 6928 has 10. */
  readonly initialWindow: number;
  /** RFC 9406, in slow start. */
  readonly hystart: boolean;
  /** Whether the window restarts after idling for an RTO (RFC 5681 4.1). */
  readonly restartAfterIdle: boolean;
  /** Whether ECN is asked for, or accepted when the peer asks (RFC 3168 6.1.1). */
  readonly ecn: EcnMode;
  /** Which packets are marked as ECN-capable once it is agreed. */
  readonly ecnCapable: EcnCapable;
}

/** When ACKs go (RFC 9293 3.8.6.3, RFC 5681 4.2). */
export interface AcknowledgingConfig {
  /**
   * "fixed": `delayedAckTime` and `quickAcks` hold; "adaptive": the delay follows what arrives, as on Linux; "every second
   * segment": as "fixed", but the second segment need not be a full one, and what was received before in part is
   * acknowledged at once (FreeBSD).
   */
  readonly ackDelay: AckDelay;
  /** Longest delay of an ACK; under 0.5 s (MUST-40). */
  readonly delayedAckTime: Micros;
  /** Segments at the start of a connection, and after disorder, that are acknowledged at once, each by an ACK of its own. */
  readonly quickAcks: number;
  /** Full segments per ACK (SHLD-19). */
  readonly segmentsPerAck: number;
  /**
   * Segments that one ACK may cover where many arrive together, in order and undisturbed (RFC 9293 3.10.7.4, MUST-58), and more
   * where that lasts; not above `segmentsPerAck`: no more than those.
   */
  readonly segmentsPerAckInBulk: number;
}

/** When data count as lost, and how long they are sent again (RFC 6298, RFC 6675, RFC 8985). */
export interface RetransmissionConfig {
  /** RFC 6298 2.1. */
  readonly initialRto: Micros;
  /** RFC 6298 2.4. */
  readonly minRto: Micros;
  /** RFC 6298 2.5. */
  readonly maxRto: Micros;
  /** RTO once the handshake is done when a SYN had to be repeated (RFC 6298 5.7). */
  readonly rtoAfterSynLoss: Micros;
  /** Duplicate ACKs that mean loss (RFC 5681 3.2). */
  readonly dupThresh: number;
  /** RFC 3042. */
  readonly limitedTransmit: boolean;
  /** RFC 8985; needs SACK. */
  readonly rack: boolean;
  /** Tail loss probes, RFC 8985 7; needs SACK. */
  readonly tailLossProbe: boolean;
  /** RFC 5682. */
  readonly forwardRto: boolean;
  /** Whether a reduction of the window is undone when it turns out to have been spurious (RFC 4015, DSACK). */
  readonly undo: boolean;
  /** Retransmissions of one segment after which delivery is in doubt: R1 (SHLD-10). */
  readonly retriesUntilDoubt: number;
  /** Retransmissions of one segment after which the connection is closed: R2 (RFC 9293 3.8.3). */
  readonly retriesUntilClose: number;
  /** How long data may stay unacknowledged; overrides `retriesUntilClose` when not 0 (MUST-21, RFC 5482). */
  readonly userTimeout: Micros;
}

/** What systems do otherwise than the RFCs have it when data are lost, and when sending idles. */
export interface RecoveryPolicy {
  /** What a loss leaves of the window as ssthresh. */
  readonly ssthreshFrom: SsthreshFrom;
  /** How far segments may be out of order before that means loss. */
  readonly reorderingDegree: ReorderingDegree;
  /** Whether a SACK block counts for whole segments only (Linux): of a segment that it cuts nothing is reported. */
  readonly sacksWholeSegments: boolean;
  /** What F-RTO takes as proof that a timeout was spurious (RFC 5682). */
  readonly forwardRtoEvidence: ForwardRtoEvidence;
  /** Whether the loss of a retransmission lowers the threshold again (RFC 5681 4.3, RFC 8985 3.4). Linux: no. */
  readonly reducesForLostRetransmissions: boolean;
  /** Whether a tail loss probe may go before a round trip has been measured since the last one, or any (Linux). RFC 8985 7.3: no. */
  readonly probesUnmeasured: boolean;
  /** Which partial ACKs start the retransmission timer anew, without SACK. */
  readonly partialAcksRestart: PartialAcksRestart;
  /** How a growing round-trip time ends slow start (RFC 9406). */
  readonly slowStartExit: SlowStartExit;
  /** When idling ends, after which the window restarts. */
  readonly idleEnds: IdleEnds;
}

/** The end of a connection, and the quiet before it (RFC 9293 3.6, 3.8.4). */
export interface ClosingConfig {
  /** TIME-WAIT: 2×MSL (MUST-13). 30 s for the MSL are what systems have; RFC 9293 3.4.2 chose two minutes, and leaves it open. */
  readonly timeWait: Micros;
  /** After how long in TIME-WAIT, with timestamps, its ports may be used for a connection that we open; 0: never. */
  readonly timeWaitTakeover: Micros;
  /** How long a closed connection waits in FIN-WAIT-2 for the peer's FIN; 0: for ever. */
  readonly finWait2Time: Micros;
  /** Whether closing with octets unread tells the peer so by RST (SHLD-3) or closes in order (FreeBSD). */
  readonly resetsWhenUnread: boolean;
  /** Off by default (MUST-25). */
  readonly keepAlive: boolean;
  /** Quiet before the first probe (MUST-27, MUST-28). */
  readonly keepAliveIdle: Micros;
  /** Time between two probes. */
  readonly keepAliveInterval: Micros;
  /** Unanswered probes after which the connection is dead; more than one (MUST-29). */
  readonly keepAliveProbes: number;
}

/** What an attacker off the path can do to a connection (RFC 5961, RFC 1337, RFC 5927). */
export interface DefenceConfig {
  /** Challenge ACKs per second and host (RFC 5961 7); 0: no limit. */
  readonly challengeAcksPerSecond: number;
  /** Least time between two answers of one connection to bare segments out of window; 0: no limit, of challenges neither. */
  readonly invalidAckInterval: Micros;
  /**
   * Challenge ACKs of one connection in as many `invalidAckInterval`s, whatever draws them, a SYN-ACK that comes again
   * included (RFC 5961 7: ten in 5 s). 1: they and the answers above are limited together (Linux).
   */
  readonly challengesAtOnce: number;
  /**
   * RFC 1337: RST does not end TIME-WAIT, not even one with exactly the right number (which RFC 9293 3.10.7.4 lets do so). A
   * device that starts again with its old port and number is then locked out until TIME-WAIT is over.
   */
  readonly ignoreResetInTimeWait: boolean;
  /** Which RST ends a connection. */
  readonly resetAcceptance: ResetAcceptance;
  /** What a SYN in the window draws. */
  readonly synAnswer: SynAnswer;
  /** What becomes of a segment with both SYN and FIN. */
  readonly synWithFin: SynWithFin;
  /**
   * Connections of one host that are in TIME-WAIT at most: one more, and the oldest of them is forgotten. Some 0.6 KB each, and
   * a whole connection while somebody watches it.
   */
  readonly maxTimeWaits: number;
  /** When SYNs are answered without keeping anything of them (RFC 4987 3.6). */
  readonly synCookies: SynCookiesWhen;
  /** Which ICMP errors end an attempt to connect. */
  readonly icmpEndsOpening: IcmpEndsOpening;
  /** Whether hard ICMP errors abort a synchronized connection (SHLD-26); RFC 5927 advises against it. */
  readonly hardErrorsAbort: boolean;
}

/** Where systems differ from the RFCs' SHOULDs; profiles set these, people seldom. */
export interface CompatibilityConfig {
  /** In which order a SYN has its options. */
  readonly synOptionOrder: SynOptionOrder;
  /**
   * Whether the SYN-ACK of a simultaneous open offers window scaling and timestamps once more to a peer whose SYN offered
   * neither of them nor SACK (FreeBSD).
   */
  readonly offersAgainWhenSimultaneous: boolean;
  /**
   * Whether the MSS that we announce is bounded by what the peer announced, on a SYN-ACK, and by what the path takes, in IPv6
   * (FreeBSD). Otherwise it is the interface's (RFC 1191 6.4, RFC 9293 3.7.1).
   */
  readonly boundsOwnMss: boolean;
  /**
   * Whether a segment without the agreed timestamps is used all the same: some paths strip them. RFC 7323 3.2 would have it
   * dropped, which ends every connection over such a path, and knows that others do not either.
   */
  readonly acceptMissingTimestamps: boolean;
  /**
   * Whether a segment is used although the end of one of its options cannot be determined, without that option and what
   * follows (Linux). Otherwise it is dropped (MUST-7).
   */
  readonly acceptMalformedOptions: boolean;
  /** Which RSTs carry agreed timestamps. */
  readonly timestampsOnReset: TimestampsOnReset;
  /** What `receiveBuffer` is the size of. */
  readonly receiveBufferCounts: ReceiveBufferCounts;
  /** Whether both buffers are rounded up to whole segments once their size is known (FreeBSD). */
  readonly roundsBuffers: boolean;
  /** Whether what lies beyond the announced window counts as inside it as long as the buffer has room for it (FreeBSD). */
  readonly takesWhatFits: boolean;
  /** Whether, behind full segments, what is left of the peer's window is filled too (against RFC 9293 3.8.6.2.1). */
  readonly fillsWindow: boolean;
  /** What a zero-window probe is made of. */
  readonly windowProbe: WindowProbe;
  /** Retransmissions of a SYN from which the first flight is one segment: 1 by RFC 5681 3.1, 2 by RFC 6928 2 and on Linux. */
  readonly lostSynsOfSmallWindow: number;
  /** Whether retransmissions carry CWR as well, and not only the first new data (RFC 3168 6.1.2). */
  readonly cwrOnRetransmissions: boolean;
  /** Added to every timeout but the first of a SYN, for timers and peers that are late (FreeBSD). */
  readonly rtoSlop: Micros;
  /** Whether `minRto` bounds the variance term (Linux) rather than the sum (RFC 6298 2.4). */
  readonly minRtoBoundsVariance: boolean;
  /** Whether every ACK but the challenges of RFC 5961 repeats our FIN until that is acknowledged (FreeBSD). */
  readonly repeatsFin: boolean;
  /** Whether the ACK of a segment that was received before still counts (FreeBSD; RFC 9293 3.10.7.4 drops it whole). */
  readonly usesAckOfDuplicates: boolean;
  /** Whether a listener that closes forgets unfinished handshakes without a word (Linux); otherwise each peer is sent RST. */
  readonly closingListenerForgets: boolean;
  /** How the RST is numbered that answers data after a close. */
  readonly lateDataReset: LateDataReset;
  /** Whether a connection that times out says "unreachable" when ICMP said so since the peer was heard last (Linux). */
  readonly timeoutTellsIcmpError: boolean;
  /** What TIME-WAIT answers. */
  readonly timeWaitAnswers: TimeWaitAnswers;
}

/** The knobs of one connection, in groups. All octets are of payload, all spans in microseconds. */
export interface TcpConfig {
  /** What the SYNs offer, and how long an opening goes on. */
  readonly handshake: HandshakeConfig;
  /** Octets kept for the sender and for the reader. */
  readonly buffers: BuffersConfig;
  /** What goes into packets, and when small ones may go. */
  readonly sending: SendingConfig;
  /** How much may be in flight, and ECN. */
  readonly congestion: CongestionConfig;
  /** When ACKs go. */
  readonly acknowledging: AcknowledgingConfig;
  /** When data count as lost, and how long they are sent again. */
  readonly retransmission: RetransmissionConfig;
  /** What systems do otherwise when data are lost. */
  readonly recovery: RecoveryPolicy;
  /** The end of a connection, and keep-alive. */
  readonly closing: ClosingConfig;
  /** What an attacker off the path can do to a connection. */
  readonly defence: DefenceConfig;
  /** Where systems differ from the SHOULDs. */
  readonly compatibility: CompatibilityConfig;
}

/** Changes to a config: any part of it. */
export type PartialConfig = { readonly [Group in keyof TcpConfig]?: Partial<TcpConfig[Group]> };
