import { assertEquals } from "@std/assert";
import type { PartialConfig } from "../../tcp/config/config.ts";
import type { Connection } from "../../tcp/connection/connection.ts";
import { Flag, Segment } from "../../tcp/base/segment.ts";
import { seqToUint32 } from "../../tcp/base/seq.ts";
import { at, establish, IRS, ISS, type Said } from "./exchange.ts";

const NOW = at(0);

/** Octets of a full segment to a peer whose SYN names no MSS. */
const FULL = 536;

/** Full segments of data; the first congestion window has room for two more. */
const COUNT = 8;

/** A burst that has begun: four full segments have left, and the windows have room for all. */
function begun(
  changes: PartialConfig = {},
): { connection: Connection; arrive(said: Said): void; next(): string | null } {
  const { connection, arrive } = establish(changes, NOW);
  const out = new Segment();
  const next = (): string | null => {
    if (!connection.transmit(out, NOW)) return null;
    const flags = [out.has(Flag.psh) ? "PSH " : "", out.has(Flag.fin) ? "FIN " : ""].join("");
    return `${flags}${seqToUint32(out.seq) - ISS - 1}+${out.payload.length}`;
  };
  connection.send(new Uint8Array(COUNT * FULL), NOW);
  for (let i = 0; i < 4; i++) assertEquals(next(), `${i * FULL}+${FULL}`);
  return { connection, arrive: (said) => arrive(said, NOW), next };
}

/** All that is left to be sent. */
function rest(next: () => string | null): string[] {
  const all: string[] = [];
  for (let one = next(); one !== null; one = next()) all.push(one);
  return all;
}

Deno.test("the last segment of a burst has PSH (RFC 9293 3.9.1.2), and no more leaves than the window lets", () => {
  const { arrive, next } = begun();
  assertEquals(rest(next), [4, 5, 6, 7].map((i) => `${i === 7 ? "PSH " : ""}${i * FULL}+${FULL}`));
  arrive({ flags: Flag.ack, seq: IRS + 1, ack: ISS + 1 + COUNT * FULL });
  assertEquals(next(), null);
});

Deno.test("a window that shrinks in the middle of a burst ends it (RFC 9293 3.8.6)", () => {
  const { arrive, next } = begun();
  arrive({ flags: Flag.ack, seq: IRS + 1, ack: ISS + 1, window: 5 * FULL });
  assertEquals(rest(next), [`${4 * FULL}+${FULL}`]);
});

Deno.test("duplicate ACKs in the middle of a burst go before it: fast retransmit (RFC 5681 3.2)", () => {
  const { arrive, next } = begun();
  for (let i = 0; i < 3; i++) arrive({ flags: Flag.ack, seq: IRS + 1, ack: ISS + 1 });
  assertEquals(next(), `0+${FULL}`);
});

Deno.test("a segment that arrives beyond a gap in the middle of a burst draws its duplicate ACK at once (RFC 5681 4.2)", () => {
  const { arrive, next } = begun();
  arrive({ flags: Flag.ack, seq: IRS + 101, ack: ISS + 1, length: 100 });
  assertEquals(next(), `${4 * FULL}+0`);
  assertEquals(next(), `${4 * FULL}+${FULL}`);
});

Deno.test("a close in the middle of a burst puts FIN behind all data (RFC 9293 3.10.4)", () => {
  const { connection, next } = begun();
  connection.shutdown(NOW);
  const sent = rest(next);
  assertEquals([sent.length, sent.at(-1)], [4, `PSH FIN ${7 * FULL}+${FULL}`]);
});

Deno.test("an abort in the middle of a burst sends a RST, and no data after it (RFC 9293 3.10.5)", () => {
  const { connection, next } = begun();
  connection.abort(NOW);
  assertEquals(rest(next), [`${4 * FULL}+0`]);
});

Deno.test("urgent data in the middle of a burst are pointed at from the next segment on (RFC 9293 3.8.5)", () => {
  const { connection } = begun();
  connection.sendUrgent(new Uint8Array(1), NOW);
  const out = new Segment();
  for (let i = 4; i < COUNT; i++) {
    connection.transmit(out, NOW);
    assertEquals([out.has(Flag.urg), out.urgentPointer], [true, (COUNT - i) * FULL + 1]);
  }
});

Deno.test("a record that ends in the middle of a burst ends a segment", () => {
  const { connection, next } = begun();
  connection.sendRecord(new Uint8Array(10), NOW);
  connection.send(new Uint8Array(FULL + 1), NOW);
  assertEquals(rest(next).slice(3), [
    `${7 * FULL}+${FULL}`,
    `PSH ${8 * FULL}+10`,
    `${8 * FULL + 10}+${FULL}`,
  ]);
});

Deno.test("a burst that a turn has cut short does not count when the next turn sends: no more leaves than there is", () => {
  const { connection } = establish({ sending: { nagle: false } }, NOW);
  const out = new Segment();
  connection.send(new Uint8Array(COUNT * FULL - 100), NOW);
  for (let i = 0; i < 4; i++) assertEquals([connection.transmit(out, NOW), out.payload.length], [true, FULL]);
  const later = at(0.001);
  const lengths: number[] = [];
  while (connection.transmit(out, later) && lengths.length < 2 * COUNT) lengths.push(out.payload.length);
  assertEquals(lengths, [FULL, FULL, FULL, FULL - 100]);
  assertEquals(out.has(Flag.psh), true, "RFC 9293 3.9.1.2");
});
