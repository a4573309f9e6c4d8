import { assert, assertEquals, assertThrows } from "@std/assert";
import { OctetRange } from "../../tcp/base/octet_range.ts";
import type { Connection } from "../../tcp/connection/connection.ts";
import { ConnectionFailure, InvalidStateError } from "../../tcp/base/errors.ts";
import { Event } from "../../tcp/base/events.ts";
import { Flag, Segment } from "../../tcp/base/segment.ts";
import { FIRST_SEND_BUFFER } from "../../tcp/send/tuning.ts";
import { at, establish, IRS, ISS, newHost, segmentOf, sentBy, THERE, wordsOf } from "./exchange.ts";

const NOW = at(0);
const ACK = { flags: Flag.ack, ack: ISS + 1 } as const;

/** Octets of a range, in order. */
function octetsOf(range: OctetRange): number[] {
  const first = range.octets.subarray(range.offset, range.offset + range.firstPartLength);
  return [...first, ...range.octets.subarray(0, range.length - range.firstPartLength)];
}

/** Reserves room for those octets, writes and commits them. Returns how many there was room for. */
function write(connection: Connection, octets: readonly number[]): number {
  const range = new OctetRange();
  const taken = connection.reserve(octets.length, range);
  for (let i = 0; i < taken; i++) {
    const place = i < range.firstPartLength ? range.offset + i : i - range.firstPartLength;
    range.octets[place] = octets[i] as number;
  }
  connection.commit(taken, NOW);
  return taken;
}

function payloadsOf(connection: Connection): number[] {
  const octets: number[] = [];
  const out = new Segment();
  while (connection.transmit(out, NOW)) {
    const copy = new Uint8Array(out.payload.length);
    out.payload.copyTo(copy, 0);
    octets.push(...copy);
  }
  return octets;
}

Deno.test("what is written in place goes out as what is sent does, the FIN behind it (RFC 9293 3.10.2)", () => {
  const { connection } = establish({}, NOW);
  assertEquals(write(connection, [1, 2, 3]), 3);
  assertEquals(connection.send(Uint8Array.of(4, 5), NOW), 2);
  assertEquals(write(connection, [6]), 1);
  assertEquals(connection.unsentOctets, 6);
  connection.shutdown(NOW);
  assertEquals(payloadsOf(connection), [1, 2, 3, 4, 5, 6]);
  assertEquals(connection.state, "FIN-WAIT-1");
});

Deno.test("nothing goes out of what is only reserved", () => {
  const { connection } = establish({}, NOW);
  connection.reserve(100, new OctetRange());
  assertEquals(wordsOf(sentBy(connection, NOW)), []);
  assertEquals([connection.unsentOctets, connection.sendRoom], [0, FIRST_SEND_BUFFER]);
});

Deno.test("room ends with the send buffer, and comes back as octets are acknowledged, also under a reservation", () => {
  const { connection, arrive } = establish(
    { buffers: { sendBuffer: 1_000 }, sending: { nagle: false } },
    NOW,
  );
  const range = new OctetRange();
  assertEquals(write(connection, new Array<number>(700).fill(7)), 700);
  assertEquals(connection.reserve(700, range), 300);
  range.octets.fill(8, range.offset, range.offset + 300);
  sentBy(connection, NOW);
  arrive({ ...ACK, seq: IRS + 1, ack: ISS + 701 }, NOW);
  connection.commit(300, NOW);
  assertEquals(payloadsOf(connection), new Array<number>(300).fill(8));
  // The buffer's memory has 1,024 octets: what comes now lies in two parts.
  assertEquals(connection.reserve(700, range), 700);
  assertEquals([range.offset, range.firstPartLength], [1_000, 24]);
  assertEquals(connection.sendRoom, 700);
});

Deno.test("more than is reserved cannot be committed, nor what another call has used", () => {
  const { connection } = establish({}, NOW);
  assertThrows(() => connection.commit(1, NOW), RangeError, "reserved are 0");
  connection.reserve(5, new OctetRange());
  connection.send(Uint8Array.of(1), NOW);
  assertThrows(() => connection.commit(5, NOW), RangeError, "reserved are 0");
  assertEquals(connection.unsentOctets, 1);
});

