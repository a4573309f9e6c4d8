/**
 * The system calls by name, and those that open, connect and close.
 *
 * @module
 */

import {
  after,
  type Connection,
  type Endpoint,
  type Instant,
  InvalidStateError,
  NEVER,
  parseAddress,
  seconds,
  type State,
} from "../tcp/mod.ts";
import { Arguments } from "./arguments.ts";
import type { Expression } from "./ast.ts";
import { UnsupportedError } from "./errors.ts";
import {
  type CallOutcome,
  type Descriptor,
  failed,
  returned,
  type SocketWorld,
  StreamSocket,
} from "./socket.ts";
import { symbolValue } from "./symbols.ts";

/** The port that `...` stands for, in `bind` and in `connect`. */
export const DEFAULT_PORT = 8080;

/** What the calls of one script share. */
export interface CallContext {
  readonly world: SocketWorld;
  /** By number in the script. */
  readonly descriptors: Map<number, Descriptor>;
}

/** How far a call has come that had to wait. */
export interface CallProgress {
  octets: number;
  readonly started: Instant;
}

/** One system call. It is tried again, with the same progress, as long as it is blocked. */
export type Call = (context: CallContext, args: Arguments, progress: CallProgress) => CallOutcome;

const BLOCKED: CallOutcome = { kind: "blocked", wakeAt: NEVER };

/** Calls that open, name, connect and close. */
export const SOCKET_CALLS: Readonly<Record<string, Call>> = {
  socket: openSocket,
  bind,
  listen,
  accept: (context, args) => accept(context, args, 0),
  accept4: (context, args) => accept(context, args, args.integer(3, 0)),
  connect,
  shutdown,
  close,
  fcntl,
};

/** The stream socket at the call's first argument, or the error for what else is there. */
export function socketAt(context: CallContext, args: Arguments): StreamSocket | CallOutcome {
  const found = context.descriptors.get(args.integer(0));
  if (found === undefined) return failed("EBADF");
  return found.kind === "stream" ? found : failed("ENOTSOCK");
}

/** The outcome of a call that must wait: it fails at once on a descriptor that does not block. */
export function wait(socket: StreamSocket, flags: number, platform: SocketWorld["platform"]): CallOutcome {
  const dontWait = symbolValue("MSG_DONTWAIT", platform) ?? 0;
  return socket.nonBlocking || (flags & dontWait) !== 0 ? failed("EAGAIN") : BLOCKED;
}

function openSocket(context: CallContext, args: Arguments): CallOutcome {
  const { platform } = context.world;
  const type = args.integer(1, 1);
  const protocol = args.at(2);
  if (protocol.kind === "word" && protocol.name !== "IPPROTO_TCP" && protocol.name !== "IPPROTO_IP") {
    throw new UnsupportedError(args.place, protocol.name);
  }
  const flags = (symbolValue("SOCK_NONBLOCK", platform) ?? 0) | (symbolValue("SOCK_CLOEXEC", platform) ?? 0);
  if ((type & ~flags) !== 1) throw new UnsupportedError(args.place, "SOCK_DGRAM");
  const descriptor = new StreamSocket();
  descriptor.sendBuffer.lowWater = context.world.unsentLowWater;
  descriptor.nonBlocking = (type & (symbolValue("SOCK_NONBLOCK", platform) ?? 0)) !== 0;
  return { kind: "opened", descriptor };
}

/** The address and port of a `{sa_family = …}` argument; null for `...`. */
function addressAt(args: Arguments, index: number): Partial<Endpoint> | null {
  const expression = args.at(index);
  if (expression.kind !== "record") return null;
  const portField = Arguments.field(expression, "sin_port") ?? Arguments.field(expression, "sin6_port");
  const addressField = Arguments.field(expression, "sin_addr") ?? Arguments.field(expression, "sin6_addr");
  const family = Arguments.field(expression, "sa_family");
  if (family?.value.kind === "word" && family.value.name === "AF_UNSPEC") {
    throw new UnsupportedError(args.place, "AF_UNSPEC");
  }
  const text = addressField === undefined ? null : addressText(addressField.value);
  return {
    ...(portField === undefined ? {} : { port: args.valueOf(portField.value) }),
    ...(text === null ? {} : { address: parseAddress(text) }),
  };
}

function addressText(expression: Expression): string | null {
  if (expression.kind !== "apply") return null;
  const [text] = expression.arguments;
  return text?.kind === "string" ? text.text : null;
}

function bind(context: CallContext, args: Arguments): CallOutcome {
  const socket = socketAt(context, args);
  if (socket.kind !== "stream") return socket;
  if (socket.localPort !== 0) return failed("EINVAL");
  socket.localPort = addressAt(args, 1)?.port ?? DEFAULT_PORT;
  return returned(0);
}

function listen(context: CallContext, args: Arguments): CallOutcome {
  const socket = socketAt(context, args);
  if (socket.kind !== "stream") return socket;
  const { world } = context;
  if (socket.connection !== null) return failed("EINVAL");
  if (socket.listener !== null) return returned(0);
  const port = socket.localPort === 0 ? DEFAULT_PORT : socket.localPort;
  socket.listener = world.host.listen({
    port,
    backlog: Math.max(args.integer(1), 1),
    config: socket.coreConfig(world),
  });
  world.listenerOpened(port);
  return returned(0);
}

