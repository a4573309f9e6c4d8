/**
 * Resident memory of the process during a long transfer over loopback, up and down.
 *
 * @module
 */

import { pause } from "../../e2e/process.ts";
import { type Bench, denoRun, type Place } from "../bench.ts";
import { Peer, PEER_PORT } from "../peers.ts";
import type { TransferJob } from "../programs/jobs.ts";
import type { Claim, Row } from "../row.ts";

/** Milliseconds between two looks. */
const INTERVAL = 50;

/** After which it has failed, seconds. */
const PATIENCE = 120;

/** Mebioctets that the process may have, and that it may grow by after its first quarter. */
const MOST = 120;
const MOST_GROWTH = 10;

/** Octets in a kibioctet, kibioctets in a mebioctet. */
const KIBI = 1_024;

/** The row. */
export const resident: Row = {
  name: "resident",
  needs: ["namespaces"],
  run: async (bench) => {
    const place = await bench.place("loopback");
    const claims: Claim[] = [];
    for (const direction of ["up", "down"] as const) {
      const sizes = await watch(bench, place, direction);
      const { highest, growth } = judge(sizes);
      const work = `resident memory, ${(bench.extent.octets / 1e9).toFixed(0)} GB ${direction}`;
      claims.push(
        claim(work, highest, MOST),
        claim(`${work}: growth after the first quarter`, growth, MOST_GROWTH),
      );
    }
    return { claims };
  },
};

function claim(work: string, value: number, limit: number): Claim {
  return { work, ours: { who: "rawtcp", unit: "MiB", values: [value] }, bound: { kind: "at most", limit } };
}

/** The highest, and by how much the last quarter is higher than the second at most; MiB. */
export function judge(sizes: readonly number[]): { readonly highest: number; readonly growth: number } {
  const quarter = sizes.length >> 2;
  if (quarter === 0) throw new Error(`Only ${sizes.length} looks at the memory: the transfer was too short`);
  const early = Math.max(...sizes.slice(quarter, 2 * quarter));
  const late = Math.max(...sizes.slice(-quarter));
  return { highest: Math.max(...sizes), growth: Math.max(0, late - early) };
}

/** Transfers, and looks all the while. @returns MiB */
async function watch(bench: Bench, place: Place, direction: "up" | "down"): Promise<readonly number[]> {
  const { octets } = bench.extent;
  const mode = direction === "up" ? "sink" : "source";
  await using _peer = await Peer.start(bench, place.server, { mode, host: place.address, octets });
  const job: TransferJob = {
    direction,
    host: place.address,
    port: PEER_PORT,
    seconds: null,
    octets,
    hashed: false,
    link: "auto",
    patience: PATIENCE,
  };
  const program = bench.start([...denoRun("transfer.ts"), JSON.stringify(job)], place.client);
  const sizes: number[] = [];
  let isOver = false;
  const end = bench.end(program, { seconds: PATIENCE }).finally(() => isOver = true);
  const look = async (): Promise<void> => {
    while (!isOver) {
      const size = await residentSize(program.pid);
      if (size !== null) sizes.push(size);
      await pause(INTERVAL);
    }
  };
  await Promise.all([end, look()]);
  return sizes;
}

/** Of a process, MiB; null when it is gone or has no memory any more. */
export async function residentSize(pid: number): Promise<number | null> {
  try {
    const status = await Deno.readTextFile(`/proc/${pid}/status`);
    const [, size] = /^VmRSS:\s+(\d+) kB$/m.exec(status) ?? [];
    return size === undefined ? null : Number(size) / KIBI;
  } catch {
    return null;
  }
}
