import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import type { CapturedPacket } from "../../capture/capture.ts";
import { compareCaptures, type Pair } from "../../capture/pair/comparison.ts";
import type { Crossing } from "../../capture/pair/crossings.ts";
import { comparedLines } from "../../capture/pair/summary.ts";
import { type Details, packet } from "./kit.ts";
import { compared, later, pointOf, toldOfBoth } from "./pair_kit.ts";
import { packetsOf, transfer } from "./truth.ts";

/** A packet at the client's side at a moment, and at the server's 10 ms later, or earlier for what comes from there. */
type Way = readonly [at: number, way: ">" | "<", flags: string, seq: number, ack: number, details?: Details];

const DELAY = 10;

function near(ways: readonly Way[]): CapturedPacket[] {
  return ways.map(([at, way, flags, seq, ack, details]) => packet(at, way, flags, seq, ack, details));
}

function far(ways: readonly Way[]): CapturedPacket[] {
  return ways.map(([at, way, flags, seq, ack, details]) =>
    packet(at + (way === ">" ? DELAY : -DELAY), way, flags, seq, ack, details)
  ).sort((a, b) => Number(a.time - b.time));
}

const HANDSHAKE: readonly Way[] = [
  [0, ">", "syn", 1_000, 0],
  [20, "<", "syn,ack", 5_000, 1_001],
  [20.1, ">", "ack", 1_001, 5_001],
];
const LENGTH = { length: 1_000 };
const DATA: readonly Way[] = [
  [30, "<", "ack", 5_001, 1_001, LENGTH],
  [30.1, "<", "ack", 6_001, 1_001, LENGTH],
  [30.2, "<", "ack", 7_001, 1_001, LENGTH],
];
const ACKS: readonly Way[] = [[30.3, ">", "ack", 1_001, 8_001]];

function crossings(comparison: Pair, way: "toThere" | "toHere"): readonly Crossing[] {
  return comparison.flows.flatMap((flow) => [...flow[way].byUp.values()]);
}

Deno.test("each packet is found at the other point, with its time on the way (RFC 7679 3)", () => {
  const all = [...HANDSHAKE, ...DATA, ...ACKS];
  assertEquals(toldOfBoth(near(all), far(all)), [
    "> asks, 10 ms to far",
    "# The clocks of both captures are taken as equal: packets take at least 10 ms to far and 10 ms back. If both ways took equally long, 10 ms each, the clock of far would be 0 µs ahead.",
    "< accepts, 10 ms from far",
    "> handshake done, 10 ms to far",
    "# The capture was taken near the client: 100 µs to it and back, 20 ms to the server and back.",
    "< data, 10 ms from far",
    "< data, 10 ms from far",
    "< data, 10 ms from far",
    "> acknowledges, 10 ms to far",
  ]);
});

Deno.test("what has passed there and is acknowledged here by nobody was lost between (RFC 7680 2)", () => {
  const [first, second, third] = DATA as [Way, Way, Way];
  const acks: readonly Way[] = [[30.3, ">", "ack", 1_001, 6_001], [60.1, ">", "ack", 1_001, 8_001]];
  const again: readonly Way[] = [[60, "<", "ack", 6_001, 1_001, LENGTH]];
  const lines = toldOfBoth(
    near([...HANDSHAKE, first, third, ...acks.slice(0, 1), ...again, ...acks.slice(1)]),
    far([...HANDSHAKE, first, second, third, ...acks, ...again]),
  );
  // It is told at the moment when it passed there: 10 ms before it could have come.
  assertEquals(lines.slice(3), [
    "x lost after far",
    "> handshake done, 10 ms to far",
    "# The capture was taken near the client: 100 µs to it and back, 20 ms to the server and back.",
    "< data, 10 ms from far",
    "< data, after a hole, 10 ms from far",
    "> acknowledges, 10 ms to far",
    "R< retransmission, fills a hole, 10 ms from far",
    "> acknowledges, 10 ms to far",
  ]);
});

