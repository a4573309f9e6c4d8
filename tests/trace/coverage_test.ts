/**
 * Every code of the catalogue is emitted by the core somewhere: in the scripts, in the simulation, or here. A code that
 * the core emits and the catalogue does not know does not compile.
 */

import { assert, assertEquals } from "@std/assert";
import {
  Connection,
  decodePacket,
  Flag,
  Host,
  instant,
  parseAddress,
  type PartialConfig,
  Segment,
} from "../../tcp/mod.ts";
import {
  CONGESTION_REASONS,
  DROP_REASONS,
  ICMP_VERDICTS,
  SEND_REASONS,
  STATE_REASONS,
  TIMERS,
} from "../../trace/catalogue.ts";
import { OWN_SCRIPTS } from "../../packetdrill/options.ts";
import { runScript } from "../../packetdrill/run.ts";
import { SCRIPTS } from "../packetdrill/scripts/index.ts";
import { Coverage } from "../simulation/coverage.ts";
import { simulate } from "../simulation/world.ts";
import { recording } from "./collect.ts";
import type { Collector } from "./collect.ts";
import { FakeConnection, onTheWire, type Said } from "./fake_connection.ts";

/** Seeds of the simulation that together meet every kind of trouble. */
const SEEDS = 300;

const NOW = instant(1_000_000);
const emitted = new Set<string>();

/** The lines of a script's log end with the reason, in parentheses. */
function collectFromScripts(): void {
  for (const [path, text] of SCRIPTS) {
    for (const line of runScript(text, path, { ...OWN_SCRIPTS, family: null }).log) {
      const reason = /\((?:dropped: )?([a-z0-9-]+)\)$/.exec(line)?.[1];
      const timer = / {2}(.*) timer$/.exec(line)?.[1];
      if (reason !== undefined) emitted.add(reason);
      if (timer !== undefined) emitted.add(timer.trim());
    }
  }
}

function collectFromSimulation(): void {
  const coverage = new Coverage();
  for (let seed = 1; seed <= SEEDS; seed++) coverage.add(simulate(seed));
  const { sendReasons, dropReasons, congestionReasons, timers, icmpVerdicts } = coverage.seen;
  for (const codes of [sendReasons, dropReasons, congestionReasons, timers, icmpVerdicts]) {
    for (const code of codes) emitted.add(code);
  }
}

function collect(seen: Collector): void {
  for (const event of seen.events) {
    if ("reason" in event && event.reason !== null) emitted.add(event.reason);
    if ("timer" in event) emitted.add(event.timer);
  }
}

/** An IPv4 packet with a SYN, whole and right. */
function packet(): Uint8Array {
  const connection = new FakeConnection(recording().recorder);
  const { addresses } = onTheWire(connection.segment({ flags: Flag.syn, seq: 0, mss: 1_460 }, "arrived"));
  return addresses.slice(0, 44);
}

const DAMAGE:
  readonly (readonly [name: string, reason: string, damage: (packet: Uint8Array) => Uint8Array])[] = [
    ["a packet that is shorter than it says", "truncated", (octets) => octets.subarray(0, 43)],
    ["another protocol", "not-tcp", (octets) => withIpChecksum(octets, 9, 17)],
    ["a fragment", "fragment", (octets) => withIpChecksum(octets, 6, 0x20)],
    ["a header shorter than one", "bad-ip-header", (octets) => withIpChecksum(octets, 0, 0x44)],
    ["a damaged IP header", "bad-ip-checksum", (octets) => octets.with(8, 1)],
    ["a data offset of less than a header", "bad-data-offset", (octets) => octets.with(32, 0x40)],
    ["a damaged TCP header", "bad-checksum", (octets) => octets.with(24, 1)],
  ];

/** Puts a value into the IP header and makes its checksum right again. */
function withIpChecksum(octets: Uint8Array, at: number, value: number): Uint8Array {
  const changed = octets.with(at, value).with(10, 0).with(11, 0);
  let sum = 0;
  for (let i = 0; i < 20; i += 2) sum += (changed[i] ?? 0) << 8 | (changed[i + 1] ?? 0);
  sum = ~((sum & 0xffff) + (sum >> 16)) & 0xffff;
  return changed.with(10, sum >> 8).with(11, sum & 0xff);
}

