/**
 * Bulk transfers of one connection, side by side with iperf3 over the kernel's TCP in the same minutes: rounds of short runs
 * that take turns, medians, and their ratio to iperf3's. In namespaces of its own; needs root, `ip` and `iperf3`.
 *
 *     deno run -A tests/bench/transfer.ts [--rounds N] [--seconds N] [--patience MS]
 *         [--links raw,packet,auto] [--works loopback,veth,no-offload]
 *
 * @module
 */

import { parseArgs } from "@std/cli/parse-args";
import { type Network, Pair } from "../e2e/network.ts";
import { type Program, until } from "../e2e/process.ts";

const CLIENT = new URL("client.ts", import.meta.url).pathname;
const PEER = new URL("peer.ts", import.meta.url).pathname;
const OFFLOAD = new URL("../ffi/switch_offloads.ts", import.meta.url).pathname;

const SINK_PORT = 7_001;
const SOURCE_PORT = 7_002;
const IPERF_PORT = 7_003;

type Direction = "up" | "down";

/** What one run showed. */
interface Run {
  readonly megabytesPerSecond: number;
  readonly cpuSecondsPerGigabyte: number;
  readonly segmentsRetransmitted: number;
}

/** Where a transfer runs, and to whom. */
interface Place {
  readonly name: string;
  readonly client: Network;
  readonly address: string;
}

const flags = parseArgs(Deno.args, {
  string: ["rounds", "seconds", "links", "works", "patience"],
  default: {
    rounds: "3",
    seconds: "1",
    links: "raw,packet",
    works: "loopback,veth,no-offload",
    patience: "0",
  },
});
const [rounds, seconds] = [Number(flags["rounds"]), Number(flags["seconds"])];
const links = String(flags["links"]).split(",");
const works = String(flags["works"]).split(",");
const patience = String(flags["patience"]);

/** Starts the three servers that a place needs; they end with what they are told to dispose of. */
async function startServers(server: Network, address: string): Promise<readonly AsyncDisposable[]> {
  const deno = [Deno.execPath(), "run", "--allow-ffi", PEER];
  const peers: Program[] = [
    server.start([...deno, "sink", address, String(SINK_PORT)]),
    server.start([...deno, "source", address, String(SOURCE_PORT), String(seconds)]),
    server.start(["iperf3", "-s", "-p", String(IPERF_PORT)]),
  ];
  for (const peer of peers.slice(0, 2)) await peer.shows("ready");
  await server.listens(IPERF_PORT);
  return peers;
}

async function runOurs({ client, address }: Place, direction: Direction, link: string): Promise<Run> {
  const port = direction === "up" ? SINK_PORT : SOURCE_PORT;
  const command = [Deno.execPath(), "run", "-A", CLIENT];
  const args = [direction, address, String(port), String(seconds), link, patience];
  return JSON.parse(await client.must([...command, ...args]));
}

async function runIperf({ client, address }: Place, direction: Direction): Promise<Run> {
  const options = ["-J", "-C", "cubic", "-t", String(seconds), ...direction === "down" ? ["-R"] : []];
  const out = await client.must(["iperf3", "-c", address, "-p", String(IPERF_PORT), ...options]);
  const { end } = JSON.parse(out);
  const { bits_per_second: rate, bytes } = end.sum_received;
  const cpu = end.cpu_utilization_percent.host_total / 100 * end.sum_received.seconds;
  return {
    megabytesPerSecond: rate / 8e6,
    cpuSecondsPerGigabyte: cpu / (bytes / 1e9),
    segmentsRetransmitted: end.sum_sent.retransmits ?? 0,
  };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? NaN;
}

function report(what: string, runs: readonly Run[], reference: readonly Run[]): string {
  const rates = runs.map(({ megabytesPerSecond }) => megabytesPerSecond);
  const cpu = median(runs.map(({ cpuSecondsPerGigabyte }) => cpuSecondsPerGigabyte));
  const ratio = median(rates) / median(reference.map(({ megabytesPerSecond }) => megabytesPerSecond));
  const cpuRatio = cpu / median(reference.map(({ cpuSecondsPerGigabyte }) => cpuSecondsPerGigabyte));
  const spread = `${Math.min(...rates).toFixed(0)} to ${Math.max(...rates).toFixed(0)}`;
  const lost = runs.reduce((sum, { segmentsRetransmitted }) => sum + segmentsRetransmitted, 0);
  return `| ${what} | ${median(rates).toFixed(0)} | ${spread} | ${ratio.toFixed(2)} | ${cpu.toFixed(3)} | ${
    cpuRatio.toFixed(2)
  } | ${lost} |`;
}

async function measure(place: Place): Promise<void> {
  for (const direction of ["up", "down"] as const) {
    const runs = new Map<string, Run[]>([
      ["iperf3", []],
      ...links.map((link): [string, Run[]] => [link, []]),
    ]);
    for (let round = 0; round < rounds; round++) {
      for (const [kind, list] of runs) {
        list.push(await (kind === "iperf3" ? runIperf(place, direction) : runOurs(place, direction, kind)));
      }
    }
    const reference = runs.get("iperf3") ?? [];
    for (const [kind, list] of runs) print(report(`${place.name} ${direction}, ${kind}`, list, reference));
  }
}

function print(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

async function main(): Promise<void> {
  await using pair = await Pair.create();
  const { near, far } = pair;
  print("| work | MB/s, median | spread | to iperf3 | CPU s/GB, client | to iperf3's | retransmitted |");
  print("|---|---|---|---|---|---|---|");
  const owned: AsyncDisposable[] = [];
  try {
    owned.push(...await startServers(near, "127.0.0.1"), ...await startServers(far, Pair.farAddress));
    if (works.includes("loopback")) await measure({ name: "loopback", client: near, address: "127.0.0.1" });
    const place = { client: near, address: Pair.farAddress };
    if (works.includes("veth")) await measure({ name: "veth 1500", ...place });
    if (!works.includes("no-offload")) return;
    for (const network of [near, far]) {
      await network.must([Deno.execPath(), "run", "--allow-ffi", OFFLOAD, "cable", "off"]);
    }
    await until("the cable to be up", async () => (await near.must(["ip", "link"])).includes("LOWER_UP"));
    await measure({ name: "veth 1500, no offloads", ...place });
  } finally {
    for (const owner of owned.reverse()) await owner[Symbol.asyncDispose]();
  }
}

await main();
