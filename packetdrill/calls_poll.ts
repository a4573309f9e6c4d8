/**
 * System calls that wait for events: poll and epoll.
 *
 * @module
 */

import { after, milliseconds, NEVER } from "../tcp/mod.ts";
import { Arguments } from "./arguments.ts";
import type { Expression } from "./ast.ts";
import { ScriptError, UnsupportedError } from "./errors.ts";
import type { Call, CallContext, CallProgress } from "./calls.ts";
import { type CallOutcome, EventPoll, failed, returned, type StreamSocket } from "./socket.ts";
import { symbolValue } from "./symbols.ts";

/** Bits of `poll`, the same in `epoll`. */
const READABLE = 1;
const URGENT = 2;
const WRITABLE = 4;
const ERROR = 8;
const HANGUP = 0x10;
const INVALID = 0x20;
const PEER_CLOSED = 0x2000;

/** Told whether asked for or not. */
const ALWAYS = ERROR | HANGUP;

/** The share of the send buffer that must be free: a third (Linux), so that a waker has room worth writing to. */
const FREE_SHARE = 3;

/** Nothing was reported of a socket yet. */
const NOTHING_REPORTED = -1;

/** Calls that wait for events. */
export const WAITING_CALLS: Readonly<Record<string, Call>> = {
  poll,
  epoll_create: openEventPoll,
  epoll_create1: openEventPoll,
  epoll_ctl: controlEventPoll,
  epoll_wait: waitEventPoll,
};

/** The events that are true of a socket now. */
function readiness(context: CallContext, socket: StreamSocket): number {
  if (socket.listener !== null) {
    const next = socket.accepted.length > 0 ? null : socket.listener.accept();
    if (next !== null) socket.accepted.push(next);
    return socket.accepted.length > 0 ? READABLE : 0;
  }
  const connection = socket.connection;
  if (connection === null) return WRITABLE | HANGUP;
  const state = connection.state;
  let events = socket.pendingError(context.world) === null && !socket.errorQueue.hasReport ? 0 : ERROR;
  const peerClosed = connection.peerClosed || state === "CLOSED";
  if (peerClosed && context.world.platform === "linux") events |= PEER_CLOSED;
  if (connection.urgentOctetsLeft > 0) events |= URGENT;
  if (connection.unreadOctets >= socket.lowWater || peerClosed) events |= READABLE;
  if (state === "CLOSED" || peerClosed && socket.writingEnded) events |= HANGUP;
  const limit = socket.configOn(context.world.config).buffers.sendBuffer;
  const queued = connection.unackedOctets + connection.unsentOctets;
  if (context.world.fillsChunks && socket.sendBuffer.limit === 0) socket.sendBuffer.limit = limit;
  const hasRoom = context.world.fillsChunks
    ? socket.sendBuffer.isWritable(connection)
    : FREE_SHARE * (limit - queued) >= limit;
  if (!socket.connecting && (hasRoom || state === "CLOSED")) events |= WRITABLE;
  return events;
}

/** Counts what an edge-triggered watch tells of: more to read, an end, room to write for whoever had none. */
function news(socket: StreamSocket): number {
  const { connection } = socket;
  if (connection === null) return socket.accepted.length;
  const ended = (connection.peerClosed ? 1 : 0) + (connection.state === "CLOSED" ? 1 : 0);
  return connection.octetsReceived + ended + socket.sendBuffer.wakes + socket.errorQueue.made;
}

function poll(context: CallContext, args: Arguments, progress: CallProgress): CallOutcome {
  const entries = args.list(0);
  const timeout = args.integer(2);
  let ready = 0;
  const found = entries.map((entry) => {
    const events = pollEvents(context, args, entry);
    if (events !== 0) ready++;
    return events;
  });
  const wakeAt = timeout < 0 ? NEVER : after(progress.started, milliseconds(timeout));
  if (ready === 0 && timeout !== 0 && context.world.now < wakeAt) return { kind: "blocked", wakeAt };
  for (const [i, entry] of entries.entries()) {
    const nothing = { kind: "integer", value: 0, place: entry.place } as const;
    const expected = Arguments.field(entry, "revents")?.value ?? nothing;
    args.expectValue("revents", expected, found[i] ?? 0);
  }
  return returned(ready);
}

function pollEvents(context: CallContext, args: Arguments, entry: Expression): number {
  const number = Arguments.field(entry, "fd")?.value;
  const events = Arguments.field(entry, "events")?.value;
  if (number === undefined || events === undefined) {
    throw new ScriptError(entry.place, "Cannot read this entry", "{fd=N, events=E, revents=R}");
  }
  const found = context.descriptors.get(args.valueOf(number));
  if (found === undefined) return INVALID;
  if (found.kind !== "stream") throw new UnsupportedError(args.place, "poll of an epoll descriptor");
  return readiness(context, found) & (args.valueOf(events) | ALWAYS);
}

function openEventPoll(): CallOutcome {
  return { kind: "opened", descriptor: new EventPoll() };
}

function eventPollAt(context: CallContext, args: Arguments): EventPoll | null {
  const found = context.descriptors.get(args.integer(0));
  return found instanceof EventPoll ? found : null;
}

function controlEventPoll(context: CallContext, args: Arguments): CallOutcome {
  const events = eventPollAt(context, args);
  const number = args.integer(2);
  const socket = context.descriptors.get(number);
  if (events === null || socket?.kind !== "stream") return failed("EBADF");
  if (args.word(1) === "EPOLL_CTL_DEL") {
    return events.watches.delete(number) ? returned(0) : failed("ENOENT");
  }
  const wanted = Arguments.field(args.at(3), "events")?.value;
  if (wanted === undefined) {
    throw new ScriptError(args.at(3).place, "Cannot read this argument", "{events=E, fd=N}");
  }
  const bits = args.valueOf(wanted);
  const edge = bits >= (symbolValue("EPOLLET", "linux") ?? 0);
  const oneShot = (bits & (symbolValue("EPOLLONESHOT", "linux") ?? 0)) !== 0;
  events.watches.set(number, { socket, events: bits, edge, oneShot, reported: NOTHING_REPORTED });
  return returned(0);
}

function waitEventPoll(context: CallContext, args: Arguments, progress: CallProgress): CallOutcome {
  const events = eventPollAt(context, args);
  if (events === null) return failed("EBADF");
  const timeout = args.integer(3);
  const ready: number[] = [];
  for (const watch of events.watches.values()) {
    const bits = readiness(context, watch.socket) & (watch.events | ALWAYS);
    if (bits === 0 || watch.edge && watch.reported === news(watch.socket)) continue;
    if (watch.oneShot && watch.reported !== NOTHING_REPORTED) continue;
    watch.reported = news(watch.socket);
    ready.push(bits);
  }
  const wakeAt = timeout < 0 ? NEVER : after(progress.started, milliseconds(timeout));
  if (ready.length === 0 && timeout !== 0 && context.world.now < wakeAt) return { kind: "blocked", wakeAt };
  const expected = Arguments.field(args.pointed(1), "events")?.value;
  if (expected !== undefined) args.expectValue("events", expected, ready[0] ?? 0);
  return returned(ready.length);
}
