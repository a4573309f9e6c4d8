/**
 * rawtcp-client: delivers a message over a TCP of its own, on raw sockets.
 *
 * @module
 */

import { type ClientArguments, clientHelp, parseClientArguments } from "./cli/client_arguments.ts";
import { clientConfig } from "./cli/client_config.ts";
import { ClientSession } from "./cli/client_session.ts";
import { cpuTime } from "./cli/cpu_time.ts";
import { ExitCode, type ExitCodeNumber } from "./cli/exit_codes.ts";
import { describeFailure, ProgramFailure } from "./cli/failures.ts";
import { Interruption } from "./cli/interruption.ts";
import { Narrator } from "./cli/narrator.ts";
import { takesStandardOutput } from "./cli/observe_arguments.ts";
import { observed } from "./cli/observed.ts";
import { Output } from "./cli/output.ts";
import { type ProgressJob, withProgress } from "./cli/progress.ts";
import { VERSION } from "./cli/version.ts";
import { RawConnection } from "./driver/mod.ts";
import { resolve } from "./ffi/mod.ts";
import { type Connection, formatEndpoint, parseAddress, seconds, seqNumber } from "./tcp/mod.ts";

const PROGRAM = "rawtcp-client";

/** How long bulk waits for the next packet with the thread in hand, milliseconds: a sixth less CPU time, measured. */
const BULK_PATIENCE = 4;

/** What the live line is to show. */
function progressOf(wanted: ClientArguments, connection: Connection, output: Output): ProgressJob {
  const { message, bulk, quiet, observe } = wanted;
  return {
    connection,
    total: bulk === null ? new TextEncoder().encode(message).length : bulk.octets ?? 0,
    receives: bulk?.receives ?? false,
    output,
    isBusy: quiet || observe.trace || observe.explain,
  };
}

/** Connects, delivers and closes; returns the exit code. */
async function deliver(
  wanted: ClientArguments,
  output: Output,
  interruption: Interruption,
): Promise<ExitCodeNumber> {
  const { host, port, message, sourcePort, isn, color, link, observe } = wanted;
  const source = wanted.source === null ? null : parseAddress(wanted.source);
  const addresses = await resolve(host, source?.family);
  const address = addresses.find(({ family }) => family === 4) ?? addresses[0];
  if (address === undefined) {
    throw new ProgramFailure(ExitCode.unknownHost, `Cannot find an address of ${host}`);
  }
  const remote = { address, port };
  const peer = formatEndpoint(remote);
  const connectTimeout = wanted.connectTimeout === null ? null : seconds(wanted.connectTimeout);
  const bulk = wanted.bulk === null ? null : { ...wanted.bulk, cpuTime };
  const narrator = new Narrator(output);
  const context = { program: PROGRAM, color, output, peer: { name: host, address } };
  return await observed(observe, context, narrator, async (watchers) => {
    using raw = RawConnection.open({
      remote,
      sourcePort,
      ...source === null ? {} : { source },
      config: clientConfig(wanted),
      link,
      patience: bulk === null ? 0 : BULK_PATIENCE,
      onLinkChange: (now, reason) => {
        const isUnwanted = link === "packet" && now === "raw";
        if (observe.verbose || isUnwanted) narrator.linkChanged(now, reason, isUnwanted);
      },
      ...watchers,
      ...isn === null ? {} : { isn: () => seqNumber(isn) },
      onUnsent: (outcome, reason) => session.unsent(outcome, reason),
    });
    narrator.starting(peer);
    const closeTimeout = seconds(wanted.closeTimeout);
    const timeWait = seconds(wanted.timeWait);
    const job = { peer, message, bulk, connectTimeout, closeTimeout, timeWait };
    const session = new ClientSession(raw.connection, raw.loop, narrator, job);
    interruption.attach(session);
    const code = await withProgress(progressOf(wanted, raw.connection, output), () => session.run());
    return code === ExitCode.interrupted ? interruption.exitCode : code;
  });
}

/** Runs the program; returns its exit code. */
async function main(args: readonly string[]): Promise<ExitCodeNumber> {
  let output = new Output({ color: "auto", quiet: false });
  try {
    const command = parseClientArguments(args);
    if (command.kind === "run") {
      const { quiet, observe } = command.arguments;
      output = new Output({ ...command.arguments, quiet: quiet || takesStandardOutput(observe) });
      const code = await deliver(command.arguments, output, new Interruption());
      return code === ExitCode.ok ? output.finish() : code;
    }
    if (command.kind === "read") {
      const { showCapture } = await import("./cli/read_capture.ts");
      await showCapture(command.file, command.observe, { program: PROGRAM, color: command.color, output });
      return output.finish();
    }
    output.continuation(command.kind === "help" ? clientHelp().trimEnd() : `${PROGRAM} ${VERSION}`);
    return output.finish();
  } catch (error) {
    const { code, text } = describeFailure(error, PROGRAM);
    output.failure(text);
    return code;
  }
}

if (import.meta.main) Deno.exit(await main(Deno.args));
