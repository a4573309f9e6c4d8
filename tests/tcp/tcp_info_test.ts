import { assertEquals } from "@std/assert";
import { Flag, Option, type Segment } from "../../tcp/base/segment.ts";
import { Connection } from "../../tcp/connection/connection.ts";
import type { TcpInfo } from "../../tcp/mod.ts";
import { seqNumber } from "../../tcp/base/seq.ts";
import { at, establish, HERE, IRS, ISS, segmentOf, sentBy, THERE } from "./exchange.ts";

const MSS = 536;

const IDLE: TcpInfo = {
  outstandingSegments: 0,
  sackedSegments: 0,
  lostSegments: 0,
  retransmittedSegments: 0,
  reordering: 3,
  reorderingsSeen: 0,
  unansweredProbes: 0,
  timeouts: 0,
  maxSndWnd: 8_000,
  fullSegment: MSS,
  receiveBufferLimit: 131_072,
};

Deno.test("info counts what is outstanding, lost after a timeout, and sent again", () => {
  const { connection, arrive } = establish({ retransmission: { tailLossProbe: false } }, at(0));
  assertEquals(connection.info(), IDLE);
  connection.send(new Uint8Array(3 * MSS), at(0));
  sentBy(connection, at(0));
  const before = connection.info();
  assertEquals(before, { ...IDLE, outstandingSegments: 3 });
  connection.timersFire(at(1));
  assertEquals(connection.info(), { ...IDLE, outstandingSegments: 3, lostSegments: 3, timeouts: 1 });
  assertEquals(sentBy(connection, at(1)).length, 1);
  const { lostSegments, retransmittedSegments } = connection.info();
  assertEquals([lostSegments, retransmittedSegments], [3, 1]);
  arrive({ flags: Flag.ack, seq: IRS + 1, ack: ISS + 1 + 3 * MSS, window: 9_000 }, at(1.1));
  assertEquals(connection.info(), { ...IDLE, timeouts: 1, maxSndWnd: 9_000 });
  assertEquals(before.outstandingSegments, 3);
});

Deno.test("info counts what SACK reports apart from what is missing", () => {
  const local = { address: HERE, port: 40_000 };
  const connection = Connection.connect({ local, remote: THERE, isn: () => seqNumber(ISS) }, at(0));
  sentBy(connection, at(0));
  const synAck = segmentOf(THERE, local, { flags: Flag.syn | Flag.ack, seq: IRS, ack: ISS + 1 });
  synAck.options = Option.selectiveAckPermitted;
  connection.segmentArrives(synAck, at(0));
  connection.send(new Uint8Array(5 * MSS), at(0));
  sentBy(connection, at(0));
  const ack: Segment = segmentOf(THERE, local, { flags: Flag.ack, seq: IRS + 1, ack: ISS + 1 });
  ack.options = Option.selectiveAck;
  ack.sackBlockCount = 1;
  ack.sackEdges.set([ISS + 1 + MSS, ISS + 1 + 3 * MSS]);
  connection.segmentArrives(ack, at(0.1));
  const { outstandingSegments, sackedSegments, lostSegments } = connection.info();
  assertEquals([outstandingSegments, sackedSegments, lostSegments], [5, 2, 0]);
});

Deno.test("info counts probes of a closed window from the second on that nothing answers", () => {
  const { connection, arrive } = establish({}, at(0));
  arrive({ flags: Flag.ack, seq: IRS + 1, ack: ISS + 1, window: 0 }, at(0));
  connection.send(new Uint8Array(MSS), at(0));
  sentBy(connection, at(0));
  const counts: number[] = [];
  for (let i = 0; i < 3; i++) {
    const due = connection.nextDeadline();
    connection.timersFire(due);
    counts.push(connection.info().unansweredProbes);
    sentBy(connection, due);
  }
  assertEquals(counts, [0, 1, 2]);
});