Deno.test("what is acknowledged there and has not passed there was missed by that capture", () => {
  const up: readonly Way[] = [
    [30, ">", "ack", 1_001, 5_001, LENGTH],
    [30.1, ">", "ack", 2_001, 5_001, LENGTH],
    [50.1, "<", "ack", 5_001, 3_001],
  ];
  const comparison = compared(
    near([...HANDSHAKE, ...up]),
    far([...HANDSHAKE, ...up.slice(0, 1), ...up.slice(2)]),
  );
  assertEquals(crossings(comparison, "toThere").map(({ absence }) => absence), [null, null, null, "missed"]);
});

Deno.test("a pure ACK that is not there may be lost or missed: nothing tells which", () => {
  const more: readonly Way[] = [[40, ">", "ack", 1_001, 8_001, { window: 60_000 }], [
    50,
    ">",
    "fin,ack",
    1_001,
    8_001,
  ]];
  const all = [...HANDSHAKE, ...DATA, ...more];
  const comparison = compared(near(all), far(all.filter(([at]) => at !== 40)));
  assertEquals(crossings(comparison, "toThere").map(({ absence }) => absence), [null, null, "either", null]);
});

Deno.test("a capture that was not running says nothing of what became of a packet", () => {
  const all = [...HANDSHAKE, ...DATA, ...ACKS];
  const comparison = compared(near(all), far(all).slice(0, 3));
  assertEquals(crossings(comparison, "toThere").map(({ absence }) => absence), [null, null, null]);
});

Deno.test("packets that are overtaken and doubled on the way are told apart (RFC 4737 3.3, RFC 5560 3)", () => {
  const [first, second, third] = DATA as [Way, Way, Way];
  const there = far([...HANDSHAKE, first, second, third, ...ACKS]);
  const here = near([
    ...HANDSHAKE,
    [30, ...first.slice(1)] as unknown as Way,
    third,
    [
      30.25,
      ...second.slice(1),
    ] as unknown as Way,
    [30.4, ...third.slice(1)] as unknown as Way,
    ...ACKS,
  ]);
  const lines = toldOfBoth(here, there);
  assertEquals(lines.slice(5, 9), [
    "< data, 10 ms from far",
    "< data, after a hole, 10 ms from far",
    "O< out of order, 10.2 ms from far, overtaken on the way",
    "D< the same packet again, doubled on the way",
  ]);
});

Deno.test("a packet is overtaken by those only that left later, however many arrivals are between (RFC 4737 3.3)", () => {
  const sent = Array.from(
    { length: 4 },
    (_, i): Way => [30 + i, ">", "ack", 1_001 + 1_000 * i, 5_001, LENGTH],
  );
  const [a, b, c, d] = far(sent) as [CapturedPacket, CapturedPacket, CapturedPacket, CapturedPacket];
  const hurried = { ...d, time: a.time - 500_000n };
  const comparison = compared(near([...HANDSHAKE, ...sent]), [...far(HANDSHAKE), hurried, a, b, c]);
  assertEquals(crossings(comparison, "toThere").map(({ overtakenBy }) => overtakenBy), [0, 0, 1, 1, 1, 0]);
});

Deno.test("what a device cuts on the way is found piece by piece, with what of it is lost", () => {
  const whole: Way = [30, ">", "psh,ack", 1_001, 5_001, { length: 3_000 }];
  const piece = (at: number, seq: number, flags: string): Way => [at, ">", flags, seq, 5_001, LENGTH];
  const pieces = [piece(30, 1_001, "ack"), piece(30.01, 3_001, "psh,ack")];
  const acks: readonly Way[] = [[50.1, "<", "ack", 5_001, 2_001]];
  const comparison = compared(near([...HANDSHAKE, whole, ...acks]), far([...HANDSHAKE, ...pieces, ...acks]));
  const [, , crossing] = crossings(comparison, "toThere");
  assertEquals(crossing?.arrivals.length, 2);
  assertEquals(crossing?.missing, [1_001, 2_001]);
});

