/**
 * System calls that read and write. What is written and read is the two streams of `packets.ts`, octet by octet.
 *
 * @module
 */

import { ConnectionFailure, type Instant, InvalidStateError } from "../tcp/mod.ts";
import { Arguments, MismatchError } from "./arguments.ts";
import type { Expression } from "./ast.ts";
import { ScriptError, UnsupportedError } from "./errors.ts";
import { type Call, type CallContext, type CallProgress, socketAt, wait } from "./calls.ts";
import { compareReport } from "./error_queue.ts";
import { findWrongOctet, streamOctets } from "./packets.ts";
import { type CallOutcome, failed, returned, type StreamSocket } from "./socket.ts";
import { symbolValue } from "./symbols.ts";

/** Octets handed to the core at once: enough for any write of a script. */
const CHUNK = 65_536;

/** Pieces of lent memory in one packet, on Linux. */
const MOST_PIECES = 17;

/** Calls that read and write. */
export const TRANSFER_CALLS: Readonly<Record<string, Call>> = {
  read: (context, args, progress) => receive(context, args, progress, { octets: args.integer(2), flags: 0 }),
  recv: (context, args, progress) =>
    receive(context, args, progress, { octets: args.integer(2), flags: args.integer(3) }),
  recvfrom: (context, args, progress) =>
    receive(context, args, progress, { octets: args.integer(2), flags: args.integer(3) }),
  readv: (context, args, progress) =>
    receive(context, args, progress, { octets: vectorOctets(args, args.at(1)), flags: 0 }),
  recvmsg: receiveMessage,
  write: (context, args, progress) => send(context, args, progress, { octets: args.integer(2), flags: 0 }),
  send: (context, args, progress) =>
    send(context, args, progress, { octets: args.integer(2), flags: args.integer(3) }),
  sendto: (context, args, progress) =>
    send(context, args, progress, { octets: args.integer(2), flags: args.integer(3) }),
  writev: (context, args, progress) =>
    send(context, args, progress, { octets: vectorOctets(args, args.at(1)), flags: 0 }),
  sendmsg: sendMessage,
};

/** How many octets, and with which flags. */
export interface Transfer {
  readonly octets: number;
  readonly flags: number;
}

function flagSet(context: CallContext, transfer: Transfer, name: string): boolean {
  return (transfer.flags & (symbolValue(name, context.world.platform) ?? 0)) !== 0;
}

/** Octets of `[{..., 40}, {..., 60}]`. */
function vectorOctets(args: Arguments, vector: Expression): number {
  return vectorLengths(args, vector).reduce((sum, length) => sum + length, 0);
}

function vectorLengths(args: Arguments, vector: Expression): number[] {
  if (vector.kind !== "list") {
    throw new ScriptError(vector.place, "Cannot read this argument", "a list, [{..., LENGTH}]");
  }
  return vector.items.map((item) => {
    const length = item.kind === "record" ? item.fields[1]?.value : undefined;
    if (length === undefined) {
      throw new ScriptError(item.place, "Cannot read this argument", "{..., LENGTH}");
    }
    return args.valueOf(length);
  });
}

function messageOctets(args: Arguments): number {
  return vectorOctets(args, messageVector(args));
}

function messageVector(args: Arguments): Expression {
  const vector = Arguments.field(args.at(1), "msg_iov");
  if (vector === undefined) {
    throw new ScriptError(args.at(1).place, "Cannot read this message", "a field msg_iov");
  }
  return vector.value;
}

function receive(
  context: CallContext,
  args: Arguments,
  progress: CallProgress,
  transfer: Transfer,
): CallOutcome {
  const socket = socketAt(context, args);
  if (socket.kind !== "stream") return socket;
  const { now, platform } = context.world;
  const connection = socket.connection;
  if (connection === null) return failed("ENOTCONN");
  if (isNull(args) && connection.unreadOctets > 0) return failed("EFAULT");
  if (flagSet(context, transfer, "MSG_OOB")) throw new UnsupportedError(args.place, "MSG_OOB");
  if (flagSet(context, transfer, "MSG_PEEK")) return peek(context, socket, transfer);
  const wanted = transfer.octets - progress.octets;
  const into = new Uint8Array(wanted);
  const count = wanted === 0 ? 0 : receiveOctets(socket, into, now);
  // FreeBSD throws away what comes after shutdown(SHUT_RD).
  if (socket.readingEnded && platform === "freebsd") return returned(0);
  if (count !== null && count > 0) {
    checkOctets(socket, into.subarray(0, count));
    progress.octets += count;
  }
  const least = flagSet(context, transfer, "MSG_WAITALL") ? transfer.octets : Math.min(1, transfer.octets);
  if (progress.octets >= least) return returned(progress.octets);
  const error = progress.octets > 0 ? null : socket.takeError(context.world);
  if (error !== null) return failed(error);
  if (count === null || socket.readingEnded || connection.state === "CLOSED") {
    return returned(progress.octets);
  }
  return wait(socket, transfer.flags, platform);
}

