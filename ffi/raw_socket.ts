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
  MSG_DONTWAIT,
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
import { check, lastErrno, SystemError } from "./errno.ts";
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
import { type Libc, loadLibc } from "./libc.ts";
import type { PacketBatch, PacketDevice, SendResult } from "./packet_device.ts";
import { RawBatch } from "./raw_batch.ts";
import { askForStamps, ReceivedMessage } from "./received_message.ts";
import { PacketSieve } from "./packet_sieve.ts";
import { interfaceMtu } from "./network_interface.ts";
import { routeTo } from "./route.ts";
import { receivedAfterAll, sendResult, sentAfterAll } from "./socket_errors.ts";
import { anyAddress, cString, encodeSockaddr, type Endpoint, SOCKADDR_IN_LENGTH } from "./sockaddr.ts";

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
const IPV4_DESTINATION_OFFSET = 16; // RFC 791 3.1
const SOCKADDR_ADDRESS_OFFSET = 4; // struct sockaddr_in, <netinet/in.h>

/** Room for a time stamp: 16 + 16 octets. */
const CONTROL_LENGTH = 32;

/** Packet lengths as the bigints that FFI wants, each made once: making them per call costs more than the call. */
const LENGTHS: bigint[] = [];

/** `length` as a bigint from a table. */
export function lengthAsBigint(length: number): bigint {
  return LENGTHS[length] ??= BigInt(length);
}

/**
 * Where packets stand for the moment between being written and being sent: one for all raw sockets of this thread, since each
 * connection may have a socket of its own, and to clear 64 KiB takes as long as to send a packet.
 */
export const OUTBOUND: Uint8Array<ArrayBuffer> = new Uint8Array(PACKET_BUFFER_LENGTH);

/** A raw IPv4 socket. Packets start at the IP header in both directions; see RFC 791 3.1 for it. */
export class RawSocket implements PacketDevice {
  readonly mtu: number;
  readonly inbound: Uint8Array<ArrayBuffer> = new Uint8Array(PACKET_BUFFER_LENGTH);
  readonly outbound: Uint8Array<ArrayBuffer> = OUTBOUND;
  /** Why the last "unreachable" packet could not leave; kept until the next such one. */
  softError: SystemError | undefined;
  /** Why nothing may leave this way now, so that what is sent is "unreachable"; null: it may. */
  blockage: SystemError | null = null;
  /** Asked for each packet, with where it begins, why it may not leave: "unreachable" then. @default null, all may */
  prohibition: ((packet: Uint8Array, offset: number) => SystemError | null) | null = null;

  readonly #libc: Libc = loadLibc();
  readonly #descriptor: FileDescriptor;
  readonly #toAnyone: boolean;
  readonly #peer: Uint8Array<ArrayBuffer>;
  readonly #peerPointer: Deno.PointerValue;
  readonly #outboundPointer: Deno.PointerValue;
  readonly #message: ReceivedMessage = new ReceivedMessage(this.inbound, 0, CONTROL_LENGTH);
  #sieve: PacketSieve | null = null;
  #batch: RawBatch | null = null;
  /** Whether the socket's peer may be this host itself, see `stopReceiving`. */
  #wasMuted = false;

  private constructor(descriptor: FileDescriptor, remote: Endpoint | undefined, mtu: number) {
    this.#descriptor = descriptor;
    this.mtu = mtu;
    this.#toAnyone = remote === undefined;
    this.#peer = encodeSockaddr({ address: remote?.address ?? anyAddress(4), port: 0 });
    this.#peerPointer = Deno.UnsafePointer.of(this.#peer);
    this.#outboundPointer = Deno.UnsafePointer.of(this.outbound);
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
      warmUp(socket);
      socket.softError = undefined;
      return socket;
    });
  }

  get descriptor(): number {
    return this.#descriptor.number;
  }

  get inboundStamp(): number {
    return this.#message.stamp;
  }

  /** Sends many packets to one peer with one call: all of them have the same destination. */
  get batch(): PacketBatch {
    return this.#batch ??= new RawBatch({
      descriptor: this.#descriptor,
      peer: this.#peer,
      isConnected: !this.#toAnyone && !this.#wasMuted && connects(this.descriptor, this.#peer),
      prepare: (headers, offset) => {
        if (this.#toAnyone) this.#takeDestination(headers, offset);
      },
      isBlocked: (headers, offset) => this.#isBlocked(headers, offset),
      repeat: sentAfterAll,
      judge: (errno) => this.#notSent(errno),
    });
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
    if (this.#isBlocked(this.outbound, 0)) return "unreachable";
    if (this.#toAnyone) this.#takeDestination(this.outbound, 0);
    if (this.#sendOnce(length) >= 0) return "sent";
    return sentAfterAll(() => this.#sendOnce(length)) >= 0 ? "sent" : this.#notSent(lastErrno());
  }

  /** As {@link stopReceiving}. */
  stopReceiving(local: Endpoint): void {
    this.#wasMuted = true;
    this.#batch?.nameDestination();
    stopReceiving(this.descriptor, local);
  }

  /** Has packets leave by this interface and no other; 0: by the kernel's choice again. @throws SystemError ENODEV */
  steer(interfaceIndex: number): void {
    leaveBy(this.descriptor, 4, interfaceIndex);
  }

  [Symbol.dispose](): void {
    this.#descriptor.close();
  }

  #isBlocked(packets: Uint8Array, offset: number): boolean {
    const reason = this.blockage ?? this.prohibition?.(packets, offset) ?? null;
    if (reason !== null) this.softError = reason;
    return reason !== null;
  }

  #sendOnce(length: number): number {
    return this.#libc.sendto(
      this.#descriptor.number,
      this.#outboundPointer,
      lengthAsBigint(length),
      MSG_DONTWAIT,
      this.#peerPointer,
      SOCKADDR_IN_LENGTH,
    );
  }

  /** The destination address of the packet that begins there becomes the one to send to. */
  #takeDestination(packets: Uint8Array, offset: number): void {
    for (let i = 0; i < 4; i++) {
      this.#peer[SOCKADDR_ADDRESS_OFFSET + i] = packets[offset + IPV4_DESTINATION_OFFSET + i] ?? 0;
    }
  }

  #notSent(errno: number): SendResult {
    const result = sendResult(errno);
    if (result === "unreachable") this.softError = new SystemError("sendto", errno);
    return result;
  }
}

let isWarm = false;

/**
 * Sends nothing, which is refused for want of an IP header: so that the first packet of this thread does not wait for what
 * happens once, from the compiling of this code to the kernel's look at the route.
 */
export function warmUp(socket: PacketDevice): void {
  if (isWarm) return;
  isWarm = true;
  try {
    socket.send(0);
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
  }
}

/** Gives a raw socket a peer, so that it need not be named for each packet. @returns whether it has it: there may be no route */
function connects(number: number, peer: Uint8Array<ArrayBuffer>): boolean {
  return loadLibc().connect(number, peer, peer.length) === 0;
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
