/**
 * Named profiles: what the systems do that most hosts of the net run, as differences from the RFCs' choices.
 *
 * @module
 */

import { completeConfig } from "./complete.ts";
import type { TcpConfig } from "./config.ts";
import { STANDARD } from "./standard.ts";
import { micros, milliseconds, seconds } from "../base/units.ts";

/** What Linux does (6.x, default sysctls but those that make runs differ). */
export const LINUX: TcpConfig = completeConfig({
  handshake: {
    windowScale: 8,
    synRetries: 5,
    connectTimeout: micros(0),
  },
  buffers: {
    sendBuffer: 256 << 10,
    receiveBuffer: 65_536,
    receiveBufferMax: 15 << 20,
  },
  sending: {
    timeoutsUntilShorter: 0,
    baseMtu: 1_076,
    nagleVariant: "minshall",
  },
  congestion: {
    restartAfterIdle: false,
  },
  acknowledging: {
    ackDelay: "adaptive",
  },
  retransmission: {
    minRto: milliseconds(200),
    maxRto: seconds(120),
  },
  recovery: {
    ssthreshFrom: "cwnd",
    reorderingDegree: "measured",
    sacksWholeSegments: true,
    forwardRtoEvidence: "any ACK",
    reducesForLostRetransmissions: false,
    probesUnmeasured: true,
    partialAcksRestart: "each",
    slowStartExit: "at once",
    idleEnds: "when given",
  },
  defence: {
    icmpEndsOpening: "any",
    ignoreResetInTimeWait: false,
    synWithFin: "drop in LISTEN",
    challengesAtOnce: 1,
  },
  compatibility: {
    windowProbe: "old number",
    timeWaitAnswers: "all but the next",
    fillsWindow: true,
    lateDataReset: "as unknown",
    closingListenerForgets: true,
    timeoutTellsIcmpError: true,
    acceptMalformedOptions: true,
    timestampsOnReset: "own",
    minRtoBoundsVariance: true,
    receiveBufferCounts: "packets",
    lostSynsOfSmallWindow: 2,
  },
});

/** What FreeBSD does (14.x; where its public scripts know an older behaviour only, that). */
export const FREEBSD: TcpConfig = completeConfig({
  handshake: {
    ecnSynRetries: 1,
    leastPeerMss: 216,
    windowScale: 6,
    synRetries: 3,
    synAckRetries: 3,
    connectTimeout: seconds(75),
  },
  buffers: {
    sendBuffer: 32_768,
    receiveBuffer: 65_536,
    receiveBufferMax: 2 << 20,
  },
  sending: {
    timeoutsUntilShorter: 0,
    nagleVariant: "earlier sends",
  },
  congestion: {
    ecn: "accept",
    hystart: false,
  },
  acknowledging: {
    ackDelay: "every second segment",
    quickAcks: 0,
    segmentsPerAckInBulk: 0,
    delayedAckTime: milliseconds(100),
  },
  retransmission: {
    initialRto: seconds(1),
    minRto: milliseconds(30),
    maxRto: seconds(64),
    rack: false,
    tailLossProbe: false,
    forwardRto: false,
    retriesUntilClose: 12,
  },
  recovery: {
    partialAcksRestart: "each",
  },
  closing: {
    resetsWhenUnread: false,
    keepAlive: true,
    keepAliveProbes: 8,
  },
  defence: {
    icmpEndsOpening: "refused or expired",
  },
  compatibility: {
    timestampsOnReset: "none",
    offersAgainWhenSimultaneous: true,
    repeatsFin: true,
    usesAckOfDuplicates: true,
    roundsBuffers: true,
    takesWhatFits: true,
    timeWaitAnswers: "ACKs",
    cwrOnRetransmissions: true,
    acceptMissingTimestamps: false,
    boundsOwnMss: true,
    synOptionOrder: "freebsd",
    rtoSlop: milliseconds(200),
  },
});

/** The profiles by the names that people give. */
export const PROFILES: Readonly<Record<"standard" | "linux" | "freebsd", TcpConfig>> = {
  standard: STANDARD,
  linux: LINUX,
  freebsd: FREEBSD,
};

/** The name of a profile. */
export type ProfileName = keyof typeof PROFILES;
