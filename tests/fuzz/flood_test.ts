import { assert, assertEquals } from "@std/assert";
import {
  completeConfig,
  decodePacket,
  encodePacket,
  Flag,
  Host,
  type Instant,
  instant,
  Option,
  parseAddress,
  Segment,
  seqAdd,
  seqNumber,
  timestamp,
} from "../../tcp/mod.ts";
import { controlBlockOf } from "../../tcp/connection/connection.ts";
import { Random } from "../../lab/random.ts";
import { FuzzCounts, Sentinel } from "./fuzz.ts";
import { randomPacket } from "./mutate.ts";
import { OWN_ISS, SITUATIONS } from "./situations.ts";
import type { Peer } from "./peer.ts";

const CONFIG = completeConfig({ buffers: { sendBuffer: 1 << 20 }, defence: { challengeAcksPerSecond: 100 } });
const ADDRESS = parseAddress("192.0.2.1");
const PORT = 80;
function lead(name: string): Peer {
  const situation = SITUATIONS.find((it) => it.name === name);
  if (situation === undefined) throw new RangeError(`Cannot find the situation ${name}`);
  return situation.lead({
    config: CONFIG,
    family: 4,
    iss: OWN_ISS,
    observer: new Sentinel(new FuzzCounts()),
  });
}

/** A segment from one of many senders to the host. */
function unknownPeer(number: number, flags: number): Segment {
  const segment = new Segment();
  segment.addresses = Uint8Array.of(
    10,
    number >> 16 & 0xff,
    number >> 8 & 0xff,
    1 + (number & 0x7f),
    ...ADDRESS.octets,
  );
  segment.destinationOffset = 4;
  segment.sourcePort = 1_024 + number % 60_000;
  segment.destinationPort = PORT;
  segment.flags = flags;
  segment.seq = seqNumber(Math.imul(number, 0x9e3779b9));
  segment.window = 1_000;
  return segment;
}

function newHost(): Host {
  return new Host({ addresses: [ADDRESS], secret: new Uint8Array(16), config: CONFIG });
}

function drain(host: Host, now: Instant): number {
  const out = new Segment();
  let count = 0;
  while (host.transmit(out, now)) count++;
  return count;
}

Deno.test("RSTs anywhere in the window draw a limited number of challenge ACKs and end nothing (RFC 5961 3, 10)", () => {
  const peer = lead("ESTABLISHED, opened passively");
  const before = peer.bare;
  for (let i = 1; i <= 10_000; i++) {
    peer.say({ flags: Flag.rst, seq: seqAdd(peer.next, i) });
  }
  assertEquals(peer.connection.state, "ESTABLISHED");
  const answers = peer.bare - before;
  assertEquals(answers, 10, "as many as one connection sends in 5 s");
  peer.wait(5_000_000);
  peer.say({ flags: Flag.rst, seq: seqAdd(peer.next, 1) });
  assertEquals(peer.bare - before, answers + 1, "the next 5 s have answers of their own");
});

Deno.test("SYNs and ACKs of what was never sent share that limit (RFC 5961 4, 5, 10)", () => {
  const peer = lead("ESTABLISHED, opened actively");
  const before = peer.bare;
  for (let i = 1; i <= 5_000; i++) {
    peer.say({ flags: Flag.syn, seq: seqAdd(peer.next, i) });
    peer.say({ flags: Flag.ack, seq: peer.next, ack: seqAdd(peer.expected, i) });
  }
  assertEquals(peer.connection.state, "ESTABLISHED");
  const answers = peer.bare - before;
  assertEquals(answers, 10);
});

Deno.test("bare segments out of the window are answered twice a second at most: no loop of ACKs", () => {
  const peer = lead("ESTABLISHED, opened actively");
  const before = peer.bare;
  for (let i = 0; i < 1_000; i++) {
    peer.wait(5_000);
    peer.say({ flags: Flag.ack, seq: seqAdd(peer.next, -100) });
  }
  const answers = peer.bare - before;
  assert(answers >= 5 && answers <= 11, `${answers} answers in 5 s`);
});

