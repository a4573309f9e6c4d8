import { assertEquals } from "@std/assert";
import { Event } from "../../tcp/base/events.ts";
import { Flag, Segment } from "../../tcp/base/segment.ts";
import { after, elapsed, milliseconds, NEVER, seconds } from "../../tcp/base/units.ts";
import { at, establish, IRS, ISS, type Said, sentBy, wordsOf } from "./exchange.ts";

const NOW = at(0);
const DELAYED = { acknowledging: { quickAcks: 0, delayedAckTime: milliseconds(40) } };

/** Text from `from` of the peer's stream on. */
function text(from: number, length: number): Said {
  return { flags: Flag.ack, seq: IRS + 1 + from, ack: ISS + 1, length };
}

const ack = (of: number): string => `ACK ${ISS + 1} ack ${IRS + 1 + of} (0)`;

Deno.test("all that has arrived is processed before anything is acknowledged: the last ACK covers all ten segments (MUST-58, MUST-59)", () => {
  const { connection, arrive } = establish(DELAYED, NOW);
  for (let i = 0; i < 10; i++) arrive(text(536 * i, 536), NOW);
  assertEquals(wordsOf(sentBy(connection, NOW)).slice(-1), [ack(5_360)]);
  assertEquals(wordsOf(sentBy(connection, NOW)), []);
});

Deno.test("data and FIN that arrived together with an acknowledgment draw one answer for all (MUST-59)", () => {
  const { connection, arrive } = establish(DELAYED, NOW);
  connection.send(new Uint8Array(100), NOW);
  sentBy(connection, NOW);
  arrive({ ...text(0, 536), ack: ISS + 101 }, NOW);
  arrive({ ...text(536, 536), ack: ISS + 101 }, NOW);
  arrive({ ...text(1_072, 0), flags: Flag.ack | Flag.fin, ack: ISS + 101 }, NOW);
  assertEquals(wordsOf(sentBy(connection, NOW)), [`ACK ${ISS + 101} ack ${IRS + 1 + 1_073} (0)`]);
  const wanted = Event.readable | Event.peerClosed | Event.allAcknowledged;
  assertEquals(connection.takeEvents() & wanted, wanted);
});

Deno.test("data of ours carries the acknowledgment of all that arrived before it (MUST-58)", () => {
  const { connection, arrive } = establish(DELAYED, NOW);
  for (let i = 0; i < 3; i++) arrive(text(536 * i, 536), NOW);
  connection.send(new Uint8Array(10), NOW);
  assertEquals(wordsOf(sentBy(connection, NOW)), [`PSH,ACK ${ISS + 1} ack ${IRS + 1 + 1_608} (10)`]);
  assertEquals(wordsOf(sentBy(connection, after(NOW, seconds(1)))), []);
});

Deno.test("a delayed ACK has a timer, which ends with the ACK whatever sent it (MUST-40)", () => {
  const { connection, arrive } = establish(DELAYED, NOW);
  assertEquals(connection.nextDeadline(), NEVER);
  arrive(text(0, 100), NOW);
  assertEquals(elapsed(NOW, connection.nextDeadline()), milliseconds(40));
  // More data does not put it off.
  arrive(text(100, 100), after(NOW, milliseconds(39)));
  assertEquals(elapsed(NOW, connection.nextDeadline()), milliseconds(40));
  assertEquals(wordsOf(sentBy(connection, after(NOW, milliseconds(39)))), []);
  connection.timersFire(after(NOW, milliseconds(40)));
  assertEquals(wordsOf(sentBy(connection, after(NOW, milliseconds(40)))), [ack(200)]);
  assertEquals(connection.nextDeadline(), NEVER);
});

Deno.test("pushed and unpushed data are acknowledged alike (RFC 9293 3.8.6.3)", () => {
  for (const flags of [Flag.ack, Flag.ack | Flag.psh]) {
    const { connection, arrive } = establish(DELAYED, NOW);
    arrive({ ...text(0, 100), flags }, NOW);
    assertEquals(wordsOf(sentBy(connection, NOW)), []);
    assertEquals(elapsed(NOW, connection.nextDeadline()), milliseconds(40));
  }
});

Deno.test("every segment that is sent acknowledges: the ACK flag is never missing after the handshake (RFC 9293 3.4)", () => {
  const { connection, arrive } = establish(DELAYED, NOW);
  const out = new Segment();
  connection.send(new Uint8Array(3_000), NOW);
  connection.shutdown(NOW);
  arrive(text(0, 100), NOW);
  let count = 0;
  for (let i = 0; i < 5; i++) {
    while (connection.transmit(out, connection.nextDeadline())) {
      count++;
      assertEquals(out.has(Flag.ack), true);
      out.clear();
    }
    connection.timersFire(connection.nextDeadline());
  }
  assertEquals(count > 6, true);
});
