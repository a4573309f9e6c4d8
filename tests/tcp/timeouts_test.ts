import { assert, assertEquals, assertThrows } from "@std/assert";
import type { PartialConfig } from "../../tcp/config/config.ts";
import { completeConfig, joinChanges } from "../../tcp/config/complete.ts";
import { Connection } from "../../tcp/connection/connection.ts";
import { ConnectionFailure, InvalidStateError } from "../../tcp/base/errors.ts";
import { Event } from "../../tcp/base/events.ts";
import { Flag } from "../../tcp/base/segment.ts";
import { seqNumber } from "../../tcp/base/seq.ts";
import { after, elapsed, type Instant, milliseconds, NEVER, seconds } from "../../tcp/base/units.ts";
import { at, establish, HERE, IRS, ISS, PLAIN, sentBy, THERE } from "./exchange.ts";

const NOW = at(0);

/** One timeout: when it came, what the user heard, how many segments were sent. */
interface Expiry {
  readonly seconds: number;
  readonly events: number;
  readonly sent: number;
}

/** Lets every timer fire, one by one, until the connection is gone or `most` have fired. */
function expire(connection: Connection, most = 100): Expiry[] {
  const expiries: Expiry[] = [];
  while (connection.nextDeadline() !== NEVER && expiries.length < most) {
    const now: Instant = connection.nextDeadline();
    connection.timersFire(now);
    expiries.push({
      seconds: elapsed(NOW, now) / seconds(1),
      events: connection.takeEvents(),
      sent: sentBy(connection, now).length,
    });
  }
  return expiries;
}

/** A connection with data outstanding since {@link NOW}, to a peer that is silent from then on. */
function silent(changes: PartialConfig): Connection {
  const { connection } = establish(joinChanges({ retransmission: { tailLossProbe: false } }, changes), NOW);
  connection.send(new Uint8Array(100), NOW);
  sentBy(connection, NOW);
  connection.takeEvents();
  return connection;
}

Deno.test("an ACK of a part of what is in flight ends the row of timeouts, but without a sample no back-off (RFC 6298 3, 5)", () => {
  const { connection, arrive } = establish({}, NOW);
  const { sendMss } = connection;
  connection.send(new Uint8Array(3 * sendMss), NOW);
  sentBy(connection, NOW);
  expire(connection, 2);
  assertEquals([connection.expiries, connection.backoff], [2, 2]);
  const later = connection.nextDeadline();
  arrive({ flags: Flag.ack, seq: IRS + 1, ack: ISS + 1 + sendMss, window: 60_000 }, at(3.5));
  assertEquals([connection.expiries, connection.backoff], [0, 2]);
  sentBy(connection, at(3.5));
  assert(connection.nextDeadline() !== later);
  expire(connection, 1);
  assertEquals([connection.expiries, connection.backoff], [1, 3]);
});

Deno.test("at R1 the user hears of the doubt, once; at R2 the connection ends (MUST-20, SHLD-9)", () => {
  const connection = silent({ retransmission: { retriesUntilDoubt: 3, retriesUntilClose: 5 } });
  const expiries = expire(connection);
  assertEquals(expiries.map(({ seconds: when }) => when), [1, 3, 7, 15, 31, 63]);
  assertEquals(expiries.map(({ events }) => (events & Event.deliveryInDoubt) !== 0), [
    false,
    false,
    true,
    false,
    false,
    false,
  ]);
  assertEquals(expiries.map(({ sent }) => sent), [1, 1, 1, 1, 1, 0]);
  assertEquals(expiries.map(({ events }) => (events & Event.closed) !== 0).indexOf(true), 5);
  assertEquals([connection.state, connection.failure?.kind], ["CLOSED", "timed out"]);
  assert(connection.failure?.message.includes("after 5 retransmissions"), connection.failure?.message);
});

Deno.test("R1 and R2 count for each segment: an acknowledgment begins them anew, though the back-off stays (MUST-18, MUST-20)", () => {
  const { connection, arrive } = establish(
    { retransmission: { tailLossProbe: false, retriesUntilDoubt: 3, retriesUntilClose: 4 } },
    NOW,
  );
  let now = NOW;
  for (let round = 1; round <= 4; round++) {
    connection.send(new Uint8Array(100), now);
    sentBy(connection, now);
    const expiries = expire(connection, 4);
    assertEquals(expiries.map(({ events }) => (events & Event.deliveryInDoubt) !== 0), [
      false,
      false,
      true,
      false,
    ]);
    assertEquals(expiries.map(({ sent }) => sent), [1, 1, 1, 1]);
    // Karn's rule: what was sent again gives no sample, and so no shorter timeout.
    now = after(connection.nextDeadline(), milliseconds(-1));
    arrive({ flags: Flag.ack, seq: IRS + 1, ack: ISS + 1 + 100 * round }, now);
    assertEquals([connection.state, connection.retransmissionTimeout > seconds(10)], ["ESTABLISHED", true]);
  }
});

