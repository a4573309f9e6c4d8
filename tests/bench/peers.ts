/**
 * Programs of the kernel's end, for as long as a row needs them.
 *
 * @module
 */

import type { Network } from "../e2e/network.ts";
import { type Program, until } from "../e2e/process.ts";
import { type Bench, denoRun, lastLine, PEER_CORE } from "./bench.ts";
import type { PeerJob } from "./programs/jobs.ts";

/** Where peer.ts listens, and iperf3. */
export const PEER_PORT = 7_001;
const IPERF_PORT = 7_003;

/** What a peer does unless the row says otherwise. */
const PLAIN_JOB: Omit<PeerJob, "mode" | "host"> = {
  ports: [PEER_PORT],
  seconds: null,
  octets: 0,
  hashed: false,
  congestionControl: "cubic",
};

/** peer.ts, running. */
export class Peer implements AsyncDisposable {
  readonly #program: Program;
  #answers = 0;

  private constructor(program: Program) {
    this.#program = program;
  }

  /** Starts it and waits until it listens. */
  static async start(
    bench: Bench,
    network: Network,
    job: Partial<PeerJob> & Pick<PeerJob, "mode" | "host">,
    core?: number,
  ): Promise<Peer> {
    const whole: PeerJob = { ...PLAIN_JOB, ...job };
    const command = bench.onCore([...denoRun("peer.ts"), JSON.stringify(whole)], core);
    const program = bench.start(command, network);
    await program.shows("ready\n");
    return new Peer(program);
  }

  /** What it says of the next connection, when that is over. */
  async next<T>(): Promise<T> {
    const lines = (): string[] => this.#program.out.split("\n").slice(1, -1);
    await until(
      `the peer's word on the connection ${this.#program.err}`,
      () => lines().length > this.#answers,
    );
    return lastLine<T>(lines()[this.#answers++] ?? "");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#program[Symbol.asyncDispose]();
  }
}

/** iperf3's server. @returns its port, and what ends it */
export async function startIperf(
  bench: Bench,
  network: Network,
): Promise<AsyncDisposable & { readonly port: number }> {
  const command = [...bench.tool("iperf3").command, "-s", "-p", String(IPERF_PORT)];
  const core = bench.extent.isPinned ? PEER_CORE : undefined;
  const program = bench.start(bench.onCore(command, core), network);
  await network.listens(IPERF_PORT);
  return { port: IPERF_PORT, [Symbol.asyncDispose]: () => program[Symbol.asyncDispose]() };
}
