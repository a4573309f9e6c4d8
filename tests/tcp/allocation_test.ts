import { assert, assertEquals } from "@std/assert";
import { controlBlockOf } from "../../tcp/connection/connection.ts";
import { LINUX } from "../../tcp/config/profiles.ts";
import { InMemory } from "./in_memory.ts";

/** Segments of one measurement: so few that garbage is seldom collected in between, so many that their sum is not noise. */
const SEGMENTS = 2_000;

/** 100,000 segments in all. */
const MEASUREMENTS = 50;

/** Segments after which everything is compiled, and every buffer as large as it gets. */
const WARM_UP = 80_000;

/** Segments after which the octets of a stream are more than an int32 counts, and everything is compiled again. */
const LONG_WARM_UP = 1_600_000;

/**
 * Octets of garbage that one segment may leave. Measured are 5 to 9, of which 5 are the views that the users' own calls
 * make, one for each 64 KiB. A single number that is no small integer would be 16: a moment, or an offset beyond an int32.
 */
const OCTETS_PER_SEGMENT = 15;

/** How often to measure anew, when the compiler happens to be in the middle of something. */
const ATTEMPTS = 6;

/** Pairs of connections that take turns: more than there are arrays of which copying remembers a view. */
const PAIRS = 16;

/** One transfer, or several. */
type Transfer = Pick<InMemory, "segments" | "turn" | "run">;

/** Several transfers that take turns. */
class Several implements Transfer {
  readonly #transfers = Array.from({ length: PAIRS }, () => new InMemory());

  get segments(): number {
    return this.#transfers.reduce((sum, transfer) => sum + transfer.segments, 0);
  }

  turn(): void {
    for (const transfer of this.#transfers) transfer.turn();
  }

  run(segments: number): void {
    const end = this.segments + segments;
    while (this.segments < end) this.turn();
  }
}

/** The least of a few measurements: what segments leave behind in any case. */
function leastGrowth(transfer: Transfer): number {
  let least = Infinity;
  for (let i = 0; i < ATTEMPTS && least > OCTETS_PER_SEGMENT; i++) {
    if (i > 0) transfer.run(WARM_UP);
    least = Math.min(least, growthPerSegment(transfer, () => {}));
  }
  return least;
}

/** The median growth of the heap, octets a segment. Rounds in which garbage was collected are outliers. */
function growthPerSegment(transfer: Transfer, afterEach: () => void): number {
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

/** Octets of memory that the buffers of both connections have. */
function capacitiesOf({ sender, receiver }: InMemory): number[] {
  return [sender, receiver].map(controlBlockOf).flatMap((block) => [
    block.sender.ring.capacity,
    block.receiver.ring.capacity,
    block.receiver.outOfOrder.capacity,
  ]);
}

const CASES = [
  { name: "cubic", changes: {}, form: "records", warmUp: WARM_UP },
  { name: "cubic, as packets", changes: {}, form: "packets", warmUp: WARM_UP },
  { name: "cubic, beyond 2 GB", changes: {}, form: "records", warmUp: LONG_WARM_UP },
  { name: "reno", changes: { congestion: { congestionControl: "reno" } }, form: "records", warmUp: WARM_UP },
  {
    name: "recovery as Linux has it",
    changes: { recovery: LINUX.recovery },
    form: "records",
    warmUp: WARM_UP,
  },
] as const;

for (const { name, changes, form, warmUp } of CASES) {
  Deno.test(`100,000 segments through two connections leave 15 octets of garbage each at most: ${name}`, () => {
    const transfer = new InMemory(changes, form);
    transfer.run(warmUp);
    const capacities = capacitiesOf(transfer);
    const growth = leastGrowth(transfer);
    assert(growth > 0 && growth <= OCTETS_PER_SEGMENT, `${growth} octets a segment`);
    assertEquals(capacitiesOf(transfer), capacities, "buffers are as large as they were");
    assertEquals(transfer.sender.segmentsRetransmitted, 0);
  });
}

Deno.test("segments of sixteen pairs of connections in turn leave 15 octets of garbage each at most", () => {
  const transfers = new Several();
  transfers.run(WARM_UP);
  const growth = leastGrowth(transfers);
  assert(growth > 0 && growth <= OCTETS_PER_SEGMENT, `${growth} octets a segment`);
});

Deno.test("the measure sees what else is left behind: one number for each segment", () => {
  const transfer = new InMemory();
  transfer.run(WARM_UP);
  const kept: unknown[] = [];
  let segments = transfer.segments;
  const growth = growthPerSegment(transfer, () => {
    for (; segments < transfer.segments; segments++) kept[segments & 7] = { moment: segments + 0.5 };
  });
  assert(growth > OCTETS_PER_SEGMENT, `${growth} octets a segment`);
});
