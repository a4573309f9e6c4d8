/** SYN cookies: what comes back of a SYN that nothing was kept of, and what does not (RFC 4987 3.6). */

import { assert, assertEquals, assertNotEquals } from "@std/assert";
import type { Endpoint } from "../../tcp/base/address.ts";
import { Flag, Option, type Segment } from "../../tcp/base/segment.ts";
import {
  seqAdd,
  seqNumber,
  seqToUint32,
  timestamp,
  timestampDistance,
  timestampToUint32,
} from "../../tcp/base/seq.ts";
import { after, type Instant, micros } from "../../tcp/base/units.ts";
import { completeConfig } from "../../tcp/config/complete.ts";
import { COOKIE_MSS, COOKIE_SLOT, SynCookies } from "../../tcp/host/syn_cookies.ts";
import {
  at,
  HERE,
  HERE_IPV6,
  IRS,
  ISS,
  newHost,
  SECRET,
  segmentOf,
  sentBy,
  THERE,
  THERE_IPV6,
} from "./exchange.ts";

const LOCAL: Endpoint = { address: HERE, port: 80 };
const CONFIG = completeConfig({ congestion: { ecn: "accept" } });
/** The beginning of a slot. */
const START = after(0 as Instant, micros(1_000 * COOKIE_SLOT));
const CLOCK = timestamp(1_000_003);

interface Offer {
  readonly mss?: number;
  readonly shift?: number;
  readonly sack?: boolean;
  readonly clock?: number;
  readonly flags?: number;
}

function synOf({ mss, shift, sack = false, clock, flags = 0 }: Offer, from = THERE, to = LOCAL): Segment {
  const syn = segmentOf(from, to, { flags: Flag.syn | flags, seq: IRS });
  if (mss !== undefined) {
    syn.options |= Option.maximumSegmentSize;
    syn.maximumSegmentSize = mss;
  }
  if (shift !== undefined) {
    syn.options |= Option.windowScale;
    syn.windowScale = shift;
  }
  if (sack) syn.options |= Option.selectiveAckPermitted;
  if (clock !== undefined) {
    syn.options |= Option.timestamps;
    syn.timestampValue = timestamp(clock);
  }
  return syn;
}

/** What the cookie that answers the SYN brings back, when its ACK is changed and arrives so much later. */
function broughtBack(
  offer: Offer,
  change: (ack: Segment) => void = () => {},
  later = 0,
  peer = THERE,
  local = LOCAL,
): Segment | null {
  const cookies = new SynCookies(SECRET);
  const answer = cookies.answer(synOf(offer, peer, local), local, peer, CONFIG, CLOCK, START);
  assert(answer !== null);
  const ack = segmentOf(peer, local, {
    flags: Flag.ack,
    seq: IRS + 1,
    ack: seqToUint32(seqAdd(answer.cookie, 1)),
  });
  if (answer.timestampValue !== null) {
    ack.options |= Option.timestamps;
    ack.timestampValue = timestamp((offer.clock ?? 0) + 7);
    ack.timestampEcho = answer.timestampValue;
  }
  change(ack);
  const now = after(START, micros(later));
  return cookies.mayBring(ack, now) ? cookies.synOf(ack, local, peer, now) : null;
}

/** What a SYN offers, as far as a cookie can say it. */
function offerOf(syn: Segment): Offer {
  return {
    mss: syn.maximumSegmentSize,
    ...syn.hasOption(Option.windowScale) ? { shift: syn.windowScale } : {},
    sack: syn.hasOption(Option.selectiveAckPermitted),
    ...syn.hasOption(Option.timestamps) ? { clock: timestampToUint32(syn.timestampValue) } : {},
    flags: syn.flags & ~Flag.syn,
  };
}

Deno.test("without timestamps the MSS comes back, rounded down, and nothing else", () => {
  for (
    const [mss, back] of [[256, 256], [535, 256], [1_459, 1_440], [1_460, 1_460], [65_495, 8_960]] as const
  ) {
    const syn = broughtBack({ mss, shift: 7, sack: true, flags: Flag.ece | Flag.cwr });
    assertEquals(syn && offerOf(syn), { mss: back, sack: false, flags: 0 });
  }
  const bare = broughtBack({});
  assertEquals(bare && offerOf(bare), { mss: 536, sack: false, flags: 0 });
});

