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

export * from "./single.ts";
export { Host, type HostOptions } from "./host/host.ts";
export { Listener } from "./host/listener.ts";
export type { WantedEnd } from "./host/local_ends.ts";
export { DYNAMIC_PORTS, type PortKeeper, type PortRange } from "./host/ports.ts";
