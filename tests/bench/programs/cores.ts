/**
 * Two connections in one memory: segments a second, and octets of garbage that each segment leaves.
 *
 * @module
 */

import { InMemory } from "../../tcp/in_memory.ts";
import { answer, type CoresAnswer, readJob } from "./jobs.ts";
import { memoryNow } from "./wire.ts";

const WARM_UP = 200_000;
const MILLISECONDS = 1_500;

/** Segments between two looks at the heap: so few that garbage is seldom collected in between. */
const SEGMENTS = 2_000;
const LOOKS = 51;

const { codec } = readJob<{ readonly codec: boolean }>();
const transfer = new InMemory({}, codec ? "packets" : "records");

/** The median growth of the heap; looks between which garbage was collected are outliers. */
function garbagePerSegment(): number {
  const growths: number[] = [];
  memoryNow();
  for (let i = 0; i < LOOKS; i++) {
    const segments = transfer.segments;
    const before = Deno.memoryUsage().heapUsed;
    transfer.run(SEGMENTS);
    growths.push((Deno.memoryUsage().heapUsed - before) / (transfer.segments - segments));
  }
  growths.sort((a, b) => a - b);
  return growths[LOOKS >> 1] ?? NaN;
}

transfer.run(WARM_UP);
const [segmentsBefore, textBefore] = [transfer.segments, transfer.withText];
const start = performance.now();
while (performance.now() - start < MILLISECONDS) transfer.run(SEGMENTS);
const seconds = (performance.now() - start) / 1_000;
const segments = transfer.segments - segmentsBefore;
const textShare = (transfer.withText - textBefore) / segments;
if (transfer.sender.segmentsRetransmitted > 0) throw new Error("Something was sent twice");
answer<CoresAnswer>({ segmentsPerSecond: segments / seconds, textShare, garbage: garbagePerSegment() });
