/**
 * The client's job from start to end of its process: connect over a cable, deliver 29 octets, close in order. Beside a Deno
 * program that does nothing, and beside other programs for the same.
 *
 * @module
 */

import type { Network } from "../../e2e/network.ts";
import type { Bench, Place } from "../bench.ts";
import { Peer, PEER_PORT } from "../peers.ts";
import type { StopwatchAnswer, StopwatchJob } from "../programs/jobs.ts";
import type { Bound, Claim, Figure, Outcome, Row } from "../row.ts";
import type { ToolName } from "../tools.ts";

const MAIN = new URL("../../../main.ts", import.meta.url).pathname;
const PROGRAMS = new URL("../programs/", import.meta.url).pathname;
const MESSAGE = "Hello from custom TCP client!";

/** Of the peer that scapy talks to; the kernel's RSTs to it are dropped, as scapy's users must see to. */
const SCAPY_PORT = 7_005;

/** Runs of each program in a round, and of those that take long. */
const TIMES = 7;
const TIMES_SLOW = 2;

/** Longest that one round takes, seconds. */
const ROUND_SECONDS = 30;

/** Longest that the compiler may take, seconds. */
const COMPILE_SECONDS = 60;

/** The Deno that builds where there is no runtime of another version: .ci/denort.sh. */
const BUILDER = ["npx", "-y", "deno@2.4.2"];

/** Octets of the length at the end of an executable. */
const LENGTH_OCTETS = 8;

/** A program, and what it takes to run it. */
interface Timed {
  readonly who: string;
  readonly command: readonly string[];
  readonly times: number;
}

/** The programs that could be prepared, by a short name, and why others could not. */
interface Prepared {
  readonly programs: ReadonlyMap<string, Timed>;
  readonly leftOut: readonly string[];
}

/** The row. */
export const oneShot: Row = {
  name: "one-shot",
  needs: ["namespaces"],
  run: async (bench) => {
    const place = await bench.place("veth");
    const { programs, leftOut } = await prepare(bench, place);
    const ports = [PEER_PORT, SCAPY_PORT];
    await using _peer = await Peer.start(bench, place.server, { mode: "sink", host: place.address, ports });
    await using _silence = programs.has("scapy") ? await silenceKernel(bench, place.client) : null;
    const commands = [...programs.values()];
    const [rounds = []] = await bench.takeTurns([{
      who: "stopwatch",
      run: () =>
        bench.answer<StopwatchAnswer>("stopwatch.ts", { commands } satisfies StopwatchJob, {
          network: place.client,
          seconds: ROUND_SECONDS,
        }),
    }]);
    const figures = new Map<string, Figure>();
    for (const [index, [name, { who }]] of [...programs].entries()) {
      figures.set(name, { who, unit: "ms", values: rounds.map((round) => median(round[index] ?? [])) });
    }
    return { ...describe(figures), leftOut };
  },
};

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? NaN;
}

/** What is compared with what. */
function describe(figures: ReadonlyMap<string, Figure>): Outcome {
  const claims: Claim[] = [];
  const compare = (our: string, their: string, bound?: Bound, ratio?: Claim["ratio"]): void => {
    const [ours, peer] = [figures.get(our), figures.get(their)];
    if (ours === undefined || peer === undefined) return;
    claims.push({
      work: `one-shot job, ${ours.who}`,
      ours,
      peer,
      ...bound === undefined ? {} : { bound },
      ...ratio === undefined ? {} : { ratio },
    });
  };
  compare("main.ts", "empty.ts", { kind: "at most", limit: 3, aim: 2 });
  compare("compiled", "empty compiled", { kind: "at most", limit: 1.6, aim: 1.3 });
  compare("main.ts", "scapy", { kind: "at least", limit: 15 }, "theirs to ours");
  if (figures.has("compiled")) compare("compiled", "scapy", undefined, "theirs to ours");
  for (const other of ["python3", "nc", "hping3"]) compare("main.ts", other);
  return { claims };
}

