import { assertEquals } from "@std/assert";
import { AckSample } from "../../../tcp/loss/ack_sample.ts";
import { Mark } from "../../../tcp/loss/mark.ts";
import { NONE } from "../../../tcp/loss/records.ts";
import { Scoreboard } from "../../../tcp/loss/scoreboard.ts";
import { seqAdd, seqBefore, seqNumber } from "../../../tcp/base/seq.ts";
import { instant } from "../../../tcp/base/units.ts";

const NOW = instant(1_000_000);
const MSS = 100;

/** A scoreboard with `count` full segments in flight from `start` on. */
function flight(start: number, count: number): Scoreboard {
  const scoreboard = new Scoreboard(seqNumber(start - 1), MSS);
  send(scoreboard, start, count);
  return scoreboard;
}

function send(scoreboard: Scoreboard, start: number, count: number): void {
  for (let i = 0; i < count; i++) {
    const from = seqAdd(seqNumber(start), i * MSS);
    scoreboard.push(from, seqAdd(from, MSS), NOW, 0);
  }
}

/** Octets newly reported by a block. */
function sack(scoreboard: Scoreboard, left: number, right: number): number {
  const sample = new AckSample();
  sample.begin(NOW);
  return scoreboard.sack(seqNumber(left), seqNumber(right), false, sample);
}

function acknowledge(scoreboard: Scoreboard, ack: number): void {
  const sample = new AckSample();
  sample.begin(NOW);
  scoreboard.acknowledge(seqNumber(ack), sample);
}

Deno.test("the first block of a connection may begin at sequence number 0 (RFC 9293 3.4)", () => {
  const scoreboard = flight(-MSS, 4);
  assertEquals(sack(scoreboard, 0, MSS), MSS);
  assertEquals([scoreboard.octets.sacked, scoreboard.segments.sacked], [MSS, 1]);
  assertEquals(sack(scoreboard, 0, 2 * MSS), MSS);
  assertEquals(scoreboard.octets.sacked, 2 * MSS);
});

Deno.test("a block that begins at sequence number 0 is found after the memory was given back", () => {
  const scoreboard = flight(-5 * MSS, 3);
  assertEquals(sack(scoreboard, -4 * MSS, -3 * MSS), MSS);
  acknowledge(scoreboard, -2 * MSS);
  scoreboard.trim();
  send(scoreboard, -2 * MSS, 4);
  assertEquals(sack(scoreboard, 0, MSS), MSS);
  assertEquals(scoreboard.octets.sacked, MSS);
});

Deno.test("the record behind the last block is forgotten once it is acknowledged: 4 GB later others have its numbers", () => {
  const start = 1_000;
  const scoreboard = flight(start, 8);
  assertEquals(sack(scoreboard, start + 2 * MSS, start + 4 * MSS), 2 * MSS);
  acknowledge(scoreboard, start + 8 * MSS);
  assertEquals(scoreboard.isEmpty, true);
  // All numbers once around; one record at a time, so that the slots behind it stay as they are.
  const step = 2 ** 30;
  for (let i = 0; i < 4; i++) {
    const from = seqAdd(seqNumber(start + 8 * MSS), i * step);
    scoreboard.push(from, seqAdd(from, step), NOW, 0);
    const sample = new AckSample();
    sample.begin(NOW);
    scoreboard.acknowledge(seqAdd(from, step), sample);
  }
  send(scoreboard, start + 8 * MSS, 1);
  const left = start + 4 * MSS;
  acknowledge(scoreboard, start + 9 * MSS);
  send(scoreboard, start + 9 * MSS, 1);
  assertEquals(sack(scoreboard, left, left + MSS), 0);
});

/** A source of numbers below `limit` that is the same every time. */
function draws(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = Math.imul(state, 1_664_525) + 1_013_904_223 | 0;
    return (state >>> 8) % limit;
  };
}

