/**
 * What a number of runs came across: a simulation that no longer meets trouble proves nothing.
 *
 * @module
 */

import type { Outcome } from "./world.ts";

/** Names of what happened on one side. */
export class Happenings {
  /** States gone to, as `FROM -> TO`. */
  readonly transitions: Set<string> = new Set();
  readonly timers: Set<string> = new Set();
  readonly icmpVerdicts: Set<string> = new Set();
  readonly sendReasons: Set<string> = new Set();
  readonly dropReasons: Set<string> = new Set();
  readonly congestionReasons: Set<string> = new Set();
}

/** Sums over runs. */
export class Coverage {
  readonly seen: Happenings = new Happenings();
  runs = 0;
  steps = 0;
  segments = 0;
  octets = 0;
  lost = 0;
  overflowed = 0;
  tooBig = 0;
  duplicated = 0;
  corrupted = 0;
  marked = 0;
  /** Damaged packets whose checksum fits. */
  undetected = 0;

  add(outcome: Outcome): void {
    this.runs++;
    this.steps += outcome.steps;
    this.undetected += outcome.undetected;
    for (const { wire, counts, seen } of outcome.sides) {
      this.segments += wire.segments;
      this.octets += wire.octets;
      this.lost += counts.lost;
      this.overflowed += counts.overflowed;
      this.tooBig += counts.tooBig;
      this.duplicated += counts.duplicated;
      this.corrupted += counts.corrupted;
      this.marked += counts.marked;
      for (const name of seen.transitions) this.seen.transitions.add(name);
      for (const name of seen.timers) this.seen.timers.add(name);
      for (const name of seen.icmpVerdicts) this.seen.icmpVerdicts.add(name);
      for (const name of seen.sendReasons) this.seen.sendReasons.add(name);
      for (const name of seen.dropReasons) this.seen.dropReasons.add(name);
      for (const name of seen.congestionReasons) this.seen.congestionReasons.add(name);
    }
  }
}