async function prepare(bench: Bench, place: Place): Promise<Prepared> {
  const address = [place.address, String(PEER_PORT)];
  const deno = [Deno.execPath(), "run", "--quiet"];
  const programs = new Map<string, Timed>();
  const leftOut: string[] = [];
  const add = (name: string, who: string, command: readonly string[], times = TIMES): void => {
    programs.set(name, { who, command, times });
  };
  const addTool = (tool: ToolName, who: string, args: readonly string[], times = TIMES): void => {
    const found = bench.tools.found.get(tool);
    if (found === undefined) leftOut.push(`${who}: ${bench.tools.missing.get(tool)}`);
    else add(tool, who, [...found.command, ...args], times);
  };
  add("main.ts", "main.ts", [...deno, "--allow-ffi", MAIN, ...address]);
  add("empty.ts", "an empty script", [...deno, "--allow-ffi", `${PROGRAMS}empty.ts`]);
  await addCompiled(bench, address, programs, leftOut);
  if (!bench.tools.found.has("nft")) leftOut.push("scapy: there is no nft to keep the kernel from its RST");
  else {
    const args = [`${PROGRAMS}scapy_job.py`, place.address, String(SCAPY_PORT), MESSAGE];
    addTool("scapy", "scapy", args, TIMES_SLOW);
  }
  addTool("python3", "python3, kernel's TCP", [`${PROGRAMS}python_job.py`, ...address, MESSAGE]);
  const netcat = bench.tools.found.get("nc");
  if (netcat === undefined) leftOut.push(`nc: ${bench.tools.missing.get("nc")}`);
  else {
    const message = `${await bench.folder()}/message`;
    await Deno.writeTextFile(message, MESSAGE);
    const script = `exec ${netcat.command.join(" ")} ${address.join(" ")} <"$1"`;
    add("nc", "nc, kernel's TCP", ["sh", "-c", script, "sh", message]);
  }
  addTool(
    "hping3",
    "hping3, a SYN only",
    ["-S", "-c", "1", "-p", address[1] ?? "", place.address],
    TIMES_SLOW,
  );
  return { programs, leftOut };
}

/** The executable, and an empty program with the same runtime. */
async function addCompiled(
  bench: Bench,
  address: readonly string[],
  programs: Map<string, Timed>,
  leftOut: string[],
): Promise<void> {
  const client = bench.tools.found.get("rawtcp-client");
  if (client === undefined) {
    leftOut.push(`rawtcp-client: ${bench.tools.missing.get("rawtcp-client")}`);
    return;
  }
  programs.set("compiled", { who: "rawtcp-client", command: [...client.command, ...address], times: TIMES });
  const empty = await compileEmpty(bench, client.command[0] ?? "");
  if (empty === null) {
    leftOut.push(`an empty program, compiled: not measured, no Deno here compiles for the client's runtime`);
  } else {
    programs.set("empty compiled", { who: "an empty program, compiled", command: [empty], times: TIMES });
  }
}

/**
 * Compiles the empty program for the runtime that is in the client: an executable is that with something appended, whose length is
 * its last eight octets. @returns its path; null: each Deno that there is has another version
 */
async function compileEmpty(bench: Bench, client: string): Promise<string | null> {
  const folder = await bench.folder();
  const [runtime, empty] = [`${folder}/runtime`, `${folder}/empty`];
  const octets = await Deno.readFile(client);
  const appended = new DataView(octets.buffer).getBigUint64(octets.length - LENGTH_OCTETS, true);
  await Deno.writeFile(runtime, octets.subarray(0, octets.length - Number(appended)), { mode: 0o755 });
  const options = ["compile", "--quiet", "--no-config", "--no-check", "--no-code-cache", "--output", empty];
  for (const deno of [[Deno.execPath()], BUILDER]) {
    const compile = ["env", `DENORT_BIN=${runtime}`, ...deno, ...options, `${PROGRAMS}empty.ts`];
    try {
      await bench.must(compile, { seconds: COMPILE_SECONDS });
      await bench.must([empty]);
      return empty;
    } catch {
      // of another version, or not there
    }
  }
  return null;
}

/** Keeps the kernel from resetting what scapy has opened. */
async function silenceKernel(bench: Bench, network: Network): Promise<AsyncDisposable> {
  const nft = bench.tool("nft").command;
  const rules = `table ip rawtcp_bench {
    chain output {
      type filter hook output priority 0; policy accept;
      tcp dport ${SCAPY_PORT} tcp flags & rst == rst drop
    }
  }`;
  await network.must([...nft, "-f", "-"], { input: `${rules}\n` });
  return {
    [Symbol.asyncDispose]: async () => {
      await network.run([...nft, "delete", "table", "ip", "rawtcp_bench"]);
    },
  };
}
