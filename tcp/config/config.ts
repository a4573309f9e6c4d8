/**
 * Everything a person or a script may want to set, and the RFCs' choice of each.
 *
 * @module
 */

import type { SynOptionOrder } from "../base/segment.ts";
import { type Micros, micros, milliseconds, seconds } from "../base/units.ts";

/** Which congestion control a connection runs. */
export type CongestionControlName = "cubic" | "reno";

/** How a connection takes part in ECN (RFC 3168): never, when the peer asks, or by asking itself. */
export type EcnMode = "off" | "accept" | "request";

/**
 * What goes out marked as ECN-capable: new text (RFC 3168 6.1.2), the SYN-ACK as well (RFC 5562), or everything that a
 * connection with ECN sends (ECN++, draft-ietf-tcpm-generalized-ecn).
 */
export type EcnCapable = "new text" | "new text and syn-ack" | "everything";

/**
 * What Nagle's algorithm waits for before it lets a small segment go: every outstanding octet (RFC 9293 3.7.4), only those
 * of earlier calls of `send` (BSD), or only small segments (Minshall).
 */
export type NagleVariant = "outstanding data" | "earlier sends" | "minshall";

/** What a zero-window probe is made of: one octet of new text (RFC 9293 3.8.6.1), or none and an old number (Linux). */
export type WindowProbe = "new octet" | "old number";

/**
 * What congestion windows and loss recovery are counted in: octets, as the RFCs have it, or whole segments with the rules
 * that Linux has where the RFCs leave room (HyStart, undo, the measure of reordering, what a time-out marks as lost).
 */
export type WindowUnit = "octets" | "segments";

/**
 * What the size of a receive buffer counts: octets of text; or twice as many octets of memory, in which each packet is
 * kept as it came (Linux). The window then follows from the free memory, and a segment that begins in it is kept whole.
 */
export type ReceiveBufferCounts = "text" | "packets";

/** Which RST ends a connection: only the next in order (RFC 5961 3.2), or any in the window (RFC 793). */
export type ResetAcceptance = "exact" | "in window";

/** What a SYN in the window draws: a challenge ACK (RFC 5961 4.2), or RST and the end of the connection (RFC 793). */
export type SynAnswer = "challenge" | "reset";

/**
 * Which ICMP errors end an attempt to connect: none; the hard ones (RFC 5461); those that say "refused" (protocol, port,
 * prohibited) and an expired TTL, both before the peer has answered (FreeBSD); or every "unreachable" (Linux).
 */
export type IcmpEndsOpening = "never" | "hard" | "refused or expired" | "any";

/** How the delay of ACKs is found: by a fixed time, or by the spacing of what arrives. */
export type AckDelay = "fixed" | "adaptive";

/** Which RSTs carry agreed timestamps: all (RFC 7323 3.2), those that answer no segment, or none. */
export type TimestampsOnReset = "all" | "own" | "none";

/**
 * How the RST is numbered that answers text after a close: by SND.NXT, which the peer expects once it has our FIN; or as
 * for a segment without a connection (RFC 9293 3.10.7.1).
 */
export type LateTextReset = "in order" | "as unknown";

/** Which segments carry PSH: the last of what is queued (MUST-61), or every segment that ends a `send`. */
export type PushPolicy = "end of queue" | "end of send";

/** The knobs of one connection. All octets are of payload, all spans in microseconds. */
export interface TcpConfig {
  // Options of the SYN.

  /** Largest segment that we can receive, octets, told to the peer (RFC 9293 3.7.1). 0: from the MTU. */
  readonly mss: number;
  /** Largest IP packet that the path takes, octets. */
  readonly mtu: number;
  /** Whether our SYN carries the MSS option; without it the peer assumes 536 or 1220. */
  readonly mssOption: boolean;
  /**
   * Whether the MSS that we announce is bounded by what the peer announced, on a SYN-ACK, and by what the path takes, in IPv6
   * (FreeBSD). Otherwise it is the interface's (RFC 1191 6.4, RFC 6691 2).
   */
  readonly boundsOwnMss: boolean;
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
  /** RFC 5482: the time-out announced to the peer; 0 for no option. */
  readonly userTimeoutOption: Micros;
  readonly synOptionOrder: SynOptionOrder;
  /**
   * Whether the SYN-ACK of a simultaneous open offers window scaling and timestamps once more to a peer whose SYN offered
   * neither of them nor SACK (FreeBSD).
   */
  readonly offersAgainWhenSimultaneous: boolean;

  // Buffers and windows.

