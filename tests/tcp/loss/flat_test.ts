import { assert } from "@std/assert";
import { completeConfig } from "../../../tcp/config/complete.ts";
import { NewReno } from "../../../tcp/congestion/new_reno.ts";
import { initialCwnd } from "../../../tcp/congestion/window.ts";
import { Random } from "../../../lab/random.ts";
import { AckSample } from "../../../tcp/loss/ack_sample.ts";
import { LostQueue } from "../../../tcp/loss/lost_queue.ts";
import { SentOrder } from "../../../tcp/loss/sent_order.ts";
import { Recovery } from "../../../tcp/loss/recovery.ts";
import { NONE, Records } from "../../../tcp/loss/records.ts";
import { seqAdd, seqDistance, type SeqNumber, seqNumber } from "../../../tcp/base/seq.ts";
import { type Instant, instant, micros, milliseconds } from "../../../tcp/base/units.ts";

const MSS = 1_000;
const ISS = seqNumber(0x7fff_0000 - 1);
const ROUND_TRIP = milliseconds(100);

/**
 * Steps that an ACK may take whatever is in flight, and for each segment that it newly delivers, shows to be lost, or to
 * have been overtaken: all of which happens to a transmission once.
 */
const STEPS_PER_ACK = 700;
const STEPS_PER_SEGMENT = 120;

/** What is called for each record that anything looks at. */
const counted = [Records.prototype, SentOrder.prototype, LostQueue.prototype];
let steps = 0;
let overtaken = 0;

/** Counts calls of methods and getters while `run` runs. */
function countSteps(run: () => void): number {
  const undo: (() => void)[] = [];
  for (const prototype of counted) {
    for (const [name, property] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
      // What growing costs is paid once for all records that then have room.
      if (name === "constructor" || name === "capacity") continue;
      const { value, get } = property;
      const changed = typeof value === "function"
        ? { ...property, value: wrapped(value, name) }
        : get === undefined
        ? property
        : { ...property, get: wrapped(get, name) };
      Object.defineProperty(prototype, name, changed);
      undo.push(() => Object.defineProperty(prototype, name, property));
    }
  }
  steps = overtaken = 0;
  try {
    run();
  } finally {
    for (const restore of undo) restore();
  }
  return steps;
}

// deno-lint-ignore ban-types
function wrapped(call: Function, name: string): (...values: unknown[]) => unknown {
  return function (this: unknown, ...values: unknown[]): unknown {
    steps++;
    if (name === "overtake") overtaken++;
    return call.apply(this, values);
  };
}

/** A sender with so many segments in flight, and what its peer reports of them. */
class Sender {
  readonly recovery: Recovery;
  readonly segments: number;
  now: Instant = instant(1_000_000);
  una: SeqNumber = seqAdd(ISS, 1);

  constructor(segments: number, rack: boolean) {
    this.segments = segments;
    const config = completeConfig({ retransmission: { rack } });
    const control = new NewReno({
      mss: MSS,
      initialCwnd: initialCwnd(MSS, 10),
      hystart: false,
      slowStartExit: "after rounds",
      now: this.now,
    });
    control.cwnd = segments * MSS;
    this.recovery = new Recovery(config, control, ISS, MSS, new AckSample());
    for (let i = 0; i < segments; i++) {
      this.recovery.sent(this.at(i), this.at(i + 1), this.now, 0);
      if (i % 10 === 9) this.now = instant(this.now + 1);
    }
    this.now = instant(this.now + ROUND_TRIP);
  }

  /** Where the i-th segment begins. */
  at(i: number): SeqNumber {
    return seqAdd(ISS, 1 + Math.round(i * MSS));
  }