Deno.test("writing in place ends where sending does: after shutdown, and after a RST that came between", () => {
  const closed = establish({}, NOW).connection;
  closed.reserve(5, new OctetRange());
  closed.shutdown(NOW);
  assertThrows(() => closed.commit(5, NOW), InvalidStateError, "the sending side is closed");
  assertThrows(() => closed.reserve(5, new OctetRange()), InvalidStateError, "the sending side is closed");
  const { connection, arrive } = establish({}, NOW);
  connection.reserve(5, new OctetRange());
  arrive({ flags: Flag.rst, seq: IRS + 1 }, NOW);
  assertThrows(() => connection.commit(5, NOW), ConnectionFailure, "reset");
  assertThrows(() => connection.reserve(5, new OctetRange()), ConnectionFailure, "reset");
});

Deno.test("a record ends behind what was committed, and no segment reaches across", () => {
  const { connection } = establish({ sending: { nagle: false } }, NOW);
  write(connection, [1, 2, 3]);
  connection.sendRecord(new Uint8Array(0), NOW);
  write(connection, [4, 5]);
  assertEquals(wordsOf(sentBy(connection, NOW)), [
    `PSH,ACK ${ISS + 1} ack ${IRS + 1} (3)`,
    `PSH,ACK ${ISS + 4} ack ${IRS + 1} (2)`,
  ]);
});

Deno.test("octets received are named where they lie until they are consumed (RFC 9293 3.10.3)", () => {
  const { connection, arrive } = establish({}, NOW);
  const range = new OctetRange();
  assertEquals([connection.peek(range), range.length], [0, 0]);
  arrive({ ...ACK, seq: IRS + 1, length: 3 }, NOW);
  assertEquals(connection.peek(range), 3);
  const octets = [IRS + 1, IRS + 2, IRS + 3].map((octet) => octet & 0xff);
  assertEquals(octetsOf(range), octets);
  assertEquals([connection.peek(range), connection.unreadOctets], [3, 3], "asking again changes nothing");
  connection.consume(2, NOW);
  arrive({ ...ACK, seq: IRS + 4, length: 2 }, NOW);
  assertEquals(octetsOf(range), octets, "what was lent does not change");
  assertEquals(connection.peek(range), 3);
  assertEquals(octetsOf(range), [IRS + 3, IRS + 4, IRS + 5].map((octet) => octet & 0xff));
  const rest = new Uint8Array(8);
  assertEquals(connection.receive(rest, NOW), 3);
  assertThrows(() => connection.consume(1, NOW), RangeError, "received and not read are 0");
  assertThrows(() => connection.consume(-1, NOW), RangeError, "received and not read are 0");
});

Deno.test("data beyond a gap is not named before the gap is filled", () => {
  const { connection, arrive } = establish({}, NOW);
  const range = new OctetRange();
  arrive({ ...ACK, seq: IRS + 11, length: 10 }, NOW);
  assertEquals(connection.peek(range), 0);
  arrive({ ...ACK, seq: IRS + 1, length: 10 }, NOW);
  assertEquals(connection.peek(range), 20);
});

Deno.test("consuming opens the window as reading does: not by crumbs, then at once (MUST-39)", () => {
  for (const isInPlace of [true, false]) {
    const { connection, arrive } = establish(
      { buffers: { receiveBuffer: 4_000, receiveBufferMax: 4_000 }, handshake: { mss: 1_000 } },
      NOW,
    );
    const take = (octets: number): void => {
      if (isInPlace) connection.consume(octets, NOW);
      else connection.receive(new Uint8Array(octets), NOW);
    };
    for (let i = 0; i < 4; i++) arrive({ ...ACK, seq: IRS + 1 + 1_000 * i, length: 1_000 }, NOW);
    sentBy(connection, NOW);
    assertEquals(connection.rcvWnd, 0);
    take(900);
    assertEquals(wordsOf(sentBy(connection, NOW)), []);
    take(100);
    assertEquals(wordsOf(sentBy(connection, NOW)), [`ACK ${ISS + 1} ack ${IRS + 4_001} (0)`]);
    assertEquals(connection.rcvWnd, 1_000);
  }
});

