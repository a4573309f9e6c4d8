/**
 * ACKs that must each be a segment of its own although what they answer arrived in one turn.
 */

import { assertEquals } from "@std/assert";
import { CALM_AFTER, MOST_IN_CALM } from "../../tcp/receive/ack_policy.ts";
import { FREEBSD, PROFILES } from "../../tcp/config/profiles.ts";
import { Connection, controlBlockOf } from "../../tcp/connection/connection.ts";
import type { Observer } from "../../tcp/base/observer.ts";
import { Flag, formatFlags, Option, Segment } from "../../tcp/base/segment.ts";
import { seqDistance, type SeqNumber, seqNumber, timestamp, timestampToInt32 } from "../../tcp/base/seq.ts";
import { after, type Instant, milliseconds } from "../../tcp/base/units.ts";
import { completeConfig, joinChanges } from "../../tcp/config/complete.ts";
import type { PartialConfig, TcpConfig } from "../../tcp/config/config.ts";
import { Random } from "../../lab/random.ts";
import { at, HERE, IRS, ISS, PLAIN, segmentOf, THERE } from "./exchange.ts";

const NOW = at(0);
const LENGTH = 500;

/** The peer's timestamp of its SYN-ACK; each segment has one more than the segment before it in the stream. */
const FIRST_TICK = 7_000;

/** A round trip before {@link NOW}: when the connection was opened. */
const EARLIER = at(-0.02);

/** Nothing is acknowledged at once but for its own sake. */
const BULK: PartialConfig = {
  handshake: { mss: LENGTH },
  buffers: { receiveBuffer: 1 << 20, receiveBufferMax: 1 << 20 },
  acknowledging: { quickAcks: 0 },
};

const SACK: PartialConfig = { handshake: { selectiveAck: true } };

/**
 * A connection that takes segments of {@link LENGTH} octets by their place in the stream, or as many of them merged, and tells what it
 * sends.
 */
function receiver(changes: PartialConfig = {}, base: TcpConfig = PLAIN, observer?: Observer): {
  connection: Connection;
  arrive(places: readonly number[], now: Instant, merged?: number): void;
  sent(now: Instant): string[];
} {
  const local = { address: HERE, port: 40_000 };
  const config = completeConfig(joinChanges(BULK, changes), base);
  const connection = Connection.connect(
    { config, local, remote: THERE, isn: () => seqNumber(ISS), observer },
    EARLIER,
  );
  const out = new Segment();
  connection.transmit(out, EARLIER);
  const answer = segmentOf(THERE, local, { flags: Flag.syn | Flag.ack, seq: IRS, ack: ISS + 1 });
  answer.options = Option.selectiveAckPermitted | Option.timestamps | Option.windowScale;
  answer.timestampValue = timestamp(FIRST_TICK);
  answer.timestampEcho = out.timestampValue;
  connection.segmentArrives(answer, NOW);
  const sent = (now: Instant): string[] => {
    const words: string[] = [];
    while (connection.transmit(out, now)) words.push(wordsOf(out));
    return words;
  };
  sent(NOW);
  const arrive = (places: readonly number[], now: Instant, merged = 1): void => {
    for (const place of places) {
      const segment = segmentOf(THERE, local, {
        flags: Flag.ack,
        seq: IRS + 1 + place * LENGTH,
        ack: ISS + 1,
        length: LENGTH,
      });
      if (merged > 1) {
        segment.payload.set(new Uint8Array(merged * LENGTH), 0, merged * LENGTH);
        segment.segmentSize = LENGTH;
      }
      if (config.handshake.timestamps) segment.options = Option.timestamps;
      segment.timestampValue = timestamp(FIRST_TICK + place);
      segment.timestampEcho = answer.timestampEcho;
      connection.segmentArrives(segment, now);
    }
  };
  return { connection, arrive, sent };
}

/** Places of an edge in the stream, in segments. */
function placeOf(edge: SeqNumber): number {
  return seqDistance(seqNumber(IRS + 1), edge) / LENGTH;
}

/** `2 [4-6 3-4]`: the ACK field and the SACK blocks, counted in segments; `(n)` behind it: octets of data. */
function wordsOf(out: Segment): string {
  const blocks = Array.from(
    { length: out.sackBlockCount },
    (_, i) =>
      `${placeOf(seqNumber(out.sackEdges[2 * i] as number))}-${
        placeOf(seqNumber(out.sackEdges[2 * i + 1] as number))
      }`,
  );
  const data = out.payload.length > 0 ? ` (${out.payload.length})` : "";
  const flags = out.flags === Flag.ack || out.payload.length > 0 ? "" : `${formatFlags(out.flags)} `;
  return `${flags}${placeOf(out.ack)}${blocks.length > 0 ? ` [${blocks.join(" ")}]` : ""}${data}`;
}