const situations: (() => void)[] = [];
const done = new Set<() => void>();

/** A test of a situation whose codes count: the last test makes those that have not been made. */
function emits(name: string, situation: () => void): void {
  situations.push(situation);
  Deno.test(name, () => {
    situation();
    done.add(situation);
  });
}

for (const [name, reason, damage] of DAMAGE) {
  emits(`the decoder refuses ${name}: ${reason}`, () => {
    const damaged = damage(packet());
    const refusal = decodePacket(damaged, damaged.length, new Segment(), "strict");
    assertEquals(refusal, reason);
    emitted.add(refusal ?? "");
  });
}

emits("a host drops what is addressed to others, and what comes from nobody (MUST-57, MUST-63)", () => {
  const { recorder, seen } = recording();
  const address = parseAddress("192.0.2.1");
  const host = new Host({
    addresses: [address],
    secret: new Uint8Array(16),
    config: { defence: { dropSynFin: true } },
    observer: recorder,
  });
  host.listen({ port: 40_000 });
  const connection = new FakeConnection(recorder);
  const arrive = (change: () => void, flags: number): void => {
    change();
    host.segmentArrives(onTheWire(connection.segment({ flags, seq: 0 }, "arrived")), NOW);
  };
  arrive(() => connection.local = { address: parseAddress("192.0.2.9"), port: 40_000 }, Flag.syn);
  arrive(() => connection.local = { address, port: 40_000 }, Flag.syn | Flag.fin);
  arrive(() => connection.remote = { address: parseAddress("224.0.0.1"), port: 80 }, Flag.syn);
  assertEquals(seen.of("dropped").map(({ reason }) => reason), [
    "not-ours",
    "syn-with-fin",
    "invalid-source",
  ]);
  collect(seen);
});

/** An established connection with an observer, and the one who plays its peer. */
function established(config: PartialConfig): {
  readonly connection: Connection;
  readonly seen: Collector;
  readonly arrive: (said: Said) => void;
} {
  const { recorder, seen } = recording();
  const fake = new FakeConnection(recording().recorder);
  fake.numbers(0, 0, 0);
  const connection = Connection.connect({
    config,
    local: fake.local,
    remote: fake.remote,
    isn: () => fake.iss,
    observer: recorder,
  }, NOW);
  const out = new Segment();
  const transmit = (): void => {
    while (connection.transmit(out, NOW));
  };
  transmit();
  const arrive = (said: Said): void => {
    connection.segmentArrives(onTheWire(fake.segment(said, "arrived")), NOW);
    transmit();
  };
  arrive({ flags: Flag.syn | Flag.ack, seq: 0, ack: 1 });
  return { connection, seen, arrive };
}

emits("a SYN in the window of an open connection resets it where that is asked for (RFC 793 3.9)", () => {
  const { seen, arrive } = established({ defence: { synAnswer: "reset" } });
  arrive({ flags: Flag.syn, seq: 5 });
  assert(seen.of("sent").some(({ reason }) => reason === "reset-syn-in-window"));
  collect(seen);
});

emits("more gaps than a receiver remembers: what it has no room for is acknowledged as not here", () => {
  const { seen, arrive } = established({});
  for (let i = 0; i < 3_000; i++) arrive({ flags: Flag.ack, seq: 3 + 2 * i, ack: 1, data: "x" });
  assert(seen.of("sent").some(({ reason }) => reason === "ack-too-many-gaps"));
  assert(seen.of("dropped").some(({ reason }) => reason === "too-many-gaps"));
  collect(seen);
});

Deno.test("every code of the catalogue is emitted by the core", () => {
  for (const situation of situations) if (!done.has(situation)) situation();
  collectFromScripts();
  collectFromSimulation();
  const catalogue = [SEND_REASONS, DROP_REASONS, STATE_REASONS, CONGESTION_REASONS, TIMERS, ICMP_VERDICTS];
  const codes = catalogue.flatMap((table) => Object.keys(table));
  assertEquals(codes.filter((code) => !emitted.has(code)), []);
});
