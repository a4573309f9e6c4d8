/**
 * What only tests ask of the kernel's TCP: its view of a connection, urgent data, socket options, sysctls, offloads.
 *
 * @module
 */

import {
  IPPROTO_TCP,
  SO_OOBINLINE,
  SO_RCVBUF,
  SO_REUSEADDR,
  SO_SNDBUF,
  SOCK_DGRAM,
  SOCK_STREAM,
  SOL_SOCKET,
  TCP_CONGESTION,
  TCP_MAXSEG,
} from "../../ffi/constants.ts";
import { check, EINPROGRESS, lastErrno, SystemError } from "../../ffi/errno.ts";
import {
  bindSocket,
  FileDescriptor,
  openSocket,
  orClose,
  setOption,
  setOptionBytes,
} from "../../ffi/file_descriptor.ts";
import { loadLibc } from "../../ffi/libc.ts";
import { cString, encodeSockaddr, type Endpoint } from "../../ffi/sockaddr.ts";
import { StreamSocket } from "../../ffi/stream_socket.ts";

/** Something with an open socket: of `StreamSocket` and `StreamListener` only the descriptor is needed. */
export interface Socket {
  readonly descriptor: number;
}

/** The kernel's names of its states, by their numbers; <net/tcp_states.h>. */
const STATES = [
  "-",
  "ESTABLISHED",
  "SYN-SENT",
  "SYN-RECEIVED",
  "FIN-WAIT-1",
  "FIN-WAIT-2",
  "TIME-WAIT",
  "CLOSED",
  "CLOSE-WAIT",
  "LAST-ACK",
  "LISTEN",
  "CLOSING",
] as const;

// struct tcp_info, <linux/tcp.h>
const TCP_INFO = 11;
const TCP_INFO_LENGTH = 104;
const OPTIONS_OFFSET = 5;
const SND_MSS_OFFSET = 16;
const PROBES_OFFSET = 3;
const SND_SSTHRESH_OFFSET = 76;
const TOTAL_RETRANS_OFFSET = 100;
const OPTION_TIMESTAMPS = 1;
const OPTION_SACK = 2;
const OPTION_WINDOW_SCALE = 4;
const OPTION_ECN = 8;

/** How the kernel sees one of its connections. */
export interface TcpInfo {
  readonly state: typeof STATES[number];
  /** Window probes without an answer so far. */
  readonly probes: number;
  readonly timestamps: boolean;
  readonly selectiveAck: boolean;
  readonly windowScaling: boolean;
  readonly ecn: boolean;
  /** Payload octets of a full segment of the kernel's. */
  readonly sendMss: number;
  /** Segments; 0x7fffffff until the first reduction. */
  readonly ssthresh: number;
  /** Segments that it has retransmitted. */
  readonly retransmitted: number;
}

/** Asks the kernel about a connection. @throws SystemError */
export function tcpInfo({ descriptor }: Socket): TcpInfo {
  const bytes = new Uint8Array(TCP_INFO_LENGTH);
  const length = new Uint32Array([bytes.length]);
  check("getsockopt TCP_INFO", loadLibc().getsockopt(descriptor, IPPROTO_TCP, TCP_INFO, bytes, length));
  const view = new DataView(bytes.buffer);
  const options = view.getUint8(OPTIONS_OFFSET);
  return {
    state: STATES[view.getUint8(0)] ?? "-",
    probes: view.getUint8(PROBES_OFFSET),
    timestamps: (options & OPTION_TIMESTAMPS) !== 0,
    selectiveAck: (options & OPTION_SACK) !== 0,
    windowScaling: (options & OPTION_WINDOW_SCALE) !== 0,
    ecn: (options & OPTION_ECN) !== 0,
    sendMss: view.getUint32(SND_MSS_OFFSET, true),
    ssthresh: view.getUint32(SND_SSTHRESH_OFFSET, true),
    retransmitted: view.getUint32(TOTAL_RETRANS_OFFSET, true),
  };
}