/** Takes up to `wanted` octets, comparing them. @returns how many; 0: none now; null: the stream has ended */
export function takeOctets(socket: StreamSocket, wanted: number, now: Instant): number | null {
  const into = new Uint8Array(wanted);
  const count = receiveOctets(socket, into, now);
  checkOctets(socket, into.subarray(0, count ?? 0));
  return count;
}

/** As the core's `receive`; a connection that failed has nothing more to give. */
function receiveOctets(socket: StreamSocket, into: Uint8Array, now: Instant): number | null {
  try {
    return socket.connection?.receive(into, now) ?? null;
  } catch (error) {
    if (error instanceof ConnectionFailure) return 0;
    throw error;
  }
}

/** Whether the buffer is at no address. */
function isNull(args: Arguments): boolean {
  const buffer = args.at(1);
  return buffer.kind === "word" && buffer.name === "NULL";
}

/** What lies there is known without taking it: the stream's octets tell their places. */
function peek(context: CallContext, socket: StreamSocket, transfer: Transfer): CallOutcome {
  const unread = socket.connection?.unreadOctets ?? 0;
  if (unread > 0) return returned(Math.min(unread, transfer.octets));
  const error = socket.takeError(context.world);
  if (error !== null) return failed(error);
  return hasEnded(socket) ? returned(0) : wait(socket, transfer.flags, context.world.platform);
}

/** Whether the peer sent its FIN, or the connection is gone. */
function hasEnded(socket: StreamSocket): boolean {
  return socket.connection?.peerClosed === true || socket.connection?.state === "CLOSED";
}

function checkOctets(socket: StreamSocket, octets: Uint8Array): void {
  const wrong = findWrongOctet(false, socket.octetsRead, octets);
  if (wrong >= 0) {
    throw new MismatchError(`The octet read at position ${socket.octetsRead + wrong} is another's`);
  }
  socket.octetsRead += octets.length;
}

function receiveMessage(context: CallContext, args: Arguments, progress: CallProgress): CallOutcome {
  const message = args.at(1);
  const control = Arguments.field(message, "msg_control");
  const flags = args.integer(2, 0);
  if ((flags & (symbolValue("MSG_ERRQUEUE", context.world.platform) ?? 0)) !== 0) {
    return receiveReport(context, args);
  }
  const outcome = receive(context, args, progress, { octets: messageOctets(args), flags });
  if (outcome.kind === "returned" && control?.value.kind === "list") {
    for (const item of control.value.items) checkControl(context, args, item);
  }
  return outcome;
}

/** A report of what became of octets sent; it comes without octets, and nobody waits for one. */
function receiveReport(context: CallContext, args: Arguments): CallOutcome {
  const socket = socketAt(context, args);
  if (socket.kind !== "stream") return socket;
  const report = socket.errorQueue.take();
  if (report === null) return failed("EAGAIN");
  compareReport(args, args.at(1), report);
  return returned(0);
}

/** TCP_CM_INQ tells what is left to read, and one more when the peer's FIN is. */
function checkControl(context: CallContext, args: Arguments, item: Expression): void {
  const type = Arguments.field(item, "cmsg_type")?.value;
  const value = Arguments.field(item, "cmsg_data")?.value;
  const name = type?.kind === "word" ? type.name : "cmsg_type";
  if (name !== "TCP_CM_INQ" || value === undefined) throw new UnsupportedError(args.place, name);
  const socket = socketAt(context, args) as StreamSocket;
  const left = socket.connection?.unreadOctets ?? 0;
  args.expectValue(name, value, left === 0 && hasEnded(socket) ? 1 : left);
}

/** Memory that is lent stays in its pieces, of which a packet holds so many; more go into packets of their own. */
function sendMessage(context: CallContext, args: Arguments, progress: CallProgress): CallOutcome {
  const lengths = vectorLengths(args, messageVector(args));
  const flags = args.integer(2);
  if (lengths.length === 0) return send(context, args, progress, { octets: 0, flags });
  const lent = symbolValue("MSG_ZEROCOPY", context.world.platform) ?? 0;
  const socket = socketAt(context, args);
  const isLent = socket.kind === "stream" && socket.errorQueue.lends && (flags & lent) !== 0;
  let outcome: CallOutcome = returned(0);
  let octets = 0;
  for (const [i, length] of lengths.entries()) {
    octets += length;
    const isLast = i === lengths.length - 1;
    const isFull = isLent && (i + 1) % MOST_PIECES === 0;
    if (!isLast && !(isFull && progress.octets < octets)) continue;
    const record = symbolValue("MSG_EOR", context.world.platform) ?? 0;
    outcome = send(context, args, progress, { octets, flags: isLast ? flags : flags & ~lent | record });
    if (progress.octets < octets) break;
  }
  return outcome;
}

