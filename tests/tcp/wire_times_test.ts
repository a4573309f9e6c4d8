/** Round trips by the moments at which segments were on the wire, where the driver knows them. */

import { assertEquals } from "@std/assert";
import { seqToUint32, type Timestamp, timestamp } from "../../tcp/base/seq.ts";
import { Flag, Option, Segment } from "../../tcp/base/segment.ts";
import { type Instant, instant, type Micros, milliseconds, seconds } from "../../tcp/base/units.ts";
import type { Connection } from "../../tcp/connection/connection.ts";
import type { Host } from "../../tcp/host/host.ts";
import { at, HERE, IRS, ISS, newHost, type Said, segmentOf, sentBy, THERE, wordsOf } from "./exchange.ts";

/** A host with one connection to THERE, of which the SYN is due. */
function opening(): { readonly host: Host; readonly connection: Connection } {
  const host = newHost();
  const connection = host.connect({ remote: THERE, local: { address: HERE, port: 40_000 } }, at(0));
  return { host, connection };
}

/** The next segment is made at `made` and leaves at `left`. */
function leave(host: Host, made: Instant, left: Instant): void {
  assertEquals(host.transmit(new Segment(), made), true);
  host.segmentLeft(left);
}

/** The peer's segment comes at `arrivedAt`, and the core gets it at `now`. */
function arrive(host: Host, said: Said, arrivedAt: Instant, now: Instant): void {
  const segment = segmentOf(THERE, { address: HERE, port: 40_000 }, said);
  segment.arrivedAt = arrivedAt;
  host.segmentArrives(segment, now);
}

const SYN_ACK: Said = { flags: Flag.syn | Flag.ack, seq: IRS, ack: ISS + 1 };
const ms = (count: number): Micros => milliseconds(count);
const plus = (moment: Instant, span: Micros): Instant => instant(moment + span);

Deno.test("the handshake's round trip goes from when the SYN left to when its answer arrived", () => {
  const { host, connection } = opening();
  leave(host, at(0), plus(at(0), ms(7)));
  arrive(host, SYN_ACK, plus(at(0), ms(9)), plus(at(0), ms(40)));
  assertEquals(connection.latestRtt, ms(2));
});

Deno.test("the round trip of data goes from when it left, to when its acknowledgement arrived", () => {
  const { host, connection } = opening();
  leave(host, at(0), at(0));
  arrive(host, SYN_ACK, at(1), at(1));
  leave(host, at(1), at(1));
  connection.send(new Uint8Array(10), at(2));
  leave(host, at(2), plus(at(2), ms(5)));
  arrive(host, { flags: Flag.ack, seq: IRS + 1, ack: ISS + 11 }, plus(at(2), ms(8)), at(3));
  assertEquals(connection.latestRtt, ms(3));
});

Deno.test("an ACK that left late does not change when the data before it did", () => {
  const { host, connection } = opening();
  leave(host, at(0), at(0));
  arrive(host, SYN_ACK, at(1), at(1));
  leave(host, at(1), at(1));
  connection.send(new Uint8Array(10), at(2));
  leave(host, at(2), at(2));
  arrive(host, { flags: Flag.ack | Flag.fin, seq: IRS + 1, ack: ISS + 1 }, at(2), at(2));
  leave(host, at(2), at(5));
  arrive(host, { flags: Flag.ack, seq: IRS + 2, ack: ISS + 11 }, at(6), at(6));
  assertEquals(connection.latestRtt, seconds(4));
});

Deno.test("a SYN sent twice gives no sample, whenever it left (RFC 6298 3, Karn)", () => {
  const { host, connection } = opening();
  leave(host, at(0), at(0));
  assertEquals(host.nextDeadline(), at(1));
  host.timersFire(at(1));
  leave(host, at(1), plus(at(1), ms(1)));
  arrive(host, SYN_ACK, plus(at(1), ms(2)), plus(at(1), ms(2)));
  assertEquals([connection.state, connection.latestRtt], ["ESTABLISHED", 0]);
});

