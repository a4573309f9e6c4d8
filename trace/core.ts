/**
 * What `trace/` uses of the core, in one place: types, read access, and the packet codec.
 *
 * @module
 */

export { type Endpoint, type Family, formatAddress, formatEndpoint, type IpAddress } from "../tcp/address.ts";
export type {
  CongestionReason,
  ConnectionView,
  DropReason,
  Observer,
  RecoveryPhase,
  SendReason,
  StateReason,
  TimerName,
} from "../tcp/observer.ts";
export { EcnCodepoint, Flag, Option, Segment } from "../tcp/segment.ts";
export {
  seqDistance,
  type SeqNumber,
  seqNumber,
  seqToInt32,
  seqToUint32,
  timestampToUint32,
} from "../tcp/seq.ts";
export { type State, STATES } from "../tcp/state.ts";
export { type Instant, instant, type Micros, micros } from "../tcp/units.ts";
export { checksumOf, sumOctets } from "../tcp/wire/checksum.ts";
export { decodePacket, encodePacket } from "../tcp/wire/packet.ts";