/** What a scoreboard holds, and what it told of what was acknowledged. */
function told(scoreboard: Scoreboard, sample: AckSample): unknown {
  const { records, sentOrder, octets, segments } = scoreboard;
  const inFlight: unknown[] = [];
  for (let slot = records.first; slot !== records.end; slot = records.next(slot)) {
    inFlight.push([records.start(slot), records.until(slot), records.marks(slot), records.serial(slot)]);
  }
  const order: unknown[] = [];
  for (let slot = sentOrder.first; slot !== NONE; slot = sentOrder.next(slot)) {
    order.push(records.start(slot));
  }
  const { overtaken } = sentOrder;
  return {
    inFlight,
    order,
    overtaken: overtaken === NONE ? null : records.start(overtaken),
    octets: { ...octets },
    segments: { ...segments },
    nextLost: scoreboard.nextLost() === NONE ? null : records.start(scoreboard.nextLost()),
    found: inFlight.length === 0
      ? null
      : records.find(seqAdd(records.start(records.first), MSS)) === records.end,
    highestDelivered: scoreboard.highestDelivered,
    // Without what it is told of the record at hand.
    sample: Object.fromEntries(Object.entries(sample).filter(([name]) => !name.startsWith("record"))),
  };
}

Deno.test("one ACK of many segments leaves and tells what as many ACKs of one each do, whatever was reported and lost before", () => {
  for (let seed = 1; seed <= 300; seed++) {
    const draw = draws(seed);
    const start = -20 * MSS;
    const count = 2 + draw(40);
    const both = [new Scoreboard(seqNumber(start - 1), MSS), new Scoreboard(seqNumber(start - 1), MSS)];
    const inBoth = (change: (scoreboard: Scoreboard) => void): void => both.forEach(change);
    let sent = 0;
    for (let step = 0; sent < count; step++) {
      const now = instant(1_000_000 + 1_000 * step);
      const [kind, place, octets] = [draw(8), draw(Math.max(1, sent)), 1 + draw(MSS)];
      const marks = draw(4) === 0 ? Mark.push : 0;
      const at = seqAdd(seqNumber(start), place * MSS);
      if (kind < 5 || sent === 0) {
        const from = seqAdd(seqNumber(start), sent++ * MSS);
        inBoth((it) => it.push(from, seqAdd(from, MSS), now, marks));
      } else if (kind === 5) inBoth((it) => it.cut(it.records.find(at), octets));
      else if (kind === 6) inBoth((it) => it.sack(at, seqAdd(at, octets + MSS), false, new AckSample()));
      else inBoth((it) => it.markLost(it.records.find(at), "retransmit-rack"));
      if (draw(3) === 0 && both[0]?.hasLost) inBoth((it) => it.markResent(it.nextLost(), now));
      if (draw(4) === 0) inBoth((it) => it.sentOrder.nextToOvertake !== NONE && it.sentOrder.overtake());
    }
    const ack = seqAdd(seqNumber(start), draw(count * MSS + 1));
    const [atOnce, oneByOne] = both as [Scoreboard, Scoreboard];
    const samples = both.map(() => new AckSample());
    for (const sample of samples) sample.begin(instant(2_000_000));
    const [ofOne, ofMany] = samples as [AckSample, AckSample];
    const { records } = oneByOne;
    atOnce.acknowledge(ack, ofOne);
    while (!oneByOne.isEmpty && seqBefore(records.until(records.first), ack)) {
      oneByOne.acknowledge(records.until(records.first), ofMany);
    }
    oneByOne.acknowledge(ack, ofMany);
    assertEquals(told(atOnce, ofOne), told(oneByOne, ofMany), `seed ${seed}`);
    inBoth((it) =>
      it.push(seqAdd(seqNumber(start), count * MSS), seqAdd(seqNumber(start), (count + 1) * MSS), NOW, 0)
    );
    assertEquals(told(atOnce, ofOne), told(oneByOne, ofMany), `seed ${seed}, one more`);
  }
});

Deno.test("what is reported beyond a hole counts after the memory was given back, too (RFC 6675 4, IsLost)", () => {
  const start = 1_000;
  const scoreboard = flight(start, 4);
  sack(scoreboard, start + 2 * MSS, start + 3 * MSS);
  acknowledge(scoreboard, start + 4 * MSS);
  scoreboard.trim();
  const again = start + 4 * MSS;
  send(scoreboard, again, 5);
  sack(scoreboard, again + MSS, again + 4 * MSS);
  scoreboard.counter.detectLosses(scoreboard, 3, MSS);
  assertEquals(scoreboard.octets.lost, MSS);
  assertEquals(scoreboard.nextLost(), scoreboard.records.first);
});
