import { assert, assertEquals } from "@std/assert";
import { type SeqNumber, seqNumber, timestamp } from "../../../tcp/base/seq.ts";
import { UndoEvidence } from "../../../tcp/loss/undo.ts";

const MSS = 1_000;

/** A reduction after which the segments of these numbers were sent again, with the timestamps 100, 101 and so on. */
function evidence(...segments: number[]): UndoEvidence {
  const undo = new UndoEvidence();
  undo.arm(seqNumber(0));
  segments.forEach((segment, i) => undo.resent(...edges(segment), timestamp(100 + i)));
  return undo;
}

function edges(segment: number): [SeqNumber, SeqNumber] {
  return [seqNumber(segment * MSS), seqNumber((segment + 1) * MSS)];
}

Deno.test("a reduction is spurious once every segment that was sent again came twice, in whatever order (RFC 3708 3)", () => {
  for (const order of [[0, 2, 4], [4, 2, 0], [2, 4, 0], [2, 0, 4], [0, 4, 2], [4, 0, 2]]) {
    const undo = evidence(0, 2, 4);
    for (const [i, segment] of order.entries()) {
      assert(!undo.allResentWereDuplicates, `after ${i} of ${order}`);
      undo.duplicateReported(...edges(segment));
    }
    assert(undo.allResentWereDuplicates, `${order}`);
  }
});

Deno.test("of one range the first, the last or a middle part may be reported first", () => {
  for (const order of [[0, 1, 2], [2, 1, 0], [1, 0, 2], [1, 2, 0]]) {
    const undo = evidence(0, 1, 2);
    for (const segment of order) {
      assert(!undo.allResentWereDuplicates, `${order}`);
      undo.duplicateReported(...edges(segment));
    }
    assert(undo.allResentWereDuplicates, `${order}`);
  }
});

Deno.test("what was sent again twice, or never, makes reports say nothing (RFC 3708 3)", () => {
  const thrice = evidence(0, 2, 0);
  for (const segment of [0, 2, 0]) thrice.duplicateReported(...edges(segment));
  assert(!thrice.allResentWereDuplicates);
  const doubled = evidence(0);
  doubled.duplicateReported(...edges(3));
  doubled.duplicateReported(...edges(0));
  assert(!doubled.allResentWereDuplicates);
});

Deno.test("reports tell as much of segments that were sent again from the last to the first", () => {
  const undo = evidence(2, 1, 0);
  for (const segment of [0, 1, 2]) undo.duplicateReported(...edges(segment));
  assert(undo.allResentWereDuplicates);
});

Deno.test("a report that goes beyond what was sent again says nothing (RFC 3708 3)", () => {
  for (const [left, right] of [[500, 2_000], [1_500, 2_500], [500, 2_500]] as const) {
    const undo = evidence(1);
    undo.duplicateReported(seqNumber(left), seqNumber(right));
    undo.duplicateReported(...edges(1));
    assert(!undo.allResentWereDuplicates, `${left} to ${right}`);
  }
});

Deno.test("any number of segments in a row are one range; of more than 32 ranges reports tell nothing", () => {
  const numbers = Array.from({ length: 33 }, (_, i) => i);
  const inRow = evidence(...numbers);
  for (const segment of numbers) inRow.duplicateReported(...edges(segment));
  assert(inRow.allResentWereDuplicates);
  for (const ranges of [32, 33]) {
    const apart = evidence(...numbers.slice(0, ranges).map((i) => 2 * i));
    for (const segment of numbers.slice(0, ranges)) apart.duplicateReported(...edges(2 * segment));
    assertEquals(apart.allResentWereDuplicates, ranges === 32);
  }
  const split = evidence(...numbers.slice(0, 31).map((i) => 2 * i), 100, 101, 102);
  for (const segment of [101, 100, 102, ...numbers.slice(0, 31).map((i) => 2 * i)]) {
    split.duplicateReported(...edges(segment));
  }
  assert(!split.allResentWereDuplicates, "the report of a middle part made one range too many");
});

Deno.test("the next reduction forgets what was sent again in the last one", () => {
  const undo = evidence(0, 0);
  undo.arm(seqNumber(MSS));
  assertEquals([undo.isArmed, undo.hasResent, undo.allResentWereDuplicates], [true, false, false]);
  undo.resent(...edges(5), timestamp(300));
  assert(undo.echoIsOlder(timestamp(299)) && !undo.echoIsOlder(timestamp(300)));
  undo.duplicateReported(...edges(0)); // of the last one
  undo.duplicateReported(...edges(5));
  assert(undo.allResentWereDuplicates);
});

Deno.test("echoes are compared with the first repetition, until one decides or a duplicate is reported (RFC 3522 3.2, steps (2), (4) and (5))", () => {
  const undo = evidence(0, 2);
  assert(!undo.echoIsOlder(null));
  assert(undo.echoIsOlder(timestamp(99)));
  undo.duplicateReported(...edges(0));
  assert(!undo.echoIsOlder(timestamp(99)));
  const genuine = evidence(0, 2);
  assert(!genuine.echoIsOlder(timestamp(100)));
  assert(!genuine.echoIsOlder(timestamp(99)), "the first echo has decided");
  const disarmed = evidence(0);
  disarmed.disarm();
  assert(!disarmed.echoIsOlder(timestamp(99)));
});