  /** Octets that `send` takes before it says "full". */
  readonly sendBuffer: number;
  /** Whether the send buffer begins small and grows to what two round trips take, up to `sendBuffer`. */
  readonly sendBufferTuning: boolean;
  /** Octets of receive buffer at the start; the first window follows from it. */
  readonly receiveBuffer: number;
  /** How far auto-tuning may raise the receive buffer. Equal to `receiveBuffer`: no auto-tuning. */
  readonly receiveBufferMax: number;
  /** What `receiveBuffer` is the size of. */
  readonly receiveBufferCounts: ReceiveBufferCounts;
  /** Whether the window may be announced smaller than it was, as memory runs short (RFC 9293 3.8.6, SHLD-14: better not). */
  readonly shrinksWindow: boolean;
  /** Whether both buffers are rounded up to whole segments once their size is known (FreeBSD). */
  readonly roundsBuffers: boolean;
  /** Whether what lies beyond the announced window counts as inside it as long as the buffer has room for it (FreeBSD). */
  readonly takesWhatFits: boolean;
  /** Largest window announced in the first flight, octets; grows as data come in (0: the whole buffer). */
  readonly initialReceiveWindow: number;

  // Sending.

  /** RFC 9293 3.7.4; false sends small segments at once. */
  readonly nagle: boolean;
  readonly nagleVariant: NagleVariant;
  /** Holds back what does not fill a segment until it is switched off, or for 200 ms. */
  readonly cork: boolean;
  /** Whether, behind full segments, what is left of the peer's window is filled too (against RFC 9293 3.8.6.2.1). */
  readonly fillsWindow: boolean;
  readonly pushPolicy: PushPolicy;
  /** DiffServ codepoint of our packets, 0 to 63. */
  readonly dscp: number;
  /** TTL or hop limit of our packets, 1 to 255. */
  readonly hopLimit: number;

  // Congestion control and loss recovery.

  readonly congestionControl: CongestionControlName;
  readonly windowUnit: WindowUnit;
  /** Segments of the initial window; RFC 6928 has 10. */
  readonly initialWindow: number;
  /** Retransmissions of a SYN from which the first flight is one segment: 1 by RFC 6928 2, 2 on Linux. */
  readonly lostSynsOfSmallWindow: number;
  /** RFC 9406, in slow start. */
  readonly hystart: boolean;
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
  /** Whether a reduction of the window is taken back when it turns out to have been needless (RFC 4015, DSACK). */
  readonly undo: boolean;
  /** Whether the window restarts after idling for an RTO (RFC 5681 4.1). */
  readonly restartAfterIdle: boolean;
  readonly ecn: EcnMode;
  readonly ecnCapable: EcnCapable;
  /** Whether repeated text tells of a reduced window as well, and not only the first new text (RFC 3168 6.1.2). */
  readonly cwrOnRepeatedText: boolean;

  // Retransmission.

  /** RFC 6298 2.1. */
  readonly initialRto: Micros;
  /** RFC 6298 2.4. */
  readonly minRto: Micros;
  /** RFC 6298 2.5. */
  readonly maxRto: Micros;
  /** Added to every time-out but the first of a SYN, for timers and peers that are late (FreeBSD). */
  readonly rtoSlop: Micros;
  /** Whether `minRto` bounds the variance term (Linux) rather than the sum (RFC 6298 2.4). */
  readonly minRtoBoundsVariance: boolean;
  /** RTO once the handshake is done when a SYN had to be repeated (RFC 6298 5.7). */
  readonly rtoAfterSynLoss: Micros;
  /** SYNs repeated before giving up by count; `connectTimeout` may end it earlier or later. */
  readonly synRetries: number;
  readonly synAckRetries: number;
  /** Repeated SYNs that still ask for ECN: some paths drop such SYNs (RFC 3168 6.1.1.1). */
  readonly ecnSynRetries: number;
  /** Repeated SYNs after which they carry no option but the MSS, in case a path drops the others; 0: they always do. */
  readonly synRetriesWithOptions: number;
  /** Least time that an active open goes on (MUST-23); 0: `synRetries` alone decides. */
  readonly connectTimeout: Micros;
  /** Retransmissions of one segment after which delivery is in doubt: R1 (SHLD-10). */
  readonly retriesUntilDoubt: number;
  /** Retransmissions of one segment after which the connection is closed: R2 (RFC 9293 3.8.3). */
  readonly retriesUntilClose: number;
  /** How long data may stay unacknowledged; overrides `retriesUntilClose` when not 0 (MUST-21, RFC 5482). */
  readonly userTimeout: Micros;

  // Acknowledging.

  /** "fixed": `delayedAckTime` and `quickAcks` hold; "adaptive": the delay follows what arrives, as on Linux. */
  readonly ackDelay: AckDelay;
  /** Longest delay of an ACK; under 0.5 s (MUST-40). */
  readonly delayedAckTime: Micros;
  /** Segments at the start of a connection, and after idling, that are acknowledged at once. */
  readonly quickAcks: number;
  /** Full segments per ACK (SHLD-19). */
  readonly segmentsPerAck: number;

