/**
 * Where the rows do their work: networks, programs and a folder that are gone afterwards, whatever happens.
 *
 * @module
 */

import { type Network, Pair } from "../e2e/network.ts";
import { Program, type Result, until } from "../e2e/process.ts";
import type { Contender } from "./row.ts";
import type { Tool, ToolName, Tools } from "./tools.ts";

const OFFLOADS = new URL("../ffi/switch_offloads.ts", import.meta.url).pathname;

/** Time that a program gets beyond what it is to work, milliseconds. */
const GRACE = 20_000;

/** Client's and server's end of a path. */
export interface Place {
  readonly name: string;
  readonly client: Network;
  readonly server: Network;
  /** Of the server. */
  readonly address: string;
}

/** Paths that rows may ask for: loopback, or a veth pair with MTU 1500. */
export type PlaceName = "loopback" | "veth" | "veth, offloads off";

/** Cores for rows about round trips: on one core, both ends would be several times faster, and on any, now so and now so. */
export const CLIENT_CORE = 0;
export const PEER_CORE = 1;

/** How much is measured. */
export interface Extent {
  /** How often each contender has its turn. */
  readonly rounds: number;
  /** Length of a run of anything else than bulk data beside iperf3. */
  readonly seconds: number;
  /** Lengths of runs of bulk data beside iperf3: short ones have much warm-up in them, long ones little. */
  readonly bulkSeconds: readonly number[];
  /** Of the transfer during which memory is watched. */
  readonly octets: number;
  /** Bulk rows beside iperf3, too, have each end on a core of its own. Where a scheduler puts them, matters. */
  readonly isPinned: boolean;
}

/** How a program is to run. */
export interface Order {
  /** @default the machine's own network */
  readonly network?: Network;
  /** How long it is to work; it gets more before it is killed. @default 0 */
  readonly seconds?: number;
  /** The core to run on; where that cannot be chosen, it is any. @default any */
  readonly core?: number;
}

/** One run of `deno task bench`. */
export class Bench implements AsyncDisposable {
  readonly extent: Extent;
  readonly tools: Tools;
  readonly #pairs = new Map<string, Promise<Pair>>();
  readonly #programs = new Set<Program>();
  #folder: string | null = null;
  #isOver = false;

  constructor(extent: Extent, tools: Tools) {
    this.extent = extent;
    this.tools = tools;
  }

  /** A tool that the row needs. @throws Error when it is missing */
  tool(name: ToolName): Tool {
    const tool = this.tools.found.get(name);
    if (tool === undefined) throw new Error(`There is no ${name}: ${this.tools.missing.get(name)}`);
    return tool;
  }

  /** Makes the path, the first time that it is asked for. */
  async place(name: PlaceName): Promise<Place> {
    const pair =
      await (name === "veth, offloads off" ? this.#pair(name, withoutOffloads) : this.#pair("veth"));
    const { near, far } = pair;
    return name === "loopback"
      ? { name, client: near, server: near, address: "127.0.0.1" }
      : { name, client: near, server: far, address: Pair.farAddress };
  }

  /** A folder for what is compiled or built. */
  async folder(): Promise<string> {
    return this.#folder ??= await Deno.makeTempDir({ prefix: "rawtcp-bench-" });
  }

  /** Starts a program; it ends with the bench at the latest. */
  start(command: readonly string[], network?: Network): Program {
    if (this.#isOver) throw new Error("The benchmark is over");
    const program = network === undefined ? new Program(command) : network.start(command);
    this.#programs.add(program);
    return program;
  }

  /** The command, to run on one core; unchanged where that cannot be chosen. */
  onCore(command: readonly string[], core: number | undefined): readonly string[] {
    const taskset = this.tools.found.get("taskset");
    if (taskset === undefined || core === undefined) return command;
    return [...taskset.command, "--cpu-list", String(core), ...command];
  }

  /** Runs a program to its end. @returns its standard output */
  async must(command: readonly string[], order: Order = {}): Promise<string> {
    const program = this.start(this.onCore(command, order.core), order.network);
    return await this.end(program, order);
  }

  /** Waits for the end of a program. @returns its standard output */
  async end(program: Program, { seconds = 0 }: Order = {}): Promise<string> {
    try {
      return requireSuccess(await program.ended(seconds * 1_000 + GRACE));
    } finally {
      await program[Symbol.asyncDispose]();
      this.#programs.delete(program);
    }
  }

  /** Runs one of programs/ on this Deno. @returns what the last line of its output says in JSON */
  async answer<T>(
    program: string,
    job: unknown,
    order: Order & { readonly flags?: readonly string[] } = {},
  ): Promise<T> {
    const command = [...denoRun(program, order.flags), JSON.stringify(job)];
    return lastLine<T>(await this.must(command, order));
  }

  /** Lets the contenders take turns. @returns each one's results, in the order of the rounds */
  async takeTurns<T>(
    contenders: readonly Contender<T>[],
    rounds: number = this.extent.rounds,
  ): Promise<readonly T[][]> {
    const results = contenders.map((): T[] => []);
    for (let round = 0; round < rounds; round++) {
      for (const [index, contender] of contenders.entries()) {
        try {
          results[index]?.push(await contender.run());
        } catch (error) {
          throw new Error(`${contender.who}, round ${round + 1}: ${messageOf(error)}`, { cause: error });
        }
      }
    }
    return results;
  }

  /** Ends every program and removes the networks and the folder. Once is enough; twice does no harm. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    const endings = [...this.#programs].map((program) => program[Symbol.asyncDispose]());
    const removals = [...this.#pairs.values()].map(async (pair) => {
      await (await pair)[Symbol.asyncDispose]();
    });
    await Promise.allSettled([...endings, ...removals]);
    if (this.#folder !== null) await Deno.remove(this.#folder, { recursive: true }).catch(() => {});
  }

  #pair(name: string, prepare: (pair: Pair) => Promise<void> = async () => {}): Promise<Pair> {
    if (this.#isOver) throw new Error("The benchmark is over");
    const made = this.#pairs.get(name) ?? makePair(prepare);
    this.#pairs.set(name, made);
    return made;
  }
}

async function makePair(prepare: (pair: Pair) => Promise<void>): Promise<Pair> {
  const pair = await Pair.create();
  try {
    await prepare(pair);
    return pair;
  } catch (error) {
    await pair[Symbol.asyncDispose]();
    throw error;
  }
}

async function withoutOffloads({ near, far }: Pair): Promise<void> {
  for (const network of [near, far]) {
    await network.must([Deno.execPath(), "run", "--allow-ffi", OFFLOADS, "cable", "off"]);
  }
  await until("the cable to be up", async () => (await near.must(["ip", "link"])).includes("LOWER_UP"));
}

/** The command that runs one of programs/ on the Deno that runs this. */
export function denoRun(program: string, flags: readonly string[] = []): readonly string[] {
  const path = new URL(`programs/${program}`, import.meta.url).pathname;
  return [Deno.execPath(), "run", "--quiet", "--allow-all", ...flags, path];
}

/** What the last line of a program's output says. */
export function lastLine<T>(out: string): T {
  const line = out.trimEnd().split("\n").at(-1) ?? "";
  try {
    return JSON.parse(line) as T;
  } catch {
    throw new Error(`This is no answer: ${line}`);
  }
}

/** An error's message, whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The standard output of a program that did what it was to do. @throws Error with what it wrote, otherwise */
function requireSuccess({ code, signal, out, err }: Result): string {
  if (code === 0) return out;
  throw new Error(`ended with ${signal ?? code}: ${`${err}${out}`.trim()}`);
}
