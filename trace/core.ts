/**
 * What `trace/` uses of the core, in one place: types, read access, and the packet codec.
 *
 * @module
 */

export {
  checksumOf,
  type CongestionReason,
  type ConnectionView,
  decodePacket,
  type DropReason,
  EcnCodepoint,
  encodePacketHeaders,
  type Endpoint,
  type Family,
  Flag,
  formatAddress,
  formatEndpoint,
  type Instant,
  instant,
  type IpAddress,
  type Micros,
  micros,
  type Observer,
  Option,
  type RecoveryPhase,
  Segment,
  type SendReason,
  seqAdd,
  seqDistance,
  type SeqNumber,
  seqNumber,
  seqToInt32,
  seqToUint32,
  type State,
  type StateReason,
  STATES,
  sumOctets,
  type TimerName,
  timestampToUint32,
} from "../tcp/mod.ts";
