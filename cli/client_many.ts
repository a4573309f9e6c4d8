/**
 * The same job over many connections, some of them at once, and how long each took.
 *
 * @module
 */

import { type Endpoint, formatEndpoint, type IpAddress } from "../tcp/single.ts";
import type { ClientArguments, ManyArguments } from "./client_arguments.ts";
import { type Attempt, connectToAny, findPeers, openAttempt, type Peers } from "./client_attempts.ts";
import { prepareClient } from "./client_connection.ts";
import { inputOf, openEnds } from "./client_ends.ts";
import { counted, grouped } from "./counted.ts";
import { ExitCode, type ExitCodeNumber } from "./exit_codes.ts";
import { describeFailure, ProgramFailure } from "./failures.ts";
import type { Interruption } from "./interruption.ts";
import { endAtOnce, type Watchers } from "./observed.ts";
import { Output } from "./output.ts";

/** What has become of the connections. */
class Tally {
  /** How long each that succeeded took, milliseconds. */
  readonly times: number[] = [];
  /** How many failed with each line. */
  readonly failures = new Map<string, number>();
  firstFailure: ExitCodeNumber = ExitCode.ok;
  /** How many were interrupted. */
  interrupted = 0;

  failed(error: unknown, program: string): void {
    const { code, text } = describeFailure(error, program);
    this.failures.set(text, (this.failures.get(text) ?? 0) + 1);
    if (this.firstFailure === ExitCode.ok) this.firstFailure = code;
  }

  /** What became of those that were neither done nor failed; `left`: of how many none was begun. */
  stopped(left: number): string {
    const parts = [
      ...this.interrupted === 0 ? [] : [`${counted(this.interrupted, "connection")} interrupted`],
      ...left === 0 ? [] : [`${grouped(left)} not begun`],
    ];
    return parts.join(", ");
  }

  /** The lines that tell those that are done. */
  lines(seconds: number, aborts: boolean): readonly string[] {
    const { times } = this;
    if (times.length === 0) return ["No connection succeeded"];
    const sorted = times.toSorted((a, b) => a - b);
    const rate = seconds > 0 ? ` (${(times.length / seconds).toFixed(0)} per second)` : "";
    return [
      `${counted(times.length, "connection")} delivered and ${
        aborts ? "aborted, as asked (RST)," : "closed in order"
      } in ${seconds.toFixed(3)} s${rate}`,
      `From SYN to the end each took: median ${at(sorted, 0.5)}, 99 % at most ${at(sorted, 0.99)}, longest ${
        at(sorted, 1)
      }`,
    ];
  }
}

/** Failures of different kinds that are named. */
const MOST_KINDS = 5;

const MILLISECONDS_PER_SECOND = 1_000;

/** Where the connections go, and who sees them. */
interface ManyContext {
  readonly program: string;
  readonly output: Output;
  readonly watchers: Watchers;
  readonly interruption: Interruption;
}

/** The connections, one after another for each worker. */
class ManyRun {
  readonly tally = new Tally();
  isStopped = false;
  readonly #wanted: ClientArguments;
  readonly #peers: Peers;
  readonly #context: ManyContext;
  /** For what a single connection would tell. */
  readonly #silent: Output;
  readonly #running = new Set<Attempt>();
  #left: number;

  constructor(wanted: ClientArguments, peers: Peers, connections: number, context: ManyContext) {
    const { out, err } = context.output;
    this.#wanted = wanted;
    this.#peers = peers;
    this.#context = context;
    this.#silent = new Output({ color: "never", quiet: true, out, err });
    this.#left = connections;
  }

  /** Begins no more, and ends those that run. */
  stop(): void {
    this.isStopped = true;
    for (const { session } of this.#running) session.interrupt();
  }

  /** How many were not begun. */
  get left(): number {
    return this.#left;
  }

  /** Ends those that run, at once. */
  end(): void {
    for (const attempt of this.#running) attempt[Symbol.dispose]();
  }

  /** One after another, until all have begun. */
  async work(): Promise<void> {
    while (this.#left > 0 && !this.isStopped) {
      this.#left--;
      await this.#one().catch((error) => this.tally.failed(error, this.#context.program));
    }
  }

  async #one(): Promise<void> {
    const wanted = this.#wanted;
    using ends = await openEnds(wanted.transfer, wanted.observe, () => {});
    const client = await prepareClient(wanted, ends);
    using attempts = new DisposableStack();
    const begunHere: Attempt[] = [];
    const open = (remote: Endpoint, source: IpAddress | null): Attempt =>
      openAttempt(client, remote, source, this.#context.watchers, this.#silent);
    const begun = (attempt: Attempt): void => {
      begunHere.push(attempts.use(attempt));
      this.#running.add(attempt);
    };
    try {
      const start = performance.now();
      const { session, drained } = await connectToAny(this.#peers, open, begun, this.#silent);
      if (await session.run() === ExitCode.ok) this.tally.times.push(performance.now() - start);
      else this.tally.interrupted++;
      await drained(this.#context.interruption.asked);
    } finally {
      for (const attempt of begunHere) this.#running.delete(attempt);
    }
  }
}

/** Does the job so many times; returns the exit code of the first failure. @throws ProgramFailure for what none can do */
export async function deliverMany(
  asked: ClientArguments,
  { connections, parallel }: ManyArguments,
  context: ManyContext,
): Promise<ExitCodeNumber> {
  const input = inputOf(asked.transfer);
  if (input.kind === "file") {
    throw new ProgramFailure(
      ExitCode.usage,
      "Cannot send standard input over many connections: give --message or --send-bytes",
    );
  }
  const { output, watchers, interruption } = context;
  const peers = await findPeers(asked);
  const { addresses: [address, ...others], port } = peers;
  const to = address === undefined || others.length > 0
    ? `${asked.target.host}, port ${port}`
    : formatEndpoint({ address, port });
  const wanted = { ...asked, transfer: { ...asked.transfer, input } };
  const run = new ManyRun(wanted, peers, connections, context);
  const end = (): void => {
    run.end();
    endAtOnce(watchers, output);
  };
  interruption.attach({ interrupt: () => run.stop(), end });
  output.line(
    "note",
    `${counted(connections, "connection")} to ${to}, ${Math.min(parallel, connections)} at a time`,
  );
  const start = performance.now();
  await Promise.all(Array.from({ length: Math.min(parallel, connections) }, () => run.work()));
  const seconds = (performance.now() - start) / MILLISECONDS_PER_SECOND;
  for (const line of run.tally.lines(seconds, asked.transfer.aborts)) output.line("note", line);
  const stopped = run.tally.stopped(run.left);
  if (stopped !== "") output.warning(stopped);
  tellFailures(run.tally, output);
  return run.tally.firstFailure;
}

function tellFailures({ failures }: Tally, output: Output): void {
  const kinds = [...failures].toSorted(([, a], [, b]) => b - a);
  for (const [text, count] of kinds.slice(0, MOST_KINDS)) {
    output.failure(count === 1 ? text : `${text} (${grouped(count)} times)`);
  }
  if (kinds.length > MOST_KINDS) output.failure(`and ${counted(kinds.length - MOST_KINDS, "other failure")}`);
}

/** The time that this share of the sorted times does not exceed. */
function at(sorted: readonly number[], share: number): string {
  const index = Math.max(0, Math.ceil(sorted.length * share) - 1);
  return `${(sorted[index] ?? 0).toFixed(1)} ms`;
}
