/**
 * Sockets as the system calls of a script see them, over the core's connections and listeners.
 *
 * @module
 */

import {
  completeConfig,
  type Connection,
  type Host,
  type Instant,
  type IpAddress,
  joinChanges,
  type Listener,
  type Micros,
  type PartialConfig,
  type TcpConfig,
} from "../tcp/mod.ts";
import { ErrorQueue } from "./error_queue.ts";
import { LinuxSendBuffer, UNLIMITED } from "./linux_send_buffer.ts";
import type { Platform } from "./symbols.ts";

/** What the calls need of whoever runs the script. */
export interface SocketWorld {
  readonly platform: Platform;
  readonly host: Host;
  readonly now: Instant;
  /** What a new socket starts with. */
  readonly config: TcpConfig;
  readonly localAddress: IpAddress;
  readonly remoteAddress: IpAddress;
  /** What a connection fails with that an ICMP error ended. */
  readonly unreachableError: string;
  /** Lengths of the files that the script made, by path. */
  readonly files: ReadonlyMap<string, number>;
  /** Longest payload of a segment that came in. */
  readonly longestInjected: number;
  /** Octets never sent beyond which a Linux socket that has no limit of its own takes no more. */
  readonly unsentLowWater: number;
  /** Whether sockets take what is written as Linux does, chunk by chunk; else as much as the core takes. */
  readonly fillsChunks: boolean;
  /** What the stack has to send goes out. */
  pump(): void;
  /** A connection is asked for: its packets are what the lines to come are about. */
  connectionOpened(connection: Connection): void;
  /** A listener is there: the next SYN opens a connection that the lines to come are about. */
  listenerOpened(port: number): void;
}

/** What a call comes to, now. */
export type CallOutcome =
  | { readonly kind: "returned"; readonly value: number }
  | { readonly kind: "failed"; readonly errno: string }
  | { readonly kind: "opened"; readonly descriptor: Descriptor }
  /** It waits; `wakeAt` is when it has waited long enough, NEVER for no limit. */
  | { readonly kind: "blocked"; readonly wakeAt: Instant };

/** What a number of a descriptor stands for. */
export type Descriptor = StreamSocket | EventPoll | OpenFile | Pipe;

/** A file that is read from: its octets. */
export interface OpenFile {
  readonly kind: "file";
  readonly length: number;
}

/** Either end of a pipe. */
export interface Pipe {
  readonly kind: "pipe";
}

/** Errors by the way a connection ended. */
const FAILURES = {
  refused: "ECONNREFUSED",
  reset: "ECONNRESET",
  "timed out": "ETIMEDOUT",
  aborted: "ECONNABORTED",
} as const;

/** A stream socket; everything that the core does not know about it. */
export class StreamSocket {
  readonly kind = "stream";
  /** What was set by options before there was a connection. */
  overrides: PartialConfig;
  /** Values of options that are kept only to be asked for, by name. */
  readonly remembered: Map<string, number>;
  nonBlocking = false;
  localPort = 0;
  connection: Connection | null = null;
  listener: Listener | null = null;
  /** Connections taken from the listener by `poll` and not yet by `accept`. */
  readonly accepted: Connection[] = [];
  /** Places in the two streams. */
  octetsWritten = 0;
  octetsRead = 0;
  writingEnded = false;
  readingEnded = false;
  /** SO_LINGER: seconds; null when off. */
  linger: number | null = null;
  /** Before the core's own buffer, on Linux. */
  readonly sendBuffer: LinuxSendBuffer = new LinuxSendBuffer();
  /** Reports of what became of octets sent. */
  readonly errorQueue: ErrorQueue = new ErrorQueue();
  /** Whether the last octets were sent with MSG_MORE. */
  more = false;
  /** Least octets that wake a reader. */
  lowWater = 1;
  /** Whether control messages tell what is left to read. */
  tellsUnread = false;
  /** How long there was something to send or outstanding, … */
  busyTime = 0;
  /** … and how long of that the peer's window held something back, microseconds. */
  windowLimitedTime = 0;
  /** … or a writer waited for room in the buffer with all of it sent. */
  bufferLimitedTime = 0;
  #failureTold = false;
  #events = 0;