Deno.test("six segments beyond a gap in one turn draw six ACKs, each with what was there then (RFC 5681 4.2, RFC 2018 4)", () => {
  const { arrive, sent } = receiver(SACK);
  arrive([0, 2, 3, 5, 7, 6, 9], NOW);
  assertEquals(sent(NOW), [
    "1 [2-3]",
    "1 [2-4]",
    "1 [5-6 2-4]",
    "1 [7-8 5-6 2-4]",
    "1 [5-8 2-4]",
    "1 [9-10 5-8 2-4]",
  ]);
  assertEquals(sent(NOW), []);
});

Deno.test("six segments beyond a gap in one turn draw six equal ACKs without SACK (RFC 5681 4.2)", () => {
  const { arrive, sent } = receiver();
  arrive([0, 2, 3, 5, 7, 6, 9], NOW);
  assertEquals(sent(NOW), ["1", "1", "1", "1", "1", "1"]);
});

Deno.test("each segment that fills a gap in part draws an ACK in its own turn, and those before it keep their numbers (RFC 5681 4.2)", () => {
  for (const selectiveAck of [true, false]) {
    const { arrive, sent } = receiver({ handshake: { selectiveAck } });
    arrive([1, 2, 4, 0, 3, 5], NOW);
    const blocks = (words: string) => selectiveAck ? words : words.split(" ")[0] as string;
    // What follows the last gap is one segment, whose ACK may wait.
    assertEquals(sent(NOW), ["0 [1-2]", "0 [1-3]", "0 [4-5 1-3]", "3 [4-5]", "5"].map(blocks));
  }
});

Deno.test("what comes twice in one turn is reported by an ACK each (RFC 2883 4)", () => {
  const { arrive, sent } = receiver(SACK);
  arrive([0, 1, 3], NOW);
  sent(NOW);
  arrive([3, 0, 1], NOW);
  assertEquals(sent(NOW), ["2 [3-4 3-4]", "2 [0-1 3-4]", "2 [1-2 3-4]"]);
});

Deno.test("a FIN beyond a gap draws an ACK besides those of the data (RFC 5681 4.2)", () => {
  const { arrive, sent, connection } = receiver();
  arrive([1, 2], NOW);
  const local = { address: HERE, port: 40_000 };
  const fin = { flags: Flag.ack | Flag.fin, seq: IRS + 1 + 3 * LENGTH, ack: ISS + 1 };
  connection.segmentArrives(segmentOf(THERE, local, fin), NOW);
  assertEquals(sent(NOW), ["0", "0", "0"]);
});

Deno.test("at the start each segment draws its ACK, as many as the config says (RFC 5681 4.2)", () => {
  const { arrive, sent } = receiver({ acknowledging: { quickAcks: 4 } });
  arrive([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], NOW);
  assertEquals(sent(NOW), ["1", "2", "3", "4", "6", "8", "10"]);
});

Deno.test("for a round trip after a gap each second segment draws an ACK, then one may cover more (SHLD-19, MUST-58)", () => {
  const { arrive, sent } = receiver();
  arrive([1, 0], NOW);
  assertEquals(sent(NOW), ["0", "2"]);
  let next = 2;
  const turn = (count: number, milli: number): string[] => {
    const now = after(NOW, milliseconds(milli));
    arrive(Array.from({ length: count }, () => next++), now);
    return sent(now);
  };
  assertEquals(turn(32, 18), Array.from({ length: 16 }, (_, i) => `${4 + 2 * i}`));
  assertEquals(turn(32, 19), Array.from({ length: 16 }, (_, i) => `${36 + 2 * i}`));
  assertEquals(turn(32, 20), ["74", "82", "90", "98"]);
});

Deno.test("an ACK covers at most eight segments, and two where the turn before had fewer than 32 (MUST-58)", () => {
  const { arrive, sent } = receiver();
  let next = 0;
  const turn = (count: number, milli: number): string[] => {
    const now = after(NOW, milliseconds(milli));
    arrive(Array.from({ length: count }, () => next++), now);
    return sent(now);
  };
  assertEquals(turn(5, 0), ["2", "4"]);
  assertEquals(turn(31, 1).slice(-2), ["34", "36"], "the fifth was not acknowledged before");
  assertEquals(turn(32, 2).slice(-2), ["66", "68"]);
  assertEquals(turn(20, 3), ["76", "84", "88"]);
  assertEquals(turn(100, 4).slice(0, 2), ["90", "92"]);
  assertEquals(turn(20, 5), ["196", "204", "208"]);
  assertEquals(turn(1, 6), []);
});

