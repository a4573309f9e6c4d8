/**
 * Simulated runs and fuzzed connections for as long as one likes, or one run told step by step.
 *
 *     deno task soak [--seconds N] [--seed S]
 *     deno task soak --run SEED [--trace]
 *
 * @module
 */

import { parseArgs } from "@std/cli/parse-args";
import { FuzzCounts, FuzzFailure, fuzzOne } from "../fuzz/fuzz.ts";
import { simulate, SimulationFailure } from "./world.ts";

const options = parseArgs(Deno.args, { string: ["seconds", "seed", "run"], boolean: ["trace"] });

function say(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));
}

/** One run, with its trace when asked for. */
function runOne(seed: number): void {
  const outcome = simulate(seed, options.trace ? say : undefined);
  say(`Seed ${seed}: ${outcome.steps} steps, ${(outcome.span / 1e6).toFixed(3)} s of virtual time`);
}

/** Runs from one seed on until the time is over. Returns how many failed. */
function soak(first: number, span: number): number {
  const end = performance.now() + 1_000 * span;
  const fuzzed = new FuzzCounts();
  let failed = 0;
  let runs = 0;
  for (let seed = first; performance.now() < end; seed++, runs++) {
    try {
      simulate(seed);
      fuzzOne(seed, fuzzed);
    } catch (error) {
      if (!(error instanceof SimulationFailure || error instanceof FuzzFailure)) throw error;
      failed++;
      say(error.message);
    }
  }
  say(`${runs} runs and ${fuzzed.packets} fuzzed packets from seed ${first} on, ${failed} failed`);
  return failed;
}

if (options.run !== undefined) {
  runOne(Number(options.run));
} else {
  const failed = soak(
    Number(options.seed ?? Math.floor(Math.random() * 2 ** 31)),
    Number(options.seconds ?? 60),
  );
  if (failed > 0) Deno.exit(1);
}
