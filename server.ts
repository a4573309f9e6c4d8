/**
 * rawtcp-server: a TCP server to try a TCP client against, on the kernel's sockets or on our own TCP.
 *
 * @module
 */

import { ExitCode, type ExitCodeNumber, HOST_FAILURES } from "./cli/exit_codes.ts";
import { Interruption } from "./cli/interruption.ts";
import { takesStandardOutput } from "./cli/observe_arguments.ts";
import { endAtOnce, observed } from "./cli/observed.ts";
import { Output } from "./cli/output.ts";
import { standardSink } from "./cli/queued_sink.ts";
import { serverFailure } from "./cli/server_failure.ts";
import { Server } from "./cli/server_loop.ts";
import { parseServerArguments, type ServerOptions } from "./cli/server_arguments.ts";
import { ServerReport } from "./cli/server_report.ts";
import type { Way } from "./cli/target.ts";
import { POLLIN, POLLOUT } from "./ffi/constants.ts";
import { PollSet } from "./ffi/poll.ts";
import { resolve } from "./ffi/resolve.ts";
import { formatSockaddr, type IpAddress } from "./ffi/sockaddr.ts";
import { StreamListener } from "./ffi/stream_listener.ts";

const PROGRAM = "rawtcp-server";

/** Connections that may wait to be accepted. */
const BACKLOG = 1_024;

/** What modes file and reply answer: the file as a page of HTTP, the text as it is. @throws ProgramFailure when it cannot be read */
async function answerOf({ mode }: ServerOptions): Promise<Uint8Array | undefined> {
  if (mode.kind === "reply") return new TextEncoder().encode(mode.text);
  if (mode.kind !== "file") return undefined;
  const { readWhole } = await import("./cli/files.ts");
  const page = await readWhole(mode.path);
  const head = `HTTP/1.1 200 OK\r\nContent-Length: ${page.length}\r\nConnection: close\r\n\r\n`;
  return await new Response(new Blob([head, page])).bytes();
}

/** Listens and serves until the count is reached or a signal comes. */
async function listenAndServe(
  options: ServerOptions,
  output: Output,
  interruption: Interruption,
): Promise<void> {
  const addresses = await resolve(options.host);
  const address = addresses.find(({ family }) => family === 4) ?? addresses[0];
  if (address === undefined) throw new Error(`There is no address in the answer for ${options.host}`);
  if (options.stack === "rawtcp") return await serveOnOwnTcp(options, address, output, interruption);
  using listener = StreamListener.open({ address, port: options.port }, BACKLOG);
  using pollSet = new PollSet();
  const report = new ServerReport(output, options.observe.payload);
  const server = new Server({
    listener,
    pollSet,
    readable: POLLIN,
    writable: POLLOUT,
    nameOf: ({ remote }) => formatSockaddr(remote),
    report,
    mode: options.mode,
    answer: await answerOf(options),
    count: options.count,
  });
  output.onDrained = () => server.resume();
  interruption.attach({ interrupt: () => server.stop(), end: () => output.giveUp() });
  report.listening(formatSockaddr(listener.local));
  await server.run();
  report.note("Server stopped");
}

/** The same on our own TCP, watched in the ways that were asked for. */
async function serveOnOwnTcp(
  options: ServerOptions,
  address: IpAddress,
  output: Output,
  interruption: Interruption,
): Promise<void> {
  const { packetLink, RawHost } = await import("./driver/mod.ts");
  const { OwnTcpServer, tellingOfWays } = await import("./cli/own_tcp_server.ts");
  const { mode, count, observe, color, port } = options;
  if (mode.kind === "file") {
    const { refuseOneFileTwice } = await import("./cli/written_files.ts");
    refuseOneFileTwice(observe, null, [["--mode", mode.path]]);
  }
  const answer = await answerOf(options);
  const { asked } = interruption;
  await observed(observe, { program: PROGRAM, color, output, asked }, async (watchers) => {
    const report = new ServerReport(output, observe.payload);
    const way = options.link ?? (watchers.observer === undefined ? "auto" : "raw");
    using host = RawHost.open({
      local: { address, port },
      link: way === "raw" ? undefined : packetLink(way, tellingOfWays(report, way)),
      ...watchers.observer === undefined ? {} : { observer: watchers.observer },
      ...watchers.onDrop === undefined ? {} : { onDrop: watchers.onDrop },
      onUnsent: (outcome, reason) => server.unsent(outcome, reason),
    });
    const isBehind = (): boolean => watchers.isBehind === true;
    const server = new OwnTcpServer({
      host,
      listener: host.listen(BACKLOG),
      report,
      mode,
      answer,
      count,
      isBehind,
    });
    output.onDrained = () => server.resume();
    const end = (): void => {
      host[Symbol.dispose]();
      endAtOnce(watchers, output);
    };
    interruption.attach({ interrupt: () => server.stop(), end });
    report.listening(formatSockaddr(host.local));
    await server.run();
    report.note("Server stopped");
  });
}

/** The way to ourselves, whose checks say what our own TCP lacks. */
function wayOf({ host, port }: ServerOptions): Way {
  const target = { host, port };
  return { target, family: null, source: null, sourcePort: port, interfaceName: null, mark: 0, dscp: 0 };
}

/** Runs the server; returns its exit code. */
async function run(options: ServerOptions): Promise<ExitCodeNumber> {
  const { color, host, port, observe } = options;
  const quiet = options.quiet || takesStandardOutput(observe);
  const interruption = new Interruption();
  const output = new Output({ color, quiet, out: standardSink(1), err: standardSink(2) });
  let code: ExitCodeNumber = ExitCode.ok;
  try {
    await listenAndServe(options, output, interruption);
  } catch (error) {
    const failure = serverFailure(error, `${host.includes(":") ? `[${host}]` : host}:${port}`);
    output.failure(failure.text);
    code = failure.code;
    if (options.stack === "rawtcp" && HOST_FAILURES.includes(code)) {
      const { likelyCauses } = await import("./cli/doctor.ts");
      for (const cause of await likelyCauses(failure, wayOf(options))) output.warning(cause);
    }
  }
  return await interruption.finish(output, code);
}

/** Runs the program; returns its exit code. */
async function main(args: readonly string[]): Promise<ExitCodeNumber> {
  const output = new Output({ color: "auto", quiet: false });
  try {
    const request = await parseServerArguments(args);
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