Deno.test("clocks that contradict are put right, as if both ways took equally long", () => {
  const all = [...HANDSHAKE, ...DATA, ...ACKS];
  for (const apart of [5_003, -86_400_000]) {
    const { clocks } = compared(near(all), later(far(all), apart));
    assert(!clocks.areTakenAsEqual);
    assertAlmostEquals(clocks.aheadAt(0) / 1_000, apart, 0.01);
    assertAlmostEquals(clocks.roundTrip / 1_000, 2 * DELAY, 0.01);
  }
});

Deno.test("a difference of clocks that changes is followed", () => {
  const all: Way[] = [...HANDSHAKE];
  for (let i = 0; i < 200; i++) {
    all.push([100 + 100 * i, "<", "ack", 5_001 + i, 1_001, { length: 1 }]);
    all.push([101 + 100 * i, ">", "ack", 1_001, 5_002 + i]);
  }
  const there = far(all);
  const [{ time: start } = { time: 0n }] = there;
  const drifting = there.map((one) => ({
    ...one,
    time: one.time + (one.time - start) / 500n + 3_000_000_000n,
  }));
  const { clocks, flows } = compared(near(all), drifting);
  assertAlmostEquals(clocks.driftRate, 2_000, 50);
  const delays = flows.flatMap(({ toThere }) => [...toThere.byUp.values()]).map(({ delay }) => delay ?? 0);
  for (const delay of delays.slice(20, -20)) assertAlmostEquals(delay / 1_000, DELAY, 2);
});

Deno.test("a path that becomes slower both ways is no difference of clocks that changes", () => {
  const all: Way[] = [...HANDSHAKE];
  for (let i = 0; i < 200; i++) {
    all.push([100 + 100 * i, "<", "ack", 5_001 + i, 1_001, { length: 1 }]);
    all.push([101 + 100 * i, ">", "ack", 1_001, 5_002 + i]);
  }
  const slower = (i: number): bigint => i > all.length / 2 ? 20_000_000n : 0n;
  const there = far(all).map((one, i) => ({
    ...one,
    time: one.time + (all[i]?.[1] === ">" ? slower(i) : -slower(i)),
  }));
  const { clocks } = compared(near(all), there);
  assertEquals([clocks.drift, clocks.areTakenAsEqual], [0, true]);
});

Deno.test("whichever file is named first, the side of the client is here", () => {
  const all = [...HANDSHAKE, ...DATA, ...ACKS];
  for (const apart of [0, 5_000]) {
    const names = [compared(near(all), later(far(all), apart)), compared(later(far(all), apart), near(all))]
      .map(({ here }) => here.duration);
    assertEquals(names[0], names[1]);
  }
});

Deno.test("a connection is known by its numbers where addresses are translated on the way (RFC 2663 4.1)", () => {
  const all = [...HANDSHAKE, ...DATA, ...ACKS];
  const translated = far(all.map(([at, way, flags, seq, ack, details]) => [at, way, flags, seq, ack, {
    ...details,
    clientPort: 61_000,
  }]));
  const { flows } = compared(near(all), translated);
  assertEquals(flows.map(({ here, there }) => [here.record.local, there.record.local]), [
    ["10.0.0.1:40000", "10.0.0.1:61000"],
  ]);
  assert(
    crossings(compared(near(all), translated), "toThere").every(({ arrivals }) => arrivals.length === 1),
  );
});

