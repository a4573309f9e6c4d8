/**
 * rawtcp-client: delivers a message over a TCP of its own, on raw sockets.
 *
 * @module
 */

import { type ClientArguments, clientHelp, parseClientArguments } from "./cli/client_arguments.ts";
import { type ClientContext, jobOf, openConnection } from "./cli/client_connection.ts";
import { type ClientEnds, openEnds } from "./cli/client_ends.ts";
import { ClientSession } from "./cli/client_session.ts";
import { ExitCode, type ExitCodeNumber } from "./cli/exit_codes.ts";
import { describeFailure, ProgramFailure } from "./cli/failures.ts";
import { Interruption } from "./cli/interruption.ts";
import { Narrator } from "./cli/narrator.ts";
import { takesStandardOutput } from "./cli/observe_arguments.ts";
import { observed } from "./cli/observed.ts";
import { Output } from "./cli/output.ts";
import { type ProgressJob, withProgress } from "./cli/progress.ts";
import { standardSink } from "./cli/queued_sink.ts";
import { VERSION } from "./cli/version.ts";
import { resolve } from "./ffi/mod.ts";
import { type Connection, formatEndpoint, type IpAddress, parseAddress } from "./tcp/mod.ts";

const PROGRAM = "rawtcp-client";

/** What the live line is to show. */
function progressOf(
  { quiet, observe, transfer }: ClientArguments,
  { source }: ClientEnds,
  connection: Connection,
  output: Output,
): ProgressJob {
  const isBusy = quiet || observe.trace || observe.explain;
  return { connection, total: source.total ?? 0, receives: transfer.receives, output, isBusy };
}

/** The first address to try. @throws ResolveError, ProgramFailure */
async function addressOf(host: string, source: IpAddress | null): Promise<IpAddress> {
  const addresses = await resolve(host, source?.family);
  const address = addresses.find(({ family }) => family === 4) ?? addresses[0];
  if (address !== undefined) return address;
  throw new ProgramFailure(ExitCode.unknownHost, `Cannot find an address of ${host}`);
}

/** Connects, delivers and closes; returns the exit code. */
async function deliver(
  wanted: ClientArguments,
  output: Output,
  interruption: Interruption,
): Promise<ExitCodeNumber> {
  const { host, port, color, observe } = wanted;
  const source = wanted.source === null ? null : parseAddress(wanted.source);
  const address = await addressOf(host, source);
  const narrator = new Narrator(output);
  using ends = await openEnds(wanted.transfer, observe.force, (octets) => narrator.received(octets));
  const context = { program: PROGRAM, color, output, peer: { name: host, address } };
  return await observed(observe, context, narrator, async (watchers) => {
    const client: ClientContext = { wanted, ends, narrator };
    const remote = { address, port };
    using raw = openConnection(client, remote, source, watchers, (outcome, reason) => {
      session.unsent(outcome, reason);
    });
    const peer = formatEndpoint(remote);
    narrator.starting(peer);
    const job = jobOf(client, peer, () => output.isBehind || watchers.isBehind === true);
    const session = new ClientSession(raw.connection, raw.loop, narrator, job);
    output.onDrained = () => raw.loop.wake();
    interruption.attach(session);
    const code = await withProgress(
      progressOf(wanted, ends, raw.connection, output),
      () => session.run(),
    );
    return code === ExitCode.interrupted ? interruption.exitCode : code;
  });
}

/** The program's output: nothing of it ever waits for its reader. */
function outputFor({ color, quiet, observe, transfer }: ClientArguments): Output {
  const err = standardSink(2);
  const out = transfer.output === "-" ? err : standardSink(1);
  return new Output({ color, quiet: quiet || takesStandardOutput(observe), out, err });
}

/** Runs the client; returns its exit code. */
async function run(wanted: ClientArguments): Promise<ExitCodeNumber> {
  const interruption = new Interruption();
  const output = outputFor(wanted);
  try {
    return await interruption.finish(output, await deliver(wanted, output, interruption));
  } catch (error) {
    const { code, text } = describeFailure(error, PROGRAM);
    output.failure(text);
    return await interruption.finish(output, code);
  }
}

/** Runs the program; returns its exit code. */
async function main(args: readonly string[]): Promise<ExitCodeNumber> {
  const output = new Output({ color: "auto", quiet: false });
  try {
    const command = parseClientArguments(args);
    if (command.kind === "run") return await run(command.arguments);
    if (command.kind === "read") {
      const { showCapture } = await import("./cli/read_capture.ts");
      await showCapture(command.file, command.observe, { program: PROGRAM, color: command.color, output });
      return await output.finish();
    }
    output.continuation(command.kind === "help" ? clientHelp().trimEnd() : `${PROGRAM} ${VERSION}`);
    return await output.finish();
  } catch (error) {
    const { code, text } = describeFailure(error, PROGRAM);
    output.failure(text);
    return code;
  }
}

if (import.meta.main) Deno.exit(await main(Deno.args));
