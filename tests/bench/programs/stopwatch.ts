/**
 * Runs programs by turns, each from start to end, and says how long they took. Started inside the network where they are
 * to run, so that the way into it is not measured.
 *
 * @module
 */

import { answer, readJob, type StopwatchJob } from "./jobs.ts";

const { commands } = readJob<StopwatchJob>();
const results = commands.map((): number[] => []);
const most = Math.max(...commands.map(({ times }) => times));
for (let turn = 0; turn < most; turn++) {
  for (const [index, { command: [program = "", ...args], times }] of commands.entries()) {
    if (turn >= times) continue;
    const command = new Deno.Command(program, { args, stdin: "null", stdout: "null", stderr: "piped" });
    const start = performance.now();
    const { code, stderr } = command.outputSync();
    results[index]?.push(performance.now() - start);
    if (code !== 0) throw new Error(`${program} ended with ${code}: ${new TextDecoder().decode(stderr)}`);
  }
}
answer(results);
