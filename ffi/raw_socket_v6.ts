/**
 * IPv6 packets of one TCP connection, or of one local port, over a raw socket.
 *
 * A raw IPv6 socket delivers the TCP segment without its IPv6 header. This one puts the header back, from the addresses
 * and the ancillary records that come with the segment, so that its user sees whole packets in both directions.
 *
 * @module
 */

import {
  IPPROTO_IPV6,
  IPPROTO_TCP,
  IPV6_HDRINCL,
  IPV6_HOPLIMIT,
  IPV6_PKTINFO,
  IPV6_RECVHOPLIMIT,
  IPV6_RECVPKTINFO,
  IPV6_RECVTCLASS,
  IPV6_TCLASS,
  PACKET_BUFFER_LENGTH,
  SOCK_RAW,
} from "./constants.ts";
import { type FileDescriptor, openSocket, orClose, setOption } from "./file_descriptor.ts";
import type { PacketBatch, PacketDevice, SendResult } from "./packet_device.ts";
import type { PacketSieve } from "./packet_sieve.ts";
import { RawSender, warmUp } from "./raw_sender.ts";
import { ReceivedMessage } from "./received_message.ts";
import {
  deviceMtu,
  leaveBy,
  MOST_FOREIGN_PACKETS,
  prepareRawSocket,
  RawSocket,
  type RawSocketOptions,
  stopReceiving,
} from "./raw_socket.ts";
import { receivedAfterAll } from "./socket_errors.ts";
import { anyAddress, type Endpoint, SOCKADDR_IN6_LENGTH } from "./sockaddr.ts";

// RFC 8200 3: version, traffic class and flow label; payload length; next header; hop limit; source; destination
const VERSION = 0x60000000;
const TRAFFIC_CLASS_SHIFT = 20;
const PAYLOAD_LENGTH_OFFSET = 4;
const NEXT_HEADER_OFFSET = 6;
const HOP_LIMIT_OFFSET = 7;
const SOURCE_OFFSET = 8;
const DESTINATION_OFFSET = 24;
const HEADER_LENGTH = 40;
const MAX_PAYLOAD = 65_535;

const ADDRESS_LENGTH = 16;
const SOCKADDR_ADDRESS_OFFSET = 8; // struct sockaddr_in6, <netinet/in.h>

/**
 * Room for a time stamp (16 + 16 octets), IPV6_PKTINFO (16 + 20, padded to 40), IPV6_HOPLIMIT and IPV6_TCLASS (16 + 4,
 * padded to 24 each), and spare.
 */
const CONTROL_LENGTH = 160;

/** A raw IPv6 socket. Packets start at the IPv6 header in both directions and have no extension headers; RFC 8200 3. */
export class RawSocketV6 implements PacketDevice {
  readonly mtu: number;
  readonly inbound: Uint8Array<ArrayBuffer> = new Uint8Array(PACKET_BUFFER_LENGTH);
  readonly outbound: Uint8Array<ArrayBuffer>;
  /** As {@link RawSocket.sender}. */
  readonly sender: RawSender;

  readonly #descriptor: FileDescriptor;
  readonly #header: DataView<ArrayBuffer>;
  readonly #message: ReceivedMessage = new ReceivedMessage(
    this.inbound.subarray(HEADER_LENGTH),
    SOCKADDR_IN6_LENGTH,
    CONTROL_LENGTH,
  );
  #sieve: PacketSieve | null = null;

  private constructor(descriptor: FileDescriptor, options: RawSocketOptions, mtu: number) {
    this.#descriptor = descriptor;
    this.mtu = mtu;
    this.#header = new DataView(this.inbound.buffer, 0, HEADER_LENGTH);
    this.inbound[NEXT_HEADER_OFFSET] = IPPROTO_TCP;
    const { local, remote } = options;
    const peer = remote?.address ?? { ...anyAddress(6), scopeId: local.address.scopeId ?? 0 };
    this.sender = new RawSender(descriptor, peer, remote === undefined);
    this.outbound = this.sender.outbound;
  }

  /**
   * Opens the socket with a filter for exactly this connection (or port); nothing that came before is delivered.
   *
   * @throws SystemError EPERM without CAP_NET_RAW, ENETUNREACH without a route to the peer
   */
  static open(options: RawSocketOptions): RawSocketV6 {
    const mtu = options.mtu ?? deviceMtu(options);
    const descriptor = openSocket("socket SOCK_RAW", 6, SOCK_RAW, IPPROTO_TCP);
    return orClose(descriptor, (number) => {
      setOption(number, IPPROTO_IPV6, IPV6_HDRINCL, 1, "setsockopt IPV6_HDRINCL");
      setOption(number, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1, "setsockopt IPV6_RECVPKTINFO");
      setOption(number, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 1, "setsockopt IPV6_RECVHOPLIMIT");
      setOption(number, IPPROTO_IPV6, IPV6_RECVTCLASS, 1, "setsockopt IPV6_RECVTCLASS");
      const socket = new RawSocketV6(descriptor, options, mtu);
      socket.#sieve = prepareRawSocket(number, options, "transport", () => socket.receive());
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
    this.#restoreHeader(length);
    return HEADER_LENGTH + length;
  }

  get batch(): PacketBatch {
    return this.sender.batch;
  }

  send(length: number): SendResult {
    return this.sender.send(length);
  }

  /** As {@link stopReceiving}. */
  stopReceiving(local: Endpoint): void {
    this.sender.mute();
    stopReceiving(this.descriptor, local);
  }

  /** As {@link RawSocket.steer}; what arrives comes by that interface alone then, too. @throws SystemError ENODEV */
  steer(interfaceIndex: number): void {
    leaveBy(this.descriptor, 6, interfaceIndex);
  }

  [Symbol.dispose](): void {
    this.#descriptor.close();
  }

  /** Writes the IPv6 header before the segment just received. The flow label is not known and left 0. */
  #restoreHeader(length: number): void {
    this.#header.setUint32(0, VERSION);
    this.#header.setUint16(PAYLOAD_LENGTH_OFFSET, Math.min(length, MAX_PAYLOAD));
    const message = this.#message;
    copyAddress(message.sender, SOCKADDR_ADDRESS_OFFSET, this.inbound, SOURCE_OFFSET);
    for (let at = message.nextRecord(0); at >= 0; at = message.nextRecord(message.behind(at))) {
      if (message.level(at) === IPPROTO_IPV6) this.#takeRecord(message.type(at), at);
    }
  }

  #takeRecord(type: number, value: number): void {
    const { control } = this.#message;
    switch (type) {
      case IPV6_PKTINFO:
        for (let i = 0; i < ADDRESS_LENGTH; i++) {
          this.inbound[DESTINATION_OFFSET + i] = control.getUint8(value + i);
        }
        break;
      case IPV6_HOPLIMIT:
        this.inbound[HOP_LIMIT_OFFSET] = control.getInt32(value, true);
        break;
      case IPV6_TCLASS:
        this.#header.setUint32(0, VERSION | control.getInt32(value, true) << TRAFFIC_CLASS_SHIFT);
    }
  }
}

/** Opens a raw socket of the family of `options.local`. @throws SystemError as `RawSocket.open` does */
export function openRawSocket(options: RawSocketOptions): RawSocket | RawSocketV6 {
  return options.local.address.family === 4 ? RawSocket.open(options) : RawSocketV6.open(options);
}

function copyAddress(from: Uint8Array, fromOffset: number, to: Uint8Array, toOffset: number): void {
  for (let i = 0; i < ADDRESS_LENGTH; i++) to[toOffset + i] = from[fromOffset + i] ?? 0;
}
