/**
 * System calls that set and ask options: setsockopt, getsockopt, ioctl.
 *
 * @module
 */

import { joinChanges, milliseconds, type PartialConfig, seconds } from "../tcp/mod.ts";
import { Arguments } from "./arguments.ts";
import { UnsupportedError } from "./errors.ts";
import { type Call, type CallContext, socketAt } from "./calls.ts";
import { type CallOutcome, failed, returned, type StreamSocket } from "./socket.ts";
import { figuresOf } from "./tcp_info.ts";
import { linuxShift } from "./variables.ts";

/** Linux doubles what a buffer is set to, for its own records. */
const LINUX_BUFFER_FACTOR = 2;

/** Octets of the IP and TCP headers: TCP_MAXSEG bounds what is announced and what is sent, as an MTU does. */
const HEADER_OCTETS = { 4: 40, 6: 60 } as const;

/** A SYN without anything. */
const NO_OPTIONS: PartialConfig = {
  handshake: { mssOption: false, windowScaling: false, timestamps: false, selectiveAck: false },
};

/** DiffServ codepoint above the two bits of ECN. */
const ECN_BITS = 2;

/** Calls that set and ask. */
export const OPTION_CALLS: Readonly<Record<string, Call>> = {
  setsockopt: setOption,
  getsockopt: getOption,
  ioctl,
};

/** Options that change nothing of what we do; they are remembered for whoever asks. */
const REMEMBERED = new Set([
  "SO_REUSEADDR",
  "SO_REUSEPORT",
  "SO_DEBUG",
  "SO_ZEROCOPY",
  "SO_PRIORITY",
  "SO_MARK",
  "SO_NOSIGPIPE",
  "SO_OOBINLINE",
  "SO_DONTROUTE",
  "SO_MAX_PACING_RATE",
  "TCP_NOTSENT_LOWAT",
  "TCP_LOG",
  "TCP_THIN_LINEAR_TIMEOUTS",
  "IPV6_V6ONLY",
  "IP_FREEBIND",
  "IP_BIND_ADDRESS_NO_PORT",
  "IP_LOCAL_PORT_RANGE",
  "IP_MTU_DISCOVER",
]);

/** What an option's value sets of the connection's settings. */
type ConfigSetter = (value: number, context: CallContext) => PartialConfig;

const CONFIG_OPTIONS: Readonly<Record<string, ConfigSetter>> = {
  TCP_NODELAY: (value) => ({ sending: { nagle: value === 0 } }),
  TCP_CORK: (value) => ({ sending: { cork: value !== 0 } }),
  TCP_NOPUSH: (value) => ({ sending: { cork: value !== 0 } }),
  TCP_MAXSEG: (value, { world }) => ({
    handshake: { mss: 0 },
    sending: { mtu: value + HEADER_OCTETS[world.localAddress.family] },
  }),
  TCP_NOOPT: (value) => value === 0 ? {} : NO_OPTIONS,
  TCP_USER_TIMEOUT: (value) => ({ retransmission: { userTimeout: milliseconds(value) } }),
  TCP_SYNCNT: (value) => ({ handshake: { synRetries: value } }),
  TCP_KEEPINIT: (value) => ({ handshake: { connectTimeout: seconds(value) } }),
  TCP_KEEPIDLE: (value) => ({ closing: { keepAliveIdle: seconds(value) } }),
  TCP_KEEPINTVL: (value) => ({ closing: { keepAliveInterval: seconds(value) } }),
  TCP_KEEPCNT: (value) => ({ closing: { keepAliveProbes: value } }),
  TCP_LINGER2: (value) => ({ closing: { finWait2Time: seconds(value) } }),
  TCP_QUICKACK: (value) => ({ acknowledging: { segmentsPerAck: value === 0 ? 2 : 1 } }),
  TCP_DELACK: (value) => ({ acknowledging: { segmentsPerAck: value === 0 ? 1 : 2 } }),
  SO_KEEPALIVE: (value) => ({ closing: { keepAlive: value !== 0 } }),
  SO_SNDBUF: (value, { world }) => ({
    buffers: { sendBuffer: world.platform === "linux" ? value * LINUX_BUFFER_FACTOR : value },
  }),
  SO_RCVBUF: receiveBuffer,
  SO_RCVBUFFORCE: receiveBuffer,
  SO_SNDBUFFORCE: (value) => ({ buffers: { sendBuffer: value * LINUX_BUFFER_FACTOR } }),
  IP_TTL: (value) => ({ sending: { hopLimit: value } }),
  IPV6_UNICAST_HOPS: (value) => ({ sending: { hopLimit: value } }),
  IP_TOS: (value) => ({ sending: { dscp: value >> ECN_BITS } }),
  IPV6_TCLASS: (value) => ({ sending: { dscp: value >> ECN_BITS } }),
};

