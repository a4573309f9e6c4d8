import { assertEquals } from "@std/assert";
import { AckSample } from "../../../tcp/loss/ack_sample.ts";
import { Scoreboard } from "../../../tcp/loss/scoreboard.ts";
import { seqAdd, seqNumber } from "../../../tcp/base/seq.ts";
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
