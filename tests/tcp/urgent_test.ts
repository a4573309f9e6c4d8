import { assertEquals, assertThrows } from "@std/assert";
import { InvalidStateError } from "../../tcp/base/errors.ts";
import { Event } from "../../tcp/base/events.ts";
import { Flag, Segment } from "../../tcp/base/segment.ts";
import { at, establish, IRS, ISS, sentBy } from "./exchange.ts";

const NOW = at(0);

/** Initial sequence numbers: ordinary, and such that the octets of these tests wrap both circles. */
const STARTS = [{ iss: ISS, irs: IRS }, { iss: 2 ** 32 - 50, irs: 2 ** 32 - 60 }, {
  iss: 2 ** 31 - 50,
  irs: 2 ** 31 - 60,
}];

/** What the user is told of urgent text: whether there is news, and how many octets are left. */
function heard(connection: { takeEvents(): number; urgentOctetsLeft: number }): [boolean, number] {
  return [(connection.takeEvents() & Event.urgent) !== 0, connection.urgentOctetsLeft];
}

for (const start of STARTS) {
  const numbers = `sequence numbers from ${start.irs}`;

  Deno.test(`urgent data is news when it appears and when its end moves on, not else (MUST-32, MUST-33; ${numbers})`, () => {
    const { connection, arrive } = establish({}, NOW, start);
    const next = (start.irs + 1) >>> 0;
    const acknowledging = { ack: start.iss + 1 };
    assertEquals(heard(connection), [false, 0]);
    // Ahead of its data.
    arrive({ flags: Flag.ack | Flag.urg, seq: next, ...acknowledging, urgentPointer: 100 }, NOW);
    assertEquals(heard(connection), [true, 100]);
    // The same end, told once more with data before it.
    arrive({ flags: Flag.ack | Flag.urg, seq: next, ...acknowledging, length: 60, urgentPointer: 100 }, NOW);
    assertEquals(heard(connection), [false, 100]);
    // An earlier end.
    arrive(
      { flags: Flag.ack | Flag.urg, seq: next + 60, ...acknowledging, length: 10, urgentPointer: 20 },
      NOW,
    );
    assertEquals(heard(connection), [false, 100]);
    // A later one.
    arrive(
      { flags: Flag.ack | Flag.urg, seq: next + 70, ...acknowledging, length: 30, urgentPointer: 31 },
      NOW,
    );
    assertEquals(heard(connection), [true, 101]);
  });

  Deno.test(`reading counts the urgent octets down; they are read in line (MUST-33, RFC 6093 3.1; ${numbers})`, () => {
    const { connection, arrive } = establish({}, NOW, start);
    const next = (start.irs + 1) >>> 0;
    const flags = Flag.ack | Flag.urg;
    arrive({ flags, seq: next, ack: start.iss + 1, length: 100, urgentPointer: 60 }, NOW);
    const into = new Uint8Array(59);
    assertEquals([connection.receive(into, NOW), connection.urgentOctetsLeft], [59, 1]);
    assertEquals(into[58], (next + 58) & 0xff);
    assertEquals([connection.receive(new Uint8Array(1), NOW), connection.urgentOctetsLeft], [1, 0]);
    assertEquals([connection.receive(into, NOW), into[0]], [40, (next + 60) & 0xff]);
    connection.takeEvents();
    // The end of what was read already, behind the first.
    arrive({ flags, seq: next + 50, ack: start.iss + 1, length: 51, urgentPointer: 30 }, NOW);
    assertEquals(heard(connection), [false, 0]);
    // Urgent data once more: it is news again.
    arrive({ flags, seq: next + 101, ack: start.iss + 1, length: 10, urgentPointer: 10 }, NOW);
    assertEquals(heard(connection), [true, 11]);
  });

  Deno.test(`segments point to the octet after the urgent data until it is acknowledged (MUST-62; ${numbers})`, () => {
    const { connection, arrive } = establish({}, NOW, start);
    connection.sendUrgent(new Uint8Array(700), NOW);
    connection.send(new Uint8Array(300), NOW);
    const out = new Segment();
    const pointers: [number, boolean, number][] = [];
    while (connection.transmit(out, NOW)) {
      pointers.push([out.payload.length, out.has(Flag.urg), out.urgentPointer]);
      out.clear();
    }
    assertEquals(pointers, [[536, true, 700], [464, true, 164]]);
    // With the last urgent octet acknowledged Nagle's algorithm holds small segments again.
    arrive({ flags: Flag.ack, seq: start.irs + 1, ack: start.iss + 1 + 700 }, NOW);
    connection.send(new Uint8Array(10), NOW);
    assertEquals(connection.transmit(out, NOW), false);
    arrive({ flags: Flag.ack, seq: start.irs + 1, ack: start.iss + 1 + 1_000 }, NOW);
    assertEquals(connection.transmit(out, NOW), true);
    assertEquals([out.payload.length, out.has(Flag.urg), out.urgentPointer], [10, false, 0]);
  });
}

Deno.test("a pointer without data behind it that was read is no news (RFC 9293 3.8.5)", () => {
  const { connection, arrive } = establish({}, NOW);
  arrive({ flags: Flag.ack, seq: IRS + 1, ack: ISS + 1, length: 100 }, NOW);
  connection.receive(new Uint8Array(100), NOW);
  connection.takeEvents();
  arrive({ flags: Flag.ack | Flag.urg, seq: IRS + 101, ack: ISS + 1, urgentPointer: 0 }, NOW);
  assertEquals(heard(connection), [false, 0]);
});

Deno.test("urgent data cannot be sent where data cannot (RFC 9293 3.10.2)", () => {
  const { connection } = establish({}, NOW);
  connection.shutdown(NOW);
  assertThrows(
    () => connection.sendUrgent(new Uint8Array(1), NOW),
    InvalidStateError,
    "the sending side is closed",
  );
  assertEquals(sentBy(connection, NOW).map(({ flags }) => flags), ["FIN,ACK"]);
});

Deno.test("a full buffer takes part of the urgent data; the pointer is to the end of what it took (MUST-31)", () => {
  const { connection } = establish({ buffers: { sendBuffer: 100 } }, NOW);
  assertEquals(connection.sendUrgent(new Uint8Array(150), NOW), 100);
  const out = new Segment();
  connection.transmit(out, NOW);
  assertEquals([out.payload.length, out.urgentPointer], [100, 100]);
  assertEquals(connection.sendUrgent(new Uint8Array(50), NOW), 0);
});
