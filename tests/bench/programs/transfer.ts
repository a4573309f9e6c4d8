/**
 * Our end of a measured transfer: a connection as a user of the library opens it.
 *
 * @module
 */

import { createHash } from "node:crypto";
import process from "node:process";
import { BULK_PATIENCE } from "../../../cli/client_connection.ts";
import { packetLink, RawConnection } from "../../../driver/mod.ts";
import { parseLiteral } from "../../../ffi/mod.ts";
import { after, type Connection, elapsed, NEVER, OctetRange, seconds, toSeconds } from "../../../tcp/mod.ts";
import { patternAt } from "../../kernel/pattern.ts";
import { answer, BLOCK_LENGTH, readJob, type TransferAnswer, type TransferJob } from "./jobs.ts";

const CONNECT_SECONDS = 5;

const job = readJob<TransferJob>();
const address = parseLiteral(job.host);
if (address === undefined) throw new Error(`Cannot connect to ${job.host}: give an address`);

const links: string[] = [];
using raw = RawConnection.open({
  remote: { address, port: job.port },
  link: job.link === "raw"
    ? undefined
    : packetLink(job.link, (link, reason) => links.push(`${link}: ${reason}`)),
  patience: BULK_PATIENCE,
});
const { connection, loop } = raw;
const opened = await loop.run(
  () => connection.state !== "SYN-SENT",
  after(loop.readClock(), seconds(CONNECT_SECONDS)),
);
if (!opened || connection.state !== "ESTABLISHED") throw new Error(`Cannot connect: ${connection.state}`);

const block = new Uint8Array(BLOCK_LENGTH);
const hash = job.hashed ? createHash("sha256") : null;
const cpuBefore = process.cpuUsage();
const start = loop.readClock();
const sendUntil = job.seconds === null ? NEVER : after(start, seconds(job.seconds));
let octets = 0;

const range = new OctetRange();

/** Text to check is copied into the send buffer; otherwise what lies there goes, as what is read into it would. */
function give(length: number): number {
  if (hash === null) {
    const reserved = connection.reserve(length, range);
    connection.commit(reserved, loop.now);
    return reserved;
  }
  const piece = patternAt(octets, length);
  const taken = connection.send(piece, loop.now);
  hash.update(piece.subarray(0, taken));
  return taken;
}

function send(): boolean {
  while (octets < job.octets || job.seconds !== null) {
    if (loop.now >= sendUntil) break;
    const taken = give(job.seconds === null ? Math.min(BLOCK_LENGTH, job.octets - octets) : BLOCK_LENGTH);
    if (taken === 0) return isOver(connection);
    octets += taken;
  }
  if (connection.state === "ESTABLISHED") connection.shutdown(loop.now);
  return isOver(connection);
}

function receive(): boolean {
  for (;;) {
    const length = connection.receive(block, loop.now);
    if (length === null) return true;
    if (length === 0) return isOver(connection);
    hash?.update(block.subarray(0, length));
    octets += length;
  }
}

function isOver({ state, failure }: Connection): boolean {
  if (failure !== null) throw failure;
  return state === "CLOSED" || state === "TIME-WAIT" || state === "FIN-WAIT-2";
}

const isFinished = await loop.run(
  job.direction === "up" ? send : receive,
  after(start, seconds(job.patience)),
);
if (!isFinished) {
  throw new Error(`Not finished after ${job.patience} s: ${connection.state}, ${octets} octets`);
}
const cpu = process.cpuUsage(cpuBefore);
const time = toSeconds(elapsed(start, loop.now));
if (job.direction === "down") connection.shutdown(loop.readClock()); // so that the peer need not wait for it
await loop.run(() => isOver(connection), after(loop.readClock(), seconds(1)));
answer<TransferAnswer>({
  octets,
  seconds: time,
  cpuSeconds: (cpu.user + cpu.system) / 1e6,
  retransmitted: connection.segmentsRetransmitted,
  hash: hash?.digest("hex") ?? null,
  links,
});
