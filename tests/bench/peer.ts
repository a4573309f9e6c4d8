/**
 * The kernel's end of a measured transfer: reads and forgets, or sends, as fast as it can, with calls that block.
 *
 * Arguments: `sink` or `source`, address, port, seconds that a source sends. Serves one connection after another, writes
 * `ready` at first, and ends when killed or after a long time without a connection.
 *
 * @module
 */

import { parseLiteral, POLLIN, POLLOUT, PollSet, StreamListener, type StreamSocket } from "../../ffi/mod.ts";

/** Octets a call: what iperf3 moves at once. */
const BLOCK_LENGTH = 128 * 1024;

/** Longest silence within a transfer, milliseconds. */
const PATIENCE = 5_000;

/** After so long without a connection nobody will come any more, milliseconds. */
const LONGEST_IDLE = 300_000;

/** Longest single wait, milliseconds. */
const SHORT_WAIT = 100;

const block = new Uint8Array(BLOCK_LENGTH);

function drain(socket: StreamSocket, poll: PollSet): void {
  let limit = performance.now() + PATIENCE;
  while (performance.now() < limit) {
    const length = socket.receive(block);
    if (length === null) return;
    if (length === 0) poll.poll(SHORT_WAIT);
    else limit = performance.now() + PATIENCE;
  }
}

function pour(socket: StreamSocket, poll: PollSet, seconds: number): void {
  const end = performance.now() + seconds * 1_000;
  while (performance.now() < end) {
    if (socket.send(block) === 0) poll.poll(SHORT_WAIT);
  }
  socket.shutdown();
}

function serve(socket: StreamSocket, mode: string, seconds: number): void {
  using poll = new PollSet(1);
  const slot = poll.add(socket.descriptor, mode === "source" ? POLLOUT : POLLIN);
  if (mode === "source") {
    socket.setCongestionControl("cubic");
    pour(socket, poll, seconds);
    poll.setEvents(slot, POLLIN);
  }
  drain(socket, poll);
}

const [mode = "", host = "", port = "", seconds = "0"] = Deno.args;
const address = parseLiteral(host);
if (address === undefined) throw new Error(`Cannot listen on ${host}: give an address`);
using listener = StreamListener.open({ address, port: Number(port) });
using poll = new PollSet(1);
poll.add(listener.descriptor);
await Deno.stdout.write(new TextEncoder().encode("ready\n"));
let idleSince = performance.now();
while (performance.now() - idleSince < LONGEST_IDLE) {
  await poll.wait(100);
  using socket = listener.accept();
  if (socket === undefined) continue;
  serve(socket, mode, Number(seconds));
  idleSince = performance.now();
}
