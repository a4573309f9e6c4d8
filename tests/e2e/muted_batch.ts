/**
 * Sends two packets in a batch over a raw socket that receives nothing any more. Arguments: our address, the peer's. Writes how
 * many of the peer's answers came, by another socket.
 *
 * @module
 */

import { type IpAddress, openRawSocket, parseLiteral, PortGuard } from "../../ffi/mod.ts";
import { ACK, buildPacket, segmentsUntilQuiet } from "../ffi/support.ts";

/** The discard service's, where nobody listens: each segment is answered by RST. */
const PORT = 9;
const QUIET = 300;

const [local, peer] = Deno.args.map((text): IpAddress => {
  const address = parseLiteral(text);
  if (address === undefined) throw new Error(`Cannot use ${text}: give an address`);
  return address;
});
if (local === undefined || peer === undefined) throw new Error("Cannot send: give two addresses");
using guard = PortGuard.open({ address: local, port: 0 });
const ends = { local: guard.local, remote: { address: peer, port: PORT } };
using muted = openRawSocket(ends);
using other = openRawSocket(ends);
const { batch } = muted;
const built = buildPacket(muted.outbound, ends.local, ends.remote, { flags: ACK });
for (const i of [0, 1]) {
  batch.headers.set(muted.outbound.subarray(0, built), batch.headersOffset(i));
  batch.put(i, built, { octets: new Uint8Array(), offset: 0, length: 0, firstPartLength: 0 });
}
muted.stopReceiving(ends.local);
if (batch.send(0, 2) !== 2) throw new Error(`Cannot send: ${batch.refusal}`);
const { length } = await segmentsUntilQuiet(other, QUIET);
await Deno.stdout.write(new TextEncoder().encode(`${length}\n`));