/** Sends octets of the stream. */
export function send(
  context: CallContext,
  args: Arguments,
  progress: CallProgress,
  transfer: Transfer,
): CallOutcome {
  const socket = socketAt(context, args);
  if (socket.kind !== "stream") return socket;
  const { now, platform } = context.world;
  const connection = socket.connection;
  if (connection === null) return failed(platform === "linux" ? "EPIPE" : "ENOTCONN");
  if (isNull(args)) return failed("EFAULT");
  const error = socket.takeError(context.world);
  if (error !== null) return progress.octets > 0 ? returned(progress.octets) : failed(error);
  if (socket.writingEnded || connection.state === "CLOSED") return failed("EPIPE");
  if (socket.connecting) return wait(socket, transfer.flags, platform);
  if (progress.octets === 0) setCork(context, socket, flagSet(context, transfer, "MSG_MORE"));
  try {
    if (flagSet(context, transfer, "MSG_OOB")) sendUrgent(context, socket, progress, transfer.octets);
    else {
      const endsRecord = flagSet(context, transfer, "MSG_EOR");
      const hand = (octets: Uint8Array): number =>
        endsRecord ? connection.sendRecord(octets, now) : connection.send(octets, now);
      if (context.world.fillsChunks) sendInChunks(context, socket, progress, transfer.octets, hand);
      else sendOctets(socket, progress, transfer.octets, hand);
    }
  } catch (caught) {
    if (caught instanceof ConnectionFailure) return failed(socket.takeError(context.world) ?? "EPIPE");
    if (!(caught instanceof InvalidStateError)) throw caught;
    return failed("EPIPE");
  }
  const waiting = progress.octets === transfer.octets ? null : wait(socket, transfer.flags, platform);
  if (waiting !== null && (waiting.kind !== "failed" || progress.octets === 0)) return waiting;
  const isLent = flagSet(context, transfer, "MSG_ZEROCOPY");
  if (progress.octets > 0) socket.errorQueue.handedOver(socket.octetsWritten, isLent);
  return returned(progress.octets);
}

function sendUrgent(
  context: CallContext,
  socket: StreamSocket,
  progress: CallProgress,
  octets: number,
): void {
  const connection = socket.connection;
  if (connection === null) return;
  sendOctets(socket, progress, octets, (chunk) => connection.sendUrgent(chunk, context.world.now));
}

/** As Linux fills its buffer; what a chunk lets out goes at once. */
function sendInChunks(
  context: CallContext,
  socket: StreamSocket,
  progress: CallProgress,
  octets: number,
  hand: (chunk: Uint8Array) => number,
): void {
  const { sendBuffer, connection } = socket;
  if (connection === null) return;
  if (sendBuffer.limit === 0) sendBuffer.limit = socket.configOn(context.world.config).buffers.sendBuffer;
  // A writer that waits goes on when it is woken, not before.
  if (progress.octets > 0 && !sendBuffer.isWritable(connection)) return;
  while (progress.octets < octets) {
    const size = sendBuffer.chunk(connection, socket.octetsWritten, octets - progress.octets);
    if (size === 0) return;
    sendOctets(socket, progress, progress.octets + size, hand);
    if (progress.octets < octets) context.world.pump();
  }
}

function sendOctets(
  socket: StreamSocket,
  progress: CallProgress,
  octets: number,
  hand: (chunk: Uint8Array) => number,
): void {
  while (progress.octets < octets) {
    const chunk = streamOctets(true, socket.octetsWritten, Math.min(CHUNK, octets - progress.octets));
    const taken = hand(chunk);
    progress.octets += taken;
    socket.octetsWritten += taken;
    if (taken < chunk.length) return;
  }
}

/** Lets go of what MSG_MORE held back; TCP_CORK holds on. */
export function releaseMore(socket: StreamSocket, now: Instant): void {
  if (!socket.more || socket.remembered.get("TCP_CORK") === 1) return;
  socket.more = false;
  socket.configure({ sending: { cork: false } }, now);
}

/** MSG_MORE corks until something is sent without it. */
function setCork(context: CallContext, socket: StreamSocket, more: boolean): void {
  if (more === socket.more) return;
  socket.more = more;
  socket.configure({ sending: { cork: more || socket.remembered.get("TCP_CORK") === 1 } }, context.world.now);
}
