/**
 * The TCP: a pure function of segments and moments. Nothing here knows a socket, a clock or a console.
 *
 * @module
 */

export * from "./base/address.ts";
export { OctetRange } from "./base/octet_range.ts";
export { AckSample, type CongestionControl } from "./congestion/control.ts";
export { completeConfig, joinChanges } from "./config/complete.ts";
export type * from "./config/config.ts";
export * from "./config/profiles.ts";
export { STANDARD } from "./config/standard.ts";
export { Connection, type ConnectionOptions } from "./connection/connection.ts";
export type { TcpInfo } from "./connection/tcp_info.ts";
export * from "./base/errors.ts";
export { Event, type EventSet } from "./base/events.ts";
export { Host, type HostOptions } from "./host/host.ts";
export { IcmpError, type IcmpErrorKind } from "./base/icmp_error.ts";
export { createIsnGenerator, createTimestampOffset } from "./host/isn.ts";
export { Listener } from "./host/listener.ts";
export type * from "./base/observer.ts";
export { DYNAMIC_PORTS, type PortKeeper, type PortRange } from "./host/ports.ts";
export * from "./base/segment.ts";
export * from "./base/seq.ts";
export { isLegalTransition, isSynchronized, type State, STATES } from "./base/state.ts";
export type { IsnSource } from "./connection/tcb.ts";
export * from "./base/units.ts";
export { checksumOf, type ChecksumPolicy, sumOctets } from "./wire/checksum.ts";
export { decodeIcmpPacket, decodeIcmpv6Message, encodeIcmpPacket } from "./wire/icmp.ts";
export * from "./wire/packet.ts";