  constructor(parent: StreamSocket | null = null) {
    this.overrides = parent?.overrides ?? {};
    this.remembered = new Map(parent?.remembered);
    this.linger = parent?.linger ?? null;
    this.tellsUnread = parent?.tellsUnread ?? false;
    this.errorQueue.lends = parent?.errorQueue.lends ?? false;
    this.sendBuffer.locked = parent?.sendBuffer.locked ?? false;
    this.sendBuffer.lowWater = parent?.sendBuffer.lowWater ?? Infinity;
  }

  /** The settings of a connection or listener of this socket. */
  configOn(base: TcpConfig): TcpConfig {
    const { receiveBuffer, receiveBufferMax } = { ...base.buffers, ...this.overrides.buffers };
    const buffers = { receiveBufferMax: Math.max(receiveBufferMax, receiveBuffer) };
    return completeConfig(joinChanges(this.overrides, { buffers }), base);
  }

  /** The settings that the core is given: the send buffer of a Linux socket stands before it. */
  coreConfig(world: SocketWorld): TcpConfig {
    const config = this.configOn(world.config);
    return world.fillsChunks ? completeConfig({ buffers: { sendBuffer: UNLIMITED } }, config) : config;
  }

  /** Changes settings, of the connection when there is one. */
  configure(changes: PartialConfig, now: Instant): void {
    this.overrides = joinChanges(this.overrides, changes);
    if (this.listener !== null) this.listener.config = completeConfig(changes, this.listener.config);
    if (this.connection !== null && this.connection.state !== "CLOSED") {
      this.connection.configure(changes, now);
    }
  }

  /** The error that waits to be reported, as `SO_ERROR` has it; null for none. */
  pendingError(world: SocketWorld): string | null {
    const failure = this.connection?.failure ?? null;
    if (failure === null || this.#failureTold) return null;
    if (failure.kind === "unreachable") return world.unreachableError;
    // Linux tells who has read the peer's FIN that the pipe is broken.
    const afterFin = failure.kind === "reset" && this.connection?.peerClosed === true;
    return afterFin && world.platform === "linux" ? "EPIPE" : FAILURES[failure.kind];
  }

  /** As {@link pendingError}; it is reported by this, once. */
  takeError(world: SocketWorld): string | null {
    const error = this.pendingError(world);
    if (error !== null) this.#failureTold = true;
    return error;
  }

  /** Whether the connection has ever raised an `Event`. */
  happened(event: number): boolean {
    this.#events |= this.connection?.takeEvents() ?? 0;
    return (this.#events & event) !== 0;
  }

  /** Makes reports of what was sent and acknowledged by now, microseconds of the script. */
  makeReports(time: number): void {
    const { connection } = this;
    if (connection === null) return;
    const sent = this.octetsWritten - connection.unsentOctets;
    this.errorQueue.look(sent, connection.octetsAcknowledged, time);
  }

  /** Counts a span in which nothing changed. */
  timePasses(span: Micros): void {
    const connection = this.connection;
    if (connection === null || connection.unackedOctets + connection.unsentOctets === 0) return;
    // A SYN that is outstanding is no text.
    if (this.connecting) return;
    this.busyTime += span;
    if (this.sendBuffer.isFull && connection.unsentOctets === 0) this.bufferLimitedTime += span;
    const next = Math.min(connection.sendMss, connection.unsentOctets);
    const mayBeSent = connection.pipe + next <= connection.cwnd;
    if (next > 0 && mayBeSent && connection.unackedOctets + next > connection.sndWnd) {
      this.windowLimitedTime += span;
    }
  }

  /** Whether the handshake is still going on. */
  get connecting(): boolean {
    const state = this.connection?.state;
    return state === "SYN-SENT" || state === "SYN-RECEIVED";
  }
}

/** What an epoll descriptor watches. */
export interface Watch {
  readonly socket: StreamSocket;
  readonly events: number;
  /** Whether only changes are reported. */
  readonly edge: boolean;
  /** Whether only one is reported, until the watch is set anew. */
  readonly oneShot: boolean;
  /** The news of the socket when something was reported last, as `news` counts them. */
  reported: number;
}

/** An epoll descriptor. */
export class EventPoll {
  readonly kind = "epoll";
  /** By number of the descriptor watched. */
  readonly watches = new Map<number, Watch>();
}

/** A call that returned a number. */
export function returned(value: number): CallOutcome {
  return { kind: "returned", value };
}

/** A call that failed. */
export function failed(errno: string): CallOutcome {
  return { kind: "failed", errno };
}
