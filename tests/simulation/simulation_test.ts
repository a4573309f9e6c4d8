import { assert, assertEquals } from "@std/assert";
import { STATES } from "../../tcp/mod.ts";
import { Coverage } from "./coverage.ts";
import { planOf } from "./plan.ts";
import { simulate } from "./world.ts";

/** Seeds of the ordinary runs: 1 to this one. */
const RUNS = 2_000;

/** Runs of one test, so that a failure does not hide the rest. */
const RUNS_PER_TEST = 250;

const coverage = new Coverage();
/** First seeds of the tests whose runs are in {@link coverage}. */
const covered = new Set<number>();

/** Makes the runs of one test, once. */
function run(first: number): void {
  if (covered.has(first)) return;
  for (let seed = first; seed < first + RUNS_PER_TEST; seed++) coverage.add(simulate(seed));
  covered.add(first);
}

/** What all runs came across. */
function wholeCoverage(): Coverage {
  for (let first = 1; first <= RUNS; first += RUNS_PER_TEST) run(first);
  return coverage;
}

for (let first = 1; first <= RUNS; first += RUNS_PER_TEST) {
  const last = first + RUNS_PER_TEST - 1;
  Deno.test(`every octet arrives, and every invariant holds, in the runs of seeds ${first} to ${last}`, () => {
    run(first);
    assert(coverage.runs >= RUNS_PER_TEST);
  });
}

Deno.test("the runs come to every state and fire every timer that does not end a connection", () => {
  const { transitions, timers } = wholeCoverage().seen;
  const reached = new Set([...transitions].map((transition) => transition.split(" -> ")[1]));
  for (const state of STATES) assert(reached.has(state), `No run came to ${state}`);
  for (const from of ["FIN-WAIT-1", "FIN-WAIT-2", "CLOSING"]) {
    const to = from === "FIN-WAIT-1" ? "CLOSING" : "TIME-WAIT";
    assert(transitions.has(`${from} -> ${to}`), `No run went from ${from} to ${to}`);
  }
  assert(transitions.has("SYN-SENT -> SYN-RECEIVED"), "No run opened from both sides at once");
  assert(transitions.has("SYN-RECEIVED -> LISTEN"), "No run had a listener's handshake fail");
  for (const timer of ["retransmission", "tail loss probe", "reordering", "persist", "delayed ACK"]) {
    assert(timers.has(timer), `The ${timer} timer never fired`);
  }
  assert(timers.has("keep-alive") && timers.has("TIME-WAIT"), "The timers of quiet connections never fired");
});

Deno.test("the runs meet every trouble, and use every way of recovery", () => {
  const { sendReasons, congestionReasons } = wholeCoverage().seen;
  for (const way of ["duplicate-acks", "sack", "rack", "partial-ack", "timeout", "path-mtu"]) {
    assert(sendReasons.has(`retransmit-${way}`), `Nothing was sent again because of ${way}`);
  }
  for (const reason of ["tail-loss-probe", "forward-rto-probe", "window-probe", "limited-transmit"]) {
    assert(sendReasons.has(reason), `No ${reason} was sent`);
  }
  for (const reason of ["ecn-echo", "spurious-retransmission", "idle-restart", "fast-recovery"]) {
    assert(congestionReasons.has(reason), `No window changed by ${reason}`);
  }
  const { lost, overflowed, tooBig, duplicated, corrupted, marked } = wholeCoverage();
  for (const [name, count] of Object.entries({ lost, overflowed, tooBig, duplicated, corrupted, marked })) {
    assert(count >= 100, `Only ${count} packets were ${name}`);
  }
});

Deno.test("few of the packets with two or three flipped bits get past the checksum", () => {
  const { corrupted, undetected } = wholeCoverage();
  assert(corrupted > 1_000 && undetected / corrupted < 0.03, `${undetected} of ${corrupted}`);
});

Deno.test("data beyond a gap does not keep the window closed for what would fill the gap (RFC 2018 8)", () => {
  // A buffer that counts packets is full of small ones behind a lost one; the peer's probes are RCV.NXT, or lie before it.
  for (const seed of [20_334_839, 40_178_586]) simulate(seed);
});

Deno.test("the same seed makes the same run", () => {
  for (const seed of [3, 1_001]) {
    const lines: string[] = [];
    const again: string[] = [];
    simulate(seed, (line) => lines.push(line));
    simulate(seed, (line) => again.push(line));
    assert(lines.length > 10);
    assertEquals(lines, again);
    assertEquals(planOf(seed), planOf(seed));
  }
});
