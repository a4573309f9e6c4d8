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

/** How a loop waits: milliseconds with the thread in hand, microseconds of looking again and again before. */
interface Waiting {
  readonly patience: number;
  readonly spin: number;
}

/** What is recommended where round trips on a cable count, and the default. */
const PATIENT: Waiting = { patience: 1, spin: 100 };
const DEFAULT: Waiting = { patience: 0, spin: 0 };

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
    const contender = (who: PingJob["who"], waiting: Waiting): Contender<PingAnswer> => ({
      who: who === "ours" ? `rawtcp, patience ${waiting.patience} ms` : who,
      run: () => ping(bench, { who, host: place.address, port: PEER_PORT, seconds, ...waiting }),
    });
    const contenders = [
      contender("ours", PATIENT),
      contender("Deno.connect", DEFAULT),
      contender("ours", DEFAULT),
    ];
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
      claims: [claim("patient", patient), claim("as it comes", plain)],
      notes: [
        `Ping-pong, patient: patience ${PATIENT.patience} ms, spin ${PATIENT.spin} µs; as it comes: both 0`,
        `Ping-pong, 99th percentiles of the slowest round: rawtcp patient ${slowest(patient)} µs, ` +
        `as it comes ${slowest(plain)} µs, Deno.connect ${slowest(kernel)} µs`,
        ...bench.tools.found.has("taskset") ? [PINNED] : [],
      ],
    };
  },
};

async function ping(bench: Bench, job: PingJob): Promise<PingAnswer> {
  const { client: network } = await bench.place("veth");
  return await bench.answer<PingAnswer>("ping.ts", job, { network, seconds: job.seconds, core: CLIENT_CORE });
}
