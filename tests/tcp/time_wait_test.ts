import { assert, assertEquals, assertThrows } from "@std/assert";
import { OctetRange } from "../../tcp/base/octet_range.ts";
import type { PartialConfig } from "../../tcp/config/config.ts";
import { completeConfig, joinChanges } from "../../tcp/config/complete.ts";
import { Connection, controlBlockOf } from "../../tcp/connection/connection.ts";
import { Host } from "../../tcp/host/host.ts";
import { micros } from "../../tcp/base/units.ts";
import { InvalidStateError } from "../../tcp/base/errors.ts";
import { Flag, Option, type Segment } from "../../tcp/base/segment.ts";
import { seqNumber, timestamp } from "../../tcp/base/seq.ts";
import {
  at,
  HERE,
  IRS,
  ISS,
  newHost,
  PLAIN,
  type Said,
  segmentOf,
  sentBy,
  THERE,
  wordsOf,
} from "./exchange.ts";

/** How a connection comes to TIME-WAIT: the peer closes when it has seen our FIN, or both close at the same time. */
type Way = "ours first" | "at the same time";

/** Text that each side sends before; and where the numbers of both then are, their FINs included. */
const TEXT = 3_000;
const OUR_END = ISS + 1 + TEXT + 1;
const THEIR_END = IRS + 1 + TEXT + 1;

interface Waiting {
  readonly connection: Connection;
  /** A segment arrives `seconds` after the beginning; with `stamp` it carries timestamps. Returns what is sent then. */
  arrive(said: Said, seconds: number, stamp?: number): string[];
}

const local = { address: HERE, port: 40_000 };

function stamped(said: Said, stamp: number | undefined): Segment {
  const segment = segmentOf(THERE, local, { window: 65_535, ...said });
  if (stamp !== undefined) {
    segment.options |= Option.timestamps;
    segment.timestampValue = timestamp(stamp);
  }
  return segment;
}

/** A connection that has carried data either way, comes to TIME-WAIT at 1 s, and has told the peer all it has to. */
function waiting(changes: PartialConfig, way: Way = "ours first", stamp?: number): Waiting {
  const config = completeConfig(
    joinChanges(changes, { handshake: { timestamps: stamp !== undefined } }),
    PLAIN,
  );
  const connection = Connection.connect({ config, local, remote: THERE, isn: () => seqNumber(ISS) }, at(0));
  const arrive = (said: Said, seconds: number, newStamp = stamp): string[] => {
    connection.segmentArrives(stamped(said, newStamp), at(seconds));
    return wordsOf(sentBy(connection, at(seconds)));
  };
  sentBy(connection, at(0));
  arrive({ flags: Flag.syn | Flag.ack, seq: IRS, ack: ISS + 1 }, 0);
  connection.send(new Uint8Array(TEXT), at(0));
  const { ring } = controlBlockOf(connection).sender;
  connection.shutdown(at(0.1));
  sentBy(connection, at(0.1));
  // Out of order: beyond the gap that the next one fills.
  const first = IRS + 1;
  arrive({ flags: Flag.ack, seq: first + 1_000, ack: ISS + 1, length: TEXT - 1_000 }, 0.2);
  assert(ring.capacity > 0 && memoryOf(connection).every((capacity) => capacity > 0), way);
  arrive({ flags: Flag.ack, seq: first, ack: ISS + 1 + TEXT, length: 1_000 }, 0.3);
  if (way === "ours first") {
    arrive({ flags: Flag.ack, seq: THEIR_END - 1, ack: OUR_END }, 0.9);
    arrive({ flags: Flag.ack | Flag.fin, seq: THEIR_END - 1, ack: OUR_END }, 1);
  } else {
    arrive({ flags: Flag.ack | Flag.fin, seq: THEIR_END - 1, ack: ISS + 1 + TEXT }, 0.9);
    assertEquals(connection.state, "CLOSING");
    arrive({ flags: Flag.ack, seq: THEIR_END, ack: OUR_END }, 1);
  }
  assertEquals(connection.state, "TIME-WAIT");
  return { connection, arrive };
}

/** Memory of send buffer, receive buffer, ranges out of order and records in flight. */
function memoryOf(connection: Connection): number[] {
  const { sender, receiver, recovery } = controlBlockOf(connection);
  return [
    sender.ring.capacity,
    receiver.ring.capacity,
    receiver.outOfOrder.capacity,
    recovery.scoreboard.records.capacity,
  ];
}