Deno.test("with timestamps shift, SACK and ECN come back too, in every combination", () => {
  const shifts = [undefined, 0, 7, 14];
  for (const shift of shifts) {
    for (const sack of [false, true]) {
      for (const flags of [0, Flag.ece | Flag.cwr]) {
        const offer: Offer = { mss: 1_460, ...shift === undefined ? {} : { shift }, sack, clock: 50, flags };
        const syn = broughtBack(offer);
        assertEquals(syn && offerOf(syn), { ...offer, clock: 57 });
        assertEquals(syn && seqToUint32(syn.seq), IRS);
      }
    }
  }
});

Deno.test("a shift above 14 counts as 14, and does not become none (RFC 7323 2.3)", () => {
  assertEquals(broughtBack({ mss: 1_460, shift: 15, clock: 1 })?.windowScale, 14);
});

Deno.test("the timestamp that carries options is at most 63 ticks behind the clock", () => {
  const cookies = new SynCookies(SECRET);
  for (let tick = 0; tick < 200; tick++) {
    const clock = timestamp(tick - 100);
    const answer = cookies.answer(synOf({ clock: 1, shift: 3 }), LOCAL, THERE, CONFIG, clock, START);
    const value = answer?.timestampValue;
    assert(value !== null && value !== undefined);
    const behind = timestampDistance(value, clock);
    assert(behind >= 0 && behind < 64, `${behind}`);
  }
});

Deno.test("what is forged brings nothing back: number, peer, port, SYN or options of another", () => {
  const forgeries: readonly ((ack: Segment) => void)[] = [
    (ack) => ack.ack = seqAdd(ack.ack, 1),
    (ack) => ack.ack = seqAdd(ack.ack, 1 << 24),
    (ack) => ack.ack = seqAdd(ack.ack, 1 << 27),
    (ack) => ack.seq = seqAdd(ack.seq, 1),
    (ack) => ack.timestampEcho = timestamp(timestampToUint32(ack.timestampEcho) ^ 1),
    (ack) => ack.options = 0,
    (ack) => ack.flags = Flag.ack | Flag.rst,
    (ack) => ack.flags = Flag.ack | Flag.syn,
    (ack) => ack.flags = 0,
  ];
  const offer: Offer = { mss: 1_460, clock: 1 };
  for (const [i, forge] of forgeries.entries()) assertEquals(broughtBack(offer, forge), null, `forgery ${i}`);
  const cookies = new SynCookies(SECRET);
  const answer = cookies.answer(synOf({}), LOCAL, THERE, CONFIG, CLOCK, START);
  const said = { flags: Flag.ack, seq: IRS + 1, ack: seqToUint32(seqAdd(answer?.cookie ?? seqNumber(0), 1)) };
  const others: readonly Endpoint[] = [{ ...THERE, port: 444 }, { address: HERE, port: THERE.port }];
  for (const other of others) {
    assertEquals(cookies.synOf(segmentOf(other, LOCAL, said), LOCAL, other, START), null);
  }
  const elsewhere = { ...LOCAL, port: 81 };
  assertEquals(cookies.synOf(segmentOf(THERE, elsewhere, said), elsewhere, THERE, START), null);
  const stranger = new SynCookies(SECRET.map((octet) => octet ^ 1));
  stranger.answer(synOf({}), LOCAL, THERE, CONFIG, CLOCK, START);
  assertEquals(stranger.synOf(segmentOf(THERE, LOCAL, said), LOCAL, THERE, START), null);
});

Deno.test("of 200,000 numbers that somebody guesses next to none is a cookie", () => {
  const cookies = new SynCookies(SECRET);
  cookies.answer(synOf({}), LOCAL, THERE, CONFIG, CLOCK, START);
  let found = 0;
  const ack = segmentOf(THERE, LOCAL, { flags: Flag.ack, seq: IRS + 1, ack: 0 });
  for (let i = 0; i < 200_000; i++) {
    ack.ack = seqNumber(Math.imul(i, 0x9e37_79b1));
    if (cookies.synOf(ack, LOCAL, THERE, START) !== null) found++;
  }
  assert(found <= 1, `${found}`);
});