Deno.test("consuming gives back the memory of packets as reading does", () => {
  const windows = [true, false].map((isInPlace) => {
    const { connection, arrive } = establish({
      buffers: { receiveBuffer: 4_000 },
      compatibility: { receiveBufferCounts: "packets" },
    }, NOW);
    for (let i = 0; i < 3; i++) arrive({ ...ACK, seq: IRS + 1 + 500 * i, length: 500 }, NOW);
    sentBy(connection, NOW);
    const before = connection.rcvWnd;
    if (isInPlace) connection.consume(1_500, NOW);
    else connection.receive(new Uint8Array(1_500), NOW);
    arrive({ ...ACK, seq: IRS + 1_501, length: 500 }, NOW);
    sentBy(connection, NOW);
    return [before, connection.rcvWnd];
  });
  assertEquals(windows[0], windows[1]);
  assert((windows[0]?.[0] ?? 0) < (windows[0]?.[1] ?? 0), `${windows}`);
});

Deno.test("the peer's FIN ends what can be named, after the last octet was consumed", () => {
  const { connection, arrive } = establish({}, NOW);
  const range = new OctetRange();
  arrive({ flags: Flag.ack | Flag.fin, ack: ISS + 1, seq: IRS + 1, length: 4 }, NOW);
  assertEquals(connection.peek(range), 4);
  connection.consume(3, NOW);
  assertEquals(connection.peek(range), 1);
  connection.consume(1, NOW);
  assertEquals([connection.peek(range), range.length], [null, 0]);
});

Deno.test("octets that came before a RST can still be named and consumed, then the failure is told", () => {
  const { connection, arrive } = establish({}, NOW);
  const range = new OctetRange();
  arrive({ ...ACK, seq: IRS + 1, length: 4 }, NOW);
  arrive({ flags: Flag.rst, seq: IRS + 5 }, NOW);
  assertEquals([connection.state, connection.peek(range)], ["CLOSED", 4]);
  connection.consume(4, NOW);
  assertThrows(() => connection.peek(range), ConnectionFailure, "reset");
});

Deno.test("after close() nothing can be named or consumed; what was lent before stays readable", () => {
  const { connection, arrive } = establish({}, NOW);
  const range = new OctetRange();
  arrive({ ...ACK, seq: IRS + 1, length: 4 }, NOW);
  connection.peek(range);
  const before = octetsOf(range);
  connection.close(NOW);
  assertThrows(() => connection.peek(new OctetRange()), InvalidStateError);
  assertThrows(() => connection.consume(4, NOW), InvalidStateError);
  assertEquals(octetsOf(range), before);
});

Deno.test("urgent data are over when their last octet is consumed (MUST-33)", () => {
  const { connection, arrive } = establish({}, NOW);
  arrive({ flags: Flag.ack | Flag.urg, ack: ISS + 1, seq: IRS + 1, length: 10, urgentPointer: 6 }, NOW);
  assertEquals((connection.takeEvents() & Event.urgent) !== 0, true);
  connection.consume(5, NOW);
  assertEquals(connection.urgentOctetsLeft, 1);
  connection.consume(1, NOW);
  assertEquals(connection.urgentOctetsLeft, 0);
});

Deno.test("a host sends what was committed, and the window that was opened by consuming", () => {
  const host = newHost({
    buffers: { receiveBuffer: 2_000, receiveBufferMax: 2_000 },
    handshake: { mss: 1_000 },
  });
  const connection = host.connect({ remote: THERE }, NOW);
  sentBy(host, NOW);
  const arrive = (seq: number, flags: number, length = 0): void =>
    host.segmentArrives(segmentOf(THERE, connection.local, { flags, seq, ack: ISS + 1, length }), NOW);
  arrive(IRS, Flag.syn | Flag.ack);
  sentBy(host, NOW);
  write(connection, [1, 2]);
  assertEquals(wordsOf(sentBy(host, NOW)), [`PSH,ACK ${ISS + 1} ack ${IRS + 1} (2)`]);
  arrive(IRS + 1, Flag.ack, 1_000);
  arrive(IRS + 1_001, Flag.ack, 1_000);
  sentBy(host, NOW);
  connection.consume(2_000, NOW);
  assertEquals(wordsOf(sentBy(host, NOW)), [`ACK ${ISS + 3} ack ${IRS + 2_001} (0)`]);
});
