/**
 * ```ts
 * import { connect, listen } from "@rawtcp/rawtcp";
 *
 * await using listener = await listen({ hostname: "127.0.0.1", port: 7777 });
 * const accepted = listener.accept();
 * await using conn = await connect({ hostname: "127.0.0.1", port: 7777 });
 * await conn.write(new TextEncoder().encode("Hello"));
 * await conn.closeWrite(); // FIN
 * await using peer = await accepted;
 * console.log(await new Response(peer.readable).text()); // Hello
 * ```
 *
 * Running a core on a device: the loop, its clock, and the way over raw sockets.
 *
 * @module
 */

export { type Clock, monotonicNow } from "./clock.ts";
export { RawConnection, type RawConnectionOptions } from "./connect.ts";
export type {
  GatheringDevice,
  InboundChecksum,
  IpAddress,
  OctetPieces,
  PacketBatch,
  PacketDevice,
  SegmentGatherer,
  SendResult,
} from "../ffi/mod.ts";
export { ResolveError, TunDevice } from "../ffi/mod.ts";
export {
  type LinkChange,
  type LinkMode,
  type LinkMonitor,
  type LinkOpener,
  type OnLinkChange,
  type OpenLink,
  packetLink,
} from "./link.ts";
export type { LinkDevice, LinkEnds } from "./link_device.ts";
export { Loop, type LoopOptions, type Monitor, type NetworkSide } from "./loop.ts";
export type { IcmpSide } from "./network_reports.ts";
export { RawDialer, type RawDialerOptions } from "./raw_dialer.ts";
export { RawHost, type RawHostOptions } from "./raw_host.ts";
export type { Poller } from "./readiness.ts";
export { Conn, type ConnStats } from "./stream/conn.ts";
export { connect, type ConnectOptions } from "./stream/connect.ts";
export { listen, Listener, type ListenOptions } from "./stream/listen.ts";
export type { RunOptions } from "./raw_stack.ts";
export { firstOf } from "./stream/happy_eyeballs.ts";
export { epochOf, WireClock } from "./wire_clock.ts";
export type { WireObserver } from "./wire_observer.ts";