const ACK = `ACK ${OUR_END} ack ${THEIR_END} (0)`;

for (const way of ["ours first", "at the same time"] as const) {
  Deno.test(`TIME-WAIT has memory only for data that nobody has read: ${way}`, () => {
    const { connection } = waiting({}, way);
    const [sending, receiving, ranges, inFlight] = memoryOf(connection);
    assertEquals([sending, ranges, inFlight], [0, 0, 0]);
    assert(receiving !== undefined && receiving >= TEXT);
    // What was sent is still known.
    assertEquals([connection.octetsSent, connection.octetsAcknowledged], [TEXT, TEXT]);
    assert(connection.cwnd >= 10 * connection.sendMss);
    const text = new Uint8Array(TEXT);
    assertEquals(connection.receive(text.subarray(0, 1_000), at(2)), 1_000);
    assertEquals(connection.receive(text.subarray(1_000), at(2)), TEXT - 1_000);
    assertEquals(text, Uint8Array.from(text, (_, i) => IRS + 1 + i & 0xff));
    assertEquals([connection.receive(text, at(2)), connection.octetsReceived], [null, TEXT]);
    assertEquals(memoryOf(connection), [0, 0, 0, 0]);
  });
}

Deno.test("data not yet read is read where it lies in TIME-WAIT, and stays while it is looked at", () => {
  const { connection } = waiting({});
  const range = new OctetRange();
  assertEquals(connection.peek(range), TEXT);
  connection.consume(500, at(2));
  assertEquals(connection.peek(range), TEXT - 500);
  const { octets, offset } = range;
  connection.consume(TEXT - 500, at(2));
  assertEquals(connection.peek(range), null);
  assertEquals([memoryOf(connection)[1], octets[offset]], [0, IRS + 501 & 0xff]);
  assertThrows(() => connection.consume(1, at(2)), RangeError, "received and not read are 0");
});

Deno.test("in TIME-WAIT old data and the FIN are answered, new data is not; the FIN prolongs it (RFC 9293 3.6.1, MUST-13)", () => {
  const { connection, arrive } = waiting({});
  connection.receive(new Uint8Array(TEXT), at(2));
  assertEquals(connection.nextDeadline(), at(61));
  assertEquals(arrive({ flags: Flag.ack, seq: IRS + 1, ack: ISS + 1, length: 1_000 }, 20), [ACK]);
  assertEquals(arrive({ flags: Flag.ack, seq: THEIR_END + 5, ack: OUR_END, length: 10 }, 20), []);
  assertEquals(connection.nextDeadline(), at(61));
  assertEquals(arrive({ flags: Flag.ack | Flag.fin, seq: THEIR_END - 1, ack: OUR_END }, 30), [ACK]);
  assertEquals([connection.nextDeadline(), connection.unreadOctets], [at(90), 0]);
  connection.timersFire(at(90));
  assertEquals([connection.state, connection.failure], ["CLOSED", null]);
  assertEquals(memoryOf(connection), [0, 0, 0, 0]);
});

Deno.test("in TIME-WAIT an ACK of what was never sent, and one of old data, change nothing (RFC 5961 5.2)", () => {
  const { connection, arrive } = waiting({});
  arrive({ flags: Flag.ack, seq: THEIR_END, ack: OUR_END + 100 }, 20);
  arrive({ flags: Flag.ack, seq: THEIR_END, ack: ISS + 1_000 }, 21);
  arrive({ flags: Flag.ack, seq: THEIR_END, ack: OUR_END, window: 0 }, 22);
  assertEquals([connection.state, connection.nextDeadline()], ["TIME-WAIT", at(61)]);
  assertEquals([connection.unackedOctets, connection.pipe, connection.octetsAcknowledged], [0, 0, TEXT]);
});

Deno.test("a RST ends TIME-WAIT only where the config lets it, and only the next in order (RFC 1337, RFC 5961 3.2)", () => {
  for (const [ignoreResetInTimeWait, state] of [[true, "TIME-WAIT"], [false, "CLOSED"]] as const) {
    const { connection, arrive } = waiting({ defence: { ignoreResetInTimeWait } });
    assertEquals(arrive({ flags: Flag.rst, seq: THEIR_END + 1 }, 20), [ACK]);
    assertEquals(arrive({ flags: Flag.rst, seq: THEIR_END }, 20), []);
    assertEquals(connection.state, state);
    // What was not read yet can be, however it ended.
    assertEquals(connection.receive(new Uint8Array(2 * TEXT), at(21)), TEXT);
  }
});