Deno.test("after 16 MiB without disorder an ACK covers 64 KiB of a turn, however little came before; after disorder two segments again (MUST-58)", () => {
  const { connection, arrive, sent } = receiver({ handshake: { windowScaling: true } });
  const text = new Uint8Array(1 << 18);
  let next = 0;
  const turn = (count: number, milli: number): string[] => {
    const now = after(NOW, milliseconds(milli));
    const before = next;
    arrive(Array.from({ length: count }, () => next++), now);
    connection.receive(text, now);
    return sent(now).map((word) => `${Number(word) - before}`);
  };
  for (; next * LENGTH < CALM_AFTER - 2 * MOST_IN_CALM; next += 100) {
    arrive([next], NOW, 100);
    connection.receive(text, NOW);
    sent(NOW);
  }
  assertEquals(turn(5, 1), ["2", "4"], "not calm yet");
  turn(300, 1);
  const whole = Math.ceil(MOST_IN_CALM / LENGTH);
  assertEquals(turn(300, 2), [whole, 2 * whole, 300].map(String));
  assertEquals(turn(5, 3), ["5"]);
  assertEquals(turn(7, 4), ["7"]);
  arrive([next + 1, next], after(NOW, milliseconds(5)));
  sent(after(NOW, milliseconds(5)));
  next += 2;
  assertEquals(turn(5, 100), ["2", "4"]);
});

Deno.test("a turn ends when all that was due has been sent, whatever the time: its segments may arrive at instants of their own (MUST-58)", () => {
  const { arrive, sent } = receiver();
  let next = 0;
  const turn = (count: number, milli: number): string[] => {
    for (let i = 0; i < count; i++) arrive([next++], after(NOW, milliseconds(milli + i / 100)));
    return sent(after(NOW, milliseconds(milli + 1)));
  };
  assertEquals(turn(40, 0).length, 20);
  assertEquals(turn(40, 1), ["48", "56", "64", "72", "80"]);
  assertEquals(turn(40, 2), ["88", "96", "104", "112", "120"]);
  assertEquals(
    [turn(2, 3), turn(2, 3), turn(4, 3)],
    [["122"], ["124"], ["126", "128"]],
    "three turns at one instant",
  );
});

Deno.test("as FreeBSD each second segment draws an ACK, however many arrive in one turn (SHLD-19)", () => {
  const { arrive, sent } = receiver({ handshake: { selectiveAck: false, timestamps: false } }, FREEBSD);
  arrive([0, 1, 2, 3, 4, 5, 6], NOW);
  assertEquals(sent(NOW), ["2", "4", "6"]);
});

Deno.test("64 ACKs are kept at most: the last one says all that came after them", () => {
  const { arrive, sent } = receiver(SACK);
  arrive(Array.from({ length: 100 }, (_, i) => 1 + i), NOW);
  const words = sent(NOW);
  assertEquals(words.length, 65);
  assertEquals(words.slice(-2), ["0 [1-65]", "0 [1-101]"]);
  arrive([102, 101], NOW);
  assertEquals(sent(NOW), ["0 [102-103 1-101]", "0 [1-103]"], "the queue is empty again");
});

Deno.test("a connection that has gone quiet gives the memory of kept ACKs back", () => {
  const { connection, arrive, sent } = receiver();
  const { kept } = controlBlockOf(connection).acknowledging;
  arrive([1, 2, 3, 4, 5, 6], NOW);
  connection.trim(after(NOW, milliseconds(2_000)));
  assertEquals(kept.capacity, 8);
  sent(NOW);
  connection.trim(after(NOW, milliseconds(500)));
  assertEquals(kept.capacity, 8);
  connection.trim(after(NOW, milliseconds(2_000)));
  assertEquals(kept.capacity, 0);
});

Deno.test("a duplicate ACK goes before data that wait to be sent, which would make it none (RFC 5681 2)", () => {
  const { arrive, sent, connection } = receiver();
  arrive([1, 2, 3], NOW);
  connection.send(new Uint8Array(100), NOW);
  assertEquals(sent(NOW), ["0", "0", "0", "0 (100)"]);
});

Deno.test("data carry the ACKs of what came in order, but none of those that must be apart (MUST-58)", () => {
  const { arrive, sent, connection } = receiver({
    acknowledging: { quickAcks: 1 },
    sending: { nagle: false },
  });
  arrive([0], NOW);
  connection.send(new Uint8Array(100), NOW);
  assertEquals(sent(NOW), ["1 (100)"]);
  arrive([1, 2, 3, 4, 5, 6, 7], NOW);
  connection.send(new Uint8Array(100), NOW);
  assertEquals(sent(NOW), ["8 (100)"]);
  arrive([8, 9, 10, 12, 11], NOW);
  connection.send(new Uint8Array(100), NOW);
  assertEquals(sent(NOW), ["10", "11", "13 (100)"]);
});