  // Time spans at the end and in quiet.

  /** Whether every ACK but the challenges of RFC 5961 repeats our FIN until that is acknowledged (FreeBSD). */
  readonly repeatsFin: boolean;
  /** Whether the ACK of a segment that was received before still counts (FreeBSD; RFC 9293 3.10.7.4 drops it whole). */
  readonly usesAckOfDuplicates: boolean;

  /** TIME-WAIT: 2×MSL (MUST-13). */
  readonly timeWait: Micros;
  /** Whether closing with octets unread tells the peer so by RST (SHLD-3) or closes in order (FreeBSD). */
  readonly resetsWhenUnread: boolean;
  /**
   * Whether TIME-WAIT acknowledges every segment with ACK but the plain next one, and drops all others unanswered; then only
   * a SYN with a higher sequence number ends it (FreeBSD).
   */
  readonly timeWaitAnswersAcksOnly: boolean;
  /** After how long in TIME-WAIT, with timestamps, its ports may be used for a connection that we open; 0: never. */
  readonly timeWaitTakeover: Micros;
  /** How long a closed connection waits in FIN-WAIT-2 for the peer's FIN; 0: for ever. */
  readonly finWait2Time: Micros;
  /** Off by default (MUST-25). */
  readonly keepAlive: boolean;
  /** Quiet before the first probe (MUST-27, MUST-28). */
  readonly keepAliveIdle: Micros;
  readonly keepAliveInterval: Micros;
  /** Unanswered probes after which the connection is dead; more than one (MUST-29). */
  readonly keepAliveProbes: number;
  readonly windowProbe: WindowProbe;
  /** Whether a segment without the agreed timestamps is used all the same: some paths strip them (RFC 7323 3.2 drops). */
  readonly acceptMissingTimestamps: boolean;

  // Defence.

  /** Challenge ACKs per second and host (RFC 5961 10); 0: no limit. */
  readonly challengeAcksPerSecond: number;
  /** Least time between two answers of one connection to segments out of window; 0: no limit. */
  readonly invalidAckInterval: Micros;
  /** Whether `invalidAckInterval` holds for the challenge ACKs of a connection too (RFC 5961 7 has them limited). */
  readonly limitsChallenges: boolean;
  /** RFC 1337: RST does not end TIME-WAIT. */
  readonly ignoreResetInTimeWait: boolean;
  readonly resetAcceptance: ResetAcceptance;
  readonly synAnswer: SynAnswer;
  /** Whether a segment with both SYN and FIN is dropped. */
  readonly dropSynFin: boolean;
  readonly icmpEndsOpening: IcmpEndsOpening;
  /** Whether hard ICMP errors abort a synchronized connection (SHLD-26); RFC 5927 advises against it. */
  readonly hardErrorsAbort: boolean;

  /** Whether an open connection answers an ACK of what was never sent (RFC 9293 3.10.7.4, fifth), or only drops it. */
  readonly answersAckOfUnsent: boolean;
  readonly lateTextReset: LateTextReset;

  // Timestamps.

  readonly timestampsOnReset: TimestampsOnReset;
  /** The tick of our timestamp clock (RFC 7323 5.4: 1 ms to 1 s). */
  readonly timestampTick: Micros;
}

