/**
 * IPv4 packets of one TCP connection, or of one local port, over a raw socket.
 *
 * @module
 */

import {
  attachFilter,
  attachFilterIfAllowed,
  connectionFilter,
  dropAllFilter,
  localPortFilter,
  type PortRange,
} from "./bpf.ts";
import {
  IP_HDRINCL,
  IP_UNICAST_IF,
  IPPROTO_IP,
  IPPROTO_TCP,
  MAX_IP_PACKET,
  PACKET_BUFFER_LENGTH,
  SO_BINDTODEVICE,
  SO_BINDTOIFINDEX,
  SO_MARK,
  SO_RCVBUF,
  SO_RCVBUFFORCE,
  SO_SNDBUF,
  SO_SNDBUFFORCE,
  SOCK_RAW,
  SOL_SOCKET,
} from "./constants.ts";
import { check } from "./errno.ts";
import {
  bindSocket,
  enlargeBuffer,
  type FileDescriptor,
  ignorePathMtu,
  openSocket,
  orClose,
  setOption,
  setOptionBytes,
  setTypeOfService,
} from "./file_descriptor.ts";
import { loadLibc } from "./libc.ts";
import type { PacketBatch, PacketDevice, SendResult } from "./packet_device.ts";
import { RawSender, warmUp } from "./raw_sender.ts";
import { askForStamps, ReceivedMessage } from "./received_message.ts";
import { PacketSieve } from "./packet_sieve.ts";
import { interfaceMtu } from "./network_interface.ts";
import { routeTo } from "./route.ts";
import { receivedAfterAll } from "./socket_errors.ts";
import { anyAddress, cString, encodeSockaddr, type Endpoint } from "./sockaddr.ts";

/** How to open a raw socket. */
export interface RawSocketOptions {
  /** Our end: packets to it are received. With address 0.0.0.0 or :: packets to every address of this host. */
  readonly local: Endpoint;
  /** The peer. Without one the socket serves every peer, and each packet goes where its header says. */
  readonly remote?: Endpoint;
  /** Without a peer: local ports to receive for instead of the one of `local`. @default that one */
  readonly ports?: PortRange;
  /** Octets of the largest packet. @default path MTU to the peer; without a peer the interface's, 1500 if unknown */
  readonly mtu?: number;
  /** The only interface to send and receive by. @default any, by route */
  readonly interfaceName?: string;
  /** Index of the interface that packets leave by. @default the kernel's choice */
  readonly interfaceIndex?: number;
  /** The mark of our packets, which rules of routing and firewalls look at; needs CAP_NET_ADMIN. @default 0, none */
  readonly mark?: number;
  /** DiffServ code point of our packets, for rules of routing alone: the packets have their own. @default 0 */
  readonly dscp?: number;
  /** How to attach the filter; where false comes from it, packets are sorted here. @default as far as this process may */
  readonly filter?: typeof attachFilterIfAllowed;
}

/** Packets for others that one `receive` passes over, where they are sorted here, before the caller gets its turn. */
export const MOST_FOREIGN_PACKETS = 256;

/** More packets cannot come between the opening of a socket and its filter; those behind it are no reason to go on for ever. */
const MOST_EARLY_PACKETS = 1 << 16;

/** Octets that may wait in each direction, as far as this process may ask for it. */
export const BUFFER_SIZE = 8 * 1024 * 1024;
/**
 * Octets that may wait to be received where many connections share the socket: their windows add up, and a peer without
 * congestion control fills its own at once. The kernel counts some 2,300 for a packet of 1,500, of twice as many.
 */
const SHARED_BUFFER_SIZE = 4 * BUFFER_SIZE;

/** Room for a time stamp: 16 + 16 octets. */
const CONTROL_LENGTH = 32;

/** A raw IPv4 socket. Packets start at the IP header in both directions; see RFC 791 3.1 for it. */
export class RawSocket implements PacketDevice {
  readonly mtu: number;
  readonly inbound: Uint8Array<ArrayBuffer> = new Uint8Array(PACKET_BUFFER_LENGTH);
  readonly outbound: Uint8Array<ArrayBuffer>;
  /** Sends for it, and knows why packets could not leave, or may not. */
  readonly sender: RawSender;

  readonly #descriptor: FileDescriptor;
  readonly #message: ReceivedMessage = new ReceivedMessage(this.inbound, 0, CONTROL_LENGTH);
  #sieve: PacketSieve | null = null;

  private constructor(descriptor: FileDescriptor, remote: Endpoint | undefined, mtu: number) {
    this.#descriptor = descriptor;
    this.mtu = mtu;
    this.sender = new RawSender(descriptor, remote?.address ?? anyAddress(4), remote === undefined);
    this.outbound = this.sender.outbound;
  }

  /**
   * Opens the socket with a filter for exactly this connection (or port); nothing that came before is delivered.
   *
   * @throws SystemError EPERM without CAP_NET_RAW, ENETUNREACH without a route to the peer
   */
  static open(options: RawSocketOptions): RawSocket {
    const mtu = options.mtu ?? deviceMtu(options);
    const descriptor = openSocket("socket SOCK_RAW", 4, SOCK_RAW, IPPROTO_TCP);
    return orClose(descriptor, (number) => {
      setOption(number, IPPROTO_IP, IP_HDRINCL, 1, "setsockopt IP_HDRINCL");
      const socket = new RawSocket(descriptor, options.remote, mtu);
      socket.#sieve = prepareRawSocket(number, options, "ip", () => socket.receive());
      warmUp(socket.sender);
      return socket;
    });
  }

