import { assert, assertEquals } from "@std/assert";
import { InMemory } from "./in_memory.ts";

/** Segments of one measurement: so few that garbage is seldom collected in between, so many that their sum is not noise. */
const SEGMENTS = 2_000;

/** 100,000 segments in all. */
const MEASUREMENTS = 50;

/** Segments after which everything is compiled, and every buffer as large as it gets. */
const WARM_UP = 60_000;

/**
 * Octets of garbage that one segment may leave. Of the 126 measured, 108 are the view that the engine makes for copying
 * a payload into the receive buffer (two of three segments have one); a loop without it would be eight times slower.
 */
const OCTETS_PER_SEGMENT = 150;

/** The median growth of the heap, octets a segment. Rounds in which garbage was collected are outliers. */
function growthPerSegment(transfer: InMemory, afterEach: () => void): number {
  const growths: number[] = [];
  for (let i = 0; i < MEASUREMENTS; i++) {
    const before = Deno.memoryUsage().heapUsed;
    const segmentsBefore = transfer.segments;
    while (transfer.segments < segmentsBefore + SEGMENTS) {
      transfer.turn();
      afterEach();
    }
    growths.push((Deno.memoryUsage().heapUsed - before) / (transfer.segments - segmentsBefore));
  }
  growths.sort((a, b) => a - b);
  return growths[MEASUREMENTS / 2] as number;
}

for (const changes of [{}, { congestionControl: "reno" }, { windowUnit: "segments" }] as const) {
  const name = Object.values(changes)[0] ?? "cubic";
  Deno.test(`100,000 segments through two connections leave 150 octets of garbage each at most: ${name}`, () => {
    const transfer = new InMemory(changes);
    transfer.run(WARM_UP);
    const { external } = Deno.memoryUsage();
    const growth = growthPerSegment(transfer, () => {});
    assert(growth > 0 && growth <= OCTETS_PER_SEGMENT, `${growth} octets a segment`);
    assertEquals(Deno.memoryUsage().external, external, "buffers are as large as they were");
    assertEquals(transfer.sender.segmentsRetransmitted, 0);
  });
}

Deno.test("the measure sees what else is left behind", () => {
  const transfer = new InMemory();
  transfer.run(WARM_UP);
  const kept: unknown[] = [];
  let segments = transfer.segments;
  const growth = growthPerSegment(transfer, () => {
    for (; segments < transfer.segments; segments++) kept[segments & 7] = { segments, more: [segments] };
  });
  assert(growth > OCTETS_PER_SEGMENT, `${growth} octets a segment`);
});
