// deno-lint-ignore-file no-console
/**
 * An observer of one's own: each retransmission of a connection with its reason, and each change of state.
 * `sudo deno run --allow-ffi examples/own_observer.ts HOST PORT`
 *
 * @module
 */

import { connect } from "../driver/mod.ts";
import type { Observer } from "../tcp/mod.ts";

const observer: Observer = {
  segmentSent: (connection, segment, reason, now) => {
    if (connection === null || !/retransmit|probe/.test(reason)) return;
    const octets = `${segment.payload.length} octets again`;
    console.log(`${(now / 1_000).toFixed(1)} ms: ${octets} (${reason}), cwnd ${connection.cwnd}`);
  },
  stateChanged: (_connection, from, to, reason) => console.log(`${from} to ${to} (${reason})`),
  segmentArrived: () => {},
  segmentDropped: () => {},
  timerFired: () => {},
  icmpArrived: () => {},
  congestionChanged: () => {},
};

const [hostname = "127.0.0.1", port = "8888"] = Deno.args;
await using conn = await connect({ hostname, port: Number(port), observer });
await conn.write(new TextEncoder().encode("Hello"));
await conn.closeWrite();
for await (const chunk of conn.readable) console.log(`${chunk.length} octets came`);
