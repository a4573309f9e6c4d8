/**
 * Programs whose output goes into a pipe that is full and that nobody reads, all of them at once, and what becomes of each when
 * it is asked to end.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import type { Network } from "./network.ts";
import { type Program, until } from "./process.ts";

/** Milliseconds from the signal to the end, at most: 8 s are promised, and this machine is busy. */
const BOUND = 25_000;

/** Where an output goes that nobody reads: what to add to a command, in a folder with a full pipe named `pipe`. */
export type Outputs = Readonly<Record<string, string>>;

/** Ports of a situation's programs, one for each output. */
export function portOf(situation: number, output: number): number {
  return 7_000 + 10 * situation + output;
}

/** A table of nftables that drops what comes in by one of these rules. */
export function dropping(rules: readonly string[]): string {
  return `table ip dropping { chain c { type filter hook input priority 0; ${rules.join(" ")} }; }\n`;
}

/** Signals that ask for the end, and the client's exit code after each. */
const ENDINGS: readonly (readonly [signal: Deno.Signal, code: number])[] = [
  ["SIGINT", 130],
  ["SIGTERM", 143],
  ["SIGHUP", 129],
];

/** The first line has whoever writes to `pipe` wait for ever, and nobody find it closed. */
const SURROUNDINGS = `mkfifo pipe; exec 3<>pipe; head -c 65536 /dev/zero >&3`;

/** A running program of this kind. */
export interface StuckProgram extends AsyncDisposable {
  readonly name: string;
  readonly folder: string;
  readonly program: Program;
}

/** Starts a command whose output is stuck in a folder of its own, which goes with it. */
export async function startStuck(network: Network, name: string, command: string): Promise<StuckProgram> {
  const folder = await Deno.makeTempDir({ prefix: "rawtcp-" });
  const program = network.start(["bash", "-c", `cd ${folder}; ${SURROUNDINGS}; exec ${command}`]);
  return {
    name,
    folder,
    program,
    async [Symbol.asyncDispose](): Promise<void> {
      await program[Symbol.asyncDispose]();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

/** Sends the signal and waits for the end within a bound, milliseconds. @returns the exit code; null: the signal itself ended it */
async function endOf(
  { name, program }: StuckProgram,
  signal: Deno.Signal,
  bound: number = BOUND,
): Promise<number | null> {
  const start = performance.now();
  program.kill(signal);
  const result = await program.ended(2 * bound).catch(() => null);
  const took = performance.now() - start;
  assert(result !== null && took < bound, `${name}: not over ${took} ms after ${signal}`);
  return result.signal === null ? result.code : null;
}

/** Ends all of them, each by one of the signals in turn, looks at each exit code and at what is left in each folder. */
export async function endAll(
  programs: readonly StuckProgram[],
  assertCode: (ended: number | null, code: number, name: string) => void,
  bound?: number,
): Promise<void> {
  await Promise.all(programs.map(async (program, k) => {
    const [signal, code] = ENDINGS[k % ENDINGS.length]!;
    assertCode(await endOf(program, signal, bound), code, program.name);
    await assertWhole(program);
  }));
}

/** That nothing is left in its folder but what is whole: the pipe, and what was asked for. */
export async function assertWhole({ name, folder }: StuckProgram): Promise<void> {
  const files = (await Array.fromAsync(Deno.readDir(folder))).map((entry) => entry.name);
  const known = files.filter((file) => ["pipe", "fifo", "report.html", "log"].includes(file));
  assertEquals(files, known, `${name}: left behind`);
  if (!files.includes("report.html")) return;
  const report = await Deno.readTextFile(`${folder}/report.html`);
  assert(report.trimEnd().endsWith("</html>"), `${name}: the report is cut`);
}

/** That no connection of the network stays half-open, but those whose port is one of the kernel's own TCP's. */
export async function assertNothingHalfOpen(
  network: Network,
  isKernels: (port: number) => boolean = () => false,
): Promise<void> {
  const halfOpen = async (): Promise<readonly string[]> =>
    (await network.sockets("-tan"))
      .filter(({ state, port }) => !["LISTEN", "TIME-WAIT"].includes(state) && !isKernels(port))
      .map(({ state, port }) => `${state} at ${port}`);
  await until("the peers to hear of the end", async () => (await halfOpen()).length === 0, BOUND)
    .catch(async () => assertEquals(await halfOpen(), []));
}