/** Bounds the segments in both directions; before the handshake. @throws SystemError */
export function setMaximumSegment({ descriptor }: Socket, octets: number): void {
  setOption(descriptor, IPPROTO_TCP, TCP_MAXSEG, octets, "setsockopt TCP_MAXSEG");
}

/** Chooses the congestion control by name, `cubic` or `bbr`. @throws SystemError ENOENT where the kernel has none such */
export function setCongestionControl({ descriptor }: Socket, name: string): void {
  setOptionBytes(descriptor, IPPROTO_TCP, TCP_CONGESTION, cString(name), "setsockopt TCP_CONGESTION");
}

/** Sizes of the socket's buffers, octets; the kernel doubles them. Before the handshake. @throws SystemError */
export function setBuffers({ descriptor }: Socket, octets: number): void {
  setOption(descriptor, SOL_SOCKET, SO_RCVBUF, octets, "setsockopt SO_RCVBUF");
  setOption(descriptor, SOL_SOCKET, SO_SNDBUF, octets, "setsockopt SO_SNDBUF");
}

// <asm-generic/socket.h>, <linux/tcp.h>
const SO_KEEPALIVE = 9;
const TCP_KEEPIDLE = 4;
const TCP_KEEPINTVL = 5;
const TCP_KEEPCNT = 6;

/** Has the kernel send keep-alive probes; seconds, seconds, count. @throws SystemError */
export function keepAlive({ descriptor }: Socket, idle: number, interval: number, count: number): void {
  setOption(descriptor, IPPROTO_TCP, TCP_KEEPIDLE, idle, "setsockopt TCP_KEEPIDLE");
  setOption(descriptor, IPPROTO_TCP, TCP_KEEPINTVL, interval, "setsockopt TCP_KEEPINTVL");
  setOption(descriptor, IPPROTO_TCP, TCP_KEEPCNT, count, "setsockopt TCP_KEEPCNT");
  setOption(descriptor, SOL_SOCKET, SO_KEEPALIVE, 1, "setsockopt SO_KEEPALIVE");
}

// <bits/socket.h>
const MSG_OOB = 0x01;
const MSG_DONTWAIT = 0x40;
const MSG_NOSIGNAL = 0x4000;

/** Sends octets of which the last is urgent. @returns octets taken @throws SystemError */
export function sendUrgent({ descriptor }: Socket, octets: Uint8Array<ArrayBuffer>): number {
  const pointer = Deno.UnsafePointer.of(octets);
  const flags = MSG_OOB | MSG_DONTWAIT | MSG_NOSIGNAL;
  return check("send MSG_OOB", loadLibc().send(descriptor, pointer, BigInt(octets.length), flags));
}

/** Has the kernel keep the urgent octet beside the stream, of the connections that a listener accepts, too. */
export function keepUrgentApart({ descriptor }: Socket): void {
  setOption(descriptor, SOL_SOCKET, SO_OOBINLINE, 0, "setsockopt SO_OOBINLINE");
}

/** The urgent octet, where Linux keeps it beside the stream. @throws SystemError EAGAIN, EINVAL when there is none */
export function receiveUrgent({ descriptor }: Socket): number | undefined {
  const octet = new Uint8Array(1);
  const pointer = Deno.UnsafePointer.of(octet);
  check("recv MSG_OOB", loadLibc().recv(descriptor, pointer, 1n, MSG_OOB | MSG_DONTWAIT));
  return octet[0];
}

const O_WRONLY = 1;

/** Sets a sysctl of the network that this thread is in; `name` with slashes, below /proc/sys. @throws SystemError */
export function setSysctl(name: string, value: string): void {
  const path = `/proc/sys/${name}`;
  using file = new FileDescriptor(check("open", loadLibc().open(cString(path), O_WRONLY), () => path));
  const octets = cString(value).slice(0, -1);
  check("write", loadLibc().write(file.number, octets, BigInt(octets.length)), () => path);
}

// <linux/sockios.h>, <linux/ethtool.h>
const SIOCETHTOOL = 0x8946;
const ETHTOOL_STSO = 0x1f;
const ETHTOOL_SGSO = 0x24;
const ETHTOOL_SGRO = 0x2c;
const IFREQ_LENGTH = 40;
const IFREQ_UNION_OFFSET = 16;

