/**
 * Our TCP with those of other people: lwIP, gVisor, libslirp and pasta, as servers and as clients, octet for octet, on a path
 * without loss and on one that loses 1 % of all segments each way. What differs between them: docs/interop.md. A stack that
 * is not installed is left out by name. RAWTCP_E2E=full takes 10 MB, and 5 % loss too, and makes of each piece a test of its own,
 * which `--filter` finds.
 */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { digest, pattern } from "./bulk.ts";
import { type Call, callsOf, PIECES } from "./interop/calls.ts";
import { Jobs, OURS, rows } from "./interop/jobs.ts";
import { CLIENT, CLIENT6, missing, STACK, type Stack, StackNetwork, STACKS } from "./interop/stacks.ts";
import type { Program } from "./process.ts";

const isFull = Deno.env.get("RAWTCP_E2E") === "full";
const LOSSES = isFull ? [0, 1, 5] : [0, 1];
const OCTETS = isFull ? 10_000_000 : 2_000_000;

/** Octets that a stack is to send with so many of a hundred segments lost. */
function octetsFromThem(stack: Stack, loss: number): number {
  return loss === 5 ? stack.octetsThroughLoss : OCTETS;
}

type Steps = (network: StackNetwork, t: Deno.TestContext) => Promise<void>;

/** What belongs together: all of it one test, or each a test of its own. */
type Pieces = readonly (readonly [name: string, steps: Steps])[];

function test(stack: Stack, role: string, reason: string | null, pieces: Pieces): void {
  const without = reason === null ? "" : ` (left out: ${reason})`;
  for (const together of isFull ? pieces.map((piece) => [piece]) : [pieces]) {
    const what = isFull ? `: ${together[0]?.[0]}` : "";
    Deno.test({
      name: `${stack.name} as ${role}, octet for octet${what}${without}`,
      ignore: reason !== null,
      fn: async (t) => {
        await using network = await StackNetwork.create(stack);
        for (const [, steps] of together) await steps(network, t);
      },
    });
  }
}

/** What our client and our library send to a stack and get from it on a path that loses so much of a hundred. */
function transfers(stack: Stack, loss: number): Pieces {
  const octets = octetsFromThem(stack, loss);
  const right = new RegExp(`${octets} octets right in order`);
  const piece = (what: string, job: (jobs: Jobs) => Promise<void>): Pieces[number] => {
    const name = `${what}, ${loss} % lost`;
    return [name, async (network, t) => {
      await network.lose(loss);
      const jobs = new Jobs(`${stack.name}, ${loss} % lost`, network, octets);
      await t.step(name, () => job(jobs));
    }];
  };
  const all = [
    piece(`${OCTETS} octets to it`, async (jobs) => {
      for (const way of ["auto", "raw"]) {
        await jobs.client(0, "--link", way, "--send-bytes", `${OCTETS}`, STACK, "9");
        await jobs.stackSays(new RegExp(`port 9 done ${OCTETS} octets right`));
      }
    }),
    piece(`${octets} from it to the client`, async (jobs) => {
      const { out } = await jobs.client(0, "--receive", "--no-fin", "--hash", "sha256", STACK, "19");
      assert(out.includes(await digest(pattern(octets))), out);
    }),
    piece(`${octets} from it to the library`, async (jobs) => {
      assertMatch((await jobs.library("down", 19, octets)).out, right);
    }),
    piece(`${octets} both ways`, async (jobs) => {
      assertMatch((await jobs.library("echo", 7, octets)).out, right);
      await jobs.stackSays(new RegExp(`port 7 done ${octets} octets right`));
    }),
  ];
  return stack.isFragile ? all.slice(0, -1) : all;
}

