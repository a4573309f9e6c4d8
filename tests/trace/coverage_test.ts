/**
 * Every code of the catalogue is emitted by the core somewhere: in the scripts, in the simulation, or here. A code that
 * the core emits and the catalogue does not know does not compile.
 */

import { assert, assertEquals } from "@std/assert";
import { decodePacket, Segment } from "../../tcp/mod.ts";
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
import { DAMAGE, otherWay, packet, strayPackets, synInWindow, tooManyGaps } from "./situations.ts";

/** Seeds of the simulation that together meet every kind of trouble. */
const SEEDS = 300;

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
  strayPackets(recorder);
  assertEquals(seen.of("dropped").map(({ reason }) => reason), [
    "not-ours",
    "syn-with-fin",
    "invalid-source",
  ]);
  collect(seen);
});

emits("a SYN in the window of an open connection resets it where that is asked for (RFC 793 3.9)", () => {
  const { recorder, seen } = recording();
  synInWindow(recorder);
  assert(seen.of("sent").some(({ reason }) => reason === "reset-syn-in-window"));
  collect(seen);
});

emits("more gaps than a receiver remembers: what it has no room for is acknowledged as not here", () => {
  const { recorder, seen } = recording();
  tooManyGaps(recorder);
  assert(seen.of("sent").some(({ reason }) => reason === "ack-too-many-gaps"));
  assert(seen.of("dropped").some(({ reason }) => reason === "too-many-gaps"));
  collect(seen);
});

emits("what left by a way that is given up goes again by another", () => {
  const { recorder, seen } = recording();
  otherWay(recorder);
  assert(seen.of("sent").some(({ reason }) => reason === "retransmit-other-way"));
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