/**
 * Whether the kernel hands an interface segments longer than the MSS, to be cut there (or nowhere, on `lo`), and merges
 * what comes in. Needs CAP_NET_ADMIN. @throws SystemError EPERM, ENODEV
 */
export function setSegmentationOffload(interfaceName: string, on: boolean): void {
  using socket = openSocket("socket SOCK_DGRAM", 4, SOCK_DGRAM, 0);
  for (const command of [ETHTOOL_STSO, ETHTOOL_SGSO, ETHTOOL_SGRO]) {
    const value = new Uint32Array([command, on ? 1 : 0]); // struct ethtool_value
    const request = new Uint8Array(IFREQ_LENGTH);
    request.set(cString(interfaceName));
    const address = Deno.UnsafePointer.value(Deno.UnsafePointer.of(value));
    new DataView(request.buffer).setBigUint64(IFREQ_UNION_OFFSET, BigInt(address), true);
    check(
      "ioctl SIOCETHTOOL",
      loadLibc().ioctl(socket.number, BigInt(SIOCETHTOOL), request),
      () => interfaceName,
    );
  }
}

/** Starts connecting a socket that was prepared before its SYN. @throws SystemError */
export function connectPrepared(remote: Endpoint, prepare: (socket: Socket) => void): StreamSocket {
  const descriptor = openSocket("socket SOCK_STREAM", remote.address.family, SOCK_STREAM, IPPROTO_TCP);
  return orClose(descriptor, (number) => {
    prepare({ descriptor: number });
    const address = encodeSockaddr(remote);
    const result = loadLibc().connect(number, address, address.length);
    if (result < 0 && lastErrno() !== EINPROGRESS) check("connect", result);
    return new StreamSocket(descriptor, remote);
  });
}

/** Connects from this address and port, which may have been in use a moment ago. @throws SystemError */
export function connectFrom(local: Endpoint, remote: Endpoint): StreamSocket {
  return connectPrepared(remote, ({ descriptor }) => {
    setOption(descriptor, SOL_SOCKET, SO_REUSEADDR, 1, "setsockopt SO_REUSEADDR");
    bindSocket(descriptor, local);
  });
}

/** <linux/tcp.h>, since Linux 6.15. */
const TCP_RTO_MAX_MS = 44;

/**
 * Bounds the kernel's retransmission timeout, which else grows to two minutes, where it lets itself be bounded.
 *
 * @param milliseconds 1,000 at least
 */
export function boundRetransmissionTimeout({ descriptor }: Socket, milliseconds: number): void {
  try {
    setOption(descriptor, IPPROTO_TCP, TCP_RTO_MAX_MS, milliseconds, "setsockopt TCP_RTO_MAX_MS");
  } catch (error) {
    if (!(error instanceof SystemError) || error.errnoName !== "ENOPROTOOPT") throw error;
  }
}

/**
 * Has the kernel's TCP of this thread's network not give up data soon where its timeout is bounded. It turns the count of
 * repeats into a time, 15 into 14 s with a bound of 1 s, and measures that from the first retransmission of an episode of
 * loss on, also when data have been acknowledged since.
 */
export function sendPersistently(): void {
  setSysctl("net/ipv4/tcp_retries2", "255");
}

/** Reads 50,000 octets each 900 ms, and closes at the end of what comes; the socket is its own. */
export class SlowReader implements Disposable {
  octets = 0;
  readonly #socket: StreamSocket;
  readonly #timer: ReturnType<typeof setInterval>;

  constructor(socket: StreamSocket) {
    this.#socket = socket;
    const into = new Uint8Array(50_000);
    this.#timer = setInterval(() => {
      const octets = socket.receive(into);
      if (octets === null) this.#end();
      else this.octets += octets;
    }, 900);
  }

  #end(): void {
    clearInterval(this.#timer);
    this.#socket.shutdown();
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#socket[Symbol.dispose]();
  }
}
