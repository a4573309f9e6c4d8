import { assertEquals } from "@std/assert";
import { Random } from "../../lab/random.ts";
import { Option, Segment } from "../../tcp/base/segment.ts";
import { seqNumber, seqToInt32, timestamp, timestampToInt32 } from "../../tcp/base/seq.ts";
import { AckQueue } from "../../tcp/receive/ack_queue.ts";

/** What one ACK says. */
interface Kept {
  readonly reason: "ack-second-segment" | "ack-out-of-order";
  readonly ack: number;
  readonly echo: number;
  readonly covered: number;
  readonly edges: readonly number[];
}

function push(queue: AckQueue, { reason, ack, echo, covered, edges }: Kept): void {
  const blocks = new Segment();
  blocks.sackEdges.set(edges);
  blocks.sackBlockCount = edges.length / 2;
  queue.push(reason, seqNumber(ack), timestamp(echo), covered, blocks);
}

function shift(queue: AckQueue): Kept {
  const { reason, covered } = queue;
  const out = new Segment();
  out.options = Option.timestamps;
  queue.shiftTo(out);
  const { ack, timestampEcho, sackBlockCount } = out;
  assertEquals(out.hasOption(Option.selectiveAck), sackBlockCount > 0);
  return {
    reason: reason as Kept["reason"],
    ack: seqToInt32(ack),
    echo: timestampToInt32(timestampEcho),
    covered,
    edges: [...out.sackEdges.subarray(0, 2 * sackBlockCount)],
  };
}

Deno.test("each kept ACK says what it said when it fell due, with SACK blocks or without, however the queue wraps and grows (RFC 2018 4)", () => {
  const random = new Random(11);
  for (let round = 0; round < 50; round++) {
    const queue = new AckQueue();
    const model: Kept[] = [];
    for (let step = 0; step < 300; step++) {
      if (!queue.isFull && random.integer(0, 4) < 3) {
        const count = random.integer(0, 2) === 0 ? random.integer(1, 4) : 0;
        const edges = Array.from({ length: 2 * count }, () => random.integer(0, 1 << 30));
        const reason = count > 0 ? "ack-out-of-order" as const : "ack-second-segment" as const;
        model.push({
          reason,
          ack: random.integer(0, 1 << 30),
          echo: random.integer(0, 1 << 30),
          covered: step,
          edges,
        });
        push(queue, model.at(-1) as Kept);
      } else if (model.length > 0) {
        assertEquals(shift(queue), model.shift());
      }
      assertEquals(queue.length, model.length);
      if (random.integer(0, 39) === 0) queue.trim();
    }
    while (model.length > 0) assertEquals(shift(queue), model.shift());
  }
});
