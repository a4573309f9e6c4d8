/**
 * Our end of a measured transfer. Arguments: `up` or `down`, address, port, seconds to send, link. Writes one line of JSON.
 *
 * @module
 */

import process from "node:process";
import { type LinkMode, RawConnection } from "../../driver/mod.ts";
import { parseLiteral } from "../../ffi/mod.ts";
import { after, type Connection, elapsed, seconds, STANDARD, toSeconds } from "../../tcp/mod.ts";

/** Octets a call: what iperf3 moves at once. */
const BLOCK_LENGTH = 128 * 1024;

const [direction = "", host = "", port = "", length = "", link = "raw", patience = "0"] = Deno.args;
const address = parseLiteral(host);
if (address === undefined) throw new Error(`Cannot connect to ${host}: give an address`);

const links: string[] = [];
using raw = RawConnection.open({
  remote: { address, port: Number(port) },
  config: { ...STANDARD },
  link: link as LinkMode,
  patience: Number(patience),
  onLinkChange: (now, reason) => links.push(`${now}: ${reason}`),
});
const { connection, loop } = raw;
const block = new Uint8Array(BLOCK_LENGTH);
const opened = await loop.run(() => connection.state !== "SYN-SENT", after(loop.now, seconds(5)));
if (!opened || connection.state !== "ESTABLISHED") throw new Error(`Cannot connect: ${connection.state}`);

const cpuBefore = process.cpuUsage();
const start = loop.readClock();
const sendUntil = after(start, seconds(Number(length)));
const deadline = after(sendUntil, seconds(5));
let received = 0;

function send(): boolean {
  if (loop.now >= sendUntil) connection.shutdown(loop.now);
  else while (connection.send(block, loop.now) > 0);
  return isOver(connection);
}

function receive(): boolean {
  for (;;) {
    const octets = connection.receive(block, loop.now);
    if (octets === null) return true;
    if (octets === 0) return isOver(connection);
    received += octets;
  }
}

function isOver({ state, failure }: Connection): boolean {
  if (failure !== null) throw failure;
  return state === "CLOSED" || state === "TIME-WAIT" || state === "FIN-WAIT-2";
}

const finished = await loop.run(direction === "up" ? send : receive, deadline);
const time = toSeconds(elapsed(start, loop.now));
const cpu = process.cpuUsage(cpuBefore);
const octets = direction === "up" ? connection.octetsAcknowledged : received;
const answer = {
  state: connection.state,
  octets,
  finished,
  megabytesPerSecond: octets / time / 1e6,
  cpuSecondsPerGigabyte: (cpu.user + cpu.system) / 1e6 / (octets / 1e9),
  segmentsSent: connection.segmentsSent,
  segmentsReceived: connection.segmentsReceived,
  segmentsRetransmitted: connection.segmentsRetransmitted,
  links,
};
connection.shutdown(loop.readClock()); // so that the peer need not wait for it
await loop.run(() => isOver(connection), after(loop.now, seconds(1)));
await Deno.stdout.write(new TextEncoder().encode(`${JSON.stringify(answer)}\n`));