function accept(context: CallContext, args: Arguments, flags: number): CallOutcome {
  const socket = socketAt(context, args);
  if (socket.kind !== "stream") return socket;
  const { platform } = context.world;
  if (socket.listener === null) return failed("EINVAL");
  const connection = socket.accepted.shift() ?? socket.listener.accept();
  if (connection === null) return wait(socket, 0, platform);
  const child = new StreamSocket(socket);
  child.connection = connection;
  child.remembered.set("connected", 1);
  child.localPort = connection.local.port;
  // FreeBSD hands O_NONBLOCK down, Linux does not.
  child.nonBlocking = (flags & (symbolValue("SOCK_NONBLOCK", platform) ?? 0)) !== 0 ||
    platform === "freebsd" && socket.nonBlocking;
  return { kind: "opened", descriptor: child };
}

function connect(context: CallContext, args: Arguments): CallOutcome {
  const socket = socketAt(context, args);
  if (socket.kind !== "stream") return socket;
  if (socket.listener !== null) {
    return failed(context.world.platform === "freebsd" ? "EOPNOTSUPP" : "EISCONN");
  }
  if (socket.connection === null) {
    if (!openConnection(context.world, socket, args)) return failed("EADDRNOTAVAIL");
  } else if (socket.nonBlocking && socket.connecting) return failed("EALREADY");
  const connection = socket.connection as unknown as Connection;
  if (connection.failure !== null) {
    return failed(socket.takeError(context.world) ?? "ECONNABORTED");
  }
  if (socket.connecting) return socket.nonBlocking ? failed("EINPROGRESS") : BLOCKED;
  if (socket.remembered.has("connected")) return failed("EISCONN");
  socket.remembered.set("connected", 1);
  return returned(0);
}

/** Returns whether there is a port for it. */
function openConnection(world: SocketWorld, socket: StreamSocket, args: Arguments): boolean {
  const given = addressAt(args, 1);
  const remote = { address: given?.address ?? world.remoteAddress, port: given?.port ?? DEFAULT_PORT };
  // Two halves of 32 bits: the highest and the lowest port.
  const range = socket.remembered.get("IP_LOCAL_PORT_RANGE") ?? 0;
  const local = {
    address: world.localAddress,
    ...(socket.localPort === 0 ? {} : { port: socket.localPort }),
    ...(range === 0 ? {} : { range: { first: range & 0xffff, last: range >>> 16 } }),
  };
  try {
    socket.connection = world.host.connect({ remote, local, config: socket.coreConfig(world) }, world.now);
  } catch (error) {
    if ((socket.localPort !== 0 || range !== 0) && error instanceof RangeError) return false;
    throw error;
  }
  world.connectionOpened(socket.connection);
  return true;
}

function shutdown(context: CallContext, args: Arguments): CallOutcome {
  const socket = socketAt(context, args);
  if (socket.kind !== "stream") return socket;
  const how = args.integer(1);
  const connection = socket.connection;
  if (connection === null || connection.state === "CLOSED") return failed("ENOTCONN");
  if (how === 0 || how === 2) socket.readingEnded = true;
  if (how === 1 || how === 2) {
    socket.writingEnded = true;
    endSending(() => connection.shutdown(context.world.now));
  }
  return returned(0);
}

/** Ending what has ended already is no mistake at a socket. */
function endSending(action: () => void): void {
  try {
    action();
  } catch (error) {
    if (!(error instanceof InvalidStateError)) throw error;
  }
}

function close(context: CallContext, args: Arguments, progress: CallProgress): CallOutcome {
  const number = args.integer(0);
  const found = context.descriptors.get(number);
  if (found === undefined) return failed("EBADF");
  if (found.kind !== "stream") {
    context.descriptors.delete(number);
    return returned(0);
  }
  const { now } = context.world;
  if (progress.octets === 0) closeOnce(found, now);
  // RFC 9293 3.9.1.4 leaves it to the caller to wait; a socket with SO_LINGER does.
  const connection = found.connection;
  const limit = after(progress.started, seconds(found.linger ?? 0));
  const outstanding = connection !== null && AWAITING_ACK_OF_FIN.has(connection.state);
  if (!found.nonBlocking && outstanding && now < limit) {
    progress.octets = 1;
    return { kind: "blocked", wakeAt: limit };
  }
  context.descriptors.delete(number);
  return returned(0);
}

/** States of a closed socket whose FIN waits to leave, or for its acknowledgment. */
const AWAITING_ACK_OF_FIN: ReadonlySet<State> = new Set<State>([
  "ESTABLISHED",
  "CLOSE-WAIT",
  "FIN-WAIT-1",
  "CLOSING",
  "LAST-ACK",
]);

function closeOnce(socket: StreamSocket, now: Instant): void {
  socket.listener?.close(now);
  for (const waiting of socket.accepted) waiting.abort(now);
  const connection = socket.connection;
  if (connection === null || connection.state === "CLOSED") return;
  endSending(() => socket.linger === 0 ? connection.abort(now) : connection.close(now));
}

function fcntl(context: CallContext, args: Arguments): CallOutcome {
  const socket = socketAt(context, args);
  if (socket.kind !== "stream") return socket;
  const nonBlock = symbolValue("O_NONBLOCK", context.world.platform) ?? 0;
  switch (args.word(1)) {
    case "F_GETFL":
      return returned((symbolValue("O_RDWR", "linux") ?? 0) | (socket.nonBlocking ? nonBlock : 0));
    case "F_SETFL":
      socket.nonBlocking = (args.integer(2) & nonBlock) !== 0;
      return returned(0);
    case "F_GETFD":
      return returned(0);
    case "F_SETFD":
      return returned(0);
    default:
      throw new UnsupportedError(args.place, args.word(1));
  }
}
