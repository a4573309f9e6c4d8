/**
 * rawtcp-server: an ordinary TCP server on the kernel's sockets, to try a TCP client against.
 *
 * @module
 */

import { ExitCode, type ExitCodeNumber } from "./cli/exit_codes.ts";
import { Interruption } from "./cli/interruption.ts";
import { Output } from "./cli/output.ts";
import { standardSink } from "./cli/queued_sink.ts";
import { serverFailure } from "./cli/server_failure.ts";
import { Server } from "./cli/server_loop.ts";
import { parseServerArguments, type ServerOptions } from "./cli/server_options.ts";
import { ServerReport } from "./cli/server_report.ts";
import { formatSockaddr, POLLIN, POLLOUT, PollSet, resolve, StreamListener } from "./ffi/mod.ts";

/** Connections that may wait to be accepted. */
const BACKLOG = 1_024;

/** Listens and serves until the count is reached or a signal comes. */
async function listenAndServe(
  options: ServerOptions,
  output: Output,
  interruption: Interruption,
): Promise<void> {
  const addresses = await resolve(options.host);
  const address = addresses.find(({ family }) => family === 4) ?? addresses[0];
  if (address === undefined) throw new Error(`There is no address in the answer for ${options.host}`);
  using listener = StreamListener.open({ address, port: options.port }, BACKLOG);
  using pollSet = new PollSet();
  const report = new ServerReport(output);
  const server = new Server({
    listener,
    pollSet,
    readable: POLLIN,
    writable: POLLOUT,
    nameOf: ({ remote }) => formatSockaddr(remote),
    report,
    mode: options.mode,
    count: options.count,
  });
  output.onDrained = () => server.resume();
  interruption.attach({ interrupt: () => server.stop() });
  report.listening(formatSockaddr(listener.local));
  await server.run();
  report.note("Server stopped");
}

/** Runs the server; returns its exit code. */
async function run(options: ServerOptions): Promise<ExitCodeNumber> {
  const { color, quiet, host, port } = options;
  const interruption = new Interruption();
  const output = new Output({ color, quiet, out: standardSink(1), err: standardSink(2) });
  let code: ExitCodeNumber = ExitCode.ok;
  try {
    await listenAndServe(options, output, interruption);
  } catch (error) {
    const failure = serverFailure(error, `${host}:${port}`);
    output.failure(failure.text);
    code = failure.code;
  }
  return await interruption.finish(output, code);
}

/** Runs the program; returns its exit code. */
async function main(args: readonly string[]): Promise<ExitCodeNumber> {
  const output = new Output({ color: "auto", quiet: false });
  try {
    const request = parseServerArguments(args);
    if (typeof request !== "string") return await run(request);
    output.continuation(request.trimEnd());
    return await output.finish();
  } catch (error) {
    const failure = serverFailure(error, "");
    output.failure(failure.text);
    return failure.code;
  }
}

if (import.meta.main) Deno.exit(await main(Deno.args));
