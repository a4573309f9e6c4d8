/**
 * What the kernel's routing says of a connection's packets: source address, interface, gateway, MTU. Nothing is sent.
 *
 * It is asked as the kernel's own TCP asks it, with protocol and ports, for there are rules that look at these
 * (`ip rule … ipproto tcp dport 80`). What it has learned of a path's MTU from ICMP messages is left out: anybody can send
 * those, and the kernel believes some that a TCP would not (RFC 5927).
 *
 * @module
 */

import {
  IP_BIND_ADDRESS_NO_PORT,
  IP_MTU,
  IPPROTO_IP,
  IPPROTO_IPV6,
  IPPROTO_TCP,
  IPV6_MTU,
  MAX_IP_PACKET,
  SOCK_DGRAM,
} from "./constants.ts";
import {
  check,
  EACCES,
  EADDRNOTAVAIL,
  EAFNOSUPPORT,
  EHOSTUNREACH,
  EINVAL,
  ENONET,
  EPERM,
  EPROTONOSUPPORT,
  isErrno,
  SystemError,
} from "./errno.ts";
import {
  bindSocket,
  getOption,
  ignorePathMtu,
  localEndpoint,
  openSocket,
  setTypeOfService,
  typeOfService,
} from "./file_descriptor.ts";
import { loadLibc } from "./libc.ts";
import { isUnproven, linkMtu, readLink } from "./link.ts";
import { askNetlink, asNumber, decodeAttributes, type NetlinkAnswer, numberIn } from "./netlink.ts";
import { addressFamily, encodeSockaddr, formatIp, formatSockaddr, type IpAddress } from "./sockaddr.ts";

/** What the packets of a connection have in common, as far as routing may look at it. */
export interface Flow {
  readonly destination: IpAddress;
  /** Where it is settled already. @default the kernel's choice */
  readonly source?: IpAddress | undefined;
  /** @default 0, not known */
  readonly sourcePort?: number;
  /** @default 0, not known */
  readonly destinationPort?: number;
  /** Index of the interface that they are to leave by. @default the kernel's choice */
  readonly interfaceIndex?: number;
  /** @default 0, none */
  readonly mark?: number;
  /** DiffServ code point. @default 0 */
  readonly dscp?: number;
  /** Whether they leave by raw socket, of which the kernel sees neither protocol nor ports. @default false */
  readonly isRaw?: boolean;
}

/** Where the packets leave this host. */
export interface Route {
  /** The address that the kernel would send from. */
  readonly source: IpAddress;
  /** Octets of the largest IP packet: the interface's, or the route's own if that is smaller. */
  readonly mtu: number;
  /** Index of the interface; 0: not known. */
  readonly interfaceIndex: number;
  /** Null: the destination is on the link itself. */
  readonly gateway: IpAddress | null;
  /** Whether the route wraps packets into others: MPLS, segment routing, a tunnel without an interface. */
  readonly isEncapsulating: boolean;
}

// <linux/rtnetlink.h>: the question, and attributes of a route
const RTM_GETROUTE = 26;
const RTA_DST = 1;
const RTA_SRC = 2;
const RTA_OIF = 4;
const RTA_GATEWAY = 5;
const RTA_PREFSRC = 7;
const RTA_METRICS = 8;
/** struct rtvia: u16 family and an address, where the gateway is of the other family. */
const RTA_VIA = 18;
const RTA_MARK = 16;
const RTA_ENCAP = 22;
const RTA_IP_PROTO = 27;
const RTA_SPORT = 28;
const RTA_DPORT = 29;
/** Within RTA_METRICS. */
const RTAX_MTU = 2;

// struct rtmsg: octets of family, prefix lengths of destination and source, TOS, table, protocol, scope, type; u32 flags
const ROUTE_LENGTH = 12;
const TOS_OFFSET = 3;
const TYPE_OFFSET = 7;
const FLAGS_OFFSET = 8;
/** Answer with the table's entry, and not with what was made of it for this destination. */
const RTM_F_FIB_MATCH = 0x2000;

/** Types of routes that lead nowhere, and what a socket that takes one is told. */
const DEAD_ENDS: ReadonlyMap<number, number> = new Map([
  [3, EACCES], // broadcast: not for a TCP
  [6, EINVAL], // blackhole
  [7, EHOSTUNREACH], // unreachable
  [8, EACCES], // prohibit
]);

const CALL = "rtnetlink RTM_GETROUTE";

/** Any port will do: a UDP socket's `connect` only looks up the route. */
const DISCARD_PORT = 9;