/** Options that FreeBSD calls otherwise, or that must go off with another. */
function receiveBuffer(value: number, { world }: CallContext): PartialConfig {
  if (world.platform === "freebsd") return { buffers: { receiveBuffer: value, receiveBufferMax: value } };
  return {
    buffers: { receiveBuffer: value, receiveBufferMax: value },
    handshake: { windowScale: linuxShift(value) },
  };
}

function setOption(context: CallContext, args: Arguments): CallOutcome {
  const socket = socketAt(context, args);
  if (socket.kind !== "stream") return socket;
  const name = args.word(2);
  const value = args.pointed(3);
  if (name === "SO_LINGER") {
    const on = Arguments.field(value, "onoff")?.value;
    const span = Arguments.field(value, "linger")?.value;
    socket.linger = on !== undefined && args.valueOf(on) !== 0 ? args.valueOf(span ?? on) : null;
    return returned(0);
  }
  if (name === "TCP_CONGESTION") return setCongestionControl(context, socket, args);
  const number = args.valueOf(value);
  if (name === "TCP_NOTSENT_LOWAT" && context.world.platform === "linux") {
    socket.sendBuffer.lowWater = number === 0 ? context.world.unsentLowWater : number;
  }
  if (name === "SO_ZEROCOPY") socket.errorQueue.lends = number !== 0;
  if (name === "SO_TIMESTAMPING" && context.world.platform === "linux") {
    socket.errorQueue.stamp(number, socket.connection?.octetsAcknowledged ?? 0);
  } else if (name === "TCP_INQ") socket.tellsUnread = number !== 0;
  else if (name === "SO_RCVLOWAT") socket.lowWater = number;
  else if (!REMEMBERED.has(name)) {
    if (setSendBuffer(context, socket, name, number)) {
      socket.remembered.set(name, number);
      return returned(0);
    }
    const setter = CONFIG_OPTIONS[name];
    if (setter === undefined) throw new UnsupportedError(args.place, name);
    socket.configure(setter(number, context), context.world.now);
    // What was held back goes out when Nagle is switched off, cork or not.
    if (name === "TCP_NODELAY" && number !== 0 && (socket.more || socket.remembered.get("TCP_CORK") === 1)) {
      releaseCork(context, socket);
    }
  }
  socket.remembered.set(name, number);
  return returned(0);
}

/** What concerns the buffer before the core, on Linux. Returns whether the option does. */
function setSendBuffer(context: CallContext, socket: StreamSocket, name: string, value: number): boolean {
  if (!context.world.fillsChunks) return false;
  if (name !== "SO_SNDBUF" && name !== "SO_SNDBUFFORCE") return false;
  socket.overrides = joinChanges(socket.overrides, { buffers: { sendBuffer: value * LINUX_BUFFER_FACTOR } });
  socket.sendBuffer.limit = 0;
  socket.sendBuffer.locked = true;
  return true;
}

function releaseCork(context: CallContext, socket: StreamSocket): void {
  socket.more = false;
  socket.configure({ sending: { cork: false } }, context.world.now);
}

function setCongestionControl(context: CallContext, socket: StreamSocket, args: Arguments): CallOutcome {
  const value = args.pointed(3);
  const name = value.kind === "string" ? value.text : "";
  if (name !== "cubic" && name !== "reno" && name !== "newreno") throw new UnsupportedError(args.place, name);
  socket.configure(
    { congestion: { congestionControl: name === "cubic" ? "cubic" : "reno" } },
    context.world.now,
  );
  return returned(0);
}

function getOption(context: CallContext, args: Arguments): CallOutcome {
  const socket = socketAt(context, args);
  if (socket.kind !== "stream") return socket;
  const name = args.word(2);
  const expected = args.pointed(3);
  if (name === "SO_ERROR") {
    args.expectError(name, expected, socket.takeError(context.world));
    return returned(0);
  }
  if (name === "TCP_INFO") return compareInfo(context, socket, args);
  if (name === "TCP_CONGESTION") {
    if (expected.kind !== "string") throw new UnsupportedError(args.place, name);
    const actual = socket.configOn(context.world.config).congestion.congestionControl;
    return expected.text === actual || actual === "reno" && expected.text === "newreno"
      ? returned(0)
      : failed("");
  }
  const actual = optionValue(context, socket, name);
  if (actual === null) throw new UnsupportedError(args.place, name);
  args.expectValue(name, expected, actual);
  return returned(0);
}