Deno.test("where options are cut off, the rest shows which packet is which, and no SYN is said to be changed", () => {
  const options = { scale: 7, timestamps: [9, 8] as const };
  const all: readonly Way[] = [
    [0, ">", "syn", 1_000, 0, { mss: 1_460, ...options }],
    [20, "<", "syn,ack", 5_000, 1_001, { mss: 1_460, ...options }],
    [20.1, ">", "ack", 1_001, 5_001],
    ...DATA.map((
      [at, way, flags, seq, ack],
    ): Way => [at, way, flags, seq, ack, { ...LENGTH, timestamps: [9, 8] }]),
    [30.3, ">", "ack", 1_001, 5_001, { timestamps: [9, 8], sack: [6_001, 8_001] }],
  ];
  const whole = far(all);
  const cut = near(all.map(([at, way, flags, seq, ack, details]) => [at, way, flags, seq, ack, {
    ...details,
    kept: 44,
  }]));
  const comparison = compared(cut, whole);
  for (const way of ["toThere", "toHere"] as const) {
    assertEquals(
      crossings(comparison, way).map(({ arrivals }) => arrivals.length),
      way === "toThere" ? [1, 1, 1] : [1, 1, 1, 1],
    );
  }
  assert(!toldOfBoth(cut, whole).some((line) => line.includes("options changed")));
  const changed = near(all.map(([at, way, flags, seq, ack, details]) => [at, way, flags, seq, ack, {
    ...details,
    ...flags === "syn" ? { mss: 1_380 } : {},
  }]));
  assertEquals(toldOfBoth(changed, whole)[0], "> asks, 10 ms to far, options changed on the way");
});

Deno.test("captures without a common connection are not compared", () => {
  const other = near(
    HANDSHAKE.map(([at, way, flags, seq, ack]) => [at, way, flags, seq + 77_777, ack + 77_777]),
  );
  assertEquals(compareCaptures(pointOf(near(HANDSHAKE), "near"), pointOf(other, "far")), null);
});

Deno.test("the summary counts what happened each way", () => {
  const all = [...HANDSHAKE, ...DATA, ...ACKS];
  const comparison = compared(near(all.filter(([, , , seq]) => seq !== 7_001)), later(far(all), 5_003));
  const [flow] = comparison.flows;
  assertEquals(flow === undefined ? [] : comparedLines(comparison, flow.here), [
    "  between     near (on the side of the client) and far (of the server)",
    "    clocks      that of far is 5.003000 s ahead, if both ways take equally long (10 ms at least); by 10 ms more or less at most",
    "    to the server: 3 packets in near, 3 of them in far; on the way 10 ms to 10 ms, median 10 ms",
    "    to the client: 4 packets in far, 3 of them in near; on the way 10 ms to 10 ms, median 10 ms",
    "      1 missed by near (first: frame 5)",
  ]);
});

const RUNS = 40;

Deno.test(`${RUNS} transfers over a network that is known: what is lost between both ends is found, and nothing else`, () => {
  let [lost, wrong] = [0, 0];
  for (let seed = 1; seed <= RUNS; seed++) {
    const travels = transfer(seed);
    const sent = travels.filter(({ isDouble }) => !isDouble).sort((a, b) => at(a, "near") - at(b, "near"));
    const here = sent.filter((one) => at(one, "near") !== Infinity);
    const there = travels.filter((one) => at(one, "far") !== Infinity)
      .sort((a, b) => at(a, "far") - at(b, "far"));
    const labelled = (ones: typeof travels, place: "near" | "far") =>
      packetsOf(ones.map((one) => ({ octets: one.octets, at: at(one, place), truth: null })));
    const comparison = compared(labelled(here, "near"), labelled(there, "far"));
    for (const { up, arrivals } of crossings(comparison, "toThere")) {
      const isLost = here[up.frame - 1]?.arrivedAt === Infinity;
      if (isLost) lost++;
      if ((arrivals.length === 0) !== isLost) wrong++;
    }
  }
  assert(lost > 50, `${lost} lost`);
  // Without timestamps and identifications two copies of the same may be taken for each other.
  assert(wrong <= 2, `${wrong} wrong`);
});

/** When a packet passes an end: that of the client is near. */
function at(one: ReturnType<typeof transfer>[number], place: "near" | "far"): number {
  const isFromClient = one.octets[15] === 1;
  return isFromClient === (place === "near") ? one.sentAt : one.arrivedAt;
}
