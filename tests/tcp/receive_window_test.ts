import { assert, assertEquals } from "@std/assert";
import { completeConfig } from "../../tcp/config/complete.ts";
import { Receiver } from "../../tcp/receive/receiver.ts";
import { Flag, Segment } from "../../tcp/base/segment.ts";
import { seqAdd, seqAfter, seqDistance, seqNumber } from "../../tcp/base/seq.ts";
import { Random } from "../../lab/random.ts";

const BUFFER = 20_000;
const SHIFT = 7;
const UNIT = 1 << SHIFT;

/** A receiver with a scaled window, and how far the peer has been let send. */
class Filled {
  readonly receiver = new Receiver(
    completeConfig({ buffers: { receiveBuffer: BUFFER, receiveBufferMax: BUFFER } }),
    1_460,
  );
  readonly #segment = new Segment();
  edge = seqNumber(0);
  window = 0;
  leftMoves = 0;

  constructor() {
    this.receiver.begin(seqNumber(-3_000));
    this.receiver.window.announce(true, false);
    this.receiver.window.shift = SHIFT;
    this.edge = this.receiver.window.rcvAdv;
    this.acknowledge();
  }

  /** An ACK goes out. */
  acknowledge(): void {
    const { receiver } = this;
    this.window = receiver.window.announce(false, false) << SHIFT;
    const edge = seqAdd(receiver.rcvNxt, this.window);
    if (seqAfter(this.edge, edge)) this.leftMoves++;
    else this.edge = edge;
  }

  /** Data arrive at RCV.NXT. @returns octets that were taken */
  arrive(length: number): number {
    const { receiver } = this;
    const segment = this.#segment;
    segment.clear();
    segment.flags = Flag.ack;
    segment.seq = receiver.rcvNxt;
    segment.payload.set(new Uint8Array(length), 0, length);
    const before = receiver.rcvNxt;
    if (receiver.isAcceptable(segment)) receiver.takeData(segment);
    return seqDistance(before, receiver.rcvNxt);
  }
}

Deno.test("the announced edge never moves left, whatever the lengths of segments (SHLD-14, RFC 7323 2.4)", () => {
  for (let seed = 1; seed <= 200; seed++) {
    const random = new Random(seed);
    const filled = new Filled();
    while (filled.window > 0) {
      const length = Math.min(filled.window, random.integer(8 * UNIT, 1_460));
      assertEquals(filled.arrive(length), length, `seed ${seed}: what was announced is taken`);
      filled.acknowledge();
    }
    assertEquals([seed, filled.leftMoves, filled.arrive(1)], [seed, 0, 0], "nothing at a window of 0");
    assert(filled.receiver.ring.length >= BUFFER - UNIT, "not closed before the buffer is full");
  }
});

Deno.test("segments shorter than a unit of the window field do not fill more than a quarter beyond the buffer", () => {
  for (let seed = 1; seed <= 50; seed++) {
    const random = new Random(seed);
    const filled = new Filled();
    for (let i = 0; i < 2_000; i++) {
      const length = random.integer(1, UNIT - 1);
      const room = seqDistance(filled.receiver.rcvNxt, filled.edge);
      assertEquals(filled.arrive(length), Math.min(length, room), `seed ${seed}: no octet beyond the edge`);
      filled.acknowledge();
    }
    assert(filled.receiver.ring.length <= BUFFER * 1.25 + 2 * UNIT, `${filled.receiver.ring.length} octets`);
  }
});

Deno.test("what reading frees after rounding is announced as far as the buffer is meant to go", () => {
  const filled = new Filled();
  while (filled.window > 0) {
    filled.arrive(Math.min(filled.window, 1_400));
    filled.acknowledge();
  }
  filled.receiver.read(new Uint8Array(2 * BUFFER));
  filled.acknowledge();
  assertEquals(filled.window, BUFFER >> SHIFT << SHIFT);
  assertEquals(filled.receiver.window.limit, BUFFER);
});
