import { assert } from "@std/assert";
import { STATES } from "../../tcp/mod.ts";
import { fuzz, FuzzCounts } from "./fuzz.ts";

/** Packets of the ordinary tests, over all states. */
const PACKETS = 1_000_000;

/** Packets of one test. */
const PACKETS_PER_TEST = 125_000;

/** Connections take 150 actions at most, so this is far from the seeds of the test before. */
const SEEDS_PER_TEST = 10_000;

const PARTS = PACKETS / PACKETS_PER_TEST;
const counted = new Map<number, FuzzCounts>();

/** Runs one part, once. */
function run(part: number): FuzzCounts {
  const known = counted.get(part);
  if (known !== undefined) return known;
  const counts = new FuzzCounts();
  fuzz(1 + part * SEEDS_PER_TEST, PACKETS_PER_TEST, counts);
  counted.set(part, counts);
  return counts;
}

for (let part = 0; part < PARTS; part++) {
  const seed = 1 + part * SEEDS_PER_TEST;
  Deno.test(`125,000 mutated packets break no connection in any state (from seed ${seed} on)`, () => {
    assert(run(part).packets >= PACKETS_PER_TEST);
  });
}

Deno.test("the million packets reached every state, and most of the reasons to drop them", () => {
  const total = new FuzzCounts();
  for (let part = 0; part < PARTS; part++) total.add(run(part));
  assert(total.packets >= PACKETS, `${total.packets} packets`);
  for (const state of STATES) {
    const packets = total.byState.get(state) ?? 0;
    assert(packets >= 2_000, `${packets} packets reached ${state}`);
  }
  const reasons = [
    "unacceptable-sequence",
    "timestamp-too-old",
    "missing-timestamp",
    "reset-out-of-window",
    "reset-challenged",
    "reset-in-time-wait",
    "reset-bad-ack",
    "syn-challenged",
    "no-ack-flag",
    "ack-not-acceptable",
    "ack-of-unsent",
    "listening",
    "closed",
    "data-after-fin",
  ];
  for (const reason of reasons) assert(total.dropReasons.has(reason), `No packet was dropped as ${reason}`);
  assert(total.refused > total.packets / 100, `Only ${total.refused} packets were no packets at all`);
  assert(
    total.refused < total.packets / 4,
    `${total.refused} packets were refused before they reached a connection`,
  );
});
