/**
 * Our TCP with those of other people: lwIP, gVisor, libslirp and pasta, as servers and as clients, octet for octet, on a path
 * without loss and on one that loses 1 % of all segments each way. What differs between them: docs/interop.md. A stack that
 * is not installed is left out by name. RAWTCP_E2E=full takes 10 MB, and 5 % loss too.
 */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { digest, pattern } from "./bulk.ts";
import { executables } from "./executables.ts";
import {
  CLIENT,
  CLIENT6,
  missing,
  STACK,
  type Stack,
  STACK6,
  StackNetwork,
  STACKS,
  TRANSFER_PATIENCE,
} from "./interop/stacks.ts";
import { type Program, type Result, run } from "./process.ts";

const { client } = await executables();
const OURS = new URL("./interop/our_peer.ts", import.meta.url).pathname;
const isFull = Deno.env.get("RAWTCP_E2E") === "full";
const LOSSES = isFull ? [0, 1, 5] : [0, 1];
const OCTETS = isFull ? 10_000_000 : 2_000_000;

/** Octets that a stack is to send with so many of a hundred segments lost: lwIP and libslirp take a minute for 2 MB at 5 %. */
function octetsFromThem(loss: number): number {
  return loss === 5 ? 2_000_000 : OCTETS;
}

/** What each job says of itself, to be compared with other runs. */
const rows: string[] = [];

/** One stack as a server, and what can be asked of it. */
class Jobs {
  readonly #name: string;
  readonly #stack: Stack;
  readonly #network: StackNetwork;
  readonly #octets: number;
  #server: Program | null = null;
  #seen = 0;

