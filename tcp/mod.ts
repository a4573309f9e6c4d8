/**
 * ```ts
 * import { Connection, instant, parseAddress, Segment, seqNumber } from "@rawtcp/rawtcp/core";
 *
 * const [here, there] = [parseAddress("192.0.2.1"), parseAddress("192.0.2.2")];
 * const connection = Connection.connect({
 *   local: { address: here, port: 49_152 },
 *   remote: { address: there, port: 80 },
 *   isn: () => seqNumber(1000),
 * }, instant(0));
 * const segment = new Segment();
 * connection.transmit(segment, instant(0)); // the SYN: encodePacket makes octets of it
 * console.log(connection.state, connection.nextDeadline()); // SYN-SENT 1000000
 * ```
 *
 * TCP as a pure function: segments and moments go in, segments and deadlines come out. Nothing here knows a socket, a clock,
 * randomness or a console.
 *
 * 1. **Connections** (RFC 9293 3.10). {@link Host} has many {@link Connection}s and {@link Listener}s on its addresses. Both
 *    take `segmentArrives`, `icmpArrives` and `timersFire`, and answer `transmit` and `nextDeadline`. What happened is taken as
 *    {@link Event} bits; how it ended is a {@link ConnectionFailure}; {@link TcpInfo} has the counts.
 * 2. **Configuration.** {@link TcpConfig} in groups, of which callers give any part ({@link PartialConfig});
 *    {@link completeConfig} fills it up and checks it. Profiles: {@link STANDARD}, {@link LINUX}, {@link FREEBSD}.
 * 3. **Congestion control** (RFC 5681). {@link CongestionControl} decides how much may be in flight; each ACK comes to it as a
 *    {@link CongestionSample}.
 * 4. **Observation.** An {@link Observer} is shown every event with its reason, and the variables as a {@link ConnectionView}.
 * 5. **Segments.** {@link Segment} is what one TCP segment says; its payload is an {@link OctetRange}. {@link IcmpError} is what
 *    an ICMP error says about one.
 * 6. **On the wire.** {@link decodePacket} and {@link encodePacket} are between octets and segments, with checksums and options;
 *    a {@link SegmentCutter} cuts long segments for devices that do not.
 * 7. **States, numbers, addresses, time.** {@link State} and its transitions; {@link SeqNumber} modulo 2^32;
 *    {@link IpAddress}; {@link Instant} and {@link Micros}.
 *
 * @module
 */

// 1. Connections

export { Host, type HostOptions } from "./host/host.ts";
export { Listener } from "./host/listener.ts";
export type { WantedEnd } from "./host/local_ends.ts";
export { DYNAMIC_PORTS, type PortKeeper, type PortRange } from "./host/ports.ts";
export { createIsnGenerator, createTimestampOffset, type TimestampOffset } from "./host/isn.ts";
export { Connection } from "./connection/connection.ts";
export { OctetCount } from "./base/octet_count.ts";
export type { ConnectionOptions, IsnSource } from "./connection/connection_options.ts";
export type { ChallengeLimiter } from "./connection/challenge_limiter.ts";
export type { TcpInfo } from "./connection/tcp_info.ts";
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
