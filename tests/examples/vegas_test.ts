import { assert, assertEquals } from "@std/assert";
import { transfer, vegas } from "../../examples/vegas.ts";

/** The path's own round trip, and what 5 MB take at 10 Mbit/s, headers and handshake included. */
const ROUND_TRIP = 40_000;
const SECONDS = 4.6;

Deno.test("a congestion control of one's own runs by the config: Vegas fills the bottleneck and keeps its queue short", () => {
  const { seconds, srtt, retransmissions } = transfer(vegas);
  assert(seconds <= SECONDS, `${seconds} s`);
  // 1,500 octets take 1.2 ms at 10 Mbit/s: four in the queue, the segment itself, and the second one that an ACK waits for.
  assert(srtt <= ROUND_TRIP + 9_000, `${srtt} µs`);
  assertEquals(retransmissions, 0);
});

Deno.test("CUBIC on the same path fills the queue", () => {
  const { seconds, srtt } = transfer("cubic");
  assert(seconds <= SECONDS, `${seconds} s`);
  assert(srtt >= 2 * ROUND_TRIP, `${srtt} µs`);
});
