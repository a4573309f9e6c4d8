/** A turn of a busy host takes in many ACKs before anything is sent: they let out what they let out one by one. */

import { assert, assertEquals } from "@std/assert";
import { Flag, Option } from "../../tcp/base/segment.ts";
import { type Instant, instant, milliseconds } from "../../tcp/base/units.ts";
import type { Connection } from "../../tcp/connection/connection.ts";
import type { Host } from "../../tcp/host/host.ts";
import {
  at,
  HERE,
  IRS,
  ISS,
  newHost,
  segmentOf,
  type Sent,
  sentBy,
  synAckWithSack,
  THERE,
} from "./exchange.ts";

const MSS = 1_000;
const ROUND_TRIP = milliseconds(20);
const LOCAL = { address: HERE, port: 40_000 };

/** The edges that are reported received beside 1 to `acked`, in segments. */
interface Report {
  readonly acked: number;
  readonly blocks: readonly (readonly [from: number, to: number])[];
}

/** What became of a turn. */
interface Outcome {
  readonly sent: readonly Sent[];
  readonly connection: Connection;
}

/** Ten segments of `segments` are out, and a round trip later their ACKs come. @returns what is sent then, in order */
function answersTo(reports: readonly Report[], isOneTurn: boolean, segments = 30): Outcome {
  const host = newHost({ handshake: { selectiveAck: true } });
  const connection = host.connect({ remote: THERE, local: LOCAL }, at(0));
  sentBy(host, at(0));
  host.segmentArrives(synAckWithSack(LOCAL, MSS), instant(at(0) + ROUND_TRIP));
  connection.send(new Uint8Array(segments * MSS), at(1));
  assertEquals(sentBy(host, at(1)).length, 10);
  const now = instant(at(1) + ROUND_TRIP);
  const sent: Sent[] = [];
  for (const report of reports) {
    arrive(host, report, now);
    if (!isOneTurn) sent.push(...sentBy(host, now));
  }
  sent.push(...sentBy(host, now));
  return { sent, connection };
}

function arrive(host: Host, { acked, blocks }: Report, now: Instant): void {
  const seqOf = (segment: number): number => ISS + 1 + segment * MSS;
  const segment = segmentOf(THERE, LOCAL, {
    flags: Flag.ack,
    seq: IRS + 1,
    ack: seqOf(acked),
    window: 60_000,
  });
  if (blocks.length > 0) segment.options = Option.selectiveAck;
  segment.sackBlockCount = blocks.length;
  segment.sackEdges.set(blocks.flat().map(seqOf));
  host.segmentArrives(segment, now);
}

const upTo = (last: number): Report[] =>
  Array.from({ length: last - 1 }, (_, i) => ({ acked: 0, blocks: [[1, i + 2]] }));

const CASES: readonly (readonly [name: string, reports: readonly Report[]])[] = [
  ["the first of ten is lost", upTo(10)],
  ["the first and the third are lost", [
    { acked: 0, blocks: [[1, 2]] },
    ...[4, 5, 6, 7, 8, 9, 10].map((to) => ({ acked: 0, blocks: [[3, to], [1, 2]] as const })),
  ]],
  ["three arrive before the one that is lost", [
    { acked: 1, blocks: [] },
    { acked: 2, blocks: [] },
    { acked: 3, blocks: [] },
    ...[5, 6, 7, 8, 9, 10].map((to) => ({ acked: 3, blocks: [[4, to]] as const })),
  ]],
  ["six of ten are lost", [
    { acked: 0, blocks: [[1, 2]] },
    { acked: 0, blocks: [[3, 4], [1, 2]] },
    { acked: 0, blocks: [[6, 7], [3, 4], [1, 2]] },
    { acked: 0, blocks: [[9, 10], [6, 7], [3, 4]] },
  ]],
];

for (const [name, reports] of CASES) {
  const apart = answersTo(reports, false);
  const together = answersTo(reports, true);
  Deno.test(`${name}: as many segments leave for ACKs of one turn as for one after another, or one more (RFC 3042 2, RFC 9937 6)`, () => {
    const [few, many] = [apart.sent.length, together.sent.length];
    assert(few > 3 && many >= few && many <= few + 1, `${many} and ${few}`);
  });

  Deno.test(`${name}: ACKs of one turn lower the threshold as one after another do (RFC 5681 3.1, equation (4))`, () => {
    const { ssthresh } = apart.connection;
    assert(ssthresh < Infinity);
    assertEquals(together.connection.ssthresh, ssthresh);
  });
}

const SIX_AND_A_HOLE: readonly Report[] = [
  ...Array.from({ length: 6 }, (_, i) => ({ acked: i + 1, blocks: [] })),
  ...[8, 9, 10].map((to) => ({ acked: 6, blocks: [[7, to]] as const })),
];

Deno.test("six arrive before the one that is lost: in slow start all that they let out counts as in flight (RFC 5681 3.1, equation (4))", () => {
  const { ssthresh, cwnd } = answersTo(SIX_AND_A_HOLE, true).connection;
  const apart = answersTo(SIX_AND_A_HOLE, false).connection;
  // 16 segments may be in flight then, and 4 were.
  assertEquals([ssthresh, apart.ssthresh], [11_200, 11_200]);
  assertEquals(cwnd, apart.cwnd);
});

Deno.test("what the application gives after the turn before counts as in flight only as far as ACKs let it out (RFC 5681 3.1)", () => {
  const host = newHost({ handshake: { selectiveAck: true } });
  const connection = host.connect({ remote: THERE, local: LOCAL }, at(0));
  sentBy(host, at(0));
  host.segmentArrives(synAckWithSack(LOCAL, MSS), instant(at(0) + ROUND_TRIP));
  connection.send(new Uint8Array(5 * MSS), at(1));
  assertEquals(sentBy(host, at(1)).length, 5);
  const now = instant(at(1) + ROUND_TRIP);
  connection.send(new Uint8Array(30 * MSS), now);
  for (const report of upTo(5)) arrive(host, report, now);
  // Five are out, and each of two duplicates lets out one more before the third.
  assertEquals(connection.ssthresh, 4_900);
});

Deno.test("two ACKs of one turn show that a timeout was spurious (RFC 5682 2.1, step 3b)", () => {
  for (const isOneTurn of [true, false]) {
    const host = newHost({ retransmission: { tailLossProbe: false } });
    const connection = host.connect({ remote: THERE, local: LOCAL }, at(0));
    sentBy(host, at(0));
    host.segmentArrives(
      segmentOf(THERE, LOCAL, { flags: Flag.syn | Flag.ack, seq: IRS, ack: ISS + 1, window: 60_000 }),
      at(0.1),
    );
    connection.send(new Uint8Array(20 * 536), at(1));
    assertEquals(sentBy(host, at(1)).length, 10);
    host.timersFire(at(2.1));
    assertEquals(sentBy(host, at(2.1)).length, 1);
    const sent: Sent[] = [];
    for (const acked of [1, 2]) {
      const ack = ISS + 1 + acked * 536;
      host.segmentArrives(
        segmentOf(THERE, LOCAL, { flags: Flag.ack, seq: IRS + 1, ack, window: 60_000 }),
        at(2.2),
      );
      if (!isOneTurn) sent.push(...sentBy(host, at(2.2)));
    }
    sent.push(...sentBy(host, at(2.2)));
    assert(connection.cwnd >= 10 * 536, `The window is ${connection.cwnd}`);
    assert(sent.length > 0 && sent.every(({ seq }) => seq >= ISS + 1 + 10 * 536), "Old data went again");
  }
});