Deno.test("each ACK echoes the timestamp that was the newest in order when it fell due (RFC 7323 4.3)", () => {
  const { arrive, connection } = receiver({
    handshake: { timestamps: true },
    acknowledging: { quickAcks: 16 },
  });
  arrive([0, 1, 2, 4], NOW);
  const out = new Segment();
  const echoes: number[] = [];
  while (connection.transmit(out, NOW)) echoes.push(timestampToInt32(out.timestampEcho));
  assertEquals(echoes.map((echo) => echo - FIRST_TICK), [0, 1, 2, 2]);
});

Deno.test("an observer is told how many segments each ACK covers, and why it went", () => {
  const covered: string[] = [];
  const nothing = () => {};
  const { arrive, sent } = receiver({}, PLAIN, {
    segmentSent: (view, _segment, reason) => covered.push(`${reason} ${view?.segmentsCovered}`),
    segmentArrived: nothing,
    segmentDropped: nothing,
    stateChanged: nothing,
    timerFired: nothing,
    icmpArrived: nothing,
    congestionChanged: nothing,
  });
  covered.length = 0;
  arrive(Array.from({ length: 32 }, (_, i) => i), NOW);
  sent(NOW);
  covered.length = 0;
  const later = after(NOW, milliseconds(1));
  arrive([...Array.from({ length: 18 }, (_, i) => 32 + i), 51, 52, 50], later);
  sent(later);
  assertEquals(covered, [
    "ack-second-segment 8",
    "ack-second-segment 8",
    "ack-second-segment 2",
    "ack-out-of-order 1",
    "ack-out-of-order 1",
    "ack-gap-filled 1",
  ]);
});

Deno.test("duplicate ACKs of one turn have one window, though the gap was filled in the same turn (RFC 5681 2)", () => {
  const { arrive, connection } = receiver({ handshake: { windowScaling: true, windowScale: 7 } });
  const out = new Segment();
  const said = (): string[] => {
    const words: string[] = [];
    while (connection.transmit(out, NOW)) words.push(`${placeOf(out.ack)} win ${out.window}`);
    return words;
  };
  arrive([0], NOW);
  said();
  arrive([2, 3, 4, 5, 6, 1], NOW);
  const windows = said().slice(0, 5).map((words) => words.split(" win ")[1]);
  assertEquals(new Set(windows).size, 1, windows.join(" "));
});

/** Places in the stream as a path might deliver them: in order, beyond gaps, and again. */
function disorder(random: Random): number[] {
  const places: number[] = [];
  for (let next = 0, i = random.integer(1, 20); i > 0; i--) {
    const draw = random.fraction();
    if (draw >= 0.75) places.push(random.integer(0, next));
    else places.push(draw < 0.5 ? next : next += random.integer(1, 2));
    next = Math.max(next, ...places.map((place) => place + 1));
  }
  return places;
}

/** The ACKs of those segments that came one by one out of order, again, or into a gap. */
function acksOfDisorder(places: readonly number[], changes: PartialConfig, base: TcpConfig): string[] {
  const { arrive, sent } = receiver(changes, base);
  const there = new Set<number>();
  const acks: string[] = [];
  for (const place of places) {
    let next = 0;
    while (there.has(next)) next++;
    const isOrdinary = place === next && there.size === next;
    there.add(place);
    arrive([place], NOW);
    const drawn = sent(NOW);
    if (!isOrdinary) acks.push(...drawn);
  }
  return acks;
}

for (const [name, base] of [["plain", PLAIN], ...Object.entries(PROFILES)] as const) {
  Deno.test(`however segments come in one turn, what is out of order draws the ACKs that it draws alone: ${name} (RFC 5681 4.2)`, () => {
    const random = new Random(5681);
    for (let run = 0; run < 150; run++) {
      const places = disorder(random);
      const changes = {
        handshake: { windowScale: 0, selectiveAck: random.chance(0.5), timestamps: random.chance(0.5) },
      };
      const wanted = acksOfDisorder(places, changes, base);
      const { arrive, sent } = receiver(changes, base);
      arrive(places, NOW);
      const drawn = sent(NOW);
      let found = 0;
      for (const ack of drawn) if (ack === wanted[found]) found++;
      assertEquals(found, wanted.length, `${places}: ${wanted.join(" | ")} in ${drawn.join(" | ")}`);
    }
  });
}