Deno.test("in TIME-WAIT a timestamp from before is refused with an ACK, a new one is remembered (RFC 7323 5.3)", () => {
  const { connection, arrive } = waiting({}, "ours first", 1_000);
  const text = { flags: Flag.ack, seq: THEIR_END, ack: OUR_END, length: 10 };
  assertEquals(arrive(text, 20, 999), [ACK]);
  assertEquals(controlBlockOf(connection).timestamps.recent, timestamp(1_000));
  arrive({ flags: Flag.ack, seq: THEIR_END, ack: OUR_END }, 21, 2_000);
  assertEquals([controlBlockOf(connection).timestamps.recent, connection.nextDeadline()], [
    timestamp(2_000),
    at(61),
  ]);
});

Deno.test("room for data that was held when TIME-WAIT began is let go: it could not be committed any more", () => {
  const { connection, arrive } = establishedWithRoom();
  connection.shutdown(at(0.1));
  sentBy(connection, at(0.1));
  arrive({ flags: Flag.ack | Flag.fin, seq: IRS + 1, ack: ISS + 2 }, 1);
  assertEquals([connection.state, memoryOf(connection)[0]], ["TIME-WAIT", 0]);
  assertThrows(() => connection.commit(100, at(1)), InvalidStateError, "the sending side is closed");
});

function establishedWithRoom(): Waiting {
  const connection = Connection.connect(
    { config: PLAIN, local, remote: THERE, isn: () => seqNumber(ISS) },
    at(0),
  );
  const arrive = (said: Said, seconds: number): string[] => {
    connection.segmentArrives(stamped(said, undefined), at(seconds));
    return wordsOf(sentBy(connection, at(seconds)));
  };
  sentBy(connection, at(0));
  arrive({ flags: Flag.syn | Flag.ack, seq: IRS, ack: ISS + 1 }, 0);
  connection.reserve(100, new OctetRange());
  assert((memoryOf(connection)[0] ?? 0) > 0);
  return { connection, arrive };
}

Deno.test("a newer SYN begins a new connection in place of one in TIME-WAIT, whose data is still there (MAY-2)", () => {
  const host = newHost({ buffers: { sendBufferTuning: false } });
  const listener = host.listen({ port: 40_000 });
  const arrive = (said: Said): string[] => {
    host.segmentArrives(segmentOf(THERE, local, said), at(0));
    return wordsOf(sentBy(host, at(0)));
  };
  arrive({ flags: Flag.syn, seq: IRS });
  arrive({ flags: Flag.ack, seq: IRS + 1, ack: ISS + 1, length: 100 });
  const before = listener.accept();
  assert(before !== null);
  before.shutdown(at(0));
  sentBy(host, at(0));
  arrive({ flags: Flag.ack | Flag.fin, seq: IRS + 101, ack: ISS + 2 });
  assertEquals(before.state, "TIME-WAIT");
  assertEquals(arrive({ flags: Flag.syn, seq: IRS + 50 }), [`ACK ${ISS + 2} ack ${IRS + 102} (0)`]);
  assertEquals(arrive({ flags: Flag.syn, seq: IRS + 1_000 }), [
    `SYN,ACK ${ISS + 2 + 65_536} ack ${IRS + 1_001} (0)`,
  ]);
  assertEquals(before.receive(new Uint8Array(200), at(0)), 100);
  assertEquals(before.receive(new Uint8Array(200), at(0)), null);
});

/** A host whose connection from {@link THERE} has come to TIME-WAIT, with the peer's timestamp 900 in the end. */
function hostWaiting(changes: PartialConfig, isn: () => number, stamp?: number): {
  host: Host;
  arrive(said: Said, stamp?: number): string[];
} {
  const handshake = { timestamps: stamp !== undefined };
  const config = completeConfig(joinChanges(changes, { handshake }), PLAIN);
  const secret = new Uint8Array(16);
  const host = new Host({ addresses: [HERE], secret, config, isn: () => seqNumber(isn()) });
  const listener = host.listen({ port: 40_000 });
  const arrive = (said: Said, newStamp = stamp): string[] => {
    host.segmentArrives(stamped(said, newStamp), at(0));
    return wordsOf(sentBy(host, at(0)));
  };
  arrive({ flags: Flag.syn, seq: IRS });
  arrive({ flags: Flag.ack, seq: IRS + 1, ack: isn() + 1 });
  const connection = listener.accept();
  assert(connection !== null);
  connection.send(new Uint8Array(1_000), at(0));
  connection.shutdown(at(0));
  sentBy(host, at(0));
  arrive({ flags: Flag.ack, seq: IRS + 1, ack: isn() + 1_002 });
  arrive({ flags: Flag.ack | Flag.fin, seq: IRS + 1, ack: isn() + 1_002 });
  assertEquals(connection.state, "TIME-WAIT");
  return { host, arrive };
}

