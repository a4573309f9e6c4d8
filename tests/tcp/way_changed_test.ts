/** What is in flight when the way out of this host is given up: RFC 9293 3.8 in the hands of a driver. */

import { assert, assertEquals } from "@std/assert";
import { Flag } from "../../tcp/base/segment.ts";
import type { Instant } from "../../tcp/base/units.ts";
import type { Connection } from "../../tcp/connection/connection.ts";
import { at, establish, IRS, ISS, sentBy } from "./exchange.ts";

const MSS = 536;

/** Payload octets of the segments that are due. */
function lengths(connection: Connection, now: Instant): number[] {
  return sentBy(connection, now).map(({ length }) => length);
}

/** An established connection with its initial window in flight. */
function inFlight(): {
  connection: Connection;
  segments: number[];
  arrive: ReturnType<typeof establish>["arrive"];
} {
  const { connection, arrive } = establish({}, at(0));
  connection.send(new Uint8Array(20 * MSS), at(1));
  const segments = lengths(connection, at(1));
  assert(segments.length > 2, `${segments}`);
  return { connection, segments, arrive };
}

Deno.test("all of it goes again at once, and the congestion window stays", () => {
  const { connection, segments } = inFlight();
  const { cwnd, ssthresh } = connection;
  connection.wayChanged(at(1.1));
  assertEquals(lengths(connection, at(1.1)), segments);
  assertEquals([connection.cwnd, connection.ssthresh, connection.recoveryPhase], [cwnd, ssthresh, "open"]);
  assertEquals(connection.segmentsRetransmitted, segments.length);
});

Deno.test("after a timeout too: it is undone, and its back-off ends", () => {
  const { connection, segments } = inFlight();
  const { cwnd, ssthresh } = connection;
  const expiry = connection.nextDeadline();
  connection.timersFire(expiry);
  assertEquals([connection.backoff, connection.cwnd < cwnd], [1, true]);
  connection.wayChanged(expiry);
  assertEquals(lengths(connection, expiry), segments);
  assertEquals([connection.backoff, connection.cwnd, connection.ssthresh], [0, cwnd, ssthresh]);
});

Deno.test("after a second timeout too: that shorter packets were to be tried is forgotten with the way (RFC 4821 7.7)", () => {
  const { connection, arrive } = establish({}, at(0), { mss: 1_460 });
  connection.send(new Uint8Array(10 * 1_460), at(1));
  const segments = lengths(connection, at(1));
  const { cwnd, ssthresh } = connection;
  assertEquals([segments[0], connection.pathMtu], [1_460, 1_500]);
  connection.timersFire(connection.nextDeadline());
  lengths(connection, connection.nextDeadline());
  const expiry = connection.nextDeadline();
  connection.timersFire(expiry);
  assertEquals(connection.pathMtu, 1_280);
  connection.wayChanged(expiry);
  assertEquals(lengths(connection, expiry), segments);
  assertEquals([connection.pathMtu, connection.cwnd, connection.ssthresh], [1_500, cwnd, ssthresh]);
  arrive({ flags: Flag.ack, seq: IRS + 1, ack: ISS + 1 + 1_460, window: 60_000 }, at(20));
  assertEquals(connection.pathMtu, 1_500);
});

Deno.test("an ACK of all of it ends the matter, and new data follow", () => {
  const { connection, segments, arrive } = inFlight();
  connection.wayChanged(at(1.1));
  lengths(connection, at(1.1));
  const octets = segments.reduce((sum, length) => sum + length, 0);
  arrive({ flags: Flag.ack, seq: IRS + 1, ack: ISS + 1 + octets, window: 60_000 }, at(1.2));
  assertEquals(connection.unackedOctets, 0);
  assert(lengths(connection, at(1.2)).length >= segments.length);
});

Deno.test("a tail loss probe that was due is no longer: what it asks about goes again (RFC 8985 7.3)", () => {
  const config = { handshake: { selectiveAck: true }, retransmission: { tailLossProbe: true } };
  const { connection } = establish(config, at(0), { mss: 1_460 });
  connection.shutdown(at(1));
  assertEquals(lengths(connection, at(1)), [0]);
  const probeAt = connection.nextDeadline();
  connection.timersFire(probeAt);
  connection.wayChanged(probeAt);
  assertEquals(lengths(connection, probeAt), [0]);
});

Deno.test("without anything in flight nothing happens", () => {
  const { connection } = establish({}, at(0));
  lengths(connection, at(0));
  connection.wayChanged(at(1));
  assertEquals([lengths(connection, at(1)), connection.nextDeadline()], [[], Infinity as Instant]);
});