Deno.test("the user's timeout ends the connection instead of R2, sooner or later than it would (MUST-21, RFC 5482)", () => {
  const sooner = expire(silent({ retransmission: { userTimeout: seconds(10), retriesUntilClose: 15 } }));
  assertEquals(sooner.map(({ seconds: when }) => when), [1, 3, 7, 10]);
  const later = expire(silent({ retransmission: { userTimeout: seconds(100), retriesUntilClose: 1 } }));
  assertEquals(later.map(({ seconds: when }) => when), [1, 3, 7, 15, 31, 63, 100]);
  const changed = silent({});
  changed.configure({ retransmission: { userTimeout: seconds(5) } }, after(NOW, seconds(0.5)));
  assertEquals(expire(changed).at(-1)?.seconds, 5.5);
});

Deno.test("what is called after the timeout throws the failure; the calls before did not (RFC 9293 3.9.1.8)", () => {
  const connection = silent({ retransmission: { retriesUntilClose: 0 } });
  assertEquals(connection.send(new Uint8Array(10), NOW), 10);
  expire(connection);
  assertThrows(() => connection.send(new Uint8Array(10), NOW), ConnectionFailure, "acknowledged nothing");
  assertThrows(() => connection.receive(new Uint8Array(10), NOW), ConnectionFailure, "acknowledged nothing");
});

Deno.test("a SYN is repeated with doubled timeouts until the open's time is over, whatever their number (MUST-22, MUST-23)", () => {
  const connection = Connection.connect({
    config: completeConfig({ handshake: { synRetries: 2 } }, PLAIN),
    local: { address: HERE, port: 40_000 },
    remote: THERE,
    isn: () => seqNumber(ISS),
  }, NOW);
  sentBy(connection, NOW);
  const expiries = expire(connection);
  assertEquals(expiries.map(({ seconds: when }) => when), [1, 3, 7, 15, 31, 63, 123, 180]);
  assertEquals(expiries.map(({ sent }) => sent), [1, 1, 1, 1, 1, 1, 1, 0]);
  assertEquals([connection.state, connection.failure?.kind], ["CLOSED", "timed out"]);
  assert(connection.failure?.message.includes("did not answer our SYN (connection opened 180.0 s ago)"));
});

Deno.test("without a time for the open the number of SYNs decides (MUST-22)", () => {
  const connection = Connection.connect({
    config: completeConfig({ handshake: { connectTimeout: seconds(0), synRetries: 2 } }, PLAIN),
    local: { address: HERE, port: 40_000 },
    remote: THERE,
    isn: () => seqNumber(ISS),
  }, NOW);
  sentBy(connection, NOW);
  assertEquals(expire(connection).map(({ seconds: when, sent }) => [when, sent]), [[1, 1], [3, 1], [7, 0]]);
  assertEquals(connection.failure?.kind, "timed out");
});

Deno.test("a quiet connection has no timer, and none that is closed (RFC 9293 3.10.8)", () => {
  const { connection, arrive } = establish({}, NOW);
  assertEquals(connection.nextDeadline(), NEVER);
  connection.send(new Uint8Array(100), NOW);
  sentBy(connection, NOW);
  assert(connection.nextDeadline() < NEVER);
  arrive({ flags: Flag.ack, seq: IRS + 1, ack: ISS + 101 }, after(NOW, seconds(0.1)));
  assertEquals(connection.nextDeadline(), NEVER);
  connection.abort(after(NOW, seconds(0.2)));
  assertEquals(connection.nextDeadline(), NEVER);
  assertThrows(() => connection.send(new Uint8Array(1), NOW), ConnectionFailure, "aborted");
});

Deno.test("a keep-alive that is due goes only when no data of ours have left meanwhile (RFC 9293 3.8.4, MUST-26)", () => {
  for (const writes of [false, true]) {
    const { connection } = establish({ closing: { keepAlive: true, keepAliveIdle: seconds(10) } }, NOW);
    const due = connection.nextDeadline();
    connection.timersFire(due);
    if (writes) connection.send(new Uint8Array(100), due);
    assertEquals(sentBy(connection, due).map(({ length }) => length), writes ? [100] : [0]);
  }
});

Deno.test("TIME-WAIT has one timer, and its end is an end in order (MUST-12, MUST-13)", () => {
  const { connection, arrive } = establish({ closing: { timeWait: seconds(20) } }, NOW);
  connection.close(NOW);
  sentBy(connection, NOW);
  arrive({ flags: Flag.ack | Flag.fin, seq: IRS + 1, ack: ISS + 2 }, NOW);
  sentBy(connection, NOW);
  assertEquals(connection.state, "TIME-WAIT");
  const expiries = expire(connection);
  assertEquals(expiries.map(({ seconds: when, sent }) => [when, sent]), [[20, 0]]);
  assertEquals([connection.state, connection.failure], ["CLOSED", null]);
  assertThrows(() => connection.send(new Uint8Array(1), NOW), InvalidStateError, "the connection is closed");
});
