/**
 * The kernel's end of what is measured: with calls that block, one connection after the other.
 *
 * Writes `ready`, then a line of JSON for each connection that is over. Ends when killed, or after a long time without a
 * connection.
 *
 * @module
 */

import { createHash, type Hash } from "node:crypto";
import {
  parseLiteral,
  POLLIN,
  POLLOUT,
  PollSet,
  StreamListener,
  type StreamSocket,
} from "../../../ffi/mod.ts";
import { patternAt } from "../../kernel/pattern.ts";
import { answer, BLOCK_LENGTH, type PeerAnswer, type PeerJob, readJob } from "./jobs.ts";

/** Longest silence within a connection, milliseconds. */
const PATIENCE = 15_000;

/** After so long without a connection nobody will come any more, milliseconds. */
const LONGEST_IDLE = 300_000;

/** Longest single wait, milliseconds. */
const SHORT_WAIT = 100;

const job = readJob<PeerJob>();
const block = new Uint8Array(BLOCK_LENGTH);

/** Reads to the end and gives `take` each piece, which is used again. @returns octets */
function receiveAll(socket: StreamSocket, poll: PollSet, take: (piece: Uint8Array) => void): number {
  let octets = 0;
  let limit = performance.now() + PATIENCE;
  while (performance.now() < limit) {
    const length = socket.receive(block);
    if (length === null) return octets;
    if (length === 0) {
      poll.poll(SHORT_WAIT);
      continue;
    }
    take(block.subarray(0, length));
    octets += length;
    limit = performance.now() + PATIENCE;
  }
  throw new Error(`Nothing came for ${PATIENCE} ms`);
}

/** Reads to the end and forgets. @returns octets */
function drain(socket: StreamSocket, poll: PollSet, hash: Hash | null): number {
  return receiveAll(socket, poll, (piece) => hash?.update(piece));
}

/** Sends as long or as much as it is to. @returns octets */
function pour(socket: StreamSocket, poll: PollSet, hash: Hash | null): number {
  const { seconds, octets: wanted } = job;
  let octets = 0;
  const start = performance.now();
  const end = start + (seconds ?? Infinity) * 1_000;
  let limit = start + PATIENCE;
  while (seconds === null ? octets < wanted : performance.now() < end) {
    const length = seconds === null ? Math.min(BLOCK_LENGTH, wanted - octets) : BLOCK_LENGTH;
    const piece = hash === null ? block.subarray(0, length) : patternAt(octets, length);
    const sent = socket.send(piece);
    if (sent === 0) {
      if (performance.now() > limit) throw new Error(`Nothing could be sent for ${PATIENCE} ms`);
      poll.poll(SHORT_WAIT);
      continue;
    }
    hash?.update(piece.subarray(0, sent));
    octets += sent;
    limit = performance.now() + PATIENCE;
  }
  socket.shutdown();
  return octets;
}

/** Sends back what comes, until the end. @returns octets */
function echo(socket: StreamSocket, poll: PollSet): number {
  socket.setNoDelay(true);
  return receiveAll(socket, poll, (piece) => socket.send(piece)); // so little that it always fits
}

function serve(socket: StreamSocket): PeerAnswer {
  using poll = new PollSet(1);
  const hash = job.hashed ? createHash("sha256") : null;
  const start = performance.now();
  const slot = poll.add(socket.descriptor, job.mode === "source" ? POLLOUT : POLLIN);
  let octets = 0;
  if (job.mode === "echo") octets = echo(socket, poll);
  else if (job.mode === "sink") octets = drain(socket, poll, hash);
  else {
    socket.setCongestionControl(job.congestionControl);
    octets = pour(socket, poll, hash);
    poll.setEvents(slot, POLLIN);
    drain(socket, poll, null);
  }
  return { octets, seconds: (performance.now() - start) / 1_000, hash: hash?.digest("hex") ?? null };
}

const address = parseLiteral(job.host);
if (address === undefined) throw new Error(`Cannot listen on ${job.host}: give an address`);
const listeners = job.ports.map((port) => StreamListener.open({ address, port }));
using poll = new PollSet(listeners.length);
for (const listener of listeners) poll.add(listener.descriptor);
Deno.stdout.writeSync(new TextEncoder().encode("ready\n"));
let idleSince = performance.now();
while (performance.now() - idleSince < LONGEST_IDLE) {
  poll.poll(SHORT_WAIT);
  for (const listener of listeners) {
    using socket = listener.accept();
    if (socket === undefined) continue;
    try {
      const result = serve(socket);
      if (job.mode !== "echo") answer(result);
    } catch (error) {
      Deno.stderr.writeSync(new TextEncoder().encode(`${error}\n`)); // the other end will say so too
    }
    idleSince = performance.now();
  }
}
