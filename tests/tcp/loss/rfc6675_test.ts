import { assert, assertEquals } from "@std/assert";
import { Random } from "../../../lab/random.ts";
import { AckSample } from "../../../tcp/loss/ack_sample.ts";
import { Mark } from "../../../tcp/loss/mark.ts";
import { NONE } from "../../../tcp/loss/records.ts";
import { Scoreboard } from "../../../tcp/loss/scoreboard.ts";
import { seqNumber, seqToInt32 } from "../../../tcp/base/seq.ts";
import { instant } from "../../../tcp/base/units.ts";

const NOW = instant(1_000_000);
const MSS = 100;
const DUP_THRESH = 3;

/** A segment in flight, and what is known of it. */
interface Sent {
  readonly start: number;
  readonly end: number;
  sacked: boolean;
  lost: boolean;
}

/** IsLost of RFC 6675 4, word for word: for the segment `index` of those in flight. */
function isLost(flight: readonly Sent[], index: number): boolean {
  let octets = 0;
  let ranges = 0;
  for (let i = index + 1; i < flight.length; i++) {
    const { start, end, sacked } = flight[i] as Sent;
    if (!sacked) continue;
    octets += end - start;
    if (flight[i - 1]?.sacked !== true) ranges++;
  }
  return ranges >= DUP_THRESH || octets > (DUP_THRESH - 1) * MSS;
}

/** What is in flight, as the scoreboard has it and as this test does. */
class Flight {
  readonly scoreboard: Scoreboard = new Scoreboard(seqNumber(-1_001), MSS);
  sent: Sent[] = [];
  readonly #random: Random;
  #next = -1_000;

  constructor(random: Random) {
    this.#random = random;
  }

  send(): void {
    for (let count = this.#random.integer(1, 12); count > 0; count--) {
      const start = this.#next;
      this.#next += this.#random.chance(0.5) ? MSS : this.#random.integer(1, MSS);
      this.scoreboard.push(seqNumber(start), seqNumber(this.#next), NOW, 0);
      this.sent.push({ start, end: this.#next, sacked: false, lost: false });
    }
  }

  acknowledge(): void {
    const count = this.#random.integer(0, this.sent.length);
    const gone = this.sent.splice(0, count).at(-1);
    if (gone === undefined) return;
    const sample = new AckSample();
    sample.begin(NOW);
    this.scoreboard.acknowledge(seqNumber(gone.end), sample);
  }

  report(): void {
    const from = this.#random.integer(0, this.sent.length - 1);
    const some = this.sent.slice(from, from + this.#random.integer(1, 3));
    const sample = new AckSample();
    sample.begin(NOW);
    this.scoreboard.sack(seqNumber(some[0]?.start ?? 0), seqNumber(some.at(-1)?.end ?? 0), false, sample);
    for (const segment of some) {
      segment.sacked = true;
      segment.lost = false;
    }
  }

  /** The receiver may have thrown away what it reported (RFC 2018 8). */
  forgetReports(): void {
    this.scoreboard.forgetSacks();
    for (const segment of this.sent) segment.sacked = false;
  }

  /** Sends everything that is lost again. */
  repeat(): void {
    const { scoreboard } = this;
    for (let slot = scoreboard.nextLost(); slot !== NONE; slot = scoreboard.nextLost()) {
      scoreboard.markResent(slot, NOW);
    }
  }

  /** Which segments the scoreboard has marked, each by its start. */
  marked(mark: number): number[] {
    const { records } = this.scoreboard;
    const starts: number[] = [];
    for (let slot = records.first; slot !== records.end; slot = records.next(slot)) {
      if ((records.marks(slot) & mark) !== 0) starts.push(seqToInt32(records.start(slot)));
    }
    return starts;
  }
}

Deno.test("a segment is lost once three ranges, or more than two segments' octets, were reported beyond it (RFC 6675 4, IsLost)", () => {
  let lost = 0;
  for (let seed = 0; seed < 300; seed++) {
    const random = new Random(seed);
    const flight = new Flight(random);
    for (let step = 0; step < 60; step++) {
      if (flight.sent.length < 3 || random.chance(0.2)) flight.send();
      if (random.chance(0.2)) flight.acknowledge();
      if (random.chance(0.05)) flight.forgetReports();
      if (flight.sent.length > 0) flight.report();
      flight.scoreboard.counter.detectLosses(flight.scoreboard, DUP_THRESH, MSS);
      const { sent } = flight;
      sent.forEach((segment, i) => segment.lost ||= !segment.sacked && isLost(sent, i));
      const expected = sent.filter(({ lost }) => lost).map(({ start }) => start);
      assertEquals(flight.marked(Mark.lost), expected, `seed ${seed}, step ${step}`);
      lost += expected.length;
    }
  }
  assert(lost > 1_000, `${lost} losses`);
});

Deno.test("without anything else to send the holes below the last report go again in their order, each once (RFC 6675 4, NextSeg (3))", () => {
  let suspected = 0;
  for (let seed = 0; seed < 300; seed++) {
    const random = new Random(seed);
    const flight = new Flight(random);
    const { scoreboard } = flight;
    for (let step = 0; step < 30; step++) {
      if (flight.sent.length < 3 || random.chance(0.2)) flight.send();
      if (random.chance(0.2)) flight.acknowledge();
      if (flight.sent.length > 0) flight.report();
      scoreboard.counter.detectLosses(scoreboard, DUP_THRESH, MSS);
      scoreboard.counter.markNextHole(scoreboard);
      const already = new Set(flight.marked(Mark.everResent));
      const lost = flight.marked(Mark.lost).filter((start) => !already.has(start));
      const { sent } = flight;
      const holes = sent.filter((segment, i) =>
        !segment.sacked && !already.has(segment.start) && sent.slice(i + 1).some(({ sacked }) => sacked)
      );
      const byCount = holes.filter((segment) => isLost(sent, sent.indexOf(segment)));
      const expected = byCount.length > 0 ? byCount : holes.slice(0, 1);
      assertEquals(lost, expected.map(({ start }) => start), `seed ${seed}, step ${step}`);
      suspected += byCount.length > 0 ? 0 : expected.length;
      flight.repeat();
    }
  }
  assert(suspected > 1_000, `${suspected} holes`);
});
