import { assert, assertEquals } from "@std/assert";
import { Segment } from "../../../tcp/base/segment.ts";
import { decodePacket, encodePacket } from "../../../tcp/wire/packet.ts";
import { CAPTURED_PACKETS } from "./captured.ts";
import { hexToOctets, packetOf, plainSegment } from "./support.ts";

/** Octets of garbage a segment that count as none: what the measurement itself and the compiler leave. */
const OCTETS_PER_SEGMENT = 4;
const SEGMENTS = 20_000;

/** The least growth of the heap over several rounds, in octets a call. A round in which garbage was collected is no use. */
function growthPerCall(round: () => void): number {
  for (let i = 0; i < 10; i++) round();
  let least = Infinity;
  for (let i = 0; i < 10; i++) {
    const before = Deno.memoryUsage().heapUsed;
    round();
    const growth = Deno.memoryUsage().heapUsed - before;
    if (growth >= 0) least = Math.min(least, growth);
  }
  return least / SEGMENTS;
}

Deno.test("the measure sees an object of a few words a call", () => {
  let kept: unknown = null;
  const growth = growthPerCall(() => {
    for (let i = 0; i < SEGMENTS; i++) kept = { i };
  });
  assert(kept !== null && growth > OCTETS_PER_SEGMENT, `${growth} octets a call`);
});

Deno.test("decoding makes no garbage, whatever the family and the checksum", () => {
  const packets = CAPTURED_PACKETS.map((captured) => hexToOctets(captured.hex));
  const large = plainSegment(4);
  large.payload.set(new Uint8Array(1_448), 0, 1_448);
  packets.push(packetOf(large));
  const segment = new Segment();
  let refused = 0;
  const growth = growthPerCall(() => {
    for (let i = 0; i < SEGMENTS; i++) {
      const packet = packets[i % packets.length] as Uint8Array;
      if (decodePacket(packet, packet.length, segment, "verify") !== null) refused++;
    }
  });
  assertEquals(refused, 0);
  assert(growth <= OCTETS_PER_SEGMENT, `${growth} octets a segment`);
});

Deno.test("encoding a segment without payload makes no garbage", () => {
  const segment = plainSegment(6);
  segment.options = 1 << 4;
  const into = new Uint8Array(100);
  const growth = growthPerCall(() => {
    for (let i = 0; i < SEGMENTS; i++) encodePacket(segment, into);
  });
  assert(growth <= OCTETS_PER_SEGMENT, `${growth} octets a segment`);
});
