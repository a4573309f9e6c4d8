import { assertEquals } from "@std/assert";
import { seqAdd, type SeqNumber, seqNumber } from "../../../tcp/base/seq.ts";
import { instant, milliseconds } from "../../../tcp/base/units.ts";
import { AckSample } from "../../../tcp/loss/ack_sample.ts";
import { Rack } from "../../../tcp/loss/rack.ts";

const MIN_RTT = milliseconds(40);
const SRTT = milliseconds(100);

/** The reordering window, in quarters of the least round trip. */
function quarters(rack: Rack): number {
  return rack.reorderingWindow(false, false, MIN_RTT, SRTT) / (MIN_RTT / 4);
}

/** An ACK of all up to `una` arrives. */
function acknowledge(rack: Rack, una: SeqNumber): void {
  const sample = new AckSample();
  sample.begin(instant(0));
  sample.una = una;
  rack.update(sample);
}

Deno.test("D-SACKs widen the reordering window once a round trip, also gigabytes after the last (RFC 8985 6.2, step 4)", () => {
  const rack = new Rack(seqNumber(0), 3);
  assertEquals(quarters(rack), 1);
  rack.duplicateReported(seqNumber(10_000));
  rack.duplicateReported(seqNumber(11_000));
  acknowledge(rack, seqNumber(9_999));
  rack.duplicateReported(seqNumber(12_000));
  assertEquals(quarters(rack), 2);
  acknowledge(rack, seqNumber(10_000));
  for (let i = 1; i <= 3; i++) acknowledge(rack, seqAdd(seqNumber(10_000), i * 2 ** 30));
  rack.duplicateReported(seqAdd(seqNumber(20_000), 3 * 2 ** 30));
  assertEquals(quarters(rack), 3);
});

Deno.test("a widened reordering window is kept for sixteen recoveries (RFC 8985 6.2, step 4)", () => {
  const rack = new Rack(seqNumber(0), 3);
  rack.duplicateReported(seqNumber(10_000));
  for (let i = 1; i < 16; i++) rack.recoveryEnded();
  assertEquals(quarters(rack), 2);
  rack.recoveryEnded();
  assertEquals(quarters(rack), 1);
});

Deno.test("each D-SACK starts the sixteen recoveries anew (RFC 8985 6.2, step 4)", () => {
  const rack = new Rack(seqNumber(0), 3);
  for (let round = 1; round <= 3; round++) {
    rack.duplicateReported(seqNumber(round));
    acknowledge(rack, seqNumber(round));
    for (let i = 1; i < 16; i++) rack.recoveryEnded();
    assertEquals(quarters(rack), 1 + round);
  }
  rack.recoveryEnded();
  assertEquals(quarters(rack), 1);
  rack.duplicateReported(seqNumber(4));
  for (let i = 1; i < 16; i++) rack.recoveryEnded();
  assertEquals(quarters(rack), 2);
});

Deno.test("the reordering window is no longer than the smoothed round trip (RFC 8985 6.2, step 4)", () => {
  const rack = new Rack(seqNumber(0), 3);
  for (let i = 0; i < 12; i++) {
    rack.duplicateReported(seqNumber(i + 1));
    acknowledge(rack, seqNumber(i + 1));
  }
  assertEquals(rack.reorderingWindow(false, false, MIN_RTT, SRTT), SRTT);
});