  /** The stack's port 19 sends so many octets. */
  constructor(name: string, stack: Stack, network: StackNetwork, octets: number) {
    [this.#name, this.#stack, this.#network, this.#octets] = [name, stack, network, octets];
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
    if (this.#server === null || this.#stack.isFragile) {
      this.#server = await this.#network.serve(this.#octets);
      this.#seen = this.#server.out.length;
    }
    const start = performance.now();
    const result = await run(this.#network.client.inside(command), {}, TRANSFER_PATIENCE);
    const words = command.slice(command.findIndex((word) => word === client || word === OURS) + 1).join(" ");
    rows.push(`${this.#name}: ${words}: ${((performance.now() - start) / 1_000).toFixed(2)} s`);
    assertEquals(result.code, code, `${words}\n${result.out}${result.err}`);
    return result;
  }
}

/** What a stack's client does with a port of a server of ours, and what both sides say of it. */
interface Call {
  readonly mode: string;
  /** @default CLIENT */
  readonly host?: string;
  readonly port: number;
  readonly octets: number;
  readonly says: string;
  readonly said: string;
  /** Connections at once. @default 1 */
  readonly times?: number;
}

/** The calls of a stack on a path that loses so much of a hundred. */
function callsOf(stack: Stack, loss: number): readonly Call[] {
  const theirs = octetsFromThem(loss);
  const all: readonly Call[] = [
    { mode: "up", port: 9, octets: theirs, ...inOrder(theirs, theirs) },
    { mode: "down", port: 19, octets: OCTETS, ...inOrder(OCTETS, 0) },
    { mode: "echo", port: 7, octets: theirs, ...inOrder(theirs, theirs) },
    { mode: "half", port: 5002, octets: 0, ...inOrder(100_000, 1_000) },
    { mode: "down", port: 5003, octets: 0, ...inOrder(6, 6) },
    { mode: "up", port: 5004, octets: 500_000, ...inOrder(500_000, 500_000) },
    { mode: "down", port: 5005, octets: 0, ...inOrder(50_000, 50_000) },
    { mode: "small", port: 9, octets: 0, ...inOrder(50_000, 50_000) },
    { mode: "up", host: CLIENT6, port: 9, octets: 1_000_000, ...inOrder(1_000_000, 1_000_000) },
    { mode: "down", host: CLIENT6, port: 19, octets: OCTETS, ...inOrder(OCTETS, 0) },
    { mode: "many", port: 7, octets: 100_000, times: 20, ...inOrder(100_000, 100_000) },
    {
      mode: "up",
      port: 5001,
      octets: 1_000_000,
      says: "errno 104|reset by peer",
      said: "5001 done 0 octets right",
    },
    // lwIP as packaged closes with FIN where a program asks for RST.
    {
      mode: "reset",
      port: 9,
      octets: 1_000,
      says: "port 9 reset 0 octets",
      said: stack.name === "lwIP" ? "port 9 done 1000 octets right in order" : "octets right ConnectionReset",
    },
    { mode: "up", port: 5000, octets: 500_000, ...inOrder(500_000, 500_000) },
    { mode: "slow", port: 19, octets: OCTETS, ...inOrder(OCTETS, 0) },
  ];
  // What only waits is not tried once more with loss.
  return loss === 0 || isFull ? all : all.filter(({ mode, port }) => port < 5000 && mode !== "slow");
}

function inOrder(read: number, served: number): Pick<Call, "says" | "said"> {
  return { says: ` ${read} octets right`, said: `done ${served} octets right in order` };
}

for (const stack of STACKS) {
  const reason = await missing(stack);
  const ignore = reason !== null;
  const why = ignore ? ` (left out: ${reason})` : "";

  Deno.test({
    name: `${stack.name} as server, octet for octet, half-closed, reset, slow, 20 at once${why}`,
    ignore,
  }, async (t) => {
    await using network = await StackNetwork.create(stack);
    for (const loss of stack.isFragile ? [0] : LOSSES) {
      const octets = octetsFromThem(loss);
      await network.lose(loss);
      const jobs = new Jobs(`${stack.name}, ${loss} % lost`, stack, network, octets);
      await t.step(`${OCTETS} octets to it, ${octets} from it, ${loss} % lost`, async () => {
        for (const way of ["auto", "raw"]) {
          await jobs.client(0, "--link", way, "--send-bytes", `${OCTETS}`, STACK, "9");
          await jobs.stackSays(new RegExp(`port 9 done ${OCTETS} octets right`));
        }
        const { out } = await jobs.client(0, "--receive", "--no-fin", "--hash", "sha256", STACK, "19");
        assert(out.includes(await digest(pattern(octets))), out);
        assertMatch(
          (await jobs.library("down", 19, octets)).out,
          new RegExp(`${octets} octets right in order`),
        );
        if (stack.isFragile) return;
        assertMatch(
          (await jobs.library("echo", 7, octets)).out,
          new RegExp(`${octets} octets right in order`),
        );
        await jobs.stackSays(new RegExp(`port 7 done ${octets} octets right`));
      });
    }
    await network.lose(0);
    const jobs = new Jobs(stack.name, stack, network, 1_000_000);
    await t.step("a message, and a port where nobody listens", async () => {
      await jobs.client(0, "-m", "hello", STACK, "9");
      await jobs.stackSays(/port 9 done 5 octets/);
      if (!stack.isFragile) await jobs.client(3, STACK, "4444");
    });
    const whole = stack.isFragile
      ? (name: string): void => void rows.push(`${stack.name}: left out: ${name}`)
      : t.step.bind(t);
    await whole("a reader that pauses for 5 s closes its window, and opens it", async () => {
      await jobs.client(0, "--send-bytes", "1000000", STACK, "5000");
      await jobs.stackSays(/port 5000 done 1000000 octets right/);
      assertMatch((await jobs.library("slow", 19, 1_000_000)).out, /1000000 octets right in order/);
    });
    await t.step("resets, theirs and ours", async () => {
      await jobs.client(6, "--send-bytes", "1000000", STACK, "5001");
      await jobs.library("reset", 9, 1_000);
    });
    await whole("half-closed connections, and whoever closes first", async () => {
      assertMatch((await jobs.library("half", 5002, 100_000)).out, /100000 octets right in order/);
      await jobs.client(0, "--receive", STACK, "5003");
      await jobs.client(0, "--send-bytes", "1000000", STACK, "5004");
      await jobs.stackSays(/port 5004 done 1000000 octets right/);
    });
    await t.step("5,000 writes of 10 octets, theirs and ours", async () => {
      const { out } = await jobs.client(0, "--receive", "--hash", "sha256", STACK, "5005");
      assert(out.includes(await digest(pattern(50_000))), out);
      await jobs.library("small", 9, 0);
      await jobs.stackSays(/port 9 done 50000 octets right/);
    });
    await whole("20 connections at once", async () => {
      const { out } = await jobs.library("many", 7, 500_000);
      assertEquals(out.match(/500000 octets right in order/g)?.length, 20, out);
    });
    if (stack.isWhole) {
      await t.step("IPv6", async () => {
        await jobs.client(0, "--send-bytes", "1000000", STACK6, "9");
        await jobs.stackSays(/port 9 done 1000000 octets right/);
      });
    }
  });

  if (!stack.isWhole) continue;
  Deno.test({
    name:
      `${stack.name} as client of a server of ours, octet for octet, half-closed, reset, slow, 20 at once${why}`,
    ignore,
  }, async (t) => {
    await using network = await StackNetwork.create(stack);
    for (const loss of LOSSES) {
      await network.lose(loss);
      const deno = [Deno.execPath(), "run", "--allow-ffi", OURS];
      await using server = network.client.start([...deno, "serve", `${OCTETS}`, CLIENT, CLIENT6]);
      await server.shows("ready");
      for (const call of callsOf(stack, loss)) {
        const { mode, host = CLIENT, port, octets, says, said, times = 1 } = call;
        await t.step(`${mode}, port ${port} of ${host}, ${loss} % lost`, async () => {
          const before = server.out.length;
          const start = performance.now();
          await using peer = await network.call(mode, host, port, octets);
          const seconds = ((performance.now() - start) / 1_000).toFixed(2);
          rows.push(
            `${stack.name} as client, ${loss} % lost: ${mode} ${host} ${port} ${octets}: ${seconds} s`,
          );
          assertEquals(peer.out.match(new RegExp(says, "g"))?.length, times, peer.out);
          const told = (): number => server.out.slice(before).match(new RegExp(said, "g"))?.length ?? 0;
          for (let tries = 0; told() < times; tries++) {
            assert(tries < 1_200, `${said}: ${server.out.slice(before)}${server.err}`);
            await new Promise((resolve) => setTimeout(resolve, 50));
          }
        });
      }
    }
  });
}

// deno-lint-ignore no-console
if (isFull) globalThis.addEventListener("unload", () => console.log(rows.join("\n")));