  get descriptor(): number {
    return this.#descriptor.number;
  }

  get inboundStamp(): number {
    return this.#message.stamp;
  }

  get batch(): PacketBatch {
    return this.sender.batch;
  }

  receive(): number {
    for (let foreign = 0; foreign < MOST_FOREIGN_PACKETS; foreign++) {
      const length = this.#receiveAny();
      if (length === 0 || this.#sieve === null || this.#sieve.keeps(this.inbound, length)) return length;
    }
    return 0;
  }

  #receiveAny(): number {
    let length = this.#message.receive(this.descriptor);
    if (length < 0) length = receivedAfterAll("recvmsg", () => this.#message.receive(this.descriptor));
    if (length === 0) return 0;
    this.#message.nextRecord(0);
    return length;
  }

  send(length: number): SendResult {
    return this.sender.send(length);
  }

  /** As {@link stopReceiving}. */
  stopReceiving(local: Endpoint): void {
    this.sender.mute();
    stopReceiving(this.descriptor, local);
  }

  /** Has packets leave by this interface and no other; 0: by the kernel's choice again. @throws SystemError ENODEV */
  steer(interfaceIndex: number): void {
    leaveBy(this.descriptor, 4, interfaceIndex);
  }

  [Symbol.dispose](): void {
    this.#descriptor.close();
  }
}

/**
 * Has a raw socket receive nothing from now on; what is queued stays, and sending goes on.
 *
 * The kernel copies each packet of the protocol before it asks a raw socket's filter, but only for sockets whose peer sent
 * it. So the socket also gets a peer that sends nothing: this host itself. A tenth of a bulk transfer's time. Measured.
 *
 * @throws SystemError EPERM where no filter may be attached
 */
export function stopReceiving(number: number, local: Endpoint): void {
  attachFilter(number, dropAllFilter());
  const self = encodeSockaddr({ address: local.address, port: 0 });
  check("connect", loadLibc().connect(number, self, self.length));
}

/**
 * Has a raw socket that receives nothing any more receive the connection's packets again.
 *
 * It gets the connection's peer for its own. To take its peer away (AF_UNSPEC) would have the kernel strike the socket off its
 * list of those that receive, for good, and forget the interface that it is bound to.
 *
 * @throws SystemError ENETUNREACH and the like while there is no route to the peer
 */
export function receiveAgain(number: number, local: Endpoint, remote: Endpoint): void {
  const peer = encodeSockaddr({ address: remote.address, port: 0 });
  check("connect", loadLibc().connect(number, peer, peer.length));
  attachFilter(number, connectionFilter(local, remote, local.address.family === 4 ? "ip" : "transport"));
}

/** Octets of the largest packet: towards the peer if there is one, else of the interface with the local address. */
export function deviceMtu(options: RawSocketOptions): number {
  const mtu = options.remote === undefined
    ? interfaceMtu(options.local.address)
    : routeTo({ destination: options.remote.address, destinationPort: options.remote.port }).mtu;
  return Math.min(mtu, MAX_IP_PACKET);
}

/**
 * What the raw sockets of both families need: the filter, buffers, the source address. A socket gets everybody's packets from
 * its first moment: what came before the filter is thrown away.
 *
 * @returns what sorts the packets instead where no filter may be attached, else null
 */
export function prepareRawSocket(
  number: number,
  options: RawSocketOptions,
  framing: "ip" | "transport",
  receive: () => number,
): PacketSieve | null {
  const { local, remote, ports, interfaceName, mark = 0, dscp = 0, filter = attachFilterIfAllowed } = options;
  const filtered = filter(
    number,
    remote === undefined ? localPortFilter(local, framing, ports) : connectionFilter(local, remote, framing),
  );
  const received = remote === undefined ? SHARED_BUFFER_SIZE : BUFFER_SIZE;
  enlargeBuffer(number, SO_RCVBUFFORCE, SO_RCVBUF, received);
  enlargeBuffer(number, SO_SNDBUFFORCE, SO_SNDBUF, BUFFER_SIZE);
  askForStamps(number);
  ignorePathMtu(number, local.address.family);
  if (interfaceName !== undefined) {
    const name = cString(interfaceName);
    setOptionBytes(number, SOL_SOCKET, SO_BINDTODEVICE, name, "setsockopt SO_BINDTODEVICE");
  }
  if (options.interfaceIndex !== undefined) leaveBy(number, local.address.family, options.interfaceIndex);
  if (mark !== 0) setOption(number, SOL_SOCKET, SO_MARK, mark | 0, "setsockopt SO_MARK");
  setTypeOfService(number, local.address.family, dscp);
  bindSocket(number, { address: local.address, port: 0 }); // routing rules by source address apply then
  if (!filtered) return new PacketSieve(local, remote, ports);
  for (let early = 0; early < MOST_EARLY_PACKETS && receive() > 0; early++);
  return null;
}

/**
 * Has the packets leave by this interface and no other. Of IPv6 they come by it alone, too: there a mere wish
 * (IPV6_UNICAST_IF) gives way to a route over another one.
 */
export function leaveBy(number: number, family: 4 | 6, interfaceIndex: number): void {
  if (family === 6) {
    return setOption(number, SOL_SOCKET, SO_BINDTOIFINDEX, interfaceIndex, "setsockopt SO_BINDTOIFINDEX");
  }
  const inNetworkOrder = new Uint8Array(4);
  new DataView(inNetworkOrder.buffer).setUint32(0, interfaceIndex);
  setOptionBytes(number, IPPROTO_IP, IP_UNICAST_IF, inNetworkOrder, "setsockopt IP_UNICAST_IF");
}
