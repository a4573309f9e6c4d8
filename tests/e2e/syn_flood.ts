/**
 * Sends SYNs from addresses that nobody has: `deno run --allow-all syn_flood.ts FROM TO PORT COUNT`, as root, in a
 * network of the test's own with a cable. FROM is an address of this end; the SYNs come from 198.18.0.0/15 (RFC 2544, for tests).
 */

import { RawSocket } from "../../ffi/mod.ts";
import { encodePacket, Flag, Option, parseAddress, Segment, seqNumber, timestamp } from "../../tcp/mod.ts";

/** SYNs at a time. The next ones come when as many packets came back: no faster than the machine takes them in. */
const BURST = 200;

/** Milliseconds: longest wait for what comes back. */
const PATIENCE = 2_000;

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1));

/** Packets that have come off the cable. */
function arrived(): number {
  return Number(Deno.readTextFileSync("/sys/class/net/cable/statistics/rx_packets"));
}

const [from = "", to = "", port = "", count = ""] = Deno.args;
const destination = parseAddress(to);
using socket = RawSocket.open({ local: { address: parseAddress(from), port: 9 } });
const segment = new Segment();
segment.addresses = new Uint8Array([198, 18, 0, 0, ...destination.octets]);
segment.destinationOffset = 4;
segment.destinationPort = Number(port);
segment.flags = Flag.syn;
segment.window = 64_240;
segment.options = Option.maximumSegmentSize | Option.windowScale | Option.timestamps;
segment.maximumSegmentSize = 1_460;
segment.windowScale = 7;
let before = arrived();
for (let i = 0; i < Number(count); i++) {
  segment.addresses.set([198, 18 + (i >> 16 & 1), i >> 8 & 0xff, i & 0xff]);
  segment.sourcePort = 1_024 + i % 60_000;
  segment.seq = seqNumber(Math.imul(i, 0x9e37_79b1));
  segment.timestampValue = timestamp(i);
  const length = encodePacket(segment, socket.outbound);
  while (socket.send(length) === "full") await pause();
  if ((i + 1) % BURST !== 0) continue;
  const limit = performance.now() + PATIENCE;
  while (arrived() - before < BURST && performance.now() < limit) await pause();
  before = arrived();
}