Deno.test("SACK blocks of single octets make no more than a few records for each segment in flight", () => {
  const peer = lead("ESTABLISHED, text outstanding");
  const text = new Uint8Array(1 << 16);
  for (let i = 0; i < 40; i++) {
    peer.connection.send(text, peer.now);
    peer.wait(10_000);
    peer.say({ flags: Flag.ack });
  }
  peer.connection.send(text, peer.now);
  peer.drain();
  const { records, octets } = controlBlockOf(peer.connection).recovery.scoreboard;
  const segments = records.count;
  assert(segments > 20, `Only ${segments} segments in flight`);
  for (let at = 1; at + 5 < octets.total; at += 6) {
    peer.say({
      flags: Flag.ack,
      ack: peer.connection.sndUna,
      sack: [[at, at + 1], [at + 2, at + 3], [at + 4, at + 5]],
    });
  }
  assert(records.count <= 4 * segments + 128, `${records.count} records for ${segments} segments`);
});

Deno.test("a flood of SYNs fills the backlog and no more, and what it fills is given back (RFC 4987)", () => {
  const host = newHost();
  host.listen({ port: PORT, backlog: 16 });
  let now = instant(0);
  for (let i = 0; i < 5_000; i++) host.segmentArrives(unknownPeer(i, Flag.syn), now);
  drain(host, now);
  assertEquals(host.connectionCount, 16);
  // Nobody answers: after the SYN-ACK's retransmissions the connections are gone.
  for (let timers = 0; timers < 10_000 && host.nextDeadline() !== Infinity; timers++) {
    now = host.nextDeadline();
    host.timersFire(now);
    drain(host, now);
  }
  assertEquals(host.connectionCount, 0);
  host.segmentArrives(unknownPeer(1, Flag.syn), now);
  assertEquals(host.connectionCount, 1, "there is room for the next");
});

Deno.test("SYNs that are reset at once give their place in the backlog back (RFC 9293 3.10.7.4)", () => {
  const host = newHost();
  const listener = host.listen({ port: PORT, backlog: 16 });
  for (let i = 0; i < 1_000; i++) {
    host.segmentArrives(unknownPeer(i, Flag.syn), instant(0));
    drain(host, instant(0));
    const reset = unknownPeer(i, Flag.rst);
    reset.seq = seqAdd(reset.seq, 1);
    host.segmentArrives(reset, instant(0));
    drain(host, instant(0));
  }
  assert(listener.hasRoom, "The backlog is full of connections that nobody opens");
  assert(host.connectionCount < 16, `${host.connectionCount} connections are left`);
});

Deno.test("segments for nobody draw a bounded number of RSTs and leave nothing behind", () => {
  const host = newHost();
  for (let i = 0; i < 10_000; i++) host.segmentArrives(unknownPeer(i, Flag.ack), instant(0));
  const answers = drain(host, instant(0));
  assert(answers > 0 && answers <= 64, `${answers} RSTs wait at once`);
  assertEquals(host.connectionCount, 0);
  assertEquals(host.nextDeadline(), Infinity);
});

Deno.test("100,000 packets of random octets and random senders leave a host as it was", () => {
  const host = newHost();
  host.listen({ port: PORT, backlog: 16 });
  const random = new Random(20_260_101);
  const packet = new Uint8Array(70_000);
  const segment = new Segment();
  for (let i = 0; i < 100_000; i++) {
    const now = instant(i * 100);
    const isRandom = random.chance(0.5);
    const length = isRandom ? randomPacket(packet, random) : encodePacket(drawStray(random), packet);
    if (decodePacket(packet, length, segment, "trust") === null) host.segmentArrives(segment, now);
    host.timersFire(now);
    drain(host, now);
    assert(host.connectionCount <= 16, `${host.connectionCount} connections`);
  }
});

function drawStray(random: Random): Segment {
  const segment = unknownPeer(random.integer(0, 200), random.integer(0, 511));
  segment.seq = seqNumber(random.int32());
  segment.ack = seqNumber(random.int32());
  segment.destinationPort = random.chance(0.9) ? PORT : random.integer(0, 65_535);
  if (random.chance(0.2)) segment.sourcePort = 0;
  segment.options |= Option.timestamps;
  segment.timestampValue = timestamp(random.int32());
  return segment;
}
