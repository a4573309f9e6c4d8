/**
 * ICMP errors about our TCP segments: RFC 792 and RFC 4443.
 *
 * @module
 */

import { attachFilter, quotedTcpFilter } from "./bpf.ts";
import { ICMP_FILTER, IPPROTO_ICMP, IPPROTO_ICMPV6, SOCK_RAW, SOL_RAW } from "./constants.ts";
import { type FileDescriptor, ignorePathMtu, openSocket, orClose, setOption } from "./file_descriptor.ts";
import { receivedAfterAll } from "./socket_errors.ts";
import { askForStamps, ReceivedMessage } from "./received_message.ts";
import { decodeSockaddr, type IpAddress, SOCKADDR_IN6_LENGTH } from "./sockaddr.ts";

/** Bits of the ICMP types that report an error: unreachable, source quench, time exceeded, parameter problem; RFC 792. */
const ERROR_TYPES = 1 << 3 | 1 << 4 | 1 << 11 | 1 << 12;

/** Octets of the longest message: errors have at most 576 (RFC 1812 4.3.2.3) or 1,280 (RFC 4443 2.4); with room to spare. */
const BUFFER_LENGTH = 2_048;

/** Room for a time stamp: 16 + 16 octets. */
const CONTROL_LENGTH = 32;

/** Receives ICMP (or ICMPv6) errors that quote a TCP segment sent from this host. */
export class IcmpSocket implements Disposable {
  /** Where `receive` puts the message; IPv4: the packet from its IP header on; IPv6: from the ICMPv6 header on. */
  readonly inbound: Uint8Array<ArrayBuffer> = new Uint8Array(BUFFER_LENGTH);
  readonly #descriptor: FileDescriptor;
  readonly #message: ReceivedMessage = new ReceivedMessage(this.inbound, SOCKADDR_IN6_LENGTH, CONTROL_LENGTH);

  private constructor(descriptor: FileDescriptor) {
    this.#descriptor = descriptor;
  }

  /**
   * Opens the socket.
   *
   * @param localPort port of ours that the quoted segment must come from; 0 for any
   * @throws SystemError EPERM without CAP_NET_RAW
   */
  static open(family: 4 | 6, localPort: number): IcmpSocket {
    const protocol = family === 4 ? IPPROTO_ICMP : IPPROTO_ICMPV6;
    const descriptor = openSocket("socket SOCK_RAW", family, SOCK_RAW, protocol);
    return orClose(descriptor, (number) => {
      // ICMP_FILTER names the types to leave out; ICMPv6 tells errors from the rest by the type's top bit
      if (family === 4) setOption(number, SOL_RAW, ICMP_FILTER, ~ERROR_TYPES, "setsockopt ICMP_FILTER");
      ignorePathMtu(number, family);
      askForStamps(number);
      attachFilter(number, quotedTcpFilter(family, localPort));
      const socket = new IcmpSocket(descriptor);
      while (socket.receive() > 0); // what came before the filter
      return socket;
    });
  }

  get descriptor(): number {
    return this.#descriptor.number;
  }

  /** The next message's length in `inbound`, 0 when none is waiting. Never blocks. @throws SystemError */
  receive(): number {
    let length = this.#receiveOnce();
    if (length < 0) length = receivedAfterAll("recvmsg", () => this.#receiveOnce());
    if (length > 0) this.#message.nextRecord(0);
    return length;
  }

  /** When the kernel received it: microseconds since 1970; 0: it does not say. */
  get inboundStamp(): number {
    return this.#message.stamp;
  }

  /** Who sent the message received last. */
  get sender(): IpAddress {
    return decodeSockaddr(this.#message.sender).address;
  }

  [Symbol.dispose](): void {
    this.#descriptor.close();
  }

  #receiveOnce(): number {
    return this.#message.receive(this.#descriptor.number);
  }
}
