/**
 * One octet there and back over a cable: our connection and the kernel's, both from Deno, to the same echo.
 *
 * @module
 */

import { type Bench, CLIENT_CORE, PEER_CORE } from "../bench.ts";
import { Peer, PEER_PORT } from "../peers.ts";
import type { PingAnswer, PingJob } from "../programs/jobs.ts";
import type { Claim, Contender, Row } from "../row.ts";

/** Longest that one run measures, seconds. */
const LONGEST = 1;

/** Milliseconds that a loop waits with the thread in hand: what is recommended where round trips count, and the default. */
const PATIENT = 1;
const DEFAULT = 0;

const PINNED = "Ping-pong and connections one after another: client and server are each on a core of its own";

/** The row. */
export const pingPong: Row = {
  name: "ping-pong",
  needs: ["namespaces"],
  run: async (bench) => {
    const place = await bench.place("veth");
    await using _peer = await Peer.start(
      bench,
      place.server,
      { mode: "echo", host: place.address },
      PEER_CORE,
    );
    const seconds = Math.min(LONGEST, bench.extent.seconds);
    const contender = (who: PingJob["who"], patience: number): Contender<PingAnswer> => ({
      who: who === "ours" ? `rawtcp, patience ${patience} ms` : who,
      run: () => ping(bench, { who, host: place.address, port: PEER_PORT, seconds, patience }),
    });
    const contenders = [contender("ours", PATIENT), contender("Deno.connect", 0), contender("ours", DEFAULT)];
    const [patient = [], kernel = [], plain = []] = await bench.takeTurns(contenders);
    const claim = (who: string, runs: readonly PingAnswer[]): Claim => ({
      work: `1-octet ping-pong, veth, ${who}`,
      ours: { who: "rawtcp", unit: "µs", values: runs.map(({ median }) => median) },
      peer: { who: "Deno.connect", unit: "µs", values: kernel.map(({ median }) => median) },
      bound: { kind: "at most", limit: 1.5, aim: 1 },
    });
    const slowest = (runs: readonly PingAnswer[]): string =>
      Math.max(...runs.map(({ percentile99 }) => percentile99)).toFixed(0);
    return {
      claims: [claim(`patience ${PATIENT} ms`, patient), claim("no patience", plain)],
      notes: [
        `Ping-pong, 99th percentiles of the slowest round, µs: rawtcp with patience ${
          slowest(patient)
        }, without ` +
        `${slowest(plain)}, Deno.connect ${slowest(kernel)}`,
        ...bench.tools.found.has("taskset") ? [PINNED] : [],
      ],
    };
  },
};

async function ping(bench: Bench, job: PingJob): Promise<PingAnswer> {
  const { client: network } = await bench.place("veth");
  return await bench.answer<PingAnswer>("ping.ts", job, { network, seconds: job.seconds, core: CLIENT_CORE });
}
