/**
 * The core as far as one connection needs it: the face of `mod.ts` without hosts. A program that makes one connection
 * starts sooner without their modules.
 *
 * @module
 */

// 1. Connections

export { createIsnGenerator, createTimestampOffset, type TimestampOffset } from "./host/isn.ts";
export { Connection } from "./connection/connection.ts";
export { OctetCount } from "./base/octet_count.ts";
export {
  type ConnectionOptions,
  type IsnSource,
  numbering,
  type PathMemory,
} from "./connection/connection_options.ts";
export type { ChallengeLimiter } from "./connection/challenge_limiter.ts";
export type { TcpInfo } from "./connection/tcp_info.ts";
export { fullSegmentFor } from "./send/sender.ts";
export { Event, type EventSet } from "./base/events.ts";
export { ConnectionFailure, type FailureKind, InvalidStateError } from "./base/errors.ts";

// 2. Configuration

export { completeConfig, joinChanges } from "./config/complete.ts";
export { STANDARD } from "./config/standard.ts";
export { FREEBSD, LINUX, type ProfileName, PROFILES } from "./config/profiles.ts";
export type {
  AckDelay,
  AcknowledgingConfig,
  BuffersConfig,
  ClosingConfig,
  CompatibilityConfig,
  CongestionConfig,
  DefenceConfig,
  EcnCapable,
  EcnMode,
  ForwardRtoEvidence,
  HandshakeConfig,
  IcmpEndsOpening,
  IdleEnds,
  LateDataReset,
  NagleVariant,
  PartialAcksRestart,
  PartialConfig,
  ReceiveBufferCounts,
  RecoveryPolicy,
  ReorderingDegree,
  ResetAcceptance,
  RetransmissionConfig,
  SendingConfig,
  SsthreshFrom,
  SynAnswer,
  SynCookiesWhen,
  SynWithFin,
  TcpConfig,
  TimestampsOnReset,
  TimeWaitAnswers,
  WindowProbe,
} from "./config/config.ts";

// 3. Congestion control

export type {
  CongestionControl,
  CongestionControlFactory,
  CongestionControlName,
  CongestionOptions,
  CongestionSample,
  SlowStartExit,
} from "./congestion/control.ts";

// 4. Observation

export {
  type CongestionReason,
  type ConnectionView,
  type DropReason,
  type IcmpVerdict,
  type Observer,
  RECOVERY_PHASES,
  type RecoveryPhase,
  type SendReason,
  type StateReason,
  type SynReason,
  TIMER_NAMES,
  type TimerName,
} from "./base/observer.ts";

// 5. Segments

export { OctetRange } from "./base/octet_range.ts";
export {
  EcnCodepoint,
  Flag,
  formatFlags,
  MAX_SACK_BLOCKS,
  Option,
  Segment,
  type SynOptionOrder,
} from "./base/segment.ts";
export {
  IcmpError,
  type IcmpErrorKind,
  icmpErrorName,
  icmpText,
  type IcmpWords,
  icmpWords,
  THIS_HOST,
} from "./base/icmp_error.ts";

// 6. On the wire

export {
  type ChecksumForm,
  decodePacket,
  decodeTcpSegment,
  encodePacket,
  encodePacketHeaders,
  encodeTcpHeader,
  encodeTcpSegment,
  packetLength,
} from "./wire/packet.ts";
export { SegmentCutter } from "./wire/cut.ts";
export { optionBitOf } from "./wire/options.ts";
export { decodeIcmpPacket, decodeIcmpv6Message, encodeIcmpPacket } from "./wire/icmp.ts";
export { checksumOf, type ChecksumPolicy, sumOctets } from "./wire/checksum.ts";
export { sumInMemory } from "./wire/simd_sum.ts";

// 7. States, numbers, addresses, time

export { isLegalTransition, isSynchronized, type State, STATES } from "./base/state.ts";
export {
  seqAdd,
  seqAfter,
  seqAtOrAfter,
  seqAtOrBefore,
  seqBefore,
  seqDistance,
  seqInWindow,
  seqLater,
  type SeqNumber,
  seqNumber,
  seqToInt32,
  seqToUint32,
  type Timestamp,
  timestamp,
  timestampDistance,
  timestampToInt32,
  timestampToUint32,
} from "./base/seq.ts";
export {
  addressEquals,
  addressFromOctets,
  type Endpoint,
  type Family,
  formatAddress,
  formatEndpoint,
  type IpAddress,
  IPV4_ADDRESS_LENGTH,
  IPV6_ADDRESS_LENGTH,
  isAddressText,
  isPort,
  isUnicast,
  octetsMatch,
  parseAddress,
  type Port,
} from "./base/address.ts";
export {
  after,
  earliest,
  elapsed,
  type Instant,
  instant,
  type Micros,
  micros,
  milliseconds,
  NEVER,
  seconds,
  toMilliseconds,
  toSeconds,
} from "./base/units.ts";
