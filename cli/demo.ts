/**
 * The demonstration: rawtcp-server and rawtcp-client in a private network, both sides' lines told apart.
 *
 *     deno task demo [OPTION OF rawtcp-client]... [--mode MODE]
 *
 * @module
 */

import { blue, bold, setColorEnabled, yellow } from "@std/fmt/colors";
import { bringUp, setInterfaceMtu, SystemError, unshareNetwork } from "../ffi/mod.ts";
import { parseClientArguments } from "./client_arguments.ts";
import { ExitCode } from "./exit_codes.ts";
import { describeFailure, ProgramFailure } from "./failures.ts";
import { Output } from "./output.ts";

/** Says that the private network is there already: the demonstration has started itself once more within it. */
const INSIDE = "--inside";

/** The server's option that the demonstration takes too. */
const MODE = "--mode";

const HELP = `Usage: deno task demo [OPTION OF rawtcp-client]... [${MODE} MODE]

Runs rawtcp-server (in that MODE, if one is given) and rawtcp-client with these options in a private network
whose packets are as long as on Ethernet.
deno task demo --explain, for example; rawtcp-client --help lists what there is.`;

/** What to do after the demonstration: one more with a loss, and one that leaves a picture. */
const NEXT = [
  "Try next: deno task demo --explain --fault drop:data:1     a lost segment, and the reason for each step",
  "          deno task demo --ladder --fault in:drop:fin      the peer's FIN is lost: a picture of the end",
];

/** The MTU of the private network, octets: with that of a loopback interface there would be few segments to see. */
const ETHERNET_MTU = 1500;

/** How programs get a network of their own without being root. */
const UNSHARE = ["unshare", "--user", "--map-root-user", "--net"] as const;

/** The line of the server after which the client may come. */
const LISTENING = "Server listening";

/** Longest that either program may take, milliseconds; the first start may have to fetch packages. */
const TIME_LIMIT = 60_000;

const SELF = new URL("./demo.ts", import.meta.url);
const SERVER = new URL("../server.ts", import.meta.url);
const CLIENT = new URL("../main.ts", import.meta.url);

/** Whether to colour: on a terminal, unless NO_COLOR says otherwise. */
const inColor = !Deno.noColor && Deno.stdout.isTerminal();

const output = new Output({ color: "auto", quiet: false });

/** Writes each line of a stream behind a prefix; `seen` gets the line. */
async function showLines(
  stream: ReadableStream<Uint8Array>,
  prefix: string,
  seen: (line: string) => void,
): Promise<void> {
  let rest = "";
  const show = (line: string): void => {
    output.continuation(`${prefix} ${line}`);
    seen(line);
  };
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    lines.forEach(show);
  }
  if (rest !== "") show(rest);
}

/** Whoever ends the demonstration, and not its whole process group, means server and client as well. */
const ended = new AbortController();

/** Starts one of the programs; its end is its exit code, after its last line has been shown. */
async function start(
  program: URL,
  args: readonly string[],
  prefix: string,
  signal: AbortSignal,
  seen: (line: string) => void = () => {},
  permissions: readonly string[] = [],
): Promise<number> {
  const isChosen = args.some((argument) => /^--color(=|$)/.test(argument));
  const colors = isChosen ? [] : ["--color", inColor ? "always" : "never"];
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--allow-ffi", ...permissions, program.href, ...colors, ...args],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    signal,
  }).spawn();
  const [status] = await Promise.all([
    child.status,
    showLines(child.stdout, prefix, seen),
    showLines(child.stderr, prefix, seen),
  ]);
  return status.code;
}

/** Server and client, in the network of this process. Whatever happens, both have ended then. */
async function perform(args: readonly string[]): Promise<number> {
  setColorEnabled(inColor);
  const stop = new AbortController();
  const signal = AbortSignal.any([stop.signal, ended.signal, AbortSignal.timeout(TIME_LIMIT)]);
  const { forServer, forClient } = shared(args);
  // Files that the user names are the user's wish; the terminal's width and characters are in the environment.
  const permissions = forClient.length === 0 ? [] : ["--allow-read", "--allow-write", "--allow-env"];
  const runClient = (): Promise<number> =>
    start(CLIENT, forClient, bold(yellow("client |")), signal, () => {}, permissions);
  try {
    if (!await connects(forClient)) return await runClient();
    const listening = Promise.withResolvers<void>();
    const server = start(SERVER, ["--count", "1", ...forServer], bold(blue("server |")), signal, (line) => {
      if (line.includes(LISTENING)) listening.resolve();
    });
    const early = await Promise.race([listening.promise, server]);
    if (typeof early === "number") throw tooEarly(early);
    const client = await runClient();
    if (client !== ExitCode.ok) return client;
    const code = await server;
    for (const line of NEXT) output.continuation(line);
    return code;
  } finally {
    stop.abort();
  }
}