Deno.test("what follows TIME-WAIT begins above all numbers of the connection before it (RFC 9293 3.6.1)", () => {
  const sndNxt = ISS + 1_002;
  for (
    const [chosen, used] of [[ISS, sndNxt + 65_536], [sndNxt, sndNxt + 65_536], [
      sndNxt + 1,
      sndNxt + 1,
    ]] as const
  ) {
    let isn = ISS;
    const { arrive } = hostWaiting({}, () => isn);
    isn = chosen;
    const answer = arrive({ flags: Flag.syn, seq: IRS + 1_000 });
    assertEquals([chosen, answer], [chosen, [`SYN,ACK ${used} ack ${IRS + 1_001} (0)`]]);
  }
});

Deno.test("a connection of ours that takes the place of one in TIME-WAIT begins above its numbers (RFC 9293 3.6.1)", () => {
  const host = newHost({ handshake: { timestamps: true }, closing: { timeWaitTakeover: micros(1) } });
  const options = { remote: THERE, local: { address: HERE, port: 40_000 } };
  const connection = host.connect(options, at(0));
  sentBy(host, at(0));
  const arrive = (said: Said): void => {
    host.segmentArrives(stamped(said, 900), at(0));
    sentBy(host, at(0));
  };
  arrive({ flags: Flag.syn | Flag.ack, seq: IRS, ack: ISS + 1 });
  connection.shutdown(at(0));
  sentBy(host, at(0));
  arrive({ flags: Flag.ack | Flag.fin, seq: IRS + 1, ack: ISS + 2 });
  assertEquals(connection.state, "TIME-WAIT");
  host.connect(options, at(1));
  assertEquals(wordsOf(sentBy(host, at(1))), [`SYN ${ISS + 2 + 65_536} ack 0 (0)`]);
});

Deno.test("a SYN in TIME-WAIT counts by its timestamp, and only with an equal one by its number (RFC 6191 2)", () => {
  for (
    const [stamp, seq, opens] of [
      [901, IRS - 1_000, true],
      [900, IRS + 1_000, true],
      [900, IRS - 1_000, false],
      [899, IRS + 1_000, false],
    ] as const
  ) {
    const { arrive } = hostWaiting({}, () => ISS, 900);
    const [answer = ""] = arrive({ flags: Flag.syn, seq }, stamp);
    assertEquals([stamp, seq - IRS, answer.startsWith("SYN,ACK")], [stamp, seq - IRS, opens]);
  }
});

Deno.test("a device that starts again with its old port and number gets in where an exact RST ends TIME-WAIT (RFC 9293 3.10.7.4)", () => {
  for (const ignoreResetInTimeWait of [false, true]) {
    const { arrive } = hostWaiting({ defence: { ignoreResetInTimeWait } }, () => ISS);
    const syn = { flags: Flag.syn, seq: IRS };
    // The device learns from the challenge that an old connection is in its way, and ends it.
    assertEquals(arrive(syn), [`ACK ${ISS + 1_002} ack ${IRS + 2} (0)`]);
    assertEquals(arrive({ flags: Flag.rst, seq: IRS + 2 }), []);
    const [answer = ""] = arrive(syn);
    assertEquals(answer.startsWith("SYN,ACK"), !ignoreResetInTimeWait, answer);
  }
});

Deno.test("a RST that is not exactly the next in order ends no TIME-WAIT for anybody (RFC 5961 3.2)", () => {
  const { arrive } = hostWaiting({ defence: { ignoreResetInTimeWait: false } }, () => ISS);
  for (const seq of [IRS + 1, IRS + 3, IRS + 100]) arrive({ flags: Flag.rst, seq });
  const [answer = ""] = arrive({ flags: Flag.syn, seq: IRS });
  assertEquals(answer, `ACK ${ISS + 1_002} ack ${IRS + 2} (0)`);
});
