/**
 * Sends random octets over a connection of ours and closes it. Arguments: address, port, octets, link. Writes one line of
 * JSON, with the SHA-256 digest of what it sent.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { type LinkMode, packetLink, RawConnection } from "../../driver/mod.ts";
import { parseLiteral } from "../../ffi/mod.ts";
import { after, seconds } from "../../tcp/mod.ts";

/** Octets that `crypto.getRandomValues` makes at once. */
const PIECE = 65_536;

const [host = "", port = "", octets = "", link = "packet"] = Deno.args;
const address = parseLiteral(host);
if (address === undefined) throw new Error(`Cannot connect to ${host}: give an address`);
const changes: string[] = [];
using raw = RawConnection.open({
  remote: { address, port: Number(port) },
  link: packetLink(link as LinkMode, (now, reason) => changes.push(`${now}: ${reason}`)),
});
const { connection, loop } = raw;
const hash = createHash("sha256");
let piece = new Uint8Array(0);
let left = Number(octets);

const finished = await loop.run(() => {
  if (connection.failure !== null) throw connection.failure;
  if (connection.state === "SYN-SENT") return false;
  while (left > 0) {
    if (piece.length === 0) piece = crypto.getRandomValues(new Uint8Array(Math.min(PIECE, left)));
    const taken = connection.send(piece, loop.now);
    if (taken === 0) return false;
    hash.update(piece.subarray(0, taken));
    piece = piece.subarray(taken);
    left -= taken;
    if (left === 0) connection.shutdown(loop.now);
  }
  return connection.state === "TIME-WAIT" || connection.state === "CLOSED";
}, after(loop.now, seconds(12)));
if (!finished) throw new Error(`Not finished: ${left} octets left, ${connection.state}`);
const { segmentsSent, segmentsRetransmitted } = connection;
const answer = { digest: hash.digest("hex"), changes, segmentsSent, segmentsRetransmitted };
await Deno.stdout.write(new TextEncoder().encode(`${JSON.stringify(answer)}\n`));