/** The RFCs' SHOULDs. */
export const STANDARD: TcpConfig = {
  mss: 0,
  mtu: 1_500,
  mssOption: true,
  boundsOwnMss: false,
  leastPeerMss: 48,
  windowScaling: true,
  windowScale: "auto",
  timestamps: true,
  selectiveAck: true,
  userTimeoutOption: micros(0),
  synOptionOrder: "linux",
  offersAgainWhenSimultaneous: false,
  sendBuffer: 4 << 20,
  sendBufferTuning: true,
  receiveBuffer: 128 << 10,
  receiveBufferMax: 6 << 20,
  receiveBufferCounts: "text",
  shrinksWindow: false,
  roundsBuffers: false,
  takesWhatFits: false,
  initialReceiveWindow: 0,
  nagle: true,
  nagleVariant: "outstanding data",
  cork: false,
  fillsWindow: false,
  pushPolicy: "end of queue",
  dscp: 0,
  hopLimit: 64,
  congestionControl: "cubic",
  windowUnit: "octets",
  initialWindow: 10,
  lostSynsOfSmallWindow: 1,
  hystart: true,
  dupThresh: 3,
  limitedTransmit: true,
  rack: true,
  tailLossProbe: true,
  forwardRto: true,
  undo: true,
  restartAfterIdle: true,
  ecn: "off",
  ecnCapable: "new text",
  cwrOnRepeatedText: false,
  initialRto: seconds(1),
  minRto: seconds(1),
  maxRto: seconds(60),
  rtoSlop: micros(0),
  minRtoBoundsVariance: false,
  rtoAfterSynLoss: seconds(3),
  synRetries: 7,
  synAckRetries: 5,
  ecnSynRetries: 0,
  synRetriesWithOptions: 0,
  connectTimeout: seconds(180),
  retriesUntilDoubt: 3,
  retriesUntilClose: 15,
  userTimeout: micros(0),
  ackDelay: "fixed",
  delayedAckTime: milliseconds(40),
  quickAcks: 16,
  segmentsPerAck: 2,
  repeatsFin: false,
  usesAckOfDuplicates: false,
  timeWait: seconds(60),
  timeWaitTakeover: micros(0),
  resetsWhenUnread: true,
  timeWaitAnswersAcksOnly: false,
  finWait2Time: seconds(60),
  keepAlive: false,
  keepAliveIdle: seconds(7_200),
  keepAliveInterval: seconds(75),
  keepAliveProbes: 9,
  windowProbe: "new octet",
  acceptMissingTimestamps: true,
  challengeAcksPerSecond: 1_000,
  invalidAckInterval: milliseconds(500),
  limitsChallenges: false,
  ignoreResetInTimeWait: true,
  resetAcceptance: "exact",
  synAnswer: "challenge",
  dropSynFin: false,
  icmpEndsOpening: "hard",
  hardErrorsAbort: false,
  answersAckOfUnsent: true,
  lateTextReset: "in order",
  timestampsOnReset: "all",
  timestampTick: milliseconds(1),
};

/** Highest value of each field that has one, with the lowest; spans and counts not named here are only "not negative". */
const RANGES: Partial<Record<keyof TcpConfig, readonly [least: number, most: number]>> = {
  mss: [0, 65_495],
  leastPeerMss: [1, 1_460],
  mtu: [68, 65_535],
  sendBuffer: [1, 2 ** 30],
  receiveBuffer: [1, 2 ** 30],
  receiveBufferMax: [1, 2 ** 30],
  dscp: [0, 63],
  hopLimit: [1, 255],
  initialWindow: [1, 1_000],
  dupThresh: [1, 300],
  segmentsPerAck: [1, 255],
  keepAliveProbes: [2, 127],
  initialRto: [milliseconds(1), seconds(3_600)],
  maxRto: [milliseconds(1), seconds(3_600)],
  rtoAfterSynLoss: [milliseconds(1), seconds(3_600)],
  delayedAckTime: [0, milliseconds(499)],
  keepAliveIdle: [milliseconds(1), seconds(32_767)],
  keepAliveInterval: [milliseconds(1), seconds(32_767)],
  timestampTick: [milliseconds(1), seconds(1)],
};

/** Copies that {@link frozenConfig} made: they were in range, and nothing can change them. */
const frozenConfigs = new WeakSet<TcpConfig>();

/**
 * A copy of a config, for many connections: validated here, once, and never again, for nobody can change it.
 *
 * @throws RangeError as `validatedConfig`
 */
export function frozenConfig(config: TcpConfig): TcpConfig {
  if (frozenConfigs.has(config)) return config;
  // The copy is what is validated: a getter may say something else the next time.
  const copy = Object.freeze({ ...config });
  validatedConfig(copy);
  frozenConfigs.add(copy);
  return copy;
}

/** Passes a config on when every field is in its range. @throws RangeError naming the field and its value */
export function validatedConfig(config: TcpConfig): TcpConfig {
  if (frozenConfigs.has(config)) return config;
  for (const [field, value] of Object.entries(config)) {
    if (typeof value !== "number") continue;
    const [least, most] = RANGES[field as keyof TcpConfig] ?? [0, Number.MAX_SAFE_INTEGER];
    if (!Number.isInteger(value) || value < least || value > most) {
      throw new RangeError(`Cannot use ${field} = ${value}: give a whole number from ${least} to ${most}`);
    }
  }
  if (typeof config.windowScale === "number" && config.windowScale > 14) {
    throw new RangeError(`Cannot use windowScale = ${config.windowScale}: give 0 to 14, or "auto"`);
  }
  if (config.receiveBufferMax < config.receiveBuffer) {
    throw new RangeError(
      `Cannot use receiveBufferMax = ${config.receiveBufferMax}: give at least receiveBuffer, ${config.receiveBuffer}`,
    );
  }
  if (config.minRto > config.maxRto) {
    throw new RangeError(`Cannot use minRto = ${config.minRto}: give at most maxRto, ${config.maxRto}`);
  }
  return config;
}