/** Whether the client is to connect: to a mistake, the glossary or a capture nobody has to listen. */
async function connects(args: readonly string[]): Promise<boolean> {
  try {
    return (await parseClientArguments(args)).kind === "run";
  } catch {
    return false; // The client says what is wrong.
  }
}

/** Whose option each argument is. */
function shared(args: readonly string[]): { readonly forServer: string[]; readonly forClient: string[] } {
  const forServer: string[] = [];
  const forClient: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const argument = args[i] ?? "";
    if (argument === MODE) forServer.push(argument, args[++i] ?? "");
    else if (argument.startsWith(`${MODE}=`)) forServer.push(argument);
    else forClient.push(argument);
  }
  return { forServer, forClient };
}

function tooEarly(code: number): ProgramFailure {
  return new ProgramFailure(ExitCode.system, `The server ended before it listened, with exit code ${code}`);
}

/** Starts this file again in a network of an ordinary user's own. */
async function performInside(refusal: string, args: readonly string[]): Promise<number> {
  const failure = await failureOf(["true"]);
  if (failure !== null) throw new ProgramFailure(ExitCode.missingRight, adviceFor(refusal, failure));
  const deno = [
    Deno.execPath(),
    "run",
    "--quiet",
    "--allow-ffi",
    "--allow-run",
    "--allow-read",
    "--allow-env",
  ];
  const { code } = await unshared([...deno, SELF.href, INSIDE, ...args], "inherit").output();
  return code;
}

function unshared(command: readonly string[], errors: "inherit" | "piped"): Deno.Command {
  const [program, ...options] = UNSHARE;
  const stdout = errors === "piped" ? "null" : "inherit";
  return new Deno.Command(program, {
    args: [...options, "--", ...command],
    stdin: "null",
    stdout,
    stderr: errors,
    signal: ended.signal,
  });
}

/** Why the command cannot be run in a network of its own; null when it can. */
async function failureOf(command: readonly string[]): Promise<string | null> {
  try {
    const { success, stderr } = await unshared(command, "piped").output();
    return success ? null : new TextDecoder().decode(stderr).trim();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      return "the program unshare (package util-linux) is not installed";
    }
    throw error;
  }
}

function adviceFor(refusal: string, failure: string): string {
  return `Cannot make a private network: ${refusal}; as an ordinary user: ${failure}. Run it as root (sudo), or allow ` +
    "user namespaces (sysctl kernel.apparmor_restrict_unprivileged_userns=0, kernel.unprivileged_userns_clone=1 or " +
    "user.max_user_namespaces=1000), " +
    "or give the container the right for them (docker run --privileged)";
}

/** Makes the private network, one way or another, and shows the demonstration in it. */
async function demonstrate(inside: boolean, args: readonly string[]): Promise<number> {
  if (Deno.build.os !== "linux") {
    throw new ProgramFailure(
      ExitCode.unsupported,
      `The demonstration needs raw sockets of Linux, this is ${Deno.build.os}`,
    );
  }
  try {
    if (!inside) unshareNetwork();
    bringUp("lo");
    setInterfaceMtu("lo", ETHERNET_MTU);
  } catch (error) {
    if (inside || !(error instanceof SystemError)) throw error;
    return await performInside(error.message, args);
  }
  return await perform(args);
}

if (import.meta.main) {
  Deno.addSignalListener("SIGINT", () => {}); // server and client get it too, and end
  for (const signal of ["SIGTERM", "SIGHUP"] as const) Deno.addSignalListener(signal, () => ended.abort());
  try {
    const isInside = Deno.args[0] === INSIDE;
    const args = isInside ? Deno.args.slice(1) : Deno.args;
    if (args.includes("--help") || args.includes("-h")) {
      output.continuation(HELP);
      Deno.exit(ExitCode.ok);
    }
    Deno.exit(await demonstrate(isInside, args));
  } catch (error) {
    const { code, text } = describeFailure(error, "deno task demo");
    output.failure(text);
    Deno.exit(code);
  }
}