Deno.test("a cookie is good to the end of the next 64 seconds, and of no use where none was made", () => {
  const offer: Offer = { mss: 1_460 };
  assertNotEquals(broughtBack(offer, undefined, 2 * COOKIE_SLOT - 1), null);
  assertEquals(broughtBack(offer, undefined, 2 * COOKIE_SLOT), null);
  assertEquals(broughtBack(offer, undefined, 33 * COOKIE_SLOT), null);
  const ack = segmentOf(THERE, LOCAL, { flags: Flag.ack, seq: IRS + 1, ack: 1 });
  assertEquals(new SynCookies(SECRET).mayBring(ack, START), false);
});

Deno.test("IPv6 peers and ends have cookies of their own", () => {
  const local = { address: HERE_IPV6, port: 80 };
  assertEquals(broughtBack({ mss: 1_440 }, undefined, 0, THERE_IPV6, local)?.maximumSegmentSize, 1_440);
});

Deno.test("a peer that takes less than any cookie can say has no answer", () => {
  const cookies = new SynCookies(SECRET);
  assertEquals(cookies.answer(synOf({ mss: 255 }), LOCAL, THERE, CONFIG, CLOCK, START), null);
  assertEquals(COOKIE_MSS[0], 256);
});

Deno.test("a flood of SYNs takes no more memory than the backlog, and an honest peer gets in during it and after (RFC 4987)", () => {
  const host = newHost();
  const listener = host.listen({ port: 80, backlog: 4 });
  const flood = (from: number): void => {
    for (let i = 0; i < 2_000; i++) {
      host.segmentArrives(segmentOf({ ...THERE, port: from + i }, LOCAL, { flags: Flag.syn, seq: i }), at(0));
      if (i % 50 === 0) sentBy(host, at(0));
    }
    sentBy(host, at(0));
  };
  flood(10_000);
  assertEquals(host.connectionCount, 4);
  assertEquals(host.cookiesSent, 1_996);
  for (const [i, flooded] of [1, 2, 3].entries()) {
    const peer = { ...THERE, port: 500 + flooded };
    host.segmentArrives(segmentOf(peer, LOCAL, { flags: Flag.syn, seq: IRS }), at(0));
    const [answer] = sentBy(host, at(0));
    assertEquals([answer?.flags, answer?.ack], ["SYN,ACK", IRS + 1]);
    assertNotEquals(answer?.seq, ISS);
    flood(20_000 + 3_000 * i);
    const data = { flags: Flag.ack, seq: IRS + 1, ack: (answer?.seq ?? 0) + 1 >>> 0, length: 10 };
    host.segmentArrives(segmentOf(peer, LOCAL, data), at(1));
    const accepted = listener.accept();
    assertEquals([accepted?.state, accepted?.remote.port, accepted?.unreadOctets], [
      "ESTABLISHED",
      peer.port,
      10,
    ]);
  }
});

Deno.test("where nobody accepts, neither SYN nor cookie is taken", () => {
  const host = newHost({ defence: { synCookies: "always" } });
  const listener = host.listen({ port: 80, backlog: 1 });
  const open = (port: number): string[] => {
    const peer = { ...THERE, port };
    host.segmentArrives(segmentOf(peer, LOCAL, { flags: Flag.syn, seq: IRS }), at(0));
    const sent = sentBy(host, at(0));
    if (sent.length === 0) return [];
    const ack = (sent[0]?.seq ?? 0) + 1 >>> 0;
    host.segmentArrives(segmentOf(peer, LOCAL, { flags: Flag.ack, seq: IRS + 1, ack }), at(0));
    return sent.map(({ flags }) => flags);
  };
  assertEquals(open(501), ["SYN,ACK"]);
  assertEquals(open(502), []);
  assertEquals(listener.accept()?.remote.port, 501);
  assertEquals(open(503), ["SYN,ACK"]);
});

Deno.test("with cookies off a SYN beyond the backlog is dropped", () => {
  const host = newHost({ defence: { synCookies: "off" } });
  host.listen({ port: 80, backlog: 1 });
  for (const port of [501, 502]) {
    host.segmentArrives(segmentOf({ ...THERE, port }, LOCAL, { flags: Flag.syn, seq: IRS }), at(0));
  }
  assertEquals([sentBy(host, at(0)).length, host.cookiesSent], [1, 0]);
});
