/**
 * Receives in bulk by packet ring, keeps views of payloads as no observer should, and reads through them after the ring's memory
 * has gone back to the kernel. Arguments: address, port. Writes one line of JSON: octets that the views have left.
 *
 * @module
 */

import { packetLink, RawConnection } from "../../driver/mod.ts";
import { parseLiteral } from "../../ffi/mod.ts";
import { after, type Observer, seconds, type Segment } from "../../tcp/mod.ts";

const [host = "", port = ""] = Deno.args;
const address = parseLiteral(host);
if (address === undefined) throw new Error(`Cannot connect to ${host}: give an address`);

/** No other buffer of a device's is as long as the ring's memory, octets. */
const RING = 1 << 20;

const kept: Uint8Array[] = [];
const nothing = (): void => {};
const observer: Observer = {
  segmentSent: nothing,
  segmentArrived: (_view, { payload }: Segment) => {
    if (payload.octets.length < RING || payload.length === 0 || kept.length >= 4) return;
    kept.push(payload.octets, payload.octets.subarray(payload.offset, payload.offset + payload.length));
  },
  segmentDropped: nothing,
  stateChanged: nothing,
  icmpArrived: nothing,
  timerFired: nothing,
  congestionChanged: nothing,
};
{
  using raw = RawConnection.open({
    remote: { address, port: Number(port) },
    link: packetLink("packet"),
    observer,
  });
  const { connection, loop } = raw;
  const into = new Uint8Array(1 << 17);
  await loop.run(() => {
    if (connection.failure !== null) throw connection.failure;
    return connection.receive(into, loop.now) !== null && kept.length === 4;
  }, after(loop.now, seconds(12)));
}
const sum = kept.reduce((total, view) => total + view.length + (view[0] ?? 0), 0);
await Deno.stdout.write(new TextEncoder().encode(`${JSON.stringify({ kept: kept.length, sum })}\n`));
