/**
 * The TCP: a pure function of segments and moments. Nothing here knows a socket, a clock or a console.
 *
 * @module
 */

export * from "./address.ts";
export { OctetRange } from "./buffer/octet_range.ts";
export { AckSample, type CongestionControl } from "./congestion/control.ts";
export * from "./config.ts";
export * from "./profiles.ts";
export { Connection, type ConnectionOptions } from "./connection.ts";
export * from "./errors.ts";
export { Event, type EventSet } from "./events.ts";
export { Host, type HostOptions } from "./host.ts";
export { IcmpError, type IcmpErrorKind } from "./icmp_error.ts";
export { createIsnGenerator, createTimestampOffset } from "./isn.ts";
export { Listener } from "./listener.ts";
export type * from "./observer.ts";
export { DYNAMIC_PORTS, type PortKeeper, type PortRange } from "./ports.ts";
export * from "./segment.ts";
export * from "./seq.ts";
export { isLegalTransition, isSynchronized, type State, STATES } from "./state.ts";
export type { IsnSource } from "./tcb.ts";
export * from "./units.ts";
export { checksumOf, type ChecksumPolicy, sumOctets } from "./wire/checksum.ts";
export { decodeIcmpPacket, decodeIcmpv6Message, encodeIcmpPacket } from "./wire/icmp.ts";
export * from "./wire/packet.ts";
