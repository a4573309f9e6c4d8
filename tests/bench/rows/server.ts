/**
 * Our server on our own TCP beside the same server on the kernel's: many small requests by `wrk`, each on a connection of its
 * own, and bulk data to and from a client of the kernel's.
 *
 * @module
 */

import type { Bench, Place } from "../bench.ts";
import type { Claim, Outcome, Row } from "../row.ts";
import { fill, secondsOf, SERVER_FROM_SOURCES } from "./programs.ts";

const PORT = 8_080;

/** Octets of the file that each request asks for, and connections at a time. */
const FILE_OCTETS = 1_000;
const AT_A_TIME = 8;

/** Octets of bulk data for each second that a bulk run takes. */
const OCTETS_PER_SECOND = 200e6;

/** Longest that bulk data may take, seconds. */
const LONGEST = 120;

const STACKS = ["rawtcp", "kernel"] as const;

/** Serves while `work` lasts, with this TCP. */
async function serving<T>(
  bench: Bench,
  { server: network, address }: Place,
  options: readonly string[],
  work: () => Promise<T>,
): Promise<T> {
  const command = [...SERVER_FROM_SOURCES, "--host", address, "--port", String(PORT), ...options];
  const program = bench.start(command, network);
  try {
    await program.shows("istening");
    return await work();
  } finally {
    await program[Symbol.asyncDispose]();
  }
}

async function requests(bench: Bench, place: Place): Promise<Outcome> {
  const { seconds } = bench.extent;
  const file = `${await bench.folder()}/page`;
  await fill(file, FILE_OCTETS);
  const url = `http://${place.address}:${PORT}/`;
  const wrk = [...bench.tool("wrk").command, "-t1", `-c${AT_A_TIME}`, `-d${seconds}s`, url];
  const [ours = [], theirs = []] = await bench.takeTurns(STACKS.map((stack) => ({
    who: stack,
    run: () =>
      serving(bench, place, ["--stack", stack, "--mode", `file=${file}`], async () => {
        const out = await bench.must(wrk, { network: place.client, seconds: seconds + LONGEST });
        const [, rate] = /Requests\/sec:\s*([\d.]+)/.exec(out) ?? [];
        if (rate === undefined) throw new Error(`This is no answer of wrk's: ${out}`);
        return Number(rate);
      }),
  })));
  const unit = "a second";
  return {
    claims: [{
      work: `requests to our server, ${AT_A_TIME} at a time, ${place.name}`,
      ours: { who: "--stack rawtcp", unit, values: ours },
      peer: { who: "--stack kernel", unit, values: theirs },
    }],
    notes: [`Requests: wrk, a file of ${FILE_OCTETS} octets, a connection for each`],
  };
}

async function bulk(bench: Bench, place: Place): Promise<Outcome> {
  const octets = Math.round(OCTETS_PER_SECOND * bench.extent.seconds);
  const file = `${await bench.folder()}/bulk`;
  await fill(file, octets);
  const tcp = `TCP:${place.address}:${PORT}`;
  const socat = bench.tool("socat").command;
  const ways = [
    ["from", `source=${octets}`, [...socat, "-u", tcp, "OPEN:/dev/null,wronly"]],
    ["to", "discard", [...socat, "-u", `OPEN:${file},rdonly`, tcp]],
  ] as const;
  const claims: Claim[] = [];
  for (const [way, mode, command] of ways) {
    const [ours = [], theirs = []] = await bench.takeTurns(STACKS.map((stack) => ({
      who: stack,
      run: () =>
        serving(bench, place, ["--stack", stack, "--mode", mode], async () => {
          const time = await secondsOf(bench, command, { network: place.client, seconds: LONGEST });
          return octets / time / 1e6;
        }),
    })));
    const unit = "MB/s";
    claims.push({
      work: `bulk data ${way} our server, ${place.name}`,
      ours: { who: "--stack rawtcp", unit, values: ours },
      peer: { who: "--stack kernel", unit, values: theirs },
    });
  }
  return { claims, notes: [`Bulk data of our server: ${octets / 1e6} MB, socat at the other end`] };
}

/** The rows. */
export const server: readonly Row[] = [
  {
    name: "server-requests",
    needs: ["namespaces", "wrk"],
    run: async (bench) => await requests(bench, await bench.place("veth")),
  },
  {
    name: "server-bulk",
    needs: ["namespaces", "socat"],
    run: async (bench) => await bulk(bench, await bench.place("veth")),
  },
];