/** All else that a stack is asked for as a server. */
function behaviours(stack: Stack): Pieces {
  const piece = (name: string, job: (jobs: Jobs) => Promise<void>): Pieces[number] => [
    name,
    async (network, t) => {
      await network.lose(0);
      await t.step(name, () => job(new Jobs(stack.name, network, 1_000_000)));
    },
  ];
  const sent = (octets: number, port: number): RegExp =>
    new RegExp(`port ${port} done ${octets} octets right`);
  const all = [
    piece("a message", async (jobs) => {
      await jobs.client(0, "-m", "hello", STACK, "9");
      await jobs.stackSays(/port 9 done 5 octets/);
    }),
    piece("a reader that pauses for 5 s closes its window, and opens it", async (jobs) => {
      await jobs.client(0, "--send-bytes", "10000000", STACK, "5000");
      await jobs.stackSays(sent(10_000_000, 5000));
      assertMatch((await jobs.library("slow", 19, 1_000_000)).out, /1000000 octets right in order/);
    }),
    piece("resets, theirs and ours", async (jobs) => {
      await jobs.client(6, "--send-bytes", "1000000", STACK, "5001");
      await jobs.library("reset", 9, 1_000);
    }),
    piece("they close first, and what is sent after their FIN", async (jobs) => {
      await jobs.client(0, "--receive", STACK, "5003");
      await jobs.client(0, "--send-bytes", "1000000", STACK, "5004");
      await jobs.stackSays(sent(1_000_000, 5004));
    }),
    piece("5,000 writes of 10 octets, theirs and ours", async (jobs) => {
      const { out } = await jobs.client(0, "--receive", "--hash", "sha256", STACK, "5005");
      assert(out.includes(await digest(pattern(50_000))), out);
      await jobs.library("small", 9, 0);
      await jobs.stackSays(sent(50_000, 9));
    }),
    piece("IPv6", async (jobs) => {
      await jobs.client(0, "--send-bytes", "1000000", stack.address6, "9");
      await jobs.stackSays(sent(1_000_000, 9));
      const { out } = await jobs.client(0, "--receive", "--no-fin", "--hash", "sha256", stack.address6, "19");
      assert(out.includes(await digest(pattern(1_000_000))), out);
    }),
  ];
  if (stack.isFragile) return all;
  return [
    ...all,
    piece("a port where nobody listens", async (jobs) => {
      await jobs.client(3, STACK, "4444");
      await jobs.client(3, stack.address6, "4444");
    }),
    piece("we close first, and are answered", async (jobs) => {
      assertMatch((await jobs.library("half", 5002, 100_000)).out, /100000 octets right in order/);
    }),
    piece("20 downloads at once", async (jobs) => {
      const { out } = await jobs.library("many", 19, 1_000_000);
      assertEquals(out.match(/1000000 octets right in order/g)?.length, 20, out);
    }),
    piece("20 echoes at once", async (jobs) => {
      const { out } = await jobs.library("many", 7, 500_000);
      assertEquals(out.match(/500000 octets right in order/g)?.length, 20, out);
    }),
  ];
}

/** What a stack asks of a server of ours on a path that loses so much of a hundred. */
function calls(stack: Stack, loss: number): Pieces {
  const asked = callsOf(stack, { ours: OCTETS, theirs: octetsFromThem(stack, loss) })
    .filter(({ endIsSentOnce = false }) => loss === 0 || !endIsSentOnce);
  // What only waits is not tried once more with loss.
  const pieces = PIECES.filter((piece) => loss === 0 || isFull || piece !== "pauses and ends");
  return pieces.map((piece) => [`${piece}, ${loss} % lost`, async (network, t) => {
    await network.lose(loss);
    const deno = [Deno.execPath(), "run", "--allow-ffi", OURS];
    await using server = network.client.start([...deno, "serve", `${OCTETS}`, CLIENT, CLIENT6]);
    await server.shows("ready");
    for (const call of asked.filter((one) => one.piece === piece)) {
      const { mode, host = CLIENT, port } = call;
      await t.step(`${mode}, port ${port} of ${host}, ${loss} % lost`, async () => {
        rows.push(`${stack.name} as client, ${loss} % lost: ${await answered(network, server, call)}`);
      });
    }
  }]);
}

/** Has the stack call the server, and waits for what both say. @returns what was asked for, and how long it took */
async function answered(network: StackNetwork, server: Program, call: Call): Promise<string> {
  const { mode, host = CLIENT, port, octets, says, said, times = 1 } = call;
  const before = server.out.length;
  const start = performance.now();
  await using peer = await network.call(mode, host, port, octets);
  const seconds = ((performance.now() - start) / 1_000).toFixed(2);
  assertEquals(peer.out.match(new RegExp(says, "g"))?.length, times, peer.out);
  const told = (): number => server.out.slice(before).match(new RegExp(said, "g"))?.length ?? 0;
  for (let tries = 0; told() < times; tries++) {
    assert(tries < 1_200, `${said}: ${server.out.slice(before)}${server.err}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return `${mode} ${host} ${port} ${octets}: ${seconds} s`;
}

for (const stack of STACKS) {
  const reason = await missing(stack);
  const losses = stack.isFragile ? [0] : LOSSES;
  test(stack, "server", reason, [
    ...losses.flatMap((loss) => transfers(stack, loss)),
    ...behaviours(stack),
  ]);
  if (stack.isWhole) test(stack, "client", reason, LOSSES.flatMap((loss) => calls(stack, loss)));
}

// deno-lint-ignore no-console
if (isFull) globalThis.addEventListener("unload", () => console.log(rows.join("\n")));
