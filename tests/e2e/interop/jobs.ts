/**
 * One stack as a server, and what can be asked of it by our client and our library.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { executables } from "../executables.ts";
import { type Program, type Result, run } from "../process.ts";
import { STACK, type StackNetwork, TRANSFER_PATIENCE } from "./stacks.ts";

const { client } = await executables();

/** Our TCP by the library. */
export const OURS = new URL("./our_peer.ts", import.meta.url).pathname;

/** What each job says of itself, to be compared with other runs. */
export const rows: string[] = [];

/** One stack as a server, and what can be asked of it. */
export class Jobs {
  readonly #name: string;
  readonly #network: StackNetwork;
  readonly #octets: number;
  #server: Program | null = null;
  #seen = 0;

  /** The stack's port 19 sends so many octets. */
  constructor(name: string, network: StackNetwork, octets: number) {
    [this.#name, this.#network, this.#octets] = [name, network, octets];
  }

  /** Runs our client; its exit code is to be this one. */
  async client(code: number, ...args: string[]): Promise<Result> {
    return await this.#run(code, [client, ...args]);
  }

  /** Runs our library. */
  async library(mode: string, port: number, octets: number): Promise<Result> {
    const deno = [Deno.execPath(), "run", "--allow-ffi", OURS];
    return await this.#run(0, [...deno, mode, STACK, `${port}`, `${octets}`]);
  }

  /** Waits for what the stack says of a connection. */
  async stackSays(pattern: RegExp): Promise<void> {
    const said = (): string => this.#server?.out.slice(this.#seen) ?? "";
    for (let tries = 0; !pattern.test(said()); tries++) {
      assert(tries < 1_200, `the stack did not say ${pattern}: ${said()}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    this.#seen = this.#server?.out.length ?? 0;
  }

  async #run(code: number, command: readonly string[]): Promise<Result> {
    const server = await this.#network.serve(this.#octets);
    if (this.#server !== server) [this.#server, this.#seen] = [server, server.out.length];
    const start = performance.now();
    const result = await run(this.#network.client.inside(command), {}, TRANSFER_PATIENCE);
    const words = command.slice(command.findIndex((word) => word === client || word === OURS) + 1).join(" ");
    rows.push(`${this.#name}: ${words}: ${((performance.now() - start) / 1_000).toFixed(2)} s`);
    assertEquals(result.code, code, `${words}\n${result.out}${result.err}`);
    return result;
  }
}
