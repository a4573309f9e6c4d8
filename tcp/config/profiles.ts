/**
 * Named profiles: what the systems do that most hosts of the net run, as differences from the RFCs' choices.
 *
 * @module
 */

import { STANDARD, type TcpConfig } from "./config.ts";
import { micros, milliseconds, seconds } from "../base/units.ts";

/** What Linux does (6.x, default sysctls but those that make runs differ). */
export const LINUX: TcpConfig = {
  ...STANDARD,
  icmpEndsOpening: "any",
  nagleVariant: "minshall",
  windowProbe: "old number",
  windowUnit: "segments",
  ackDelay: "adaptive",
  answersAckOfUnsent: false,
  limitsChallenges: true,
  fillsWindow: true,
  lateTextReset: "as unknown",
  timestampsOnReset: "own",
  minRto: milliseconds(200),
  maxRto: seconds(120),
  minRtoBoundsVariance: true,
  restartAfterIdle: false,
  sendBuffer: 256 << 10,
  receiveBuffer: 65_536,
  receiveBufferMax: 15 << 20,
  receiveBufferCounts: "packets",
  windowScale: 8,
  synRetries: 5,
  lostSynsOfSmallWindow: 2,
  connectTimeout: micros(0),
  ignoreResetInTimeWait: false,
};

/** What FreeBSD does (14.x; where its public scripts know an older behaviour only, that). */
export const FREEBSD: TcpConfig = {
  ...STANDARD,
  timestampsOnReset: "none",
  offersAgainWhenSimultaneous: true,
  icmpEndsOpening: "refused or expired",
  ecnSynRetries: 1,
  repeatsFin: true,
  usesAckOfDuplicates: true,
  roundsBuffers: true,
  ecn: "accept",
  takesWhatFits: true,
  timeWaitAnswersAcksOnly: true,
  resetsWhenUnread: false,
  cwrOnRepeatedText: true,
  acceptMissingTimestamps: false,
  boundsOwnMss: true,
  leastPeerMss: 216,
  nagleVariant: "earlier sends",
  synOptionOrder: "freebsd",
  initialRto: seconds(1),
  minRto: milliseconds(30),
  rtoSlop: milliseconds(200),
  maxRto: seconds(64),
  sendBuffer: 32_768,
  receiveBuffer: 65_536,
  receiveBufferMax: 2 << 20,
  windowScale: 6,
  rack: false,
  tailLossProbe: false,
  hystart: false,
  forwardRto: false,
  synRetries: 3,
  synAckRetries: 3,
  connectTimeout: seconds(75),
  retriesUntilClose: 12,
  quickAcks: 0,
  delayedAckTime: milliseconds(100),
  keepAlive: true,
  keepAliveProbes: 8,
  pushPolicy: "end of send",
};

/** The profiles by the names that people give. */
export const PROFILES: Readonly<Record<"standard" | "linux" | "freebsd", TcpConfig>> = {
  standard: STANDARD,
  linux: LINUX,
  freebsd: FREEBSD,
};

/** The name of a profile. */
export type ProfileName = keyof typeof PROFILES;
