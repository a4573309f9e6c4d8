/** A congestion control that names a rate: data leave one after the other. And one that names no window. */

import { assertEquals } from "@std/assert";
import { NewReno } from "../../../tcp/congestion/new_reno.ts";
import type { CongestionControl, CongestionOptions } from "../../../tcp/congestion/control.ts";
import { Connection } from "../../../tcp/connection/connection.ts";
import { completeConfig, joinChanges } from "../../../tcp/config/complete.ts";
import { Flag, Option, Segment } from "../../../tcp/base/segment.ts";
import { seqNumber } from "../../../tcp/base/seq.ts";
import { elapsed, type Instant, NEVER } from "../../../tcp/base/units.ts";
import { at, HERE, IRS, ISS, PLAIN, segmentOf, THERE } from "../exchange.ts";

const MSS = 1_000;
const LOCAL = { address: HERE, port: 40_000 };

/** A million octets a second: a full segment each millisecond. */
const RATE = 1_000_000;

/** NewReno that paces at {@link RATE}, or at none, and has the window that is named, whatever happens. */
function paced(options: CongestionOptions, rate: number | undefined, cwnd?: number): CongestionControl {
  const control = Object.assign(new NewReno(options), { pacingRate: rate });
  if (cwnd === undefined) return control;
  return Object.defineProperty(control, "cwnd", { get: () => cwnd, set: () => {} });
}

/** An open connection with `octets` given to it. */
function sender(octets: number, rate: number | undefined, cwnd?: number): Connection {
  const config = completeConfig(
    joinChanges({
      handshake: { mss: MSS },
      congestion: { congestionControl: (options) => paced(options, rate, cwnd) },
    }),
    PLAIN,
  );
  const connection = Connection.connect(
    { config, local: LOCAL, remote: THERE, isn: () => seqNumber(ISS) },
    at(-1),
  );
  connection.transmit(new Segment(), at(-1));
  arrives(connection, Flag.syn | Flag.ack, IRS, 1, at(0));
  connection.transmit(new Segment(), at(0));
  connection.send(new Uint8Array(octets), at(0));
  return connection;
}

/** A segment without data arrives; `ack`: octets after our ISS. */
function arrives(connection: Connection, flags: number, seq: number, ack: number, now: Instant): void {
  const segment = segmentOf(THERE, LOCAL, { flags, seq, ack: ISS + ack, window: 60_000 });
  if ((flags & Flag.syn) !== 0) segment.options = Option.maximumSegmentSize;
  segment.maximumSegmentSize = MSS;
  connection.segmentArrives(segment, now);
}

/** Microseconds from {@link at} 0 at which data leave until nothing is due any more before `end`. */
function departures(connection: Connection, start: Instant, end: Instant): number[] {
  const out = new Segment();
  const moments: number[] = [];
  for (let now = start; now <= end && now !== NEVER; now = connection.nextDeadline()) {
    connection.timersFire(now);
    while (connection.transmit(out, now)) if (out.payload.length > 0) moments.push(elapsed(at(0), now));
  }
  return moments;
}

Deno.test("data leave at the rate that the congestion control names, not as a burst", () => {
  assertEquals(departures(sender(5_000, RATE), at(0), at(0.1)), [0, 1_000, 2_000, 3_000, 4_000]);
});

Deno.test("without a rate all that the window lets out leaves at once", () => {
  assertEquals(departures(sender(5_000, undefined), at(0), at(0.1)), [0, 0, 0, 0, 0]);
});

Deno.test("the pace saves nothing up: after a pause data begin as after none", () => {
  const connection = sender(2_000, RATE);
  departures(connection, at(0), at(0.1));
  connection.send(new Uint8Array(2_000), at(0.2));
  assertEquals(departures(connection, at(0.2), at(0.3)), [200_000, 201_000]);
});

Deno.test("what is sent again keeps the pace, and an ACK of ours does not wait for it", () => {
  const connection = sender(8_000, RATE);
  departures(connection, at(0), at(0.1));
  for (let i = 0; i < 3; i++) arrives(connection, Flag.ack, IRS + 1, 1, at(0.2));
  const out = new Segment();
  assertEquals(connection.transmit(out, at(0.2)), true);
  assertEquals([connection.recoveryPhase, out.payload.length], ["recovery", MSS]);
  arrives(connection, Flag.ack, IRS + 1, 1 + MSS, at(0.2));
  assertEquals(connection.transmit(out, at(0.2)), false);
  assertEquals(elapsed(at(0.2), connection.nextDeadline()), 1_000);
  connection.segmentArrives(
    segmentOf(THERE, LOCAL, { flags: Flag.ack | Flag.fin, seq: IRS + 1, ack: ISS + 1 + MSS, window: 60_000 }),
    at(0.2),
  );
  assertEquals(connection.transmit(out, at(0.2)), true);
  assertEquals(out.payload.length, 0);
  assertEquals(departures(connection, connection.nextDeadline(), at(0.203)).length > 0, true);
});

Deno.test("a window of less than a segment, or of no number, counts as one segment (RFC 5681 3.1), and data go on", () => {
  for (const cwnd of [0, 100, -5_000, NaN]) {
    const connection = sender(3_000, undefined, cwnd);
    assertEquals(departures(connection, at(0), at(0.1)), [0], String(cwnd));
    arrives(connection, Flag.ack, IRS + 1, 1 + MSS, at(0.2));
    assertEquals(departures(connection, at(0.2), at(0.3)), [200_000], String(cwnd));
  }
});

Deno.test("a rate that is none lets data leave at once", () => {
  for (const rate of [0, -1, NaN, Infinity]) {
    assertEquals(departures(sender(5_000, rate), at(0), at(0.1)), [0, 0, 0, 0, 0], String(rate));
  }
});
