/** What is written to somebody who does not read: it waits, in order, until they do, or until it is given up. */

import { assert, assertEquals } from "@std/assert";
import { QueuedSink } from "../../cli/queued_sink.ts";
import { loadWholeLibc, type StreamFile } from "../../ffi/mod.ts";
import { withPipe } from "../ffi/pipes.ts";

// Once, and not within a test, which would be told of a library that it leaves open.
loadWholeLibc();

/** Each piece is longer than a pipe has room for. */
const PIECES = [1, 2, 3].map((value) => new Uint8Array(200_000).fill(value));
const ALL = PIECES.reduce((sum, { length }) => sum + length, 0);

function readAtOnce(input: StreamFile): Uint8Array {
  const octets = new Uint8Array(ALL);
  let length = 0;
  for (let read = input.read(octets); read !== null && read > 0; read = input.read(octets.subarray(length))) {
    length += read;
  }
  return octets.subarray(0, length);
}

Deno.test("what a reader has no room for waits, and comes whole and in order once they read", async () => {
  await withPipe(async (input, output) => {
    using sink = new QueuedSink(output);
    let drained = 0;
    sink.onDrained = () => drained++;
    for (const piece of PIECES) {
      const own = piece.slice();
      assertEquals(sink.writeSync(own), own.length);
      own.fill(9); // what waits is a copy
    }
    const received: number[] = [];
    for (let round = 0; received.length < ALL && round < 1_000; round++) {
      received.push(...readAtOnce(input));
      await new Promise((resolve) => setTimeout(resolve));
    }
    await sink.drained();
    assert(PIECES.every((piece, i) => piece.every((octet, at) => received[i * piece.length + at] === octet)));
    assertEquals([drained, sink.lost, sink.dropped, sink.isBehind], [1, 0, 0, false]);
  });
});

Deno.test("more than a mebioctet that waits is a reason to hold back; what is given up in the end is counted", async () => {
  await withPipe((input, output) => {
    using sink = new QueuedSink(output);
    for (let i = 0; i < 2; i++) for (const piece of PIECES) sink.writeSync(piece);
    assertEquals(sink.isBehind, true);
    const read = readAtOnce(input).length;
    sink.giveUp();
    assertEquals(sink.lost, 2 * ALL - read);
    assertEquals(sink.writeSync(new Uint8Array(5)), 5, "what comes later is no longer written");
    assertEquals(readAtOnce(input).length, 0);
  });
});

Deno.test("a reader that has gone ends the writing without a word", async () => {
  await withPipe((input, output) => {
    using sink = new QueuedSink(output);
    input[Symbol.dispose]();
    for (let i = 0; i < 2; i++) assertEquals(sink.writeSync(new Uint8Array(3)), 3);
    assertEquals([sink.error, sink.lost, sink.dropped, sink.isBehind], [null, 0, 0, false]);
  });
});
