/**
 * rawtcp-client: delivers a message over a TCP of its own, on raw sockets.
 *
 * @module
 */

import { type ClientArguments, parseClientArguments } from "./cli/client_arguments.ts";
import { type Attempt, connectToAny, findPeers, openAttempt } from "./cli/client_attempts.ts";
import { prepareClient } from "./cli/client_connection.ts";
import { type ClientEnds, openEnds } from "./cli/client_ends.ts";
import { type ExitCodeNumber, HOST_FAILURES } from "./cli/exit_codes.ts";
import { describeFailure, type FailureReport } from "./cli/failures.ts";
import { Interruption } from "./cli/interruption.ts";
import { GLOSSARY_WIDTH, takesStandardOutput } from "./cli/observe_arguments.ts";
import { endAtOnce, observed } from "./cli/observed.ts";
import { Output } from "./cli/output.ts";
import type { ProgressJob } from "./cli/progress.ts";
import { standardSink } from "./cli/queued_sink.ts";
import { outliveFileLimit } from "./ffi/signals.ts";

const PROGRAM = "rawtcp-client";

/** What the live line is to show. */
function progressOf(
  { quiet, observe, transfer }: ClientArguments,
  { source }: ClientEnds,
  { raw, narrator }: Attempt,
  output: Output,
): ProgressJob {
  const isBusy = quiet || observe.trace || observe.explain;
  const { connection } = raw;
  const { limits } = narrator;
  return { connection, limits, total: source.total ?? 0, receives: transfer.receives, output, isBusy };
}

/** Does the job, with a live line where there is a terminal for it. */
async function runShown(session: Attempt["session"], progress: ProgressJob): Promise<ExitCodeNumber> {
  if (!Deno.stderr.isTerminal()) return await session.run();
  const { withProgress } = await import("./cli/progress.ts");
  return await withProgress(progress, () => session.run());
}

/** Connects, delivers and closes; returns the exit code. */
async function deliver(
  wanted: ClientArguments,
  output: Output,
  interruption: Interruption,
): Promise<ExitCodeNumber> {
  const { target, color, observe, transfer, many } = wanted;
  const input = transfer.input?.kind === "file" ? transfer.input.path : null;
  if (input !== null || transfer.output !== null) {
    const { refuseOneFileTwice } = await import("./cli/written_files.ts");
    refuseOneFileTwice(observe, transfer.output, [["--input", input]]);
  }
  if (many !== null) {
    const { deliverMany } = await import("./cli/client_many.ts");
    const context = { program: PROGRAM, color, output, asked: interruption.asked };
    return await observed(
      observe,
      context,
      (watchers) => deliverMany(wanted, many, { program: PROGRAM, output, watchers, interruption }),
    );
  }
  const peers = await findPeers(wanted);
  let chosen: Attempt | null = null;
  using ends = await openEnds(transfer, observe, (octets) => chosen?.narrator.received(octets));
  const peer = { name: target.host, addresses: peers.addresses };
  const context = { program: PROGRAM, color, output, peer, asked: interruption.asked };
  return await observed(observe, context, async (watchers) => {
    using attempts = new DisposableStack();
    const sessions: Attempt["session"][] = [];
    interruption.attach({
      interrupt: () => sessions.forEach((session) => session.interrupt()),
      end: () => {
        attempts.dispose();
        endAtOnce(watchers, output);
      },
    });
    const begun = (attempt: Attempt): void => void sessions.push(attempts.use(attempt).session);
    const client = await prepareClient(wanted, ends);
    const { raw, session, drained } = chosen = await connectToAny(
      peers,
      (remote, source) => openAttempt(client, remote, source, watchers, output),
      begun,
      output,
    );
    output.onDrained = () => raw.loop.wake();
    const code = await runShown(session, progressOf(wanted, ends, chosen, output));
    await drained(interruption.asked);
    return code;
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
  const code = await delivered(wanted, output, interruption);
  return interruption.isAsked ? interruption.exitCode : code;
}

/** Delivers, tells what prevented it, and waits until all is told. @returns the exit code */
async function delivered(
  wanted: ClientArguments,
  output: Output,
  interruption: Interruption,
): Promise<ExitCodeNumber> {
  try {
    return await interruption.finish(output, await deliver(wanted, output, interruption));
  } catch (error) {
    const failure = describeFailure(error, PROGRAM);
    output.failure(failure.text);
    if (!interruption.isAsked) await tellLikelyCauses(failure, wanted, output);
    return await interruption.finish(output, failure.code);
  }
}

/** Says what of this host may be why it failed; silent where nothing is found, or nothing can be looked at. */
async function tellLikelyCauses(
  failure: FailureReport,
  wanted: ClientArguments,
  output: Output,
): Promise<void> {
  if (!HOST_FAILURES.includes(failure.code)) return;
  const { likelyCauses } = await import("./cli/doctor.ts");
  for (const cause of await likelyCauses(failure, wanted)) output.warning(cause);
}

/** Runs the program; returns its exit code. */
async function main(args: readonly string[]): Promise<number> {
  let output = new Output({ color: "auto", quiet: false });
  try {
    const command = await parseClientArguments(args);
    if (command.kind === "run") return await run(command.arguments);
    outliveFileLimit();
    if (command.kind === "read") {
      const { showCapture } = await import("./cli/read_capture.ts");
      const isQuiet = takesStandardOutput(command.observe);
      if (isQuiet) output = new Output({ color: command.color, quiet: true });
      await showCapture(command.read, command.observe, { program: PROGRAM, color: command.color, output });
      return await output.finish();
    }
    if (command.kind === "doctor") {
      const { way, isJson, quiet, color } = command;
      output = new Output({ color, quiet });
      const { examine } = await import("./cli/doctor.ts");
      return await output.finish(await examine(way, isJson, output));
    }
    if (command.kind === "script") {
      const { runScripts } = await import("./cli/scripts.ts");
      return await runScripts(command.arguments, { name: `${PROGRAM} --script`, base: null });
    }
    if (command.kind === "glossary") {
      const { glossaryLines } = await import("./trace/mod.ts");
      for (const line of glossaryLines(GLOSSARY_WIDTH)) output.continuation(line);
      return await output.finish();
    }
    output.continuation(command.text.trimEnd());
    return await output.finish();
  } catch (error) {
    const { code, text } = describeFailure(error, PROGRAM);
    output.failure(text);
    return code;
  }
}

if (import.meta.main) Deno.exit(await main(Deno.args));