/**
 * Where packets of this flow leave the host.
 *
 * @throws SystemError ENETUNREACH when there is no route, ENONET when there is no address to send from, EADDRNOTAVAIL when the source
 *   is not this host's, or not to be used
 */
export function routeTo(flow: Flow): Route {
  if (flow.source !== undefined) assertLocal(flow.source);
  return orByConnecting(flow, () => {
    const step = stepByTables(flow);
    return { ...step, mtu: mtuOf(flow, step.interfaceIndex) };
  });
}

/** A route without its MTU, which takes two more questions. */
type Step = Omit<Route, "mtu">;

function stepTo(flow: Flow): Step {
  return orByConnecting(flow, () => stepByTables(flow));
}

function orByConnecting<T extends Step>(flow: Flow, byTables: () => T): T | Route {
  try {
    return byTables();
  } catch (error) {
    // Some sandboxes have no such sockets. Then rules that look at protocols or ports are not seen.
    const isWithoutNetlink = isErrno(error, EAFNOSUPPORT, EPROTONOSUPPORT, EPERM, EACCES) &&
      error.call === "socket AF_NETLINK";
    if (isWithoutNetlink) return routeByConnecting(flow);
    throw error;
  }
}

/** What a raw socket must be told so that its packets leave as those of the kernel's own TCP would. */
export interface Steering {
  /** Index of the interface that they must leave by. */
  readonly interfaceIndex: number;
  /** Null: they leave as the kernel's would. Otherwise in which way they do not, in words. */
  readonly difference: string | null;
}

/**
 * How packets of this flow are to be steered when they leave by raw socket; null: not at all, the kernel's choice is right.
 *
 * @param flow with a source, if any, that is known to be this host's
 * @throws SystemError ENETUNREACH when there is no route
 */
export function steeringOf(flow: Flow): Steering | null {
  const wanted = stepTo(flow);
  const { interfaceIndex } = wanted;
  if (isSameStep(stepOrNull({ ...flow, isRaw: true }), wanted)) return null;
  const steered = stepOrNull({ ...flow, isRaw: true, interfaceIndex });
  if (isSameStep(steered, wanted)) return { interfaceIndex, difference: null };
  const { name } = readLink(interfaceIndex);
  const through = wanted.gateway === null ? "" : ` through ${formatIp(wanted.gateway)}`;
  const instead = steered === null || steered.interfaceIndex !== interfaceIndex
    ? "has no way there"
    : steered.gateway === null
    ? "asks there for the peer itself"
    : `goes there through ${formatIp(steered.gateway)}`;
  const difference =
    `a rule of this host's routing sends the connection by ${name}${through}; a raw socket ${instead}`;
  return { interfaceIndex, difference };
}

function stepOrNull(flow: Flow): Step | null {
  try {
    return stepTo(flow);
  } catch (error) {
    if (error instanceof SystemError) return null;
    throw error;
  }
}

function isSameStep(a: Step | null, b: Step): boolean {
  return a !== null && a.interfaceIndex === b.interfaceIndex &&
    String(a.gateway?.octets) === String(b.gateway?.octets);
}

/** The address that the kernel would send from. @throws SystemError ENETUNREACH when there is no route */
export function sourceAddressFor(destination: IpAddress, destinationPort = 0, dscp = 0): IpAddress {
  return routeTo({ destination, destinationPort, dscp }).source;
}

function assertLocal(address: IpAddress): void {
  using socket = openSocket("socket SOCK_DGRAM", address.family, SOCK_DGRAM, 0);
  const yes = new Int32Array([1]);
  // No port of UDP's is needed, and there may be none left. Where there is no such option, one is taken.
  loadLibc().setsockopt(socket.number, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, yes, yes.byteLength);
  try {
    bindSocket(socket.number, { address, port: 0 });
  } catch (error) {
    if (!isErrno(error, EADDRNOTAVAIL) || !isUnproven(address)) throw error;
    throw new SystemError("rtnetlink RTM_GETADDR", EADDRNOTAVAIL, formatIp(address));
  }
}