/** Octets of the timestamps option, padded: FreeBSD's TCP_MAXSEG counts them in. */
const TIMESTAMPS_LENGTH = 12;

function maximumSegment(context: CallContext, socket: StreamSocket): number | null {
  const { connection } = socket;
  if (connection === null) return null;
  const countsOptions = context.world.platform === "freebsd" && connection.agreed.timestamps;
  return connection.sendMss + (countsOptions ? TIMESTAMPS_LENGTH : 0);
}

/** The value of an option as this platform tells it; null when it is not known. */
function optionValue(context: CallContext, socket: StreamSocket, name: string): number | null {
  const { world } = context;
  const config = socket.configOn(world.config);
  const factor = world.platform === "linux" ? LINUX_BUFFER_FACTOR : 1;
  const established = socket.connection !== null && !socket.connecting;
  const kept = socket.remembered.get(name);
  switch (name) {
    case "SO_RCVBUF":
      return factor *
        (world.platform === "freebsd" && socket.connection !== null
          ? socket.connection.info().receiveBufferLimit
          : config.buffers.receiveBuffer);
    case "SO_SNDBUF":
      return config.buffers.sendBuffer;
    case "TCP_MAXSEG":
      return established ? maximumSegment(context, socket) : kept ?? null;
    case "TCP_NODELAY":
      return config.sending.nagle ? 0 : 1;
    case "TCP_KEEPINIT":
      return config.handshake.connectTimeout / seconds(1);
    case "TCP_KEEPIDLE":
      return config.closing.keepAliveIdle / seconds(1);
    case "TCP_KEEPINTVL":
      return config.closing.keepAliveInterval / seconds(1);
    case "TCP_KEEPCNT":
      return config.closing.keepAliveProbes;
    case "TCP_USER_TIMEOUT":
      return config.retransmission.userTimeout / milliseconds(1);
    case "SO_KEEPALIVE":
      return config.closing.keepAlive ? 1 : 0;
    case "IP_TTL":
    case "IPV6_UNICAST_HOPS":
      return config.sending.hopLimit;
    case "IP_TOS":
    case "IPV6_TCLASS":
      return config.sending.dscp << ECN_BITS;
    case "TCP_NOTSENT_LOWAT":
      return kept ?? 0;
    case "SO_ACCEPTCONN":
      return socket.listener === null ? 0 : 1;
    default:
      return kept ?? null;
  }
}

function compareInfo(context: CallContext, socket: StreamSocket, args: Arguments): CallOutcome {
  const expected = args.pointed(3);
  const figures = figuresOf(socket, context.world.platform, context.world.longestInjected);
  if (socket.connection === null) return failed("EINVAL");
  if (expected.kind !== "record") return returned(0);
  for (const { name, value } of expected.fields) {
    if (name === null) continue;
    const actual = figures.get(name);
    if (actual === undefined) throw new UnsupportedError(value.place, name);
    args.expectValue(name, value, actual);
  }
  return returned(0);
}

function ioctl(context: CallContext, args: Arguments): CallOutcome {
  const socket = socketAt(context, args);
  if (socket.kind !== "stream") return socket;
  const connection = socket.connection;
  const request = args.word(1);
  if (request === "FIONBIO") {
    socket.nonBlocking = args.valueOf(args.pointed(2)) !== 0;
    return returned(0);
  }
  if (connection === null) return failed("EINVAL");
  const values: Readonly<Record<string, number>> = {
    SIOCINQ: connection.unreadOctets,
    FIONREAD: connection.unreadOctets,
    SIOCOUTQ: connection.unackedOctets + connection.unsentOctets,
    TIOCOUTQ: connection.unackedOctets + connection.unsentOctets,
    FIONWRITE: connection.unackedOctets + connection.unsentOctets,
    SIOCOUTQNSD: connection.unsentOctets,
  };
  const actual = values[request];
  if (actual === undefined) throw new UnsupportedError(args.place, request);
  args.expectValue(request, args.pointed(2), actual);
  return returned(0);
}
