/**
 * The kernel, as this project sees it: raw and stream sockets, the port guard, polling, addresses and routes. Linux only.
 *
 * @module
 */

export { POLLERR, POLLHUP, POLLIN, POLLNVAL, POLLOUT, SHUT_RD, SHUT_RDWR, SHUT_WR } from "./constants.ts";
export { errnoName, isErrno, likelyCause, LINK_ERRORS, SystemError } from "./errno.ts";
export { assertDescriptors, FileDescriptor } from "./file_descriptor.ts";
export { type FilterVerdicts, filterVerdicts } from "./flow_packets.ts";
export { hostRules } from "./host_rules.ts";
export { IcmpSocket } from "./icmp_socket.ts";
export { type Direction, type IpsecVerdict, ipsecVerdict, type SettledFlow } from "./ipsec.ts";
export { LibcError, loadLibc, loadWholeLibc } from "./libc.ts";
export { unshareNetwork } from "./namespace.ts";
export {
  bringUp,
  interfaceMtu,
  interfaceOf,
  type NetworkInterface,
  readInterface,
  setInterfaceMtu,
} from "./network_interface.ts";
export { type LinkKind, listInterfaces, readLink } from "./link.ts";
export { hookFunctions } from "./netfilter.ts";
export { type NftVerdict } from "./nft_verdict.ts";
export { type Offload, offloadsOn } from "./offloads.ts";
export {
  capabilities,
  type Capability,
  descriptorLimit,
  effectiveUser,
  freeDescriptors,
  hasKernelStamps,
  isInOwnNetwork,
  isInUserNamespace,
} from "./process_facts.ts";
export { readSmallFile } from "./small_file.ts";
export { type NextHop, nextHopTo } from "./neighbour.ts";
export {
  type GatheringDevice,
  type InboundChecksum,
  type OctetPieces,
  type PacketBatch,
  type PacketDevice,
  packetSegmentLimit,
  type SegmentGatherer,
  type SendResult,
} from "./packet_device.ts";
export { LONGEST_IN_SLOT, PacketRing, type PacketRingOptions } from "./packet_ring.ts";
export { PacketSocket, type PacketSocketOptions } from "./packet_socket.ts";
export { MAX_WAIT, PollSet } from "./poll.ts";
export { PortGuard } from "./port_guard.ts";
export { RawSocket, type RawSocketOptions, receiveAgain } from "./raw_socket.ts";
export { openRawSocket, RawSocketV6 } from "./raw_socket_v6.ts";
export { resolve, ResolveError, resolveService } from "./resolve.ts";
export { type Flow, type Route, routeTo, sourceAddressFor, type Steering, steeringOf } from "./route.ts";
export {
  anyAddress,
  type Endpoint,
  formatIp,
  formatSockaddr,
  type IpAddress,
  isAnyAddress,
  parseLiteral,
} from "./sockaddr.ts";
export { type FileKind, fileKind, StreamFile } from "./stream_file.ts";
export { StreamListener } from "./stream_listener.ts";
export { StreamSocket } from "./stream_socket.ts";
export { TunDevice } from "./tun_device.ts";
export { cpuMicros, wallClockMicros } from "./clocks.ts";