function stepByTables(flow: Flow): Step {
  const { destination, source } = flow;
  const answer = ask(flow, 0);
  const { attributes } = answer;
  const dead = DEAD_ENDS.get(answer.fixed.getUint8(TYPE_OFFSET));
  if (dead !== undefined) {
    throw new SystemError(CALL, dead, formatIp(destination));
  }
  const interfaceIndex = numberIn(attributes.get(RTA_OIF));
  const chosen = attributes.get(RTA_PREFSRC);
  if (source === undefined && chosen === undefined) {
    throw new SystemError(CALL, ENONET, formatIp(destination));
  }
  const gateway = attributes.get(RTA_GATEWAY) ?? attributes.get(RTA_VIA)?.subarray(2);
  return {
    // To a link-local address of this host's own the way is by loopback, but both belong to the destination's interface.
    source: source ?? addressOf(chosen as Uint8Array<ArrayBuffer>, destination.scopeId ?? interfaceIndex),
    interfaceIndex,
    gateway: gateway === undefined ? null : addressOf(gateway, interfaceIndex),
    isEncapsulating: attributes.has(RTA_ENCAP),
  };
}

/** Link-local addresses belong to an interface. */
function addressOf(octets: Uint8Array<ArrayBuffer>, interfaceIndex: number): IpAddress {
  const isLinkLocal = octets[0] === 0xfe && ((octets[1] ?? 0) & 0xc0) === 0x80 && octets.length > 4;
  const family = octets.length === 4 ? 4 : 6;
  return isLinkLocal ? { family, octets, scopeId: interfaceIndex } : { family, octets };
}

function mtuOf(flow: Flow, interfaceIndex: number): number {
  const ofLink = linkMtu(interfaceIndex, flow.destination.family);
  const metrics = ask(flow, RTM_F_FIB_MATCH).attributes.get(RTA_METRICS);
  const ofRoute = metrics === undefined ? 0 : numberIn(decodeAttributes(metrics).get(RTAX_MTU));
  return Math.min(ofRoute || MAX_IP_PACKET, ofLink, MAX_IP_PACKET);
}

function ask(flow: Flow, flags: number): NetlinkAnswer {
  const { destination, source, sourcePort = 0, destinationPort = 0, mark = 0, dscp = 0, isRaw = false } =
    flow;
  const interfaceIndex = flow.interfaceIndex ?? destination.scopeId ?? 0;
  const fixed = new Uint8Array(ROUTE_LENGTH);
  const bits = destination.octets.length * 8;
  fixed.set([addressFamily(destination.family), bits, source === undefined ? 0 : bits]);
  fixed[TOS_OFFSET] = typeOfService(dscp);
  new DataView(fixed.buffer).setUint32(FLAGS_OFFSET, flags, true);
  const attributes: [number, Uint8Array][] = [[RTA_DST, destination.octets]];
  if (source !== undefined) attributes.push([RTA_SRC, source.octets]);
  if (interfaceIndex !== 0) attributes.push([RTA_OIF, asNumber(interfaceIndex)]);
  if (mark !== 0) attributes.push([RTA_MARK, asNumber(mark)]);
  if (!isRaw) attributes.push([RTA_IP_PROTO, Uint8Array.of(IPPROTO_TCP)]);
  if (!isRaw && sourcePort !== 0) attributes.push([RTA_SPORT, portOctets(sourcePort)]);
  if (!isRaw && destinationPort !== 0) attributes.push([RTA_DPORT, portOctets(destinationPort)]);
  const subject = (): string => formatIp(destination);
  return askNetlink({ call: CALL, subject, type: RTM_GETROUTE, fixed, attributes });
}

/** In network order. */
function portOctets(port: number): Uint8Array {
  return Uint8Array.of(port >> 8, port & 0xff);
}

function routeByConnecting({ destination, source, destinationPort = 0, dscp = 0 }: Flow): Route {
  const remote = { address: destination, port: destinationPort || DISCARD_PORT };
  using socket = openSocket("socket SOCK_DGRAM", destination.family, SOCK_DGRAM, 0);
  const { number } = socket;
  ignorePathMtu(number, destination.family);
  setTypeOfService(number, destination.family, dscp);
  if (source !== undefined) bindSocket(number, { address: source, port: 0 });
  const bytes = encodeSockaddr(remote);
  check("connect", loadLibc().connect(number, bytes, bytes.length), () => formatSockaddr(remote));
  const mtu = destination.family === 4
    ? getOption(number, IPPROTO_IP, IP_MTU, "getsockopt IP_MTU")
    : getOption(number, IPPROTO_IPV6, IPV6_MTU, "getsockopt IPV6_MTU");
  return {
    source: localEndpoint(number).address,
    mtu: Math.min(mtu, MAX_IP_PACKET),
    interfaceIndex: 0,
    gateway: null,
    isEncapsulating: false,
  };
}
