/** A turn of a busy host takes in many ACKs before anything is sent: they let out what they let out one by one. */

import { assert, assertEquals } from "@std/assert";
import { Flag, Option } from "../../tcp/base/segment.ts";
import { type Instant, instant, milliseconds } from "../../tcp/base/units.ts";
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

/** Ten segments of thirty are out, and so many round trips later their ACKs come. @returns what is sent then, in order */
function sentFor(reports: readonly Report[], isOneTurn: boolean): readonly Sent[] {
  const host = newHost({ handshake: { selectiveAck: true } });
  const connection = host.connect({ remote: THERE, local: LOCAL }, at(0));
  sentBy(host, at(0));
  host.segmentArrives(synAckWithSack(LOCAL, MSS), instant(at(0) + ROUND_TRIP));
  connection.send(new Uint8Array(30 * MSS), at(1));
  assertEquals(sentBy(host, at(1)).length, 10);
  const now = instant(at(1) + ROUND_TRIP);
  const sent: Sent[] = [];
  for (const report of reports) {
    arrive(host, report, now);
    if (!isOneTurn) sent.push(...sentBy(host, now));
  }
  return [...sent, ...sentBy(host, now)];
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
  Deno.test(`${name}: as many segments leave for ACKs of one turn as for one after another, or one more (RFC 3042 2, RFC 9937 6)`, () => {
    const apart = sentFor(reports, false).length;
    const together = sentFor(reports, true).length;
    assert(apart > 3 && together >= apart && together <= apart + 1, `${together} and ${apart}`);
  });
}
