/**
 * Segments a second of two connections in one memory: the cost of the TCP itself, without packets or a device.
 *
 * Each iteration is 1,000 segments, of which two thirds carry 1,448 octets: 1 ms is a million segments a second.
 *
 * @module
 */

import { InMemory } from "./in_memory.ts";

const SEGMENTS = 1_000;

const VARIANTS = {
  "1,448 octets, CUBIC": {},
  "1,448 octets, Reno": { congestion: { congestionControl: "reno" } },
  "1,460 octets, without timestamps": { handshake: { timestamps: false } },
  "88 octets": { handshake: { mss: 100 } },
} as const;

const packets = new InMemory({}, "packets");
packets.run(20_000);
Deno.bench(
  "1,448 octets, CUBIC, encoded and decoded",
  { group: "1,000 segments" },
  () => packets.run(SEGMENTS),
);

for (const [name, changes] of Object.entries(VARIANTS)) {
  const transfer = new InMemory(changes);
  transfer.run(20_000);
  Deno.bench(name, { group: "1,000 segments" }, () => transfer.run(SEGMENTS));
}