  /** An ACK with SACK blocks in segments; fractions are parts of one. Returns steps beyond what its news may cost. */
  ack(una: number, ...blocks: [left: number, right: number][]): number {
    const { recovery } = this;
    const { ack, scoreboard } = recovery;
    this.now = instant(this.now + 1);
    const pushed = scoreboard.losses;
    const before = scoreboard.records.count;
    const taken = countSteps(() => {
      ack.begin(this.now);
      ack.priorUna = this.una;
      this.una = ack.una = this.at(una);
      ack.sndNxt = this.at(this.segments);
      ack.mss = MSS;
      ack.selective = true;
      ack.srtt = ack.minRtt = micros(ROUND_TRIP);
      if (ack.advanced) scoreboard.acknowledge(this.una, ack);
      for (const [left, right] of blocks) {
        ack.newlySacked += scoreboard.sack(this.at(left), this.at(right), false, ack);
      }
      recovery.ackArrived();
      const slot = scoreboard.nextLost();
      if (slot !== NONE) recovery.resent(slot, this.now, null);
    });
    const news = (ack.deliveredOctets + ack.ackedOctets) / MSS + (scoreboard.losses - pushed) +
      overtaken + (before - scoreboard.records.count);
    return taken - STEPS_PER_SEGMENT * Math.max(0, news);
  }
}

type Story = (sender: Sender, random: Random) => number;

/** What peers report, and how many steps the worst ACK of each takes beyond its news. */
const STORIES: Record<string, Story> = {
  "one hole at the front, reports that grow": (sender) => {
    let worst = 0;
    for (let i = 2; i < 1_000; i++) worst = Math.max(worst, sender.ack(0, [1, i]));
    return worst;
  },
  "a hole in every hundred": (sender) => {
    let worst = 0;
    for (let i = 1; i < 1_000; i++) {
      const hole = Math.floor(i / 100) * 100;
      const blocks: [number, number][] = [[hole + 1, i + 1], [hole - 99, hole], [hole - 199, hole - 100]];
      worst = Math.max(worst, sender.ack(0, ...blocks.filter(([left, right]) => left > 0 && left < right)));
    }
    return worst;
  },
  "the last segment again and again": (sender) => {
    let worst = 0;
    const { segments } = sender;
    for (let i = 0; i < 1_000; i++) worst = Math.max(worst, sender.ack(0, [segments - 1, segments]));
    return worst;
  },
  "every second segment from the end on": (sender) => {
    let worst = 0;
    for (let i = sender.segments - 2; i > sender.segments - 2_000; i -= 2) {
      worst = Math.max(worst, sender.ack(0, [i, i + 1], [i + 2, i + 3], [i + 4, i + 5]));
    }
    return worst;
  },
  "single octets anywhere": (sender, random) => {
    let worst = 0;
    for (let i = 0; i < 2_000; i++) {
      const blocks = [1, 2, 3].map((): [number, number] => {
        const at = Math.floor(random.fraction() * MSS * (sender.segments - 1)) / MSS;
        return [at, at + 1 / MSS];
      });
      worst = Math.max(worst, sender.ack(0, ...blocks));
    }
    return worst;
  },
  "single octets of one segment": (sender) => {
    let worst = 0;
    for (let octet = 1; octet < MSS; octet += 2) {
      worst = Math.max(worst, sender.ack(0, [5 + octet / MSS, 5 + (octet + 1) / MSS]));
    }
    return worst;
  },
  "acknowledged one by one while the end is reported": (sender) => {
    let worst = 0;
    const { segments } = sender;
    for (let i = 1; i < 1_000; i++) worst = Math.max(worst, sender.ack(i, [segments / 2, segments / 2 + i]));
    return worst;
  },
};

for (const rack of [true, false]) {
  for (const [name, story] of Object.entries(STORIES)) {
    Deno.test(`an ACK costs no more with 100,000 segments in flight than its news: ${name}, ${rack ? "" : "no "}RACK`, () => {
      const worst = story(new Sender(100_000, rack), new Random(7));
      assert(worst <= STEPS_PER_ACK, `${worst} steps`);
    });
  }
}

Deno.test("a record that a device cuts is cut by SACK into four parts a segment at most (CVE-2019-11478)", () => {
  const sender = new Sender(10, true);
  const { scoreboard } = sender.recovery;
  scoreboard.push(sender.at(10), sender.at(50), sender.now, 0);
  const before = scoreboard.records.count;
  for (let octet = 1; octet < 40 * MSS; octet += 7) {
    scoreboard.sack(
      sender.at(10 + octet / MSS),
      sender.at(10 + (octet + 1) / MSS),
      false,
      sender.recovery.ack,
    );
  }
  const parts = scoreboard.records.count - before;
  assert(parts > 0 && parts <= 4 * 40, `${parts} parts of 40 segments`);
  assert(seqDistance(sender.at(10), sender.at(50)) === 40 * MSS);
});