/** A host with one connection, of timestamps, SACK, segments of 1,000 octets and a round trip of 20 ms. */
function withTimestamps(): { readonly host: Host; readonly connection: Connection } {
  const host = newHost({ handshake: { timestamps: true, selectiveAck: true } });
  const connection = host.connect({ remote: THERE, local: { address: HERE, port: 40_000 } }, at(0));
  leave(host, at(0), at(0));
  const answer = segmentOf(THERE, { address: HERE, port: 40_000 }, SYN_ACK);
  answer.options = Option.timestamps | Option.selectiveAckPermitted | Option.maximumSegmentSize;
  answer.maximumSegmentSize = 1_012;
  host.segmentArrives(answer, plus(at(0), ms(20)));
  sentBy(host, at(1));
  return { host, connection };
}

/** The peer acknowledges up to `ack` with an echo, and reports octets from one to the other received. */
function acknowledge(
  host: Host,
  ack: number,
  echo: Timestamp,
  blocks: readonly number[],
  now: Instant,
): void {
  const segment = segmentOf(THERE, { address: HERE, port: 40_000 }, { flags: Flag.ack, seq: IRS + 1, ack });
  segment.options = Option.timestamps | (blocks.length > 0 ? Option.selectiveAck : 0);
  segment.timestampValue = timestamp(1);
  segment.timestampEcho = echo;
  segment.sackBlockCount = blocks.length / 2;
  segment.sackEdges.set(blocks);
  host.segmentArrives(segment, now);
}

Deno.test("what is sent again and leaves some ticks later shows what was lost before it all the same (RFC 8985 6.2, step 2)", () => {
  const { host, connection } = withTimestamps();
  connection.send(new Uint8Array(5_000), at(2));
  assertEquals(sentBy(host, at(2)).length, 5);

  const [made, left] = [plus(at(2), ms(20)), plus(at(2), ms(23))];
  const first = new Segment();
  acknowledge(host, ISS + 1, timestamp(0), [ISS + 1_001, ISS + 4_001], made);
  assertEquals(host.transmit(first, made), true);
  host.segmentLeft(left);
  assertEquals([seqToUint32(first.seq), first.payload.length], [ISS + 1, 1_000]);

  acknowledge(host, ISS + 4_001, first.timestampValue, [], plus(left, ms(20)));
  assertEquals(wordsOf(sentBy(host, plus(left, ms(20)))), [`PSH,ACK ${ISS + 4_001} ack ${IRS + 1} (1000)`]);
});

for (const [name, span, expected] of [["a little", 18, 1], ["much", 12, 0]] as const) {
  Deno.test(`a repetition answered ${name} sooner than the shortest round trip shows ${expected === 1 ? "" : "nothing "}lost before it (RFC 8985 6.2, step 2)`, () => {
    const { host, connection } = withTimestamps();
    connection.send(new Uint8Array(5_000), at(2));
    assertEquals(sentBy(host, at(2)).length, 5);
    const [again, answer] = [plus(at(2), ms(20)), plus(at(2), ms(20 + span))];
    acknowledge(host, ISS + 1, timestamp(0), [ISS + 2_001, ISS + 5_001], again);
    assertEquals(wordsOf(sentBy(host, again)), [
      `ACK ${ISS + 1} ack ${IRS + 1} (1000)`,
      `ACK ${ISS + 1_001} ack ${IRS + 1} (1000)`,
    ]);
    // The first repetition is lost too, the second is not.
    acknowledge(host, ISS + 1, timestamp(0), [ISS + 1_001, ISS + 5_001], answer);
    assertEquals(sentBy(host, answer).length, expected);
  });
}

Deno.test("what is sent again and leaves some ticks later is measured by the echo of its own timestamp (RFC 7323 4.1)", () => {
  const { host, connection } = withTimestamps();
  connection.send(new Uint8Array(1_000), at(2));
  assertEquals(sentBy(host, at(2)).length, 1);
  const made = host.nextDeadline();
  host.timersFire(made);
  const again = new Segment();
  assertEquals(host.transmit(again, made), true);
  host.segmentLeft(plus(made, ms(3)));
  acknowledge(host, ISS + 1_001, again.timestampValue, [], plus(made, ms(23)));
  assertEquals(connection.latestRtt, ms(23));
});
