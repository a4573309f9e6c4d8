/**
 * Sends SYNs from addresses that nobody has: `deno run --allow-ffi syn_flood.ts FROM TO PORT COUNT`, as root, in a network of
 * the test's own. FROM is an address of this end; the SYNs come from 198.18.0.0/15 (RFC 2544, for tests).
 */

import { RawSocket } from "../../ffi/mod.ts";
import { encodePacket, Flag, Option, parseAddress, Segment, seqNumber, timestamp } from "../../tcp/mod.ts";

/** SYNs at a time, and milliseconds until the next ones: no faster than a loaded machine takes them in. */
const BURST = 200;
const PAUSE = 8;

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
for (let i = 0; i < Number(count); i++) {
  segment.addresses.set([198, 18 + (i >> 16 & 1), i >> 8 & 0xff, i & 0xff]);
  segment.sourcePort = 1_024 + i % 60_000;
  segment.seq = seqNumber(Math.imul(i, 0x9e37_79b1));
  segment.timestampValue = timestamp(i);
  const length = encodePacket(segment, socket.outbound);
  while (socket.send(length) === "full") await new Promise((resolve) => setTimeout(resolve, 1));
  if (i % BURST === 0) await new Promise((resolve) => setTimeout(resolve, PAUSE));
}
